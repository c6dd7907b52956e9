//! Which keys and columns of a file were read, for those who ask why a report knows so little.

use std::collections::{BTreeMap, BTreeSet};

use plist::{Dictionary, Value};
use serde_json::Value as Json;

/// What was seen in one table, or one list of records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableSummary {
    /// "Jamf Pro device record".
    pub source: String,
    /// By which columns or keys it was recognised; empty for a table of no known console.
    pub by: Vec<String>,
    /// Column -> id of the fact, and the number of records that say something there.
    pub mapped: BTreeMap<String, (String, u64)>,
    /// Columns that are not read.
    pub ignored: Vec<String>,
    /// Rows or records.
    pub records: u64,
    /// Of these, iPhones and iPads that are named.
    pub devices: u64,
    /// Rows of which nothing says what kind of device they are about.
    pub unsure: u64,
    /// Rows that name no device.
    pub nameless: u64,
    /// Columns that were guessed by their words, and columns passed over because a better one says the same.
    pub guessed: BTreeSet<String>,
    /// Column -> the better one.
    pub passed_over: BTreeMap<String, String>,
    /// Devices of other families, by family.
    pub excluded: BTreeMap<&'static str, u64>,
    /// What is missing for a verdict on iCloud backups, in words.
    pub missing: Vec<String>,
}

/// The keys of one kind of message, by whether anything was read there. Names only, never values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// Read.
    pub read: BTreeSet<String>,
    /// Passed over.
    pub ignored: BTreeSet<String>,
}

/// Dictionaries, and lists of them, whose keys are named as well; what lies in others may be the name of
/// an app or of a person.
const OPEN: &[&str] = &[
    "CertificateList",
    "GlobalRestrictions",
    "ManagementStatus",
    "ProfileList",
    "QueryResponses",
    "SecurityInfo",
    "ServiceSubscriptions",
];

/// Keys of an envelope, which are read of every message.
pub(crate) const ENVELOPE: &[&str] = &[
    "CommandUUID",
    "EnrollmentID",
    "MessageType",
    "Status",
    "UDID",
];

/// Elements of a list that are looked at.
const ELEMENTS_MAX: usize = 50;

/// Letters of a key, and keys in all, that are kept.
const KEY_MAX: usize = 80;
const KEYS_MAX: usize = 400;

/// The names of the keys of a message, parted by dots where they lie deeper.
pub(crate) fn of_plist(root: &Dictionary) -> Vec<String> {
    let mut paths = Vec::new();
    below_plist(root, "", &mut paths);
    paths
}

fn below_plist(dict: &Dictionary, above: &str, paths: &mut Vec<String>) {
    for (key, value) in dict {
        let path = joined(above, key);
        let open = OPEN.contains(&key.as_str());
        let inner: Vec<&Dictionary> = match value {
            Value::Dictionary(inner) if open => vec![inner],
            Value::Array(items) if open => {
                let dicts = items.iter().filter_map(Value::as_dictionary);
                dicts.take(ELEMENTS_MAX).collect()
            }
            _ => Vec::new(),
        };
        if inner.is_empty() && paths.len() < KEYS_MAX {
            paths.push(path);
            continue;
        }
        for dict in inner {
            below_plist(dict, &path, paths);
        }
    }
}

/// The names of the keys of an object, as far as they are no list of things.
pub(crate) fn of_json(value: &Json) -> Vec<String> {
    let mut paths = Vec::new();
    below_json(value, "", 6, &mut paths);
    paths
}

fn below_json(value: &Json, above: &str, depth: u8, paths: &mut Vec<String>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let path = joined(above, key);
        match value {
            Json::Object(_) if depth > 1 => below_json(value, &path, depth - 1, paths),
            _ if paths.len() < KEYS_MAX => paths.push(path),
            _ => {}
        }
    }
}

fn joined(above: &str, key: &str) -> String {
    let key: String = key.chars().take(KEY_MAX).collect();
    if above.is_empty() {
        key
    } else {
        format!("{above}.{key}")
    }
}
