//! When a fix does not help, the next: by what was tried since earlier run days showed it.
//!
//! The next fix comes once a fix was tried and did not help (`trial.rs`): by evidence, then by the harm
//! that it may do. What evidence names directly stays for as long as the evidence does. Without a
//! history the first fix stays. docs/history.md says the same to users.

use std::cmp::Reverse;

use jiff::SignedDuration;

use super::exclusions;
use super::lookup::matches_of;
use super::rule::Row;
use super::safety::may_advise;
use super::trial::{Trial, Trials};
use crate::assess::checks::planned_swap;
use crate::assess::context::DeviceContext;
use crate::assess::draft_finding::DraftFinding;
use crate::assess::os_support::currency;
use crate::format::{instant, plural};
use crate::history::incident::{Incident, Shown, escalates};
use crate::history::run_days::RunDays;
use crate::results::{Confidence, FindingHistory, FixId, OsVerdict};

/// So many different fixes without a success, and so old a backup, are for Apple.
const FIXES_BEFORE_APPLE: usize = 2;
const STALE_BEFORE_APPLE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The article's fixes are tried one after the other; before a swap that is due there is no time left
/// for that. Where the evidence names the cause directly, its own fix is the quicker way.
fn no_time_left(
    ctx: &DeviceContext<'_>,
    draft: &DraftFinding,
    row: &Row,
    sure: Confidence,
) -> Option<String> {
    let day = planned_swap::due(ctx)?;
    let open = escalates(draft.code) && !is_exclusion(row) && sure != Confidence::High;
    let waits = NO_FIX.contains(&row.fix) || row.fix == FixId::ContactAppleSupport;
    (open && !waits).then(|| {
        format!(
            "the swap is planned for {day}, which leaves no time to try one fix after the other"
        )
    })
}

/// Fixes that escalation never recommends on its own: a person must know first that
/// the password is lost.
const NEVER_BY_ITSELF: &[FixId] = &[FixId::ResetBackupPassword];

/// Fixes that ask for no action.
const NO_FIX: &[FixId] = &[FixId::Wait];

/// The usual order of trying, where nothing names the cause: the cheapest and least harmful first.
const ICLOUD_SEQUENCE: &[FixId] = &[
    FixId::RestartDevice,
    FixId::StableWifi,
    FixId::UpdateIos,
    FixId::ResetNetworkSettings,
    FixId::SignOutIcloud,
];
const LOCAL_SEQUENCE: &[FixId] = &[
    FixId::RestartDevice,
    FixId::StartFreshBackup,
    FixId::UpdateIos,
];

/// The article's fixes by the harm that they may do, the least first.
const LEAST_HARM: [FixId; 8] = [
    FixId::CheckIcloudStatus,
    FixId::CheckStorage,
    FixId::StableWifi,
    FixId::RestartDevice,
    FixId::UpdateIos,
    FixId::ResetNetworkSettings,
    FixId::SignOutIcloud,
    FixId::ContactAppleSupport,
];

/// What is advised in this run.
pub(crate) struct Advice {
    pub(crate) fix: FixId,
    pub(crate) next: Option<FixId>,
    /// Why it is not the fix that the evidence names first.
    pub(crate) why: Option<String>,
    pub(crate) past: Option<FindingHistory>,
}

/// What to advise for a finding whose evidence points to a row, this sure.
pub(crate) fn advise(
    ctx: &DeviceContext<'_>,
    draft: &DraftFinding,
    row: &Row,
    sure: Confidence,
) -> Advice {
    let due = no_time_left(ctx, draft, row, sure);
    let Some((run_days, trials)) = ctx.run_days.zip(Trials::of(ctx, draft.code)) else {
        return match due {
            Some(why) => Advice {
                why: Some(why),
                ..first(FixId::ContactAppleSupport, Some(row.fix))
            },
            None => first(row.fix, crate::diagnose::safety::next_of(ctx, row)),
        };
    };
    let shown = shown_before(&trials, run_days, row, sure);
    let sequence = fix_sequence(ctx, draft, row);
    let climbs = climbs(draft, row, sure);
    let apple = climbs.then(|| after_two_fixes(ctx, &trials, &shown));
    let apple = apple.flatten().or(due.clone());
    let fix = match apple {
        Some(_) => FixId::ContactAppleSupport,
        None if climbs => current_fix(&trials, &shown, &sequence),
        None => row.fix,
    };
    let why = match apple {
        _ if fix == row.fix => None,
        Some(why) => Some(why),
        None => describe_tried(&trials, &shown, fix),
    };
    let still = escalates(draft.code).then(|| {
        let current = shown.last().filter(|last| last.fix == fix);
        trials.standing(fix, current)
    });
    let why: Vec<String> = why.into_iter().chain(still.flatten()).collect();
    Advice {
        fix,
        next: match due {
            Some(_) => Some(row.fix),
            None => next(ctx, row, fix, &shown, &sequence),
        },
        why: (!why.is_empty()).then(|| why.join("; ")),
        past: Some(past(ctx, &trials, shown, fix, sure)),
    }
}

/// Does the fix of this finding give way to the next when it was tried? Direct evidence stays.
fn climbs(draft: &DraftFinding, row: &Row, sure: Confidence) -> bool {
    escalates(draft.code) && !is_exclusion(row) && sure != Confidence::High
}

/// What earlier runs showed since the evidence last named a new cause directly.
fn shown_before(
    trials: &Trials<'_>,
    run_days: &RunDays<'_>,
    row: &Row,
    sure: Confidence,
) -> Vec<Shown> {
    let is_new_cause =
        |incident: &Incident<'_>| sure == Confidence::High && incident.has_not_seen(row.rule);
    match &trials.incident {
        Some(incident) if !is_new_cause(incident) => incident.shown(run_days),
        _ => Vec::new(),
    }
}

fn first(fix: FixId, next: Option<FixId>) -> Advice {
    Advice {
        fix,
        next,
        why: None,
        past: None,
    }
}

/// The current fix: the one that was shown last, until it was tried, then the first that was neither
/// shown nor recorded as done. Apple's support is where it ends.
fn current_fix(trials: &Trials<'_>, shown: &[Shown], sequence: &[FixId]) -> FixId {
    let first = sequence[0];
    let Some(last) = shown.last().filter(|last| sequence.contains(&last.fix)) else {
        return untried(trials, shown, sequence).unwrap_or(first);
    };
    let tried = trials.of_shown(last).is_some() && last.fix != FixId::ContactAppleSupport;
    if !tried {
        return last.fix;
    }
    untried(trials, shown, sequence).unwrap_or(last.fix)
}

fn untried(trials: &Trials<'_>, shown: &[Shown], sequence: &[FixId]) -> Option<FixId> {
    let tried = |fix: &FixId| {
        shown.iter().any(|shown| shown.fix == *fix) || trials.recorded(*fix).is_some()
    };
    sequence.iter().find(|fix| !tried(fix)).copied()
}

/// What there is to try, in order, each once: what the evidence names and what its row tries next;
/// what other rows of the same evidence name; then the usual order, where that evidence allows it.
fn fix_sequence(ctx: &DeviceContext<'_>, draft: &DraftFinding, row: &Row) -> Vec<FixId> {
    let mut sequence = vec![row.fix];
    sequence.extend(row.next);
    if escalates(draft.code) && !is_exclusion(row) {
        let mut others: Vec<&Row> = matches_of(ctx, draft).collect();
        others.sort_by_key(|other| (Reverse(other.confidence), harm(other.fix)));
        sequence.extend(
            others
                .iter()
                .flat_map(|other| [Some(other.fix), other.next])
                .flatten(),
        );
        sequence.extend(default_sequence(&others));
    }
    let mut seen = Vec::new();
    sequence.retain(|fix| {
        let fits = *fix == row.fix || (may_advise(ctx, *fix) && is_worth_it(ctx, *fix));
        let new = fits && !seen.contains(fix);
        seen.extend(new.then_some(*fix));
        new
    });
    sequence
}

fn default_sequence(rows: &[&Row]) -> &'static [FixId] {
    let any = |rule: &str| rows.iter().any(|row| row.rule == rule);
    match (any("C20"), any("L15")) {
        (true, _) => ICLOUD_SEQUENCE,
        (false, true) => LOCAL_SEQUENCE,
        (false, false) => &[],
    }
}

/// An update helps only where there is one: by the list of releases, else by the fleet.
fn is_worth_it(ctx: &DeviceContext<'_>, fix: FixId) -> bool {
    match fix {
        FixId::UpdateIos => match currency(ctx).os.verdict {
            OsVerdict::Current | OsVerdict::Unsupported => false,
            OsVerdict::Unknown => is_behind_the_fleet(ctx) != Some(false),
            _ => true,
        },
        fix => !NEVER_BY_ITSELF.contains(&fix),
    }
}

fn is_behind_the_fleet(ctx: &DeviceContext<'_>) -> Option<bool> {
    let newest = ctx.fleet.newest_os(ctx.product_type()?)?;
    Some(newest > ctx.os()?)
}

fn harm(fix: FixId) -> usize {
    let place = LEAST_HARM.iter().position(|other| *other == fix);
    place.unwrap_or(0)
}

fn is_exclusion(row: &Row) -> bool {
    exclusions::ROWS
        .iter()
        .any(|exclusion| exclusion.rule == row.rule)
}

/// Why the next step is Apple's support, if it is.
fn after_two_fixes(
    ctx: &DeviceContext<'_>,
    trials: &Trials<'_>,
    shown: &[Shown],
) -> Option<String> {
    let incident = trials.incident.as_ref()?;
    let tried = |shown: &&Shown| !NO_FIX.contains(&shown.fix) && trials.of_shown(shown).is_some();
    let mut fixes: Vec<FixId> = shown.iter().filter(tried).map(|shown| shown.fix).collect();
    fixes.sort_unstable();
    fixes.dedup();
    let old = |date| ctx.now.duration_since(date) >= STALE_BEFORE_APPLE;
    let stale = match ctx.last_good() {
        Some(good) => old(good.date),
        None => old(incident.since()),
    };
    (stale && fixes.len() >= FIXES_BEFORE_APPLE).then(|| {
        format!(
            "{} were tried since {} and no good backup of the last 14 days stands",
            plural(fixes.len() as u64, "fix", "fixes"),
            instant(incident.since())
        )
    })
}

/// ""Restart the device" was shown on 3 nights since 2026-11-17T04:00:00Z, and the attempt of
/// 2026-11-19T22:14:00Z failed".
fn describe_tried(trials: &Trials<'_>, shown: &[Shown], fix: FixId) -> Option<String> {
    let last = shown.iter().rev().find(|shown| shown.fix != fix)?;
    let title = last.fix.about().title;
    Some(match trials.of_shown(last)? {
        Trial::Done(on) => format!("\"{title}\" was done on {on} and did not help"),
        Trial::Failed(at) => format!(
            "\"{title}\" was shown on {} since {} and did not help: the attempt of {} failed",
            plural(last.nights, "night", "nights"),
            instant(last.since),
            instant(at)
        ),
    })
}

/// What comes if this does not help either.
fn next(
    ctx: &DeviceContext<'_>,
    row: &Row,
    fix: FixId,
    shown: &[Shown],
    sequence: &[FixId],
) -> Option<FixId> {
    if fix == row.fix {
        return crate::diagnose::safety::next_of(ctx, row);
    }
    if fix == FixId::ContactAppleSupport {
        return None;
    }
    let tried =
        |candidate: &FixId| *candidate == fix || shown.iter().any(|shown| shown.fix == *candidate);
    let candidate = sequence.iter().find(|candidate| !tried(candidate)).copied();
    candidate.or(Some(FixId::ContactAppleSupport))
}

fn past(
    ctx: &DeviceContext<'_>,
    trials: &Trials<'_>,
    mut shown: Vec<Shown>,
    fix: FixId,
    sure: Confidence,
) -> FindingHistory {
    let incident = trials.incident.as_ref();
    let seen = ctx.run_days.zip(incident);
    let current = shown.pop_if(|last| last.fix == fix);
    let fix_since = current.as_ref().map_or(ctx.now, |shown| shown.since);
    FindingHistory {
        since: incident.map_or(ctx.now, Incident::since),
        nights: seen.map_or(0, |(run_days, incident)| incident.nights(run_days)) + 1,
        fix_since,
        fix_nights: current.map_or(0, |shown| shown.nights) + 1,
        failed_attempt: trials.failed_since(fix_since),
        done_on: trials.done_on(fix),
        tried: (shown.iter().map(|shown| trials.earlier(shown))).collect(),
        cause_is_certain: sure == Confidence::High,
    }
}
