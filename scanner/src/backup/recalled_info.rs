//! Reads Info.plist, or recalls what an earlier run read of the same file.
//!
//! Finder's holds the icons of every app, some megabytes each night for each device, of which a few lines
//! are used. The other plists are small, change with every backup and are always read.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::plists::info::{self, FORM, Info};
use super::verify::fingerprint;
use crate::model::backup::InfoRecord;
use crate::source::file::{self, Fault};
use crate::source::watched;

/// Reading a shorter file costs no more than recalling it.
const BYTES_MIN: u64 = 32 << 10;
/// A file system may tell times no finer: what was written since may have the time of before.
const SETTLED: SignedDuration = SignedDuration::from_secs(10);

/// What the file says, with what a cache should keep of it. `earlier` is what one kept.
pub(super) fn read(
    folder: &Path,
    now: Timestamp,
    earlier: Option<InfoRecord>,
) -> (Result<Info, Fault>, Option<InfoRecord>) {
    let path = file::found(folder, "Info.plist");
    let Some(stamp) = stamp(&path, now) else {
        return (info::read(folder), None);
    };
    let same = earlier.filter(|record| record.stamp == stamp);
    let recalled =
        same.and_then(|record| Some((serde_json::from_str(&record.facts).ok()?, record)));
    if let Some((info, record)) = recalled {
        return (Ok(info), Some(record));
    }
    let info = info::read(folder);
    let facts = info
        .as_ref()
        .ok()
        .and_then(|info| serde_json::to_string(info).ok());
    let record = facts.filter(|_| self::stamp(&path, now).as_ref() == Some(&stamp));
    let record = record.map(|facts| InfoRecord {
        stamp,
        read_at: now,
        facts,
    });
    (info, record)
}

/// `None` for a file that is short, or that was written to a moment ago.
fn stamp(path: &Path, now: Timestamp) -> Option<String> {
    let meta = watched::symlink_metadata(path).ok()?;
    let modified = Timestamp::try_from(meta.modified().ok()?).ok()?;
    let is_settled = now.duration_since(modified) >= SETTLED;
    (meta.is_file() && meta.len() >= BYTES_MIN && is_settled)
        .then(|| fingerprint::of_file(path, FORM))
}
