//! Paths as text, for results that leave the program.
//!
//! A name on a Unix disk is bytes, not text, and serde refuses a path that is no UTF-8: one stray
//! folder name would cost the whole document. What is no text becomes U+FFFD, as on a terminal.

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

/// For `serialize_with` at a path.
///
/// # Errors
/// The serializer's own.
pub fn lossy<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    path.to_string_lossy().serialize(serializer)
}

/// For `serialize_with` at a path that may not be there.
///
/// # Errors
/// The serializer's own.
pub fn lossy_option<S: Serializer>(
    path: &Option<PathBuf>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = path.as_ref().map(|path| path.to_string_lossy());
    text.serialize(serializer)
}
