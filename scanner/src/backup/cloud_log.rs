//! Reads the iCloud backup's own log, which lies as two small plists inside a local backup.
//!
//! It is as old as the local backup that holds it. Its absence is normal: an encrypted backup hides
//! it until its password is proven, and a device that never used iCloud has none. iOS moved the first file from one domain to
//! another, so both are looked for, by the payload's name: no path of a manifest is followed.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use plist::{Dictionary, Value};

use super::file_list::catalog::Layout;
use crate::model::cloud::{CloudAttempt, CloudLog, CloudWindow};
use crate::source::file::Fault;
use crate::source::plist as source;

const BYTES_MAX: u64 = 16 << 20;
/// Apple keeps ten; more are not taken.
const ENTRIES_MAX: usize = 10;
const INNER_CODES_MAX: usize = 16;
/// Seconds from 1970 to 2001, where Apple's numbers begin.
const EPOCH_2001: f64 = 978_307_200.0;

/// SHA-1 of `RootDomain-…` and `HomeDomain-Library/Preferences/com.apple.MobileBackup.plist`.
const MOBILE_BACKUP: [&str; 2] = [
    "e999feed282a124992b327889794b74eaf6adb56",
    "2f0b2af6ff2371fcfaf405572b94d0e8551c5659",
];
/// SHA-1 of `HomeDomain-Library/Preferences/com.apple.mobile.ldbackup.plist`.
const LDBACKUP: &str = "2f771621fd3c627d0db75fe173f3dae8ce50e98b";

/// What was read, and what could not be.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Reading {
    /// The log; `None` when the backup holds none.
    pub log: Option<CloudLog>,
    /// Entries dated after the backup, which cannot be true and were dropped.
    pub dropped: usize,
    /// Files that are there and gave nothing.
    pub faults: Vec<(PathBuf, Fault)>,
}

/// The payloads that hold the log.
pub(super) const PAYLOADS: [&str; 3] = [MOBILE_BACKUP[0], MOBILE_BACKUP[1], LDBACKUP];

/// The wrapped key of each of [`PAYLOADS`], as its row carries it.
pub(super) type LogKeys = [Option<[u8; 44]>; PAYLOADS.len()];

/// Where the log lies and how its payloads are opened.
pub(super) struct PayloadReader<'a> {
    /// The backup's folder.
    pub folder: &'a Path,
    /// Where its payloads lie.
    pub layout: Layout,
    /// Reads one of [`PAYLOADS`] that lies at this path; `bytes_max` bounds it.
    pub open: &'a dyn Fn(&str, &Path, u64) -> Result<Dictionary, Fault>,
}

/// Reads a payload of an unencrypted backup.
pub(super) fn open_plain(_: &str, path: &Path, bytes_max: u64) -> Result<Dictionary, Fault> {
    source::read_dictionary(path, bytes_max)
}

/// Reads the log of a backup that was completed at `backup_date`.
pub(super) fn read(reader: &PayloadReader<'_>, backup_date: Timestamp) -> Reading {
    let mut reading = Reading::default();
    for id in MOBILE_BACKUP {
        if let Some(root) = reading.payload(reader, id) {
            let log = reading.log.get_or_insert_default();
            add_attempts(log, &root);
            add_windows(log, &root);
        }
    }
    if let Some(root) = reading.payload(reader, LDBACKUP) {
        add_settings(reading.log.get_or_insert_default(), &root);
    }
    if let Some(log) = &mut reading.log {
        reading.dropped = drop_later(log, backup_date);
        tidy(log);
    }
    reading
}

impl Reading {
    fn payload(&mut self, reader: &PayloadReader<'_>, id: &str) -> Option<Dictionary> {
        let path = match reader.layout {
            Layout::Buckets => reader.folder.join(&id[..2]).join(id),
            Layout::Flat => reader.folder.join(id),
        };
        match (reader.open)(id, &path, BYTES_MAX) {
            Ok(root) => Some(root),
            Err(Fault::Absent) => None,
            Err(fault) => {
                self.faults.push((path, fault));
                None
            }
        }
    }
}

fn add_attempts(log: &mut CloudLog, root: &Dictionary) {
    let info = root.get("BackupStateInfo").and_then(Value::as_dictionary);
    let errors = info.and_then(|info| info.get("errors")?.as_array());
    let entries = errors.into_iter().flatten();
    log.attempts
        .extend(entries.filter_map(|entry| attempt(entry.as_dictionary()?)));
}

fn attempt(entry: &Dictionary) -> Option<CloudAttempt> {
    Some(CloudAttempt {
        at: source::date(entry, "date").ok()??,
        domain: short_text(source::string(entry, "domain").ok()??),
        code: source::integer(entry, "code").ok()??,
        inner_codes: inner_codes(entry),
    })
}

/// Codes of the errors below an error, outermost first; `underlyingError` is one, `underlyingErrors`
/// are several.
fn inner_codes(entry: &Dictionary) -> Vec<i64> {
    let mut codes = Vec::new();
    let mut level: Vec<&Dictionary> = below(entry).collect();
    while !level.is_empty() && codes.len() < INNER_CODES_MAX {
        let found = level
            .iter()
            .filter_map(|e| source::integer(e, "code").ok()?);
        codes.extend(found);
        level = level.into_iter().flat_map(below).collect();
    }
    codes.truncate(INNER_CODES_MAX);
    codes
}

fn below(entry: &Dictionary) -> impl Iterator<Item = &Dictionary> {
    let one = entry.get("underlyingError").into_iter();
    let several = entry.get("underlyingErrors").and_then(Value::as_array);
    one.chain(several.into_iter().flatten())
        .filter_map(Value::as_dictionary)
        .take(INNER_CODES_MAX)
}

fn add_windows(log: &mut CloudLog, root: &Dictionary) {
    let events = root.get("LastOnConditionEvents").and_then(Value::as_array);
    let events = events.into_iter().flatten();
    log.windows
        .extend(events.filter_map(|event| window(event.as_string()?)));
}

/// Fields between bars: 0 start, 1 seconds, 3 on power, 4 locked, 5 on Wi-Fi. There are 17 of them
/// up to iOS 16 and 19 later; the others are not used.
fn window(event: &str) -> Option<CloudWindow> {
    let fields: Vec<&str> = event.split('|').take(32).collect();
    let flag = |at: usize| match *fields.get(at)? {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    };
    Some(CloudWindow {
        start: fields.first()?.parse().ok()?,
        seconds: whole_seconds(fields.get(1)?)?,
        on_power: flag(3)?,
        locked: flag(4)?,
        on_wifi: flag(5)?,
    })
}

fn whole_seconds(text: &str) -> Option<u64> {
    let seconds = text.split('.').next()?;
    seconds.parse().ok()
}

fn add_settings(log: &mut CloudLog, root: &Dictionary) {
    log.enabled = match root.get("CloudBackupEnabled") {
        Some(Value::Boolean(on)) => Some(*on),
        Some(Value::Integer(number)) => number.as_signed().map(|number| number != 0),
        _ => None,
    };
    log.last_date = since_2001(root, "LastCloudBackupDate");
}

/// Seconds since 2001, or a date; 0 means that there was none.
fn since_2001(root: &Dictionary, key: &str) -> Option<Timestamp> {
    if let Ok(Some(date)) = source::date(root, key) {
        return Some(date);
    }
    let seconds = source::real(root, key).ok()??;
    let sane = seconds.is_finite() && seconds > 0.0 && seconds < 1e11;
    #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
    sane.then(|| Timestamp::from_second((seconds + EPOCH_2001) as i64).ok())?
}

fn short_text(text: &str) -> String {
    text.chars().take(64).collect()
}

fn drop_later(log: &mut CloudLog, backup_date: Timestamp) -> usize {
    let before = log.attempts.len() + log.windows.len() + usize::from(log.last_date.is_some());
    log.attempts.retain(|attempt| attempt.at <= backup_date);
    log.windows.retain(|window| window.start <= backup_date);
    log.last_date = log.last_date.filter(|date| *date <= backup_date);
    before - log.attempts.len() - log.windows.len() - usize::from(log.last_date.is_some())
}

fn tidy(log: &mut CloudLog) {
    log.attempts.sort_unstable_by(|a, b| b.cmp(a));
    log.attempts.dedup();
    log.attempts.truncate(ENTRIES_MAX);
    log.windows.sort_unstable_by(|a, b| b.cmp(a));
    log.windows.dedup();
    log.windows.truncate(ENTRIES_MAX);
}
