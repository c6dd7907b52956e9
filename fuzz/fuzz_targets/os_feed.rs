#![no_main]

use fleetback_fuzz_targets::documents::os_feed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| os_feed(bytes));
