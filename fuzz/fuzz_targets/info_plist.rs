#![no_main]

use fleetback_fuzz_targets::backup::info_plist;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| info_plist(bytes));
