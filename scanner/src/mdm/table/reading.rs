//! A device table being read, whatever its format: what its records share, and what came of them.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;

use super::cell::Unit;
use super::columns::{self, DeviceField};
use super::consoles::{Console, NoDate};
use super::record::{Cell, Outcome, Record, TableContext};
use super::row_faults::Faults;
use super::rules::TableRules;
use crate::mdm::protocol::document::{Document, Excluded, Reply};
use crate::mdm::protocol::explain::TableSummary;
use crate::model::management::Answer;
use crate::model::problem::Problem;
use crate::source::text::Text;

/// The largest table, and the largest file of JSON, in bytes.
pub(crate) const BYTES_MAX: u64 = 4 << 30;

/// A table of no known console must tell so many facts beside the number of the device.
pub(super) const FIELDS_MIN: usize = 2;

/// Columns named in what was seen.
const IGNORED_MAX: usize = 400;

const WANTED: &str = "a table of devices";

/// What a file is read with.
#[derive(Clone, Copy)]
pub(crate) struct ReadContext<'m> {
    /// The run's clock.
    pub(crate) now: Timestamp,
    /// What the user has said of tables.
    pub(crate) rules: &'m TableRules,
    /// Hears how many bytes were read.
    pub(crate) on_bytes: &'m dyn Fn(u64),
}

/// Opens the file as text.
pub(super) fn open<'m>(path: &Path, context: ReadContext<'m>) -> Option<Text<'m>> {
    Text::open(path, BYTES_MAX, context.on_bytes).ok()
}

/// A column or key that is mapped.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) field: DeviceField,
    pub(super) rank: (usize, usize),
    pub(super) unit: Option<Unit>,
}

/// What a name means: to the user, at this console, anywhere.
pub(super) fn column(
    name: &str,
    folded: &str,
    place: usize,
    console: &Console,
    rules: &TableRules,
) -> Option<Column> {
    let bare = columns::bare(folded);
    let (field, rank) = (rules.column(folded).map(|field| (field, 0)))
        .or_else(|| console.meaning(bare))
        .or_else(|| columns::by_name(bare))?;
    (field != DeviceField::Ignore).then(|| Column {
        name: name.to_owned(),
        field,
        rank: (rank, place),
        unit: Unit::of_name(bare),
    })
}

/// A table being read: what its records share, and what came of them so far.
pub(super) struct Reading<'r, 'd> {
    pub(super) table: TableContext<'r>,
    pub(super) document: &'d mut Document,
    pub(super) faults: Faults,
    summary: TableSummary,
    ignored: BTreeSet<String>,
}

impl<'r, 'd> Reading<'r, 'd> {
    pub(super) fn new(
        document: &'d mut Document,
        path: &'r Path,
        file: Timestamp,
        context: ReadContext<'_>,
        console: &'static Console,
        by: Vec<String>,
    ) -> Self {
        Self {
            table: TableContext {
                console,
                zone: context.rules.zone(console.id),
                path,
                file,
                now: context.now,
            },
            document,
            faults: Faults::default(),
            summary: TableSummary {
                source: console.name.to_owned(),
                by,
                ..TableSummary::default()
            },
            ignored: BTreeSet::new(),
        }
    }

    pub(super) fn record(&mut self, cells: Vec<Cell<'_>>, line: u64) {
        self.summary.records += 1;
        for cell in &cells {
            self.note_mapped(cell);
        }
        match Record::new(&self.table, cells, line, &mut self.faults).read() {
            Outcome::Answer(builder) => {
                self.summary.devices += 1;
                self.document.replies.push(Reply {
                    answer: Answer {
                        identity: builder.identity,
                        hidden: None,
                        management: builder.management,
                        source: builder.source,
                    },
                    command_uuid: None,
                });
            }
            Outcome::Other(family, udid) => {
                *self.summary.excluded.entry(family).or_default() += 1;
                self.document.excluded.push(Excluded { family, udid });
            }
            Outcome::Nameless => {}
        }
    }

    fn note_mapped(&mut self, cell: &Cell<'_>) {
        let filled = u64::from(!cell.text.is_empty());
        match self.summary.mapped.get_mut(cell.column) {
            Some((_, count)) => *count += filled,
            None => {
                let entry = (cell.field.id(), filled);
                self.summary.mapped.insert(cell.column.to_owned(), entry);
            }
        }
    }

    pub(super) fn note_ignored(&mut self, name: &str) {
        if self.ignored.len() < IGNORED_MAX {
            self.ignored.insert(name.to_owned());
        }
    }

    /// Tells the faults by `unit`, and what was seen.
    pub(super) fn finish(mut self, unit: &str) {
        let path = self.table.path;
        self.document
            .problems
            .extend(self.faults.problems(path, unit));
        let others: Vec<_> = self.summary.excluded.iter().collect();
        if !others.is_empty() {
            let counts: Vec<_> = others
                .iter()
                .map(|(family, count)| format!("{count} of {family}"))
                .collect();
            let found = format!("{unit}s of other devices, left out: {}", counts.join(", "));
            let note = Problem::note(path, "iPhones and iPads", found);
            self.document.problems.push(note);
        }
        self.summary.ignored = self.ignored.into_iter().collect();
        self.summary.missing = missing(&self.summary, self.table.console);
        self.document.tables.push(self.summary);
    }
}

/// What is missing for a verdict on iCloud backups.
fn missing(summary: &TableSummary, console: &Console) -> Vec<String> {
    let has = |field: DeviceField| summary.mapped.values().any(|(id, _)| *id == field.id());
    let wanted = [
        (
            DeviceField::CloudBackupEnabled,
            "no column says whether iCloud Backup is on",
        ),
        (
            DeviceField::LastCloudBackup,
            "no column tells the date of the last iCloud backup",
        ),
    ];
    let mut missing: Vec<String> = wanted
        .iter()
        .filter(|(field, _)| !has(*field))
        .map(|(_, words)| (*words).to_owned())
        .collect();
    if !has(DeviceField::LastInventory) && !has(DeviceField::LastContact) {
        missing.push("no column says how old a row is: the file's time is taken, and nobody can tell \"never\"".to_owned());
    }
    if missing.is_empty() && console.no_date == NoDate::Unknown {
        missing.push("an empty date of the last iCloud backup counts as unknown, not as never: nobody has verified what this console means by it".to_owned());
    }
    if !console.silent_on.is_empty() {
        missing.push(console.silent_on.to_owned());
    }
    missing
}

/// Notes that the rest of the file could not be read.
pub(super) fn add_rest_lost(document: &mut Document, found: &str) {
    let problem = Problem::incomplete(&document.path, WANTED, found)
        .with_remedy("export it again; a copy that was shortened or retyped cannot be read");
    document.problems.push(problem);
}
