//! The keybag of a backup and what is encrypted with it.
//!
//! Every backup has a keybag. That of an unencrypted one opens with the empty password, so a reader
//! that calls a keybag proof of encryption is wrong.

use aes::Aes256;
use aes_kw::{KeyInit, KwAes256};
use anyhow::{Result, anyhow};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use pbkdf2::pbkdf2_hmac_array;
use sha1::Sha1;
use sha2::Sha256;

use crate::rng::Rng;

/// How dear a guess at the password is, in rounds of PBKDF2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kdf {
    /// `DPIC`, rounds with SHA-256; only from iOS 10.2 on.
    pub dpic: u32,
    /// `ITER`, rounds with SHA-1.
    pub iter: u32,
}

impl Kdf {
    /// A few rounds: for tests that write many backups.
    pub fn fast() -> Self {
        Self {
            dpic: 100,
            iter: 10,
        }
    }

    /// What a device asks for: seconds of work per guess.
    pub fn real() -> Self {
        Self {
            dpic: 10_000_000,
            iter: 10_000,
        }
    }
}

/// Protection classes of a backup's keybag.
const CLASSES: std::ops::RangeInclusive<u32> = 1..=11;

/// The class that Manifest.db is encrypted with.
pub const MANIFEST_CLASS: u32 = 4;

/// A keybag with its keys laid open.
#[derive(Debug, Clone)]
pub struct Keybag {
    /// `BackupKeyBag` of Manifest.plist.
    pub blob: Vec<u8>,
    class_keys: Vec<[u8; 32]>,
}

/// A key wrapped for a class: 4 bytes of class, little-endian, and 40 of wrapped key.
pub type WrappedKey = Vec<u8>;

impl Keybag {
    /// A fresh keybag for `password`. `double` adds the SHA-256 rounds of iOS 10.2 and later.
    pub fn new(rng: &mut Rng, password: &str, kdf: Kdf, double: bool) -> Result<Self> {
        let (salt, dpsl) = (rng.bytes(20), rng.bytes(20));
        let class_keys: Vec<[u8; 32]> = CLASSES.map(|_| rng.key()).collect();
        let key = passcode_key(password, kdf, double, &salt, &dpsl);

        let mut blob = Tlv::default();
        blob.number(b"VERS", if double { 4 } else { 3 });
        blob.number(b"TYPE", 1);
        blob.value(b"UUID", &rng.bytes(16));
        blob.value(b"HMCK", &rng.bytes(40));
        blob.number(b"WRAP", 1);
        blob.value(b"SALT", &salt);
        blob.number(b"ITER", kdf.iter);
        if double {
            blob.number(b"DPWT", 1);
            blob.number(b"DPIC", kdf.dpic);
            blob.value(b"DPSL", &dpsl);
        }
        for (class, class_key) in CLASSES.zip(&class_keys) {
            blob.value(b"UUID", &rng.bytes(16));
            blob.number(b"CLAS", class);
            blob.number(b"WRAP", 2);
            blob.number(b"KTYP", 0);
            blob.value(b"WPKY", &wrap(&key, class_key)?);
        }
        Ok(Self {
            blob: blob.0,
            class_keys,
        })
    }

    /// `file_key` wrapped for `class`, as `EncryptionKey` and `ManifestKey` hold it.
    pub fn wrap_for(&self, class: u32, file_key: &[u8; 32]) -> Result<WrappedKey> {
        let class_key = (class.checked_sub(1))
            .and_then(|index| self.class_keys.get(index as usize))
            .ok_or_else(|| anyhow!("a keybag has no class {class}"))?;
        let mut wrapped = class.to_le_bytes().to_vec();
        wrapped.extend(wrap(class_key, file_key)?);
        Ok(wrapped)
    }
}

/// AES-256-CBC with a zero IV and PKCS#7: a whole number of blocks, always longer than `plain`.
pub fn encrypt(key: &[u8; 32], plain: &[u8]) -> Vec<u8> {
    cbc::Encryptor::<Aes256>::new(key.into(), &[0; 16].into()).encrypt_padded_vec::<Pkcs7>(plain)
}

fn passcode_key(password: &str, kdf: Kdf, double: bool, salt: &[u8], dpsl: &[u8]) -> [u8; 32] {
    let password = password.as_bytes();
    if double {
        let first = pbkdf2_hmac_array::<Sha256, 32>(password, dpsl, kdf.dpic);
        pbkdf2_hmac_array::<Sha1, 32>(&first, salt, kdf.iter)
    } else {
        pbkdf2_hmac_array::<Sha1, 32>(password, salt, kdf.iter)
    }
}

/// RFC 3394.
fn wrap(with: &[u8; 32], key: &[u8; 32]) -> Result<[u8; 40]> {
    let mut wrapped = [0; 40];
    KwAes256::new(with.into())
        .wrap_key(key, &mut wrapped)
        .map_err(|error| anyhow!("cannot wrap a key: {error}"))?;
    Ok(wrapped)
}

/// Tag, big-endian length, value.
#[derive(Default)]
struct Tlv(Vec<u8>);

impl Tlv {
    fn value(&mut self, tag: &[u8; 4], value: &[u8]) {
        self.0.extend_from_slice(tag);
        self.0
            .extend_from_slice(&(value.len() as u32).to_be_bytes());
        self.0.extend_from_slice(value);
    }

    fn number(&mut self, tag: &[u8; 4], value: u32) {
        self.value(tag, &value.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::{Kdf, Keybag, encrypt, wrap};
    use crate::rng::Rng;

    #[test]
    fn wraps_like_rfc_3394_section_4_6() {
        let hex = |text: &str| -> Vec<u8> {
            (0..text.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
                .collect()
        };
        let kek = hex("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F");
        let key = hex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F");
        let want =
            hex("28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21");
        let got = wrap(&kek.try_into().unwrap(), &key.try_into().unwrap()).unwrap();
        assert_eq!(got.to_vec(), want);
    }

    #[test]
    fn an_empty_file_still_takes_one_block() {
        assert_eq!(encrypt(&[1; 32], b"").len(), 16);
        assert_eq!(encrypt(&[1; 32], &[0; 15]).len(), 16);
        assert_eq!(encrypt(&[1; 32], &[0; 16]).len(), 32);
    }

    #[test]
    fn the_second_salt_comes_with_ios_10_2() {
        let has = |double, tag: &[u8]| {
            let bag = Keybag::new(&mut Rng::new(1), "x", Kdf::fast(), double).unwrap();
            bag.blob.windows(4).any(|window| window == tag)
        };
        assert!(has(true, b"DPSL") && has(true, b"DPIC") && has(true, b"SALT"));
        assert!(!has(false, b"DPSL") && !has(false, b"DPIC") && has(false, b"SALT"));
    }
}
