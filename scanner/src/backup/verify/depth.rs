//! How deep a backup is compared with its list.

use super::payload::Look;
use crate::backup::crypto::decrypt;
use crate::backup::crypto::keybag::ClassKeys;
use crate::model::backup::VerifyLevel;

/// How deep to compare.
#[derive(Clone, Copy)]
pub(crate) struct Depth<'a> {
    /// The level asked for.
    pub level: VerifyLevel,
    /// Are the payloads encrypted?
    pub encrypted: bool,
    /// Do digests and keys say anything? Not in a decrypted copy: they are those of what it was.
    pub with_integrity: bool,
    /// What opens them, once the password is proven.
    pub keys: Option<&'a ClassKeys>,
    /// What is looked at beside the names.
    pub look: Look,
    /// Hears how many files were compared, folder by folder.
    pub files_checked: &'a (dyn Fn(u64) + Sync),
}

impl Depth<'_> {
    /// Are lengths looked at?
    pub(crate) fn lengths(&self) -> bool {
        self.level >= VerifyLevel::Sizes
    }

    /// The level that can be claimed: without its key the padding of an encrypted file cannot be checked.
    pub(crate) fn reached(&self) -> VerifyLevel {
        let most = if self.encrypted && self.keys.is_none() {
            VerifyLevel::Sizes
        } else {
            VerifyLevel::Contents
        };
        self.level.min(most)
    }

    /// Bytes that a file of this size takes on disk.
    pub(crate) fn stored(&self, size: u64) -> u64 {
        if self.encrypted {
            decrypt::stored_size(size)
        } else {
            size
        }
    }
}
