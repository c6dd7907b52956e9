#![no_main]

use fleetback_fuzz_targets::backup::archive;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| archive(bytes));
