//! Everything that is known of a device's iCloud backups, from the MDM and from the iCloud log
//! inside its local backups, put together once.
//!
//! The log is as old as the local backup that holds it: a failure in it may be long healed. What
//! counts are the failures after the last known success.

use fleetback_scanner::model::backup::LocalBackup;
use fleetback_scanner::model::cloud::{CloudAttempt, CloudLog, CloudWindow};
use fleetback_scanner::model::evidence::Sourced;
use fleetback_scanner::model::fleet::Device;
use jiff::Timestamp;

use super::good_backup::{CloudDate, is_plausible};
use super::origin::Origin;
use crate::tables::error_codes::{self, Class};

/// How often a passing code must come back before it means something.
pub(crate) const TRANSIENT_RUN: usize = 3;

/// iCloud backups of one device.
#[derive(Debug, Clone, Default)]
pub(crate) struct IcloudEvidence<'a> {
    /// The switch, newest evidence first.
    pub(crate) enabled: Option<DatedFact<bool>>,
    /// The newest plausible date of the MDM or a log.
    pub(crate) last: Option<DatedFact<Timestamp>>,
    /// What the MDM says of iCloud Backup and could not be read.
    pub(crate) unread: Option<DatedFact<String>>,
    /// Every attempt of every log, newest first, each once.
    pub(crate) attempts: Vec<Attempt<'a>>,
    /// The log of the newest local backup that has one, and that backup.
    pub(crate) log: Option<(&'a CloudLog, &'a LocalBackup)>,
}

/// A fact, where it was read, and when it was true.
#[derive(Debug, Clone)]
pub(crate) struct DatedFact<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
    pub(crate) observed_at: Timestamp,
}

/// An attempt and the backup whose log holds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) entry: &'a CloudAttempt,
    pub(crate) backup: &'a LocalBackup,
}

impl<T: Copy> DatedFact<T> {
    fn from_mdm(sourced: &Sourced<T>, key: &'static str) -> Self {
        Self {
            value: sourced.value,
            origin: Origin::document(&sourced.source).key(key),
            observed_at: sourced.observed_at(),
        }
    }
}

/// When the facts inside a local backup were true; `None` for a date that cannot be.
pub(crate) fn log_date(backup: &LocalBackup, now: Timestamp) -> Option<Timestamp> {
    [
        backup.completed_at,
        backup.manifest_date,
        backup.status_date,
    ]
    .into_iter()
    .flatten()
    .find(|date| is_plausible(*date, now))
}

impl<'a> IcloudEvidence<'a> {
    /// Puts the evidence together.
    pub(crate) fn from_device(device: &'a Device, now: Timestamp) -> Self {
        let logs = || {
            device
                .backups
                .iter()
                .filter_map(|backup| Some((backup.cloud_log.as_ref()?, backup)))
        };
        let mut facts_of_logs: Vec<_> = logs()
            .filter_map(|(log, backup)| Some((log_date(backup, now)?, log, backup)))
            .collect();
        facts_of_logs.sort_by(|a, b| (b.0, &b.2.path).cmp(&(a.0, &a.2.path)));
        Self {
            enabled: enabled(device, &facts_of_logs),
            last: last(device, &facts_of_logs, now),
            unread: unread(device),
            attempts: attempts(logs(), now),
            log: facts_of_logs
                .first()
                .map(|(_, log, backup)| (*log, *backup)),
        }
    }

    /// The newest date with the age of its evidence.
    pub(crate) fn date(&self) -> Option<CloudDate> {
        self.last.as_ref().map(|fact| CloudDate {
            date: fact.value,
            observed_at: fact.observed_at,
        })
    }

    /// Does evidence no older than that of the date say that iCloud Backup is off, or was something about it
    /// unreadable? Then the date proves no backup that goes on.
    pub(crate) fn is_in_doubt(&self, observed_at: Timestamp) -> bool {
        let counts = |at: Timestamp| at >= observed_at;
        let off = self.enabled.as_ref().filter(|fact| !fact.value);
        let unread = self.unread.as_ref();
        off.is_some_and(|fact| counts(fact.observed_at))
            || unread.is_some_and(|fact| counts(fact.observed_at))
    }

    /// The newest known success.
    pub(crate) fn last_success(&self) -> Option<Timestamp> {
        let logged = self.attempts.iter().find(|attempt| attempt.entry.code == 0);
        let logged = logged.map(|attempt| attempt.entry.at);
        logged.max(self.last.as_ref().map(|fact| fact.value))
    }

    /// The attempts that failed since the last success, newest first.
    pub(crate) fn failures(&self) -> &[Attempt<'a>] {
        let success = self.last_success();
        let failing = self.attempts.iter().take_while(|attempt| {
            attempt.entry.code != 0 && success.is_none_or(|success| attempt.entry.at > success)
        });
        &self.attempts[..failing.count()]
    }

    /// How many of the newest failures say the same as the newest one.
    pub(crate) fn same_again(&self) -> usize {
        let failures = self.failures();
        let Some(first) = failures.first() else {
            return 0;
        };
        let same = failures
            .iter()
            .take_while(|a| a.error_code() == first.error_code());
        same.count()
    }

    /// The newest failure, when it means something: a passing code must have come back.
    pub(crate) fn lasting_failure(&self) -> Option<Attempt<'a>> {
        let newest = *self.failures().first()?;
        let (domain, code) = newest.error_code();
        let passing =
            error_codes::is_transient(domain, code) || newest.class() == Some(Class::Deferred);
        (!passing || self.same_again() >= TRANSIENT_RUN).then_some(newest)
    }

    /// The newest failure since the last success that is more than the end of the conditions.
    pub(crate) fn newest_real_failure(&self) -> Option<Attempt<'a>> {
        let mut failures = self.failures().iter().copied();
        failures.find(|attempt| attempt.class() != Some(Class::Deferred))
    }

    /// Windows since the last success, newest first.
    pub(crate) fn windows_since_success(&self) -> impl Iterator<Item = &'a CloudWindow> {
        let success = self.last_success();
        let windows = self.log.map_or(&[][..], |(log, _)| &log.windows[..]);
        windows
            .iter()
            .filter(move |window| success.is_none_or(|success| window.start > success))
    }
}

impl<'a> Attempt<'a> {
    /// The most specific domain and code: of a bundle, the first inner code that is explained.
    pub(crate) fn error_code(&self) -> (&'a str, i64) {
        let entry = self.entry;
        let bundle = entry.domain == error_codes::MB && matches!(entry.code, 2 | 202);
        let explained =
            |code: &&i64| **code != 0 && error_codes::explain(error_codes::MB, **code).is_some();
        let inner = entry.inner_codes.iter().find(explained);
        match inner.filter(|_| bundle) {
            Some(code) => (error_codes::MB, *code),
            None => (&entry.domain, entry.code),
        }
    }

    /// What its code speaks of.
    pub(crate) fn class(&self) -> Option<Class> {
        let (domain, code) = self.error_code();
        error_codes::explain(domain, code).map(|meaning| meaning.class)
    }

    /// "303, not enough iCloud storage"; a code of another domain has its domain in front.
    pub(crate) fn describe(&self) -> String {
        let (domain, code) = self.error_code();
        let domain_words = match domain {
            error_codes::MB => String::new(),
            other => format!("{other} "),
        };
        match error_codes::explain(domain, code) {
            Some(meaning) => format!("{domain_words}code {code} ({})", meaning.meaning),
            None => format!("{domain_words}code {code} (unknown error code)"),
        }
    }
}

fn enabled(
    device: &Device,
    logs: &[(Timestamp, &CloudLog, &LocalBackup)],
) -> Option<DatedFact<bool>> {
    let mdm = device.management.as_ref();
    let mdm = mdm.and_then(|m| m.cloud_backup_enabled.as_ref());
    let mdm = mdm.map(|sourced| DatedFact::from_mdm(sourced, "IsCloudBackupEnabled"));
    let log = logs.iter().find_map(|(date, log, backup)| {
        Some(DatedFact {
            value: log.enabled?,
            origin: Origin::log(backup, "CloudBackupEnabled"),
            observed_at: *date,
        })
    });
    newer(mdm, log)
}

fn last(
    device: &Device,
    logs: &[(Timestamp, &CloudLog, &LocalBackup)],
    now: Timestamp,
) -> Option<DatedFact<Timestamp>> {
    let mdm = device.management.as_ref();
    let mdm = mdm.and_then(|m| m.last_cloud_backup.as_ref());
    let mdm = mdm.map(|sourced| DatedFact::from_mdm(sourced, "LastCloudBackupDate"));
    let logged = logs.iter().filter_map(|(date, log, backup)| {
        Some(DatedFact {
            value: log.last_date?,
            origin: Origin::log(backup, "LastCloudBackupDate"),
            observed_at: *date,
        })
    });
    // Of equal dates the younger evidence counts: it is the one that may be trusted.
    mdm.into_iter()
        .chain(logged)
        .filter(|fact| is_plausible(fact.value, now))
        .max_by_key(|fact| (fact.value, fact.observed_at))
}

fn unread(device: &Device) -> Option<DatedFact<String>> {
    let unread = device.management.as_ref()?.cloud_unread.as_ref()?;
    Some(DatedFact {
        value: unread.value.clone(),
        origin: Origin::document(&unread.source),
        observed_at: unread.observed_at(),
    })
}

fn newer<T>(a: Option<DatedFact<T>>, b: Option<DatedFact<T>>) -> Option<DatedFact<T>> {
    match (a, b) {
        (Some(a), Some(b)) if b.observed_at > a.observed_at => Some(b),
        (Some(a), _) => Some(a),
        (None, b) => b,
    }
}

fn attempts<'a>(
    logs: impl Iterator<Item = (&'a CloudLog, &'a LocalBackup)>,
    now: Timestamp,
) -> Vec<Attempt<'a>> {
    let mut all: Vec<Attempt<'a>> = logs
        .flat_map(|(log, backup)| {
            log.attempts
                .iter()
                .map(move |entry| Attempt { entry, backup })
        })
        .filter(|attempt| is_plausible(attempt.entry.at, now))
        .collect();
    all.sort_by(|a, b| (b.entry, &b.backup.path).cmp(&(a.entry, &a.backup.path)));
    all.dedup_by(|a, b| a.entry == b.entry);
    all
}
