//! Looks for every kind of pattern in a fleet.

use std::collections::BTreeMap;

use fleetback_scanner::model::backup::{Restorable, State};
use jiff::Timestamp;

use super::baseline::{Baseline, Night, Past, nights};
use super::observations::{at_computers, in_icloud};
use super::search::{CHANCE, Search, SearchWindow};
use super::statistics::{LnFactorials, as_f64};
use crate::assess::checks::storage::full_disk;
use crate::assess::context::DeviceContext;
use crate::assess::fleet_index::ReferenceData;
use crate::assess::fleet_patterns::{Basis, Pattern, Patterns};
use crate::assess::good_backup::is_plausible;
use crate::history::History;
use crate::results::PatternKind;

/// iCloud aims at a backup a day.
pub(crate) const ICLOUD: SearchWindow = SearchWindow {
    nights: 7,
    healthy: 7,
};
/// People plug into a computer less often.
const COMPUTERS: SearchWindow = SearchWindow {
    nights: 14,
    healthy: 14,
};

/// Earlier days that are looked at.
const NIGHTS: usize = 35;

/// The patterns of a fleet.
pub(crate) fn patterns(
    contexts: &[DeviceContext<'_>],
    reference_data: &ReferenceData<'_>,
    now: Timestamp,
) -> Patterns {
    let (observations, group_table) = in_icloud(contexts);
    let baseline = reference_data
        .history
        .map_or_else(Baseline::default, |history| {
            let runs = nightly(history, now);
            Baseline::new(runs.map(|(ago, run)| night(contexts, ago, run)).collect())
        });
    let mut patterns = Search::new(observations, &group_table, &baseline, ICLOUD, now).run();
    let (observations, group_table) = at_computers(contexts);
    let unknown = Baseline::default();
    patterns.extend(Search::new(observations, &group_table, &unknown, COMPUTERS, now).run());
    patterns.extend(breaking(contexts));
    Patterns::new(patterns)
}

/// One run of each of the last days, at about the same hour: the nearest to whole days before now.
fn nightly(history: &History, now: Timestamp) -> impl Iterator<Item = (usize, Timestamp)> {
    let half = nights(1) / 2;
    (1..=NIGHTS).filter_map(move |count| {
        let hour = now - nights(count);
        let away = |run: &Timestamp| hour.duration_until(*run).abs();
        let runs = history.runs.iter().map(|run| run.at);
        let nearest = runs.filter(|run| away(run) <= half).min_by_key(away)?;
        Some((count, nearest))
    })
}

/// What that run knew of the devices of today. Its evidence may have been older than the run:
/// then backups look older than they were, the usual rate higher, and less is found.
fn night(contexts: &[DeviceContext<'_>], ago: usize, run: Timestamp) -> Night {
    let devices = contexts.iter().filter_map(|ctx| {
        Some(Past {
            device: ctx.index,
            last: ctx.past?.icloud_at(run)?,
            known_until: run,
        })
    });
    Night {
        ago,
        past: devices.collect(),
    }
}

/// Devices with a folder on one computer.
#[derive(Default)]
struct OnHost {
    of: usize,
    broken: Vec<(usize, Option<Timestamp>)>,
    full: bool,
}

/// Where fewer backups than this part are broken, nothing is said of the computer. Taken for high:
/// what is usual is known only where other computers were scanned.
const BROKEN_RATE: f64 = 0.1;
/// Fewer devices than this are no group, fewer broken ones no pattern.
const GROUP: usize = 5;
const BROKEN: usize = 3;

/// Computers on which more backups break than elsewhere.
fn breaking(contexts: &[DeviceContext<'_>]) -> Vec<Pattern> {
    let mut hosts: BTreeMap<&str, OnHost> = BTreeMap::new();
    for ctx in contexts.iter().filter(|ctx| !ctx.listed_apart()) {
        let Some(backup) = ctx.newest_local() else {
            continue;
        };
        let host = hosts.entry(&backup.host).or_default();
        host.of += 1;
        host.full |= full_disk(ctx).is_some();
        let stopped = matches!(backup.state, State::Unfinished | State::AttemptFailed);
        let holed = backup
            .file_check
            .files
            .is_some_and(|files| files.missing > 0)
            && backup.restorable == Restorable::No;
        if stopped || holed {
            let date = backup.last_attempt();
            let date = date.filter(|date| is_plausible(*date, ctx.now));
            host.broken.push((ctx.index, date));
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
        .filter_map(|(name, host)| host_pattern(name, host, whole, &table, tries, contexts))
        .collect()
}

fn host_pattern(
    name: &str,
    host: &OnHost,
    (all, all_broken): (usize, usize),
    table: &LnFactorials,
    tries: usize,
    contexts: &[DeviceContext<'_>],
) -> Option<Pattern> {
    let broken = host.broken.len();
    let others = all - host.of;
    let rate_of_others = as_f64(all_broken - broken + 1) / as_f64(others + 2);
    let (basis, baseline_rate) = if others >= GROUP {
        (Basis::Others, rate_of_others.max(BROKEN_RATE))
    } else {
        (Basis::Assumed, BROKEN_RATE)
    };
    let unlike_others = match others {
        0 => 0.0,
        _ => table.drawn(all, all_broken, host.of, broken),
    };
    let chance = table
        .binomial(host.of, baseline_rate, broken)
        .max(unlike_others)
        * as_f64(tries);
    let now = contexts.first()?.now;
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
        baseline_rate,
        basis,
        chance: chance.min(1.0),
        confidence: PatternKind::HostBreaking.about().confidence,
        also: Vec::new(),
    })
}
