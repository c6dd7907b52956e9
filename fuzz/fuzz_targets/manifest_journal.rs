#![no_main]

use fleetback_fuzz_targets::backup::manifest_journal;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| manifest_journal(bytes));
