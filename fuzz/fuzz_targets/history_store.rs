#![no_main]

use fleetback_fuzz_targets::cli_inputs::history_store;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| history_store(bytes));
