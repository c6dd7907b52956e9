//! Writings that did not reach the list itself: a write-ahead log, or the journal of a transaction
//! that never ended.
//!
//! The list is opened as immutable, and SQLite then sees neither. Rows that were committed in a log
//! are read with it in memory; a hot journal says that the list holds half of a transaction.

use std::path::Path;

use crate::source::file::{self, Fault};
use crate::source::sqlite_wal;

const LOG_BYTES_MAX: u64 = 512 << 20;
const LIST_BYTES_MAX: u64 = 2 << 30;
/// How a journal begins whose transaction may not have ended.
const JOURNAL_MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// What lies beside the list.
#[derive(Debug, Default)]
pub(crate) enum Pending {
    /// Nothing that changes it.
    #[default]
    Nothing,
    /// The list with the rows of its log.
    Merged(Vec<u8>),
    /// Something that makes the list unknown; plain words.
    Unknown(String),
}

/// Looks beside the plain list of a backup.
pub(crate) fn probe(list: &Path) -> Result<Pending, Fault> {
    if is_hot(&beside(list, "-journal"))? {
        return Ok(Pending::Unknown(
            "a transaction on the list of files never ended: its journal lies beside it".to_owned(),
        ));
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
    let page_bytes = match database.get(16..18) {
        Some(&[0, 1]) => 65_536,
        Some(&[high, low]) => usize::from(u16::from_be_bytes([high, low])),
        _ => return Ok(Pending::Nothing),
    };
    let committed = sqlite_wal::committed(&log, page_bytes);
    if committed.bytes() > LIST_BYTES_MAX {
        return Ok(too_large(Fault::Absent));
    }
    Ok(if committed.apply(&log, &mut database) {
        Pending::Merged(database)
    } else {
        Pending::Nothing
    })
}

fn is_hot(journal: &Path) -> Result<bool, Fault> {
    match file::read_head(journal, JOURNAL_MAGIC.len() as u64) {
        Ok((head, _)) => Ok(head == JOURNAL_MAGIC),
        Err(fault) if fault.is_unreadable() => Err(fault),
        Err(_) => Ok(false),
    }
}

fn beside(list: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = list.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
