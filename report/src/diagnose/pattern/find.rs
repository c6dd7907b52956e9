//! Looks for every kind of pattern in a fleet.

use std::collections::BTreeMap;

use fleetback_scanner::model::backup::{Restorable, State};
use jiff::Timestamp;

use super::baseline::{Night, Past, Usual, nights};
use super::observations::{at_computers, in_icloud};
use super::search::{CHANCE, Search, Way};
use super::statistics::{LnFactorials, real};
use crate::assess::checks::storage::full_disk;
use crate::assess::context::Case;
use crate::assess::fleet_index::Knowledge;
use crate::assess::fleet_patterns::{Basis, Pattern, Patterns};
use crate::assess::good_backup::is_plausible;
use crate::history::History;
use crate::results::PatternKind;

/// iCloud aims at a backup a night.
pub(crate) const ICLOUD: Way = Way {
    nights: 7,
    healthy: 7,
};
/// People plug into a computer less often.
const COMPUTERS: Way = Way {
    nights: 14,
    healthy: 14,
};

/// Earlier nights that are looked at.
const NIGHTS: usize = 35;

/// The patterns of a fleet.
pub(crate) fn patterns(cases: &[Case<'_>], knowledge: &Knowledge<'_>, now: Timestamp) -> Patterns {
    let (sights, marks) = in_icloud(cases);
    let usual = knowledge.history.map_or_else(Usual::default, |history| {
        let runs = nightly(history, now);
        Usual::of(runs.map(|(ago, run)| night(cases, ago, run)).collect())
    });
    let mut found = Search::of(sights, &marks, &usual, ICLOUD, now).run();
    let (sights, marks) = at_computers(cases);
    let unknown = Usual::default();
    found.extend(Search::of(sights, &marks, &unknown, COMPUTERS, now).run());
    found.extend(breaking(cases));
    Patterns::new(found)
}

/// One run of each of the last nights, at about the same hour: the nearest to whole days before now.
fn nightly(history: &History, now: Timestamp) -> impl Iterator<Item = (usize, Timestamp)> {
    let half = nights(1) / 2;
    (1..=NIGHTS).filter_map(move |count| {
        let wanted = now - nights(count);
        let away = |run: &Timestamp| wanted.duration_until(*run).abs();
        let runs = history.runs.iter().map(|run| run.at);
        let nearest = runs.filter(|run| away(run) <= half).min_by_key(away)?;
        Some((count, nearest))
    })
}

/// What that run was told of the devices of today. Its evidence may have been older than the run:
/// then backups look older than they were, the usual rate higher, and less is found.
fn night(cases: &[Case<'_>], ago: usize, run: Timestamp) -> Night {
    let told = cases.iter().filter_map(|case| {
        Some(Past {
            device: case.index,
            last: case.past?.icloud_at(run)?,
            told: run,
        })
    });
    Night {
        ago,
        past: told.collect(),
    }
}

/// Devices with a folder on one computer.
#[derive(Default)]
struct OnHost {
    of: usize,
    broken: Vec<(usize, Option<Timestamp>)>,
    full: bool,
}

/// Where fewer backups than this part are broken, nothing is told of the computer. Taken for high:
/// what is usual is known only where other computers were scanned.
const BROKEN_RATE: f64 = 0.1;
/// Fewer devices than this are no group, fewer broken ones no pattern.
const GROUP: usize = 5;
const BROKEN: usize = 3;

/// Computers on which more backups break than elsewhere.
fn breaking(cases: &[Case<'_>]) -> Vec<Pattern> {
    let mut hosts: BTreeMap<&str, OnHost> = BTreeMap::new();
    for case in cases.iter().filter(|case| !case.listed_apart()) {
        let Some(backup) = case.newest_local() else {
            continue;
        };
        let host = hosts.entry(&backup.host).or_default();
        host.of += 1;
        host.full |= full_disk(case).is_some();
        let stopped = matches!(backup.state, State::Unfinished | State::AttemptFailed);
        let holed = backup.files.is_some_and(|files| files.missing > 0)
            && backup.restorable == Restorable::No;
        if stopped || holed {
            let date = backup.last_attempt();
            let date = date.filter(|date| is_plausible(*date, case.now));
            host.broken.push((case.index, date));
        }
    }
    let table = LnFactorials::up_to(hosts.values().map(|host| host.of).sum());
    let tries = hosts.values().filter(|host| host.of >= GROUP).count();
    let whole = hosts.values().fold((0, 0), |(of, broken), host| {
        (of + host.of, broken + host.broken.len())
    });
    let suspects = hosts
        .iter()
        .filter(|(_, host)| host.of >= GROUP && host.broken.len() >= BROKEN && !host.full);
    suspects
        .filter_map(|(name, host)| host_pattern(name, host, whole, &table, tries, cases))
        .collect()
}

fn host_pattern(
    name: &str,
    host: &OnHost,
    (all, all_broken): (usize, usize),
    table: &LnFactorials,
    tries: usize,
    cases: &[Case<'_>],
) -> Option<Pattern> {
    let broken = host.broken.len();
    let others = all - host.of;
    let rate_of_others = real(all_broken - broken + 1) / real(others + 2);
    let (basis, usual) = if others >= GROUP {
        (Basis::Others, rate_of_others.max(BROKEN_RATE))
    } else {
        (Basis::Assumed, BROKEN_RATE)
    };
    let unlike_others = match others {
        0 => 0.0,
        _ => table.drawn(all, all_broken, host.of, broken),
    };
    let chance = table.binomial(host.of, usual, broken).max(unlike_others) * real(tries);
    let now = cases.first()?.now;
    let dates = host.broken.iter().filter_map(|(_, date)| *date);
    let since = dates.min().unwrap_or(now).min(now);
    let days = since.duration_until(now).as_hours() / 24;
    (chance < CHANCE).then(|| Pattern {
        kind: PatternKind::HostBreaking,
        what: Some(name.to_owned()),
        missed: host.broken.iter().map(|(device, _)| *device).collect(),
        of: host.of,
        since,
        nights: u64::try_from(days).unwrap_or(0).max(1),
        usual,
        basis,
        chance: chance.min(1.0),
        confidence: PatternKind::HostBreaking.about().confidence,
        also: Vec::new(),
    })
}
