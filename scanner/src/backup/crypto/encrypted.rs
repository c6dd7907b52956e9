//! Opens what lies encrypted in a backup whose password is proven: its list of files, and the few
//! payloads that are read for what they say.
//!
//! Everything stays in memory. A temporary file would leave on this computer what its owner took the
//! trouble to encrypt.

use std::path::Path;

use super::decrypt;
use super::keybag::ClassKeys;
use crate::backup::file_list::catalog::Catalog;
use crate::source::file::{self, Fault};
use crate::source::sqlite::Database;

/// A list of a million files has about a gigabyte.
const LIST_BYTES_MAX: u64 = 8 << 30;

/// Decrypts Manifest.db into memory and opens it.
pub(crate) fn open_catalog(
    folder: &Path,
    manifest_key: Option<&[u8]>,
    keys: &ClassKeys,
) -> Result<Catalog, Fault> {
    let wrong = |words: &str| Fault::Wrong(words.to_owned());
    let key = manifest_key
        .and_then(|key| keys.unwrap_with_class(key))
        .ok_or_else(|| {
            wrong("the password opens the keybag, and the keybag does not open the ManifestKey")
        })?;
    let mut file = file::open(&file::found(folder, "Manifest.db"))?;
    let length = decrypt::plain_length(&mut file, &key)
        .map_err(|e| file::fault(&e))?
        .ok_or_else(|| wrong("a file that its key does not decrypt to its end"))?;
    if length > LIST_BYTES_MAX {
        return Err(Fault::TooLarge(LIST_BYTES_MAX));
    }
    let decrypt = |cache: &mut [u8]| decrypt::decrypt_into(&file, &key, cache);
    Catalog::of_memory(Database::of_memory(length, decrypt)?)
}

/// Reads and decrypts one payload.
pub(crate) fn read_payload(
    path: &Path,
    bytes_max: u64,
    key: &[u8],
    keys: &ClassKeys,
) -> Result<Vec<u8>, Fault> {
    let mut bytes = file::read(path, bytes_max)?;
    let key = keys.unwrap_with_class(key);
    if key.is_some_and(|key| decrypt::decrypt_in_place(&key, &mut bytes)) {
        Ok(bytes)
    } else {
        Err(Fault::Wrong(
            "a file that its key does not decrypt".to_owned(),
        ))
    }
}
