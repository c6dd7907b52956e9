#![no_main]

use fleetback_fuzz_targets::documents::system_status;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| system_status(bytes));
