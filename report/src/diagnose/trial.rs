//! Was a fix tried, and did it not help?
//!
//! A night that passes proves nothing: the device may have lain in a drawer. A fix did not help when
//! an attempt that is newer than its first showing failed, or when a person recorded it as done and
//! the problem is still there on a later run day.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::assess::context::DeviceContext;
use crate::assess::status::newest_failed_attempt;
use crate::format::{instant, plural};
use crate::history::incident::{Incident, Shown};
use crate::history::run_days::RunDays;
use crate::results::{Code, EarlierFix, FixId};

/// Run days on which one fix is shown before the next.
const RUNS_PER_FIX: u64 = 3;

/// The same for what takes its time.
const RUNS_PER_SLOW_FIX: u64 = 7;
const SLOW: &[FixId] = &[FixId::UpdateIos, FixId::ContactAppleSupport];

/// What shows that a fix did not help.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trial {
    /// An attempt after it was shown failed.
    Failed(Timestamp),
    /// A person recorded it as done.
    Done(Date),
}

/// The incident of a finding, and what was tried in it.
pub(crate) struct Trials<'a> {
    run_days: &'a RunDays<'a>,
    pub(crate) incident: Option<Incident<'a>>,
    failed_at: Option<Timestamp>,
    done: Vec<(FixId, Date)>,
}

impl<'a> Trials<'a> {
    /// The trials of the incident that a code belongs to; `None` for a run without a history.
    pub(crate) fn of(ctx: &DeviceContext<'a>, code: Code) -> Option<Self> {
        let run_days = ctx.run_days?;
        let past = ctx.past;
        let incident = past.and_then(|past| Incident::open(past, code, run_days, ctx.now));
        let since = incident
            .as_ref()
            .map(|incident| run_days.run_day(incident.since()));
        let done = past.into_iter().flat_map(|past| &past.done);
        let done = done.filter(|done| since.is_some_and(|since| done.on >= since));
        Some(Self {
            run_days,
            incident,
            failed_at: newest_failed_attempt(ctx),
            done: done.map(|done| (done.fix, done.on)).collect(),
        })
    }

    /// The last day on which a fix was recorded as done since the incident began.
    pub(crate) fn done_on(&self, fix: FixId) -> Option<Date> {
        let days = self.done.iter().filter(|(done, _)| *done == fix);
        days.map(|(_, on)| *on).max()
    }

    /// The newest attempt after an instant, which failed.
    pub(crate) fn failed_since(&self, since: Timestamp) -> Option<Timestamp> {
        self.failed_at.filter(|at| *at > since)
    }

    /// What shows that a fix did not help; `None` while it may still.
    pub(crate) fn of_shown(&self, shown: &Shown) -> Option<Trial> {
        let recorded = self.recorded(shown.fix).map(Trial::Done);
        let waited = shown.nights >= runs_per(shown.fix);
        let failed = self.failed_since(shown.since).filter(|_| waited);
        recorded.or(failed.map(Trial::Failed))
    }

    /// The day on which a fix was done, where run days enough have passed since.
    pub(crate) fn recorded(&self, fix: FixId) -> Option<Date> {
        let waits = if SLOW.contains(&fix) {
            RUNS_PER_SLOW_FIX
        } else {
            1
        };
        let passed = |on: &Date| self.run_days.days_after(*on) >= waits;
        self.done_on(fix).filter(passed)
    }

    /// A fix that was shown before, as the results tell of it.
    pub(crate) fn earlier(&self, shown: &Shown) -> EarlierFix {
        EarlierFix {
            fix: shown.fix,
            since: shown.since,
            nights: shown.nights,
            done_on: self.done_on(shown.fix),
        }
    }

    /// "still open, 3 nights, no attempt since", from the second night on.
    pub(crate) fn standing(&self, fix: FixId, shown: Option<&Shown>) -> Option<String> {
        let shown = shown.filter(|shown| shown.nights > 0)?;
        let nights = plural(shown.nights + 1, "night", "nights");
        let attempt = match self.failed_since(shown.since) {
            Some(at) => format!("the attempt of {} failed", instant(at)),
            None => "no attempt since".to_owned(),
        };
        let done = self.done_on(fix);
        let done = done.map_or_else(String::new, |on| format!(", recorded as done on {on}"));
        Some(format!("still open, {nights}{done}, {attempt}"))
    }
}

pub(crate) fn runs_per(fix: FixId) -> u64 {
    if SLOW.contains(&fix) {
        RUNS_PER_SLOW_FIX
    } else {
        RUNS_PER_FIX
    }
}

/// Was a fix shown for its run days while attempts went on failing, in the incident of one of these
/// codes?
pub(crate) fn did_not_help(ctx: &DeviceContext<'_>, codes: &[Code], fix: FixId) -> bool {
    codes.iter().any(|code| {
        let Some(trials) = Trials::of(ctx, *code) else {
            return false;
        };
        let incident = trials.incident.as_ref();
        let shown = incident.map(|incident| incident.shown(trials.run_days));
        let mut shown = shown.into_iter().flatten().filter(|shown| shown.fix == fix);
        shown.any(|shown| trials.of_shown(&shown).is_some())
    })
}
