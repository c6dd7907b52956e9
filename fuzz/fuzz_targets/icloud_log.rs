#![no_main]

use fleetback_fuzz_targets::backup::icloud_log;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| icloud_log(bytes));
