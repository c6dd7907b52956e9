#![no_main]

use fleetback_fuzz_targets::backup::mbdb;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| mbdb(bytes));
