//! Large fleets out of a seed, for benches and for "found exactly what was planted".
//!
//! Every device draws from a stream of its own, so the bytes depend on the seed alone and not on
//! the number of threads, and device 17 is the same in a fleet of 20 and of 20,000.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use rayon::prelude::*;
use serde_json::{Value as Json, json};

use super::plan::{NANO, Planned, inventory};
use crate::backup::builder::BackupBuilder;
use crate::backup::keybag::Kdf;
use crate::backup::wound::{DatabaseWound, PlistFile, PlistWound, Wound};
use crate::device::MODELS;
use crate::disk;
use crate::rng::Rng;
use crate::when::{at, shift};

/// What kind of fleet to write.
#[derive(Debug, Clone)]
pub struct Night {
    /// Devices, one backup each.
    pub devices: u64,
    /// Everything derives from it.
    pub seed: u64,
    /// Computers that the backups are spread over; 1 means no folder per host.
    pub hosts: u64,
    /// Payload files of each backup.
    pub files_per_backup: usize,
    /// Least size of each Info.plist, in bytes.
    pub info_bytes: u64,
    /// Which wounds, and how often.
    pub wounds: Mix,
    /// How many of 100 backups are encrypted.
    pub encrypted_percent: f64,
    /// Write an MDM answer for each device?
    pub mdm: bool,
    /// Write the inventory table?
    pub inventory: bool,
    /// Make all 256 payload folders, also the empty ones, as devices do? Costs most of the time.
    pub all_folders: bool,
    /// The run's `now`; all dates lie before it, but for a clock that runs ahead.
    pub now: Timestamp,
}

/// A wound that fleets are sown with.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    /// How much older than the newest attempt the backup in the root is.
    older_days: i64,
    inflict: fn(BackupBuilder, Sown) -> BackupBuilder,
}

/// The dates a wound may need.
#[derive(Debug, Clone, Copy)]
struct Sown {
    attempt: Timestamp,
    now: Timestamp,
}

/// A day, in seconds.
const DAY: i64 = 86_400;

/// The wounds by name.
const KINDS: &[Kind] = &[
    older(10, kind("stale", |backup, _| backup)),
    kind("first-attempt-cut-short", |backup, sown| {
        backup.wound(Wound::FirstAttemptCutShort(sown.attempt))
    }),
    older(
        9,
        kind("attempt-failed", |backup, sown| {
            backup.wound(Wound::AttemptFailed(sown.attempt))
        }),
    ),
    kind("cut-short-moving", |backup, sown| {
        backup.wound(Wound::CutShortMoving(sown.attempt))
    }),
    kind("cut-short-removing", |backup, sown| {
        backup.wound(Wound::CutShortRemoving(sown.attempt))
    }),
    kind("in-progress", |backup, sown| {
        let begun = shift(sown.now, -1_800);
        let running = backup.wound(Wound::FirstAttemptCutShort(begun));
        running.wound(Wound::Modified(shift(sown.now, -60)))
    }),
    kind("status-missing", |backup, _| {
        status(backup, PlistWound::Missing)
    }),
    kind("status-zero-bytes", |backup, _| {
        status(backup, PlistWound::ZeroBytes)
    }),
    kind("status-truncated", |backup, _| {
        status(backup, PlistWound::Truncated)
    }),
    kind("status-wrong-types", |backup, _| {
        status(backup, PlistWound::WrongTypes)
    }),
    kind("status-html", |backup, _| status(backup, PlistWound::Html)),
    kind("info-zero-bytes", |backup, _| {
        backup.wound(Wound::Plist(PlistFile::Info, PlistWound::ZeroBytes))
    }),
    kind("manifest-zero-bytes", |backup, _| {
        backup.wound(Wound::Plist(PlistFile::Manifest, PlistWound::ZeroBytes))
    }),
    kind("database-missing", |backup, _| {
        database(backup, DatabaseWound::Missing)
    }),
    kind("database-zero-bytes", |backup, _| {
        database(backup, DatabaseWound::ZeroBytes)
    }),
    kind("database-truncated", |backup, _| {
        database(backup, DatabaseWound::Truncated)
    }),
    kind("files-missing", |backup, _| {
        backup.wound(Wound::FilesMissing(1))
    }),
    kind("files-extra", |backup, _| {
        backup.wound(Wound::FilesExtra(2))
    }),
    kind("placeholder", |backup, _| backup.wound(Wound::Placeholder)),
    kind("fake", |backup, _| backup.wound(Wound::Fake)),
    kind("clock-at-epoch", |backup, _| {
        backup.wound(Wound::ClockAtEpoch)
    }),
    kind("clock-ahead", |backup, sown| {
        backup.wound(Wound::ClockAhead(shift(sown.now, 400 * DAY)))
    }),
];

const fn kind(name: &'static str, inflict: fn(BackupBuilder, Sown) -> BackupBuilder) -> Kind {
    Kind {
        name,
        older_days: 0,
        inflict,
    }
}

const fn older(days: i64, kind: Kind) -> Kind {
    Kind {
        older_days: days,
        ..kind
    }
}

fn status(backup: BackupBuilder, wound: PlistWound) -> BackupBuilder {
    backup.wound(Wound::Plist(PlistFile::Status, wound))
}

fn database(backup: BackupBuilder, wound: DatabaseWound) -> BackupBuilder {
    backup.wound(Wound::Database(wound))
}

/// How many of 100 devices have each wound.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mix(Vec<(&'static str, f64)>);

impl FromStr for Mix {
    type Err = anyhow::Error;

    /// `20`: that many per cent, spread over all kinds. `files-missing=5,stale=10`: just these.
    fn from_str(text: &str) -> Result<Self> {
        let mix: Vec<(&'static str, f64)> = match text.parse::<f64>() {
            Ok(all) => KINDS
                .iter()
                .map(|kind| (kind.name, all / KINDS.len() as f64))
                .collect(),
            Err(_) => text.split(',').map(part).collect::<Result<_>>()?,
        };
        let sum: f64 = mix.iter().map(|(_, percent)| percent).sum();
        if !(0.0..=100.000_1).contains(&sum) {
            bail!("wounds of {sum} per cent in all; wanted 0 to 100");
        }
        Ok(Self(mix))
    }
}

fn part(text: &str) -> Result<(&'static str, f64)> {
    let (name, percent) = text
        .split_once('=')
        .with_context(|| format!("{text:?} is not KIND=PERCENT"))?;
    let names = || {
        KINDS
            .iter()
            .map(|kind| kind.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let kind = KINDS
        .iter()
        .find(|kind| kind.name == name)
        .with_context(|| format!("no wound is called {name:?}; there are: {}", names()))?;
    let percent = percent
        .parse()
        .with_context(|| format!("{percent:?} is not a number of per cent"))?;
    Ok((kind.name, percent))
}

impl Mix {
    /// The wound of one device, or none.
    fn draw(&self, rng: &mut Rng) -> Option<&'static Kind> {
        let mut dart = rng.below(1_000_000) as f64 / 10_000.0;
        for (name, percent) in &self.0 {
            if dart < *percent {
                return KINDS.iter().find(|kind| kind.name == *name);
            }
            dart -= percent;
        }
        None
    }
}

/// One device and what was planted in it.
struct Planted {
    planned: Planned,
    record: Json,
    wound: Option<&'static str>,
    encrypted: bool,
}

impl Night {
    /// A plain fleet of that many devices: no wounds, nothing encrypted, 20 files each.
    pub fn new(devices: u64, seed: u64) -> Self {
        Self {
            devices,
            seed,
            hosts: 1,
            files_per_backup: 20,
            info_bytes: 0,
            wounds: Mix::default(),
            encrypted_percent: 0.0,
            mdm: false,
            inventory: false,
            all_folders: false,
            now: at("2026-11-20T04:00:00Z"),
        }
    }

    /// Writes the fleet below `out` and tells what was planted: counts by wound, and a record per
    /// device. Runs on the rayon pool it is called in.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, out: &Path) -> Result<Json> {
        let (backups, mdm) = (out.join("backups"), out.join("mdm"));
        let planted: Vec<Planted> = (0..self.devices)
            .into_par_iter()
            .map(|number| {
                let planted = self.plant(number);
                planted.planned.write(&backups, &mdm)?;
                Ok(planted)
            })
            .collect::<Result<_>>()?;
        if self.inventory {
            let devices: Vec<Planned> = planted.iter().map(|one| one.planned.clone()).collect();
            disk::write(&out.join("inventory.csv"), inventory(&devices).as_bytes())?;
        }
        Ok(self.summary(planted))
    }

    fn plant(&self, number: u64) -> Planted {
        let mut rng = Rng::stream(self.seed, &format!("device {number}"));
        let model = &MODELS[5 + rng.below(MODELS.len() as u64 - 8) as usize];
        let version = *rng.pick(&["26.1", "26.0.1", "18.6.2", "18.1", "17.6.1", "16.7.10"]);
        let attempt = shift(self.now, -(3_600 + rng.below(2 * DAY as u64) as i64));
        let encrypted = rng.chance(self.encrypted_percent);
        let wound = self.wounds.draw(&mut rng);
        let older_days = wound.map_or(0, |kind| kind.older_days);
        let completed = shift(attempt, -older_days * DAY);
        let place = self.place(rng.below(self.hosts.max(1)));
        let cloud = rng
            .chance(60.0)
            .then(|| shift(attempt, -(rng.below(DAY as u64) as i64)));
        let seen = shift(self.now, -(rng.below(72_000) as i64));
        let site = *rng.pick(&["Berlin", "Hamburg", "Library"]);
        let device_seed = rng.next_u64() >> 16;

        let name = format!("Device {number:05}");
        let mut planned = Planned::new(device_seed, &name, model.product_type, version)
            .of(&format!("User {number:05}"), "Fleet", site)
            .local(&place, |whole| {
                let whole = self.whole(whole.completed_at(completed), encrypted);
                let now = self.now;
                match wound {
                    Some(kind) => (kind.inflict)(whole, Sown { attempt, now }),
                    None => whole,
                }
            });
        if self.mdm {
            planned = planned.mdm(NANO, seen, |managed| match cloud {
                Some(date) => managed.last_cloud_backup(date),
                None => managed.cloud_backup(false),
            });
        }
        let wound = wound.map(|kind| kind.name);
        let record = json!({
            "udid": planned.numbers().udid,
            "serial_number": planned.numbers().serial,
            "folder": format!("{place}/{}", planned.numbers().udid),
            "wound": wound,
            "encrypted": encrypted,
            "attempt_at": attempt.to_string(),
            "completed_at": completed.to_string(),
            "icloud_date": self.mdm.then_some(cloud).flatten().map(|date| date.to_string()),
        });
        Planted {
            planned,
            record,
            wound,
            encrypted,
        }
    }

    /// A backup before its wound.
    fn whole(&self, backup: BackupBuilder, encrypted: bool) -> BackupBuilder {
        let mut backup = backup
            .files(self.files_per_backup)
            .info_bytes(self.info_bytes);
        if !self.all_folders {
            backup = backup.no_empty_folders();
        }
        if encrypted {
            backup = backup.encrypted("fleet", Kdf::fast());
        }
        backup
    }

    fn place(&self, host: u64) -> String {
        if self.hosts > 1 {
            format!("host-{:02}/MobileSync/Backup", host + 1)
        } else {
            "MobileSync/Backup".to_owned()
        }
    }

    fn summary(&self, planted: Vec<Planted>) -> Json {
        let mut wounds: BTreeMap<&str, u64> = BTreeMap::new();
        for wound in planted.iter().filter_map(|one| one.wound) {
            *wounds.entry(wound).or_default() += 1;
        }
        let encrypted = planted.iter().filter(|one| one.encrypted).count();
        let records: Vec<Json> = planted.into_iter().map(|one| one.record).collect();
        json!({
            "now": self.now.to_string(),
            "seed": self.seed,
            "devices": self.devices,
            "hosts": self.hosts,
            "encrypted": encrypted,
            "wounds": wounds,
            "planted": records,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{KINDS, Mix};

    fn check(text: &str, want: Option<usize>) {
        let mix = text.parse::<Mix>().ok().map(|mix| mix.0.len());
        assert_eq!(mix, want, "{text}");
    }

    #[test]
    fn a_mix_is_a_number_or_a_list() {
        check("0", Some(KINDS.len()));
        check("100", Some(KINDS.len()));
        check("101", None);
        check("stale=10,files-missing=90", Some(2));
        check("stale=10,files-missing=91", None);
        check("stale", None);
        check("rust=1", None);
        check("stale=many", None);
    }
}
