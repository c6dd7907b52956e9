//! The small property lists of a backup, and what they may say.

pub(crate) mod info;
pub(crate) mod lenient;
pub(crate) mod manifest;
pub(crate) mod status;
