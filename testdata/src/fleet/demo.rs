//! The demo: a publishing house with a library, three computers, and the morning of 20 November 2026.
//!
//! Every status and most findings occur, and yet half of the devices are well: a report on it must
//! read like a real morning. testdata/demo/README.md has each device's story in a line.

use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;
use plist::Value;

use super::plan::{BINARY, Form, MICRO, NANO, Planned, XML, inventory};
use crate::backup::builder::BackupBuilder;
use crate::backup::cloud_log::CloudLog;
use crate::backup::damage::{Damage, DatabaseDamage};
use crate::backup::info::HostTool;
use crate::backup::keybag::Kdf;
use crate::backup::payload::Entry;
use crate::disk;
use crate::mdm::answer::Managed;
use crate::plists::{Format, dict, encode, text};
use crate::when::at;

/// The run's `now`.
pub const NOW: &str = "2026-11-20T04:00:00Z";

/// Where computers keep backups, below the folder that holds all hosts.
const MARTA: &str =
    "mac-studio-berlin/Users/marta.keller/Library/Application Support/MobileSync/Backup";
const ITDESK: &str =
    "mac-studio-berlin/Users/it-desk/Library/Application Support/MobileSync/Backup";
const FRONT: &str =
    "pc-reception-hamburg/Users/empfang/AppData/Roaming/Apple Computer/MobileSync/Backup";
const JONAS: &str = "pc-reception-hamburg/Users/jonas.reimer/Apple/MobileSync/Backup";
const LIBRARY: &str = "mac-mini-library/MobileSync/Backup";

/// Writes the demo below `out`: `backups/`, `mdm/` and `inventory.csv`. What is there of these is
/// removed first; other files stay.
pub fn write(out: &Path) -> Result<()> {
    for part in ["backups", "mdm", "inventory.csv"] {
        disk::remove(&out.join(part))?;
    }
    let (backups, mdm) = (out.join("backups"), out.join("mdm"));
    let devices = devices();
    devices
        .iter()
        .try_for_each(|device| device.write(&backups, &mdm))?;
    disk::write(&out.join("inventory.csv"), inventory(&devices).as_bytes())?;
    strangers(&backups, &mdm)
}

/// All devices of the publisher.
pub fn devices() -> Vec<Planned> {
    [
        protected_by_icloud(),
        protected_by_computer(),
        protected_but(),
        aging(),
        stale(),
        stale_longer(),
        failed(),
        never(),
        unknown(),
        retired(),
    ]
    .concat()
}

/// The last contact that the server noted, shortly before the run.
fn last_contact() -> Timestamp {
    at("2026-11-20T02:40:12Z")
}

fn device(number: u64, name: &str, product_type: &str, os_version: &str) -> Planned {
    Planned::new(7_000 + number, name, product_type, os_version)
}

impl Planned {
    /// Backed up to iCloud at that instant, as the MDM was told before the run.
    fn icloud(self, form: Form, date: &str) -> Self {
        self.mdm(form, last_contact(), |managed| {
            managed.last_cloud_backup(at(date))
        })
    }

    /// iCloud Backup switched off, as the MDM was told before the run.
    fn icloud_off(self, form: Form) -> Self {
        self.mdm(form, last_contact(), |managed| managed.cloud_backup(false))
    }

    /// An encrypted backup, completed at that instant.
    fn encrypted(self, place: &str, completed: &str) -> Self {
        self.local(place, |whole| locked(small(whole)).completed(completed))
    }
}

/// As small as a backup can be that still looks like one.
fn small(backup: BackupBuilder) -> BackupBuilder {
    backup.files(5).no_empty_folders()
}

fn locked(backup: BackupBuilder) -> BackupBuilder {
    backup.encrypted("Lindenhof-2026", Kdf::fast())
}

/// No file but photos, in the list as on the disk.
fn photos_alone(backup: BackupBuilder) -> BackupBuilder {
    let photo = |number: u8| {
        let path = format!("Media/DCIM/100APPLE/IMG_{number:04}.HEIC");
        Entry::file("CameraRollDomain", &path, 3, vec![number; 64])
    };
    (1..=3).fold(backup.files(0), |backup, number| {
        backup.entry(photo(number))
    })
}

fn protected_by_icloud() -> Vec<Planned> {
    vec![
        device(1, "iPhone von Anna", "iPhone14,7", "26.1")
            .of("Anna Lindqvist", "Editorial", "Berlin")
            .swap_on("2026-11-20")
            .icloud(NANO, "2026-11-20T01:12:40Z"),
        device(2, "Davids iPhone", "iPhone15,4", "26.1")
            .of("David Okafor", "Editorial", "Berlin")
            .swap_on("2026-11-20")
            .icloud(NANO, "2026-11-19T23:51:02Z"),
        device(3, "iPhone", "iPhone13,2", "26.0.1")
            .of("Şirin Yıldız", "Sales", "Hamburg")
            .icloud(MICRO, "2026-11-19T02:20:11Z"),
        device(4, "iPhone", "iPhone12,1", "18.6.2")
            .of("Tomás Herrera", "Sales", "Hamburg")
            .icloud(NANO, "2026-11-18T22:02:45Z"),
        // A tool was asked for the photos alone and left what looks like a backup.
        device(5, "Bibliothek 01", "iPad12,1", "18.6.2")
            .of("Library desk", "Library", "Library")
            .icloud(NANO, "2026-11-20T00:44:19Z")
            .local(LIBRARY, |whole| {
                photos_alone(locked(small(whole)))
                    .completed("2026-11-18T14:20:35Z")
                    .tool(HostTool::Pymobiledevice3)
            }),
        // Its backup was moved into iCloud Drive, which took most of it off the disk.
        device(6, "Bibliothek 02", "iPad12,1", "18.6.2")
            .of("Library desk", "Library", "Library")
            .icloud(XML, "2026-11-20T00:51:37Z")
            .local(LIBRARY, |whole| {
                locked(small(whole))
                    .completed("2026-11-17T09:51:12Z")
                    .damage(Damage::FilesNotDownloaded(3))
            }),
        device(7, "Bibliothek 03", "iPad12,1", "18.1")
            .of("Library desk", "Library", "Library")
            .icloud(BINARY, "2026-11-19T01:02:56Z"),
        device(8, "Bibliothek 04", "iPad11,6", "18.6.2")
            .of("Library desk", "Library", "Library")
            .icloud(NANO, "2026-11-20T01:05:21Z"),
        device(9, "Lesesaal", "iPad13,18", "26.1")
            .of("Ingrid Sommer", "Library", "Library")
            .icloud(NANO, "2026-11-19T22:30:08Z"),
        device(10, "Ingrid iPhone", "iPhone14,6", "26.1")
            .of("Ingrid Sommer", "Library", "Library")
            .icloud(MICRO, "2026-11-20T02:11:33Z"),
    ]
}

fn protected_by_computer() -> Vec<Planned> {
    vec![
        device(11, "iPhone von Marta", "iPhone16,1", "26.1")
            .of("Marta Keller", "Board", "Berlin")
            .swap_on("2026-11-23")
            .icloud_off(NANO)
            .encrypted(MARTA, "2026-11-19T18:22:10Z")
            .local(MARTA, |whole| {
                locked(small(whole))
                    .completed("2026-09-07T08:28:31Z")
                    .archived("20260907-105238")
            }),
        device(12, "iPad von Marta", "iPad8,12", "26.1")
            .of("Marta Keller", "Board", "Berlin")
            .icloud(NANO, "2026-11-19T21:14:00Z")
            .encrypted(MARTA, "2026-11-18T17:40:55Z"),
        device(13, "Field 01", "iPhone12,8", "18.6.2")
            .of("Pavel Novák", "Field service", "Berlin")
            .icloud_off(XML)
            .encrypted(ITDESK, "2026-11-19T15:02:41Z"),
        device(14, "Field 02", "iPhone12,8", "18.6.2")
            .of("Grace Mwangi", "Field service", "Berlin")
            .icloud_off(BINARY)
            .local(ITDESK, |whole| {
                locked(small(whole))
                    .completed("2026-11-19T15:31:07Z")
                    .tool(HostTool::Idevicebackup2)
            }),
        device(15, "Empfang", "iPad7,11", "18.6.2")
            .of("Reception desk", "Reception", "Hamburg")
            .icloud_off(NANO)
            .local(FRONT, |whole| {
                locked(small(whole))
                    .completed("2026-11-19T16:45:29Z")
                    .tool(HostTool::ITunes)
            }),
        device(16, "Jonas", "iPhone14,5", "26.0.1")
            .of("Jonas Reimer", "Sales", "Hamburg")
            .icloud(MICRO, "2026-11-17T23:12:54Z")
            .local(JONAS, |whole| {
                locked(small(whole))
                    .completed("2026-11-19T07:58:13Z")
                    .tool(HostTool::ITunes)
            }),
    ]
}

/// In date, and something is wrong all the same.
fn protected_but() -> Vec<Planned> {
    let board = [("allowCloudBackup", false), ("forceEncryptedBackup", true)];
    vec![
        device(17, "iPhone von Clara", "iPhone15,2", "26.1")
            .of("Clara Brandt", "Board", "Berlin")
            .icloud_off(NANO)
            .document("Restrictions", NANO, last_contact(), |managed| {
                managed.restrictions("example.lindenhof.board", &board)
            })
            .document("ProfileList", XML, last_contact(), |managed| {
                managed.profile_list(&["example.lindenhof.board", "example.lindenhof.wifi"])
            })
            .encrypted(MARTA, "2026-11-19T19:05:48Z"),
        device(18, "Foto iPhone", "iPhone13,2", "18.6.2")
            .of("Elif Demir", "Editorial", "Berlin")
            .mdm(NANO, last_contact(), |managed| {
                managed
                    .last_cloud_backup(at("2026-11-19T01:33:20Z"))
                    .storage(64.0, 2.1)
            }),
        device(
            19,
            "<b onmouseover=alert(1)>Lobby</b> & =SUM(A1)",
            "iPad11,6",
            "17.6.1",
        )
        .of("Reception desk", "Reception", "Berlin")
        .icloud(NANO, "2026-11-20T00:20:05Z"),
        device(20, "Werkstatt", "iPhone10,4", "16.7.10")
            .of("Pavel Novák", "Field service", "Berlin")
            .icloud(NANO, "2026-11-19T03:47:16Z")
            .local(ITDESK, |whole| {
                small(whole)
                    .completed("2026-11-18T09:30:00Z")
                    .tool(HostTool::Pymobiledevice3)
                    .damage(Damage::Placeholder)
            }),
        device(21, "iPhone von Yusuf", "iPhone12,1", "18.6.2")
            .of("Yusuf Aydin", "Sales", "Hamburg")
            .icloud(NANO, "2026-11-19T20:59:31Z")
            .local(FRONT, |whole| {
                locked(small(whole))
                    .tool(HostTool::ITunes)
                    .damage(Damage::ClockAhead(at("2027-03-02T11:00:00Z")))
            }),
        device(22, "Katalog-Terminal", "iPad2,5", "9.3.5")
            .of("Library desk", "Library", "Library")
            .icloud_off(XML)
            .local(LIBRARY, |whole| {
                small(whole).completed("2026-11-18T06:15:44Z")
            }),
        repaired(),
        refused(),
    ]
}

/// Its main board was replaced: the serial number stayed, the UDID did not.
fn repaired() -> Planned {
    let before = "00008110-000A4D1C2E91801E";
    device(23, "iPhone von Noor", "iPhone14,5", "26.1")
        .of("Noor van Dijk", "Editorial", "Berlin")
        .icloud_off(NANO)
        .encrypted(MARTA, "2026-11-19T12:10:36Z")
        .local(MARTA, |whole| {
            locked(small(whole))
                .udid(before)
                .completed("2026-08-02T12:41:03Z")
        })
}

/// Apple refuses its account; a fresh local backup makes signing out and in again safe, if the restore
/// gets past a name in it.
fn refused() -> Planned {
    let olga = device(33, "iPhone von Olga", "iPhone13,2", "26.0.1")
        .of("Olga Petrenko", "Editorial", "Berlin")
        .icloud(NANO, "2026-11-01T02:31:00Z");
    let log = CloudLog::new()
        .newer_system()
        .attempt(at("2026-11-01T02:31:00Z"), 0)
        .daily_attempts(at("2026-11-19T02:08:15Z"), 9, 305);
    olga.local(MARTA, |whole| {
        small(whole)
            .completed("2026-11-19T17:55:40Z")
            .cloud_log(log)
            .entry(decomposed())
    })
}

/// A name in decomposed Unicode, at which a restore has been seen to stop.
fn decomposed() -> Entry {
    let path = "Documents/Pru\u{308}fberichte.pdf";
    Entry::file("AppDomain-com.example.timetable", path, 3, "%PDF-1.7")
}

fn aging() -> Vec<Planned> {
    vec![
        device(24, "iPhone von Lena", "iPhone13,2", "26.1")
            .of("Lena Vogt", "Sales", "Hamburg")
            .swap_on("2026-11-25")
            .icloud(NANO, "2026-11-15T22:48:00Z"),
        device(25, "Messe iPad", "iPad13,18", "26.1")
            .of("Lena Vogt", "Sales", "Hamburg")
            .icloud(BINARY, "2026-11-16T01:08:27Z"),
        // Plugged in at night, but out of reach of the Wi-Fi: no window ever lasts.
        device(26, "Lager", "iPhone9,3", "15.8.3")
            .of("Mikkel Sørensen", "Field service", "Berlin")
            .icloud(NANO, "2026-11-09T02:00:51Z")
            .local(ITDESK, |whole| {
                let log = CloudLog::new()
                    .attempt(at("2026-11-08T02:10:07Z"), 0)
                    .attempt(at("2026-11-09T02:00:51Z"), 0)
                    .windows_ended_by_wifi(at("2026-11-15T21:30:00Z"), 6);
                small(whole)
                    .completed("2026-11-16T08:12:30Z")
                    .cloud_log(log)
            }),
        // The second of two that met the outage in the night to 13 November.
        device(27, "Verlag iPad 2", "iPad6,11", "16.7.10")
            .of("Elif Demir", "Editorial", "Berlin")
            .icloud(NANO, "2026-11-12T01:17:44Z")
            .local(ITDESK, |whole| {
                let log = CloudLog::new()
                    .daily_attempts(at("2026-11-12T01:17:44Z"), 4, 0)
                    .attempt(at("2026-11-13T01:25:10Z"), 304)
                    .attempt(at("2026-11-13T03:02:58Z"), 17);
                small(whole)
                    .completed("2026-11-15T13:45:02Z")
                    .cloud_log(log)
            }),
    ]
}

/// A backup that holds the log of why iCloud failed before it.
fn logged(device: Planned, place: &str, completed: &str, log: CloudLog) -> Planned {
    device.local(place, |whole| {
        small(whole).completed(completed).cloud_log(log)
    })
}

fn stale() -> Vec<Planned> {
    vec![
        logged(
            device(28, "iPhone von Felix", "iPhone12,1", "18.6.2")
                .of("Felix Baumann", "Editorial", "Berlin")
                .icloud(NANO, "2026-11-02T01:40:10Z"),
            MARTA,
            "2026-11-11T09:12:00Z",
            CloudLog::new()
                .attempt(at("2026-11-02T01:40:10Z"), 0)
                .daily_attempts(at("2026-11-11T01:31:19Z"), 6, 303),
        ),
        logged(
            device(29, "Sales 07", "iPhone14,6", "18.6.2")
                .of("Hanna Weiss", "Sales", "Hamburg")
                .icloud(MICRO, "2026-11-06T00:12:00Z"),
            JONAS,
            "2026-11-12T07:40:21Z",
            CloudLog::new()
                .daily_attempts(at("2026-11-06T00:12:00Z"), 5, 0)
                .daily_attempts(at("2026-11-11T00:31:02Z"), 4, 300),
        ),
        // iCloud backup ended for everything before iOS 9; the switch is still on.
        device(30, "Archiv iPhone", "iPhone4,1", "8.4.1")
            .of("Archive", "Library", "Library")
            .mdm(XML, last_contact(), |managed| managed.cloud_backup(true))
            .local(LIBRARY, |whole| {
                small(whole)
                    .completed("2026-11-08T10:02:17Z")
                    .tool(HostTool::Idevicebackup2)
            }),
        // Restarts after an update every night and is never unlocked.
        logged(
            device(31, "Aushang", "iPad5,3", "15.8.3")
                .of("Reception desk", "Reception", "Hamburg")
                .icloud(NANO, "2026-11-05T02:22:19Z"),
            FRONT,
            "2026-11-11T16:20:00Z",
            CloudLog::new()
                .attempt(at("2026-11-05T02:22:19Z"), 0)
                .daily_attempts(at("2026-11-11T02:20:47Z"), 4, 209),
        ),
        // The only one in the library whose network fails, night after night.
        logged(
            device(32, "Bibliothek 05", "iPad12,1", "18.1")
                .of("Library desk", "Library", "Library")
                .icloud(NANO, "2026-10-30T01:00:38Z"),
            LIBRARY,
            "2026-11-10T11:36:00Z",
            CloudLog::new()
                .newer_system()
                .attempt(at("2026-10-30T01:00:38Z"), 0)
                .daily_attempts(at("2026-11-10T01:04:12Z"), 9, 300),
        ),
    ]
}

fn stale_longer() -> Vec<Planned> {
    vec![
        logged(
            device(34, "Verlag iPad 1", "iPad6,11", "16.7.10")
                .of("Elif Demir", "Editorial", "Berlin")
                .icloud(NANO, "2026-11-12T00:58:30Z"),
            ITDESK,
            "2026-11-13T03:20:00Z",
            CloudLog::new()
                .daily_attempts(at("2026-11-12T00:58:30Z"), 3, 0)
                .attempt(at("2026-11-13T00:55:41Z"), 304)
                .attempt(at("2026-11-13T02:31:09Z"), 304),
        ),
        // An unknown error code.
        logged(
            device(35, "Field 03", "iPhone11,8", "18.6.2")
                .of("Grace Mwangi", "Field service", "Berlin")
                .icloud(NANO, "2026-10-28T01:14:55Z"),
            ITDESK,
            "2026-11-10T14:05:37Z",
            CloudLog::new()
                .attempt(at("2026-10-28T01:14:55Z"), 0)
                .daily_attempts(at("2026-11-10T01:09:03Z"), 7, 9_137),
        ),
        // Lost in June; Apple will soon delete its last backup.
        device(36, "Sales 03", "iPhone11,8", "17.6.1")
            .of("Henrik Dahl", "Sales", "Hamburg")
            .icloud(NANO, "2026-06-11T23:02:10Z"),
    ]
}

fn failed() -> Vec<Planned> {
    vec![
        // The cable was pulled in the middle of the very first backup.
        device(37, "Volontariat", "iPhone14,6", "18.6.2")
            .of("Mia Krüger", "Editorial", "Berlin")
            .icloud_off(NANO)
            .local(MARTA, |whole| {
                small(whole).damage(Damage::FirstAttemptCutShort(at("2026-11-18T16:02:00Z")))
            }),
        // Antivirus took four payloads out of a finished backup.
        device(38, "Buchhaltung", "iPhone12,8", "18.6.2")
            .of("Sabine Roth", "Accounts", "Hamburg")
            .icloud_off(BINARY)
            .local(FRONT, |whole| {
                small(whole)
                    .files(14)
                    .completed("2026-11-19T11:27:52Z")
                    .tool(HostTool::ITunes)
                    .damage(Damage::FilesMissing(4))
            }),
        // The newest attempt failed; the older copy still stands, but it is 20 days old.
        device(39, "iPhone von Ben", "iPhone13,2", "18.6.2")
            .of("Ben Achterberg", "Sales", "Hamburg")
            .icloud_off(NANO)
            .local(JONAS, |whole| {
                locked(small(whole))
                    .completed("2026-10-31T08:00:44Z")
                    .tool(HostTool::ITunes)
                    .info_date(at("2026-10-31T08:03:37Z"))
                    .damage(Damage::AttemptFailed(at("2026-11-18T08:05:00Z")))
            }),
        // The disk was full: a catalogue of 0 bytes.
        device(40, "Lektorat iPad", "iPad12,1", "18.6.2")
            .of("Sofia Lund", "Editorial", "Berlin")
            .icloud_off(XML)
            .local(MARTA, |whole| {
                small(whole)
                    .completed("2026-11-17T20:11:09Z")
                    .damage(Damage::Database(DatabaseDamage::ZeroBytes))
            }),
    ]
}

fn never() -> Vec<Planned> {
    let locked_down = [
        ("allowCloudBackup", false),
        ("allowHostPairing", false),
        ("forceEncryptedBackup", true),
    ];
    vec![
        // New in the house; iCloud Backup is on and has never succeeded.
        device(41, "iPhone", "iPhone17,3", "26.1")
            .of("Amir Haddad", "Editorial", "Berlin")
            .mdm(NANO, last_contact(), |managed| managed.storage(128.0, 96.2))
            .document(
                "DeviceInformation-command",
                XML,
                last_contact(),
                |managed| {
                    managed.device_information_command(&[
                        "UDID",
                        "SerialNumber",
                        "IsCloudBackupEnabled",
                        "LastCloudBackupDate",
                    ])
                },
            ),
        // No iCloud, no pairing: the profile leaves it no way to be backed up.
        device(42, "Kasse", "iPad12,1", "18.6.2")
            .of("Shop", "Sales", "Hamburg")
            .icloud_off(NANO)
            .document("Restrictions", NANO, last_contact(), |managed| {
                managed.restrictions("example.lindenhof.kiosk", &locked_down)
            }),
    ]
}

fn unknown() -> Vec<Planned> {
    let weeks_ago = at("2026-10-27T15:30:00Z");
    vec![
        // Out of sight for three weeks: what was true then proves nothing today.
        device(43, "Messe iPhone", "iPhone12,1", "18.1")
            .of("Henrik Dahl", "Sales", "Hamburg")
            .mdm(NANO, weeks_ago, |managed| {
                managed.last_cloud_backup(at("2026-10-27T00:41:00Z"))
            }),
        // The server never asked about backups, and no local one is known.
        device(44, "Schulung 1", "iPad13,18", "26.1")
            .of("Training pool", "Training", "Berlin")
            .mdm(MICRO, last_contact(), |managed| {
                managed.without("IsCloudBackupEnabled")
            })
            .document("NotNow", NANO, at("2026-11-20T03:10:00Z"), |managed| {
                managed.not_now()
            }),
        // In the table, and nowhere else.
        device(45, "Schulung 2", "iPad13,18", "26.1").of("Training pool", "Training", "Berlin"),
    ]
}

/// Known from an old backup only, and in no table: retired, and no alarm.
fn retired() -> Vec<Planned> {
    vec![
        device(46, "iPod Empfang", "iPod7,1", "12.5.7").local(FRONT, |whole| {
            small(whole)
                .completed("2026-03-14T10:44:00Z")
                .tool(HostTool::ITunes)
        }),
    ]
}

/// Files among the evidence that are none, or belong to no device.
fn strangers(backups: &Path, mdm: &Path) -> Result<()> {
    let marta = backups.join(MARTA);
    disk::write(&marta.join(".DS_Store"), b"\0\0\0\x01Bud1\0\0\x10\0")?;
    let versions = "iMazing.Versions/Versions/2026-10-01/Readme.txt";
    disk::write(
        &marta.join(versions),
        b"Kept by iMazing; not a backup folder of its own.\n",
    )?;

    let readme = "Exports of the night job. Answers are raw, events come from the webhook.\n";
    disk::write(&mdm.join("readme.txt"), readme.as_bytes())?;
    disk::write(
        &mdm.join("answers/macbook-DeviceInformation.plist"),
        &macbook()?,
    )?;

    // A private phone of an employee; User Enrollment hides what names it.
    let private = Planned::new(7_090, "iPhone", "iPhone14,5", "26.1");
    private
        .mdm(NANO, last_contact(), Managed::user_enrolled)
        .document("SecurityInfo", NANO, last_contact(), |managed| {
            managed.user_enrolled().security_info()
        })
        .write(backups, mdm)
}

/// A Mac's answer, which macOS sends with its RequestType.
fn macbook() -> Result<Vec<u8>> {
    let answers = dict([
        ("DeviceName", text("MacBook Pro von Marta")),
        ("ModelName", text("MacBook Pro")),
        ("OSVersion", text("15.6")),
        ("ProductName", text("Mac15,3")),
        ("SerialNumber", text("X7LQ2M9R4K")),
        ("UDID", text("66ADE930-5FDF-5EC4-8429-15640684C489")),
    ]);
    let answer = dict([
        ("CommandUUID", text("5d3c7a3e-6d0e-4b52-9f1c-0a2b3c4d5e6f")),
        ("QueryResponses", Value::Dictionary(answers)),
        ("RequestType", text("DeviceInformation")),
        ("Status", text("Acknowledged")),
        ("UDID", text("66ADE930-5FDF-5EC4-8429-15640684C489")),
    ]);
    encode(&Value::Dictionary(answer), Format::Xml)
}
