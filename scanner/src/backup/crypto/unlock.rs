//! The passwords of a run: which keybag opens, and what that says of a backup.
//!
//! A keybag costs about a second for each password tried, so the same keybag in several copies of a
//! backup is tried once, and a proof of an earlier run stands in where no key is needed.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

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
            let spellings = spellings(&candidate.password);
            if let Some(keys) = spellings
                .iter()
                .find_map(|password| keybag.unlock(password))
            {
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

/// A password as it was given, composed and decomposed: a Mac and a PC type one letter in two ways, and
/// the keybag was made from one of them.
fn spellings(password: &Zeroizing<Vec<u8>>) -> Vec<Zeroizing<Vec<u8>>> {
    let mut all = vec![password.clone()];
    if let Ok(text) = str::from_utf8(password)
        && !text.is_ascii()
    {
        let composed = Zeroizing::new(text.nfc().collect::<String>().into_bytes());
        let decomposed = Zeroizing::new(text.nfd().collect::<String>().into_bytes());
        all.extend(
            [composed, decomposed]
                .into_iter()
                .filter(|other| other != password),
        );
    }
    all
}

/// A proof of an earlier run, if it is young and its source still offers a password.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_spelled_in_the_ways_that_keyboards_do() {
        let count = |text: &str| spellings(&Zeroizing::new(text.as_bytes().to_vec())).len();
        assert_eq!(count("secret"), 1);
        assert_eq!(count("Z\u{fc}rich"), 2);
        assert_eq!(count("Zu\u{308}rich"), 2);
        // Neither composed nor decomposed throughout.
        assert_eq!(count("\u{fc}u\u{308}"), 3);
        assert_eq!(spellings(&Zeroizing::new(vec![0xff, 0xfe])).len(), 1);
    }
}
