//! The keybag of a backup: which keys there are, and whether a password opens them.
//!
//! Everything needed lies in Manifest.plist `BackupKeyBag`, so a password can be proven without a
//! device and without touching a payload. An unencrypted backup
//! carries a keybag too (its password is the empty string), which says nothing about that backup.
//!
//! Facts: the tag list and the two rounds of PBKDF2 are those of iOS 10.2 and later; older backups
//! have one round (docs/formats.md).

use std::collections::BTreeMap;

use aes::Aes256;
use aes::cipher::KeyInit;
use aes_kw::AesKw;
use fleetback_kdf::{Derivation, derive};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Rounds of `DPIC` that are done at most: twice what Apple asks for, so that a try stays within a few
/// seconds of one core whatever a keybag says.
pub const DPIC_MAX: u32 = 20_000_000;

/// The same of `ITER`: ten times what Apple asks for, and still nothing beside `DPIC`.
pub const ITER_MAX: u32 = 100_000;

/// A keybag holds 11 classes; more than this many is not a keybag.
const CLASSES_MAX: usize = 64;

/// Bit of a class's `WRAP`: its key is wrapped by the password.
const WRAP_PASSWORD: u32 = 2;

/// A 256-bit key that is wiped when it goes.
pub type Key = Zeroizing<[u8; 32]>;

/// Why a keybag cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeybagFault {
    /// A tag's length points past the end.
    #[error("the keybag ends inside the value of {tag}")]
    CutShort {
        /// The tag.
        tag: String,
    },
    /// A value has the wrong length.
    #[error("{tag} in the keybag has {found} bytes where {wanted} are wanted")]
    Length {
        /// The tag.
        tag: String,
        /// Bytes wanted.
        wanted: usize,
        /// Bytes found.
        found: usize,
    },
    /// Something that every keybag has is not there.
    #[error("the keybag has no {0}")]
    Missing(&'static str),
    /// More PBKDF2 rounds than any device asks for. It may still be a keybag.
    #[error("the keybag asks for {found} rounds of {tag}, and at most {most} are done")]
    TooManyRounds {
        /// `ITER` or `DPIC`.
        tag: &'static str,
        /// What it asks for.
        found: u32,
        /// What is done.
        most: u32,
    },
    /// No rounds at all, which derive nothing.
    #[error("the keybag asks for 0 rounds of {0}")]
    NoRounds(&'static str),
    /// More classes than a keybag can have.
    #[error("the keybag lists more than {CLASSES_MAX} classes")]
    TooManyClasses,
}

/// A keybag that can be tried with a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keybag {
    salt: Vec<u8>,
    iterations: u32,
    /// `DPSL` and `DPIC`, from iOS 10.2 on.
    first_round: Option<(Vec<u8>, u32)>,
    classes: Vec<Class>,
    fingerprint: [u8; 32],
}

/// One protection class and its wrapped key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Class {
    number: Option<u32>,
    wrap: u32,
    wrapped_key: Option<[u8; 40]>,
}

/// The class keys of a keybag that a password has opened.
pub struct ClassKeys(BTreeMap<u32, Key>);

impl std::fmt::Debug for ClassKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClassKeys({} classes)", self.0.len())
    }
}

impl Keybag {
    /// Reads `BackupKeyBag`: four-letter tags, big-endian lengths, values.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeybagFault> {
        let mut draft = Draft::default();
        let mut rest = bytes;
        while !rest.is_empty() {
            let (tag, value, after) = next_entry(rest)?;
            draft.take(tag, value)?;
            rest = after;
        }
        draft.finish(Sha256::digest(bytes).into())
    }

    /// SHA-256 of the keybag's bytes: the same keybag in two copies of a backup is tried once.
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// PBKDF2 rounds that one try costs.
    pub fn rounds(&self) -> u64 {
        let first = self.first_round.as_ref().map_or(0, |(_, rounds)| *rounds);
        u64::from(first) + u64::from(self.iterations)
    }

    /// Tries a password: the class keys if it is right, `None` if it is not. Costs about a second
    /// for a keybag of iOS 10.2 or later.
    pub fn unlock(&self, password: &[u8]) -> Option<ClassKeys> {
        unlock_each(&[(self, password)], &|| true)?.pop()?
    }

    /// The long round of one try, which can run beside others; `None` for a keybag without one.
    fn first_round(&self, password: &[u8]) -> Option<Derivation> {
        let (salt, rounds) = self.first_round.as_ref()?;
        Some(Derivation::new(password, salt, *rounds))
    }

    /// The short round, and what its key opens. The key wrap of RFC 3394 checks itself, so one class
    /// that unwraps proves the password.
    fn class_keys(&self, password: &[u8]) -> Option<ClassKeys> {
        let mut key = Key::default();
        pbkdf2::pbkdf2_hmac::<Sha1>(password, &self.salt, self.iterations, &mut *key);
        let by_password = self
            .classes
            .iter()
            .filter(|class| class.wrap & WRAP_PASSWORD != 0);
        let keys: BTreeMap<u32, Key> = by_password
            .filter_map(|class| Some((class.number?, unwrap(&key, &class.wrapped_key?)?)))
            .collect();
        (!keys.is_empty()).then_some(ClassKeys(keys))
    }
}

/// Tries a password on each keybag, all at once: side by side they cost a fraction of what they cost
/// one after another. `None` once the caller no longer wants to `go_on`.
pub fn unlock_each(
    tries: &[(&Keybag, &[u8])],
    go_on: &dyn Fn() -> bool,
) -> Option<Vec<Option<ClassKeys>>> {
    let begun = tries.iter().map(|(keybag, word)| keybag.first_round(word));
    let mut first_rounds: Vec<Derivation> = begun.flatten().collect();
    if !derive(&mut first_rounds, go_on) {
        return None;
    }
    let mut keys = first_rounds.iter().filter_map(Derivation::key);
    let open = |(keybag, password): &(&Keybag, &[u8])| match &keybag.first_round {
        Some(_) => keybag.class_keys(&*keys.next()?),
        None => keybag.class_keys(password),
    };
    Some(tries.iter().map(open).collect())
}

impl ClassKeys {
    /// Unwraps a `ManifestKey` or an `EncryptionKey`: a little-endian class number and 40 bytes of
    /// wrapped key. `None` when the class is not held or the key does not unwrap.
    pub fn unwrap_with_class(&self, bytes: &[u8]) -> Option<Key> {
        let (class, wrapped) = bytes.split_first_chunk::<4>()?;
        let class_key = self.0.get(&u32::from_le_bytes(*class))?;
        unwrap(class_key, wrapped.try_into().ok()?)
    }
}

/// Unwraps one key by RFC 3394; `None` when its own check fails.
fn unwrap(key: &Key, wrapped: &[u8; 40]) -> Option<Key> {
    let mut out = Key::default();
    let cipher = AesKw::<Aes256>::new((&**key).into());
    cipher.unwrap_key(wrapped, &mut *out).ok()?;
    Some(out)
}

/// A tag, its value, and what follows.
type Entry<'a> = ([u8; 4], &'a [u8], &'a [u8]);

fn next_entry(bytes: &[u8]) -> Result<Entry<'_>, KeybagFault> {
    let cut = |tag: &[u8]| KeybagFault::CutShort {
        tag: tag_words(tag),
    };
    let (tag, rest) = bytes.split_first_chunk::<4>().ok_or_else(|| cut(bytes))?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(|| cut(tag))?;
    let length = u32::from_be_bytes(*length) as usize;
    let (value, rest) = rest.split_at_checked(length).ok_or_else(|| cut(tag))?;
    Ok((*tag, value, rest))
}

/// A tag for an error: its letters, or its bytes in hex.
fn tag_words(tag: &[u8]) -> String {
    match std::str::from_utf8(tag) {
        Ok(text) if text.chars().all(|c| c.is_ascii_alphanumeric()) => text.to_owned(),
        _ => tag.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// What has been read so far.
#[derive(Default)]
struct Draft {
    /// The first `UUID` is the keybag's own, every further one begins a class.
    uuids: usize,
    salt: Option<Vec<u8>>,
    iterations: Option<u32>,
    first_salt: Option<Vec<u8>>,
    first_rounds: Option<u32>,
    classes: Vec<Class>,
}

impl Draft {
    fn take(&mut self, tag: [u8; 4], value: &[u8]) -> Result<(), KeybagFault> {
        match (&tag, self.classes.last_mut()) {
            (b"UUID", _) => return self.begin_uuid(),
            (b"SALT", None) => self.salt = Some(value.to_vec()),
            (b"ITER", None) => self.iterations = Some(number(&tag, value)?),
            (b"DPSL", None) => self.first_salt = Some(value.to_vec()),
            (b"DPIC", None) => self.first_rounds = Some(number(&tag, value)?),
            (b"CLAS", Some(class)) => class.number = Some(number(&tag, value)?),
            (b"WRAP", Some(class)) => class.wrap = number(&tag, value)?,
            (b"WPKY", Some(class)) => class.wrapped_key = Some(wrapped_key(&tag, value)?),
            _ => {}
        }
        Ok(())
    }

    fn begin_uuid(&mut self) -> Result<(), KeybagFault> {
        self.uuids += 1;
        if self.uuids > 1 {
            self.classes.push(Class::default());
        }
        if self.classes.len() > CLASSES_MAX {
            Err(KeybagFault::TooManyClasses)
        } else {
            Ok(())
        }
    }

    fn finish(self, fingerprint: [u8; 32]) -> Result<Keybag, KeybagFault> {
        let first_round = match (self.first_salt, self.first_rounds) {
            (Some(salt), Some(rounds)) => Some((salt, capped("DPIC", rounds, DPIC_MAX)?)),
            (None, None) => None,
            (None, Some(_)) => return Err(KeybagFault::Missing("DPSL beside its DPIC")),
            (Some(_), None) => return Err(KeybagFault::Missing("DPIC beside its DPSL")),
        };
        if !self
            .classes
            .iter()
            .any(|c| c.wrapped_key.is_some() && c.wrap & WRAP_PASSWORD != 0)
        {
            return Err(KeybagFault::Missing(
                "class key (WPKY) that a password wraps",
            ));
        }
        Ok(Keybag {
            salt: self.salt.ok_or(KeybagFault::Missing("SALT"))?,
            iterations: capped(
                "ITER",
                self.iterations.ok_or(KeybagFault::Missing("ITER"))?,
                ITER_MAX,
            )?,
            first_round,
            classes: self.classes,
            fingerprint,
        })
    }
}

fn capped(tag: &'static str, found: u32, most: u32) -> Result<u32, KeybagFault> {
    match found {
        0 => Err(KeybagFault::NoRounds(tag)),
        _ if found > most => Err(KeybagFault::TooManyRounds { tag, found, most }),
        rounds => Ok(rounds),
    }
}

fn number(tag: &[u8], value: &[u8]) -> Result<u32, KeybagFault> {
    let wrong = |_| wrong_length(tag, 4, value);
    value.try_into().map(u32::from_be_bytes).map_err(wrong)
}

fn wrapped_key(tag: &[u8], value: &[u8]) -> Result<[u8; 40], KeybagFault> {
    value.try_into().map_err(|_| wrong_length(tag, 40, value))
}

fn wrong_length(tag: &[u8], wanted: usize, value: &[u8]) -> KeybagFault {
    KeybagFault::Length {
        tag: tag_words(tag),
        wanted,
        found: value.len(),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    fn unhex(text: &str) -> Vec<u8> {
        (0..text.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
            .collect()
    }

    fn entry(tag: &str, value: &[u8]) -> Vec<u8> {
        [tag.as_bytes(), &(value.len() as u32).to_be_bytes(), value].concat()
    }

    /// A keybag with one class, as the public password vectors give it.
    fn keybag(wpky: &str, salt: &str, first: Option<(&str, u32)>) -> Vec<u8> {
        let mut bytes = [
            entry("VERS", &4u32.to_be_bytes()),
            entry("TYPE", &1u32.to_be_bytes()),
            entry("UUID", &[1; 16]),
            entry("HMCK", &[2; 40]),
            entry("WRAP", &1u32.to_be_bytes()),
            entry("SALT", &unhex(salt)),
            entry("ITER", &10_000u32.to_be_bytes()),
        ]
        .concat();
        if let Some((dpsl, dpic)) = first {
            bytes.extend(entry("DPWT", &4u32.to_be_bytes()));
            bytes.extend(entry("DPIC", &dpic.to_be_bytes()));
            bytes.extend(entry("DPSL", &unhex(dpsl)));
        }
        bytes.extend(entry("UUID", &[3; 16]));
        bytes.extend(entry("CLAS", &1u32.to_be_bytes()));
        bytes.extend(entry("WRAP", &2u32.to_be_bytes()));
        bytes.extend(entry("KTYP", &0u32.to_be_bytes()));
        bytes.extend(entry("WPKY", &unhex(wpky)));
        bytes
    }

    #[track_caller]
    fn opens(password: &str, wpky: &str, salt: &str, first: Option<(&str, u32)>) {
        let bag = Keybag::parse(&keybag(wpky, salt, first)).unwrap();
        assert!(
            bag.unlock(password.as_bytes()).is_some(),
            "{password} opens it"
        );
        let another = format!("{password} ");
        assert!(
            bag.unlock(another.as_bytes()).is_none(),
            "{another:?} does not"
        );
    }

    // Public test vectors of password crackers (openwall/john, hashcat); the first two are real.
    const OLD_REAL: (&str, &str) = (
        "bc707ac0151660426c8114d04caad9d9ee2678a7b7ab05c18ee50cafb2613c31c8978e8b1e9cad2a",
        "266343aaf99102ba7f6af64a3a2d62637793f753",
    );

    /// One of a thousand rounds; it opens with "1".
    const NEW: (&str, &str, &str) = (
        "b3d3f05b5367345fcb654b9b628e2ed24d8b8726f1f74707a956c776475d6ebfffc962340d9cbbca",
        "6832814730342072666684158073107301064276",
        "46de5e844e0ee1c81d2cca6acefb77789c1a7cd0",
    );

    #[test]
    fn passwords_open_the_public_vectors_and_no_other_does() {
        opens("123456", OLD_REAL.0, OLD_REAL.1, None);
        opens(
            "test123",
            "06dc04bca4eeea2fbc1bc7356fa758243bead479673640a668db285c8f48c402cc435539d935509e",
            "37d2bd7caefbb24a9729e41a3257ef06188dc01e",
            None,
        );
        opens(
            "855632538858211",
            "31021f9c5a705c3625af21739d397082d90f7a00718a9307687625abc35fc3e4d78371e95cc708b6",
            "8840233131165307147445064802216857558435",
            Some(("c77a159b325d10efee51a1c05701ef63fb85b599", 1000)),
        );
        opens("1", NEW.0, NEW.1, Some((NEW.2, 1000)));
        opens(
            "hashcat",
            "17a3b858e79bc273be43a9f113b71efe7ec8e7e401396b350180b4592ef45db67ffef7b2d64329a5",
            "2721336781705041205314422175267631184867",
            Some(("99fafc983e732998adb9fadc162a2e382143f115", 1000)),
        );
    }

    mod slow {
        use super::*;

        #[test]
        fn a_real_keybag_of_ten_million_rounds_opens() {
            opens(
                "test123",
                "deff6d646eb1fa2b6741efee8b70eda84341a838cef2bb10e582669759d7e33c399a0ba2a52cb9ec",
                "f09cfa82cc1695657cb2c347ee127c2523795fda",
                Some(("66f159e15f3ddbbdd4057f8babef7ad4472fac10", 10_000_000)),
            );
        }
    }

    #[test]
    fn passwords_tried_at_once_open_what_each_opens_alone() {
        let old = Keybag::parse(&keybag(OLD_REAL.0, OLD_REAL.1, None)).unwrap();
        let new = Keybag::parse(&keybag(NEW.0, NEW.1, Some((NEW.2, 1000)))).unwrap();
        let tries = [
            (&old, "wrong", false),
            (&new, "1", true),
            (&old, "123456", true),
            (&new, "2", false),
            (&new, "1", true),
        ];
        let of = |(keybag, password, _): (_, &'static str, _)| (keybag, password.as_bytes());
        let keys = unlock_each(&tries.map(of), &|| true).unwrap();
        let opened: Vec<bool> = keys.iter().map(Option::is_some).collect();
        assert_eq!(opened, tries.map(|(_, _, opens)| opens));
    }

    #[test]
    fn a_try_ends_with_the_run() {
        let bag = Keybag::parse(&keybag(NEW.0, NEW.1, Some((NEW.2, DPIC_MAX)))).unwrap();
        let asked = Cell::new(0);
        let go_on = || asked.replace(asked.get() + 1) < 2;
        assert!(unlock_each(&[(&bag, b"1"), (&bag, b"2")], &go_on).is_none());
    }

    #[test]
    fn a_keybag_cut_at_any_byte_is_told_and_never_opens_wrongly() {
        let whole = keybag(OLD_REAL.0, OLD_REAL.1, None);
        for cut in 0..whole.len() {
            assert!(Keybag::parse(&whole[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[track_caller]
    fn refused(bytes: &[u8], want: &str) {
        assert_eq!(Keybag::parse(bytes).unwrap_err().to_string(), want);
    }

    #[test]
    fn hostile_figures_are_refused_before_any_work() {
        let (wpky, salt) = OLD_REAL;
        let most = keybag(wpky, salt, Some((salt, DPIC_MAX)));
        assert!(Keybag::parse(&most).is_ok());
        refused(
            &keybag(wpky, salt, Some((salt, DPIC_MAX + 1))),
            "the keybag asks for 20000001 rounds of DPIC, and at most 20000000 are done",
        );
        refused(
            &keybag(wpky, salt, Some((salt, 0))),
            "the keybag asks for 0 rounds of DPIC",
        );
        refused(
            &[],
            "the keybag has no class key (WPKY) that a password wraps",
        );
        refused(
            &entry("ITER", &[1, 2]),
            "ITER in the keybag has 2 bytes where 4 are wanted",
        );
        refused(
            b"SALT\xff\xff\xff\xff",
            "the keybag ends inside the value of SALT",
        );
        refused(
            &entry("UUID", &[0; 16]).repeat(70),
            "the keybag lists more than 64 classes",
        );
    }

    #[test]
    fn class_keys_never_print() {
        let bag = Keybag::parse(&keybag(OLD_REAL.0, OLD_REAL.1, None)).unwrap();
        let keys = bag.unlock(b"123456").unwrap();
        assert_eq!(format!("{keys:?}"), "ClassKeys(1 classes)");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Keybag::parse(&bytes);
        }

        #[test]
        fn no_mutation_panics(at in 0usize..250, byte: u8) {
            let mut bytes = keybag(OLD_REAL.0, OLD_REAL.1, None);
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = Keybag::parse(&bytes);
        }
    }
}
