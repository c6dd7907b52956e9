//! A device table being read, whatever its format: what its records share, and what came of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::cell::Unit;
use super::columns::{self, DeviceField};
use super::consoles::{Console, NoDate};
use super::meaning::{self, GUESSED, is_guess};
use super::orders::{Cells, Orders};
use super::record::{Cell, Outcome, Record, TableContext};
use super::row_faults::{DEVICES_MAX, Faults, TOO_MANY};
use super::rules::TableRules;
use crate::mdm::date::{age, written};
use crate::mdm::protocol::document::{Document, Excluded, Reply};
use crate::mdm::protocol::explain::TableSummary;
use crate::model::evidence::Source;
use crate::model::management::Answer;
use crate::model::problem::{Problem, ProblemKind};
use crate::source::fold::words;
use crate::source::text::Text;

/// The largest table, and the largest file of JSON, in bytes.
pub(crate) const BYTES_MAX: u64 = 4 << 30;

/// A table of no known console must have so many facts beside the id of the device.
pub(super) const FIELDS_MIN: usize = 2;

/// Columns named in what was seen.
const IGNORED_MAX: usize = 400;

const WANTED: &str = "a table of devices";

/// What a file is read with.
#[derive(Clone, Copy)]
pub(crate) struct ReadContext<'m> {
    /// The run's clock.
    pub(crate) now: Timestamp,
    /// What the settings file says of tables.
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
    /// Does the name say that the device runs iOS?
    pub(super) of_ios: bool,
    /// The time zone in the name: "Last Check-in (UTC+01:00)".
    pub(super) zone: Option<TimeZone>,
}

/// Where a name stands.
#[derive(Clone, Copy)]
pub(super) struct Names<'n> {
    pub(super) console: &'static Console,
    pub(super) rules: &'n TableRules,
    /// The keys around the device's own number, folded; empty in a header.
    pub(super) home: &'n str,
}

/// Ranks of the names of a console's own table, and of the common one; the user's names rank 0.
const OF_CONSOLE: usize = 1_000;
const OF_EVERYBODY: usize = 2_000;

/// What a name means, and how sure that is; the lower the rank the surer.
fn meaning_of(name: &str, folded: &str, names: Names<'_>) -> Option<(DeviceField, usize)> {
    let bare = columns::bare(folded, names.home);
    let last = columns::last_key(bare);
    let candidates = || [Some(folded), Some(bare), last].into_iter().flatten();
    let in_tables = (names.rules.column(folded).map(|field| (field, 0)))
        .or_else(|| {
            let (field, place) = candidates().find_map(|name| names.console.meaning(name))?;
            Some((field, OF_CONSOLE + place))
        })
        .or_else(|| {
            let (field, place) = candidates().find_map(columns::by_name)?;
            Some((field, OF_EVERYBODY + place))
        });
    in_tables.or_else(|| {
        // a key inside another must stand for itself, as in the tables
        let own = if bare.contains('.') {
            last.and_then(|_| name.rsplit('.').next())?
        } else {
            let is_path = folded.contains('.');
            name.rsplit_once('.')
                .filter(|_| is_path)
                .map_or(name, |(_, last)| last)
        };
        let (field, place) = meaning::of_name(own)?;
        Some((field, GUESSED + place))
    })
}

/// The column that a name makes, if it means anything that is read.
pub(super) fn column(name: &str, folded: &str, names: Names<'_>) -> Option<Column> {
    let (field, rank) = meaning_of(name, folded, names)?;
    let bare = columns::bare(folded, names.home);
    (field != DeviceField::Ignore).then(|| Column {
        name: name.to_owned(),
        field,
        rank: (rank, folded.matches('.').count()),
        unit: Unit::of_name(bare),
        of_ios: is_of_ios(name),
        zone: zone_in(name),
    })
}

/// The zone in the brackets of a name.
fn zone_in(name: &str) -> Option<TimeZone> {
    let (_, rest) = name.rsplit_once(['(', '['])?;
    let zone = rest.trim_end().trim_end_matches([')', ']']).trim();
    match written::offset(zone) {
        Some(offset) => Some(TimeZone::fixed(offset)),
        None if zone.contains('/') => TimeZone::get(zone).ok(),
        None => None,
    }
}

/// Does a name say by itself that the device runs iOS: "iOS Version"?
fn is_of_ios(name: &str) -> bool {
    let words = words(name);
    words
        .iter()
        .any(|word| matches!(word.as_str(), "ios" | "ipados"))
}

/// The console that wrote a table, and the columns or keys that gave it away.
pub(super) struct Recognised {
    pub(super) console: &'static Console,
    pub(super) by: Vec<String>,
}

/// What decides the order of day and month in a table.
pub(super) struct Dates<'f> {
    /// Every date cell of the file, read again.
    pub(super) cells: Cells<'f>,
    /// Is the file of a country that writes a decimal comma?
    pub(super) decimal_comma: bool,
}

/// Whether a device is still in the MDM was true when the file was written, however long ago the device
/// called.
fn state_source(path: &Path, console: &Console, file: Timestamp, now: Timestamp) -> Arc<Source> {
    let (observed_at, clock) = age::observed(None, None, file, now);
    Arc::new(Source {
        path: path.to_owned(),
        kind: console.name.to_owned(),
        observed_at,
        clock,
    })
}

/// A table being read: what its records share, and what came of them so far.
pub(super) struct Reading<'r, 'd> {
    pub(super) table: TableContext<'r>,
    pub(super) document: &'d mut Document,
    pub(super) faults: Faults,
    summary: TableSummary,
    ignored: BTreeSet<String>,
    /// Column -> what it means, and its rank.
    ranks: BTreeMap<String, (DeviceField, usize)>,
}

impl<'r, 'd> Reading<'r, 'd> {
    pub(super) fn new(
        document: &'d mut Document,
        path: &'r Path,
        file: Timestamp,
        context: ReadContext<'r>,
        recognised: Recognised,
        dates: Dates<'r>,
    ) -> Self {
        let Recognised { console, by } = recognised;
        let settled = move |column: &str| {
            let own = context.rules.date_order(column, console.id);
            own.or(console.order)
        };
        Self {
            table: TableContext {
                console,
                zone: context.rules.zone(console.id),
                orders: Orders::new(dates.cells, Box::new(settled), dates.decimal_comma),
                state_source: state_source(path, console, file, context.now),
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
            ranks: BTreeMap::new(),
        }
    }

    /// Remembers which columns mean what, to report those that mean one thing.
    pub(super) fn note_ranks<'c>(&mut self, columns: impl Iterator<Item = &'c Column>) {
        for column in columns {
            let entry = (column.field, column.rank.0);
            self.ranks.insert(column.name.clone(), entry);
        }
    }

    pub(super) fn record(&mut self, cells: Vec<Cell<'_>>, line: u64) {
        self.summary.records += 1;
        for cell in &cells {
            self.note_mapped(cell);
        }
        match Record::new(&self.table, cells, line, &mut self.faults).read() {
            Outcome::Answer(_) if self.document.replies.len() >= DEVICES_MAX => {
                self.faults.add(&TOO_MANY, line);
            }
            Outcome::Answer(builder) => {
                if builder.management.kind_unsure {
                    self.summary.unsure += 1;
                } else {
                    self.summary.devices += 1;
                }
                self.document.replies.push(Reply {
                    answer: Answer {
                        identity: builder.identity,
                        hidden: None,
                        management: Box::new(builder.management),
                        source: builder.source,
                    },
                    command_uuid: None,
                });
            }
            Outcome::Other(family, udid) => {
                *self.summary.excluded.entry(family).or_default() += 1;
                self.document.excluded.push(Excluded { family, udid });
            }
            Outcome::Nameless => self.summary.nameless += 1,
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

    /// Reports the faults by `unit`, and what was read.
    pub(super) fn finish(mut self, unit: &str) {
        let path = self.table.path;
        self.note_unsure(unit);
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
        self.summary.guessed = guessed(&self.ranks);
        self.summary.passed_over = passed_over(&self.ranks);
        self.summary.ignored = self.ignored.into_iter().collect();
        self.summary.missing = missing(&self.summary, self.table.console);
        self.document.tables.push(self.summary);
    }
}

/// The columns whose meaning was guessed by their words.
fn guessed(ranks: &BTreeMap<String, (DeviceField, usize)>) -> BTreeSet<String> {
    let guessed = ranks.iter().filter(|(_, (_, rank))| is_guess(*rank));
    guessed.map(|(column, _)| column.clone()).collect()
}

/// Guessed columns that are not used, because another says the same more surely.
fn passed_over(ranks: &BTreeMap<String, (DeviceField, usize)>) -> BTreeMap<String, String> {
    let better = |column: &String, field: DeviceField, rank: usize| {
        let same = ranks
            .iter()
            .filter(|(other, (one, _))| *one == field && *other != column);
        let best = same.min_by_key(|(other, (_, rank))| (*rank, *other))?;
        ((best.1.1, best.0) < (rank, column)).then(|| best.0.clone())
    };
    let guessed = ranks.iter().filter(|(_, (_, rank))| is_guess(*rank));
    guessed
        .filter_map(|(column, (field, rank))| {
            Some((column.clone(), better(column, *field, *rank)?))
        })
        .collect()
}

impl Reading<'_, '_> {
    /// Rows of which nothing says what they are: they count where other evidence knows the device, and
    /// for no device of their own.
    fn note_unsure(&mut self, unit: &str) {
        if self.summary.unsure == 0 {
            return;
        }
        let all = self.summary.devices == 0;
        let (count, plural) = (
            self.summary.unsure,
            if self.summary.unsure == 1 { "" } else { "s" },
        );
        let found = format!(
            "{count} {unit}{plural} of which nothing says what kind of device it is; not counted, but where \
             other evidence knows the device"
        );
        let remedy = "take the model, the platform or the operating system into the export, or name the column \
                      that says it under [mdm.columns] of fleetback.toml";
        let path = self.table.path;
        let wanted = "a sign of an iPhone or iPad: a model, a platform or the name of a system";
        let problem = if all {
            Problem::incomplete(path, wanted, found)
        } else {
            Problem::note(path, wanted, found)
        };
        let problem = problem.with_kind(ProblemKind::LeftOut);
        self.document.problems.push(problem.with_remedy(remedy));
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
            "no column has the date of the last iCloud backup",
        ),
    ];
    let mut missing: Vec<String> = wanted
        .iter()
        .filter(|(field, _)| !has(*field))
        .map(|(_, words)| (*words).to_owned())
        .collect();
    if !has(DeviceField::LastInventory) && !has(DeviceField::LastContact) {
        missing.push("no column says how old a row is: the file's time is taken, and \"never\" cannot be distinguished from unknown".to_owned());
    }
    if missing.is_empty() && console.no_date == NoDate::Unknown {
        missing.push("an empty date of the last iCloud backup counts as unknown, not as never: what this console means by it is not verified".to_owned());
    }
    if !console.silent_on.is_empty() {
        missing.push(console.silent_on.to_owned());
    }
    missing
}

/// Notes that the rest of the file could not be read.
pub(super) fn add_rest_lost(document: &mut Document, found: &str) {
    let problem = Problem::incomplete(&document.path, WANTED, found)
        .with_kind(ProblemKind::Damaged)
        .with_remedy("export it again; a copy that was shortened or retyped cannot be read");
    document.problems.push(problem);
}
