#![no_main]

use fleetback_fuzz_targets::results::policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| policy(bytes));
