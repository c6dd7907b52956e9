//! Writings that did not reach the list itself: a write-ahead log, or the journal of a transaction
//! that never ended.
//!
//! The list is opened as immutable, and SQLite then sees neither. Rows that were committed in a log
//! are read with it in memory, and half a transaction is rolled back there by its journal.

use std::path::Path;

use crate::source::file::{self, Fault};
use crate::source::{sqlite_journal, sqlite_wal};

const LOG_BYTES_MAX: u64 = 512 << 20;
const LIST_BYTES_MAX: u64 = 2 << 30;
/// What lies beside the list.
#[derive(Debug, Default)]
pub(crate) enum Pending {
    /// Nothing that changes it.
    #[default]
    Nothing,
    /// The list as SQLite would read it, and why it is not the last word; plain words.
    InMemory(Vec<u8>, &'static str),
    /// Something that makes the list unknown; plain words.
    Unknown(String),
}

/// Looks beside the plain list of a backup.
pub(crate) fn probe(list: &Path) -> Result<Pending, Fault> {
    let journal = beside(list, "-journal");
    if is_hot(&journal)?
        && let Some(pending) = roll_back(list, &journal)?
    {
        return Ok(pending);
    }
    let log = beside(list, "-wal");
    match file::read_head(&log, 1) {
        Err(Fault::Absent) | Ok((_, 0)) => Ok(Pending::Nothing),
        Err(fault) => Ok(Pending::Unknown(format!(
            "its write-ahead log cannot be read: {fault}"
        ))),
        Ok(_) => merge(list, &log),
    }
}

fn merge(list: &Path, log: &Path) -> Result<Pending, Fault> {
    let too_large = |_| Pending::Unknown("its write-ahead log is too large to be read".to_owned());
    let log = match file::read(log, LOG_BYTES_MAX) {
        Ok(log) => log,
        Err(fault) => return Ok(too_large(fault)),
    };
    let mut database = match file::read(list, LIST_BYTES_MAX) {
        Ok(database) => database,
        Err(fault @ Fault::TooLarge(_)) => return Ok(too_large(fault)),
        Err(fault) => return Err(fault),
    };
    let Some(page_bytes) = page_bytes(&database) else {
        return Ok(Pending::Nothing);
    };
    let committed = sqlite_wal::committed(&log, page_bytes);
    if committed.bytes() > LIST_BYTES_MAX {
        return Ok(too_large(Fault::Absent));
    }
    Ok(if committed.apply(&log, &mut database) {
        Pending::InMemory(database, IN_A_LOG)
    } else {
        Pending::Nothing
    })
}

/// Tools that restore send Manifest.db alone to the device, so that the rows of its log are lost.
const IN_A_LOG: &str =
    "rows of the list of files lie in a write-ahead log beside it, which no tool restores";
/// And so the device gets half of the transaction.
const ROLLED_BACK: &str = "a transaction on the list of files never ended: it was read as it was before, by the journal beside it, which no tool restores";

/// `None` for a journal that holds nothing to play back.
fn roll_back(list: &Path, journal: &Path) -> Result<Option<Pending>, Fault> {
    let unknown = |why: &str| {
        let never_ended =
            "a transaction on the list of files never ended: its journal lies beside it";
        Ok(Some(Pending::Unknown(format!("{never_ended}{why}"))))
    };
    let journal = match file::read(journal, LOG_BYTES_MAX) {
        Ok(journal) => journal,
        Err(fault) => return unknown(&format!(", and cannot be read: {fault}")),
    };
    let mut database = match file::read(list, LIST_BYTES_MAX) {
        Ok(database) => database,
        Err(Fault::TooLarge(_)) => {
            return unknown(", and the list is too large to be read in memory");
        }
        Err(fault) => return Err(fault),
    };
    let page_bytes = page_bytes(&database).unwrap_or_default();
    match sqlite_journal::roll_back(&journal, &mut database, page_bytes) {
        Some(true) => Ok(Some(Pending::InMemory(database, ROLLED_BACK))),
        Some(false) => Ok(None),
        None => unknown(", and is not of it alone"),
    }
}

fn page_bytes(database: &[u8]) -> Option<usize> {
    match *database.get(16..18)? {
        [0, 1] => Some(65_536),
        [high, low] => Some(usize::from(u16::from_be_bytes([high, low]))),
        _ => None,
    }
}

fn is_hot(journal: &Path) -> Result<bool, Fault> {
    match file::read_head(journal, sqlite_journal::MAGIC.len() as u64) {
        Ok((head, _)) => Ok(head == sqlite_journal::MAGIC),
        Err(fault) if fault.is_unreadable() => Err(fault),
        Err(_) => Ok(false),
    }
}

fn beside(list: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = list.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
