//! A copy of the store's checks in memory, for the scanner's threads.

use std::collections::HashMap;
use std::path::Path;

use fleetback_scanner::backup::services::CheckCache;
use fleetback_scanner::model::backup::{CheckRecord, InfoRecord, PasswordProof};
use fleetback_scanner::source::watched;

/// Checks and password proofs of earlier runs. Empty for a run without a store.
#[derive(Debug, Default)]
pub(crate) struct StoredChecks {
    /// By resolved path.
    pub(super) checks: HashMap<String, CheckRecord>,
    /// By resolved path.
    pub(super) infos: HashMap<String, InfoRecord>,
    /// By keybag.
    pub(super) proofs: HashMap<String, PasswordProof>,
}

impl StoredChecks {
    /// Backup folders, and keybags with a proof.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.checks.len(), self.proofs.len())
    }
}

impl CheckCache for StoredChecks {
    fn check(&self, backup: &Path) -> Option<CheckRecord> {
        if self.checks.is_empty() {
            return None;
        }
        self.checks.get(&key(backup)?).cloned()
    }

    fn info(&self, backup: &Path) -> Option<InfoRecord> {
        if self.infos.is_empty() {
            return None;
        }
        self.infos.get(&key(backup)?).cloned()
    }

    fn proof(&self, keybag: &str) -> Option<PasswordProof> {
        self.proofs.get(keybag).cloned()
    }
}

/// How a folder is named in the store; `None` when it cannot be.
pub(super) fn key(path: &Path) -> Option<String> {
    watched::canonicalize(path)
        .ok()?
        .into_os_string()
        .into_string()
        .ok()
}
