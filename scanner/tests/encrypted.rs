//! Encrypted backups, with the right password, a wrong one and none, alone and in a fleet.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot set up its folder must stop the test"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use fleetback_scanner::backup::services::{Candidate, NoPasswords, PasswordSource};
use fleetback_scanner::backup::services::{CheckCache, NoCache};
use fleetback_scanner::model::backup::{CheckRecord, InfoRecord, PasswordProof};
use fleetback_scanner::model::backup::{LocalBackup, Password, Restorable, State, VerifyLevel};
use fleetback_scanner::model::identity::Identity;
use fleetback_scanner::scan::{Event, Inputs, Progress, ScanOptions, ScanServices, Silent, scan};
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::cloud_log::CloudLog;
use fleetback_testdata::backup::damage::{Damage, DatabaseDamage};
use fleetback_testdata::backup::file_type::begin_as_named;
use fleetback_testdata::backup::keybag::Kdf;
use fleetback_testdata::backup::payload::{Entry, file_id};
use fleetback_testdata::when::at;
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

const NOW: &str = "2024-05-01T06:00:00Z";
const PASSWORD: &str = "correct horse";
const SEALED: (&str, &str) = ("HomeDomain", "Library/SMS/long.db");
const UNSEALED: (&str, &str) = ("CameraRollDomain", "Media/DCIM/100APPLE/LONG.HEIC");

fn builder() -> BackupBuilder {
    let long = |(domain, path): (&str, &str)| {
        Entry::file(domain, path, 3, begin_as_named(path, vec![0x5a; 20_000]))
    };
    BackupBuilder::new(11)
        .completed("2024-04-30T21:00:00Z")
        .files(30)
        .entry(long(SEALED))
        .entry(long(UNSEALED))
        .entry(Entry::file("HomeDomain", "empty", 3, Vec::new()))
        .encrypted(PASSWORD, Kdf::fast())
        .no_empty_folders()
}

/// One of each age: two rounds and an encrypted list, one round and a plain list, Manifest.mbdb.
fn of_every_age() -> [BackupBuilder; 3] {
    [
        builder(),
        builder().product("iPhone8,1", "10.1.1", "14B100"),
        builder().product("iPhone5,2", "9.3.5", "13G36"),
    ]
}

/// Offers the same passwords to every device, and counts how often it was asked.
#[derive(Default)]
struct Offers {
    passwords: Vec<&'static str>,
    asked: AtomicU64,
}

impl Offers {
    fn new(passwords: &[&'static str]) -> Self {
        Self {
            passwords: passwords.to_vec(),
            asked: AtomicU64::new(0),
        }
    }

    fn asked(&self) -> u64 {
        self.asked.swap(0, Ordering::Relaxed)
    }
}

impl PasswordSource for Offers {
    fn candidates(&self, _: &Identity, _: &Path) -> Vec<Candidate> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let numbered = (1..).zip(&self.passwords);
        let one = |(line, password): (u32, &&str)| Candidate {
            password: Zeroizing::new(password.as_bytes().to_vec()),
            source: format!("passwords.csv line {line}"),
        };
        numbered.map(one).collect()
    }

    fn source_names(&self, _: &Identity) -> Vec<String> {
        let lines = 1..=self.passwords.len();
        lines
            .map(|line| format!("passwords.csv line {line}"))
            .collect()
    }
}

/// Keeps what a night found for the next one, as `cli` does.
#[derive(Default)]
struct Kept {
    checks: Mutex<BTreeMap<PathBuf, CheckRecord>>,
    proofs: Mutex<BTreeMap<String, PasswordProof>>,
}

impl Kept {
    fn keep(&self, backups: &[LocalBackup]) {
        for backup in backups {
            if let Some(check) = &backup.check {
                // Through JSON, as a store would.
                let json = serde_json::to_string(check).unwrap();
                let check = serde_json::from_str(&json).unwrap();
                self.checks
                    .lock()
                    .unwrap()
                    .insert(backup.path.clone(), check);
            }
            if let Some(proof) = &backup.password_proof {
                let mut proofs = self.proofs.lock().unwrap();
                proofs.insert(proof.keybag.clone(), proof.clone());
            }
        }
    }
}

impl CheckCache for Kept {
    fn check(&self, backup: &Path) -> Option<CheckRecord> {
        self.checks.lock().unwrap().get(backup).cloned()
    }

    fn info(&self, _: &Path) -> Option<InfoRecord> {
        None
    }

    fn proof(&self, keybag: &str) -> Option<PasswordProof> {
        self.proofs.lock().unwrap().get(keybag).cloned()
    }
}

fn options(now: Timestamp, verify: VerifyLevel) -> ScanOptions {
    ScanOptions {
        now,
        scan_host: "here".to_owned(),
        verify,
        verify_again: false,
        verify_again_days: ScanOptions::VERIFY_AGAIN_DAYS,
    }
}

fn night(
    root: &Path,
    options: &ScanOptions,
    passwords: &dyn PasswordSource,
    cache: &dyn CheckCache,
) -> Vec<LocalBackup> {
    let inputs = Inputs {
        roots: vec![root.to_owned()],
        ..Inputs::default()
    };
    let services = ScanServices {
        passwords,
        cache,
        progress: &Silent,
    };
    let fleet = scan(&inputs, options, &services);
    let mut backups: Vec<_> = (fleet.devices.into_iter())
        .flat_map(|device| device.backups)
        .collect();
    backups.sort_by(|a, b| a.path.cmp(&b.path));
    backups
}

fn word(value: impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap();
    value.as_str().unwrap().to_owned()
}

fn summary(backup: &LocalBackup) -> String {
    let level = word(backup.file_check.verified.level);
    let mut text = format!(
        "{} {} {level}",
        word(backup.restorable),
        word(backup.password)
    );
    if let Some(files) = backup.file_check.files {
        text += &format!(" {}/{}", files.present, files.expected);
        if files.extra > 0 {
            text += &format!(" +{}", files.extra);
        }
        if files.different.unwrap_or(0) > 0 {
            text += &format!(" ~{}", files.different.unwrap());
        }
    }
    text
}

fn one_night(root: &Path, verify: VerifyLevel, passwords: &[&'static str]) -> LocalBackup {
    let options = options(at(NOW), verify);
    let mut backups = night(root, &options, &Offers::new(passwords), &NoCache);
    assert_eq!(backups.len(), 1);
    backups.remove(0)
}

#[track_caller]
fn check(
    builder: &BackupBuilder,
    verify: VerifyLevel,
    passwords: &[&'static str],
    wanted: &str,
) -> LocalBackup {
    let folder = tempfile::tempdir().unwrap();
    builder.write(folder.path()).unwrap();
    let backup = one_night(folder.path(), verify, passwords);
    assert_eq!(summary(&backup), wanted, "{backup:#?}");
    backup
}

#[test]
fn the_right_password_opens_every_age_at_every_level() {
    for builder in of_every_age() {
        let right = &["wrong", PASSWORD][..];
        let backup = check(&builder, VerifyLevel::State, right, "unknown proven state");
        let proof = backup.password_proof.unwrap();
        assert_eq!(
            (proof.source.as_str(), proof.at),
            ("passwords.csv line 2", at(NOW))
        );
        assert_eq!(proof.keybag.len(), 64);
        check(
            &builder,
            VerifyLevel::Names,
            right,
            "yes proven names 33/33",
        );
        check(
            &builder,
            VerifyLevel::Sizes,
            right,
            "yes proven sizes 33/33",
        );
        let backup = check(
            &builder,
            VerifyLevel::Contents,
            right,
            "yes proven contents 33/33",
        );
        assert_eq!(
            (backup.encrypted, backup.state),
            (Some(true), State::Complete)
        );
        assert_eq!(
            backup.restorable_reason,
            "encrypted, and its password is proven: all 33 files of the manifest are on disk, and every byte of them was read"
        );
        assert!(backup.problems.is_empty(), "{:?}", backup.problems);
    }
}

/// A Mac types a letter with its accent apart, a PC as one: the keybag was made from either.
#[test]
fn a_password_opens_in_the_spelling_of_either_keyboard() {
    const COMPOSED: &str = "Z\u{fc}rich";
    const DECOMPOSED: &str = "Zu\u{308}rich";
    for made in [COMPOSED, DECOMPOSED] {
        let builder = builder().encrypted(made, Kdf::fast());
        for given in [COMPOSED, DECOMPOSED] {
            let backup = check(
                &builder,
                VerifyLevel::State,
                match given {
                    COMPOSED => &[COMPOSED],
                    _ => &[DECOMPOSED],
                },
                "unknown proven state",
            );
            assert_eq!(backup.password, Password::Proven);
        }
        check(
            &builder,
            VerifyLevel::State,
            &["Zurich"],
            "unknown wrong state",
        );
    }
}

#[test]
fn without_the_right_password_as_much_is_checked_as_can_be_seen() {
    let [new, middle, old] = of_every_age();
    let deepest = VerifyLevel::Contents;
    check(&new, deepest, &[], "needs-password missing state");
    let backup = check(
        &new,
        deepest,
        &["Correct horse", ""],
        "needs-password wrong state",
    );
    assert_eq!(backup.password_proof, None);
    for builder in [middle, old] {
        // Nobody has seen how a file ends.
        check(&builder, deepest, &[], "needs-password missing sizes 33/33");
        check(
            &builder,
            deepest,
            &["wrong"],
            "needs-password wrong sizes 33/33",
        );
    }
}

fn payload(folder: &Path, (domain, path): (&str, &str)) -> PathBuf {
    let id = file_id(domain, path);
    let flat = folder.join(&id);
    if flat.exists() {
        flat
    } else {
        folder.join(&id[..2]).join(&id)
    }
}

/// What each level says of a backup whose file went through `change`.
#[track_caller]
fn check_harm(
    builder: &BackupBuilder,
    file: (&str, &str),
    change: fn(&mut Vec<u8>),
    wanted: [&str; 2],
) -> LocalBackup {
    let folder = tempfile::tempdir().unwrap();
    let written = builder.write(folder.path()).unwrap();
    let path = payload(&written.path, file);
    let mut bytes = std::fs::read(&path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
    let levels = [VerifyLevel::Sizes, VerifyLevel::Contents];
    let backups = levels.map(|level| one_night(folder.path(), level, &[PASSWORD]));
    assert_eq!(backups.each_ref().map(summary), wanted);
    let [_, deepest] = backups;
    deepest
}

#[test]
fn harm_to_encrypted_files_is_found_by_the_level_that_can_see_it() {
    const SEEN: &str = "no proven sizes 33/33 ~1";
    const DEEP: &str = "no proven contents 33/33 ~1";
    for builder in of_every_age() {
        let flip_end = |bytes: &mut Vec<u8>| *bytes.last_mut().unwrap() ^= 0x80;
        let backup = check_harm(&builder, UNSEALED, flip_end, [SEEN, DEEP]);
        let difference = &backup.file_check.different_sample[0];
        assert_eq!(
            difference.how,
            "it does not decrypt to an end that was written so"
        );
        assert_eq!(
            (
                difference.file.domain.as_str(),
                difference.file.path.as_str()
            ),
            UNSEALED
        );

        let flip_start = |bytes: &mut Vec<u8>| bytes[0] ^= 0x80;
        let backup = check_harm(&builder, SEALED, flip_start, [SEEN, DEEP]);
        assert_eq!(
            backup.file_check.different_sample[0].how,
            "its bytes do not give the Digest of its row"
        );

        // The middle of a long file is read at `contents` only, and proven by a Digest only.
        let flip_middle = |bytes: &mut Vec<u8>| bytes[9_000] ^= 0x80;
        let sound = ["yes proven sizes 33/33", DEEP];
        check_harm(&builder, SEALED, flip_middle, sound);
        let sound = ["yes proven sizes 33/33", "yes proven contents 33/33"];
        check_harm(&builder, UNSEALED, flip_middle, sound);

        // What its first block decrypts to begins no photo.
        let flip_start = |bytes: &mut Vec<u8>| bytes[..16].fill(0xa5);
        let told = [
            "unknown proven sizes 33/33 ~1",
            "unknown proven contents 33/33 ~1",
        ];
        check_harm(&builder, UNSEALED, flip_start, told);

        let stub = |bytes: &mut Vec<u8>| bytes.truncate(16);
        let told = ["no proven sizes 33/33 ~1", DEEP];
        check_harm(&builder, UNSEALED, stub, told);
        let cut = |bytes: &mut Vec<u8>| bytes.truncate(20_000);
        check_harm(&builder, UNSEALED, cut, ["no proven sizes 33/33 ~1", DEEP]);
        // Its Digest is that of a block.
        let emptied = |bytes: &mut Vec<u8>| bytes.clear();
        check_harm(
            &builder,
            ("HomeDomain", "empty"),
            emptied,
            ["no proven sizes 33/33 ~1", DEEP],
        );
    }
}

#[test]
fn missing_and_extra_files_are_counted_in_an_encrypted_backup() {
    for builder in of_every_age() {
        let harmed = builder.clone().damage(Damage::FilesMissing(3));
        let backup = check(
            &harmed,
            VerifyLevel::Names,
            &[PASSWORD],
            "no proven names 30/33",
        );
        assert_eq!(backup.file_check.missing_sample.len(), 3);
        let harmed = builder.damage(Damage::FilesExtra(2));
        check(
            &harmed,
            VerifyLevel::Contents,
            &[PASSWORD],
            "yes proven contents 33/33 +2",
        );
    }
}

#[test]
fn a_list_that_the_right_key_does_not_open_is_damage() {
    let damaged = |damage| builder().damage(Damage::Database(damage));
    let backup = check(
        &damaged(DatabaseDamage::LooksEncrypted),
        VerifyLevel::Names,
        &[PASSWORD],
        "no proven state",
    );
    assert_eq!(backup.state, State::Damaged);
    check(
        &damaged(DatabaseDamage::Missing),
        VerifyLevel::Names,
        &[PASSWORD],
        "no proven state",
    );
}

/// Writes the backup and hands its keybag to `change`.
fn with_keybag(change: impl FnOnce(&mut Vec<u8>)) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = builder().write(folder.path()).unwrap().path;
    let file = path.join("Manifest.plist");
    let mut root = plist::Value::from_file(&file)
        .unwrap()
        .into_dictionary()
        .unwrap();
    let mut keybag = root.remove("BackupKeyBag").unwrap().into_data().unwrap();
    change(&mut keybag);
    root.insert("BackupKeyBag".to_owned(), plist::Value::Data(keybag));
    plist::Value::Dictionary(root).to_file_binary(file).unwrap();
    (folder, path)
}

#[test]
fn a_keybag_cut_anywhere_is_told_and_tried_by_nobody() {
    let mut length = 0;
    with_keybag(|keybag| length = keybag.len());
    for cut in (0..length).step_by(37) {
        let (folder, _) = with_keybag(|keybag| keybag.truncate(cut));
        let backup = one_night(folder.path(), VerifyLevel::Names, &[PASSWORD]);
        // A cut between two classes leaves a smaller keybag, which opens less.
        let told = (backup.password, backup.restorable);
        let whole_classes = backup.password == Password::Proven;
        assert!(
            whole_classes || told == (Password::KeybagDamaged, Restorable::No),
            "{cut}: {told:?}"
        );
        assert!(
            whole_classes || backup.problems.len() == 1,
            "{:?}",
            backup.problems
        );
    }
}

/// A keybag that asks for so many rounds: which words stand for its password, and what is told.
fn check_rounds(tag: &[u8; 4], rounds: u32, wanted: Password, words: &str) {
    let (folder, _) = with_keybag(|keybag| {
        let at = keybag.windows(4).position(|found| found == tag).unwrap();
        keybag[at + 8..at + 12].copy_from_slice(&rounds.to_be_bytes());
    });
    let begun = std::time::Instant::now();
    let backup = one_night(folder.path(), VerifyLevel::Names, &[PASSWORD]);
    assert_eq!(backup.password, wanted, "{rounds}");
    let told = &backup.problems[0].found;
    assert!(told.contains(words), "{rounds}: {told}");
    assert_ne!(backup.restorable, Restorable::Yes, "{rounds}");
    assert!(
        begun.elapsed().as_secs() < 10,
        "{rounds}: nothing is derived"
    );
}

#[test]
fn a_keybag_that_asks_for_too_much_work_is_not_tried_and_not_called_damaged() {
    let asks = "the keybag asks for";
    check_rounds(b"DPIC", 0, Password::KeybagDamaged, "0 rounds of DPIC");
    check_rounds(b"DPIC", 20_000_001, Password::NotTried, asks);
    check_rounds(
        b"DPIC",
        u32::MAX,
        Password::NotTried,
        "4294967295 rounds of DPIC",
    );
    check_rounds(b"ITER", 0, Password::KeybagDamaged, "0 rounds of ITER");
    check_rounds(b"ITER", 100_001, Password::NotTried, asks);
}

#[test]
fn a_key_that_the_keybag_no_longer_holds_is_told_for_its_file() {
    // Without class 3, nearly all files are locked for good; class 4 still opens the list.
    let (folder, _) = with_keybag(|keybag| {
        let class = [&b"CLAS"[..], &4_u32.to_be_bytes(), &3_u32.to_be_bytes()].concat();
        let at = keybag.windows(12).position(|part| part == class).unwrap();
        keybag[at + 11] = 44;
    });
    let backup = one_night(folder.path(), VerifyLevel::Names, &[PASSWORD]);
    assert_eq!(summary(&backup), "yes proven names 33/33");
    let backup = one_night(folder.path(), VerifyLevel::Contents, &[PASSWORD]);
    assert_eq!(backup.restorable, Restorable::No);
    assert_eq!(
        backup.file_check.different_sample[0].how,
        "no key of the keybag opens its EncryptionKey"
    );
}

#[test]
fn keybags_of_plain_backups_and_decrypted_copies_are_not_judged() {
    let plain = BackupBuilder::new(3)
        .completed("2024-04-30T21:00:00Z")
        .files(4);
    let offers = Offers::new(&[PASSWORD]);
    let folder = tempfile::tempdir().unwrap();
    plain.write(folder.path()).unwrap();
    let copy = plain.folder_name("copy").damage(Damage::DecryptedCopy);
    copy.write(folder.path()).unwrap();
    let backups = night(
        folder.path(),
        &options(at(NOW), VerifyLevel::Contents),
        &offers,
        &NoCache,
    );
    let told: Vec<String> = backups.iter().map(summary).collect();
    assert_eq!(
        told,
        [
            "yes not-needed contents 4/4",
            "unknown not-needed contents 4/4"
        ]
    );
    assert_eq!(offers.asked(), 0);
}

#[test]
fn the_icloud_log_is_read_once_the_key_is_there() {
    let log = CloudLog::new().attempt(at("2024-04-30T02:00:00Z"), 303);
    for builder in of_every_age() {
        let builder = builder.cloud_log(log.clone());
        let folder = tempfile::tempdir().unwrap();
        builder.write(folder.path()).unwrap();
        let shut = one_night(folder.path(), VerifyLevel::Names, &[]);
        assert_eq!(shut.cloud_log, None);
        let open = one_night(folder.path(), VerifyLevel::Names, &[PASSWORD]);
        assert_eq!(open.cloud_log.unwrap().attempts[0].code, 303);
    }
}

/// Two copies of one backup, another encrypted one, and plain ones.
fn fleet(root: &Path) {
    builder().write(root).unwrap();
    builder().archived("20240430-230000").write(root).unwrap();
    let other = BackupBuilder::new(12)
        .files(8)
        .encrypted("other", Kdf::fast());
    other.completed("2024-04-30T21:00:00Z").write(root).unwrap();
    for seed in 20..26 {
        let plain = BackupBuilder::new(seed).completed("2024-04-30T21:00:00Z");
        plain
            .files(5)
            .cloud_log(CloudLog::new())
            .write(root)
            .unwrap();
    }
}

#[test]
fn a_keybag_in_several_copies_is_tried_once() {
    let folder = tempfile::tempdir().unwrap();
    fleet(folder.path());
    let offers = Offers::new(&["wrong", PASSWORD]);
    let backups = night(
        folder.path(),
        &options(at(NOW), VerifyLevel::Names),
        &offers,
        &NoCache,
    );
    assert_eq!(offers.asked(), 2, "one for each of the two keybags");
    let count = |password| {
        backups
            .iter()
            .filter(|one| one.password == password)
            .count()
    };
    assert_eq!(
        (
            count(Password::Proven),
            count(Password::Wrong),
            count(Password::NotNeeded)
        ),
        (2, 1, 6)
    );
}

#[test]
fn a_second_night_costs_nothing_and_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    fleet(folder.path());
    let (offers, kept) = (Offers::new(&[PASSWORD, "other"]), Kept::default());
    let after = |days: i64| at(NOW) + SignedDuration::from_hours(24 * days);
    let at_night = |days| {
        let backups = night(
            folder.path(),
            &options(after(days), VerifyLevel::Names),
            &offers,
            &kept,
        );
        let recalled = backups.iter().filter(|one| one.check_from_cache).count();
        let said: Vec<_> = backups
            .iter()
            .map(|one| {
                (
                    summary(one),
                    one.restorable_reason.clone(),
                    one.file_check.files,
                    one.cloud_log.clone(),
                )
            })
            .collect();
        (backups, recalled, said)
    };
    let (first, recalled, said) = at_night(0);
    assert_eq!((recalled, offers.asked()), (0, 2));
    assert!(first.iter().all(|one| one.restorable == Restorable::Yes));
    kept.keep(&first);

    let (second, recalled, said_again) = at_night(1);
    assert_eq!((recalled, offers.asked()), (9, 0));
    assert_eq!(said_again, said);
    assert!(
        second
            .iter()
            .all(|one| one.file_check.verified.at == at(NOW))
    );
    kept.keep(&second);

    let (_, recalled, _) = at_night(29);
    assert_eq!((recalled, offers.asked()), (9, 0));
    let (_, recalled, said_again) = at_night(30);
    assert_eq!(
        (recalled, offers.asked()),
        (0, 2),
        "after 30 days all is checked anew"
    );
    assert_eq!(said_again, said);
}

#[test]
fn a_decrypted_copy_is_recalled_as_others_are_until_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let copy = BackupBuilder::new(3).completed("2024-04-30T21:00:00Z");
    let copy = copy.files(4).damage(Damage::DecryptedCopy);
    let path = copy.write(folder.path()).unwrap().path;
    let kept = Kept::default();
    let tonight = || {
        let options = options(at(NOW), VerifyLevel::Names);
        let backup = night(folder.path(), &options, &NoPasswords, &kept).remove(0);
        kept.keep(std::slice::from_ref(&backup));
        (
            backup.check_from_cache,
            summary(&backup),
            backup.restorable_reason,
        )
    };
    let (recalled, said, reason) = tonight();
    assert_eq!((recalled, &*said), (false, "unknown not-needed names 4/4"));
    assert_eq!(tonight(), (true, said, reason));
    let payload = walkdir::WalkDir::new(&path).min_depth(2);
    let payload = payload.into_iter().flatten();
    let payload = payload
        .into_iter()
        .find(|entry| entry.file_type().is_file());
    std::fs::remove_file(payload.unwrap().path()).unwrap();
    let (recalled, said, _) = tonight();
    assert_eq!((recalled, &*said), (false, "no not-needed names 3/4"));
}

#[test]
fn odd_rows_and_links_are_told_each_night_and_looked_for_once() {
    let folder = tempfile::tempdir().unwrap();
    let builder = BackupBuilder::new(3).completed("2024-04-30T21:00:00Z");
    let path = builder.files(4).write(folder.path()).unwrap().path;
    let list = rusqlite::Connection::open(path.join("Manifest.db")).unwrap();
    let odd = "INSERT INTO Files SELECT 'ab/../cd', 'HomeDomain', '../x', 2, file FROM Files WHERE flags = 2 LIMIT 1;";
    list.execute_batch(odd).unwrap();
    list.close().unwrap();
    let payloads = walkdir::WalkDir::new(&path).min_depth(2);
    let mut payloads = payloads.into_iter().flatten();
    let payload = payloads.find(|entry| entry.file_type().is_file()).unwrap();
    std::fs::remove_file(payload.path()).unwrap();
    std::fs::create_dir(payload.path()).unwrap();

    let kept = Kept::default();
    let tonight = || {
        let options = options(at(NOW), VerifyLevel::Names);
        let backup = night(folder.path(), &options, &NoPasswords, &kept).remove(0);
        kept.keep(std::slice::from_ref(&backup));
        (backup.check_from_cache, summary(&backup), backup.problems)
    };
    let (recalled, said, problems) = tonight();
    assert_eq!((recalled, &*said), (false, "no not-needed names 3/4"));
    let found: Vec<_> = problems.iter().map(|one| one.found.as_str()).collect();
    assert_eq!(
        found,
        [
            "1 of 21 rows with a path that climbs out of the backup; never followed",
            "links, folders and the like in their place: 1",
        ]
    );
    assert_eq!(tonight(), (true, said, problems));
}

#[test]
fn what_changed_is_checked_again_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    fleet(folder.path());
    let (offers, kept) = (Offers::new(&[PASSWORD, "other"]), Kept::default());
    let options = options(at(NOW), VerifyLevel::Names);
    let first = night(folder.path(), &options, &offers, &kept);
    kept.keep(&first);
    offers.asked();

    let victim = first
        .iter()
        .find(|one| one.encrypted == Some(false))
        .unwrap();
    let file = walkdir::WalkDir::new(&victim.path)
        .min_depth(2)
        .into_iter()
        .flatten();
    let file = file
        .into_iter()
        .find(|entry| entry.file_type().is_file())
        .unwrap();
    std::fs::remove_file(file.path()).unwrap();
    let second = night(folder.path(), &options, &offers, &kept);
    for one in &second {
        assert_eq!(
            one.check_from_cache,
            one.path != victim.path,
            "{}",
            one.path.display()
        );
        let lost = one.restorable == Restorable::No;
        assert_eq!(lost, one.path == victim.path, "{}", one.path.display());
    }
    assert_eq!(offers.asked(), 0);

    let deeper = ScanOptions {
        verify: VerifyLevel::Sizes,
        ..options.clone()
    };
    let third = night(folder.path(), &deeper, &offers, &kept);
    assert!(
        third.iter().all(|one| !one.check_from_cache),
        "a shallower check is no substitute"
    );
    let forced = ScanOptions {
        verify_again: true,
        ..options
    };
    let fourth = night(folder.path(), &forced, &offers, &kept);
    assert!(fourth.iter().all(|one| !one.check_from_cache));
}

#[test]
fn a_remembered_proof_needs_its_source() {
    let folder = tempfile::tempdir().unwrap();
    builder().write(folder.path()).unwrap();
    let (kept, options) = (Kept::default(), options(at(NOW), VerifyLevel::Names));
    kept.keep(&night(
        folder.path(),
        &options,
        &Offers::new(&["wrong", PASSWORD]),
        &kept,
    ));
    let told = |passwords: &[&'static str]| {
        let offers = Offers::new(passwords);
        let backup = night(folder.path(), &options, &offers, &kept).remove(0);
        (summary(&backup), offers.asked(), backup.check_from_cache)
    };
    let (yes, no) = ("yes proven names 33/33", "needs-password");
    assert_eq!(
        told(&["x", "y"]),
        (yes.to_owned(), 0, true),
        "the same source, not asked again"
    );
    assert_eq!(
        told(&["x"]),
        (format!("{no} wrong names 33/33"), 1, true),
        "the source is gone"
    );
    assert_eq!(
        told(&[]),
        (format!("{no} missing names 33/33"), 1, true),
        "nothing is offered"
    );
    assert_eq!(
        told(&[PASSWORD]),
        (yes.to_owned(), 1, true),
        "another source proves it anew"
    );
}

#[test]
fn a_fleet_is_the_same_at_any_number_of_threads_and_no_trace_is_left() {
    let folder = tempfile::tempdir().unwrap();
    fleet(folder.path());
    let listing = || {
        let walk = walkdir::WalkDir::new(folder.path()).sort_by_file_name();
        let facts = |entry: walkdir::DirEntry| {
            let meta = entry.metadata().unwrap();
            (entry.into_path(), meta.len(), meta.modified().unwrap())
        };
        walk.into_iter().flatten().map(facts).collect::<Vec<_>>()
    };
    let before = listing();
    let offers = Offers::new(&[PASSWORD]);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let options = options(at(NOW), VerifyLevel::Contents);
        pool.install(|| night(folder.path(), &options, &offers, &NoCache))
    };
    let one = with(1);
    assert_eq!(one.len(), 9);
    for threads in [2, 8] {
        assert_eq!(with(threads), one, "{threads}");
    }
    assert_eq!(listing(), before);
}

#[test]
fn nobody_is_asked_without_need() {
    let folder = tempfile::tempdir().unwrap();
    fleet(folder.path());
    let backups = night(
        folder.path(),
        &options(at(NOW), VerifyLevel::Names),
        &NoPasswords,
        &NoCache,
    );
    let missing = backups
        .iter()
        .filter(|one| one.password == Password::Missing);
    assert_eq!(missing.count(), 3);
}

#[test]
fn a_locked_backup_that_did_not_change_is_looked_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = builder().write(folder.path()).unwrap().path;
    let kept = Kept::default();
    let run = |passwords: &[&'static str]| {
        let options = options(at(NOW), VerifyLevel::Sizes);
        let backup = night(folder.path(), &options, &Offers::new(passwords), &kept).remove(0);
        kept.keep(std::slice::from_ref(&backup));
        (backup.check_from_cache, summary(&backup))
    };
    let locked = |recalled: bool| (recalled, "needs-password missing state".to_owned());
    assert_eq!(run(&[]), locked(false));
    assert_eq!(run(&[]), locked(true));
    assert_eq!(run(&[]), locked(true));
    let (recalled, told) = run(&["wrong"]);
    assert_eq!((recalled, &*told), (true, "needs-password wrong state"));
    // Another folder than the one that was looked at.
    let first = walkdir::WalkDir::new(&path)
        .min_depth(2)
        .into_iter()
        .flatten()
        .next();
    std::fs::copy(first.unwrap().path(), path.join("00copy")).unwrap();
    std::fs::create_dir_all(path.join("00")).unwrap();
    std::fs::rename(
        path.join("00copy"),
        path.join("00").join(format!("00{}", "a".repeat(38))),
    )
    .unwrap();
    assert_eq!(run(&[]), locked(false));
    let (recalled, told) = run(&[PASSWORD]);
    assert_eq!((recalled, &*told), (false, "yes proven sizes 33/33 +1"));
}

/// More keybags than are tried at once: with the right password first, last, or not at all.
#[test]
fn many_keybags_are_tried_side_by_side() {
    const PASSWORDS: [&str; 4] = ["first", "second", "third", "fourth"];
    let folder = tempfile::tempdir().unwrap();
    for seed in 0..23 {
        let password = PASSWORDS
            .get(seed as usize % 5)
            .copied()
            .unwrap_or("unknown");
        let dpic = 50 + seed as u32 % 3;
        let kdf = Kdf { dpic, iter: 10 };
        let builder = BackupBuilder::new(100 + seed).files(4);
        let builder = builder.completed("2024-04-30T21:00:00Z");
        builder
            .encrypted(password, kdf)
            .write(folder.path())
            .unwrap();
    }
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let offers = Offers::new(&PASSWORDS);
        let options = options(at(NOW), VerifyLevel::Names);
        let scan = || night(folder.path(), &options, &offers, &NoCache);
        let backups = pool.build().unwrap().install(scan);
        let sources = backups.iter().map(|one| {
            let proof = one.password_proof.as_ref();
            (
                one.password,
                proof.map_or("none", |proof| proof.source.as_str()),
            )
        });
        let mut count = BTreeMap::new();
        for source in sources {
            *count.entry(source).or_insert(0) += 1;
        }
        let wanted = [
            ((Password::Proven, "passwords.csv line 1"), 5),
            ((Password::Proven, "passwords.csv line 2"), 5),
            ((Password::Proven, "passwords.csv line 3"), 5),
            ((Password::Proven, "passwords.csv line 4"), 4),
            ((Password::Wrong, "none"), 4),
        ];
        assert_eq!(count, BTreeMap::from(wanted), "{threads} threads");
        assert_eq!(offers.asked(), 23);
        let whole = backups
            .iter()
            .filter(|one| one.restorable == Restorable::Yes);
        assert_eq!(whole.count(), 19);
    }
}

/// Cancelled once it was asked a hundred times.
#[derive(Default)]
struct Impatient(AtomicU64);

impl Progress for Impatient {
    fn report(&self, _: Event) {}

    fn cancelled(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) > 100
    }
}

/// All that a scan of one backup does beside the derivation asks less often than that.
#[test]
fn a_run_ends_in_the_middle_of_a_derivation() {
    let (folder, _) = with_keybag(|keybag| {
        let at = keybag.windows(4).position(|tag| tag == b"DPIC").unwrap();
        keybag[at + 8..at + 12].copy_from_slice(&10_000_000_u32.to_be_bytes());
    });
    let inputs = Inputs {
        roots: vec![folder.path().to_owned()],
        ..Inputs::default()
    };
    let services = ScanServices {
        passwords: &Offers::new(&[PASSWORD]),
        cache: &NoCache,
        progress: &Impatient::default(),
    };
    let fleet = scan(&inputs, &options(at(NOW), VerifyLevel::Names), &services);
    assert!(fleet.devices.iter().all(|device| device.backups.is_empty()));
}
