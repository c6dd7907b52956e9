//! Nothing is left below a root, nothing hangs, and the same evidence gives the same bytes.

use fleetback_testdata::backup::damage::{Damage, DatabaseDamage, PlistDamage, PlistFile};

use crate::sandbox::{Sandbox, exit_code, fingerprint, healthy, stderr};

fn damaged() -> Sandbox {
    let sandbox = Sandbox::with(&[healthy(1), healthy(2)]);
    for (seed, damage) in (10..).zip([
        Damage::Database(DatabaseDamage::ZeroBytes),
        Damage::Database(DatabaseDamage::Truncated),
        Damage::Database(DatabaseDamage::NoTable),
        Damage::Plist(PlistFile::Info, PlistDamage::Truncated),
        Damage::Plist(PlistFile::Status, PlistDamage::SelfReferring),
        Damage::Plist(PlistFile::Manifest, PlistDamage::NestedArrays(200_000)),
        Damage::FilesMissing(2),
        Damage::WalBeside,
        Damage::StrayFiles,
        Damage::Fake,
        Damage::Placeholder,
    ]) {
        sandbox.add(&fleetback_testdata::backup::builder::BackupBuilder::new(seed).damage(damage));
    }
    sandbox
}

#[test]
fn nothing_below_a_root_is_changed() {
    let sandbox = damaged();
    let before = fingerprint(&sandbox.path("backups"));
    let output = sandbox.scan(&[
        "backups", "--csv", "a.csv", "--html", "a.html", "--json", "a.json",
    ]);
    assert_eq!(
        fingerprint(&sandbox.path("backups")),
        before,
        "{}",
        stderr(&output)
    );
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let sandbox = damaged();
    for threads in ["1", "8"] {
        let [csv, html, json] = ["csv", "html", "json"].map(|kind| format!("{threads}.{kind}"));
        let outputs = ["--csv", &csv, "--html", &html, "--json", &json];
        sandbox.scan(
            &[
                &["backups", "--no-history", "--threads", threads],
                &outputs[..],
            ]
            .concat(),
        );
    }
    for kind in ["csv", "html", "json"] {
        let [one, eight] = ["1", "8"]
            .map(|n| crate::demo::without_free_room(&sandbox.read(&format!("{n}.{kind}"))));
        assert!(one == eight, "{kind} differs");
    }
}

#[cfg(unix)]
#[test]
fn a_fifo_named_like_a_plist_does_not_hang_the_night() {
    for file in [PlistFile::Info, PlistFile::Status, PlistFile::Manifest] {
        let sandbox = Sandbox::with(&[
            healthy(1),
            healthy(2).damage(Damage::Plist(file, PlistDamage::Fifo)),
        ]);
        let output = sandbox.scan(&["backups", "--csv", "a.csv"]);
        assert!(
            [0, 1, 3].contains(&exit_code(&output)),
            "{file:?}: {}",
            stderr(&output)
        );
    }
}
