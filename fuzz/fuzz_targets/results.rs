#![no_main]

use fleetback_fuzz_targets::results::results;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| results(bytes));
