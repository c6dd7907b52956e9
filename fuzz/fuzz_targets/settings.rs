#![no_main]

use fleetback_fuzz_targets::desk::settings;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| settings(bytes));
