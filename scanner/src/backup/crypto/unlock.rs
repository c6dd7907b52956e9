//! The passwords of a run: which keybag opens, and what that says of a backup.
//!
//! A keybag costs about a second for each password tried, so the same keybag in several copies of a
//! backup is tried once, several keybags are tried side by side, and a proof of an earlier run stands in
//! where no key is needed.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::keybag::{ClassKeys, Keybag, unlock_each};
use crate::backup::file_list::catalog::hex;
use crate::backup::services::{Candidate, CheckCache, PasswordSource};
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
    /// Why the keybag cannot be used, or was not tried.
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

    /// The keybag asks for more work than is done.
    pub(crate) fn not_tried(fault: String) -> Self {
        Self {
            fault: Some(fault),
            ..Self::only(Password::NotTried)
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

/// The passwords that there are for one keybag, in the order in which they are tried.
pub(crate) struct Attempts<'a> {
    keybag: &'a Keybag,
    /// Devices with this keybag whose passwords were not asked for yet.
    devices: VecDeque<(Identity, &'a Path)>,
    waiting: VecDeque<Attempt>,
    any: bool,
}

/// One password to try.
struct Attempt {
    password: Zeroizing<Vec<u8>>,
    source: String,
}

impl<'a> Attempts<'a> {
    /// For a keybag and the backups that have it; nothing is asked for yet.
    pub(crate) fn new(
        keybag: &'a Keybag,
        backups: impl Iterator<Item = (Identity, &'a Path)>,
    ) -> Self {
        let mut known = BTreeSet::new();
        Self {
            keybag,
            devices: backups
                .filter(|(device, _)| known.insert(device.clone()))
                .collect(),
            waiting: VecDeque::new(),
            any: false,
        }
    }

    /// Is there another password? Asks for those of the next device only once all before were tried:
    /// a password command may take its time.
    pub(crate) fn is_waiting(&mut self, passwords: &dyn PasswordSource) -> bool {
        while self.waiting.is_empty() {
            let Some((device, path)) = self.devices.pop_front() else {
                return false;
            };
            let candidates = passwords.candidates(&device, path);
            self.waiting = candidates.iter().flat_map(spelled).collect();
        }
        true
    }

    /// What is known once no password is left.
    pub(crate) fn failed(&self) -> Unlock {
        Unlock::only(if self.any {
            Password::Wrong
        } else {
            Password::Missing
        })
    }

    /// The first password alone, as it is most often right; then those that are left of the device.
    fn next(&mut self) -> Vec<Attempt> {
        let count = if self.any { self.waiting.len() } else { 1 };
        self.any = true;
        self.waiting
            .drain(..count.min(self.waiting.len()))
            .collect()
    }
}

/// Tries the next passwords of all these keybags at once: what each has found, if it opens. `None` once
/// the caller no longer wants to `go_on`.
pub(crate) fn try_next(
    all: &mut [&mut Attempts<'_>],
    now: Timestamp,
    go_on: &dyn Fn() -> bool,
) -> Option<Vec<Option<Unlock>>> {
    let next: Vec<_> = all.iter_mut().map(|one| (one.keybag, one.next())).collect();
    let tries = next.iter().flat_map(|(keybag, attempts)| {
        (attempts.iter()).map(|attempt| (*keybag, attempt.password.as_slice()))
    });
    let mut keys = unlock_each(&tries.collect::<Vec<_>>(), go_on)?.into_iter();
    let found = |(keybag, attempts): (&Keybag, Vec<Attempt>)| {
        let opened: Vec<_> = keys.by_ref().take(attempts.len()).collect();
        let mut opened = attempts.into_iter().zip(opened);
        opened.find_map(|(attempt, keys)| {
            let proof = PasswordProof {
                keybag: hex(keybag.fingerprint()),
                at: now,
                source: attempt.source,
            };
            keys.map(|keys| Unlock::proven(proof, Some(keys)))
        })
    };
    Some(next.into_iter().map(found).collect())
}

fn spelled(candidate: &Candidate) -> Vec<Attempt> {
    let attempt = |password| Attempt {
        password,
        source: candidate.source.clone(),
    };
    spellings(&candidate.password)
        .into_iter()
        .map(attempt)
        .collect()
}

/// No spelling of a text is longer than the text so many times (Unicode Standard Annex 15).
const SPELLING_GROWTH_MAX: usize = 3;

/// Another spelling of a text, in a vector that does not grow: one that did would leave what it held in memory.
fn wiped(text: &str, spelling: impl Iterator<Item = char>) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() * SPELLING_GROWTH_MAX));
    let mut letter = Zeroizing::new([0; 4]);
    for character in spelling {
        bytes.extend_from_slice(character.encode_utf8(&mut letter[..]).as_bytes());
    }
    bytes
}

/// A password as it was given, composed and decomposed: a Mac and a PC type one letter in two ways, and
/// the keybag was made from one of them.
fn spellings(password: &Zeroizing<Vec<u8>>) -> Vec<Zeroizing<Vec<u8>>> {
    let mut all = vec![password.clone()];
    if let Ok(text) = str::from_utf8(password)
        && !text.is_ascii()
    {
        let composed = wiped(text, text.nfc());
        let decomposed = wiped(text, text.nfd());
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
