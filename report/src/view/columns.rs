//! The fleet as two tables of typed cells: one row per device, one row per local backup.
//!
//! Every column is one row of a table: name, heading, kind, and a function from a device (and one of
//! its backups) to a [`Cell`]. Writers format by cell type; they never format a date or an IMEI
//! themselves.

use std::borrow::Cow;

use jiff::Timestamp;

use super::cell::{Cell, Kind};
use super::report::Row;
use super::source::evidence_origin;
use super::{attention, letter, policy, summary};
use crate::format::{self, Label};
use crate::results::{Backup, Change, Device, Finding, FixId, Results};

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in CSV files: never renamed.
    pub name: &'static str,
    /// Its heading for people.
    pub heading: &'static str,
    /// What its cells hold.
    pub kind: Kind,
    cell: fn(&Row<'_>) -> Cell,
}

impl Column {
    /// The cell of this column in a row; instants in its text are read in the zone of the row.
    pub fn cell(&self, row: &Row<'_>) -> Cell {
        match (self.cell)(row) {
            Cell::Text(text) => match format::in_zone(&text, row.zone) {
                Cow::Borrowed(_) => Cell::Text(text),
                Cow::Owned(read) => Cell::Text(read),
            },
            cell => cell,
        }
    }
}

/// The column of that name in [`COLUMNS`].
pub fn column(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name == name)
}

impl<'a> Row<'a> {
    /// The cells of this row under the given columns.
    pub fn cells(self, columns: &'static [Column]) -> impl Iterator<Item = Cell> + use<'a> {
        columns.iter().map(move |column| column.cell(&self))
    }

    /// The finding that the row speaks of.
    fn finding(&self) -> Option<&'a Finding> {
        self.device.findings.first()
    }

    /// The same where something should be done about it: the row is then counted under its fix.
    fn advice(&self) -> Option<&'a Finding> {
        attention::deciding_finding(self.device)
    }

    fn waived(&self) -> Option<&'a Finding> {
        self.device
            .findings
            .iter()
            .find(|found| found.waived.is_some())
    }

    /// The backup that the path is about: where only archived copies are left, the newest of them.
    fn located(&self) -> Option<&'a Backup> {
        self.backup.or(self.device.backups.first())
    }

    fn date(&self, at: Option<Timestamp>) -> Cell {
        at.map_or(Cell::Unknown, |at| Cell::Date(format::date(at, self.zone)))
    }

    fn age(&self, at: Option<Timestamp>) -> Cell {
        let limits = self.results.policy.of(self.device).age_limits();
        let age = |at| format::age(at, self.results.scanned_at, &limits).days();
        Cell::age(at.map(age))
    }

    fn of_backup(&self, cell: fn(&Backup) -> Cell) -> Cell {
        self.backup.map_or(Cell::Unknown, cell)
    }
}

const fn col(
    name: &'static str,
    heading: &'static str,
    kind: Kind,
    cell: fn(&Row<'_>) -> Cell,
) -> Column {
    Column {
        name,
        heading,
        kind,
        cell,
    }
}

/// The columns of the table of devices, what people read first, then the rest. The order is fixed; additions only at the end.
#[rustfmt::skip] // one column a line
pub const COLUMNS: &[Column] = &[
    col("could_be_lost", "Could be lost", Kind::Word, |r| Cell::yes_no(Some(r.device.could_be_lost))),
    col("listed", "Listed", Kind::Word, |r| Cell::word(Some(r.device.listed))),
    col("status", "Status", Kind::Word, |r| Cell::word(Some(r.device.status))),
    col("severity", "Severity", Kind::Word, |r| severity(r.device)),
    col("device_name", "Device name", Kind::Text, |r| Cell::text(r.device.device_name.as_deref())),
    col("user", "User", Kind::Text, |r| Cell::text(r.device.user.as_deref())),
    col("email", "E-mail", Kind::Text, |r| Cell::text(r.device.email.as_deref())),
    col("site", "Site", Kind::Text, |r| Cell::text(r.device.site.as_deref())),
    col("department", "Department", Kind::Text, |r| Cell::text(r.device.department.as_deref())),
    col("serial_number", "Serial number", Kind::Id, |r| plain_id(r.device.serial_number.as_deref())),
    col("last_good_backup", "Last good backup", Kind::Date, |r| r.date(last_good(r.device))),
    col("age_days", "Age in days", Kind::Number, |r| Cell::age(r.device.age_days)),
    col("reason", "Reason", Kind::Text, |r| Cell::text(r.finding().map(|found| r.results.cause(&found.cause)))),
    col("likely_fix", "Likely fix", Kind::Id, |r| fix_id(r.advice().and_then(|found| found.likely_fix))),
    col("who_acts", "Who acts", Kind::Word, |r| Cell::text(r.advice().and_then(Finding::fix).map(|fix| fix.who))),
    col("message", "Message to the user", Kind::Text, |r| Cell::text(r.advice().and_then(|_| letter::to_user(r.device)).map(|letter| letter.body))),
    col("model", "Model", Kind::Text, |r| Cell::text(r.device.model.as_deref())),
    col("product_type", "Product type", Kind::Text, |r| Cell::text(r.device.product_type.as_deref())),
    col("os", "System", Kind::Text, |r| os(r.device)),
    col("age_bucket", "Age", Kind::Word, |r| Cell::text(summary::age_bucket(r.device.age_days, r.device.status))),
    col("max_age_days", "Limit in days", Kind::Number, |r| Cell::decimal(Some(r.device.max_age_days))),
    col("last_good_kind", "Kind of last good backup", Kind::Word, |r| Cell::word(r.device.last_good_backup.as_ref().map(|good| good.kind))),
    col("last_attempt", "Last attempt", Kind::Date, |r| r.date(r.device.newest_attempt().map(|attempt| attempt.at))),
    col("last_attempt_result", "Result of last attempt", Kind::Text, |r| Cell::text(r.device.newest_attempt().map(|attempt| attempt.result))),
    col("local_state", "Local backup", Kind::Word, |r| r.of_backup(|b| Cell::word(Some(b.state)))),
    col("restorable", "Restorable", Kind::Word, |r| r.of_backup(|b| Cell::word(Some(b.restorable)))),
    col("encrypted", "Encrypted", Kind::Word, |r| r.of_backup(|b| Cell::yes_no(b.encrypted))),
    col("password", "Password", Kind::Word, |r| r.of_backup(|b| Cell::word(Some(b.password)))),
    col("files_missing", "Files missing", Kind::Number, |r| r.of_backup(|b| Cell::count(b.files.map(|files| files.missing)))),
    col("size_gb", "Size in GB", Kind::Number, |r| r.of_backup(size_gb)),
    col("backups", "Local backups", Kind::Number, |r| Cell::count(Some(r.device.backups.len() as u64))),
    col("icloud_enabled", "iCloud backup on", Kind::Word, |r| Cell::yes_no(r.device.icloud.enabled)),
    col("icloud_last_backup", "Last iCloud backup", Kind::Date, |r| r.date(r.device.icloud.last_date)),
    col("mdm_last_seen", "Last seen by the MDM", Kind::Date, |r| r.date(last_seen(r.device))),
    col("days_since_seen", "Days since seen", Kind::Number, |r| r.age(last_seen(r.device))),
    col("swap", "Swap", Kind::Word, |r| Cell::text(r.device.swap.as_deref())),
    col("findings", "Findings", Kind::Text, |r| Cell::text(codes(r.device))),
    col("article_step", "Step in the article", Kind::Number, |r| Cell::whole(r.advice().and_then(|found| found.article_step).map(i64::from))),
    col("confidence", "Confidence", Kind::Word, |r| Cell::word(r.finding().map(|found| found.confidence))),
    col("evidence", "Evidence", Kind::Text, |r| Cell::text(r.finding().map(|found| evidence(r.results, found)))),
    col("next_fix", "If it persists", Kind::Id, |r| fix_id(r.advice().and_then(|found| found.next_fix))),
    col("change", "Change", Kind::Word, |r| Cell::text(r.device.change.map(Change::id))),
    col("first_failing", "First failing", Kind::Date, |r| r.date(r.device.history.as_ref().and_then(|past| past.first_failing))),
    col("nights_failing", "Nights failing", Kind::Number, |r| Cell::count(r.device.history.as_ref().and_then(|past| past.nights_failing))),
    col("waived_until", "Waived until", Kind::Date, |r| waived_until(r.waived())),
    col("waiver_reason", "Reason of the waiver", Kind::Text, |r| Cell::text(r.waived().and_then(|found| found.waived.as_ref()).map(|waiver| waiver.reason.as_str()))),
    col("backup_host", "Computer", Kind::Text, |r| Cell::text(r.located().map(|b| b.host.as_str()))),
    col("backup_path", "Backup folder", Kind::Text, |r| Cell::text(r.located().map(|b| b.path.to_string_lossy()))),
    col("udid", "UDID", Kind::Id, |r| plain_id(r.device.udid.as_deref())),
    col("imei", "IMEI", Kind::Id, |r| Cell::id(r.device.imei.as_deref(), |digits| Some(format::imei(digits)))),
    col("iccid", "ICCID", Kind::Id, |r| Cell::id(r.device.iccid.as_deref(), |digits| Some(format::iccid(digits)))),
    col("os_version", "System version", Kind::Id, |r| os_version(r.device)),
    col("build_version", "Build", Kind::Id, |r| plain_id(r.device.build_version.as_deref())),
    col("last_good_backup_utc", "Last good backup (UTC)", Kind::Instant, |r| Cell::instant(last_good(r.device))),
    col("scanned_at_utc", "Scanned at (UTC)", Kind::Instant, |r| Cell::Instant(r.results.scanned_at)),
    col("scan_host", "Scanned by", Kind::Text, |r| Cell::Text(r.results.scan_host.clone())),
    col("run_id", "Run", Kind::Id, |r| plain_id(Some(&r.results.run_id))),
    col("schema_version", "Schema version", Kind::Number, |r| Cell::Whole(r.results.schema_version.into())),
    col("group", "Group", Kind::Text, |r| Cell::text(r.device.group.as_deref())),
    col("policy_group", "Group of the policy", Kind::Text, |r| Cell::text(r.device.policy_group.as_deref())),
    col("rules", "Rules of the benchmark", Kind::Text, |r| rules(r.device)),
];

/// The columns of the table of local backups; additions only at the end.
#[rustfmt::skip] // one column a line
pub const BACKUP_COLUMNS: &[Column] = &[
    col("udid", "UDID", Kind::Id, |r| plain_id(r.device.udid.as_deref())),
    col("serial_number", "Serial number", Kind::Id, |r| plain_id(r.device.serial_number.as_deref())),
    col("imei", "IMEI", Kind::Id, |r| Cell::id(r.device.imei.as_deref(), |digits| Some(format::imei(digits)))),
    col("device_name", "Device name", Kind::Text, |r| Cell::text(r.device.device_name.as_deref())),
    col("product_type", "Product type", Kind::Text, |r| Cell::text(r.device.product_type.as_deref())),
    col("user", "User", Kind::Text, |r| Cell::text(r.device.user.as_deref())),
    col("department", "Department", Kind::Text, |r| Cell::text(r.device.department.as_deref())),
    col("status", "Status of the device", Kind::Word, |r| Cell::word(Some(r.device.status))),
    col("host", "Computer", Kind::Text, |r| r.of_backup(|b| Cell::Text(b.host.clone()))),
    col("path", "Backup folder", Kind::Text, |r| r.of_backup(|b| Cell::text(Some(b.path.to_string_lossy())))),
    col("folder_name", "Folder name", Kind::Text, |r| r.of_backup(|b| Cell::Text(b.folder_name.clone()))),
    col("archived", "Archived copy", Kind::Word, |r| r.of_backup(|b| Cell::yes_no(Some(b.archived)))),
    col("kind_of_host_tool", "Written by", Kind::Word, |r| r.of_backup(|b| Cell::word(Some(b.kind_of_host_tool)))),
    col("state", "State", Kind::Word, |r| r.of_backup(|b| Cell::word(Some(b.state)))),
    col("state_reason", "Why this state", Kind::Text, |r| r.of_backup(|b| Cell::Text(b.state_reason.clone()))),
    col("restorable", "Restorable", Kind::Word, |r| r.of_backup(|b| Cell::word(Some(b.restorable)))),
    col("restorable_reason", "Why (not) restorable", Kind::Text, |r| r.of_backup(|b| Cell::Text(b.restorable_reason.clone()))),
    col("good", "Good by the policy", Kind::Word, |r| r.of_backup(|b| Cell::yes_no(Some(b.good)))),
    col("encrypted", "Encrypted", Kind::Word, |r| r.of_backup(|b| Cell::yes_no(b.encrypted))),
    col("password", "Password", Kind::Word, |r| r.of_backup(|b| Cell::word(Some(b.password)))),
    col("completed", "Completed", Kind::Date, |r| r.date(r.backup.and_then(|b| b.completed_at))),
    col("age_days", "Age in days", Kind::Number, |r| r.age(r.backup.and_then(|b| b.completed_at))),
    col("completed_at", "Completed at (UTC)", Kind::Instant, |r| r.of_backup(|b| Cell::instant(b.completed_at))),
    col("info_date", "Info.plist date (UTC)", Kind::Instant, |r| r.of_backup(|b| Cell::instant(b.info_date))),
    col("manifest_date", "Manifest.plist date (UTC)", Kind::Instant, |r| r.of_backup(|b| Cell::instant(b.manifest_date))),
    col("status_date", "Status.plist date (UTC)", Kind::Instant, |r| r.of_backup(|b| Cell::instant(b.status_date))),
    col("os_version", "System version", Kind::Id, backup_os_version),
    col("verified_level", "Checked at level", Kind::Word, |r| r.of_backup(|b| Cell::word(Some(b.verified.level)))),
    col("verified_at", "Checked at (UTC)", Kind::Instant, |r| r.of_backup(|b| Cell::Instant(b.verified.at))),
    col("files_expected", "Files expected", Kind::Number, |r| r.of_backup(|b| Cell::count(b.files.map(|files| files.expected)))),
    col("files_present", "Files present", Kind::Number, |r| r.of_backup(|b| Cell::count(b.files.map(|files| files.present)))),
    col("files_missing", "Files missing", Kind::Number, |r| r.of_backup(|b| Cell::count(b.files.map(|files| files.missing)))),
    col("files_extra", "Files extra", Kind::Number, |r| r.of_backup(|b| Cell::count(b.files.map(|files| files.extra)))),
    col("files_different", "Files different", Kind::Number, |r| r.of_backup(|b| Cell::count(b.files.and_then(|files| files.different)))),
    col("bytes", "Bytes", Kind::Number, |r| r.of_backup(|b| Cell::count(b.files.and_then(|files| files.bytes)))),
    col("size_gb", "Size in GB", Kind::Number, |r| r.of_backup(size_gb)),
    col("missing_sample", "First missing files", Kind::Text, |r| r.of_backup(missing_sample)),
    col("problems", "Problems", Kind::Text, |r| r.of_backup(problems)),
    col("scanned_at_utc", "Scanned at (UTC)", Kind::Instant, |r| Cell::Instant(r.results.scanned_at)),
    col("scan_host", "Scanned by", Kind::Text, |r| Cell::Text(r.results.scan_host.clone())),
    col("run_id", "Run", Kind::Id, |r| plain_id(Some(&r.results.run_id))),
    col("schema_version", "Schema version", Kind::Number, |r| Cell::Whole(r.results.schema_version.into())),
    col("check_recalled", "Check of an earlier night", Kind::Word, |r| r.of_backup(|b| Cell::yes_no(Some(b.recalled)))),
    col("password_proven_at", "Password proven at (UTC)", Kind::Instant, |r| r.of_backup(|b| Cell::instant(b.password_proof.as_ref().map(|proof| proof.at)))),
    col("password_source", "Password from", Kind::Text, |r| r.of_backup(|b| Cell::text(b.password_proof.as_ref().map(|proof| proof.source.as_str())))),
    col("extra_sample", "First extra files", Kind::Text, |r| r.of_backup(|b| joined(&b.extra_sample))),
    col("different_sample", "First different files", Kind::Text, |r| r.of_backup(different_sample)),
];

/// `none` when there is nothing wrong: that is known, so the cell is not empty.
fn severity(device: &Device) -> Cell {
    Cell::text(Some(device.severity.map_or("none", Label::id)))
}

fn plain_id(id: Option<&str>) -> Cell {
    Cell::id(id, |_| None)
}

fn last_good(device: &Device) -> Option<Timestamp> {
    device.last_good_backup.as_ref().map(|good| good.date)
}

fn last_seen(device: &Device) -> Option<Timestamp> {
    device.mdm.as_ref().and_then(|mdm| mdm.last_seen)
}

fn os(device: &Device) -> Cell {
    Cell::text(format::os(
        device.product_type.as_deref(),
        device.os_version.as_deref(),
        device.build_version.as_deref(),
    ))
}

fn os_version(device: &Device) -> Cell {
    version_id(device, device.os_version.as_deref())
}

fn backup_os_version(row: &Row<'_>) -> Cell {
    version_id(row.device, row.backup.and_then(|b| b.os_version.as_deref()))
}

fn version_id(device: &Device, version: Option<&str>) -> Cell {
    Cell::id(version, |version| {
        format::os_version(device.product_type.as_deref(), Some(version))
    })
}

fn size_gb(backup: &Backup) -> Cell {
    let bytes = backup.files.and_then(|files| files.bytes);
    Cell::decimal(bytes.map(format::gigabytes))
}

fn codes(device: &Device) -> Option<String> {
    let codes = device.findings.iter().map(|found| found.code.id());
    let codes: Vec<_> = codes.collect();
    (!codes.is_empty()).then(|| codes.join("; "))
}

/// "local-not-encrypted: CIS iOS Benchmark 3.2.1.10; mSCP ...", for each finding of which a rule speaks.
fn rules(device: &Device) -> Cell {
    let rules = device.findings.iter().filter_map(|found| {
        let rules = policy::references(&found.references)?;
        Some(format!("{}: {rules}", found.code))
    });
    let rules: Vec<String> = rules.collect();
    Cell::text((!rules.is_empty()).then(|| rules.join(" | ")))
}

/// A fix by its id for programs and its title for people.
fn fix_id(fix: Option<FixId>) -> Cell {
    fix.map_or(Cell::Unknown, |fix| Cell::Id {
        exact: fix.id().to_owned(),
        pretty: fix.about().title.to_owned(),
    })
}

/// More evidence than this nobody reads in a cell; the JSON has it whole.
const EVIDENCE_CHARS_MAX: usize = 1_000;

fn evidence(results: &Results, finding: &Finding) -> String {
    let facts: Vec<String> = finding
        .evidence
        .iter()
        .map(|fact| format!("{} [{}]", fact.text, evidence_origin(results, fact)))
        .collect();
    let mut length = 0;
    let fits = |fact: &&String| {
        length += fact.chars().count();
        length <= EVIDENCE_CHARS_MAX
    };
    let shown = facts.iter().take_while(fits).count().max(1);
    let more = facts.len().saturating_sub(shown) as u64;
    let more = (more > 0).then(|| format!("and {} more", format::number(more)));
    let shown: Vec<String> = facts.into_iter().take(shown).chain(more).collect();
    shown.join("; ")
}

/// The waiver's last day. A waiver without end, and a day that is none, leave the cell empty.
fn waived_until(finding: Option<&Finding>) -> Cell {
    let until = finding
        .and_then(|found| found.waived.as_ref())
        .and_then(|waiver| waiver.until.as_deref());
    until
        .and_then(|until| until.parse().ok())
        .map_or(Cell::Unknown, Cell::Date)
}

fn missing_sample(backup: &Backup) -> Cell {
    let files = backup
        .missing_sample
        .iter()
        .map(|file| format!("{}/{}", file.domain, file.path));
    joined(&files.collect::<Vec<_>>())
}

fn different_sample(backup: &Backup) -> Cell {
    let files = backup
        .different_sample
        .iter()
        .map(|found| format!("{}/{}: {}", found.file.domain, found.file.path, found.how));
    joined(&files.collect::<Vec<_>>())
}

pub(crate) fn problems(backup: &Backup) -> Cell {
    let problems = backup
        .problems
        .iter()
        .map(|p| format!("{}: {}", p.path.display(), p.reason()));
    joined(&problems.collect::<Vec<_>>())
}

fn joined(texts: &[String]) -> Cell {
    Cell::text((!texts.is_empty()).then(|| texts.join("; ")))
}
