#![no_main]

use fleetback_fuzz_targets::plists::plist;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| plist(bytes));
