//! Entry points for the fuzz targets: readers of files that people write. Bytes in; out comes what
//! was read, or the error message.
//!
//! Not a public interface: it may change at any time.

use std::path::Path;

use crate::config;
use crate::history::Store;
use crate::passwords::PasswordFile;

/// Reads the text of a password file: how many lines it has.
pub fn passwords(bytes: &[u8], is_toml: bool) -> Result<usize, String> {
    PasswordFile::lines_of(bytes, is_toml)
}

/// Reads the text of a settings file, and writes it as TOML again.
pub fn settings(text: &str) -> Result<String, String> {
    let config = config::parse(Path::new("f.toml"), text).map_err(|error| error.to_string())?;
    toml::to_string(&config).map_err(|error| error.to_string())
}

/// The settings file as `config init` writes it.
pub fn settings_template() -> String {
    config::settings_docs::template()
}

/// Opens a history store and reads the checks of a computer: how many checks and proofs.
pub fn store(path: &Path) -> Result<(usize, usize), String> {
    let memory = Store::open(path).and_then(|store| store.memory("host"));
    memory
        .map(|memory| memory.counts())
        .map_err(|error| error.to_string())
}
