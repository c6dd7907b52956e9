//! Backups that are hollow, thin, half copied or make-believe: none of them is calm, and what a whole
//! device's backup looks like without its password is.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot set up its folder must stop the test"
)]

use std::path::Path;

use fleetback_scanner::backup::read::{ReadOptions, read};
use fleetback_scanner::model::backup::{
    FolderContent, LocalBackup, Restorable, State, VerifyLevel,
};
use fleetback_scanner::model::found_backup::FoundBackup;
use fleetback_scanner::model::identity::FolderName;
use fleetback_testdata::backup::alter;
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::damage::PlistFile;
use fleetback_testdata::backup::file_type::begin_as_named;
use fleetback_testdata::backup::info::HostTool;
use fleetback_testdata::backup::keybag::Kdf;
use fleetback_testdata::backup::payload::{Entry, file_id};
use fleetback_testdata::disk;
use fleetback_testdata::rng::Rng;
use fleetback_testdata::when::{at, plist_date};

const NOW: &str = "2024-05-01T06:00:00Z";
const COMPLETED: &str = "2024-04-30T21:00:00Z";
const PHOTO: (&str, &str) = ("CameraRollDomain", "Media/DCIM/100APPLE/LONG.HEIC");
const DATABASE: (&str, &str) = ("AppDomain-com.example.timetable", "Documents/long.sqlite");

fn builder() -> BackupBuilder {
    let mut rng = Rng::new(2);
    let mut long = |(domain, path): (&str, &str)| {
        Entry::file(domain, path, 3, begin_as_named(path, rng.bytes(60_000)))
    };
    BackupBuilder::new(17)
        .completed(COMPLETED)
        .files(30)
        .entry(long(PHOTO))
        .entry(long(DATABASE))
        .no_empty_folders()
}

fn encrypted() -> BackupBuilder {
    builder().encrypted("correct horse", Kdf::fast())
}

fn read_at(path: &Path, verify: VerifyLevel) -> LocalBackup {
    let folder_name = path.file_name().unwrap().to_string_lossy().into_owned();
    let found = FoundBackup {
        path: path.to_owned(),
        host: "mac-01".to_owned(),
        name: FolderName::parse(&folder_name),
        folder_name,
    };
    read(&found, &ReadOptions::new(at(NOW), verify), &|_| ())
}

fn after(builder: &BackupBuilder, change: impl FnOnce(&Path)) -> LocalBackup {
    let folder = tempfile::tempdir().unwrap();
    let path = builder.write(folder.path()).unwrap().path;
    change(&path);
    read_at(&path, VerifyLevel::Sizes)
}

#[track_caller]
fn check(
    builder: &BackupBuilder,
    change: impl FnOnce(&Path),
    wanted: (State, Restorable),
    reason: &str,
) -> LocalBackup {
    let backup = after(builder, change);
    assert_eq!((backup.state, backup.restorable), wanted, "{backup:#?}");
    let told = format!("{} | {}", backup.state_reason, backup.restorable_reason);
    assert!(told.contains(reason), "{told}");
    backup
}

const YES: (State, Restorable) = (State::Complete, Restorable::Yes);
const LOST: (State, Restorable) = (State::Complete, Restorable::No);
const UNKNOWN: (State, Restorable) = (State::Complete, Restorable::Unknown);
const LOCKED: (State, Restorable) = (State::Complete, Restorable::NeedsPassword);
const PART: (State, Restorable) = (State::Partial, Restorable::No);
const FAKE: (State, Restorable) = (State::Fake, Restorable::No);

fn payload(folder: &Path, (domain, path): (&str, &str)) -> std::path::PathBuf {
    alter::payload(folder, &file_id(domain, path))
}

#[test]
fn payloads_that_hold_nothing_or_were_cut_are_a_loss() {
    check(&builder(), |_| (), YES, "each as long as promised");
    check(
        &builder(),
        |path| alter::empty_payloads(path).unwrap(),
        LOST,
        "damaged",
    );
    for bytes in [0, 1, 4_096, 59_999] {
        check(
            &builder(),
            |path| alter::cut(&payload(path, PHOTO), bytes).unwrap(),
            LOST,
            "1 of 32 files",
        );
    }
    // A database may have given pages back, and not a half.
    check(
        &builder(),
        |path| alter::cut(&payload(path, DATABASE), 49_152).unwrap(),
        YES,
        "1 of another length",
    );
    check(
        &builder(),
        |path| alter::cut(&payload(path, DATABASE), 4_096).unwrap(),
        LOST,
        "1 of 32 files",
    );
}

#[test]
fn files_whose_content_stayed_elsewhere_are_not_there() {
    let backup = check(
        &builder(),
        |path| alter::hollow(&payload(path, PHOTO), 60_000).unwrap(),
        LOST,
        "not downloaded: 1 files",
    );
    assert_eq!(
        (
            backup.not_downloaded,
            backup.file_check.files.unwrap().missing
        ),
        (1, 1)
    );
    for stub in [alter::icloud_stub, alter::nextcloud_stub] {
        let half = |path: &Path| {
            let payloads = alter::payloads(path).unwrap();
            payloads[..16]
                .iter()
                .for_each(|payload| stub(payload).unwrap());
        };
        let backup = check(&builder(), half, LOST, "not downloaded: 16 files");
        assert_eq!(
            (
                backup.not_downloaded,
                backup.file_check.files.unwrap().extra
            ),
            (16, 0)
        );
        let backup = check(
            &encrypted(),
            half,
            LOST,
            "16 of its files are not downloaded",
        );
        assert_eq!(backup.not_downloaded, 16);
    }
    let list = |path: &Path| alter::icloud_stub(&path.join("Manifest.db")).unwrap();
    let backup = after(&builder(), list);
    assert_eq!(
        (backup.state, backup.restorable, backup.not_downloaded),
        (State::Damaged, Restorable::No, 1)
    );
    let told: Vec<&str> = backup
        .problems
        .iter()
        .map(|problem| problem.found.as_str())
        .collect();
    assert!(
        told.iter()
            .any(|found| found.contains("not downloaded: 1 files, among them Manifest.db")),
        "{told:?}"
    );
}

#[test]
fn a_locked_backup_is_sound_only_as_far_as_it_looks_so() {
    check(&encrypted(), |_| (), LOCKED, "without the password");
    let first = |path: &Path| alter::payloads(path).unwrap().swap_remove(0);
    check(
        &encrypted(),
        |path| alter::empty_payloads(path).unwrap(),
        LOST,
        "no ciphertext",
    );
    check(
        &encrypted(),
        |path| alter::cut(&first(path), 0).unwrap(),
        LOST,
        "1 of 32 files have a length",
    );
    check(
        &encrypted(),
        |path| alter::cut(&first(path), 9).unwrap(),
        LOST,
        "1 of 32 files have a length",
    );
    check(
        &encrypted(),
        |path| alter::hollow(&payload(path, PHOTO), 60_016).unwrap(),
        LOST,
        "not downloaded",
    );
    check(
        &encrypted(),
        |path| alter::zeros(&payload(path, PHOTO), 60_016).unwrap(),
        LOST,
        "overwritten",
    );
    // iOS 27 stores most empty files as nothing.
    let ios_27 = encrypted().product("iPhone17,3", "27.0", "25A100");
    check(
        &ios_27,
        |path| alter::cut(&first(path), 0).unwrap(),
        LOCKED,
        "without the password",
    );
    check(
        &ios_27,
        |path| alter::empty_payloads(path).unwrap(),
        LOST,
        "no ciphertext",
    );
}

#[test]
fn the_encrypted_list_tells_what_it_can() {
    let list = |path: &Path| path.join("Manifest.db");
    let bytes = |path: &Path| list(path).metadata().unwrap().len();
    check(
        &encrypted(),
        |path| alter::cut(&list(path), 8_192).unwrap(),
        LOST,
        "was cut",
    );
    check(
        &encrypted(),
        |path| alter::cut(&list(path), bytes(path) - 16).unwrap(),
        UNKNOWN,
        "whole number of pages",
    );
    check(
        &encrypted(),
        |path| alter::overwrite_sector(&list(path), 9, &[0; 512]).unwrap(),
        LOST,
        "overwritten",
    );
    check(
        &encrypted(),
        |path| alter::overwrite_sector(&list(path), 9, &[0xff; 512]).unwrap(),
        LOST,
        "overwritten",
    );
    let backup = after(&encrypted(), |path| {
        alter::cut(&list(path), bytes(path) - 1).unwrap();
    });
    assert_eq!(
        (backup.state, backup.restorable),
        (State::Damaged, Restorable::No)
    );
}

#[test]
fn a_locked_backup_of_which_few_folders_were_copied_is_a_loss() {
    let many = (0..400).fold(encrypted(), |builder, n| {
        builder.entry(Entry::file(
            "CameraRollDomain",
            &format!("Media/DCIM/100APPLE/{n}.HEIC"),
            3,
            vec![7; 50],
        ))
    });
    check(&many, |_| (), LOCKED, "without the password");
    check(
        &many,
        |path| alter::keep_folders(path, 3).unwrap(),
        LOST,
        "files lie beside a list of",
    );
    let backup = after(&many, |path| alter::keep_folders(path, 20).unwrap());
    assert!(
        !matches!(
            backup.restorable,
            Restorable::Yes | Restorable::NeedsPassword
        ),
        "{backup:#?}"
    );
    // Only one payload came along.
    let one = |path: &Path| {
        let payloads = alter::payloads(path).unwrap();
        payloads[1..]
            .iter()
            .for_each(|payload| disk::remove(payload).unwrap());
    };
    let backup = after(&many, one);
    assert_eq!(backup.restorable, Restorable::No, "{backup:#?}");
}

/// Only what the device wrote of these domains.
fn only(domains: &[&str]) -> BackupBuilder {
    let entry = |builder: BackupBuilder, domain: &&str| {
        builder.entry(Entry::file(
            domain,
            "Library/x.plist",
            3,
            begin_as_named("x.plist", vec![1; 90]),
        ))
    };
    let none = BackupBuilder::new(17)
        .completed(COMPLETED)
        .files(0)
        .no_empty_folders()
        .no_folder_rows();
    domains.iter().fold(none, entry)
}

const APP: &str = "AppDomain-com.example.timetable";

#[test]
fn a_list_without_what_every_device_writes_is_a_part() {
    let core = [
        "HomeDomain",
        "RootDomain",
        "SystemPreferencesDomain",
        "WirelessDomain",
        APP,
    ];
    check(&only(&core), |_| (), YES, "all 5 files");
    // An iPad without a modem has no WirelessDomain.
    check(
        &only(&["HomeDomain", "RootDomain", "SystemPreferencesDomain", APP]),
        |_| (),
        YES,
        "all 4",
    );
    check(&only(&core[..4]), |_| (), PART, "lists 4 apps");
    check(&only(&core[1..]), |_| (), PART, "no file of HomeDomain");
    check(
        &only(&["HomeDomain", APP]),
        |_| (),
        PART,
        "RootDomain and SystemPreferencesDomain and WirelessDomain",
    );
    check(
        &only(&["HomeDomain", "WirelessDomain", APP]),
        |_| (),
        PART,
        "RootDomain and SystemPreferencesDomain",
    );
    check(
        &only(&["HomeDomain", "MediaDomain"]),
        |_| (),
        PART,
        "lists 4 apps",
    );
    let tool = only(&["HomeDomain"]).tool(HostTool::Pymobiledevice3);
    check(&tool, |_| (), PART, "pymobiledevice3");
    let locked = only(&["HomeDomain", "MediaDomain"])
        .apps(56, 0)
        .encrypted("x", Kdf::fast());
    check(&locked, |_| (), PART, "60 apps, and 2 files");
    // The folder of an app is enough: it may hold nothing that is backed up.
    check(&builder().apps(300, 0), |_| (), YES, "all 32");
}

/// The lists of iOS 5 to 9: of a whole one nobody has shown what else every device writes.
#[test]
fn a_list_of_ios_9_is_a_part_without_the_home_of_the_user() {
    let ios_9 = |domains: &[&str]| only(domains).product("iPhone5,2", "9.3.5", "13G36");
    check(&ios_9(&["HomeDomain", APP]), |_| (), YES, "all 2 files");
    check(&ios_9(&["HomeDomain"]), |_| (), UNKNOWN, "lists 4 apps");
    check(
        &ios_9(&["RootDomain", APP]),
        |_| (),
        PART,
        "no file of HomeDomain",
    );
    check(
        &ios_9(&["RootDomain"]),
        |_| (),
        PART,
        "no file of HomeDomain",
    );
}

fn without(keys: &'static [&'static str]) -> impl Fn(&Path) {
    move |path| {
        alter::plist(path, PlistFile::Manifest, |root| {
            keys.iter().for_each(|key| drop(root.remove(key)));
        })
        .unwrap();
    }
}

#[test]
fn a_manifest_without_what_every_device_writes_is_a_part_or_a_fake() {
    check(&builder(), without(&["Date"]), PART, "no date");
    check(&builder(), without(&["BackupKeyBag"]), PART, "no keybag");
    check(
        &builder(),
        without(&["Date", "BackupKeyBag"]),
        FAKE,
        "neither a keybag nor a date",
    );
    check(&builder(), without(&["Version"]), UNKNOWN, "no Version");
    let version = |version: &'static str| {
        move |path: &Path| {
            let set = |root: &mut plist::Dictionary| {
                drop(root.insert("Version".to_owned(), version.into()));
            };
            alter::plist(path, PlistFile::Manifest, set).unwrap();
        }
    };
    check(&builder(), version("10.0"), YES, "");
    check(&builder(), version("10.1"), YES, "");
    check(&builder(), version("77.0"), UNKNOWN, "which is unknown");
    check(&builder(), version("soon"), UNKNOWN, "which is unknown");
}

#[test]
fn plists_of_another_time_are_told() {
    let dated =
        |manifest: &str, info: &str| builder().manifest_date(at(manifest)).info_date(at(info));
    check(
        &dated("2024-04-30T20:59:50Z", "2024-04-30T21:03:00Z"),
        |_| (),
        YES,
        "",
    );
    // Said of iOS 26: incremental backups do not renew the date.
    check(
        &dated("2022-07-01T00:00:00Z", "2024-04-30T21:03:00Z"),
        |_| (),
        YES,
        "",
    );
    check(
        &dated("2022-07-01T00:00:00Z", "2022-07-01T00:03:00Z"),
        |_| (),
        UNKNOWN,
        "two of the three plists",
    );
    check(
        &dated("2024-05-02T20:59:50Z", "2024-04-30T21:03:00Z"),
        |_| (),
        UNKNOWN,
        "dated after Status.plist",
    );
    let doubled = |path: &Path| {
        let status = path.join("Status.plist");
        let bytes = disk::read(&status).unwrap();
        // Two keys of one length: the second UUID counts, or the first, or none.
        let root = plist::Value::from_reader(std::io::Cursor::new(bytes)).unwrap();
        let mut xml = Vec::new();
        root.to_writer_xml(&mut xml).unwrap();
        let text = String::from_utf8(xml).unwrap();
        let end = text.rfind("</dict>").unwrap();
        let second = "<key>SnapshotState</key><string>finished</string>";
        disk::write(
            &status,
            format!("{}{second}{}", &text[..end], &text[end..]).as_bytes(),
        )
        .unwrap();
    };
    let backup = after(&builder(), doubled);
    assert!(!matches!(backup.restorable, Restorable::Yes), "{backup:#?}");
}

#[test]
fn folders_that_hold_nothing_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("00008030-001A35E40212345E");
    disk::make_folder(&empty).unwrap();
    let backup = read_at(&empty, VerifyLevel::Sizes);
    assert_eq!(
        (backup.content, backup.restorable),
        (FolderContent::Nothing, Restorable::No)
    );
    assert_eq!(backup.state_reason, "the folder holds nothing of a backup");
    for number in 0..=255_u8 {
        disk::make_folder(&empty.join(format!("{number:02x}"))).unwrap();
    }
    assert_eq!(
        read_at(&empty, VerifyLevel::Sizes).content,
        FolderContent::Nothing
    );
    disk::write(&empty.join("Info.plist"), b"x").unwrap();
    let backup = read_at(&empty, VerifyLevel::Sizes);
    assert_eq!(
        (backup.content, backup.state),
        (FolderContent::OnlyInfo, State::Unfinished)
    );
}

#[test]
fn names_in_capitals_are_the_same_names() {
    for payloads_too in [false, true] {
        check(
            &builder(),
            |path| alter::upper_case(path, payloads_too).unwrap(),
            YES,
            "all 32",
        );
        check(
            &encrypted(),
            |path| alter::upper_case(path, payloads_too).unwrap(),
            LOCKED,
            "",
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let path = builder().write(folder.path()).unwrap().path;
    alter::upper_case(&path, true).unwrap();
    let backup = read_at(&path, VerifyLevel::Contents);
    assert_eq!(backup.restorable, Restorable::Yes, "{backup:#?}");
}

#[test]
fn decomposed_paths_are_counted_and_are_no_damage() {
    let entry = |path: &str| Entry::file(APP, path, 3, vec![1; 60]);
    let plain = builder().entry(entry("Documents/Zürich.pdf"));
    assert_eq!(after(&plain, |_| ()).decomposed_paths.count, 0);
    let backup = check(
        &plain
            .entry(entry("Documents/Zu\u{308}rich.pdf"))
            .entry(entry("Documents/e\u{301}/x")),
        |_| (),
        YES,
        "all 35",
    );
    // Two files and the folder of one of them.
    assert_eq!(backup.decomposed_paths.count, 3);
    assert_eq!(backup.decomposed_paths.domains, [APP]);
    assert_eq!(backup.decomposed_paths.sample.len(), 3);
}

#[test]
fn a_failed_backup_that_was_copied_is_not_running() {
    use fleetback_testdata::backup::damage::Damage;
    let begun = |begun: &str, touched: &str| {
        let attempt = Damage::AttemptFailed(at(begun));
        let backup = builder().completed("2024-03-01T21:00:00Z").damage(attempt);
        after(&backup.damage(Damage::Modified(at(touched))), |_| ()).state
    };
    assert_eq!(
        begun("2024-05-01T03:00:00Z", "2024-05-01T04:30:00Z"),
        State::InProgress
    );
    assert_eq!(
        begun("2024-04-29T07:00:00Z", "2024-05-01T04:30:00Z"),
        State::InProgress
    );
    assert_eq!(
        begun("2024-04-29T05:00:00Z", "2024-05-01T04:30:00Z"),
        State::AttemptFailed
    );
    assert_eq!(
        begun("2024-04-11T05:00:00Z", "2024-05-01T04:30:00Z"),
        State::AttemptFailed
    );
}

#[test]
fn the_data_that_people_miss_first() {
    let listed = |builder: &BackupBuilder| after(builder, |_| ()).listed.unwrap();
    let usual = listed(&builder());
    assert!(usual.messages && usual.photos && usual.contacts && usual.notes);
    assert!(!usual.whatsapp && !usual.whatsapp_is_installed);
    let file = |domain: &str, path: &str| Entry::file(domain, path, 3, vec![1; 50]);
    let chats = file(
        "AppDomainGroup-group.net.whatsapp.WhatsApp.shared",
        "ChatStorage.sqlite",
    );
    let of_chats = listed(&builder().entry(chats));
    assert!(of_chats.whatsapp && !of_chats.whatsapp_is_installed);
    let app = file("AppDomain-net.whatsapp.WhatsApp", "Library/state");
    let of_app = listed(&builder().entry(app));
    assert!(!of_app.whatsapp && of_app.whatsapp_is_installed);
    let none = after(
        &only(&["HomeDomain", "RootDomain", "WirelessDomain", APP]),
        |_| (),
    )
    .listed
    .unwrap();
    assert!(!none.messages && !none.photos && !none.contacts && !none.notes);
    let domains = ["HomeDomain", "RootDomain", "WirelessDomain", APP];
    let notes = file("AppDomainGroup-group.com.apple.notes", "NoteStore.sqlite");
    assert!(listed(&only(&domains).entry(notes)).notes);
}

#[test]
fn tools_and_services_leave_their_marks() {
    let told = |name: &'static str| {
        let backup = after(&builder(), |path| {
            disk::write(&path.join(name), b"x").unwrap();
        });
        assert_eq!(backup.restorable, Restorable::Yes);
        let found: Vec<String> = backup
            .problems
            .into_iter()
            .map(|problem| problem.found)
            .collect();
        found.join("; ")
    };
    assert!(told("Manifest-LAPTOP7.db").contains("conflict"));
    assert!(told("_BackupExplorer/Manifest.db.bak").contains("iTunes-Backup-Explorer"));
    assert!(told("notes.txt").contains("entries that do not belong to the backup, 1: notes.txt"));
}

/// The dates of a plist, as these tests write them.
#[test]
fn a_manifest_that_was_dated_by_hand_reads_back() {
    let backup = after(&builder(), |path| {
        alter::plist(path, PlistFile::Manifest, |root| {
            root.insert("Date".to_owned(), plist_date(at("2024-04-30T20:00:00Z")));
        })
        .unwrap();
    });
    assert_eq!(backup.manifest_date, Some(at("2024-04-30T20:00:00Z")));
}
