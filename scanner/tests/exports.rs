//! Exports of consoles that no table knows by heart: found by their fields, read by the meaning of their
//! columns, and counted only on a sign that a row is about an iPhone or iPad.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of a test may fail like the test itself"
)]

use std::fmt::Write as _;

use fleetback_scanner::mdm::DateOrder;
use fleetback_scanner::mdm::inventory;
use fleetback_scanner::mdm::pair::pair;
use fleetback_scanner::mdm::read::read_by_rules;
use fleetback_scanner::mdm::rules::TableRules;
use fleetback_scanner::model::management::{Answer, Management};
use fleetback_scanner::model::problem::{Level, Problem};
use jiff::Timestamp;
use proptest::prelude::*;

fn now() -> Timestamp {
    "2027-05-20T06:00:00Z".parse().unwrap()
}

fn read_as(name: &str, bytes: impl AsRef<[u8]>, rules: &TableRules) -> (Vec<Answer>, Vec<Problem>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    pair(vec![read_by_rules(&path, now(), rules, &|_| {})])
}

fn read(bytes: impl AsRef<[u8]>) -> (Vec<Answer>, Vec<Problem>) {
    read_as("export", bytes, &TableRules::default())
}

/// What is told of the devices that count, a line each, in the order of their numbers.
fn lines(answers: &[Answer]) -> Vec<String> {
    let counted = answers
        .iter()
        .filter(|answer| !answer.management.kind_unsure);
    let mut lines: Vec<String> = counted.map(line).collect();
    lines.sort();
    lines
}

fn line(answer: &Answer) -> String {
    let identity = &answer.identity;
    let id = identity.serial.as_ref().map(ToString::to_string);
    let id = id.or_else(|| identity.udid.as_ref().map(ToString::to_string));
    let mut text = id.unwrap_or_else(|| "-".to_owned());
    add_facts(&mut text, &answer.management);
    text
}

fn add_facts(text: &mut String, m: &Management) {
    if let Some(version) = &m.os_version {
        let _ = write!(text, " os={}", version.value);
    }
    if let Some(on) = &m.cloud_backup_enabled {
        let _ = write!(text, " on={}", on.value);
    }
    if let Some(date) = &m.last_cloud_backup {
        let _ = write!(text, " cloud={}", date.value);
    }
    if m.cloud_unread.is_some() {
        text.push_str(" unread");
    }
    if let Some(date) = &m.last_contact {
        let _ = write!(text, " seen={}", date.value);
    }
    if let Some(state) = m.state.as_ref().filter(|state| state.value.has_left()) {
        let _ = write!(text, " left={:?}", state.value);
    }
    if let Some(supervised) = &m.supervised {
        let _ = write!(text, " supervised={}", supervised.value);
    }
}

#[track_caller]
fn check(bytes: impl AsRef<[u8]>, want: &[&str]) {
    let (answers, problems) = read(&bytes);
    let text = String::from_utf8_lossy(bytes.as_ref()).into_owned();
    assert_eq!(lines(&answers), want, "{text}\n{problems:#?}");
}

/// The words of the one note that counts what was left out.
#[track_caller]
fn left_out(bytes: &str, want: &str) {
    let (_, problems) = read(bytes);
    let found = problems.iter().map(|problem| problem.found.as_str());
    assert!(
        found.clone().any(|found| found.ends_with(want)),
        "{:?}",
        found.collect::<Vec<_>>()
    );
}

#[test]
fn a_row_counts_on_a_sign_of_its_kind() {
    let table = |kind: &str, cell: &str| {
        format!("Serial,{kind},Owner,Version,OS Version\nF2LX0001TEST,{cell},a,,18.4\n")
    };
    for (kind, cell) in [
        ("Platform", "iOS"),
        ("Platform", "iPadOS 18"),
        ("Operating System", "iOS/iPadOS"),
        ("Model", "iPhone 15"),
        ("Model", "Apple iPad Air"),
        ("Model Identifier", "\"iPad13,18\""),
        ("Device Type", "iPhone"),
        ("Product", "\"iPhone14,7\""),
    ] {
        check(table(kind, cell), &["F2LX0001TEST os=18.4"]);
    }
    for (kind, cell, family) in [
        (
            "Platform",
            "Android (fully managed)",
            "1 of an Android device",
        ),
        ("Platform", "AndroidEnterprise", "1 of an Android device"),
        ("Platform", "Windows 11 Pro", "1 of a Windows computer"),
        ("Platform", "WinRT", "1 of a Windows computer"),
        (
            "Operating System",
            "Linux (Fedora)",
            "1 of a Linux computer",
        ),
        ("OS", "OS X 15.1", "1 of a Mac"),
        ("OS", "tvOS 18", "1 of an Apple TV"),
        ("OS", "ChromeOS", "1 of a Chromebook"),
        ("Model", "SM-A546B", "1 of an Android device"),
        ("Model", "MacBook Air", "1 of a Mac"),
        ("Manufacturer", "Samsung", "1 of a device of another maker"),
    ] {
        check(table(kind, cell), &[]);
        left_out(&table(kind, cell), family);
    }
    // neither a sign for nor one against: it counts for nothing by itself, and the file says so
    for (kind, cell) in [
        ("Manufacturer", "Apple"),
        ("Model", "A2403"),
        ("Platform", ""),
        ("Group", "North"),
    ] {
        check(table(kind, cell), &[]);
        let (answers, problems) = read(table(kind, cell));
        assert!(answers.iter().all(|answer| answer.management.kind_unsure));
        let all = problems
            .iter()
            .find(|problem| problem.wanted.starts_with("a sign of an iPhone"));
        assert_eq!(
            all.map(|problem| problem.level),
            Some(Level::Incomplete),
            "{kind} {cell}"
        );
    }
}

#[test]
fn a_maker_and_what_kind_of_thing_it_is_are_a_sign_together() {
    let table = |maker: &str, form: &str| {
        format!("Serial,Manufacturer,Device Type,OS Version\nF2LX0001TEST,{maker},{form},18.4\n")
    };
    check(table("Apple", "Smartphone"), &["F2LX0001TEST os=18.4"]);
    check(table("Apple Inc.", "Tablet"), &["F2LX0001TEST os=18.4"]);
    check(table("Apple", "Laptop"), &[]);
    check(table("Samsung", "Smartphone"), &[]);
    check(table("", "Smartphone"), &[]);
}

#[test]
fn a_number_that_cannot_be_one_is_a_note_beside_one_that_is() {
    let level = |table: &str| {
        let (_, problems) = read(table);
        let bad = problems
            .iter()
            .find(|problem| problem.found.contains("not a possible number"));
        bad.map(|problem| problem.level)
    };
    assert_eq!(
        level("Serial,UDID,Model\nF2LX0001TEST,12,iPhone 15\n"),
        Some(Level::Note)
    );
    assert_eq!(
        level("Serial,UDID,Model\n,12,iPhone 15\n"),
        Some(Level::Incomplete)
    );
}

#[test]
fn a_header_may_name_the_zone() {
    for (zone, want) in [
        ("(UTC)", "2027-05-19T08:00:00Z"),
        ("(UTC+01:00)", "2027-05-19T07:00:00Z"),
        ("[GMT-5]", "2027-05-19T13:00:00Z"),
        ("(Europe/Berlin)", "2027-05-19T06:00:00Z"),
        ("(local)", "2027-05-19T08:00:00Z"),
    ] {
        let table = format!(
            "Serial,Model,Last Check-in {zone}\nF2LX0001TEST,iPhone 15,2027-05-19 08:00:00\n"
        );
        check(table, &[&format!("F2LX0001TEST seen={want}")]);
    }
}

#[test]
fn signs_that_count_where_nothing_names_a_kind() {
    check(
        "UDID,OS Version,Owner\n00008030-001A35E40212345E,18.4,a\n",
        &["00008030-001A35E40212345E os=18.4"],
    );
    check(
        "Serial,iOS Version,Owner\nF2LX0001TEST,18.4,a\n",
        &["F2LX0001TEST os=18.4"],
    );
    check(
        "Serial,OS Version,iCloud Backup\nF2LX0001TEST,18.4,no\n",
        &["F2LX0001TEST os=18.4 on=false"],
    );
    // where there is a column for it, an empty one is not made up for by a switch that is off
    check(
        "Serial,OS Version,Platform,iCloud Backup\nF2LX0001TEST,18.4,,no\n",
        &[],
    );
    check(
        "Serial,OS Version,Platform,iCloud Backup,Last iCloud Backup\nF2LX0001TEST,18.4,,yes,2027-05-19\n",
        &["F2LX0001TEST os=18.4 on=true cloud=2027-05-19T00:00:00Z"],
    );
}

#[test]
fn the_inventory_counts_by_the_same_signs() {
    let rows = |table: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inventory.csv");
        std::fs::write(&path, table).unwrap();
        let (rows, _) = inventory::read(&path, now());
        let counted = rows.iter().filter(|row| !row.kind_unsure);
        counted
            .filter_map(|row| Some(row.identity.serial.as_ref()?.to_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(rows("serial,user\nF2LX0001TEST,a\n"), ["F2LX0001TEST"]);
    let table = "serial,manufacturer,model\nF2LX0001TEST,Apple,iPhone 15\nR58A0001TEST,Samsung,Galaxy\nF2LX0002TEST,Apple,Spare\n";
    assert_eq!(rows(table), ["F2LX0001TEST"]);
    assert_eq!(rows("serial,type\nF2LX0001TEST,loaner\n"), ["F2LX0001TEST"]);
}

#[test]
fn yes_and_no_in_many_words() {
    let table = |switch: &str| {
        format!(
            "Serial,Model,iCloud Backup Enabled,Last iCloud Backup\nF2LX0001TEST,iPhone 15,{switch},2027-05-19 08:00:00\n"
        )
    };
    for yes in [
        "Y",
        "t",
        "1",
        "1.0",
        "WAHR",
        "Vrai",
        "Verdadero",
        "Sim",
        "はい",
        "Aktiviert",
        "On",
        "enabled",
    ] {
        check(
            table(yes),
            &["F2LX0001TEST on=true cloud=2027-05-19T08:00:00Z"],
        );
    }
    for no in [
        "N",
        "f",
        "0",
        "0.0",
        "FALSCH",
        "faux",
        "Falso",
        "Não",
        "いいえ",
        "Deaktiviert",
        "Off",
        "Not Enabled",
    ] {
        check(
            table(no),
            &["F2LX0001TEST on=false cloud=2027-05-19T08:00:00Z"],
        );
    }
    for other in ["perhaps", "2", "see ticket"] {
        check(
            table(other),
            &["F2LX0001TEST cloud=2027-05-19T08:00:00Z unread"],
        );
    }
    check(table(""), &["F2LX0001TEST cloud=2027-05-19T08:00:00Z"]);
}

const RECORD: &str = r#""serialNumber":"F2LX0001TEST","osVersion":"18.4","model":"iPad Pro","lastSeen":"2027-05-19T08:00:00Z""#;
const TOLD: &str = "F2LX0001TEST os=18.4 seen=2027-05-19T08:00:00Z";

#[test]
fn records_are_found_under_any_key_and_nesting() {
    let record = format!("{{{RECORD}}}");
    let other = record.replace("0001", "0002");
    for json in [
        format!("[{record}]"),
        format!("{{\"tablets\":[{record}],\"total\":1}}"),
        format!("{{\"answer\":{{\"page\":{{\"entries\":[{record}]}}}}}}"),
        format!("{{\"devices\":{{\"device\":[{record}]}}}}"),
        format!("{{\"device\":{record}}}"),
        format!("{{\"edges\":[{{\"node\":{record}}}]}}"),
        format!("[{{\"deviceInformation\":{record}}}]"),
        format!("[{{\"common\":{record}}}]"),
        format!("{{\"00008030-001A35E40212345E\":{record}}}"),
        record.clone(),
    ] {
        check(&json, &[TOLD]);
    }
    let second = TOLD.replace("0001", "0002");
    check(
        format!("{{\"17\":{record},\"18\":{other}}}"),
        &[TOLD, &second],
    );
    check(
        format!("{{\"devices\":{{\"17\":{record},\"18\":{other}}}}}"),
        &[TOLD, &second],
    );
    check(
        format!("{{\"a\":[{record}],\"b\":[{other}]}}"),
        &[TOLD, &second],
    );
    check(format!("{record}\n{other}\n"), &[TOLD, &second]);
}

#[test]
fn what_belongs_to_something_else_is_not_the_devices() {
    let json = format!(
        "[{{{RECORD},\"owner\":{{\"serialNumber\":\"X\",\"name\":\"Ada\"}},\"apps\":[{{\"serial\":\"Y\"}}],\
         \"pairedWatch\":{{\"serialNumber\":\"WATCH0001\",\"osVersion\":\"11.4\"}}}}]"
    );
    check(json, &[TOLD]);
}

#[test]
fn xml_of_any_names() {
    let device = |serial: &str| {
        format!(
            "<Row><SerialNumber>{serial}</SerialNumber><OsVersion>18.4</OsVersion><Platform>Apple</Platform><Model>iPad Pro</Model></Row>"
        )
    };
    let xml = format!(
        "<?xml version=\"1.0\"?><Result xmlns=\"urn:x\"><Page>0</Page><Rows>{}{}</Rows></Result>",
        device("F2LX0001TEST"),
        device("F2LX0002TEST")
    );
    check(xml, &["F2LX0001TEST os=18.4", "F2LX0002TEST os=18.4"]);
    check(
        "<Rows><Row SerialNumber=\"F2LX0001TEST\" OsVersion=\"18.4\" Model=\"iPad Pro\"/></Rows>",
        &["F2LX0001TEST os=18.4"],
    );
    let mixed = format!(
        "<Rows>{}{}</Rows>",
        device("F2LX0001TEST"),
        device("R58A0001TEST")
            .replace("iPad Pro", "Pixel 8")
            .replace("Apple", "Android")
    );
    check(mixed, &["F2LX0001TEST os=18.4"]);
}

#[test]
fn a_near_miss_is_named() {
    let (_, problems) =
        read(r#"{"handhelds":[{"serialNumber":"F2LX0001TEST"},{"serialNumber":"F2LX0002TEST"}]}"#);
    assert!(problems[0].found.starts_with("a list of 2 records under `handhelds` with `serialNumber`; no field that names the iOS version"), "{problems:?}");
    let (_, problems) = read(b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0....[Content_Types].xml");
    assert_eq!(problems[0].found, "an Excel workbook");
    assert!(
        problems[0]
            .remedy
            .as_deref()
            .unwrap()
            .contains("save it as CSV")
    );
}

#[test]
fn columns_by_meaning_in_several_languages() {
    for table in [
        "Gerätename;Seriennummer;Modell;Betriebssystemversion;Letzter Kontakt;iCloud-Backup;Letztes iCloud-Backup\na;F2LX0001TEST;iPhone 15;18.4;19.05.2027 08:00;Ja;18.05.2027 22:10\n",
        "Nom de l'appareil;Numéro de série;Modèle;Version du système;Dernière connexion;Sauvegarde iCloud;Dernière sauvegarde iCloud\na;F2LX0001TEST;iPhone 15;18.4;19/05/2027 08:00;Oui;18/05/2027 22:10\n",
        "Nombre del dispositivo;Nu\u{301}mero de serie;Modelo;Versio\u{301}n del SO;U\u{301}ltimo contacto;Copia de seguridad en iCloud;U\u{301}ltima copia de iCloud\na;F2LX0001TEST;iPhone 15;18.4;19/05/2027 08:00;Sí;18/05/2027 22:10\n",
        "デバイス名,シリアル番号,モデル,OSバージョン,最終チェックイン,iCloudハ\u{3099}ックアッフ\u{309a},最後のiCloudバックアップ\na,F2LX0001TEST,iPhone 15,18.4,2027/05/19 08:00,はい,2027/05/18 22:10\n",
    ] {
        check(
            table,
            &["F2LX0001TEST os=18.4 on=true cloud=2027-05-18T22:10:00Z seen=2027-05-19T08:00:00Z"],
        );
    }
}

#[test]
fn wrong_meanings_are_left_out() {
    // an asset's last check-in is the day on which it was handed back
    check(
        "Asset Tag,Serial,Model,Manufacturer,Checkout Date,Last Checkin Date\nA1,F2LX0001TEST,iPhone 15,Apple,2027-01-01,2027-05-19 08:00:00\n",
        &["F2LX0001TEST"],
    );
    // a push of the server is no contact, and what a policy allows is no switch
    check(
        "Serial,Model,OS Version,last_push_time,Allow iCloud Backup\nF2LX0001TEST,iPhone 15,18.4,2027-05-19 08:00:00,yes\n",
        &["F2LX0001TEST os=18.4"],
    );
    // a "last backup" of which nothing says iCloud is none to iCloud
    check(
        "Serial,Model,OS Version,Last Backup Date\nF2LX0001TEST,iPhone 15,18.4,2027-05-19\n",
        &["F2LX0001TEST os=18.4"],
    );
}

#[test]
fn a_guess_is_never_taken_over_an_exact_name() {
    check(
        "Serial,Model,Last iCloud Backup,Date of the latest iCloud backup run\nF2LX0001TEST,iPhone 15,,2027-05-19\n",
        &["F2LX0001TEST"],
    );
    check(
        "Serial,Model,Date of the latest iCloud backup run\nF2LX0001TEST,iPhone 15,2027-05-19\n",
        &["F2LX0001TEST cloud=2027-05-19T00:00:00Z"],
    );
}

/// When two devices were seen, whose dates stand in one column.
#[track_caller]
fn seen(delimiter: char, cells: [&str; 2], rules: &TableRules, want: [&str; 2]) {
    let d = delimiter;
    let table = format!(
        "Serial{d}Model{d}Last Check-in\nF2LX0001TEST{d}iPhone 15{d}{}\nF2LX0002TEST{d}iPhone 15{d}{}\n",
        cells[0], cells[1]
    );
    let (mut answers, _) = read_as("export", table, rules);
    answers.sort_by_key(line);
    let got = answers.iter().map(|answer| {
        let contact = answer.management.last_contact.as_ref();
        contact.map_or(String::new(), |told| told.value.to_string())
    });
    assert_eq!(got.collect::<Vec<_>>(), want, "{cells:?}");
}

#[test]
fn the_order_of_day_and_month_is_settled_per_column() {
    let none = TableRules::default();
    seen(
        ',',
        ["5/4/2027", "19/04/2027"],
        &none,
        ["2027-04-05T00:00:00Z", "2027-04-19T00:00:00Z"],
    );
    seen(
        ',',
        ["5/4/2027", "04/19/2027"],
        &none,
        ["2027-05-04T00:00:00Z", "2027-04-19T00:00:00Z"],
    );
    seen(',', ["5/4/2027", "3/4/2027"], &none, ["", ""]);
    seen(
        ';',
        ["5/4/2027", "3/4/2027"],
        &none,
        ["2027-04-05T00:00:00Z", "2027-04-03T00:00:00Z"],
    );
    seen(
        ',',
        ["5/4/2027 9:05:00 AM", "3/4/2027 1:00:00 PM"],
        &none,
        ["2027-05-04T09:05:00Z", "2027-03-04T13:00:00Z"],
    );
    seen(
        ',',
        ["5/4/2027 9:05 am", "3/4/2027 1:00 pm"],
        &none,
        ["", ""],
    );
    seen(
        ',',
        ["05.04.2027", "03.04.2027"],
        &none,
        ["2027-04-05T00:00:00Z", "2027-04-03T00:00:00Z"],
    );
    let said = |name: &str| {
        TableRules::default().with_date_orders([(name.to_owned(), DateOrder::MonthFirst)])
    };
    seen(
        ';',
        ["5/4/2027", "3/4/2027"],
        &said("last check-in"),
        ["2027-05-04T00:00:00Z", "2027-03-04T00:00:00Z"],
    );
    seen(
        ',',
        ["5/4/2027", "3/4/2027"],
        &said("table"),
        ["2027-05-04T00:00:00Z", "2027-03-04T00:00:00Z"],
    );
}

#[test]
fn a_column_that_nothing_settles_is_refused_once_with_both_readings() {
    let (_, problems) = read(
        "Serial,Model,Last Check-in\nF2LX0001TEST,iPhone 15,5/4/2027\nF2LX0002TEST,iPhone 15,3/4/2027\n",
    );
    let [problem] = problems.as_slice() else {
        panic!("{problems:#?}")
    };
    assert!(
        problem.found.ends_with("5 April 2027 or 4 May 2027"),
        "{}",
        problem.found
    );
    assert!(
        problem
            .remedy
            .as_deref()
            .unwrap()
            .ends_with("[mdm.dates]\n\"Last Check-in\" = \"day-first\"")
    );
}

#[test]
fn an_icloud_date_that_cannot_be_is_told_and_not_used() {
    let table = |date: &str| {
        format!(
            "Serial,Model,iCloud Backup,Last iCloud Backup\nF2LX0001TEST,iPhone 15,yes,{date}\n"
        )
    };
    check(
        table("2027-05-20 20:00:00"),
        &["F2LX0001TEST on=true cloud=2027-05-20T20:00:00Z"],
    );
    check(
        table("2027-05-22 20:00:00"),
        &["F2LX0001TEST on=true unread"],
    );
    check(table("5/4/2027"), &["F2LX0001TEST on=true unread"]);
    check(table("last Tuesday"), &["F2LX0001TEST on=true unread"]);
    check(table("never"), &["F2LX0001TEST on=true"]);
}

#[test]
fn devices_that_have_left() {
    let table = |column: &str, word: &str| {
        format!("Serial,Model,{column},OS Version\nF2LX0001TEST,iPhone 15,{word},18.4\n")
    };
    for (column, word, state) in [
        ("Enrollment Status", "Unenrolled", "Unmanaged"),
        ("Management State", "Retired", "Retired"),
        ("Status", "WIPED", "Wiped"),
        ("is_removed", "true", "Removed"),
        ("isDeleted", "1", "Removed"),
        ("inTrash", "true", "InBin"),
        ("Managed", "Unmanaged", "Unmanaged"),
        ("isManaged", "false", "Unmanaged"),
        ("mdm.enrollment_status", "Off", "Off"),
        ("Registration State", "REMOVED", "Removed"),
    ] {
        check(
            table(column, word),
            &[&format!("F2LX0001TEST os=18.4 left={state}")],
        );
    }
    for (column, word) in [
        ("Enrollment Status", "Enrolled"),
        ("Management State", "retirePending"),
        ("Management State", "Pending"),
        ("Status", "off"),
        ("Status", "offline"),
        ("is_missing", "true"),
        ("is_removed", "false"),
        ("inTrash", "false"),
        ("Managed", "yes"),
        ("Lost Mode", "enabled"),
        ("mdm.enrollment_status", "On (manual - personal)"),
    ] {
        check(table(column, word), &["F2LX0001TEST os=18.4"]);
    }
}

#[test]
fn enrolment_by_the_user_is_not_apples_user_enrolment() {
    let graph = |serial: &str, kind: &str| {
        format!(
            "{{\"value\":[{{\"serialNumber\":{serial},\"udid\":null,\"operatingSystem\":\"iOS\",\"osVersion\":\"18.4\",\"lastSyncDateTime\":\"2027-05-19T08:00:00Z\",\"managedDeviceOwnerType\":\"personal\",\"deviceEnrollmentType\":\"{kind}\"}}]}}"
        )
    };
    let by_user = |json: String| {
        read(json)
            .0
            .iter()
            .any(|answer| answer.management.user_enrollment.is_some())
    };
    assert!(!by_user(graph("\"F2LX0001TEST\"", "userEnrollment")));
    assert!(!by_user(graph("\"F2LX0001TEST\"", "appleUserEnrollment")));
    let (answers, problems) = read(graph("\"0\"", "appleUserEnrollment"));
    assert!(answers.is_empty());
    assert!(
        problems.iter().all(|problem| problem.level == Level::Note),
        "{problems:?}"
    );
    assert!(
        problems
            .iter()
            .any(|problem| problem.found.contains("User Enrollment hides them"))
    );
}

const UDID: &str = "00008101-001A35E40212345E";

#[test]
fn lockdown_in_every_form() {
    let told =
        format!("{UDID} os=18.4.1 on=true cloud=2027-05-18T22:10:00Z seen=2027-05-19T08:00:00Z");
    let (seconds, asked) = (832_371_000, 1_810_713_600);
    assert_eq!(
        Timestamp::from_second(seconds + 978_307_200)
            .unwrap()
            .to_string(),
        "2027-05-18T22:10:00Z"
    );
    let asked_at = Timestamp::from_second(asked).unwrap();
    let told = told.replace("2027-05-19T08:00:00Z", &asked_at.to_string());
    let json = format!(
        "{{\"UniqueDeviceID\":\"{UDID}\",\"ProductType\":\"iPhone13,2\",\"ProductVersion\":\"18.4.1\",\"DeviceClass\":\"iPhone\",\
         \"TimeIntervalSince1970\":{asked}.25,\"com.apple.mobile.backup\":{{\"CloudBackupEnabled\":true,\"LastCloudBackupDate\":{seconds},\"LastCloudBackupTZ\":\"GMT+9\"}}}}"
    );
    let sub = |text: &str| text.replace(&asked_at.to_string(), "2027-05-19T");
    let (answers, _) = read(&json);
    assert!(
        sub(&lines(&answers)[0]).starts_with(&format!(
            "{UDID} os=18.4.1 on=true cloud=2027-05-18T22:10:00Z"
        )),
        "{told}"
    );
    let text = format!(
        "BuildVersion: 22E252\nDeviceName: a: b\nProductType: iPhone13,2\nProductVersion: 18.4.1\nTimeIntervalSince1970: {asked}\nUniqueDeviceID: {UDID}\nCloudBackupEnabled: true\nLastCloudBackupDate: {seconds}\n"
    );
    check(&text, &[&told]);
    let (answers, _) = read_as(
        &format!("{UDID}-backup.txt"),
        format!("CloudBackupEnabled: true\nLastCloudBackupDate: {seconds}\n"),
        &TableRules::default(),
    );
    assert!(
        lines(&answers)[0].starts_with(&format!("{UDID} on=true cloud=2027-05-18T22:10:00Z")),
        "{answers:?}"
    );
    let watch = json.replace("iPhone13,2", "Watch7,1");
    check(watch, &[]);
}

#[test]
fn lists_of_usbmux() {
    let json = format!(
        "[{{\"ConnectionType\":\"USB\",\"DeviceClass\":\"iPhone\",\"Identifier\":\"{UDID}\",\"ProductType\":\"iPhone13,2\",\"ProductVersion\":\"18.4\"}}]"
    );
    let (answers, _) = read(json);
    assert!(lines(&answers)[0].starts_with(&format!("{UDID} os=18.4")));
}

/// A device with a number of its own.
fn record(number: usize) -> Vec<(&'static str, String)> {
    vec![
        ("serialNumber", format!("\"F2LX{number:04}TEST\"")),
        (
            "platform",
            if number.is_multiple_of(3) {
                "\"Android\""
            } else {
                "\"iOS\""
            }
            .to_owned(),
        ),
        ("osVersion", "\"18.4\"".to_owned()),
        (
            "lastCheckIn",
            format!("\"2027-05-{:02}T08:00:00Z\"", 1 + number % 18),
        ),
        ("icloudBackupEnabled", number.is_multiple_of(2).to_string()),
        (
            "lastIcloudBackup",
            format!("\"2027-04-{:02}T08:00:00Z\"", 1 + number % 28),
        ),
        ("managed", (!number.is_multiple_of(5)).to_string()),
    ]
}

fn object(fields: &[(&'static str, String)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(key, value)| format!("\"{key}\":{value}"))
        .collect();
    format!("{{{}}}", fields.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Order of columns, the name of the list, one level more and columns that nobody knows change nothing.
    #[test]
    fn the_form_of_an_export_changes_no_device(
        count in 1_usize..12,
        shuffle in any::<u64>(),
        key in "[a-z]{3,10}",
        outer in proptest::option::of("[a-z]{3,10}"),
        more in 0_usize..4,
    ) {
        let records: Vec<_> = (0..count).map(record).collect();
        let plain: Vec<String> = records.iter().map(|fields| object(fields)).collect();
        let want = lines(&read(format!("[{}]", plain.join(","))).0);
        let changed: Vec<String> = records.into_iter().enumerate().map(|(place, mut fields)| {
            let turn = (shuffle as usize).wrapping_add(place) % fields.len();
            fields.rotate_left(turn);
            for (extra, name) in ["zqx_one", "zqx_two", "zqx_three"].iter().take(more).enumerate() {
                fields.insert(extra, (*name, format!("\"{shuffle}\"")));
            }
            object(&fields)
        }).collect();
        let list = format!("{{\"{key}\":[{}]}}", changed.join(","));
        let whole = outer.map_or(list.clone(), |outer| format!("{{\"{outer}x\":{list}}}"));
        prop_assert_eq!(lines(&read(whole).0), want);
    }

    /// The same of a table's columns.
    #[test]
    fn the_order_of_columns_changes_no_device(turn in 0_usize..7, more in 0_usize..3) {
        let rows: Vec<_> = (1..8).map(record).collect();
        let table = |turn: usize, more: usize| {
            let mut text = String::new();
            let mut header: Vec<&str> = rows[0].iter().map(|(key, _)| *key).collect();
            header.rotate_left(turn);
            header.extend(["zqx_one", "zqx_two", "zqx_three"].iter().take(more));
            text.push_str(&header.join(","));
            for row in &rows {
                let mut cells: Vec<String> = row.iter().map(|(_, value)| value.replace('"', "")).collect();
                cells.rotate_left(turn);
                cells.extend(std::iter::repeat_n("x".to_owned(), more));
                let _ = write!(text, "\n{}", cells.join(","));
            }
            text + "\n"
        };
        prop_assert_eq!(lines(&read(table(turn, more)).0), lines(&read(table(0, 0)).0));
    }
}
