//! What the operating system decides: paths, permissions, signals, the exit code.

pub(crate) mod exit;
pub(crate) mod interrupt;
pub(crate) mod locale;
pub(crate) mod nearest;
pub(crate) mod platform;
