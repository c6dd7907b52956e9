//! What was seen in an export, for whoever asks why a report knows so little.

use std::collections::{BTreeMap, BTreeSet};

/// What was seen in one table, or one list of records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
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
    /// Devices of other families, by family.
    pub kept_out: BTreeMap<&'static str, u64>,
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
