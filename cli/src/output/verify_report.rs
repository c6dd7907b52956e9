//! What `fleetback verify` found, as JSON for programs and as text for a person.
//!
//! Fields that `scan` has too have the same names and values.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use fleetback_report::format::{self, Label, escaped, number, plural};
use fleetback_scanner::model::backup::{
    FileCount, FileDifference, FileName, LocalBackup, Password, Restorable, State, Verified,
    VerifyLevel,
};
use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::model::identity::{Serial, Udid};
use fleetback_scanner::model::problem::{Level, Problem};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::output::messages::sentence;
use crate::system::exit::Exit;

/// The whole run.
#[derive(Debug, Serialize)]
pub(crate) struct VerifyReport {
    schema_version: u32,
    tool_version: &'static str,
    verified_at: Timestamp,
    level: VerifyLevel,
    /// Of the whole run: backups share the threads.
    seconds: f64,
    backups: Vec<Backup>,
    problems: Vec<Problem>,
}

/// One backup.
#[derive(Debug, Serialize)]
struct Backup {
    path: PathBuf,
    host: String,
    folder_name: String,
    archived: bool,
    udid: Option<Udid>,
    serial_number: Option<Serial>,
    device_name: Option<String>,
    state: State,
    state_reason: String,
    restorable: Restorable,
    restorable_reason: String,
    encrypted: Option<bool>,
    password: Password,
    /// Whose password opened it; never the password.
    password_source: Option<String>,
    completed_at: Option<Timestamp>,
    verified: Verified,
    files: Option<FileCount>,
    missing_sample: Vec<FileName>,
    extra_sample: Vec<String>,
    different_sample: Vec<FileDifference>,
    problems: Vec<Problem>,
}

impl VerifyReport {
    /// The report of a fleet that was read.
    pub(crate) fn new(fleet: Fleet, level: VerifyLevel, now: Timestamp, took: Duration) -> Self {
        let found = fleet.devices.into_iter().flat_map(|device| device.backups);
        let mut backups: Vec<_> = found.map(Backup::from).collect();
        backups.sort_by(|a, b| a.path.cmp(&b.path));
        Self {
            schema_version: 1,
            tool_version: env!("CARGO_PKG_VERSION"),
            verified_at: now,
            level,
            seconds: took.as_secs_f64(),
            backups,
            problems: fleet.problems,
        }
    }

    /// The worst that was found: what could not be checked weighs more than what is wrong, for
    /// it is unknown how wrong it is.
    pub(crate) fn exit(&self) -> Exit {
        let unread = self
            .problems
            .iter()
            .any(|problem| problem.level == Level::Incomplete);
        let worst = self
            .backups
            .iter()
            .map(|backup| backup.verdict(self.level))
            .max();
        match worst {
            _ if unread => Exit::Incomplete,
            None => Exit::NothingFound,
            Some(Verdict::Unchecked) => Exit::Incomplete,
            Some(Verdict::Broken) => Exit::Findings,
            Some(Verdict::Sound) => Exit::Complete,
        }
    }

    /// What could not be used, beside the backups' own.
    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// For a person.
    pub(crate) fn text(&self) -> String {
        let mut text: String = self.backups.iter().map(Backup::text).collect();
        let sound = |backup: &&Backup| backup.verdict(self.level) == Verdict::Sound;
        let sound = self.backups.iter().filter(sound).count() as u64;
        let _ = writeln!(
            text,
            "{} of {} would restore; checked {} in {:.1} s",
            number(sound),
            plural(self.backups.len() as u64, "backup", "backups"),
            self.level.label(),
            self.seconds,
        );
        text
    }
}

/// How a backup came out, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Sound,
    /// Not restorable.
    Broken,
    /// Not looked at as deep as was asked for.
    Unchecked,
}

impl From<LocalBackup> for Backup {
    fn from(backup: LocalBackup) -> Self {
        let check = backup.file_check;
        Self {
            path: backup.path,
            host: backup.host,
            folder_name: backup.folder_name,
            archived: backup.archived,
            udid: backup.identity.udid,
            serial_number: backup.identity.serial,
            device_name: backup.device_name,
            state: backup.state,
            state_reason: backup.state_reason,
            restorable: backup.restorable,
            restorable_reason: backup.restorable_reason,
            encrypted: backup.encrypted,
            password: backup.password,
            password_source: backup.password_proof.map(|proof| proof.source),
            completed_at: backup.completed_at,
            verified: check.verified,
            files: check.files,
            missing_sample: check.missing_sample,
            extra_sample: check.extra_sample,
            different_sample: check.different_sample,
            problems: backup.problems,
        }
    }
}

impl Backup {
    /// What `scan` and `swap` say of it too: no more than the check decides.
    fn verdict(&self, level: VerifyLevel) -> Verdict {
        match self.restorable {
            Restorable::No => Verdict::Broken,
            Restorable::Yes if self.verified.level >= level => Verdict::Sound,
            _ => Verdict::Unchecked,
        }
    }

    fn text(&self) -> String {
        let mut text = format!("{}\n", escaped(&self.path.display().to_string()));
        for (what, value) in self.lines() {
            let _ = writeln!(text, "  {what:<11} {}", escaped(&value));
        }
        text.push('\n');
        text
    }

    fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("device", self.device()),
            (
                "restorable",
                format!("{}: {}", self.restorable.label(), self.restorable_reason),
            ),
            (
                "state",
                format!("{}: {}", self.state.label(), self.state_reason),
            ),
            ("password", self.password()),
            ("checked", self.checked()),
        ];
        lines.extend(self.files.map(|files| ("files", counts(files))));
        lines.extend(
            self.missing_sample
                .iter()
                .map(|file| ("missing", name(file))),
        );
        lines.extend(self.extra_sample.iter().map(|file| ("extra", file.clone())));
        let different = self.different_sample.iter();
        lines.extend(
            different.map(|one| ("different", format!("{}: {}", name(&one.file), one.how))),
        );
        lines.extend(
            self.problems
                .iter()
                .map(|problem| ("problem", sentence(problem))),
        );
        lines
    }

    fn device(&self) -> String {
        let name = self.device_name.clone();
        let serial = self.serial_number.as_ref().map(ToString::to_string);
        let udid = self.udid.as_ref().map(ToString::to_string);
        let ids: Vec<_> = [name, serial, udid].into_iter().flatten().collect();
        if ids.is_empty() {
            "unknown".to_owned()
        } else {
            ids.join(", ")
        }
    }

    /// "a payload of the right length for every file, 2026-11-20 04:00 UTC".
    fn checked(&self) -> String {
        let Verified { level, at } = self.verified;
        let at = format::date_time(at, &TimeZone::UTC);
        format!("{}, {at} UTC", level.label())
    }

    fn password(&self) -> String {
        match &self.password_source {
            Some(source) => format!("{}, by {source}", self.password.label()),
            None => self.password.label().to_owned(),
        }
    }
}

fn counts(files: FileCount) -> String {
    let different = match files.different {
        Some(count) => format!("{} different", number(count)),
        None => "not compared".to_owned(),
    };
    let bytes = files
        .bytes
        .map(|bytes| format!("; {}", format::size(bytes)));
    format!(
        "{} expected, {} present, {} missing, {} extra, {different}{}",
        number(files.expected),
        number(files.present),
        number(files.missing),
        number(files.extra),
        bytes.unwrap_or_default(),
    )
}

fn name(file: &FileName) -> String {
    format!("{} {}", file.domain, file.path)
}
