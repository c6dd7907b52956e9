#![no_main]

use fleetback_fuzz_targets::backup::status_plist;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| status_plist(bytes));
