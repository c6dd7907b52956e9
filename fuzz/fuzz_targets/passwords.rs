#![no_main]

use fleetback_fuzz_targets::cli_inputs::passwords;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| passwords(bytes));
