//! What this crate reads of files that people write, opened for the fuzz targets: bytes in; out comes
//! what was made of them, or the words that a user would be told.
//!
//! Nothing here is for other programs, and nothing of it is promised to stay.

use std::path::Path;

use crate::config;
use crate::history::Store;
use crate::passwords::PasswordFile;

/// Reads the text of a password file: how many lines it has.
pub fn passwords(bytes: &[u8], is_toml: bool) -> Result<usize, String> {
    PasswordFile::lines_of(bytes, is_toml)
}

/// Reads the text of a settings file, and writes what it says as TOML again.
pub fn settings(text: &str) -> Result<String, String> {
    let config = config::parse(Path::new("f.toml"), text).map_err(|error| error.to_string())?;
    toml::to_string(&config).map_err(|error| error.to_string())
}

/// Opens a history store and reads all that it remembers of a computer: how much that is.
pub fn store(path: &Path) -> Result<(usize, usize), String> {
    let memory = Store::open(path).and_then(|store| store.memory("host"));
    memory
        .map(|memory| memory.counts())
        .map_err(|error| error.to_string())
}
