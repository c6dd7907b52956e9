//! Groups of a policy: which devices belong to one, and what is asked of them.

use fleetback_report::results::{Code, FixId, Results, Severity, Status};
use fleetback_scanner::model::backup::{FileCheck, LocalBackup, Password, Restorable, VerifyLevel};
use fleetback_scanner::model::evidence::Sourced;
use fleetback_scanner::model::identity::Udid;

use crate::fleet::*;

/// A phone of which everything is told that a group can ask for.
fn ada() -> Phone {
    let mut phone = phone()
        .os("18.6.2")
        .product("iPhone14,5")
        .mdm(|mdm, source| {
            mdm.supervised = Some(Sourced::new(true, source));
            mdm.device_name = Some(Sourced::new("Cart-07".to_owned(), source));
        })
        .site("Lyon");
    phone.0.identity.udid = Udid::parse("00008110-000A2C3E0E12801E");
    let person = phone.0.person.as_mut().unwrap();
    person.user = Some("Ada Lovelace".to_owned());
    person.email = Some("ada@example.org".to_owned());
    person.department = Some("Teaching".to_owned());
    person.group = Some("Loan pool".to_owned());
    person.tags = vec!["kiosk".to_owned(), "Etage 2".to_owned()];
    phone
}

/// A group with these conditions, in which a backup may be 30 days old.
fn group(name: &str, conditions: &str) -> String {
    format!(
        "[[group]]\nname = \"{name}\"\n[group.match]\n{conditions}\n[group.thresholds]\nstale_days = 30\ncritical_days = 60\n"
    )
}

#[track_caller]
fn belongs(phone: Phone, conditions: &str, want: bool) {
    let device = judged_alone(phone, &group("g", conditions));
    assert_eq!(device.policy_group.is_some(), want, "{conditions}");
    let limit = if want { 30.0 } else { 7.0 };
    assert_eq!(device.max_age_days, limit, "{conditions}");
}

#[test]
fn a_device_belongs_by_any_of_the_conditions() {
    for (conditions, want) in [
        ("device = \"F2LX0000TEST\"", true),
        ("device = \"f2lx0000test\"", true),
        (
            "device = [\"F2LX0009TEST\", \"00008110-000A2C3E0E12801E\"]",
            true,
        ),
        ("device = \"F2LX0009TEST\"", false),
        ("name = \"Cart-07\"", true),
        ("name = \"cart-*\"", true),
        ("name = \"Cart-?7\"", true),
        ("name = \"Cart-?\"", false),
        ("name = \"Cart\"", false),
        ("model = \"iPhone 13\"", true),
        ("model = \"iPhone14,*\"", true),
        ("model = \"iPad*\"", false),
        ("user = \"*lovelace\"", true),
        ("user = \"*@example.org\"", true),
        ("user = \"bob\"", false),
        ("department = [\"Sales\", \"Teach*\"]", true),
        ("department = \"Sales\"", false),
        ("site = \"LYON\"", true),
        ("site = \"Paris\"", false),
        ("group = \"Loan*\"", true),
        ("group = \"Own\"", false),
        ("tag = \"kiosk\"", true),
        ("tag = \"etage ?\"", true),
        ("tag = \"kio\"", false),
        ("supervised = true", true),
        ("supervised = false", false),
        ("os_at_least = \"18.6.2\"", true),
        ("os_at_least = \"18.6.3\"", false),
        ("os_below = \"18.6.3\"", true),
        ("os_below = \"18.6.2\"", false),
        ("os_at_least = \"18\"\nos_below = \"19\"", true),
    ] {
        belongs(ada(), conditions, want);
    }
}

#[test]
fn every_condition_must_hold() {
    belongs(ada(), "site = \"Lyon\"\nsupervised = true", true);
    belongs(ada(), "site = \"Lyon\"\nsupervised = false", false);
    belongs(ada(), "site = \"Lyon\"\ntag = \"none\"", false);
}

#[test]
fn what_nobody_told_matches_nothing() {
    for conditions in [
        "supervised = true",
        "supervised = false",
        "os_at_least = \"1\"",
        "os_below = \"99\"",
        "name = \"*\"",
        "model = \"*\"",
        "user = \"*\"",
        "department = \"*\"",
        "site = \"*\"",
        "group = \"*\"",
        "tag = \"*\"",
    ] {
        belongs(phone(), conditions, false);
        belongs(phone().mdm(|_, _| ()), conditions, false);
    }
}

#[test]
fn the_first_group_counts_and_no_other() {
    let lyon = group("Lyon", "site = \"Lyon\"");
    let kiosks = group("Kiosks", "tag = \"kiosk\"");
    let of = |text: &str| judged_alone(ada(), text).policy_group;
    assert_eq!(of(&format!("{lyon}{kiosks}")).as_deref(), Some("Lyon"));
    assert_eq!(of(&format!("{kiosks}{lyon}")).as_deref(), Some("Kiosks"));
    let none = group("Nobody", "site = \"Paris\"");
    assert_eq!(of(&format!("{none}{lyon}")).as_deref(), Some("Lyon"));
}

/// Two phones with a backup of so many seconds, of which one is in the group.
fn two(seconds: i64, settings: &str) -> Results {
    let inside = ada().local(local(seconds));
    let outside = numbered(1).local(local(seconds));
    let text = format!("[[group]]\nname = \"g\"\n[group.match]\nsite = \"Lyon\"\n{settings}");
    judged(&fleet([inside, outside]), &text)
}

#[track_caller]
fn statuses(results: &Results, inside: Status, outside: Status) {
    let of = |serial: &str| {
        let mut devices = results.devices.iter();
        let device = devices.find(|d| d.serial_number.as_deref() == Some(serial));
        device.unwrap().status
    };
    assert_eq!((of("F2LX0000TEST"), of("F2LX0001TEST")), (inside, outside));
}

#[test]
fn a_group_has_its_own_limits_and_kinds() {
    use Status::{Aging, Protected, Stale, Unknown};
    let stale = "[group.thresholds]\nstale_days = 10";
    statuses(&two(10 * DAY, stale), Aging, Stale);
    statuses(&two(10 * DAY + 1, stale), Stale, Stale);
    statuses(&two(7 * DAY, stale), Aging, Aging);
    let aging = "[group.thresholds]\naging_days = 1";
    statuses(&two(DAY, aging), Protected, Protected);
    statuses(&two(DAY + 1, aging), Aging, Protected);
    let no_local = "[group.backups]\nlocal = \"forbidden\"";
    statuses(&two(DAY, no_local), Unknown, Protected);
}

#[test]
fn the_results_tell_the_groups() {
    let text = "[group.thresholds]\nstale_days = 10\nswap_hours = 48\n[group.backups]\nicloud = \"forbidden\"\n";
    let more = format!("{text}{}", group("Empty", "site = \"Paris\""));
    let results = two(8 * DAY, &more);
    let groups = &results.policy.groups;
    assert_eq!(groups.len(), 2);
    assert_eq!((groups[0].name.as_str(), groups[0].devices), ("g", 1));
    assert_eq!((groups[1].name.as_str(), groups[1].devices), ("Empty", 0));
    assert_eq!(groups[0].policy.stale_days, 10.0);
    assert_eq!(groups[0].policy.icloud, "forbidden");
    assert_eq!(results.policy.icloud, "allowed");
    let inside = |d: &&fleetback_report::results::Device| d.policy_group.is_some();
    let device = results.devices.iter().find(inside).unwrap();
    assert_eq!(results.policy.of(device), &groups[0].policy);
}

#[test]
fn the_swap_desk_keeps_the_limit_of_the_group() {
    let swap = |seconds, text: &str| {
        let results = two(seconds, text);
        let mut verdicts: Vec<_> = results
            .devices
            .iter()
            .map(|d| (d.policy_group.is_some(), d.swap.clone().unwrap()))
            .collect();
        verdicts.sort();
        verdicts
            .into_iter()
            .map(|(_, word)| word)
            .collect::<Vec<_>>()
    };
    let text = "[group.thresholds]\nswap_hours = 48";
    let [outside, inside] = &swap(48 * HOUR, text)[..] else {
        panic!("two devices")
    };
    assert_eq!(outside, "not-ready");
    assert_ne!(inside, "not-ready");
    let [_, inside] = &swap(48 * HOUR + 1, text)[..] else {
        panic!("two devices")
    };
    assert_eq!(inside, "not-ready");
}

#[track_caller]
fn finding(backup: LocalBackup, policy: &str, want: Option<&str>) {
    let device = judged_alone(phone().local(backup), policy);
    let mut findings = device.findings.iter();
    let found = findings.find(|f| f.code == Code::LocalNotVerified);
    let fix = found.and_then(|f| f.likely_fix).map(FixId::id);
    assert_eq!(fix, want, "{policy}");
    assert!(found.is_none_or(|f| f.severity == Severity::Warning));
}

#[test]
fn a_policy_can_ask_for_a_check() {
    let checked = |level, seconds| LocalBackup {
        file_check: FileCheck::new(level, ago(seconds), local(DAY).file_check.files),
        ..local(DAY)
    };
    let names = VerifyLevel::Names;
    let asks = |word: &str| format!("[backups]\nverification = \"{word}\"");
    let verify = Some("verify-backup");
    finding(checked(VerifyLevel::State, 0), "", None);
    finding(checked(VerifyLevel::State, 0), &asks("any"), None);
    finding(checked(VerifyLevel::State, 0), &asks("names"), verify);
    finding(checked(names, 0), &asks("names"), None);
    finding(checked(names, 0), &asks("sizes"), verify);
    finding(checked(VerifyLevel::Contents, 0), &asks("sizes"), None);
    finding(checked(VerifyLevel::Sizes, 0), &asks("contents"), verify);
    finding(checked(names, 90 * DAY), &asks("names"), None);
    finding(checked(names, 90 * DAY + 1), &asks("names"), verify);
    let within = "[thresholds]\nverification_days = 1\n[backups]\nverification = \"names\"";
    finding(checked(names, DAY), within, None);
    finding(checked(names, DAY + 1), within, verify);
    let locked = LocalBackup {
        restorable: Restorable::NeedsPassword,
        password: Password::Missing,
        ..checked(VerifyLevel::State, 0)
    };
    finding(locked, &asks("names"), Some("record-backup-password"));
    // Of what cannot be restored, other findings speak.
    finding(holed(DAY), &asks("contents"), None);
}
