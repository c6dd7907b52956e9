#![no_main]

use fleetback_fuzz_targets::plists::bplist;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| bplist(bytes));
