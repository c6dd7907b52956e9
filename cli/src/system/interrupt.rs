//! Ctrl-C, SIGTERM and SIGHUP: the scan ends within a second or two, whatever hangs, and no output is touched.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::system::exit::Exit;
use crate::system::platform;

static RAISED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Was this process interrupted since it listens?
pub(crate) fn is_raised() -> bool {
    RAISED
        .get()
        .is_some_and(|raised| raised.load(Ordering::Relaxed))
}

/// Listens for the rest of the process. A second interrupt ends the process at once.
pub(crate) fn listen() -> Arc<AtomicBool> {
    let raised = Arc::clone(RAISED.get_or_init(Arc::default));
    platform::raise_on_interrupt(&raised, Exit::Interrupted.code());
    raised
}
