#![no_main]

use fleetback_fuzz_targets::documents::inventory;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| inventory(bytes));
