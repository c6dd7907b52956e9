//! `--passwords FILE`: read once, before anything else is.

use std::path::Path;

use fleetback_scanner::backup::services::Candidate;
use fleetback_scanner::model::identity::Identity;
use jiff::Timestamp;

use super::guard::{self, PasswordFileError};
use super::table::{self, Entry, Fault, Id};

/// The passwords of a file.
#[derive(Debug)]
pub(crate) struct PasswordFile {
    /// "passwords.csv of 2026-11-20T04:00:00Z": an edited file is another source, so that what it
    /// proved is proven again. A hash of the file would be computed from the passwords.
    name: String,
    entries: Vec<Entry>,
}

impl PasswordFile {
    /// Reads the file: TOML when its name ends so, else CSV.
    pub(crate) fn read(path: &Path) -> Result<Self, PasswordFileError> {
        let secrets = guard::read(path)?;
        let is_toml = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("toml"));
        let entries = parse(&secrets.bytes, is_toml).map_err(|fault| PasswordFileError {
            path: path.to_owned(),
            wanted: "the passwords in",
            found: fault.found,
            remedy: fault.remedy.to_owned(),
        })?;
        let written = secrets.meta.modified().ok();
        let written = written.and_then(|at| Timestamp::try_from(at).ok());
        let file = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy();
        let name = match written {
            Some(at) => format!("{file} of {at:.3}"),
            None => file.into_owned(),
        };
        Ok(Self { name, entries })
    }

    /// How many lines such a text has, or what is wrong with it.
    pub(crate) fn lines_of(bytes: &[u8], is_toml: bool) -> Result<usize, String> {
        let describe = |fault: Fault| format!("{}; {}", fault.found, fault.remedy);
        let entries = parse(bytes, is_toml).map_err(describe)?;
        Ok(entries.len())
    }

    /// How many lines it has.
    pub(crate) fn lines(&self) -> usize {
        self.entries.len()
    }

    /// The device's own lines, then those of every device, each in the order of the file.
    fn of(&self, identity: &Identity) -> impl Iterator<Item = &Entry> {
        let own = self.entries.iter().filter(|entry| entry.id.names(identity));
        own.chain(self.entries.iter().filter(|entry| entry.id == Id::Any))
    }

    fn source(&self, entry: &Entry) -> String {
        format!("{} line {}", self.name, entry.line)
    }

    /// What to try on a device.
    pub(super) fn candidates(&self, identity: &Identity) -> Vec<Candidate> {
        let candidate = |entry: &Entry| Candidate {
            password: entry.password.clone(),
            source: self.source(entry),
        };
        self.of(identity).map(candidate).collect()
    }

    /// The names of what would be tried.
    pub(super) fn source_names(&self, identity: &Identity) -> Vec<String> {
        self.of(identity).map(|entry| self.source(entry)).collect()
    }
}

fn parse(bytes: &[u8], is_toml: bool) -> Result<Vec<Entry>, Fault> {
    let parse = if is_toml { table::toml } else { table::csv };
    parse(bytes)
}
