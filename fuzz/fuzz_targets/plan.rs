#![no_main]

use fleetback_fuzz_targets::documents::plan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| plan(bytes));
