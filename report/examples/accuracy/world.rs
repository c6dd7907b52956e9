//! A fleet over sixty nights, as the world might have it: habits, travels, and causes that were
//! planted. It knows nothing of the rules that judge it. It lives each night, and then writes down
//! what an MDM and a computer's disk would show of it in the morning, and no more.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use fleetback_report::history::{DeviceIds, History, PastDevice, PastIcloud, PastRun};
use fleetback_scanner::model::backup::LocalBackup;
use fleetback_scanner::model::cloud::{CloudAttempt, CloudLog};
use fleetback_scanner::model::evidence::{Source, Sourced, TimestampSource};
use fleetback_scanner::model::fleet::Fleet;
use fleetback_testdata::rng::Rng;
use jiff::{SignedDuration, Timestamp};

use super::fleet::{fleet, local, numbered};

/// A Friday, and the first of the mornings that are judged.
const FIRST: Timestamp = Timestamp::constant(1_788_508_800, 0); // 2026-09-04T08:00:00Z

/// What was planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// The iCloud storage of the account is full.
    Quota,
    /// Apple's servers fail for three nights.
    Outage,
    /// A firewall of one site.
    Site,
    /// One build of iOS.
    Os,
    /// A VPN profile.
    Profile,
    /// One computer is off.
    Host,
    /// Nobody types the passcode at the computer.
    Passcode,
    /// One site is closed.
    Holiday,
    /// A restriction.
    Policy,
}

impl Cause {
    /// In the order of the table.
    pub(crate) const ALL: [Self; 9] = [
        Self::Quota,
        Self::Outage,
        Self::Site,
        Self::Os,
        Self::Profile,
        Self::Host,
        Self::Passcode,
        Self::Holiday,
        Self::Policy,
    ];

    /// Its name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Quota => "quota",
            Self::Outage => "outage",
            Self::Site => "site",
            Self::Os => "os",
            Self::Profile => "profile",
            Self::Host => "host",
            Self::Passcode => "passcode",
            Self::Holiday => "holiday",
            Self::Policy => "policy",
        }
    }
}

/// A cause that hits a group for some nights: from, until, and the part of the group.
const EVENTS: [(Cause, usize, usize, f64); 6] = [
    (Cause::Host, 16, 30, 1.0),
    (Cause::Outage, 24, 26, 0.9),
    (Cause::Site, 31, 37, 0.95),
    (Cause::Holiday, 35, 43, 0.8),
    (Cause::Os, 41, 47, 0.9),
    (Cause::Profile, 50, 57, 0.95),
];
const SITES: u64 = 10;
/// The sites with a broken firewall and with a holiday.
const BROKEN_SITE: u64 = 3;
const CLOSED_SITE: u64 = 7;
const BUILDS: [(&str, &str); 4] = [
    ("18.1", "22B83"),
    ("18.1.1", "22B91"),
    ("17.7.2", "21H221"),
    ("18.2", "22C152"),
];
/// The build that breaks.
const BROKEN_BUILD: usize = 3;
/// Attempts that a device keeps.
const LOG: usize = 10;

/// How a device lives.
struct Life {
    site: u64,
    build: usize,
    vpn: bool,
    cloud: bool,
    local: bool,
    /// How often it is on power, locked and on Wi-Fi at night, and how often at the computer.
    habit: f64,
    computer_habit: f64,
    /// A cause of its own, and the night from which it holds.
    own: Option<(Cause, usize)>,
    travels_until: usize,
    cloud_at: Option<Timestamp>,
    local_at: Option<(Timestamp, CloudLog)>,
    log: VecDeque<CloudAttempt>,
    /// The newest answer of the MDM.
    answer: Option<Answer>,
    /// What keeps it from its iCloud and its local backups since their last success.
    blame: Blame,
    past: Vec<PastIcloud>,
}

/// What has stopped the last attempts that did not come to pass.
#[derive(Default, Clone, Copy)]
struct Blame {
    cloud: Option<Cause>,
    local: Option<Cause>,
}

/// What the MDM was told, and when.
struct Answer {
    at: Timestamp,
    last: Option<Timestamp>,
    restricted: bool,
    profiles: Vec<&'static str>,
}

/// What is true of a device on a morning.
pub(crate) struct Truth {
    /// What keeps the way that the device lives by from its backups.
    pub(crate) cause: Option<Cause>,
    /// Does the evidence name it directly: a log young enough to hold the code three times, a
    /// restriction?
    pub(crate) hard: bool,
    /// How old its newest backup really is.
    pub(crate) age: Option<SignedDuration>,
}

/// The world.
pub(crate) struct World {
    lives: Vec<Life>,
    draw: Rng,
    night: usize,
}

impl World {
    /// So many devices, drawn from a seed.
    pub(crate) fn new(devices: usize, seed: u64) -> Self {
        let mut draw = Rng::new(seed);
        let lives = (0..devices).map(|_| life(&mut draw)).collect();
        Self {
            lives,
            draw,
            night: 0,
        }
    }

    /// The clock of this morning.
    pub(crate) fn now(&self) -> Timestamp {
        FIRST + SignedDuration::from_hours(i64::try_from(self.night).unwrap() * 24)
    }

    /// Lives through one more night.
    pub(crate) fn live(&mut self) {
        self.night += 1;
        let (night, now) = (self.night, self.now());
        for life in &mut self.lives {
            live(life, night, now, &mut self.draw);
        }
    }

    /// What an MDM and the disks of the computers show this morning.
    pub(crate) fn evidence(&self) -> Fleet {
        let phones = self.lives.iter().enumerate().map(|(n, life)| {
            let mut phone = numbered(n).site(&format!("site {}", life.site));
            if let Some((at, log)) = &life.local_at {
                phone = phone.local(folder(n, life, *at, log));
            }
            match &life.answer {
                Some(answer) => phone_told(phone, life, answer),
                None => phone,
            }
        });
        Fleet {
            has_inventory: true,
            ..fleet(phones)
        }
    }

    /// What the earlier mornings knew.
    pub(crate) fn history(&self) -> History {
        let day =
            |night: usize| FIRST + SignedDuration::from_hours(i64::try_from(night).unwrap() * 24);
        let runs = (1..self.night).map(|night| PastRun {
            at: day(night),
            run_id: night.to_string(),
            complete: true,
            counts: None,
        });
        let devices = self.lives.iter().enumerate().map(|(n, life)| PastDevice {
            ids: DeviceIds::from_identity(&numbered(n).0.identity),
            icloud: life.past.clone(),
            ..PastDevice::default()
        });
        History {
            runs: runs.collect(),
            devices: devices.collect(),
            ..History::default()
        }
    }

    /// Writes this morning into the history.
    pub(crate) fn remember(&mut self) {
        let now = self.now();
        for life in &mut self.lives {
            let told = life.answer.as_ref().and_then(|answer| answer.last);
            let logged = life.local_at.as_ref().and_then(|(_, log)| log.last_date);
            let Some(date) = told.max(logged) else {
                continue;
            };
            match life.past.last_mut() {
                Some(past) if past.date == date => past.until = now,
                _ => life.past.push(PastIcloud {
                    date,
                    since: now,
                    until: now,
                }),
            }
        }
    }

    /// What is true of a device.
    pub(crate) fn truth(&self, device: usize) -> Truth {
        let life = &self.lives[device];
        // Both ways are old where the age is: the one that failed last is the one that matters.
        let cause = match (life.cloud, life.local) {
            (true, true) => life.blame.cloud.and(life.blame.local).or(life.blame.cloud),
            (true, false) => life.blame.cloud,
            _ => life.blame.local,
        };
        let newest = life.cloud_at.max(life.local_at.as_ref().map(|(at, _)| *at));
        let hard = match cause {
            Some(Cause::Quota) => {
                let log = life.local_at.as_ref().map(|(_, log)| &log.attempts);
                log.is_some_and(|log| {
                    let full = log.iter().take_while(|attempt| attempt.code == 303);
                    full.count() >= 3
                })
            }
            Some(Cause::Outage) => {
                let newest = life
                    .local_at
                    .as_ref()
                    .and_then(|(_, log)| log.attempts.first());
                newest.is_some_and(|attempt| attempt.code == 304)
            }
            Some(Cause::Policy) => life.answer.as_ref().is_some_and(|a| a.restricted),
            _ => false,
        };
        Truth {
            cause,
            hard,
            age: newest.map(|date| date.duration_until(self.now())),
        }
    }
}

fn life(draw: &mut Rng) -> Life {
    let (cloud, local) = match draw.below(10) {
        0..6 => (true, false),
        6..8 => (false, true),
        _ => (true, true),
    };
    let own = match (draw.below(1_000), cloud, local) {
        (0..40, true, _) => Some(Cause::Quota),
        (40..70, true, false) => Some(Cause::Policy),
        (0..80, false, true) => Some(Cause::Passcode),
        _ => None,
    };
    Life {
        site: draw.below(SITES),
        build: usize::try_from(draw.below(BUILDS.len() as u64)).unwrap(),
        vpn: draw.happens(0.15),
        cloud,
        local,
        habit: 0.55 + 0.43 * draw.part(),
        computer_habit: 0.6 + 0.35 * draw.part(),
        own: own.map(|cause| (cause, usize::try_from(15 + draw.below(30)).unwrap())),
        travels_until: 0,
        cloud_at: None,
        local_at: None,
        log: VecDeque::new(),
        answer: None,
        blame: Blame::default(),
        past: Vec::new(),
    }
}

/// Is a planted cause of a group at work for this device tonight?
fn hits(life: &Life, night: usize, draw: &mut Rng) -> Vec<Cause> {
    let at_work = EVENTS
        .iter()
        .filter(|(_, from, until, _)| (*from..=*until).contains(&night));
    let mut causes: Vec<Cause> = at_work
        .filter(|(cause, ..)| match cause {
            Cause::Site => life.site == BROKEN_SITE,
            Cause::Holiday => life.site == CLOSED_SITE,
            Cause::Os => life.build == BROKEN_BUILD,
            Cause::Profile => life.vpn,
            Cause::Host => life.site == 1,
            _ => true,
        })
        .filter(|(.., part)| draw.happens(*part))
        .map(|(cause, ..)| *cause)
        .collect();
    causes.extend(
        life.own
            .filter(|(_, from)| night >= *from)
            .map(|(cause, _)| cause),
    );
    causes
}

fn live(life: &mut Life, night: usize, now: Timestamp, draw: &mut Rng) {
    if life.travels_until < night && draw.happens(0.004) {
        life.travels_until = night + usize::try_from(1 + draw.below(4)).unwrap();
    }
    let away = life.travels_until >= night;
    let causes = hits(life, night, draw);
    let closed = causes.contains(&Cause::Holiday);
    let mut minutes = |from: u64, span: u64| {
        now - SignedDuration::from_mins(i64::try_from(from + draw.below(span)).unwrap())
    };
    let (tried, plugged, answered) = (minutes(240, 300), minutes(600, 300), minutes(10, 200));
    let lasting = i32::try_from(nights_since(life.cloud_at, now)).unwrap_or(0);
    // Who has missed a night makes up for it sooner: nobody lets a telephone go flat.
    let due = (life.habit * (1.0 + 0.15 * f64::from(lasting.clamp(0, 4)))).min(0.98);
    if life.local {
        let there = !away && draw.happens(life.computer_habit);
        back_up_to_computer(life, &causes, there, plugged);
    }
    if life.cloud && !closed {
        let conditions = draw.happens(due) && !(away && draw.happens(0.85));
        back_up_to_icloud(life, &causes, conditions, tried);
    } else if closed {
        life.blame.cloud = life.blame.cloud.or(Some(Cause::Holiday));
    }
    let reached = draw.happens(if away { 0.5 } else { 0.93 });
    if reached && !closed {
        life.answer = Some(answer(life, &causes, answered, night));
    }
}

fn nights_since(date: Option<Timestamp>, now: Timestamp) -> i64 {
    date.map_or(1, |date| date.duration_until(now).as_hours() / 24)
}

/// Causes that stop iCloud backups, and the code that the device then writes into its log; the
/// ones without a code never get as far as an attempt.
fn stops_icloud(cause: Cause) -> Option<Option<i64>> {
    match cause {
        Cause::Quota => Some(Some(303)),
        Cause::Outage => Some(Some(304)),
        Cause::Site | Cause::Profile => Some(Some(300)),
        Cause::Os => Some(None),
        Cause::Policy => Some(None),
        _ => None,
    }
}

fn back_up_to_icloud(life: &mut Life, causes: &[Cause], conditions: bool, at: Timestamp) {
    let stop = causes
        .iter()
        .find_map(|cause| Some((*cause, stops_icloud(*cause)?)));
    if let Some((cause, _)) = stop {
        life.blame.cloud = Some(cause);
    }
    if !conditions {
        return;
    }
    let code = stop.map_or(Some(0), |(_, code)| code);
    if let Some(code) = code {
        life.log.push_front(CloudAttempt {
            at,
            domain: "MBErrorDomain".to_owned(),
            code,
            inner_codes: Vec::new(),
        });
        life.log.truncate(LOG);
    }
    if stop.is_none() {
        life.cloud_at = Some(at);
        life.blame.cloud = None;
    }
}

fn back_up_to_computer(life: &mut Life, causes: &[Cause], there: bool, at: Timestamp) {
    let stops = |cause: &&Cause| matches!(cause, Cause::Host | Cause::Passcode | Cause::Holiday);
    if let Some(cause) = causes.iter().find(stops) {
        life.blame.local = life.blame.local.or(Some(*cause));
    } else if there {
        life.blame.local = None;
        let log = CloudLog {
            enabled: Some(life.cloud),
            last_date: life.cloud_at,
            attempts: life.log.iter().cloned().collect(),
            windows: Vec::new(),
        };
        life.local_at = Some((at, log));
    }
}

fn answer(life: &Life, causes: &[Cause], at: Timestamp, night: usize) -> Answer {
    let mut profiles = vec!["org.example.base"];
    let pushed = EVENTS
        .iter()
        .any(|(cause, from, ..)| *cause == Cause::Profile && night >= *from);
    if life.vpn && pushed {
        profiles.push("org.example.vpn");
    }
    Answer {
        at,
        last: life.cloud_at.filter(|date| *date <= at),
        restricted: causes.contains(&Cause::Policy),
        profiles,
    }
}

fn folder(n: usize, life: &Life, at: Timestamp, log: &CloudLog) -> LocalBackup {
    let (version, build) = BUILDS[life.build];
    LocalBackup {
        path: format!("/backups/{n}").into(),
        host: format!("mac-{}", life.site),
        os_version: Some(version.to_owned()),
        build_version: Some(build.to_owned()),
        completed_at: Some(at),
        status_date: Some(at),
        info_date: Some(at),
        manifest_date: Some(at),
        cloud_log: Some(log.clone()),
        ..local(0)
    }
}

fn phone_told(phone: super::fleet::Phone, life: &Life, answer: &Answer) -> super::fleet::Phone {
    let source = Arc::new(Source {
        path: "/mdm/answers.plist".into(),
        kind: "DeviceInformation answer".to_owned(),
        observed_at: answer.at,
        clock: TimestampSource::Wrapper,
    });
    let (version, build) = BUILDS[life.build];
    phone.mdm(|mdm, _| {
        mdm.last_contact = Some(Sourced::new(answer.at, &source));
        mdm.last_inventory = Some(Sourced::new(answer.at, &source));
        mdm.os_version = Some(Sourced::new(version.to_owned(), &source));
        mdm.build_version = Some(Sourced::new(build.to_owned(), &source));
        mdm.cloud_backup_enabled = Some(Sourced::new(life.cloud, &source));
        mdm.last_cloud_backup = answer.last.map(|date| Sourced::new(date, &source));
        mdm.no_cloud_date_means_never = true;
        let names = answer
            .profiles
            .iter()
            .map(|id| ((*id).to_owned(), "Profile".to_owned()));
        mdm.profiles = Some(Sourced::new(names.collect(), &source));
        let restricted = BTreeMap::from([("allowCloudBackup".to_owned(), !answer.restricted)]);
        mdm.restrictions = Some(Sourced::new(restricted, &source));
    })
}
