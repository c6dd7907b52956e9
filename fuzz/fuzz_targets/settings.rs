#![no_main]

use fleetback_fuzz_targets::cli_inputs::settings;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| settings(bytes));
