//! Each rule just inside and just outside.

use std::collections::BTreeMap;

use fleetback_report::results::{Code, FixId, Severity, *};
use fleetback_report::swap::answer::Outcome::{self, Blocks, CannotTell, Loses, Pass, Warns};
use fleetback_report::swap::answer::WaitsFor;
use fleetback_report::swap::rules::{Kind, RULES};
use fleetback_report::swap::target::Target;
use fleetback_scanner::model::backup::*;
use fleetback_scanner::model::management::{CapacityUnit, Validity};

use crate::common;
use crate::desk::*;

#[test]
fn s1_the_backup_is_no_older_than_24_hours() {
    let old = |seconds| with(bare(), local(seconds));
    check("S1", &old(DAY), None, Pass);
    check("S1", &old(DAY + 1), None, Blocks);
    check("S1", &icloud(bare(), DAY, HOUR), None, Pass);
    check("S1", &icloud(bare(), DAY + 1, DAY), None, Blocks);
    check("S1", &icloud(bare(), DAY + 1, DAY + 1), None, CannotTell);
}

#[test]
fn s1_without_a_backup_never_and_untold_are_two_words() {
    check("S1", &bare(), None, CannotTell);
    let never = Device {
        status: Status::Never,
        ..managed(bare(), |_| ())
    };
    check("S1", &never, None, Blocks);
    let heard_long_ago = managed(never.clone(), |mdm| mdm.last_seen = Some(ago(DAY + 1)));
    check("S1", &heard_long_ago, None, CannotTell);
    let off = Device {
        icloud: Icloud {
            enabled: Some(false),
            ..Icloud::default()
        },
        ..heard_long_ago
    };
    check("S1", &off, None, Blocks);
    let failed = Device {
        status: Status::Failed,
        ..bare()
    };
    check("S1", &failed, None, Blocks);
}

#[test]
fn s1_s2_s21_say_nothing_when_the_evidence_is_too_old() {
    let answers = |seconds| ask_later(&phone(), None, seconds);
    for rule in ["S1", "S2", "S21"] {
        let of = |seconds| {
            answers(seconds)
                .into_iter()
                .find(|a| a.rule == rule)
                .unwrap()
        };
        assert_eq!(of(DAY).answer, Pass, "{rule}");
        assert_eq!(of(DAY + 1).answer, CannotTell, "{rule}");
        assert!(of(DAY + 1).decides, "{rule}");
    }
}

#[test]
fn s2_the_backup_is_complete() {
    let changed = |change: fn(&mut Backup)| {
        let mut backup = local(HOUR);
        change(&mut backup);
        with(bare(), backup)
    };
    check("S2", &phone(), None, Pass);
    check("S2", &icloud(bare(), HOUR, HOUR), None, Pass);
    check(
        "S2",
        &changed(|b| b.state = State::InProgress),
        None,
        Blocks,
    );
    check(
        "S2",
        &changed(|b| b.state = State::AttemptFailed),
        None,
        Warns,
    );
    check(
        "S2",
        &changed(|b| b.state = State::CleanupUnfinished),
        None,
        Warns,
    );
    check("S2", &with(bare(), locked(HOUR)), None, CannotTell);
    check(
        "S2",
        &changed(|b| b.restorable = Restorable::No),
        None,
        Blocks,
    );
    check(
        "S2",
        &changed(|b| b.restorable = Restorable::Unknown),
        None,
        CannotTell,
    );
}

/// What damages a file makes the backup not restorable, at every level that looks.
#[test]
fn s2_has_one_word_for_a_folder_at_every_level() {
    let differing = |level, different| {
        let mut backup = local(HOUR);
        backup.verified.level = level;
        backup.files = backup.files.map(|files| FileCount {
            different: Some(different),
            ..files
        });
        with(bare(), backup)
    };
    for level in [VerifyLevel::Sizes, VerifyLevel::Contents] {
        check("S2", &differing(level, 0), None, Pass);
        check("S2", &differing(level, 1), None, Warns);
    }
}

#[test]
fn s2_rests_on_sizes_that_were_looked_at_lately() {
    let checked = |level, seconds| {
        let verified = Verified {
            level,
            at: ago(seconds),
        };
        with(
            bare(),
            Backup {
                verified,
                ..local(HOUR)
            },
        )
    };
    let (names, sizes) = (VerifyLevel::Names, VerifyLevel::Sizes);
    check("S2", &checked(VerifyLevel::State, 0), None, CannotTell);
    check("S2", &checked(names, 0), None, CannotTell);
    check("S2", &checked(sizes, 0), None, Pass);
    check("S2", &checked(VerifyLevel::Contents, 0), None, Pass);
    check("S2", &checked(sizes, DAY), None, Pass);
    check("S2", &checked(sizes, DAY + 1), None, CannotTell);
    let said = |device| answer(&device, None, "S2");
    assert!(said(checked(names, 0)).decides);
    assert!(
        said(checked(sizes, 3 * HOUR))
            .evidence
            .contains("checked 3 hours ago (sizes)")
    );
    let remedy = |device| said(device).remedy.unwrap();
    assert!(remedy(checked(names, 0)).contains("--verify sizes"));
    let mut incomparable = local(HOUR);
    incomparable.verified.level = names;
    incomparable.files = incomparable.files.map(|files| FileCount {
        incomparable: 21,
        ..files
    });
    assert!(remedy(with(bare(), incomparable)).contains("Back it up now"));
}

#[test]
fn s2_where_nothing_is_good() {
    let bad = |change: fn(&mut Backup)| {
        let mut backup = Backup {
            good: false,
            ..local(HOUR)
        };
        change(&mut backup);
        Device {
            status: Status::Failed,
            ..with(bare(), backup)
        }
    };
    check("S2", &bad(|b| b.restorable = Restorable::No), None, Blocks);
    check(
        "S2",
        &bad(|b| b.restorable = Restorable::Unknown),
        None,
        CannotTell,
    );
    // Whole, and no good for another reason, which S1 or S21 tells.
    check("S2", &bad(|_| ()), None, Pass);
    check("S1", &bad(|_| ()), None, Blocks);
    check("S2", &bare(), None, CannotTell);
    let never = Device {
        status: Status::Never,
        ..managed(bare(), |_| ())
    };
    check("S2", &never, None, Blocks);
}

fn running(version: &str) -> Target {
    Target {
        os_version: Some(version.to_owned()),
        ..new_device()
    }
}

#[test]
fn s3_versions_are_compared_as_numbers_to_the_patch() {
    let made_with = |version: &str| {
        with(
            bare(),
            Backup {
                os_version: Some(version.to_owned()),
                ..local(HOUR)
            },
        )
    };
    check("S3", &made_with("18.6.2"), Some(&running("18.6.2")), Pass);
    check("S3", &made_with("18.6.2"), Some(&running("18.6.1")), Blocks);
    check("S3", &made_with("18.9"), Some(&running("18.10")), Pass);
    check("S3", &made_with("18.10"), Some(&running("18.9")), Blocks);
    check("S3", &made_with("9.3.5"), Some(&running("10.0")), Pass);
    check("S3", &phone(), None, CannotTell);
    check("S3", &phone(), Some(&new_device()), CannotTell);
    let untold = Device {
        os_version: None,
        ..made_with("")
    };
    check("S3", &untold, Some(&running("26.1")), CannotTell);
}

#[test]
fn s3_asks_for_the_highest_version_that_a_plist_names() {
    let made = |manifest: &str, info: &str, required: &str| {
        let version = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let backup = Backup {
            os_version: version(manifest),
            info_os_version: version(info),
            required_os_version: version(required),
            ..local(HOUR)
        };
        with(bare(), backup)
    };
    let new = running("26.1");
    check("S3", &made("26.1", "26.1", "26.1"), Some(&new), Pass);
    check("S3", &made("26.2", "26.1", "26.1"), Some(&new), Blocks);
    check("S3", &made("26.1", "26.2", "26.1"), Some(&new), Blocks);
    check("S3", &made("26.1", "26.1", "26.2"), Some(&new), Blocks);
    check("S3", &made("26.1", "", "15.0"), Some(&new), Pass);
    check("S3", &made("", "", "26.2"), Some(&new), Blocks);
    check("S3", &made("26.1", "nonsense", ""), Some(&new), Pass);
    let said = answer(&made("26.1", "26.1", "26.2"), Some(&new), "S3");
    assert!(
        said.evidence.contains("26.2 (RequiredProductVersion)"),
        "{}",
        said.evidence
    );
}

#[test]
fn s3_asks_whether_the_model_runs_it_at_all() {
    let of = |version: &str| {
        with(
            bare(),
            Backup {
                os_version: Some(version.to_owned()),
                ..local(HOUR)
            },
        )
    };
    // The iPhone X stopped at iOS 16.
    let model = Target {
        product_type: Some("iPhone10,3".to_owned()),
        one_device: false,
        ..new_device()
    };
    check("S3", &of("16.7"), Some(&model), Warns);
    check("S3", &of("17.0"), Some(&model), Blocks);
    // one device of that model, whose own version is unknown
    let certain = Target {
        one_device: true,
        ..model.clone()
    };
    check("S3", &of("16.7"), Some(&certain), CannotTell);
    let claims_more = Target {
        os_version: Some("26.0".to_owned()),
        ..model
    };
    check("S3", &of("17.0"), Some(&claims_more), Blocks);
    let unheard_of = Target {
        product_type: Some("iPhone99,9".to_owned()),
        one_device: false,
        ..new_device()
    };
    check("S3", &of("17.0"), Some(&unheard_of), CannotTell);
}

#[test]
fn s3_of_an_icloud_backup_is_the_version_of_the_device() {
    let device = Device {
        os_version: Some("18.6".to_owned()),
        ..icloud(bare(), HOUR, HOUR)
    };
    check("S3", &device, Some(&running("18.6")), Pass);
    check("S3", &device, Some(&running("18.5.9")), Blocks);
}

fn sized(gigabytes: f64) -> Target {
    Target {
        capacity_gb: Some(gigabytes),
        ..new_device()
    }
}

#[test]
fn s4_ten_per_cent_more_than_the_backup_must_fit() {
    let mut backup = local(HOUR);
    backup.files = backup.files.map(|files| FileCount {
        bytes: Some(100_000_000_000),
        ..files
    });
    let device = with(bare(), backup);
    check("S4", &device, Some(&sized(110.1)), Pass);
    check("S4", &device, Some(&sized(109.9)), Blocks);
    check("S4", &device, None, CannotTell);
    check("S4", &device, Some(&new_device()), CannotTell);
    let itself = Target {
        same_device: true,
        ..new_device()
    };
    check("S4", &device, Some(&itself), Pass);
}

#[test]
fn s4_what_the_old_device_holds_should_fit() {
    let used = |gigabytes: f64| {
        managed(icloud(bare(), HOUR, HOUR), |mdm| {
            storage(mdm, CapacityUnit::Gigabytes, 128.0, 128.0 - gigabytes);
        })
    };
    check("S4", &used(57.5), Some(&sized(64.0)), Pass);
    check("S4", &used(57.7), Some(&sized(64.0)), Warns);
    let counted_in = |unit, all: f64| {
        managed(icloud(bare(), HOUR, HOUR), |mdm| {
            storage(mdm, unit, all, all / 2.0);
        })
    };
    let says = |device: &Device, want: &str| {
        let found = answer(device, Some(&sized(128.0)), "S4");
        assert_eq!(found.answer, Pass);
        assert!(found.evidence.contains(want), "{}", found.evidence);
    };
    for (unit, all) in [
        (CapacityUnit::Bytes, 64e9),
        (CapacityUnit::Megabytes, 64e3),
        (CapacityUnit::Gigabytes, 64.0),
    ] {
        says(&counted_in(unit, all), "the old device holds about 32.0 GB");
    }
    let without_unit = managed(icloud(bare(), HOUR, HOUR), |mdm| {
        (mdm.capacity, mdm.available) = (Some(64e3), Some(32e3));
    });
    check("S4", &without_unit, Some(&sized(64.0)), CannotTell);
    check(
        "S4",
        &icloud(bare(), HOUR, HOUR),
        Some(&sized(64.0)),
        CannotTell,
    );
}

#[test]
fn s5_what_an_unencrypted_backup_lacks() {
    check("S5", &phone(), None, Pass);
    check("S5", &with(bare(), plain(HOUR)), None, Loses);
    check("S5", &icloud(bare(), HOUR, HOUR), None, Pass);
    let untold = with(
        bare(),
        Backup {
            encrypted: None,
            ..plain(HOUR)
        },
    );
    check("S5", &untold, None, CannotTell);
}

#[test]
fn s6_an_unproven_password_blocks_on_the_only_copy() {
    let locked_phone = with(bare(), locked(HOUR));
    check("S6", &phone(), None, Pass);
    check("S6", &locked_phone, None, Blocks);
    assert!(
        answer(&locked_phone, None, "S6")
            .remedy
            .unwrap()
            .starts_with("Give the password")
    );
    check("S6", &icloud(locked_phone.clone(), DAY, HOUR), None, Warns);
    check("S6", &icloud(locked_phone, DAY + 1, HOUR), None, Blocks);
    check("S6", &with(bare(), plain(HOUR)), None, Pass);
    let wrong = Backup {
        password: Password::Wrong,
        ..locked(HOUR)
    };
    check("S6", &with(bare(), wrong), None, Blocks);
    let damaged = Backup {
        password: Password::KeybagDamaged,
        good: false,
        ..locked(HOUR)
    };
    check("S6", &with(bare(), damaged), None, Blocks);
}

/// An archived copy is restored where nothing newer will do: its password counts then.
#[test]
fn s6_asks_of_the_copy_that_will_be_restored() {
    let below_a_broken_one = |archived: Backup| {
        let older = Backup {
            archived: true,
            ..archived
        };
        let broken = Backup {
            good: false,
            restorable: Restorable::No,
            ..plain(60)
        };
        with(with(bare(), older), broken)
    };
    check("S6", &below_a_broken_one(local(HOUR)), None, Pass);
    check("S6", &below_a_broken_one(plain(HOUR)), None, Pass);
    check("S6", &below_a_broken_one(locked(HOUR)), None, Blocks);
}

#[test]
fn s7_most_of_a_device_may_lie_in_icloud() {
    let used = |gigabytes: f64| {
        let mut backup = local(HOUR);
        backup.files = backup.files.map(|files| FileCount {
            bytes: Some(5_000_000_000),
            ..files
        });
        managed(with(bare(), backup), |mdm| {
            storage(mdm, CapacityUnit::Gigabytes, 128.0, 128.0 - gigabytes);
        })
    };
    check("S7", &used(20.5), None, Warns);
    check("S7", &used(19.5), None, CannotTell);
    assert!(answer(&used(19.5), None, "S7").by_hand);
    let holds = |stored: u64| {
        let mut backup = local(HOUR);
        backup.files = backup.files.map(|files| FileCount {
            bytes: Some(stored),
            ..files
        });
        managed(with(bare(), backup), |mdm| {
            storage(mdm, CapacityUnit::Gigabytes, 128.0, 88.0);
        })
    };
    check("S7", &holds(9_999_999_999), None, Warns);
    check("S7", &holds(10_000_000_000), None, CannotTell);
}

#[test]
fn s7_names_what_the_list_holds_and_lacks() {
    let all = ListedData {
        messages: true,
        photos: true,
        contacts: true,
        notes: true,
        whatsapp: true,
        whatsapp_is_installed: true,
    };
    let listing = |listed_data| {
        let backup = Backup {
            listed_data,
            ..local(HOUR)
        };
        answer(&with(bare(), backup), None, "S7")
    };
    let whole = listing(Some(all));
    assert_eq!(whole.answer, CannotTell);
    assert!(
        whole
            .evidence
            .starts_with("in this backup: messages, photos"),
        "{}",
        whole.evidence
    );
    let lacks = |change: fn(&mut ListedData)| {
        let mut data = all;
        change(&mut data);
        let said = listing(Some(data));
        let lack = said
            .evidence
            .strip_prefix("not in this backup: ")
            .map(|rest| rest.split("; in iCloud?").next().unwrap().to_owned());
        assert_eq!(said.answer == Warns, lack.is_some(), "{}", said.evidence);
        lack.unwrap_or_default()
    };
    assert_eq!(lacks(|_| ()), "");
    assert_eq!(lacks(|d| d.messages = false), "messages");
    assert_eq!(lacks(|d| d.photos = false), "photos of the camera");
    assert_eq!(
        lacks(|d| (d.contacts, d.notes) = (false, false)),
        "contacts, notes"
    );
    assert_eq!(lacks(|d| d.whatsapp = false), "chats of WhatsApp");
    // not installed, so nothing of it is missed
    assert_eq!(
        lacks(|d| (d.whatsapp, d.whatsapp_is_installed) = (false, false)),
        ""
    );
    let unread = listing(None);
    assert_eq!(unread.answer, CannotTell);
    assert!(
        unread.evidence.starts_with("no backup holds"),
        "{}",
        unread.evidence
    );
    assert!(unread.evidence.contains("an eSIM"));
}

#[test]
fn s8_saved_passwords_of_an_icloud_backup_stay_with_the_device() {
    let cloud = icloud(bare(), HOUR, HOUR);
    check("S8", &cloud, None, Loses);
    check("S8", &cloud, Some(&new_device()), Loses);
    check(
        "S8",
        &cloud,
        Some(&Target {
            same_device: true,
            ..new_device()
        }),
        Pass,
    );
    check("S8", &phone(), None, Pass);
    check("S8", &with(bare(), plain(HOUR)), None, Loses);
    let untold = Backup {
        encrypted: None,
        ..plain(HOUR)
    };
    check("S8", &with(bare(), untold), None, CannotTell);
}

#[test]
fn s9_both_are_supervised_or_neither() {
    let old = |supervised| managed(phone(), |mdm| mdm.supervised = supervised);
    let new = |supervised| Target {
        supervised,
        ..new_device()
    };
    check("S9", &old(Some(true)), Some(&new(Some(true))), Pass);
    check("S9", &old(Some(true)), Some(&new(Some(false))), Warns);
    check("S9", &old(Some(false)), Some(&new(Some(true))), Warns);
    check("S9", &old(None), Some(&new(Some(true))), CannotTell);
    check("S9", &old(Some(true)), Some(&new(None)), CannotTell);
    check("S9", &old(Some(true)), None, CannotTell);
}

/// Apple Configurator took a backup for a device supervised alike; since iOS 27 a backup brings no
/// supervision at all.
#[test]
fn s9_s10_management_stays_behind_since_ios_27() {
    let made_with = |version: &str, supervised| {
        let backup = Backup {
            os_version: Some(version.to_owned()),
            info_os_version: None,
            ..local(HOUR)
        };
        managed(with(bare(), backup), |mdm| mdm.supervised = supervised)
    };
    let new = |supervised| Target {
        supervised,
        ..new_device()
    };
    let itself = |supervised| Target {
        same_device: true,
        ..new(supervised)
    };
    let (yes, no) = (Some(true), Some(false));
    let told = |device: &Device, target: &Target| answer(device, Some(target), "S9").evidence;
    let configurator = told(&made_with("26.9", yes), &new(no));
    assert!(configurator.contains("Configurator"), "{configurator}");
    let lost = told(&made_with("27.0", yes), &new(no));
    assert!(lost.contains("do not come back"), "{lost}");
    check("S9", &made_with("27.0", yes), Some(&new(no)), Warns);
    check("S9", &made_with("27.0", yes), Some(&new(yes)), Pass);
    check("S9", &made_with("27.0", no), Some(&new(yes)), Pass);
    check("S9", &made_with("27.0", None), Some(&new(yes)), CannotTell);
    check("S9", &made_with("26.9", yes), Some(&itself(yes)), Pass);
    check("S9", &made_with("27.0", yes), Some(&itself(yes)), Warns);
    // a backup of 26, restored by a device that has 27
    let newer = Target {
        os_version: Some("27.0".to_owned()),
        ..new(no)
    };
    check("S9", &made_with("26.9", yes), Some(&newer), Warns);
    assert!(told(&made_with("26.9", yes), &newer).contains("do not come back"));

    check("S10", &made_with("26.9", yes), Some(&new(yes)), CannotTell);
    check("S10", &made_with("27.0", yes), Some(&new(yes)), Warns);
    check("S10", &made_with("27.0", yes), Some(&itself(yes)), Warns);
    let unmanaged = Device {
        mdm: None,
        ..made_with("27.0", yes)
    };
    check("S10", &unmanaged, Some(&new(yes)), CannotTell);
}

#[test]
fn s10_the_same_device_or_another() {
    let itself = Target {
        same_device: true,
        ..new_device()
    };
    let [same, other] =
        [&itself, &new_device()].map(|target| answer(&phone(), Some(target), "S10"));
    assert_eq!([same.answer, other.answer], [CannotTell, CannotTell]);
    assert!(same.by_hand && !same.decides);
    assert!(
        same.evidence.contains("the same device"),
        "{}",
        same.evidence
    );
    assert!(
        other.evidence.contains("another device"),
        "{}",
        other.evidence
    );
    check("S10", &phone(), None, CannotTell);
}

#[test]
fn s11_the_restore_pane_is_shown() {
    let new = |restore_skipped| Target {
        restore_skipped,
        ..new_device()
    };
    check("S11", &phone(), Some(&new(Some(false))), Pass);
    check("S11", &phone(), Some(&new(Some(true))), Blocks);
    check("S11", &phone(), Some(&new(None)), CannotTell);
    check("S11", &phone(), None, CannotTell);
}

#[test]
fn s12_a_backup_outlives_its_certificate_by_no_more_than_a_year() {
    let always = Validity {
        from: ago(2_000 * DAY),
        until: ago(-2_000 * DAY),
    };
    let old = |seconds| {
        managed(with(bare(), local(seconds)), |mdm| {
            mdm.identity_certificates = Some(vec![always]);
        })
    };
    check("S12", &old(365 * DAY), None, Pass);
    check("S12", &old(365 * DAY + 1), None, Warns);
    // Neither that nobody manages it nor that its certificate is good is known.
    check("S12", &with(bare(), local(366 * DAY)), None, CannotTell);
    check("S12", &managed(phone(), |_| ()), None, CannotTell);
    assert!(answer(&phone(), None, "S12").by_hand);
    let until = |seconds| {
        let valid = Validity {
            from: ago(400 * DAY),
            until: ago(seconds),
        };
        managed(phone(), |mdm| mdm.identity_certificates = Some(vec![valid]))
    };
    check("S12", &until(0), None, Warns);
    check("S12", &until(-1), None, Pass);
}

/// Certificates as (seconds since they began, seconds since they ended), of a device with a backup of an
/// hour ago that was heard of so long ago.
#[track_caller]
fn certificates(heard: i64, valid: &[(i64, i64)], want: Outcome) {
    let valid = valid.iter().map(|(from, until)| Validity {
        from: ago(*from),
        until: ago(*until),
    });
    let device = managed(phone(), |mdm| {
        mdm.last_seen = Some(ago(heard));
        mdm.identity_certificates = Some(valid.collect());
    });
    check("S12", &device, None, want);
}

#[test]
fn s12_which_certificate_would_answer() {
    let good = (300 * DAY, -60 * DAY);
    certificates(HOUR, &[good], Pass);
    certificates(HOUR, &[], CannotTell);
    // one has ended, and the device was heard of after that: it answers with the other
    certificates(DAY - 1, &[good, (400 * DAY, DAY)], Pass);
    certificates(DAY, &[good, (400 * DAY, DAY)], Warns);
    // all have ended
    certificates(HOUR, &[(400 * DAY, DAY), (500 * DAY, 2 * DAY)], Warns);
    // renewed after the backup: the backup has another one, or none
    certificates(60, &[(HOUR, -365 * DAY)], Pass);
    certificates(60, &[(HOUR - 1, -365 * DAY)], Warns);
}

#[test]
fn s13_managed_apps() {
    let told = |removed: &[&str], barred: &[&str]| {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        managed(phone(), |mdm| {
            mdm.managed_apps_told = true;
            mdm.apps_removed_with_enrolment = names(removed);
            mdm.apps_barred_from_backup = names(barred);
        })
    };
    let itself = Target {
        same_device: true,
        ..new_device()
    };
    check("S13", &told(&[], &[]), None, Pass);
    check("S13", &told(&["com.example.notes"], &[]), None, Loses);
    check(
        "S13",
        &told(&["com.example.notes"], &[]),
        Some(&itself),
        Pass,
    );
    check(
        "S13",
        &told(&[], &["com.example.vault"]),
        Some(&itself),
        Loses,
    );
    check("S13", &managed(phone(), |_| ()), None, CannotTell);
    check("S13", &phone(), None, CannotTell);
}

#[test]
fn s14_activation_lock() {
    let told = |find_my, activation_lock, manageable| {
        managed(phone(), |mdm| {
            (mdm.find_my, mdm.activation_lock) = (find_my, activation_lock);
            mdm.activation_lock_manageable = manageable;
        })
    };
    check("S14", &told(Some(false), None, None), None, Pass);
    check("S14", &told(Some(true), None, None), None, Blocks);
    check("S14", &told(Some(true), None, Some(false)), None, Blocks);
    check("S14", &told(Some(true), None, Some(true)), None, Warns);
    check("S14", &told(Some(false), Some(true), None), None, Blocks);
    let heard = |seconds: Option<i64>| {
        managed(told(Some(false), None, None), |mdm| {
            mdm.last_seen = seconds.map(ago);
        })
    };
    check("S14", &heard(Some(DAY)), None, Pass);
    check("S14", &heard(Some(DAY + 1)), None, CannotTell);
    check("S14", &heard(None), None, CannotTell);
    check("S14", &told(None, None, None), None, CannotTell);
    check("S14", &phone(), None, CannotTell);
}

fn restricted(device: Device, key: &str, value: bool) -> Device {
    managed(device, |mdm| {
        mdm.restrictions = BTreeMap::from([(key.to_owned(), value)]);
        mdm.restrictions_told = true;
    })
}

#[test]
fn s15_esim() {
    let esim = |esim| managed(phone(), |mdm| mdm.esim = esim);
    check("S15", &esim(Some(true)), None, Warns);
    check("S15", &esim(Some(false)), None, CannotTell);
    check("S15", &esim(None), None, CannotTell);
    check("S15", &phone(), None, CannotTell);
    // The iPhone X holds none; the iPhone XS was the first that does.
    let of = |product: &str, told| Device {
        product_type: Some(product.to_owned()),
        ..esim(told)
    };
    check("S15", &of("iPhone10,3", Some(false)), None, Pass);
    check("S15", &of("iPhone11,2", Some(false)), None, CannotTell);
    check("S15", &of("iPhone10,3", Some(true)), None, Warns);
    check("S15", &of("iPad8,1", None), None, CannotTell);
    check("S15", &of("iPod9,1", None), None, Pass);
    let remedy = |value| {
        let device = restricted(esim(Some(true)), "allowESIMOutgoingTransfers", value);
        answer(&device, None, "S15").remedy.unwrap()
    };
    assert!(remedy(false).contains("carrier"));
    assert!(remedy(true).contains("PreserveDataPlan"));
}

#[test]
fn s16_who_may_erase() {
    let key = "allowEraseContentAndSettings";
    check("S16", &restricted(phone(), key, false), None, Warns);
    check("S16", &restricted(phone(), key, true), None, Pass);
    check("S16", &managed(phone(), |_| ()), None, CannotTell);
}

#[test]
fn s17_an_icloud_backup_lives_180_days() {
    check("S17", &icloud(bare(), 150 * DAY, HOUR), None, Pass);
    check("S17", &icloud(bare(), 150 * DAY + 1, HOUR), None, Warns);
    check("S17", &icloud(bare(), 180 * DAY, HOUR), None, Warns);
    check("S17", &icloud(bare(), 180 * DAY + 1, HOUR), None, Blocks);
    check("S17", &icloud(phone(), 180 * DAY + 1, HOUR), None, Warns);
    check("S17", &phone(), None, Pass);
}

#[test]
fn s18_apple_lends_room_since_ios_15() {
    let full = |version: &str, code| Device {
        os_version: Some(version.to_owned()),
        icloud: Icloud {
            attempts: vec![IcloudAttempt {
                at: ago(HOUR),
                domain: "MBErrorDomain".to_owned(),
                code,
                meaning: None,
            }],
            ..Icloud::default()
        },
        ..phone()
    };
    let remedy = |version| answer(&full(version, 303), None, "S18").remedy.unwrap();
    check("S18", &full("15.0", 303), None, Warns);
    assert!(remedy("15.0").contains("21 days"));
    assert!(remedy("14.8.1").contains("computer"));
    // Another error, with a copy on a computer to restore.
    check("S18", &full("15.0", 300), None, Pass);
    check("S18", &full("15.0", 0), None, Pass);
}

#[test]
fn s18_that_nothing_speaks_of_room_is_no_room() {
    check("S18", &bare(), None, CannotTell);
    assert!(answer(&bare(), None, "S18").by_hand);
    check("S18", &phone(), None, Pass);
    check("S18", &with(bare(), local(DAY + 1)), None, CannotTell);
    check("S18", &icloud(bare(), DAY, HOUR), None, Pass);
    check("S18", &icloud(bare(), DAY + 1, HOUR), None, CannotTell);
    let switched = |enabled| Device {
        icloud: Icloud {
            enabled,
            ..Icloud::default()
        },
        ..bare()
    };
    check("S18", &switched(Some(false)), None, Pass);
    check("S18", &switched(Some(true)), None, CannotTell);
    let attempted = |seconds, code| {
        let mut device = bare();
        device.icloud.attempts = vec![IcloudAttempt {
            at: ago(seconds),
            domain: "MBErrorDomain".to_owned(),
            code,
            meaning: None,
        }];
        device
    };
    check("S18", &attempted(DAY, 0), None, Pass);
    check("S18", &attempted(DAY + 1, 0), None, CannotTell);
    check("S18", &attempted(DAY, 300), None, CannotTell);
}

#[test]
fn s19_and_s22_are_always_ticked_off_by_hand() {
    for rule in ["S19", "S22"] {
        let said = answer(&phone(), None, rule);
        assert!(
            said.by_hand && !said.decides && said.remedy.is_some(),
            "{rule}"
        );
    }
}

#[test]
fn s20_two_copies() {
    let two = |seconds| icloud(phone(), seconds, HOUR);
    check("S20", &phone(), None, Warns);
    check("S20", &two(7 * DAY), None, Pass);
    check("S20", &two(7 * DAY + 1), None, Warns);
    assert_eq!(
        answer(&bare(), None, "S20").waits_for,
        Some(WaitsFor::Backup)
    );
}

#[test]
fn s20_hard_links_are_no_second_copy() {
    let beside = |hard_linked| {
        let copy = Backup {
            hard_linked,
            ..local(HOUR)
        };
        with(phone(), copy)
    };
    check("S20", &beside(false), None, Pass);
    check("S20", &beside(true), None, Warns);
    let said = answer(&beside(true), None, "S20").evidence;
    assert!(said.contains("hard links"), "{said}");
    check("S20", &icloud(beside(true), HOUR, HOUR), None, Pass);
}

#[test]
fn s21_the_backup_is_of_this_device() {
    check("S21", &phone(), None, Pass);
    let other = |udid: &str, serial: &str| {
        let backup = Backup {
            udid: Some(udid.to_owned()),
            serial_number: Some(serial.to_owned()),
            ..local(HOUR)
        };
        with(bare(), backup)
    };
    let udid = "00008110-000A2C3E0E12801E";
    check(
        "S21",
        &other(&udid.to_lowercase(), "c39test00001"),
        None,
        Pass,
    );
    check("S21", &other(udid, "C39TEST00002"), None, Blocks);
    check(
        "S21",
        &other("00008110-000A2C3E0E12801F", "C39TEST00001"),
        None,
        Blocks,
    );
    let numberless = Backup {
        udid: None,
        serial_number: None,
        ..local(HOUR)
    };
    check("S21", &with(bare(), numberless), None, CannotTell);
    check("S21", &icloud(bare(), HOUR, HOUR), None, Pass);
    check("S21", &bare(), None, CannotTell);
}

/// A folder is renamed in a second; a plist inside names the device that wrote it.
#[test]
fn s21_the_name_of_the_folder_proves_nothing() {
    let named = |named_by_folder_only| {
        let backup = Backup {
            named_by_folder_only,
            ..local(HOUR)
        };
        with(bare(), backup)
    };
    check("S21", &named(false), None, Pass);
    check("S21", &named(true), None, CannotTell);
    assert!(answer(&named(true), None, "S21").decides);
}

#[test]
fn s21_evidence_that_contradicts_itself_blocks() {
    let fix = FixId::ResolveIdentity;
    let conflict = |code| {
        let mut device = phone();
        let found = common::finding(
            code,
            Severity::Error,
            "2 devices bear one serial number",
            fix,
        );
        device.findings.push(found);
        device
    };
    check("S21", &conflict(Code::IdentityConflict), None, Blocks);
    check("S21", &conflict(Code::ClockWrong), None, Pass);
}

/// No rule says worse than its kind, whatever it is asked of.
#[test]
fn the_table_is_kept_to() {
    let devices = [
        phone(),
        bare(),
        with(bare(), plain(3 * DAY)),
        with(bare(), locked(HOUR)),
        icloud(bare(), 200 * DAY, HOUR),
        managed(icloud(phone(), HOUR, HOUR), |mdm| mdm.find_my = Some(true)),
    ];
    let itself = Target {
        same_device: true,
        ..new_device()
    };
    let targets = [
        None,
        Some(new_device()),
        Some(running("1.0")),
        Some(sized(1.0)),
        Some(itself),
    ];
    for (device, target) in devices
        .iter()
        .flat_map(|device| targets.iter().map(move |target| (device, target)))
    {
        let answers = ask(device, target.as_ref());
        assert_eq!(answers.len(), RULES.len());
        for answer in answers {
            let rule = RULES.iter().find(|rule| rule.id == answer.rule).unwrap();
            assert!(
                rule.kind.allows(answer.answer),
                "{}: {:?}",
                rule.id,
                answer.answer
            );
            assert!(!answer.evidence.is_empty());
            let settles = matches!(answer.answer, Outcome::Blocks | Outcome::Loses);
            assert!(
                !settles || answer.remedy.is_some(),
                "{} says no remedy",
                rule.id
            );
            let open = [answer.decides, answer.by_hand, answer.waits_for.is_some()];
            let told = answer.answer != CannotTell;
            assert_eq!(told, open == [false; 3], "{}: {open:?}", rule.id);
        }
    }
}

#[test]
fn the_numbers_of_the_rules_run_from_1_to_22() {
    let ids: Vec<_> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    let want: Vec<_> = (1..=22).map(|number| format!("S{number}")).collect();
    assert_eq!(ids, want);
    assert!(!Kind::ByHand.allows(Warns) && Kind::ByHand.allows(CannotTell));
    assert!(!Kind::Info.allows(Blocks) && Kind::Info.allows(Warns));
    assert!(!Kind::Loses.allows(Blocks) && Kind::Loses.allows(Loses));
}
