//! The standard locations of this computer, for a scan that names no ROOT.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use fleetback_scanner::discover::locations::{Os, Presence, Standard, standard};
use fleetback_scanner::model::problem::Level;

use crate::system::platform;

/// The standard places of every user of this computer.
pub(crate) fn here() -> Standard {
    let own = etcetera::home_dir().ok();
    standard(Os::current(), &platform::users_folder(), own.as_deref())
}

/// Where no ROOT is named: the standard places that are not there, so that nothing lies below them.
pub(crate) fn absent_roots(named: &[PathBuf]) -> Vec<PathBuf> {
    if !named.is_empty() {
        return Vec::new();
    }
    let absent = here()
        .locations
        .into_iter()
        .filter(|location| location.presence == Presence::Absent);
    absent.map(|location| location.path).collect()
}

/// What to scan when no ROOT is named: the standard places that exist. A folder of homes that
/// could not be listed is scanned too, so that the report says so.
///
/// Linux has no such place. That is an error where there is nothing else to read either, for a
/// nightly job that reads nothing must not end as if all were well.
pub(crate) fn standard_roots(something_else_to_read: bool) -> Result<Vec<PathBuf>> {
    ensure!(
        Os::current() != Os::Other || something_else_to_read,
        "this system has no standard location of backups, and no ROOT was named; name the folders: fleetback scan ROOT..., or set roots in the [scan] part of fleetback.toml"
    );
    let standard = here();
    let unlisted = standard
        .problems
        .iter()
        .filter(|problem| problem.level == Level::Incomplete);
    let mut roots = standard.roots();
    roots.extend(unlisted.map(|problem| problem.path.clone()));
    Ok(roots)
}
