//! Ctrl-C, SIGTERM and SIGHUP: the scan ends at the next backup and no output is touched.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::system::exit::Exit;
use crate::system::platform;

/// Listens for the rest of the process. A second interrupt ends the process at once.
pub(crate) fn listen() -> Arc<AtomicBool> {
    let raised = Arc::new(AtomicBool::new(false));
    platform::raise_on_interrupt(&raised, Exit::Interrupted.code());
    raised
}
