//! Where the scanner asks for passwords. It reads no password file itself and keeps none.

use std::path::Path;

use zeroize::Zeroizing;

use crate::model::identity::Identity;

/// Gives passwords for encrypted backups. Asked once per distinct keybag, from many threads.
pub trait PasswordSource: Sync {
    /// The passwords to try for this device, best first; empty when there is none.
    fn candidates(&self, identity: &Identity, backup: &Path) -> Vec<Candidate>;

    /// Names of the sources that could give a password for this device, without asking for it: a
    /// proof remembered under another name is proven again.
    fn source_names(&self, identity: &Identity) -> Vec<String>;
}

/// One password to try. Printing it prints its source only.
pub struct Candidate {
    /// The password; wiped when it goes.
    pub password: Zeroizing<Vec<u8>>,
    /// Where it came from, for the report: "passwords.csv line 3", "password command". Never the
    /// password or anything computed from it.
    pub source: String,
}

impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Candidate from {}", self.source)
    }
}

/// A source that has no password.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPasswords;

impl PasswordSource for NoPasswords {
    fn candidates(&self, _: &Identity, _: &Path) -> Vec<Candidate> {
        Vec::new()
    }

    fn source_names(&self, _: &Identity) -> Vec<String> {
        Vec::new()
    }
}
