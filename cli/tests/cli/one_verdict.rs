//! `scan`, `verify` and `swap` have one word for one folder: over every checked-in fleet, and over backups
//! that are hollow, cut, thin or overwritten.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fleetback_testdata::backup::alter;
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::damage::{Damage, DatabaseDamage, PlistDamage, PlistFile};
use fleetback_testdata::backup::file_type::begin_as_named;
use fleetback_testdata::backup::keybag::Kdf;
use fleetback_testdata::backup::payload::{Entry, file_id};
use fleetback_testdata::device::DeviceIds;
use fleetback_testdata::rng::Rng;
use fleetback_testdata::{disk, when};
use serde_json::Value;

use crate::fleets;
use crate::sandbox::{NOW, Sandbox, exit_code, stderr, stdout};

fn json(sandbox: &Sandbox, args: &[&str]) -> Value {
    let output = sandbox.run(&[args, &["--now", NOW, "--json", "-"]].concat());
    serde_json::from_str(&stdout(&output))
        .unwrap_or_else(|_| panic!("{args:?}: {}{}", stdout(&output), stderr(&output)))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The backups of a scan, by folder.
fn scanned(sandbox: &Sandbox, root: &str, level: &[&str]) -> BTreeMap<String, Value> {
    let results = json(sandbox, &[&["scan", root, "--no-history"], level].concat());
    let devices = list(&results["devices"]).iter();
    let backups = devices.flat_map(|device| list(&device["backups"]));
    backups
        .map(|backup| (text(backup, "path").to_owned(), backup.clone()))
        .collect()
}

/// `verify` says of every folder what `scan` says.
fn verify_agrees(sandbox: &Sandbox, root: &str, level: &[&str]) -> BTreeMap<String, Value> {
    let scanned = scanned(sandbox, root, level);
    let verified = json(
        sandbox,
        &[&["verify", root, "--no-history"], level].concat(),
    );
    let verified = list(&verified["backups"]);
    assert_eq!(verified.len(), scanned.len(), "{root}");
    for backup in verified {
        let other = &scanned[text(backup, "path")];
        for key in [
            "state",
            "restorable",
            "restorable_reason",
            "password",
            "files",
        ] {
            assert_eq!(backup[key], other[key], "{key} of {}", backup["path"]);
        }
        let levels = [backup, other].map(|one| one["verified"]["level"].clone());
        assert_eq!(levels[0], levels[1], "{}", backup["path"]);
    }
    scanned
}

/// What the swap desk may say of a folder's completeness, given the word of the scan.
fn allowed(backup: &Value) -> &'static [&'static str] {
    let is_deep = ["sizes", "contents"].contains(&backup["verified"]["level"].as_str().unwrap());
    match (text(backup, "state"), text(backup, "restorable")) {
        ("in-progress", _) | (_, "no") => &["blocks"],
        (_, "yes") if is_deep => &["pass", "warns"],
        _ => &["cannot-tell"],
    }
}

/// `swap` says of the only backup of a device what `scan` says; how many devices were asked for.
fn swap_agrees(sandbox: &Sandbox, root: &str, backups: &[&Value], level: &[&str]) -> usize {
    let serial = |backup: &Value| text(backup, "serial_number").to_owned();
    let mut of: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for backup in backups {
        of.entry(serial(backup)).or_default().push(backup);
    }
    let is_asked = |backup: &Value| {
        backup["archived"] != true && text(backup, "state") != "fake" && !serial(backup).is_empty()
    };
    let asked: Vec<&Value> = of
        .values()
        .filter_map(|all| match all.as_slice() {
            [one] if is_asked(one) => Some(*one),
            _ => None,
        })
        .collect();
    if asked.is_empty() {
        return 0;
    }
    let serials: Vec<String> = asked.iter().map(|backup| serial(backup)).collect();
    let serials: Vec<&str> = serials.iter().map(String::as_str).collect();
    let tickets = json(
        sandbox,
        &[&["swap", "--root", root], level, &serials[..]].concat(),
    );
    for (backup, ticket) in asked.iter().zip(list(&tickets["swaps"])) {
        let answers = list(&ticket["answers"]);
        let complete = answers.iter().find(|answer| answer["rule"] == "S2");
        let Some(complete) = complete else {
            panic!("{}: {}", backup["path"], ticket["reason"]);
        };
        assert!(
            allowed(backup).contains(&text(complete, "answer")),
            "{}: scan says {} ({}), swap says {} ({})",
            backup["path"],
            backup["restorable"],
            backup["restorable_reason"],
            complete["answer"],
            complete["evidence"]
        );
    }
    asked.len()
}

#[test]
fn over_every_fleet() {
    let sandbox = Sandbox::new();
    for name in fleets::names() {
        fleets::copy(&name, &sandbox, &format!("all/{name}"));
    }
    let scanned = verify_agrees(&sandbox, "all", &[]);
    assert!(scanned.len() > 40, "{}", scanned.len());
    let mut asked = 0;
    for name in fleets::names() {
        let root = format!("all/{name}/backups");
        if sandbox.path(&root).exists() {
            let own = scanned.iter().filter(|(path, _)| path.starts_with(&root));
            let own: Vec<&Value> = own.map(|(_, backup)| backup).collect();
            asked += swap_agrees(&sandbox, &root, &own, &[]);
        }
    }
    assert!(asked > 25, "{asked}");
}

const PHOTO: (&str, &str) = ("CameraRollDomain", "Media/DCIM/100APPLE/LONG.HEIC");
const DATABASE: (&str, &str) = ("AppDomain-com.example.timetable", "Documents/long.sqlite");

fn builder(seed: u64) -> BackupBuilder {
    let mut rng = Rng::new(seed);
    let mut long = |(domain, path): (&str, &str)| {
        Entry::file(domain, path, 3, begin_as_named(path, rng.bytes(60_000)))
    };
    BackupBuilder::new(seed)
        .completed("2026-11-20T03:30:00Z")
        .files(30)
        .entry(long(PHOTO))
        .entry(long(DATABASE))
}

fn payload(folder: &Path, (domain, path): (&str, &str)) -> std::path::PathBuf {
    alter::payload(folder, &file_id(domain, path))
}

/// What is done to a folder after it was written.
type Change = fn(&Path);

const CHANGES: &[Change] = &[
    |_| (),
    |path| alter::empty_payloads(path).unwrap(),
    |path| alter::cut(&payload(path, PHOTO), 4_096).unwrap(),
    // as a database in use explains
    |path| alter::cut(&payload(path, DATABASE), 49_152).unwrap(),
    |path| alter::cut(&payload(path, DATABASE), 8_192).unwrap(),
    |path| alter::zeros(&payload(path, PHOTO), 60_000).unwrap(),
    |path| alter::zeros(&payload(path, ("HomeDomain", "Library/SMS/sms.db")), 64).unwrap(),
    |path| disk::write(&payload(path, DATABASE), &[7; 70_000]).unwrap(),
    |path| alter::keep_folders(path, 3).unwrap(),
    |path| alter::icloud_stub(&payload(path, PHOTO)).unwrap(),
    |path| alter::sql(path, "UPDATE Files SET file = NULL WHERE flags = 1").unwrap(),
    |path| {
        alter::sql(
            path,
            "UPDATE Files SET flags = 8 WHERE domain = 'HomeDomain'",
        )
        .unwrap();
    },
    |path| alter::sql(path, "DELETE FROM Files WHERE domain <> 'HomeDomain'").unwrap(),
    |path| alter::sql_in_wal(path, "DELETE FROM Files WHERE domain = 'HomeDomain'").unwrap(),
];

fn damage() -> Vec<Damage> {
    vec![
        Damage::FilesMissing(2),
        Damage::FilesExtra(2),
        Damage::FilesTruncated(2),
        Damage::AllFilesMissing,
        Damage::CutShortRemoving(when::at("2026-11-19T22:00:00Z")),
        Damage::DecryptedCopy,
        Damage::Placeholder,
        Damage::WalBeside,
        Damage::Database(DatabaseDamage::Truncated),
        Damage::Database(DatabaseDamage::LooksEncrypted),
        Damage::Database(DatabaseDamage::ZeroBytes),
        Damage::Plist(PlistFile::Status, PlistDamage::Missing),
        Damage::Plist(PlistFile::Manifest, PlistDamage::Truncated),
    ]
}

/// Plain and encrypted backups of every kind of damage, each of a device of its own.
fn damaged() -> Sandbox {
    let sandbox = Sandbox::new();
    let mut seed = 0;
    let mut write = |damage: Option<&Damage>, change: Change, password: bool| {
        seed += 1;
        let ids = DeviceIds::new(seed, "iPhone12,1");
        let plain = builder(seed).serial(&format!("C39TEST{seed:05}")).ids(ids);
        let built = match password {
            true => plain.encrypted("pw", Kdf::fast()),
            false => plain,
        };
        let built = damage
            .cloned()
            .into_iter()
            .fold(built, BackupBuilder::damage);
        change(&built.write(&sandbox.path("backups")).unwrap().path);
    };
    for change in CHANGES {
        write(None, *change, false);
    }
    for change in &CHANGES[..9] {
        write(None, *change, true);
    }
    for damage in damage() {
        write(Some(&damage), |_| (), false);
    }
    disk::touch_all(&sandbox.path("backups"), when::at("2027-01-01T00:00:00Z")).unwrap();
    sandbox
}

#[test]
fn over_every_kind_of_damage_at_every_level() {
    let sandbox = damaged();
    fs::write(sandbox.path("pw.csv"), "id,password\n*,pw\n").unwrap();
    private(&sandbox.path("pw.csv"));
    for level in ["", "names", "sizes", "contents"] {
        let level = match level {
            "" => vec!["--passwords", "pw.csv"],
            level => vec!["--verify", level, "--passwords", "pw.csv"],
        };
        let scanned = verify_agrees(&sandbox, "backups", &level);
        let backups: Vec<&Value> = scanned.values().collect();
        let asked = swap_agrees(&sandbox, "backups", &backups, &level);
        assert!(asked >= 25, "{level:?}: {asked} of {}", backups.len());
    }
    let without = verify_agrees(&sandbox, "backups", &[]);
    swap_agrees(
        &sandbox,
        "backups",
        &without.values().collect::<Vec<_>>(),
        &[],
    );
}

fn private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// What differs by no more than a database in use explains restores, for `verify` at every level.
#[test]
fn verify_ends_as_the_word_says() {
    let ends = |change: Change, level: &str| {
        let sandbox = Sandbox::new();
        change(&builder(1).write(&sandbox.path("backups")).unwrap().path);
        let args = [
            "verify",
            "backups",
            "--no-history",
            "--now",
            NOW,
            "--verify",
            level,
        ];
        let output = sandbox.run(&args);
        (exit_code(&output), stdout(&output))
    };
    let in_use: Change = |path| alter::cut(&payload(path, DATABASE), 49_152).unwrap();
    let cut: Change = |path| alter::cut(&payload(path, PHOTO), 4_096).unwrap();
    for level in ["sizes", "contents"] {
        for (change, want) in [((|_| ()) as Change, 0), (in_use, 0), (cut, 1)] {
            let (exit, text) = ends(change, level);
            assert_eq!(exit, want, "{level}: {text}");
        }
    }
}

/// A second folder of hard links is no second copy; a folder of real copies is.
#[cfg(unix)]
#[test]
fn hard_links_are_no_second_copy() {
    let second = |how: fn(&Path, &Path)| {
        let sandbox = Sandbox::with(&[builder(1).serial("C39TEST00001")]);
        let from = sandbox.path("backups");
        for file in disk::files_below(&from).unwrap() {
            let to = sandbox.path("kept").join(file.strip_prefix(&from).unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            how(&file, &to);
        }
        let roots = [
            "swap",
            "C39TEST00001",
            "--root",
            "backups",
            "--root",
            "kept",
        ];
        let tickets = json(&sandbox, &roots);
        let answers = list(&tickets["swaps"][0]["answers"]);
        let copies = answers
            .iter()
            .find(|answer| answer["rule"] == "S20")
            .unwrap();
        text(copies, "answer").to_owned()
    };
    assert_eq!(second(|from, to| fs::hard_link(from, to).unwrap()), "warns");
    assert_eq!(second(|from, to| _ = fs::copy(from, to).unwrap()), "pass");
}
