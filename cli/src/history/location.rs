//! Where the history store lies when no file is named.

use std::path::PathBuf;

use etcetera::BaseStrategy;

/// Moves all data of fleetback elsewhere.
pub(crate) const DATA_DIR_VARIABLE: &str = "FLEETBACK_DATA_DIR";

/// The name of the store in its folder.
const FILE_NAME: &str = "history.sqlite3";

/// The store in the user's data directory; `None` where this system knows no such directory.
pub(crate) fn default_path() -> Option<PathBuf> {
    let folder = match named_folder() {
        Some(folder) => folder,
        None => {
            let dirs = etcetera::choose_base_strategy().ok()?;
            dirs.data_dir().join("fleetback")
        }
    };
    Some(folder.join(FILE_NAME))
}

/// The data directory that `FLEETBACK_DATA_DIR` names.
pub(crate) fn named_folder() -> Option<PathBuf> {
    let named = std::env::var_os(DATA_DIR_VARIABLE).filter(|value| !value.is_empty());
    named.map(PathBuf::from)
}
