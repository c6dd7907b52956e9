//! When a fix does not help, the next: by what was shown on earlier nights.
//!
//! The same fix is shown for three nights (a week where people must wait for an update or for
//! Apple), then the next by evidence, then by the harm that it may do. Nights are those on which
//! fleetback ran. Without a history the first fix stays. docs/history.md says the same to users.

use std::cmp::Reverse;

use jiff::SignedDuration;

use super::exclusions;
use super::lookup::matches_of;
use super::rule::Row;
use super::safety::may_advise;
use crate::assess::checks::planned_swap;
use crate::assess::context::Case;
use crate::assess::draft_finding::Draft;
use crate::assess::os_support::currency;
use crate::format::{count, day};
use crate::history::incident::{Shown, Trouble, escalates};
use crate::results::{Confidence, FixId, OsVerdict, PastOfFinding};

/// Nights on which one fix is shown before the next.
const PATIENCE: u64 = 3;

/// The same for what takes its time.
const LONG_PATIENCE: u64 = 7;
const SLOW: &[FixId] = &[FixId::UpdateIos, FixId::ContactAppleSupport];

/// So many different fixes without a success, and so old a backup, are for Apple.
const FIXES_BEFORE_APPLE: usize = 2;
const STALE_BEFORE_APPLE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The article's fixes are tried one after the other; before a swap that is due there is no time left
/// for that. Where the evidence names the cause directly, its own fix is the quicker way.
fn no_time_left(case: &Case<'_>, draft: &Draft, row: &Row, sure: Confidence) -> Option<String> {
    let day = planned_swap::due(case)?;
    let open = escalates(draft.code) && !is_gate(row) && sure != Confidence::High;
    let waits = NO_FIX.contains(&row.fix) || row.fix == FixId::ContactAppleSupport;
    (open && !waits).then(|| {
        format!(
            "the swap is planned for {day}, which leaves no time to try one fix after the other"
        )
    })
}

/// Fixes that nobody is told to make because another did not help: a person must know first that
/// the password is lost.
const NEVER_BY_ITSELF: &[FixId] = &[FixId::ResetBackupPassword];

/// Nothing that anybody could have done.
const NO_FIX: &[FixId] = &[FixId::Wait];

/// The usual order of trying, where nothing names the cause: the cheapest and least harmful first.
const CLOUD_LADDER: &[FixId] = &[
    FixId::RestartDevice,
    FixId::StableWifi,
    FixId::UpdateIos,
    FixId::ResetNetworkSettings,
    FixId::SignOutIcloud,
];
const LOCAL_LADDER: &[FixId] = &[
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

/// What is advised tonight.
pub(crate) struct Advice {
    pub(crate) fix: FixId,
    pub(crate) next: Option<FixId>,
    /// Why it is not the fix that the evidence names first.
    pub(crate) why: Option<String>,
    pub(crate) past: Option<PastOfFinding>,
}

/// What to advise for a finding whose evidence points to a row, this sure.
pub(crate) fn advise(case: &Case<'_>, draft: &Draft, row: &Row, sure: Confidence) -> Advice {
    let due = no_time_left(case, draft, row, sure);
    let Some(nights) = case.nights else {
        return match due {
            Some(why) => Advice {
                why: Some(why),
                ..first(FixId::ContactAppleSupport, Some(row.fix))
            },
            None => first(row.fix, crate::diagnose::safety::next_of(case, row)),
        };
    };
    let trouble = case
        .past
        .and_then(|past| Trouble::open(past, draft.code, nights, case.now));
    let is_new_cause =
        |trouble: &Trouble<'_>| sure == Confidence::High && trouble.has_not_seen(row.rule);
    let shown = match &trouble {
        Some(trouble) if !is_new_cause(trouble) => trouble.shown(nights),
        _ => Vec::new(),
    };
    let rungs = rungs(case, draft, row);
    let apple = escalates(draft.code) && !is_gate(row);
    let apple = apple
        .then(|| after_two_fixes(case, trouble.as_ref()?, &shown))
        .flatten();
    let before_swap = due.is_some();
    let apple = apple.or(due);
    let fix = match apple {
        Some(_) => FixId::ContactAppleSupport,
        None if escalates(draft.code) => tonight(&shown, &rungs),
        None => row.fix,
    };
    let why = match apple {
        Some(why) if fix != row.fix => Some(why),
        _ if fix != row.fix => tried_in_words(&shown, fix),
        _ => None,
    };
    Advice {
        fix,
        next: if before_swap {
            Some(row.fix)
        } else {
            next(case, row, fix, &shown, &rungs)
        },
        why,
        past: Some(past(case, trouble.as_ref(), shown, fix, sure)),
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

/// The fix of tonight: the one that was shown last, until its nights are over, then the first that
/// was not shown yet. Apple's support is where it ends.
fn tonight(shown: &[Shown], rungs: &[FixId]) -> FixId {
    let first = rungs[0];
    let Some(last) = shown.last().filter(|last| rungs.contains(&last.fix)) else {
        return untried(shown, rungs).unwrap_or(first);
    };
    let stays = last.nights < patience(last.fix) || last.fix == FixId::ContactAppleSupport;
    if stays {
        return last.fix;
    }
    untried(shown, rungs).unwrap_or(last.fix)
}

fn untried(shown: &[Shown], rungs: &[FixId]) -> Option<FixId> {
    let tried = |fix: &FixId| shown.iter().any(|shown| shown.fix == *fix);
    rungs.iter().find(|fix| !tried(fix)).copied()
}

fn patience(fix: FixId) -> u64 {
    if SLOW.contains(&fix) {
        LONG_PATIENCE
    } else {
        PATIENCE
    }
}

/// What there is to try, in order, each once: what the evidence names and what its row tries next;
/// what other rows of the same evidence name; then the usual order, where that evidence allows it.
fn rungs(case: &Case<'_>, draft: &Draft, row: &Row) -> Vec<FixId> {
    let mut rungs = vec![row.fix];
    rungs.extend(row.next);
    if escalates(draft.code) && !is_gate(row) {
        let mut others: Vec<&Row> = matches_of(case, draft).collect();
        others.sort_by_key(|other| (Reverse(other.confidence), harm(other.fix)));
        rungs.extend(
            others
                .iter()
                .flat_map(|other| [Some(other.fix), other.next])
                .flatten(),
        );
        rungs.extend(ladder(&others));
    }
    let mut seen = Vec::new();
    rungs.retain(|fix| {
        let fits = *fix == row.fix || (may_advise(case, *fix) && is_worth_it(case, *fix));
        let new = fits && !seen.contains(fix);
        seen.extend(new.then_some(*fix));
        new
    });
    rungs
}

fn ladder(rows: &[&Row]) -> &'static [FixId] {
    let any = |rule: &str| rows.iter().any(|row| row.rule == rule);
    match (any("C20"), any("L15")) {
        (true, _) => CLOUD_LADDER,
        (false, true) => LOCAL_LADDER,
        (false, false) => &[],
    }
}

/// An update helps only where there is one: by the list of releases, else by the fleet.
fn is_worth_it(case: &Case<'_>, fix: FixId) -> bool {
    match fix {
        FixId::UpdateIos => match currency(case).verdict {
            OsVerdict::Current | OsVerdict::Unsupported => false,
            OsVerdict::Unknown => is_behind_the_fleet(case) != Some(false),
            _ => true,
        },
        fix => !NEVER_BY_ITSELF.contains(&fix),
    }
}

fn is_behind_the_fleet(case: &Case<'_>) -> Option<bool> {
    let newest = case.fleet.newest_os(case.product_type()?)?;
    Some(newest > case.os()?)
}

fn harm(fix: FixId) -> usize {
    let place = LEAST_HARM.iter().position(|known| *known == fix);
    place.unwrap_or(0)
}

fn is_gate(row: &Row) -> bool {
    exclusions::ROWS.iter().any(|gate| gate.rule == row.rule)
}

/// Why the next step is Apple's support, if it is.
fn after_two_fixes(case: &Case<'_>, trouble: &Trouble<'_>, shown: &[Shown]) -> Option<String> {
    let tried = |shown: &&Shown| {
        !NO_FIX.contains(&shown.fix)
            && (shown.fix == FixId::ContactAppleSupport || shown.nights >= patience(shown.fix))
    };
    let mut fixes: Vec<FixId> = shown.iter().filter(tried).map(|shown| shown.fix).collect();
    fixes.sort_unstable();
    fixes.dedup();
    let old = |date| case.now.duration_since(date) >= STALE_BEFORE_APPLE;
    let stale = match case.last_good() {
        Some(good) => old(good.date),
        None => old(trouble.since()),
    };
    (stale && fixes.len() >= FIXES_BEFORE_APPLE).then(|| {
        format!(
            "{} were shown since {} and no good backup of the last 14 days stands",
            count(fixes.len() as u64, "fix", "fixes"),
            day(trouble.since())
        )
    })
}

/// "Restart the device was shown on 3 nights since 2026-11-17 and did not help".
fn tried_in_words(shown: &[Shown], fix: FixId) -> Option<String> {
    let last = shown.iter().rev().find(|shown| shown.fix != fix)?;
    Some(format!(
        "\"{}\" was shown on {} since {} and did not help",
        last.fix.about().title,
        count(last.nights, "night", "nights"),
        day(last.since)
    ))
}

/// What comes if this does not help either.
fn next(case: &Case<'_>, row: &Row, fix: FixId, shown: &[Shown], rungs: &[FixId]) -> Option<FixId> {
    if fix == row.fix {
        return crate::diagnose::safety::next_of(case, row);
    }
    if fix == FixId::ContactAppleSupport {
        return None;
    }
    let tried = |rung: &FixId| *rung == fix || shown.iter().any(|shown| shown.fix == *rung);
    let rung = rungs.iter().find(|rung| !tried(rung)).copied();
    rung.or(Some(FixId::ContactAppleSupport))
}

fn past(
    case: &Case<'_>,
    trouble: Option<&Trouble<'_>>,
    mut shown: Vec<Shown>,
    fix: FixId,
    sure: Confidence,
) -> PastOfFinding {
    let seen = case.nights.zip(trouble);
    let current = shown.pop_if(|last| last.fix == fix);
    PastOfFinding {
        since: trouble.map_or(case.now, Trouble::since),
        nights: seen.map_or(0, |(nights, trouble)| trouble.nights(nights)) + 1,
        fix_since: current.as_ref().map_or(case.now, |shown| shown.since),
        fix_nights: current.map_or(0, |shown| shown.nights) + 1,
        tried: shown.into_iter().map(Into::into).collect(),
        cause_is_certain: sure == Confidence::High,
    }
}
