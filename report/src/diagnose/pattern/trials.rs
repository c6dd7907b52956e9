//! How often the search cries wolf, and how often it finds what is there, at the thresholds that it
//! uses. Fleets are drawn by chance from seeds that stand here, so every run of the tests sees the
//! same ones.

use fleetback_testdata::rng::Rng;
use jiff::{SignedDuration, Timestamp};

use super::baseline::{Baseline, Night, Past};
use super::find::ICLOUD;
use super::observations::{GroupTable, Observation};
use super::search::Search;
use crate::assess::fleet_patterns::Pattern;
use crate::results::PatternKind;

/// A Thursday morning.
const NOW: Timestamp = Timestamp::constant(1_795_075_200, 0); // 2026-11-19T08:00:00Z
/// Nights that are simulated, and how many of the newest are known as earlier nights.
const NIGHTS: usize = 60;
const KNOWN: usize = 35;
const SITES: usize = 5;
const BUILDS: usize = 3;

/// What the fleet is like.
#[derive(Clone, Copy)]
struct World {
    devices: usize,
    /// Is anything known of earlier nights?
    history: bool,
    /// On the nights to Saturday, Sunday and Monday only this part of the usual backups is made.
    weekends: f64,
    now: Timestamp,
    /// What stops whom: the kind, the part of its devices that it hits, and for how many nights.
    cause: Option<(PatternKind, f64, usize)>,
}

const QUIET: World = World {
    devices: 100,
    history: true,
    weekends: 1.0,
    now: NOW,
    cause: None,
};

/// One device: its habits, and the moments of its backups as hours before now, oldest first.
struct Life {
    site: usize,
    build: usize,
    hit: bool,
    backups: Vec<i64>,
}

fn life(world: &World, number: usize, draw: &mut Rng) -> Life {
    let (site, build) = (number % SITES, (number / SITES) % BUILDS);
    // From the careless who charge every other night to those who never miss one.
    let habit = 0.45 + 0.5 * draw.part();
    let (hit, since) = match world.cause {
        Some((kind, part, nights)) => {
            let meant = match kind {
                PatternKind::Site => site == 1,
                PatternKind::OsBuild => build == 1,
                _ => true,
            };
            (meant && draw.part() < part, nights)
        }
        None => (false, 0),
    };
    let mut backups = Vec::new();
    for night in (1..=NIGHTS).rev() {
        let hours = i64::try_from(night).unwrap() * 24 - 3 - i64::try_from(draw.below(6)).unwrap();
        let moment = world.now - SignedDuration::from_hours(hours);
        let weekday = moment.to_zoned(jiff::tz::TimeZone::UTC).weekday();
        let weekend = [0, 1, 6].contains(&weekday.to_sunday_zero_offset());
        let chance = if weekend {
            habit * world.weekends
        } else {
            habit
        };
        let stopped = hit && night <= since;
        if draw.part() < chance && !stopped {
            backups.push(hours);
        }
    }
    Life {
        site,
        build,
        hit,
        backups,
    }
}

fn ago(world: &World, hours: i64) -> Timestamp {
    world.now - SignedDuration::from_hours(hours)
}

/// The newest backup that was made so many nights ago or before.
fn newest(world: &World, life: &Life, nights_ago: usize) -> Option<Timestamp> {
    let until = i64::try_from(nights_ago).unwrap() * 24;
    let before = life.backups.iter().rev().find(|hours| **hours > until)?;
    Some(ago(world, *before))
}

fn earlier(world: &World, lives: &[Life]) -> Baseline {
    let night = |nights_ago: usize| {
        let known_until = ago(world, i64::try_from(nights_ago).unwrap() * 24);
        let seen = lives.iter().enumerate();
        let devices = seen.filter_map(|(device, life)| {
            let last = newest(world, life, nights_ago)?;
            Some(Past {
                device,
                last,
                known_until,
            })
        });
        Night {
            ago: nights_ago,
            past: devices.collect(),
        }
    };
    Baseline::new((1..=KNOWN).rev().map(night).collect())
}

/// The patterns of a fleet that is drawn, and how many devices its cause hits.
fn drawn(world: &World, seed: u64) -> (Vec<Pattern>, usize) {
    let mut draw = Rng::new(seed);
    let lives: Vec<Life> = (0..world.devices)
        .map(|n| life(world, n, &mut draw))
        .collect();
    let baseline = if world.history {
        earlier(world, &lives)
    } else {
        Baseline::default()
    };
    let mut group_table = GroupTable::default();
    let all = group_table.index_of(PatternKind::Outage, None);
    let mut group = |kind, n: usize| group_table.index_of(kind, Some(n.to_string()));
    let devices = lives.iter().enumerate().filter_map(|(device, life)| {
        Some(Observation {
            device,
            last: newest(world, life, 0)?,
            known_until: world.now,
            groups: vec![
                all,
                group(PatternKind::Site, life.site),
                group(PatternKind::OsBuild, life.build),
            ],
        })
    });
    let observations = devices.collect();
    let found = Search::new(observations, &group_table, &baseline, ICLOUD, world.now).run();
    (found, lives.iter().filter(|life| life.hit).count())
}

/// In how many of so many fleets any pattern is found.
fn alarms(world: &World, fleets: u64) -> u64 {
    let any = |seed: &u64| !drawn(world, *seed).0.is_empty();
    (0..fleets).filter(any).count() as u64
}

/// In how many of so many fleets the first pattern is the planted one, with its onset.
fn detections(world: &World, fleets: u64) -> u64 {
    let (kind, _, nights) = world.cause.unwrap();
    let right = |seed: &u64| {
        let (found, _) = drawn(world, *seed);
        let first = found.first();
        first.is_some_and(|p| p.kind == kind && p.nights.abs_diff(nights as u64) <= 1)
    };
    (0..fleets).filter(right).count() as u64
}

/// At one in a thousand scans, a thousand show one by accident; the bounds that add up the tests
/// leave fewer.
#[test]
fn nothing_is_found_where_nothing_is() {
    let alone = World {
        history: false,
        ..QUIET
    };
    assert!(alarms(&QUIET, 1_000) <= 1);
    assert!(alarms(&alone, 1_000) <= 1);
}

#[test]
fn weekends_are_usual_once_they_are_known() {
    let monday = NOW + SignedDuration::from_hours(4 * 24);
    let weekends = World {
        weekends: 0.3,
        now: monday,
        ..QUIET
    };
    assert!(alarms(&weekends, 300) <= 1);
    // And where nothing is known, a scan on a Monday holds its tongue.
    let alone = World {
        history: false,
        ..weekends
    };
    assert!(alarms(&alone, 500) <= 1);
}

#[track_caller]
fn found(world: World, cause: (PatternKind, f64, usize), least: u64) {
    let world = World {
        cause: Some(cause),
        ..world
    };
    let found = detections(&world, 100);
    assert!(found >= least, "{found} of 100");
}

#[test]
fn what_is_there_is_found() {
    let alone = World {
        history: false,
        ..QUIET
    };
    found(QUIET, (PatternKind::Outage, 0.95, 2), 95);
    found(QUIET, (PatternKind::Outage, 0.5, 3), 95);
    found(QUIET, (PatternKind::Site, 0.95, 3), 90);
    found(QUIET, (PatternKind::OsBuild, 0.95, 3), 95);
    found(alone, (PatternKind::Outage, 0.95, 2), 95);
    found(alone, (PatternKind::OsBuild, 0.95, 3), 90);
}

/// What one night, a small part or a small group cannot show is not claimed to be seen.
#[test]
fn what_is_too_small_is_not_found() {
    let world = World {
        cause: Some((PatternKind::Outage, 0.05, 3)),
        ..QUIET
    };
    assert!(detections(&world, 100) <= 20);
}
