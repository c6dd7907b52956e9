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
use crate::backup::damage::{Damage, DatabaseDamage, PlistDamage, PlistFile};
use crate::backup::keybag::Kdf;
use crate::device::MODELS;
use crate::disk;
use crate::rng::Rng;
use crate::when::{at, shift};

/// What kind of fleet to write.
#[derive(Debug, Clone)]
pub struct LargeFleet {
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
    /// Which kinds of damage, and how often.
    pub damage: Mix,
    /// How many of 100 backups are encrypted.
    pub encrypted_percent: f64,
    /// Rounds with SHA-256 that one of their passwords costs.
    pub rounds: u32,
    /// Write an MDM answer for each device?
    pub mdm: bool,
    /// Write the inventory table?
    pub inventory: bool,
    /// Make all 256 payload folders, also the empty ones, as devices do? Costs most of the time.
    pub all_folders: bool,
    /// The run's `now`; all dates lie before it, but for a clock that runs ahead.
    pub now: Timestamp,
}

/// A kind of damage that can be planted in a fleet.
#[derive(Clone, Copy)]
struct DamageKind {
    name: &'static str,
    /// How much older than the newest attempt the backup in the root is.
    older_days: i64,
    apply: fn(BackupBuilder, DamageDates) -> BackupBuilder,
}

/// The dates that damage may need.
#[derive(Debug, Clone, Copy)]
struct DamageDates {
    attempt: Timestamp,
    now: Timestamp,
}

/// A day, in seconds.
const DAY: i64 = 86_400;

/// Every kind of damage, by name.
const DAMAGE_KINDS: &[DamageKind] = &[
    older(10, kind("stale", |backup, _| backup)),
    kind("first-attempt-cut-short", |backup, dates| {
        backup.damage(Damage::FirstAttemptCutShort(dates.attempt))
    }),
    older(
        9,
        kind("attempt-failed", |backup, dates| {
            backup.damage(Damage::AttemptFailed(dates.attempt))
        }),
    ),
    kind("cut-short-moving", |backup, dates| {
        backup.damage(Damage::CutShortMoving(dates.attempt))
    }),
    kind("cut-short-removing", |backup, dates| {
        backup.damage(Damage::CutShortRemoving(dates.attempt))
    }),
    kind("in-progress", |backup, dates| {
        let begun = shift(dates.now, -1_800);
        let running = backup.damage(Damage::FirstAttemptCutShort(begun));
        running.damage(Damage::Modified(shift(dates.now, -60)))
    }),
    kind("status-missing", |backup, _| {
        status(backup, PlistDamage::Missing)
    }),
    kind("status-zero-bytes", |backup, _| {
        status(backup, PlistDamage::ZeroBytes)
    }),
    kind("status-truncated", |backup, _| {
        status(backup, PlistDamage::Truncated)
    }),
    kind("status-wrong-types", |backup, _| {
        status(backup, PlistDamage::WrongTypes)
    }),
    kind("status-html", |backup, _| status(backup, PlistDamage::Html)),
    kind("info-zero-bytes", |backup, _| {
        backup.damage(Damage::Plist(PlistFile::Info, PlistDamage::ZeroBytes))
    }),
    kind("manifest-zero-bytes", |backup, _| {
        backup.damage(Damage::Plist(PlistFile::Manifest, PlistDamage::ZeroBytes))
    }),
    kind("database-missing", |backup, _| {
        database(backup, DatabaseDamage::Missing)
    }),
    kind("database-zero-bytes", |backup, _| {
        database(backup, DatabaseDamage::ZeroBytes)
    }),
    kind("database-truncated", |backup, _| {
        database(backup, DatabaseDamage::Truncated)
    }),
    kind("files-missing", |backup, _| {
        backup.damage(Damage::FilesMissing(1))
    }),
    kind("files-extra", |backup, _| {
        backup.damage(Damage::FilesExtra(2))
    }),
    kind("placeholder", |backup, _| {
        backup.damage(Damage::Placeholder)
    }),
    kind("fake", |backup, _| backup.damage(Damage::Fake)),
    kind("clock-at-epoch", |backup, _| {
        backup.damage(Damage::ClockAtEpoch)
    }),
    kind("clock-ahead", |backup, dates| {
        backup.damage(Damage::ClockAhead(shift(dates.now, 400 * DAY)))
    }),
];

const fn kind(
    name: &'static str,
    apply: fn(BackupBuilder, DamageDates) -> BackupBuilder,
) -> DamageKind {
    DamageKind {
        name,
        older_days: 0,
        apply,
    }
}

const fn older(days: i64, kind: DamageKind) -> DamageKind {
    DamageKind {
        older_days: days,
        ..kind
    }
}

fn status(backup: BackupBuilder, damage: PlistDamage) -> BackupBuilder {
    backup.damage(Damage::Plist(PlistFile::Status, damage))
}

fn database(backup: BackupBuilder, damage: DatabaseDamage) -> BackupBuilder {
    backup.damage(Damage::Database(damage))
}

/// How many of 100 devices have each kind of damage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mix(Vec<(&'static str, f64)>);

impl FromStr for Mix {
    type Err = anyhow::Error;

    /// `20`: that many per cent, spread over all kinds. `files-missing=5,stale=10`: just these.
    fn from_str(text: &str) -> Result<Self> {
        let mix: Vec<(&'static str, f64)> = match text.parse::<f64>() {
            Ok(all) => DAMAGE_KINDS
                .iter()
                .map(|kind| (kind.name, all / DAMAGE_KINDS.len() as f64))
                .collect(),
            Err(_) => text.split(',').map(part).collect::<Result<_>>()?,
        };
        let sum: f64 = mix.iter().map(|(_, percent)| percent).sum();
        if !(0.0..=100.000_1).contains(&sum) {
            bail!("damage of {sum} per cent in all; wanted 0 to 100");
        }
        Ok(Self(mix))
    }
}

fn part(text: &str) -> Result<(&'static str, f64)> {
    let (name, percent) = text
        .split_once('=')
        .with_context(|| format!("{text:?} is not KIND=PERCENT"))?;
    let names = || {
        DAMAGE_KINDS
            .iter()
            .map(|kind| kind.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let kind = DAMAGE_KINDS
        .iter()
        .find(|kind| kind.name == name)
        .with_context(|| {
            format!(
                "no kind of damage is called {name:?}; there are: {}",
                names()
            )
        })?;
    let percent = percent
        .parse()
        .with_context(|| format!("{percent:?} is not a number of per cent"))?;
    Ok((kind.name, percent))
}

impl Mix {
    /// The kind of damage of one device, or none.
    fn draw(&self, rng: &mut Rng) -> Option<&'static DamageKind> {
        let mut dart = rng.below(1_000_000) as f64 / 10_000.0;
        for (name, percent) in &self.0 {
            if dart < *percent {
                return DAMAGE_KINDS.iter().find(|kind| kind.name == *name);
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
    damage: Option<&'static str>,
    encrypted: bool,
}

impl LargeFleet {
    /// A plain fleet of that many devices: no damage, nothing encrypted, 20 files each.
    pub fn new(devices: u64, seed: u64) -> Self {
        Self {
            devices,
            seed,
            hosts: 1,
            files_per_backup: 20,
            info_bytes: 0,
            damage: Mix::default(),
            encrypted_percent: 0.0,
            rounds: Kdf::fast().dpic,
            mdm: false,
            inventory: false,
            all_folders: false,
            now: at("2026-11-20T04:00:00Z"),
        }
    }

    /// Writes the fleet below `out` and returns what was planted: counts by kind of damage, and a record per
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
            let devices: Vec<Planned> = planted
                .iter()
                .map(|planted| planted.planned.clone())
                .collect();
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
        let damage = self.damage.draw(&mut rng);
        let older_days = damage.map_or(0, |kind| kind.older_days);
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
                match damage {
                    Some(kind) => (kind.apply)(whole, DamageDates { attempt, now }),
                    None => whole,
                }
            });
        if self.mdm {
            planned = planned.mdm(NANO, seen, |managed| match cloud {
                Some(date) => managed.last_cloud_backup(date),
                None => managed.cloud_backup(false),
            });
        }
        let damage = damage.map(|kind| kind.name);
        let record = json!({
            "udid": planned.ids().udid,
            "serial_number": planned.ids().serial,
            "folder": format!("{place}/{}", planned.ids().udid),
            "damage": damage,
            "encrypted": encrypted,
            "attempt_at": attempt.to_string(),
            "completed_at": completed.to_string(),
            "icloud_date": self.mdm.then_some(cloud).flatten().map(|date| date.to_string()),
        });
        Planted {
            planned,
            record,
            damage,
            encrypted,
        }
    }

    /// A backup before its damage.
    fn whole(&self, backup: BackupBuilder, encrypted: bool) -> BackupBuilder {
        let mut backup = backup
            .files(self.files_per_backup)
            .info_bytes(self.info_bytes);
        if !self.all_folders {
            backup = backup.no_empty_folders();
        }
        if encrypted {
            let kdf = Kdf {
                dpic: self.rounds,
                ..Kdf::fast()
            };
            backup = backup.encrypted("fleet", kdf);
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
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for name in planted.iter().filter_map(|planted| planted.damage) {
            *counts.entry(name).or_default() += 1;
        }
        let encrypted = planted.iter().filter(|planted| planted.encrypted).count();
        let records: Vec<Json> = planted.into_iter().map(|planted| planted.record).collect();
        json!({
            "now": self.now.to_string(),
            "seed": self.seed,
            "devices": self.devices,
            "hosts": self.hosts,
            "encrypted": encrypted,
            "damage": counts,
            "planted": records,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{DAMAGE_KINDS, Mix};

    fn check(text: &str, want: Option<usize>) {
        let mix = text.parse::<Mix>().ok().map(|mix| mix.0.len());
        assert_eq!(mix, want, "{text}");
    }

    #[test]
    fn a_mix_is_a_number_or_a_list() {
        check("0", Some(DAMAGE_KINDS.len()));
        check("100", Some(DAMAGE_KINDS.len()));
        check("101", None);
        check("stale=10,files-missing=90", Some(2));
        check("stale=10,files-missing=91", None);
        check("stale", None);
        check("rust=1", None);
        check("stale=many", None);
    }
}
