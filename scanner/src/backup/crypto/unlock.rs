//! The passwords of a run: which keybag opens, and what that says of a backup.
//!
//! A keybag costs about a second for each password tried, so the same keybag in several copies of a
//! backup is tried once, and a proof of an earlier night stands in where no key is needed.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::keybag::{ClassKeys, Keybag};
use crate::backup::file_list::catalog::hex;
use crate::backup::services::CheckCache;
use crate::backup::services::PasswordSource;
use crate::model::backup::Password;
use crate::model::backup::PasswordProof;
use crate::model::identity::Identity;

/// A remembered proof is believed for so long.
const PROOF_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What is known of the password of one backup.
#[derive(Debug, Clone)]
pub(crate) struct Unlock {
    /// In one word.
    pub password: Password,
    /// The keys, where a password was proven in this run.
    pub keys: Option<Arc<ClassKeys>>,
    /// What proved it.
    pub proof: Option<PasswordProof>,
    /// Why the keybag cannot be used.
    pub fault: Option<String>,
}

impl Unlock {
    /// Knows no more than the word says.
    pub(crate) fn only(password: Password) -> Self {
        Self {
            password,
            keys: None,
            proof: None,
            fault: None,
        }
    }

    /// The keybag cannot be used.
    pub(crate) fn damaged(fault: String) -> Self {
        Self {
            fault: Some(fault),
            ..Self::only(Password::KeybagDamaged)
        }
    }

    fn proven(proof: PasswordProof, keys: Option<ClassKeys>) -> Self {
        Self {
            keys: keys.map(Arc::new),
            proof: Some(proof),
            ..Self::only(Password::Proven)
        }
    }
}

/// Tries the passwords that there are for these backups, all of which have this keybag.
pub(crate) fn unlock<'a>(
    keybag: &Keybag,
    backups: impl Iterator<Item = (&'a Identity, &'a Path)>,
    passwords: &dyn PasswordSource,
    now: Timestamp,
) -> Unlock {
    let mut asked = BTreeSet::new();
    let mut any = false;
    for (identity, path) in backups {
        if !asked.insert(identity) {
            continue;
        }
        for candidate in passwords.candidates(identity, path) {
            any = true;
            if let Some(keys) = keybag.unlock(&candidate.password) {
                let proof = PasswordProof {
                    keybag: hex(keybag.fingerprint()),
                    at: now,
                    source: candidate.source,
                };
                return Unlock::proven(proof, Some(keys));
            }
        }
    }
    Unlock::only(if any {
        Password::Wrong
    } else {
        Password::Missing
    })
}

/// A proof of an earlier night, if it is young and its source still offers a password.
pub(crate) fn cached_proof(
    keybag: &Keybag,
    identity: &Identity,
    cache: &dyn CheckCache,
    passwords: &dyn PasswordSource,
    now: Timestamp,
) -> Option<Unlock> {
    let proof = cache.proof(&hex(keybag.fingerprint()))?;
    let age = now.duration_since(proof.at);
    let young = !age.is_negative() && age < PROOF_KEPT;
    let offered = || passwords.source_names(identity).contains(&proof.source);
    (young && offered()).then(|| Unlock::proven(proof.clone(), None))
}
