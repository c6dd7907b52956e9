//! The calendar days on which fleetback ran.
//!
//! A run day is a calendar day of the reader's time zone. Two runs of one day count once, and the
//! later counts. A day without a run says nothing about the backups,
//! so it neither makes a failure longer nor breaks it.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, civil};

use super::past_runs::{History, PastDevice, PastRun};
use crate::results::{Severity, Status, fails};

/// Days in the strip of a device, today among them.
pub(crate) const STRIP_NIGHTS: usize = 28;

/// fleetback did not run.
pub(crate) const NO_RUN: char = '-';

/// It ran and did not see the device.
pub(crate) const NOT_SEEN: char = '.';

/// The earlier runs with their calendar days.
pub(crate) struct RunDays<'a> {
    pub(crate) history: &'a History,
    today: civil::Date,
    /// In the order of the runs.
    runs: Vec<(civil::Date, Timestamp)>,
}

impl<'a> RunDays<'a> {
    /// The run days of a history, as they look from `now`.
    pub(crate) fn new(history: &'a History, now: Timestamp) -> Self {
        let run_day = |at: Timestamp| run_day(at, &history.zone);
        Self {
            history,
            today: run_day(now),
            runs: history
                .runs
                .iter()
                .map(|run| (run_day(run.at), run.at))
                .collect(),
        }
    }

    /// Run days before today that lie in a span of runs, as far as a test holds for their runs.
    pub(crate) fn count(
        &self,
        since: Timestamp,
        until: Timestamp,
        holds: impl Fn(Timestamp) -> bool,
    ) -> u64 {
        let from = self.runs.partition_point(|(_, at)| *at < since);
        let mut last = None;
        let mut nights = 0;
        for (date, at) in &self.runs[from..] {
            if *at > until || *date >= self.today {
                break;
            }
            if last != Some(*date) && holds(*at) {
                last = Some(*date);
                nights += 1;
            }
        }
        nights
    }

    /// Run days after a day, today among them.
    pub(crate) fn days_after(&self, day: civil::Date) -> u64 {
        let later = |date: &civil::Date| *date > day && *date < self.today;
        let mut days: Vec<_> = self
            .runs
            .iter()
            .map(|(date, _)| *date)
            .filter(later)
            .collect();
        days.dedup();
        days.len() as u64 + u64::from(self.today > day)
    }

    /// The runs strictly between two instants.
    pub(crate) fn runs_between(
        &self,
        after: Timestamp,
        before: Timestamp,
    ) -> impl Iterator<Item = Timestamp> + '_ {
        let from = self.runs.partition_point(|(_, at)| *at <= after);
        let runs = self.runs[from..].iter().map(|(_, at)| *at);
        runs.take_while(move |at| *at < before)
    }

    /// The last run day before today.
    pub(crate) fn last_night(&self) -> Option<civil::Date> {
        let earlier = |(date, _): &&(civil::Date, Timestamp)| *date < self.today;
        self.runs.iter().rev().find(earlier).map(|(date, _)| *date)
    }

    /// The day of a run.
    pub(crate) fn run_day(&self, at: Timestamp) -> civil::Date {
        run_day(at, &self.history.zone)
    }

    /// Days of the strip, since the first run that is known, on which fleetback did not run.
    pub(crate) fn missed(&self) -> u64 {
        let first = self.runs.first().map(|(date, _)| *date);
        let nights = self
            .strip_dates()
            .filter(|date| first.is_some_and(|first| *date > first));
        nights.filter(|date| self.of_date(*date).is_empty()).count() as u64
    }

    /// The last run of each day of the strip before today, oldest first.
    pub(crate) fn nights(&self) -> impl Iterator<Item = &'a PastRun> + '_ {
        let last_runs = self.strip_dates().filter_map(|date| {
            let from = self.runs.partition_point(|(day, _)| *day <= date);
            let last = from.checked_sub(1)?;
            (self.runs[last].0 == date).then(|| self.history.runs.get(last))
        });
        last_runs.flatten()
    }

    /// The dates of the strip before today, oldest first.
    fn strip_dates(&self) -> impl Iterator<Item = civil::Date> + '_ {
        let back = (1..STRIP_NIGHTS as i64).rev();
        back.filter_map(|days| self.today.checked_sub(Span::new().days(days)).ok())
    }

    fn of_date(&self, date: civil::Date) -> &[(civil::Date, Timestamp)] {
        let from = self.runs.partition_point(|(day, _)| *day < date);
        let to = self.runs.partition_point(|(day, _)| *day <= date);
        &self.runs[from..to]
    }

    /// One letter a day, today last.
    pub(crate) fn strip(&self, past: Option<&PastDevice>, today: Status) -> String {
        let earlier = self.strip_dates().map(|date| {
            let runs = self.of_date(date);
            let mut newest_first = runs.iter().rev();
            let seen = newest_first.find_map(|(_, at)| past?.state_at(*at));
            match seen {
                _ if runs.is_empty() => NO_RUN,
                None => NOT_SEEN,
                Some(state) => letter(state.status),
            }
        });
        earlier.chain([letter(today)]).collect()
    }

    /// The first run of the unbroken row of runs in which a device has failed up to now.
    pub(crate) fn failing_since(
        &self,
        past: Option<&PastDevice>,
        now: Timestamp,
        severity: Option<Severity>,
    ) -> Option<Timestamp> {
        if !fails(severity) {
            return None;
        }
        let states = past.into_iter().flat_map(|past| past.states.iter().rev());
        let failing = states.take_while(|state| fails(state.severity));
        Some(failing.last().map_or(now, |state| state.since))
    }

    /// Run days since then that saw the device fail, today among them.
    pub(crate) fn nights_failing(
        &self,
        past: Option<&PastDevice>,
        since: Timestamp,
        now: Timestamp,
    ) -> u64 {
        let seen = |run| past.is_some_and(|past| past.state_at(run).is_some());
        self.count(since, now, seen) + 1
    }
}

/// The calendar day of an instant.
fn run_day(at: Timestamp, zone: &TimeZone) -> civil::Date {
    at.to_zoned(zone.clone()).date()
}

/// The letter of a status in a strip; docs/history.md lists them.
pub(crate) fn letter(status: Status) -> char {
    match status {
        Status::Protected => 'g',
        Status::Aging => 'a',
        Status::Stale | Status::Failed | Status::Never => 'f',
        Status::Unknown => 'u',
    }
}
