//! Whatever the facts, judging ends, and what it says hangs together.

use fleetback_report::history::diff::{Diff, DiffKind};
use fleetback_report::results::{Code, FixId, Results, Severity, Status};
use fleetback_scanner::model::backup::{
    DecomposedPaths, FileCheck, FileCount, FolderContent, LocalBackup, Password, Restorable, State,
    VerifyLevel,
};
use fleetback_scanner::model::evidence::Sourced;
use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::model::management::Storage;
use jiff::Timestamp;
use proptest::prelude::*;

use crate::fleet::*;

fn date() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        (-400 * DAY..400 * DAY).prop_map(ago),
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
        Just(Timestamp::UNIX_EPOCH),
    ]
}

fn state() -> impl Strategy<Value = State> {
    prop::sample::select(vec![
        State::Complete,
        State::AttemptFailed,
        State::Unfinished,
        State::CleanupUnfinished,
        State::Partial,
        State::InProgress,
        State::Damaged,
        State::Placeholder,
        State::Fake,
        State::Unreadable,
        State::Unknown,
    ])
}

fn checked() -> impl Strategy<Value = (Restorable, Password)> {
    let restorable = prop::sample::select(vec![
        Restorable::Yes,
        Restorable::No,
        Restorable::NeedsPassword,
        Restorable::Unknown,
    ]);
    let password = prop::sample::select(vec![
        Password::Proven,
        Password::Wrong,
        Password::Missing,
        Password::NotNeeded,
        Password::KeybagDamaged,
        Password::NotTried,
    ]);
    (restorable, password)
}

prop_compose! {
    fn backup()(
        state in state(),
        (restorable, password) in checked(),
        dates in prop::array::uniform4(prop::option::of(date())),
        archived: bool,
        encrypted: Option<bool>,
        files in prop::option::of((any::<u64>(), prop_oneof![Just(0), any::<u64>()], any::<Option<u64>>(), any::<u64>())),
        codes in prop::option::of(prop::collection::vec(prop_oneof![any::<i64>(), 0..310i64], 0..10)),
        disagrees in prop::option::of("[a-z]{0,4}"),
        reason in ".{0,8}",
        not_downloaded in prop_oneof![Just(0_u64), any::<u64>()],
        content in prop::sample::select(vec![FolderContent::Backup, FolderContent::Backup, FolderContent::Nothing, FolderContent::OnlyInfo]),
    ) -> LocalBackup {
        let [completed_at, status_date, info_date, manifest_date] = dates;
        let plain = LocalBackup {
            state, restorable, password, completed_at, status_date, info_date, manifest_date,
            archived, encrypted, identity_disagrees: disagrees,
            state_reason: reason,
            file_check: FileCheck::new(VerifyLevel::Names, NOW, files.map(|(expected, missing, bytes, damaged)| FileCount { expected, missing, bytes, damaged, ..FileCount::default() })),
            os_version: Some("16.1".to_owned()),
            not_downloaded,
            content,
            decomposed_paths: DecomposedPaths { count: not_downloaded, ..DecomposedPaths::default() },
            ..local(DAY)
        };
        match codes {
            Some(codes) => logged(plain, &codes),
            None => plain,
        }
    }
}

prop_compose! {
    fn device(n: usize)(
        backups in prop::collection::vec(backup(), 0..4),
        mdm in prop::option::of((date(), any::<Option<bool>>(), prop::option::of(date()), any::<bool>())),
        restrictions in prop::collection::vec((prop::sample::select(vec!["allowCloudBackup", "allowHostPairing", "allowAccountModification"]), any::<bool>()), 0..3),
        storage in prop::option::of((any::<f64>(), any::<f64>())),
        site in prop::option::of("[AB]"),
    ) -> Phone {
        let mut phone = numbered(n);
        phone.0.backups = backups;
        for (m, backup) in phone.0.backups.iter_mut().enumerate() {
            backup.path = format!("/backups/{n}/{m}").into();
        }
        if let Some((at, enabled, last, could)) = mdm {
            phone = phone.restricted(&restrictions).mdm(|mdm, source| {
                mdm.last_contact = Some(Sourced::new(at, source));
                mdm.last_inventory = Some(Sourced::new(at, source));
                mdm.cloud_backup_enabled = enabled.map(|on| Sourced::new(on, source));
                mdm.last_cloud_backup = last.map(|date| Sourced::new(date, source));
                mdm.no_cloud_date_means_never = could;
                mdm.storage = storage.map(|(capacity, available)| Sourced::new(Storage { capacity, available }, source));
            });
        }
        match site {
            Some(site) => phone.site(&site),
            None => phone,
        }
    }
}

prop_compose! {
    fn fleets()(one in device(1), two in device(2), three in device(3), inventory: bool, free: u64) -> Fleet {
        let mut fleet = with_disk(fleet([one, two, three]), free);
        fleet.has_inventory = inventory;
        fleet
    }
}

const POLICIES: [&str; 4] = [
    "",
    "[backups]\nicloud = \"forbidden\"\npassword = \"required\"",
    "[backups]\nlocal = \"forbidden\"",
    "[backups]\nlocal = \"required\"\nicloud = \"required\"",
];

/// Conditions that hold for no device of [`fleets`].
const NOBODY: [&str; 4] = [
    "device = \"F2LX9999TEST\"",
    "site = \"C*\"",
    "name = \"?\"\nsite = \"*\"",
    "supervised = false",
];

proptest! {
    #[test]
    fn a_group_without_devices_changes_no_verdict(
        fleet in fleets(),
        policy in prop::sample::select(POLICIES.to_vec()),
        nobody in prop::sample::select(NOBODY.to_vec()),
    ) {
        let group = format!(
            "{policy}\n[[group]]\nname = \"nobody\"\npreset = \"cis-byod\"\n[group.match]\n{nobody}\n[group.thresholds]\naging_days = 0\nswap_hours = 1\n[group.backups]\nlocal = \"allowed\"\npassword = \"required\"\nverification = \"contents\"\n"
        );
        let (without, mut with) = (judged(&fleet, policy), judged(&fleet, &group));
        prop_assert_eq!(with.policy.groups.len(), 1);
        prop_assert_eq!(with.policy.groups.remove(0).devices, 0);
        prop_assert_eq!(without, with);
    }

    #[test]
    fn what_is_said_hangs_together(fleet in fleets(), policy in prop::sample::select(POLICIES.to_vec())) {
        let results = judged(&fleet, policy);
        let mut turned = fleet.clone();
        turned.devices.reverse();
        for device in &mut turned.devices {
            device.backups.reverse();
        }
        prop_assert_eq!(&results, &judged(&turned, policy));
        for device in &results.devices {
            let good = device.last_good_backup.is_some();
            let dated = matches!(device.status, Status::Protected | Status::Aging | Status::Stale);
            prop_assert!(good || !dated, "{} without a good backup", device.status);
            prop_assert!(!(good && matches!(device.status, Status::Never | Status::Unknown)));
            prop_assert_eq!(good, device.age_days.is_some());
            prop_assert!(device.age_days.is_none_or(|days| days >= 0.0));
            if device.status.is_at_risk() && !device.listed_apart() {
                prop_assert!(device.severity >= Some(Severity::Error), "{} ends the run with 0", device.status);
                prop_assert_ne!(device.findings[0].code, Code::OsOutdated);
            }
            let fresh = device.backups.iter().any(|b| b.good && b.completed_at.is_some_and(|d| d >= ago(3 * DAY)));
            for finding in &device.findings {
                prop_assert!(!finding.evidence.is_empty() && finding.fix().is_none_or(|fix| !fix.steps.is_empty()));
                prop_assert!(finding.evidence.iter().all(|e| !e.text.is_empty() && results.source(e.source).is_some()));
                let signs_out = finding.likely_fix == Some(FixId::SignOutIcloud) || finding.next_fix == Some(FixId::SignOutIcloud);
                prop_assert!(!signs_out || fresh);
            }
        }
    }

    /// Of two runs: who enters or leaves the devices that could be lost has changed, as has one of another
    /// status or severity, and nothing else has.
    #[test]
    fn what_differs_has_changed(before in fleets(), after in fleets(), policy in prop::sample::select(POLICIES.to_vec())) {
        let (old, new) = (judged(&before, policy), judged(&after, policy));
        let diff = Diff::between(&old, &new, "0.0.0");
        let of = |results: &Results, n: usize| {
            let serial = format!("F2LX000{n}TEST");
            let mut all = results.devices.iter().filter(|device| device.serial_number.as_ref() == Some(&serial));
            let device = all.next().unwrap();
            (device.could_be_lost, device.status, device.severity)
        };
        for n in 1..=3 {
            let (then, now) = (of(&old, n), of(&new, n));
            let serial = Some(format!("F2LX000{n}TEST"));
            let told = diff.devices.iter().find(|device| device.device.serial_number == serial);
            let kind = told.map_or(DiffKind::Same, |device| device.change);
            prop_assert_eq!(kind == DiffKind::Same, then == now, "{:?} {:?} is {:?}", then, now, kind);
        }
        let came = diff.newly_at_risk().count() as u64;
        let left = diff.no_more_at_risk().count() as u64;
        prop_assert_eq!(old.summary.at_risk + came - left, new.summary.at_risk);
        prop_assert!(came == 0 || diff.is_worse());
    }

    #[test]
    fn every_output_prints_the_same_numbers(fleet in fleets(), policy in prop::sample::select(POLICIES.to_vec()), waived in prop::option::of(prop::sample::select(vec!["", "code = \"backup-stale\"", "code = \"local-not-encrypted\""]))) {
        let waiver = waived.map_or(String::new(), |code| format!("{policy}\n[[waiver]]\ndevice = \"F2LX0001TEST\"\n{code}\nreason = \"accepted\"\n"));
        let policy = if waiver.is_empty() { policy } else { &waiver };
        crate::numbers::check(&judged(&fleet, policy));
    }
}
