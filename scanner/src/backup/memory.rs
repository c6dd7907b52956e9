//! What earlier nights found: checks that need not be done again, passwords that were proven.
//!
//! The scanner asks and never stores: `cli` keeps the memory and fills it from the finished fleet.
//! Nothing computed from a password is ever part of it.

use std::path::Path;

pub use crate::model::backup::{CheckRecord, PasswordProof};

/// Remembers earlier runs. Asked from many threads.
pub trait Memory: Sync {
    /// The deepest check that an earlier run made of this folder; the scanner compares its stamp.
    fn check(&self, backup: &Path) -> Option<CheckRecord>;

    /// An earlier proof of a password of this keybag.
    fn proof(&self, keybag: &str) -> Option<PasswordProof>;
}

/// A memory that remembers nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMemory;

impl Memory for NoMemory {
    fn check(&self, _: &Path) -> Option<CheckRecord> {
        None
    }

    fn proof(&self, _: &str) -> Option<PasswordProof> {
        None
    }
}
