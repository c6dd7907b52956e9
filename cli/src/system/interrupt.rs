//! Ctrl-C, SIGTERM and SIGHUP: the scan ends at the next backup and no output is touched.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::system::exit::Exit;

/// Listens for the rest of the process. A second interrupt ends the process at once.
pub(crate) fn listen() -> Arc<AtomicBool> {
    let raised = Arc::new(AtomicBool::new(false));
    let raise = Arc::clone(&raised);
    // Without a handler the system's own applies, and every output is still whole.
    let _ = ctrlc::set_handler(move || {
        if raise.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted.code().into());
        }
    });
    raised
}
