//! Other people's readers open what the builders wrote: Python's plistlib and sqlite3.
//!
//! Skipped, with the reason printed, where there is no python3.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "the helpers of a test may stop it, and must say why they skip"
)]

use std::path::Path;
use std::process::Command;

use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::cloud_log::CloudLog;
use fleetback_testdata::backup::keybag::Kdf;
use fleetback_testdata::plists::Format;
use fleetback_testdata::when::at;

/// Reads a backup and fails unless it is whole: six keys in Status.plist, a catalogue that SQLite
/// finds sound, a payload for every file row, digests that are right.
const CHECK: &str = r#"
import hashlib, os, plistlib, sqlite3, sys
root, encrypted = sys.argv[1], sys.argv[2] == "encrypted"
load = lambda name: plistlib.load(open(os.path.join(root, name), "rb"))
status, manifest, info = load("Status.plist"), load("Manifest.plist"), load("Info.plist")
assert sorted(status) == ["BackupState", "Date", "IsFullBackup", "SnapshotState", "UUID", "Version"]
assert os.path.getsize(os.path.join(root, "Status.plist")) == 189, "the size real ones have"
assert manifest["IsEncrypted"] is encrypted and manifest["BackupKeyBag"][:4] == b"VERS"
assert info["Target Identifier"] == manifest["Lockdown"]["UniqueDeviceID"]
assert info["Last Backup Date"] > status["Date"] > manifest["Date"]
folders = [name for name in os.listdir(root) if len(name) == 2]
assert len(folders) == 256
if encrypted:
    assert len(manifest["ManifestKey"]) == 44
    assert os.path.getsize(os.path.join(root, "Manifest.db")) % 16 == 0
    sys.exit()
db = sqlite3.connect("file:%s/Manifest.db?mode=ro&immutable=1" % root, uri=True)
assert db.execute("pragma integrity_check").fetchone() == ("ok",)
assert db.execute("pragma user_version").fetchone() == (2,)
assert open(os.path.join(root, "Manifest.db"), "rb").read(20)[18:] == b"\x02\x02", "WAL"
indexes = {row[0] for row in db.execute("select name from sqlite_master where type='index' and sql is not null")}
assert indexes == {"FilesDomainIdx", "FilesRelativePathIdx", "FilesFlagsIdx"}
assert db.execute("select count(*) from Properties").fetchone() == (0,)
files = 0
for id, domain, path, flags, blob in db.execute("select * from Files"):
    assert id == hashlib.sha1(("%s-%s" % (domain, path)).encode()).hexdigest()
    objects = plistlib.loads(blob)["$objects"]
    file = objects[1]
    assert objects[file["$class"].data]["$classname"] == "MBFile"
    assert objects[file["RelativePath"].data] == path
    assert file["Mode"] & 0xF000 == {1: 0x8000, 2: 0x4000, 4: 0xA000}[flags]
    if flags == 1:
        files += 1
        stored = open(os.path.join(root, id[:2], id), "rb").read()
        assert len(stored) == file["Size"]
        if "Digest" in file:
            assert objects[file["Digest"].data] == hashlib.sha1(stored).digest()
assert files == int(sys.argv[3]), files
log = db.execute("select fileID from Files where relativePath like '%MobileBackup.plist'").fetchone()[0]
log = plistlib.load(open(os.path.join(root, log[:2], log), "rb"))
assert [error["code"] for error in log["BackupStateInfo"]["errors"]] == [0, 303, 303]
assert all(len(window.split("|")) == 17 for window in log["LastOnConditionEvents"])
"#;

fn python(arguments: &[&str]) -> Option<std::process::Output> {
    let ran = Command::new("python3")
        .args(["-c", CHECK])
        .args(arguments)
        .output();
    if ran.is_err() {
        println!("skipped: there is no python3 to read the backup with");
    }
    ran.ok()
}

fn check(backup: &BackupBuilder, arguments: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let written = backup.write(folder.path()).unwrap();
    let path = written.path.to_string_lossy();
    let Some(ran) = python(&[&[&*path], arguments].concat()) else {
        return;
    };
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    leaves_nothing(&written.path);
}

fn leaves_nothing(backup: &Path) {
    for name in ["Manifest.db-wal", "Manifest.db-shm", "Manifest.db-journal"] {
        assert!(!backup.join(name).exists(), "{name}");
    }
}

fn whole() -> BackupBuilder {
    let log = CloudLog::new()
        .attempt(at("2026-11-10T01:00:00Z"), 0)
        .daily_attempts(at("2026-11-19T01:00:00Z"), 2, 303)
        .windows_ended_by_wifi(at("2026-11-19T01:00:00Z"), 5);
    BackupBuilder::new(11)
        .name("Kiosk & Café <1>")
        .files(40)
        .cloud_log(log)
}

#[test]
fn python_reads_a_whole_backup() {
    check(&whole(), &["plain", "42"]);
    check(&whole().info_format(Format::Binary), &["plain", "42"]);
    check(&whole().info_bytes(2_000_000), &["plain", "42"]);
}

#[test]
fn python_reads_the_open_part_of_an_encrypted_backup() {
    check(&whole().encrypted("secret", Kdf::fast()), &["encrypted"]);
}

#[test]
fn before_ios_10_2_the_catalogue_of_an_encrypted_backup_is_plain() {
    let folder = tempfile::tempdir().unwrap();
    let backup = whole()
        .product("iPhone8,1", "10.1.1", "14B100")
        .encrypted("secret", Kdf::fast());
    let written = backup.write(folder.path()).unwrap();
    let start = std::fs::read(written.path.join("Manifest.db")).unwrap();
    assert_eq!(&start[..15], b"SQLite format 3");
}

#[test]
fn a_large_info_plist_is_as_large_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    let written = whole().info_bytes(10_000_000).write(folder.path()).unwrap();
    let bytes = std::fs::metadata(written.path.join("Info.plist"))
        .unwrap()
        .len();
    assert!((10_000_000..10_400_000).contains(&bytes), "{bytes}");
}
