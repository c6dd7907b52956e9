//! Nothing is left below a root, nothing hangs, and the same evidence gives the same bytes.

use fleetback_testdata::backup::wound::{DatabaseWound, PlistFile, PlistWound, Wound};

use crate::desk::{Desk, code, fingerprint, said, sound};

fn wounded() -> Desk {
    let desk = Desk::with(&[sound(1), sound(2)]);
    for (seed, wound) in (10..).zip([
        Wound::Database(DatabaseWound::ZeroBytes),
        Wound::Database(DatabaseWound::Truncated),
        Wound::Database(DatabaseWound::NoTable),
        Wound::Plist(PlistFile::Info, PlistWound::Truncated),
        Wound::Plist(PlistFile::Status, PlistWound::SelfReferring),
        Wound::Plist(PlistFile::Manifest, PlistWound::NestedArrays(200_000)),
        Wound::FilesMissing(2),
        Wound::WalBeside,
        Wound::StrayFiles,
        Wound::Fake,
        Wound::Placeholder,
    ]) {
        desk.add(&fleetback_testdata::backup::builder::BackupBuilder::new(seed).wound(wound));
    }
    desk
}

#[test]
fn nothing_below_a_root_is_changed() {
    let desk = wounded();
    let before = fingerprint(&desk.path("backups"));
    let output = desk.scan(&[
        "backups", "--csv", "a.csv", "--html", "a.html", "--json", "a.json",
    ]);
    assert_eq!(
        fingerprint(&desk.path("backups")),
        before,
        "{}",
        said(&output)
    );
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let desk = wounded();
    for threads in ["1", "8"] {
        let [csv, html, json] = ["csv", "html", "json"].map(|kind| format!("{threads}.{kind}"));
        let outputs = ["--csv", &csv, "--html", &html, "--json", &json];
        desk.scan(
            &[
                &["backups", "--no-history", "--threads", threads],
                &outputs[..],
            ]
            .concat(),
        );
    }
    for kind in ["csv", "html", "json"] {
        let [one, eight] =
            ["1", "8"].map(|n| crate::demo::without_free_room(&desk.read(&format!("{n}.{kind}"))));
        assert!(one == eight, "{kind} differs");
    }
}

#[cfg(unix)]
#[test]
fn a_fifo_named_like_a_plist_does_not_hang_the_night() {
    for file in [PlistFile::Info, PlistFile::Status, PlistFile::Manifest] {
        let desk = Desk::with(&[
            sound(1),
            sound(2).wound(Wound::Plist(file, PlistWound::Fifo)),
        ]);
        let output = desk.scan(&["backups", "--csv", "a.csv"]);
        assert!(
            [0, 1, 3].contains(&code(&output)),
            "{file:?}: {}",
            said(&output)
        );
    }
}
