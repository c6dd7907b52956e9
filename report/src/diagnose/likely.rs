//! Looks a finding up in the tables and makes its fix ready for the device.

use super::row::{Row, Why};
use super::{escalate, gates, icloud, local, others, shared};
use crate::assess::case::Case;
use crate::assess::draft::Draft;
use crate::assess::good::within;
use crate::assess::icloud::is_blocked;
use crate::assess::inventory::pairing_is_blocked;
use crate::format::shown;
use crate::policy::{Requirement, references};
use crate::portrait::model_name;
use crate::results::{Code, Confidence, Finding, FixId};
use crate::tables::fix_steps::Situation;

/// The tables, in the order in which they are tried: gates first, then what evidence names
/// directly, then patterns, then the usual order of trying.
const TABLES: &[&[Row]] = &[
    gates::ROWS,
    others::ROWS,
    icloud::CERTAIN,
    shared::ROWS,
    icloud::CODES,
    local::ROWS,
    icloud::LIKELY,
    others::LAST,
];

/// A local backup no older than this, in days, is fresh enough to risk a destructive fix. Fixed: it
/// is a matter of safety and not of policy.
const FRESH_DAYS: f64 = 3.0;

/// A finding with its cause and its likely fix.
pub(crate) fn diagnose(case: &Case<'_>, draft: Draft) -> Finding {
    let (row, why) = first_match(case, &draft);
    let sure = row.confidence.min(why.at_most);
    let advice = escalate::advise(case, &draft, row, sure);
    let is_first = advice.fix == row.fix;
    let situation = Situation {
        os: case.os(),
        home_button: case.home_button(),
        focus: row.focus.filter(|_| is_first),
    };
    let mut likely_fix = advice.fix.made_ready(&situation);
    likely_fix.message = advice.fix.message(&situation, &called(case));
    Finding {
        code: draft.code,
        severity: draft.severity,
        evidence: draft.evidence,
        cause: row.cause.to_owned(),
        likely_fix,
        confidence: if is_first { sure } else { Confidence::Low },
        why: match advice.why {
            Some(more) => format!("{}; {more}", why.text),
            None => why.text,
        },
        next_fix: advice.next,
        waived: None,
        pattern: why.pattern,
        rule: row.rule.to_owned(),
        history: advice.past,
        references: references(case.policy.preset, draft.code),
    }
}

/// What a message calls the device: "Your iPhone 13 “Anna’s iPhone” (serial number F2LX0000TEST)".
fn called(case: &Case<'_>) -> String {
    let model = model_name(case.device).unwrap_or_else(|| "device".to_owned());
    let mut text = format!("Your {}", shown(&model));
    if let Some(name) = case.device.name() {
        text.push_str(&format!(" “{}”", shown(name)));
    }
    if let Some(serial) = &case.device.identity.serial {
        text.push_str(&format!(" (serial number {serial})"));
    }
    text
}

/// The rows that can explain a code, in the order in which they are tried.
pub(crate) fn rows_of(code: Code) -> impl Iterator<Item = &'static Row> {
    let rows = TABLES.iter().flat_map(|table| table.iter());
    rows.filter(move |row| row.codes.contains(&code))
}

/// Every row whose condition holds, and whose fix may be advised for this device.
pub(crate) fn matches_of<'c>(
    case: &'c Case<'_>,
    draft: &Draft,
) -> impl Iterator<Item = &'static Row> + 'c {
    let fitting = rows_of(draft.code).filter(|row| may_advise(case, row.fix));
    fitting.filter(|row| (row.when)(case).is_some())
}

fn first_match(case: &Case<'_>, draft: &Draft) -> (&'static Row, Why) {
    let fitting = rows_of(draft.code).filter(|row| may_advise(case, row.fix));
    let mut matches = fitting.filter_map(|row| Some((row, (row.when)(case)?)));
    matches
        .next()
        .unwrap_or_else(|| (&others::NOTHING_KNOWN, others::nothing_known()))
}

/// May a fix be advised for this device? The words for people stand in `not_when` of the fix.
pub(crate) fn may_advise(case: &Case<'_>, fix: FixId) -> bool {
    let wanted = case.policy.backups;
    match fix {
        FixId::SignOutIcloud => {
            has_fresh_local(case) && case.restriction("allowAccountModification") != Some(false)
        }
        FixId::StartFreshBackup | FixId::EnterPasscode => {
            wanted.local != Requirement::Forbidden && !pairing_is_blocked(case)
        }
        FixId::TurnOnIcloudBackup => wanted.icloud != Requirement::Forbidden && !is_blocked(case),
        _ => true,
    }
}

/// What a row tries next, as far as it may be advised.
pub(crate) fn next_of(case: &Case<'_>, row: &Row) -> Option<FixId> {
    row.next.and_then(|fix| next_fix(case, fix))
}

/// What to try next; a fix that may not be advised gives way to the people who know more.
fn next_fix(case: &Case<'_>, fix: FixId) -> Option<FixId> {
    match fix {
        fix if may_advise(case, fix) => Some(fix),
        FixId::SignOutIcloud => Some(FixId::ContactAppleSupport),
        _ => None,
    }
}

/// Is there a restorable local backup of the last three days?
pub(crate) fn has_fresh_local(case: &Case<'_>) -> bool {
    case.good_local()
        .is_some_and(|good| within(good.date, case.now, FRESH_DAYS))
}
