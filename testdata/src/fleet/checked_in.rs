//! The small fleets under testdata/fleets: one kind of damage each, and beside each an `expected.json` that
//! people wrote from the design, never a program.
//!
//! What git cannot hold (FIFOs, sockets, times, permissions, empty folders) is not here: tests build
//! it with [`crate::backup::damage`].

use std::path::Path;

use anyhow::Result;

use super::plan::{BINARY, NANO, Planned, XML, inventory};
use crate::backup::builder::BackupBuilder;
use crate::backup::cloud_log::CloudLog;
use crate::backup::damage::{Damage, DatabaseDamage, PlistDamage, PlistFile};
use crate::backup::info::HostTool;
use crate::backup::keybag::Kdf;
use crate::disk;
use crate::hostile;
use crate::mdm::answer::Managed;
use crate::when::at;

/// One checked-in fleet.
#[derive(Clone, Copy)]
pub struct Fleet {
    /// Its folder below testdata/fleets.
    pub name: &'static str,
    devices: fn() -> Vec<Planned>,
}

/// What a fleet is written into; `expected.json` beside it is left alone.
const PARTS: [&str; 3] = ["backups", "mdm", "inventory.csv"];

/// Writes every checked-in fleet below `out`, each into a folder of its own.
pub fn write_all(out: &Path) -> Result<()> {
    FLEETS
        .iter()
        .try_for_each(|fleet| fleet.write(&out.join(fleet.name)))
}

impl Fleet {
    /// Writes the fleet into `folder`, over what was there of it.
    pub fn write(&self, folder: &Path) -> Result<()> {
        for part in PARTS {
            disk::remove(&folder.join(part))?;
        }
        let devices = (self.devices)();
        for device in &devices {
            device.write(&folder.join("backups"), &folder.join("mdm"))?;
        }
        let table = inventory(&devices);
        if table.lines().count() > 1 {
            disk::write(&folder.join("inventory.csv"), table.as_bytes())?;
        }
        Ok(())
    }
}

const fn fleet(name: &'static str, devices: fn() -> Vec<Planned>) -> Fleet {
    Fleet { name, devices }
}

/// All of them, in the order of backup-format and design.
pub const FLEETS: &[Fleet] = &[
    // Nothing wrong.
    fleet("whole-encrypted", || one_device(1, encrypted)),
    fleet("whole-plain", || one_device(2, |whole| whole)),
    fleet("whole-mbdb", whole_mbdb),
    fleet("whole-ios-10-1-encrypted", whole_ios_10_1),
    fleet("whole-no-info", || {
        one_device(5, |whole| encrypted(whole).tool(HostTool::NoInfo))
    }),
    fleet("archived-copy", archived_copy),
    fleet("stray-files", || {
        one_device(7, |whole| encrypted(whole).damage(Damage::StrayFiles))
    }),
    // How the last attempt ended.
    fleet("first-attempt-cut-short", || {
        one_device(10, |whole| {
            whole.damage(Damage::FirstAttemptCutShort(at("2026-11-18T16:02:00Z")))
        })
    }),
    fleet("attempt-failed", || one_device(11, attempt_failed)),
    fleet("attempt-failed-old-copy", || {
        one_device(12, |whole| {
            attempt_failed(whole).completed("2026-11-10T20:00:00Z")
        })
    }),
    fleet("cut-short-moving", || {
        let begun = at("2026-11-19T16:02:00Z");
        one_device(13, |whole| {
            encrypted(whole).damage(Damage::CutShortMoving(begun))
        })
    }),
    fleet("cut-short-removing", || {
        let begun = at("2026-11-18T22:10:30Z");
        one_device(14, |whole| {
            encrypted(whole).damage(Damage::CutShortRemoving(begun))
        })
    }),
    fleet("old-layout", || {
        one_device(15, |whole| whole.damage(Damage::OldLayout))
    }),
    // Plists.
    fleet("status-missing", || {
        one_device(20, |whole| plist(whole, STATUS, PlistDamage::Missing))
    }),
    fleet("status-zero-bytes", || {
        one_device(21, |whole| plist(whole, STATUS, PlistDamage::ZeroBytes))
    }),
    fleet("status-truncated", || {
        one_device(22, |whole| plist(whole, STATUS, PlistDamage::Truncated))
    }),
    fleet("status-wrong-types", || {
        one_device(23, |whole| plist(whole, STATUS, PlistDamage::WrongTypes))
    }),
    fleet("status-html", || {
        one_device(24, |whole| plist(whole, STATUS, PlistDamage::Html))
    }),
    fleet("status-root-array", || {
        one_device(25, |whole| plist(whole, STATUS, PlistDamage::RootArray))
    }),
    fleet("manifest-zero-bytes", || {
        one_device(26, |whole| plist(whole, MANIFEST, PlistDamage::ZeroBytes))
    }),
    fleet("manifest-self-referring", || {
        one_device(27, |whole| {
            plist(whole, MANIFEST, PlistDamage::SelfReferring)
        })
    }),
    fleet("info-zero-bytes", || {
        one_device(28, |whole| {
            plist(encrypted(whole), PlistFile::Info, PlistDamage::ZeroBytes)
        })
    }),
    // The catalogue and the payloads.
    fleet("database-zero-bytes", || {
        one_device(30, |whole| database(whole, DatabaseDamage::ZeroBytes))
    }),
    fleet("database-missing", || {
        one_device(31, |whole| database(whole, DatabaseDamage::Missing))
    }),
    fleet("database-truncated", || {
        one_device(32, |whole| database(whole, DatabaseDamage::Truncated))
    }),
    fleet("database-random", || {
        one_device(33, |whole| database(whole, DatabaseDamage::LooksEncrypted))
    }),
    fleet("database-half-block", || {
        one_device(34, |whole| {
            database(encrypted(whole), DatabaseDamage::Random)
        })
    }),
    fleet("files-missing", || {
        one_device(35, |whole| whole.damage(Damage::FilesMissing(2)))
    }),
    fleet("files-extra", || {
        one_device(36, |whole| whole.damage(Damage::FilesExtra(2)))
    }),
    fleet("files-all-missing-encrypted", || {
        one_device(37, |whole| encrypted(whole).damage(Damage::AllFilesMissing))
    }),
    // Tools and clocks.
    fleet("placeholder", || {
        one_device(40, |whole| {
            whole
                .tool(HostTool::Pymobiledevice3)
                .damage(Damage::Placeholder)
        })
    }),
    fleet("fake", || {
        one_device(41, |whole| whole.damage(Damage::Fake))
    }),
    fleet("decrypted-copy", || {
        one_device(42, |whole| whole.damage(Damage::DecryptedCopy))
    }),
    fleet("clock-at-epoch", || {
        one_device(43, |whole| encrypted(whole).damage(Damage::ClockAtEpoch))
    }),
    fleet("clock-ahead", || {
        one_device(44, |whole| {
            encrypted(whole).damage(Damage::ClockAhead(at("2027-02-28T09:00:00Z")))
        })
    }),
    // Who it is.
    fleet("folder-renamed", || {
        one_device(50, |whole| {
            encrypted(whole).folder_name("Reception iPad before repair")
        })
    }),
    fleet("two-udids-one-serial", two_udids),
    fleet("hostile-names", hostile_names),
    // What the MDM says.
    fleet("mdm-icloud-off", || {
        vec![device(60).mdm(NANO, last_contact(), |m| m.cloud_backup(false))]
    }),
    fleet("mdm-icloud-blocked", || {
        restricted(61, &[("allowCloudBackup", false)])
    }),
    fleet("mdm-no-backup-path", || {
        restricted(
            62,
            &[("allowCloudBackup", false), ("allowHostPairing", false)],
        )
    }),
    fleet("mdm-never", || {
        vec![device(63).mdm(NANO, last_contact(), |managed| managed)]
    }),
    fleet("mdm-not-asked", || {
        vec![device(64).mdm(XML, last_contact(), |managed| {
            managed.without("IsCloudBackupEnabled")
        })]
    }),
    fleet("mdm-user-enrolment", || {
        vec![device(65).mdm(NANO, last_contact(), Managed::user_enrolled)]
    }),
    fleet("mdm-answer-old", mdm_answer_old),
    fleet("mdm-storage-low", || {
        vec![device(67).mdm(NANO, last_contact(), |m| fresh(m).storage(64.0, 3.1))]
    }),
    fleet("mdm-icloud-expiring", || {
        let last = at("2026-06-18T01:00:00Z");
        vec![device(68).mdm(NANO, last_contact(), |managed| {
            managed.last_cloud_backup(last)
        })]
    }),
    fleet("mdm-secrets", mdm_secrets),
    // The article's eight fixes, by evidence.
    fleet("fix-1-quota", || logged(71, five(303))),
    fleet("fix-2-network", || logged(72, five(300))),
    fleet("fix-2-wifi-windows", || {
        let done = CloudLog::new().attempt(at("2026-11-02T01:00:00Z"), 0);
        logged(
            73,
            done.windows_ended_by_wifi(at("2026-11-09T22:00:00Z"), 6),
        )
    }),
    fleet("fix-3-ios-8", fix_3),
    fleet("fix-4-keys", || logged(75, five(209))),
    fleet("fix-5-network-persists", fix_5),
    fleet("fix-6-account", fix_6),
    fleet("fix-6-without-copy", || logged(770, five(305))),
    fleet("fix-7-outage", fix_7),
    fleet("fix-8-unknown-code", || logged(79, five(9_137))),
];

const STATUS: PlistFile = PlistFile::Status;
const MANIFEST: PlistFile = PlistFile::Manifest;

/// Where all their backups lie.
const PLACE: &str = "MobileSync/Backup";

/// When all their events came.
fn last_contact() -> jiff::Timestamp {
    at("2026-11-20T02:40:00Z")
}

fn device(number: u64) -> Planned {
    Planned::new(9_000 + number, "Test iPhone", "iPhone12,1", "18.6.2")
        .serial(&format!("FBTEST{number:04}"))
}

/// One device with one backup of the evening before, changed.
fn one_device(number: u64, change: impl FnOnce(BackupBuilder) -> BackupBuilder) -> Vec<Planned> {
    vec![device(number).local(PLACE, |whole| change(small(whole)))]
}

fn small(whole: BackupBuilder) -> BackupBuilder {
    whole
        .files(4)
        .no_empty_folders()
        .completed("2026-11-18T22:10:04Z")
}

fn encrypted(backup: BackupBuilder) -> BackupBuilder {
    backup.encrypted("fleetback", Kdf::fast())
}

fn plist(backup: BackupBuilder, file: PlistFile, damage: PlistDamage) -> BackupBuilder {
    backup.damage(Damage::Plist(file, damage))
}

fn database(backup: BackupBuilder, damage: DatabaseDamage) -> BackupBuilder {
    backup.damage(Damage::Database(damage))
}

fn attempt_failed(backup: BackupBuilder) -> BackupBuilder {
    encrypted(backup).damage(Damage::AttemptFailed(at("2026-11-19T22:10:00Z")))
}

fn fresh(managed: Managed) -> Managed {
    managed.last_cloud_backup(at("2026-11-20T01:05:00Z"))
}

fn whole_mbdb() -> Vec<Planned> {
    let ipad = Planned::new(9_003, "Test iPad", "iPad2,5", "9.3.5").serial("FBTEST0003");
    vec![ipad.local(PLACE, small)]
}

/// Encrypted payloads under a plain Manifest.db: so until iOS 10.1.
fn whole_ios_10_1() -> Vec<Planned> {
    let iphone = Planned::new(9_004, "Test iPhone", "iPhone8,1", "10.1.1").serial("FBTEST0004");
    vec![iphone.local(PLACE, |whole| encrypted(small(whole)))]
}

fn archived_copy() -> Vec<Planned> {
    let archived = |whole: BackupBuilder| {
        let older = encrypted(small(whole)).completed("2026-09-07T08:28:31Z");
        older.archived("20260907-105238")
    };
    vec![
        device(6)
            .local(PLACE, |whole| encrypted(small(whole)))
            .local(PLACE, archived),
    ]
}

fn two_udids() -> Vec<Planned> {
    vec![
        device(51)
            .local(PLACE, |whole| encrypted(small(whole)))
            .local(PLACE, |whole| {
                encrypted(small(whole))
                    .udid("00008030-00A1B2C3D4E5F607")
                    .completed("2026-11-17T22:10:04Z")
            }),
    ]
}

/// Binary answers, for XML cannot hold every character.
fn hostile_names() -> Vec<Planned> {
    (0..)
        .zip(hostile::NAMES)
        .map(|(number, hostile)| {
            let iphone = Planned::new(9_500 + number, hostile.name, "iPhone12,1", "18.6.2");
            let iphone = iphone.serial(&format!("FBNAME{number:04}"));
            iphone.mdm(BINARY, last_contact(), fresh)
        })
        .collect()
}

fn restricted(number: u64, restrictions: &'static [(&'static str, bool)]) -> Vec<Planned> {
    let device = device(number).mdm(NANO, last_contact(), |managed| managed.cloud_backup(false));
    let profile = "example.fleetback.kiosk";
    vec![
        device.document("Restrictions", NANO, last_contact(), |managed| {
            managed.restrictions(profile, restrictions)
        }),
    ]
}

fn mdm_answer_old() -> Vec<Planned> {
    let then = at("2026-11-10T03:00:00Z");
    vec![device(66).mdm(NANO, then, |managed| {
        managed.last_cloud_backup(at("2026-11-10T01:00:00Z"))
    })]
}

/// Check-ins with push magic, tokens and an unlock token, which no output may show.
fn mdm_secrets() -> Vec<Planned> {
    vec![
        device(69)
            .document("Authenticate", XML, last_contact(), |managed| {
                managed.authenticate()
            })
            .document("TokenUpdate", BINARY, last_contact(), |managed| {
                managed.token_update()
            })
            .document("TokenUpdate-event", NANO, last_contact(), |managed| {
                managed.token_update()
            })
            .mdm(NANO, last_contact(), fresh),
    ]
}

/// One success, then five failures with `code`, day after day.
fn five(code: i64) -> CloudLog {
    CloudLog::new()
        .attempt(at("2026-11-04T01:00:00Z"), 0)
        .daily_attempts(at("2026-11-09T01:00:00Z"), 5, code)
}

/// iCloud Backup on and last done on 4 November, says the MDM; a plain backup of ten days ago
/// holds the log.
fn logged(number: u64, log: CloudLog) -> Vec<Planned> {
    vec![log_holder(device(number), log)]
}

fn log_holder(device: Planned, log: CloudLog) -> Planned {
    device
        .mdm(NANO, last_contact(), |managed| {
            managed.last_cloud_backup(at("2026-11-04T01:00:00Z"))
        })
        .local(PLACE, |whole| {
            small(whole)
                .completed("2026-11-10T10:00:00Z")
                .cloud_log(log)
        })
}

fn fix_3() -> Vec<Planned> {
    let iphone = Planned::new(9_074, "Test iPhone", "iPhone4,1", "8.4.1").serial("FBTEST0074");
    vec![
        iphone
            .mdm(NANO, last_contact(), |managed| managed.cloud_backup(true))
            .local(PLACE, |whole| {
                small(whole).completed("2026-11-10T10:00:00Z")
            }),
    ]
}

/// Nine failures of ten, while six others of the site succeed.
fn fix_5() -> Vec<Planned> {
    let log = CloudLog::new()
        .attempt(at("2026-10-31T01:00:00Z"), 0)
        .daily_attempts(at("2026-11-09T01:00:00Z"), 9, 300);
    let others = (760..766).map(|number| {
        device(number)
            .of("Reading room", "Library", "Library")
            .mdm(NANO, last_contact(), fresh)
    });
    let it = log_holder(device(76).of("Reading room", "Library", "Library"), log);
    std::iter::once(it).chain(others).collect()
}

/// Signing out is advised only where a fresh local backup would catch what it destroys.
fn fix_6() -> Vec<Planned> {
    let log = CloudLog::new()
        .attempt(at("2026-11-04T01:00:00Z"), 0)
        .daily_attempts(at("2026-11-18T01:00:00Z"), 9, 305);
    let device = device(77).mdm(NANO, last_contact(), |managed| {
        managed.last_cloud_backup(at("2026-11-04T01:00:00Z"))
    });
    vec![device.local(PLACE, |whole| small(whole).cloud_log(log))]
}

/// Two devices, the same night, the same answer: the service was away.
fn fix_7() -> Vec<Planned> {
    let log = |hour: &str| {
        CloudLog::new()
            .attempt(at("2026-11-04T01:00:00Z"), 0)
            .attempt(at(&format!("2026-11-09T{hour}:10:00Z")), 304)
            .attempt(at(&format!("2026-11-09T{hour}:50:00Z")), 304)
    };
    vec![
        log_holder(device(78), log("01")),
        log_holder(device(780), log("02")),
    ]
}
