//! Backups checked at each level: damage of every kind is found by the level that can see it, and
//! only where it was put.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot set up its folder must stop the test"
)]

use std::path::{Path, PathBuf};

use fleetback_scanner::backup::read::{ReadOptions, read};
use fleetback_scanner::model::backup::{LocalBackup, VerifyLevel};
use fleetback_scanner::model::found_backup::FoundBackup;
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::damage::Damage;
use fleetback_testdata::backup::file_type::begin_as_named;
use fleetback_testdata::backup::payload::{Entry, file_id};
use fleetback_testdata::when::at;

const LEVELS: [VerifyLevel; 4] = [
    VerifyLevel::State,
    VerifyLevel::Names,
    VerifyLevel::Sizes,
    VerifyLevel::Contents,
];

/// A file with a Digest, and one without.
const SEALED: (&str, &str) = ("HomeDomain", "Library/SMS/long.db");
const UNSEALED: (&str, &str) = ("CameraRollDomain", "Media/DCIM/100APPLE/LONG.HEIC");
/// A short one with a Digest and no kind, and a database of an app.
const LOG: (&str, &str) = ("InstallDomain", "Library/Logs/install.log");
const OF_AN_APP: (&str, &str) = (
    "AppDomain-com.example.timetable",
    "Documents/timetable.sqlite",
);

fn builder() -> BackupBuilder {
    let long = |(domain, path): (&str, &str)| {
        Entry::file(domain, path, 3, begin_as_named(path, vec![0x5a; 20_000]))
    };
    BackupBuilder::new(11)
        .completed("2024-04-30T21:00:00Z")
        .files(30)
        .entry(long(SEALED))
        .entry(long(UNSEALED))
        .no_empty_folders()
}

fn old_builder() -> BackupBuilder {
    builder().product("iPhone5,2", "9.3.5", "13G36")
}

fn found(path: &Path) -> FoundBackup {
    FoundBackup {
        path: path.to_owned(),
        host: "mac-01".to_owned(),
        folder_name: "backup".to_owned(),
        name: None,
    }
}

fn read_at(path: &Path, verify: VerifyLevel) -> LocalBackup {
    let now = at("2024-05-01T06:00:00Z");
    read(&found(path), &ReadOptions::new(now, verify), &|_| ())
}

/// "restorable level present/expected, +extra, ~different".
fn summary(backup: &LocalBackup) -> String {
    let word = |value: serde_json::Value| value.as_str().unwrap().to_owned();
    let restorable = word(serde_json::to_value(backup.restorable).unwrap());
    let level = word(serde_json::to_value(backup.file_check.verified.level).unwrap());
    let mut text = format!("{restorable} {level}");
    if let Some(files) = backup.file_check.files {
        text += &format!(" {}/{}", files.present, files.expected);
        if files.extra > 0 {
            text += &format!(" +{}", files.extra);
        }
        if files.different.unwrap_or(0) > 0 {
            text += &format!(" ~{}", files.different.unwrap());
        }
        assert_eq!(files.present + files.missing, files.expected);
        assert_eq!(
            files.different.is_some(),
            backup.file_check.verified.level >= VerifyLevel::Sizes
        );
        assert_eq!(
            backup.file_check.missing_sample.len() as u64,
            files.missing.min(20)
        );
        assert_eq!(
            backup.file_check.extra_sample.len() as u64,
            files.extra.min(20)
        );
        assert_eq!(
            backup.file_check.different_sample.len() as u64,
            files.different.unwrap_or(0).min(20)
        );
    }
    text
}

/// Where a file of a backup is stored, in whichever layout.
fn payload(folder: &Path, (domain, path): (&str, &str)) -> PathBuf {
    let id = file_id(domain, path);
    let flat = folder.join(&id);
    if flat.exists() {
        flat
    } else {
        folder.join(&id[..2]).join(&id)
    }
}

/// What each level, from names on, says of a backup that went through `harm`.
#[track_caller]
fn check(builder: &BackupBuilder, harm: impl FnOnce(&Path), wanted: [&str; 3]) -> LocalBackup {
    let folder = tempfile::tempdir().unwrap();
    let written = builder.write(folder.path()).unwrap();
    harm(&written.path);
    let backups = LEVELS.map(|level| read_at(&written.path, level));
    let told: Vec<String> = backups[1..].iter().map(summary).collect();
    assert_eq!(told, wanted, "{:#?}", backups[3]);
    let [.., deepest] = backups;
    deepest
}

const WHOLE: [&str; 3] = ["yes names 32/32", "yes sizes 32/32", "yes contents 32/32"];

fn harm_file(file: (&'static str, &'static str), change: fn(&mut Vec<u8>)) -> impl Fn(&Path) {
    move |folder| {
        let path = payload(folder, file);
        let mut bytes = std::fs::read(&path).unwrap();
        change(&mut bytes);
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn whole_backups_are_whole_at_every_level() {
    for builder in [builder(), old_builder()] {
        let backup = check(&builder, |_| (), WHOLE);
        let files = backup.file_check.files.unwrap();
        assert!(files.bytes.unwrap() > 40_000, "{files:?}");
        assert_eq!(
            backup.restorable_reason,
            "all 32 files of the manifest are on disk, and every byte of them was read; for 3 of them nothing but their length speaks"
        );
    }
}

#[test]
fn missing_and_extra_files_are_seen_by_every_level() {
    for builder in [builder(), old_builder()] {
        let missing = builder.clone().damage(Damage::FilesMissing(3));
        check(
            &missing,
            |_| (),
            ["no names 29/32", "no sizes 29/32", "no contents 29/32"],
        );
        let extra = builder.clone().damage(Damage::FilesExtra(25));
        let wanted = [
            "yes names 32/32 +25",
            "yes sizes 32/32 +25",
            "yes contents 32/32 +25",
        ];
        let backup = check(&extra, |_| (), wanted);
        assert!(backup.file_check.extra_sample.is_sorted());
    }
}

#[test]
fn a_stub_of_a_long_file_is_damage_and_a_living_file_is_not() {
    for builder in [builder(), old_builder()] {
        for file in [SEALED, UNSEALED] {
            for (cut, wanted) in [
                (harm_file(file, Vec::clear), "0"),
                (harm_file(file, |bytes| bytes.truncate(4_095)), "4,095"),
            ] {
                let told = [
                    "yes names 32/32",
                    "no sizes 32/32 ~1",
                    "no contents 32/32 ~1",
                ];
                let backup = check(&builder, cut, told);
                let difference = &backup.file_check.different_sample[0];
                assert_eq!(
                    (
                        difference.file.domain.as_str(),
                        difference.file.path.as_str()
                    ),
                    file
                );
                if file == UNSEALED {
                    let how = format!("{wanted} bytes where 20,000 are promised");
                    assert_eq!(difference.how, how);
                    let (domain, path) = file;
                    let reason = format!("1 of 32 files are damaged; {domain} {path}: {how}");
                    assert_eq!(backup.restorable_reason, reason);
                }
            }
        }
        let grown = harm_file(UNSEALED, |bytes| bytes.push(0));
        let told = [
            "yes names 32/32",
            "no sizes 32/32 ~1",
            "no contents 32/32 ~1",
        ];
        // A photo is written once.
        let backup = check(&builder, grown, told);
        assert_eq!(
            backup.file_check.different_sample[0].how,
            "20,001 bytes where 20,000 are promised"
        );
        let cut = harm_file(UNSEALED, |bytes| bytes.truncate(19_999));
        check(&builder, cut, told);
    }
}

#[test]
fn other_bytes_are_seen_where_the_row_carries_a_digest() {
    for builder in [builder(), old_builder()] {
        let flip = |file| harm_file(file, |bytes| bytes[9_000] ^= 1);
        let told = ["yes names 32/32", "yes sizes 32/32", "no contents 32/32 ~1"];
        let backup = check(&builder, flip(SEALED), told);
        assert_eq!(
            backup.file_check.different_sample[0].how,
            "its bytes do not give the Digest of its row"
        );
        check(&builder, flip(UNSEALED), WHOLE);
        let grown = harm_file(SEALED, |bytes| bytes.push(0));
        let told = [
            "yes names 32/32",
            "yes sizes 32/32 ~1",
            "no contents 32/32 ~1",
        ];
        check(&builder, grown, told);
    }
}

/// Without a Digest nothing proves a file but its own kind, and the device may have stored it so.
#[test]
fn a_file_that_does_not_begin_as_its_name_says_is_a_doubt_or_damage_by_its_digest() {
    let doubt = [
        "yes names 32/32",
        "unknown sizes 32/32 ~1",
        "unknown contents 32/32 ~1",
    ];
    let damage = [
        "yes names 32/32",
        "no sizes 32/32 ~1",
        "no contents 32/32 ~1",
    ];
    let garble = |bytes: &mut Vec<u8>| bytes.fill(0xa5);
    let zeros = |bytes: &mut Vec<u8>| bytes.fill(0);
    for builder in [builder(), old_builder()] {
        for (change, how) in [
            (
                garble as fn(&mut Vec<u8>),
                "it does not begin as a file of its kind does",
            ),
            (
                zeros,
                "it begins with zeros, which no file of its kind does",
            ),
        ] {
            let backup = check(&builder, harm_file(UNSEALED, change), doubt);
            assert_eq!(backup.file_check.different_sample[0].how, how);
            check(&builder, harm_file(SEALED, change), damage);
            // Short files with a Digest are read whole, whatever they are.
            check(&builder, harm_file(LOG, change), damage);
        }
        // An app may call its files what it likes.
        let of_an_app = harm_file(OF_AN_APP, garble);
        check(&builder, of_an_app, WHOLE);
    }
}

#[test]
fn the_reason_says_how_many_payloads_were_looked_into() {
    let folder = tempfile::tempdir().unwrap();
    let path = builder().files(500).write(folder.path()).unwrap().path;
    let reason = |level| read_at(&path, level).restorable_reason;
    let there = "all 502 files of the manifest are on disk";
    assert_eq!(reason(VerifyLevel::Names), there);
    assert_eq!(
        reason(VerifyLevel::Sizes),
        format!("{there}, each as long as promised; 64 were looked into")
    );
    assert!(reason(VerifyLevel::Contents).contains("every byte of them was read; for "));
}

/// A tool that gives files other names makes no name a witness: Digests prove that it does.
#[test]
fn names_that_are_not_kept_prove_nothing() {
    let odd = |n: u8| {
        Entry::file(
            "HomeDomain",
            &format!("Library/odd{n}.db"),
            3,
            vec![n; 5_000],
        )
    };
    let builder = (1..20).fold(builder(), |builder, n| builder.entry(odd(n)));
    let garble = harm_file(UNSEALED, |bytes| bytes.fill(0xa5));
    let whole = ["yes names 51/51", "yes sizes 51/51", "yes contents 51/51"];
    check(&builder, garble, whole);
}

/// A list whose rowids lie far apart is read in parts, each on a connection of its own.
#[test]
fn a_list_read_in_parts_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let damaged = builder()
        .damage(Damage::FilesMissing(9))
        .damage(Damage::FilesExtra(2));
    let path = damaged.write(folder.path()).unwrap().path;
    for file in [SEALED, UNSEALED] {
        std::fs::write(payload(&path, file), "stub").unwrap();
    }
    let told = || {
        LEVELS.map(|level| {
            let backup = read_at(&path, level);
            let samples = (
                backup.file_check.missing_sample,
                backup.file_check.extra_sample,
                backup.file_check.different_sample,
            );
            (backup.restorable_reason, backup.file_check.files, samples)
        })
    };
    let undivided = told();
    for sql in [
        "UPDATE Files SET rowid = rowid * 1000000000",
        "UPDATE Files SET rowid = rowid - 40000000000",
    ] {
        let list = rusqlite::Connection::open(path.join("Manifest.db")).unwrap();
        list.execute(sql, []).unwrap();
        list.close().unwrap();
        assert_eq!(told(), undivided, "{sql}");
    }
}

#[test]
fn files_that_changed_while_uploading_are_excused_at_every_level() {
    let wanted = ["yes names 30/30", "yes sizes 30/30", "yes contents 30/30"];
    let excuse = |folder: &Path| {
        let list = rusqlite::Connection::open(folder.join("Manifest.db")).unwrap();
        let ids = [file_id(SEALED.0, SEALED.1), file_id(UNSEALED.0, UNSEALED.1)];
        list.execute("UPDATE Files SET flags = 17 WHERE fileID IN (?1, ?2)", ids)
            .unwrap();
        list.close().unwrap();
        std::fs::write(payload(folder, SEALED), "changed").unwrap();
        std::fs::remove_file(payload(folder, UNSEALED)).unwrap();
    };
    check(&builder(), excuse, wanted);
}

#[cfg(unix)]
#[test]
fn a_payload_that_cannot_be_read_is_unknown_and_not_damage() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = builder().write(folder.path()).unwrap().path;
    let shut = payload(&path, UNSEALED);
    std::fs::set_permissions(&shut, PermissionsExt::from_mode(0o000)).unwrap();
    if std::fs::read(&shut).is_ok() {
        return; // Root reads everything all the same.
    }
    let backup = read_at(&path, VerifyLevel::Contents);
    assert_eq!(summary(&backup), "unknown contents 32/32");
    assert_eq!(
        backup.restorable_reason,
        "1 of 32 files could not be read to their end"
    );
    assert_eq!(backup.problems[0].path, shut);
    let at_sizes = read_at(&path, VerifyLevel::Sizes);
    assert_eq!(summary(&at_sizes), "unknown sizes 32/32");
}

/// A payload of 20,000 bytes, stretched by a hole to so many: how long reading it all took, and the words.
fn stretched(bytes: u64) -> (std::time::Duration, LocalBackup) {
    let folder = tempfile::tempdir().unwrap();
    let path = builder().write(folder.path()).unwrap().path;
    let payload = std::fs::File::options()
        .write(true)
        .open(payload(&path, SEALED));
    payload.unwrap().set_len(bytes).unwrap();
    let begun = std::time::Instant::now();
    let backup = read_at(&path, VerifyLevel::Contents);
    (begun.elapsed(), backup)
}

#[test]
fn a_payload_far_longer_than_promised_is_told_by_its_length_and_not_read() {
    let told = |backup: &LocalBackup| backup.file_check.different_sample[0].how.clone();
    // A little longer: it is read, and its Digest speaks.
    let (_, near) = stretched(20_001);
    assert_eq!(told(&near), "its bytes do not give the Digest of its row");
    // A terabyte of nothing: reading it takes a quarter of an hour.
    let (took, far) = stretched(1 << 40);
    assert!(
        told(&far).starts_with("1,099,511,627,776 bytes"),
        "{}",
        told(&far)
    );
    assert!(took.as_secs() < 20, "{took:?}");
    assert_eq!(summary(&far), "yes contents 32/32 ~1");
}
