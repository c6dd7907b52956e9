//! Which evidence becomes one device, which is kept apart, and that order never matters.

#![allow(clippy::unwrap_used, reason = "a test with wrong data ends here")]

use std::path::PathBuf;
use std::sync::Arc;

use fleetback_scanner::model::backup::{
    DecomposedPaths, FileCheck, FolderContent, HostTool, LocalBackup, Password, Restorable, State,
    VerifyLevel,
};
use fleetback_scanner::model::evidence::{Source, Sourced, TimestampSource};
use fleetback_scanner::model::fleet::{Device, Unmatched};
use fleetback_scanner::model::identity::{Ecid, Identity, Imei, Meid, Serial, Udid};
use fleetback_scanner::model::management::{Answer, Management};
use fleetback_scanner::model::person::InventoryRow;
use fleetback_scanner::reconcile::reconcile;
use jiff::Timestamp;
use proptest::prelude::*;

const U1: &str = "00008030-001A35E40212345E";
const U2: &str = "00008130-001A75D23A2B803A";
const OLD1: &str = "abcdef0123456789abcdef0123456789abcdef01";
const OLD2: &str = "abcdef0123456789abcdef0123456789abcdef02";

/// Evidence in words: "backup 3 udid=… serial=…", the number being the day of its date.
#[derive(Debug, Clone)]
enum Evidence {
    Backup(Box<LocalBackup>),
    Answer(Box<Answer>),
    Row(Box<InventoryRow>),
}

fn identity(words: &str) -> Identity {
    let mut identity = Identity::default();
    for word in words.split_whitespace().filter(|word| word.contains('=')) {
        match word.split_once('=').unwrap() {
            ("udid", text) => identity.udid = Some(Udid::parse(text).unwrap()),
            ("serial", text) => identity.serial = Some(Serial::parse(text).unwrap()),
            ("imei", text) => drop(identity.imeis.insert(Imei::parse(text).unwrap())),
            ("meid", text) => identity.meid = Some(Meid::parse(text).unwrap()),
            ("ecid", text) => identity.ecid = Some(Ecid::parse(text).unwrap()),
            (other, _) => unreachable!("{other}"),
        }
    }
    identity
}

fn day(day: i64) -> Timestamp {
    Timestamp::from_second(1_770_000_000 + day * 86_400).unwrap()
}

fn evidence(words: &str) -> Evidence {
    let identity = identity(words);
    let mut parts = words.split_whitespace();
    let kind = parts.next().unwrap();
    let at = day(parts.next().unwrap().parse().unwrap());
    let path = PathBuf::from(words.replace(' ', "/"));
    let source = Arc::new(Source {
        path: path.clone(),
        kind: kind.to_owned(),
        observed_at: at,
        clock: TimestampSource::FileTime,
    });
    match kind {
        "backup" => Evidence::Backup(Box::new(backup(identity, at, path))),
        "answer" => Evidence::Answer(Box::new(Answer {
            identity,
            hidden: None,
            management: Box::new(Management {
                last_contact: Some(Sourced::new(at, &source)),
                device_name: Some(Sourced::new(words.to_owned(), &source)),
                ..Management::default()
            }),
            source,
        })),
        "row" => Evidence::Row(Box::new(InventoryRow {
            identity,
            user: Some("user".to_owned()),
            email: None,
            department: None,
            site: None,
            group: None,
            tags: Vec::new(),
            planned_swap: None,
            device_name: None,
            kind_unsure: false,
            source,
        })),
        other => unreachable!("{other}"),
    }
}

fn backup(identity: Identity, at: Timestamp, path: PathBuf) -> LocalBackup {
    LocalBackup {
        path,
        host: "here".to_owned(),
        folder_name: String::new(),
        archived: false,
        host_tool: HostTool::Unknown,
        identity,
        named_inside: true,
        identity_disagrees: None,
        device_name: None,
        product_type: None,
        os_version: None,
        build_version: None,
        info_os_version: None,
        required_os_version: None,
        content: FolderContent::Backup,
        iccid: None,
        state: State::Complete,
        state_reason: String::new(),
        restorable: Restorable::Yes,
        restorable_reason: String::new(),
        encrypted: None,
        password: Password::NotNeeded,
        passcode_was_set: None,
        completed_at: Some(at),
        status_date: Some(at),
        info_date: None,
        manifest_date: None,
        newest_mtime: None,
        file_check: FileCheck::new(VerifyLevel::Names, at, None),
        doubts: Vec::new(),
        not_downloaded: 0,
        decomposed_paths: DecomposedPaths::default(),
        listed: None,
        list_number: None,
        check: None,
        info_record: None,
        check_from_cache: false,
        password_proof: None,
        cloud_log: None,
        problems: Vec::new(),
    }
}

fn join(all: &[Evidence]) -> (Vec<Device>, Vec<Unmatched>) {
    let (mut backups, mut answers, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for one in all.iter().cloned() {
        match one {
            Evidence::Backup(backup) => backups.push(*backup),
            Evidence::Answer(answer) => answers.push(*answer),
            Evidence::Row(row) => rows.push(*row),
        }
    }
    reconcile(backups, answers, rows)
}

/// "1 backup, answer, row" and the conflicts of each device.
fn describe(device: &Device) -> String {
    let mut parts = Vec::new();
    let days = |at: Option<Timestamp>| (at.unwrap().as_second() - 1_770_000_000) / 86_400;
    parts.extend(
        device
            .backups
            .iter()
            .map(|backup| format!("backup {}", days(backup.completed_at))),
    );
    let contact = device
        .management
        .as_ref()
        .and_then(|m| m.last_contact.as_ref());
    parts.extend(contact.map(|told| format!("answer {}", days(Some(told.value)))));
    parts.extend(device.person.as_ref().map(|_| "row".to_owned()));
    let conflicts: String = device
        .conflicts
        .iter()
        .map(|c| format!("! {}", c.text))
        .collect();
    format!("{} {conflicts}", parts.join(" + "))
        .trim()
        .to_owned()
}

#[track_caller]
fn check(lines: &[&str], want: &[&str]) -> Vec<Device> {
    let fill = |line: &&str| {
        let line = line
            .replace("=U1", &format!("={U1}"))
            .replace("=U2", &format!("={U2}"));
        line.replace("=O1", &format!("={OLD1}"))
            .replace("=O2", &format!("={OLD2}"))
    };
    let all: Vec<Evidence> = lines.iter().map(fill).map(|line| evidence(&line)).collect();
    let (devices, _) = join(&all);
    let got: Vec<String> = devices.iter().map(describe).collect();
    assert_eq!(got, want.iter().map(fill_names).collect::<Vec<_>>());
    let backwards: Vec<Evidence> = all.into_iter().rev().collect();
    assert_eq!(join(&backwards).0, devices, "backwards");
    devices
}

fn fill_names(line: &&str) -> String {
    line.replace("{U1}", U1)
        .replace("{U2}", U2)
        .replace("{O1}", OLD1)
        .replace("{O2}", OLD2)
}

#[test]
fn one_device_over_all_evidence() {
    let devices = check(
        &[
            "backup 1 udid=O1 imei=356789012345678",
            "backup 3 udid=ABCDEF0123456789ABCDEF0123456789ABCDEF01",
            "answer 2 udid=O1 serial=F2LXTEST0001",
            "row 0 serial=f2lxtest0001",
            "answer 5 imei=35678901234567",
            "answer 4 meid=35678901234567",
        ],
        &["backup 3 + backup 1 + answer 5 + row"],
    );
    assert_eq!(
        devices[0].identity.imeis.first().unwrap().as_str(),
        "356789012345678"
    );
}

#[test]
fn an_ecid_joins_what_has_no_other_number() {
    check(
        &["backup 1 udid=U1", "answer 2 ecid=0x1A35E40212345E"],
        &["backup 1 + answer 2"],
    );
    check(
        &["backup 1 udid=O1 ecid=0x77", "answer 2 ecid=0x78"],
        &["backup 1", "answer 2"],
    );
}

#[test]
fn never_by_name_and_nothing_is_lost() {
    check(
        &["backup 1", "backup 2", "answer 3"],
        &["backup 1", "backup 2"],
    );
}

#[test]
fn evidence_without_a_number_is_kept_as_unmatched() {
    let (devices, unmatched) = join(&[evidence("answer 3"), evidence("row 1")]);
    assert!(devices.is_empty());
    let reasons: Vec<&str> = unmatched.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["the document names no device", "the row names no device"]
    );
}

#[test]
fn one_serial_with_two_udids_is_two_devices() {
    let told = "! 2 devices bear the serial number F2LXTEST0001: UDID {U1}, UDID {U2}";
    check(
        &[
            "backup 1 udid=U1 serial=F2LXTEST0001",
            "backup 2 udid=U2 serial=F2LXTEST0001",
        ],
        &[&format!("backup 1 {told}"), &format!("backup 2 {told}")],
    );
    let counted = format!("{told}; evidence that names no other number is counted to UDID {{U2}}");
    check(
        &[
            "backup 1 udid=U1 serial=F2LXTEST0001",
            "backup 2 udid=U2 serial=F2LXTEST0001",
            "row 9 serial=F2LXTEST0001",
            "answer 8 serial=F2LXTEST0001",
        ],
        &[
            &format!("backup 1 {counted}"),
            &format!("backup 2 + answer 8 + row {counted}"),
        ],
    );
}

#[test]
fn a_contradiction_is_told_once_by_the_strongest_number() {
    let told = "! 2 devices bear the serial number F2LXTEST0001: UDID {U1}, UDID {U2}";
    check(
        &[
            "backup 1 udid=U1 serial=F2LXTEST0001 imei=356789012345678",
            "backup 2 udid=U2 serial=F2LXTEST0001 imei=356789012345678",
        ],
        &[&format!("backup 1 {told}"), &format!("backup 2 {told}")],
    );
}

#[test]
fn one_imei_with_two_serials_is_two_devices() {
    let told = "! 2 devices bear the IMEI 35678901234567: serial number F2LXTEST0001, serial number F2LXTEST0002";
    check(
        &[
            "answer 1 serial=F2LXTEST0001 imei=356789012345678",
            "answer 2 serial=F2LXTEST0002 imei=356789012345678",
        ],
        &[&format!("answer 1 {told}"), &format!("answer 2 {told}")],
    );
}

#[test]
fn a_udid_and_a_serial_that_share_an_imei_are_one() {
    check(
        &[
            "backup 1 udid=U1 imei=356789012345678",
            "row 1 serial=F2LXTEST0001 imei=356789012345678",
        ],
        &["backup 1 + row"],
    );
}

#[test]
fn one_udid_with_two_serials_is_one_device_that_says_so() {
    check(
        &[
            "backup 1 udid=U1 serial=F2LXTEST0001",
            "answer 2 udid=U1 serial=F2LXTEST0002",
        ],
        &[
            "backup 1 + answer 2 ! UDID {U1} appears with 2 serial numbers: F2LXTEST0001, F2LXTEST0002",
        ],
    );
}

#[test]
fn a_udid_that_contradicts_its_ecid_is_told() {
    check(
        &["backup 1 udid=U1 ecid=0x77"],
        &["backup 1 ! UDID {U1} appears with 2 ECIDs: 0x1A35E40212345E, 0x77"],
    );
}

#[test]
fn a_serial_that_half_the_fleet_shares_names_few() {
    let all: Vec<Evidence> = (0..2000)
        .map(|n| evidence(&format!("backup 1 udid={n:040x} serial=C00NULL00000")))
        .collect();
    let (devices, _) = join(&all);
    assert_eq!(devices.len(), 2000);
    for device in &devices {
        let [conflict] = device.conflicts.as_slice() else {
            panic!("{:?}", device.conflicts);
        };
        assert!(conflict.text.contains("2000 devices") && conflict.text.contains("1995 more"));
        assert!(
            conflict
                .text
                .contains(device.identity.udid.as_ref().unwrap().as_str())
        );
        assert!(conflict.paths.len() <= 5);
    }
}

#[test]
fn rows_that_differ_are_told() {
    let mut other = evidence("row 1 serial=F2LXTEST0001");
    if let Evidence::Row(row) = &mut other {
        row.user = Some("someone else".to_owned());
    }
    let (devices, _) = join(&[evidence("row 1 serial=F2LXTEST0001"), other]);
    assert_eq!(devices[0].conflicts.len(), 1);
    assert_eq!(
        devices[0].person.as_ref().unwrap().user.as_deref(),
        Some("someone else")
    );
}

#[test]
fn devices_stand_by_serial_and_backups_newest_first() {
    let devices = check(
        &[
            "backup 1 udid=O2",
            "backup 1 udid=O1 serial=F2LXTEST0002",
            "backup 7 udid=O1",
            "answer 3 serial=F2LXTEST0001",
        ],
        &["answer 3", "backup 7 + backup 1", "backup 1"],
    );
    assert_eq!(devices[2].identity.serial, None);
}

/// Evidence of a small fleet in which numbers collide on purpose.
fn any_evidence() -> impl Strategy<Value = Evidence> {
    let number = |name: &'static str, values: &'static [&'static str]| {
        prop::option::weighted(0.5, prop::sample::select(values))
            .prop_map(move |value| value.map_or(String::new(), |value| format!(" {name}={value}")))
    };
    let words = (
        prop::sample::select(&["backup", "answer", "row"][..]),
        0..5_i64,
        number("udid", &[U1, U2, OLD1, OLD2]),
        number("serial", &["F2LXTEST0001", "F2LXTEST0002", "F2LXTEST0003"]),
        number(
            "imei",
            &[
                "356789012345678",
                "35678901234567",
                "356789012345600",
                "357000000000001",
            ],
        ),
        number("meid", &["35678901234567", "A0000012345678"]),
        number("ecid", &["0x77", "0x1A35E40212345E"]),
    );
    words.prop_map(|(kind, day, udid, serial, imei, meid, ecid)| {
        evidence(&format!("{kind} {day}{udid}{serial}{imei}{meid}{ecid}"))
    })
}

fn shuffled() -> impl Strategy<Value = (Vec<Evidence>, Vec<Evidence>)> {
    prop::collection::vec(any_evidence(), 0..14)
        .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()))
}

/// Everything of a device, spelt out: two IMEIs are equal by 14 digits, their spelling may not differ.
fn exact(found: &(Vec<Device>, Vec<Unmatched>)) -> String {
    format!("{found:#?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_order_of_evidence_does_not_matter((all, other) in shuffled()) {
        prop_assert_eq!(exact(&join(&all)), exact(&join(&other)));
    }

    #[test]
    fn nothing_is_lost_and_no_udid_is_split(all in prop::collection::vec(any_evidence(), 0..14)) {
        let (devices, _) = join(&all);
        let backups = all.iter().filter(|one| matches!(one, Evidence::Backup(_))).count();
        prop_assert_eq!(devices.iter().map(|device| device.backups.len()).sum::<usize>(), backups);
        let mut udids: Vec<_> = devices.iter().filter_map(|device| device.identity.udid.clone()).collect();
        let count = udids.len();
        udids.sort();
        udids.dedup();
        prop_assert_eq!(udids.len(), count, "a UDID stands at two devices");
        for device in &devices {
            let mut inside: Vec<_> = device.backups.iter().filter_map(|b| b.identity.udid.clone()).collect();
            inside.dedup();
            prop_assert!(inside.iter().all(|udid| Some(udid) == device.identity.udid.as_ref()), "two UDIDs in one device");
        }
    }

    #[test]
    fn two_devices_with_one_serial_both_say_so(all in prop::collection::vec(any_evidence(), 0..14)) {
        let (devices, _) = join(&all);
        for device in &devices {
            let serial = &device.identity.serial;
            let twin = devices.iter().any(|other| !std::ptr::eq(other, device) && serial.is_some() && other.identity.serial == *serial);
            prop_assert!(!twin || !device.conflicts.is_empty(), "{:?}", device);
        }
    }
}

#[test]
fn a_folder_of_this_name_with_the_backup_of_another_device_is_told() {
    let renamed = |to: &str, of: &str| {
        let Evidence::Backup(mut backup) = evidence(&format!("backup 3 udid={of}")) else {
            unreachable!()
        };
        to.clone_into(&mut backup.folder_name);
        Evidence::Backup(backup)
    };
    let conflicts = |all: &[Evidence]| -> Vec<usize> {
        let (devices, _) = join(all);
        devices
            .iter()
            .map(|device| device.conflicts.len())
            .collect()
    };
    let row = || evidence(&format!("row 1 udid={U2}"));
    assert_eq!(conflicts(&[renamed(U2, U1), row()]), [0, 1]);
    assert_eq!(
        conflicts(&[renamed(&format!("{U2}-20220907-105238"), U1), row()]),
        [0, 1]
    );
    assert_eq!(conflicts(&[renamed(U1, U1), row()]), [0, 0]);
    assert_eq!(conflicts(&[renamed("phone", U1), row()]), [0, 0]);
    // One with a backup of its own needs no such word.
    assert_eq!(
        conflicts(&[renamed(U2, U1), renamed(U2, U2), row()]),
        [0, 0]
    );
    let (devices, _) = join(&[renamed(U2, U1), row()]);
    assert_eq!(
        devices[1].conflicts[0].text,
        format!(
            "a folder is named by the UDID of this device and holds the backup of another one, UDID {U1}"
        )
    );
}
