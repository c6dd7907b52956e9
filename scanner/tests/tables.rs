//! Device tables of MDM consoles, each shape with made-up devices, and tables that nobody vouches for.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of a test may fail like the test itself"
)]

use std::fmt::Write as _;

use fleetback_scanner::mdm::columns::DeviceField;
use fleetback_scanner::mdm::pair::pair;
use fleetback_scanner::mdm::read::read_by_rules;
use fleetback_scanner::mdm::rules::TableRules;
use fleetback_scanner::model::evidence::TimestampSource;
use fleetback_scanner::model::management::Answer;
use fleetback_scanner::model::problem::{Level, Problem};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const SERIAL: &str = "F2LXK0ABCDEF";
const UDID: &str = "00008030-001A35E40212345E";

fn now() -> Timestamp {
    "2099-01-01T00:00:00Z".parse().unwrap()
}

fn read(bytes: impl AsRef<[u8]>, rules: &TableRules) -> (Vec<Answer>, Vec<Problem>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export");
    std::fs::write(&path, bytes).unwrap();
    let document = read_by_rules(&path, now(), rules, &|_| {});
    let source = document.tables().first().map(|table| table.source.clone());
    let (answers, problems) = pair(vec![document]);
    (answers, problems, source.unwrap_or_default())
}

/// What is told of each device, on a line.
fn lines(answers: &[Answer]) -> Vec<String> {
    answers.iter().map(line).collect()
}

fn line(answer: &Answer) -> String {
    let m = &answer.management;
    let id = answer.identity.serial.as_ref().map(ToString::to_string);
    let id = id.or_else(|| answer.identity.udid.as_ref().map(ToString::to_string));
    let mut text = id.unwrap_or_else(|| "-".to_owned());
    if let Some(on) = &m.cloud_backup_enabled {
        let _ = write!(text, " icloud={}", on.value);
    }
    match &m.last_cloud_backup {
        Some(date) => drop(write!(text, " cloud={}", date.value)),
        None if m.no_cloud_date_means_never => text.push_str(" cloud=never"),
        None => {}
    }
    if let Some(date) = &m.last_computer_backup {
        let _ = write!(text, " computer={}", date.value);
    }
    if let Some(date) = m
        .last_contact
        .as_ref()
        .filter(|_| answer.source.clock == TimestampSource::Row)
    {
        let _ = write!(text, " seen={}", date.value);
    }
    if let Some(storage) = &m.storage {
        let _ = write!(text, " free={:.2}", storage.value.free_ratio().unwrap());
    }
    if let Some(version) = &m.os_version {
        let _ = write!(text, " os={}", version.value);
    }
    if let Some(told) = &m.assigned {
        let who = &told.value;
        let _ = write!(text, " user={:?}/{:?}", who.user, who.group);
    }
    text
}

#[track_caller]
fn check(bytes: impl AsRef<[u8]>, source: &str, want: &[&str]) {
    let (answers, problems, seen) = read(bytes, &TableRules::default());
    assert_eq!(problems, []);
    assert_eq!(seen, source);
    assert_eq!(lines(&answers), want);
}

#[test]
fn jamf_pro_classic() {
    let general = format!(
        r#"{{"id":1,"name":"iPad","serial_number":"{SERIAL}","udid":"{UDID}","os_type":"iOS",
        "os_version":"18.1","model_identifier":"iPad8,12","capacity_mb":100,"available_mb":25,
        "last_inventory_update":"2026-11-19T08:00:00.000Z",
        "last_inventory_update_epoch":1763539200000,"cloud_backup_enabled":true,
        "last_cloud_backup_date_epoch":1763452800000,"last_cloud_backup_date_utc":"2025-11-18T08:00:00.000+0000",
        "last_backup_time_epoch":1763366400000,"last_backup_time_utc":""}}"#
    );
    let want = "F2LXK0ABCDEF icloud=true cloud=2025-11-18T08:00:00Z computer=2025-11-17T08:00:00Z seen=2025-11-19T08:00:00Z free=0.25 os=18.1";
    check(&general, "Jamf Pro device record", &[want]);
    check(
        format!("{{\"general\":{general}}}"),
        "Jamf Pro device record",
        &[want],
    );
    check(
        format!("{{\"mobile_device\":{{\"general\":{general}}}}}"),
        "Jamf Pro device record",
        &[want],
    );
    let never = general
        .replace("1763452800000", "0")
        .replace("2025-11-18T08:00:00.000+0000", "");
    check(
        &never,
        "Jamf Pro device record",
        &[
            "F2LXK0ABCDEF icloud=true cloud=never computer=2025-11-17T08:00:00Z seen=2025-11-19T08:00:00Z free=0.25 os=18.1",
        ],
    );
}

#[test]
fn jamf_pro_classic_as_xml() {
    let xml = |date: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><mobile_device><general><name>A &amp; B</name>\
         <serial_number>{SERIAL}</serial_number><os_version>18.1</os_version>\
         <last_inventory_update_epoch>1763539200000</last_inventory_update_epoch>\
         <cloud_backup_enabled>true</cloud_backup_enabled>\
         <last_cloud_backup_date_epoch>{date}</last_cloud_backup_date_epoch>\
         <last_cloud_backup_date_utc/></general><location><realname>Ada</realname></location></mobile_device>"
        )
    };
    check(
        xml("0"),
        "Jamf Pro device record",
        &[
            "F2LXK0ABCDEF icloud=true cloud=never seen=2025-11-19T08:00:00Z os=18.1 user=Some(\"Ada\")/None",
        ],
    );
    check(
        xml("1763452800000"),
        "Jamf Pro device record",
        &[
            "F2LXK0ABCDEF icloud=true cloud=2025-11-18T08:00:00Z seen=2025-11-19T08:00:00Z os=18.1 user=Some(\"Ada\")/None",
        ],
    );
}

#[test]
fn jamf_pro_api() {
    check(
        format!(
            r#"{{"totalCount":2,"results":[
            {{"mobileDeviceId":"1","general":{{"udid":"{UDID}","lastInventoryUpdateDate":"2025-11-19T08:00:00Z","osVersion":"18.1"}},
              "hardware":{{"serialNumber":"{SERIAL}","capacityMb":100,"availableSpaceMb":50}},
              "cloudBackupEnabled":true,"lastCloudBackupDate":null,"lastBackupDate":"2025-11-18T08:00:00Z"}},
            {{"mobileDeviceId":"2","serialNumber":"C7CX706CKWTK","lastInventoryUpdateDate":"2025-11-19T08:00:00Z","cloudBackupEnabled":false}}]}}"#
        ),
        "Jamf Pro device record",
        &[
            "F2LXK0ABCDEF icloud=true cloud=never computer=2025-11-18T08:00:00Z seen=2025-11-19T08:00:00Z free=0.50 os=18.1",
            "C7CX706CKWTK icloud=false seen=2025-11-19T08:00:00Z",
        ],
    );
}

#[test]
fn simplemdm() {
    check(
        format!(
            r#"{{"data":[{{"type":"device","id":121,"attributes":{{"name":"Mike's iPhone","last_seen_at":"2025-11-19T01:00:00.000-07:00",
            "os_version":"18.1","product_name":"iPhone12,1","unique_identifier":"{UDID}","serial_number":"{SERIAL}",
            "device_capacity":64.0,"available_device_capacity":16.0,"battery_level":"93%",
            "is_cloud_backup_enabled":true,"last_cloud_backup_date":"2025-11-18T01:00:00.000-07:00"}}}}],"has_more":false}}"#
        ),
        "SimpleMDM device record",
        &[
            "F2LXK0ABCDEF icloud=true cloud=2025-11-18T08:00:00Z seen=2025-11-19T08:00:00Z free=0.25 os=18.1",
        ],
    );
}

#[test]
fn mosyle() {
    let record = format!(
        r#"{{"deviceudid":"{UDID}","serial_number":"{SERIAL}","os":"ios","osversion":"18.1","total_disk":"64.0000000000",
        "available_disk":"32","isCloudBackupEnabled":"1","LastCloudBackupDate":"","date_info":"1763539200","date_last_beat":1763539200,
        "username":"Ada","tags":["loaner"]}}"#
    );
    let want = "F2LXK0ABCDEF icloud=true seen=2025-11-19T08:00:00Z free=0.50 os=18.1 user=Some(\"Ada\")/None";
    for envelope in [
        "{\"devices\":[X],\"rows\":1}",
        "[{\"devices\":[X],\"rows\":1}]",
    ] {
        let json = format!(
            "{{\"status\":\"OK\",\"response\":{}}}",
            envelope.replace('X', &record)
        );
        check(json, "Mosyle device record", &[want]);
    }
}

#[test]
fn intune() {
    check(
        format!(
            "Device ID,Device name,Enrollment date,Last check-in,Serial number,Model,IMEI,Total storage,Free storage,Category,Primary user UPN,Primary user display name,OS,OS version,Supervised\r\n\
             1,iPhone,2025-01-01 00:00:00.0000000,2025-11-19 08:00:00.0000000,{SERIAL},iPhone 11,,64000,16000,Nurses,ada@example.org,Ada,iOS/iPadOS,18.1,True\r\n"
        ),
        "Intune device record",
        &[
            "F2LXK0ABCDEF seen=2025-11-19T08:00:00Z free=0.25 os=18.1 user=Some(\"Ada\")/Some(\"Nurses\")",
        ],
    );
    check(
        format!(
            r#"{{"value":[{{"deviceName":"iPhone","managedDeviceOwnerType":"company","lastSyncDateTime":"2025-11-19T08:00:00Z",
            "operatingSystem":"iOS","osVersion":"18.1","serialNumber":"{SERIAL}","totalStorageSpaceInBytes":64000000000,"freeStorageSpaceInBytes":16000000000,"userDisplayName":"Ada"}}]}}"#
        ),
        "Intune device record",
        &["F2LXK0ABCDEF seen=2025-11-19T08:00:00Z free=0.25 os=18.1 user=Some(\"Ada\")/None"],
    );
}

#[test]
fn kandji_workspace_one_and_apple() {
    check(
        format!(
            r#"[{{"device_id":"1","device_name":"iPad","model":"iPad Air","serial_number":"{SERIAL}","platform":"iPad","os_version":"18.1","last_check_in":"2025-11-19T08:00:00Z","user":{{"name":"Ada"}},"blueprint_name":"Wards"}}]"#
        ),
        "Kandji (Iru) device record",
        &["F2LXK0ABCDEF seen=2025-11-19T08:00:00Z os=18.1 user=Some(\"Ada\")/Some(\"Wards\")"],
    );
    check(
        format!(
            r#"{{"Devices":[{{"SerialNumber":"{SERIAL}","DeviceFriendlyName":"iPad","LocationGroupName":"Wards","Platform":"Apple","Model":"iPad Pro","OperatingSystem":"18.1","LastSeen":"2025-11-19T08:00:00.460","DeviceCapacity":100,"AvailableDeviceCapacity":25,"IsCloudBackupEnabled":false}}],"Page":0}}"#
        ),
        "Workspace ONE device record",
        &[
            "F2LXK0ABCDEF icloud=false seen=2025-11-19T08:00:00.46Z free=0.25 os=18.1 user=None/Some(\"Wards\")",
        ],
    );
    check(
        format!(
            r#"{{"data":[{{"type":"orgDevices","id":"{SERIAL}","attributes":{{"serialNumber":"{SERIAL}","productFamily":"iPhone","productType":"iPhone12,1","deviceCapacity":"1TB","orderNumber":"1"}}}}]}}"#
        ),
        "Apple Business Manager device record",
        &[SERIAL],
    );
}

const MANAGEENGINE: &str = "UDID,SERIAL_NUMBER,OS_VERSION,IS_CLOUD_BACKUP_ENABLED,LAST_CLOUD_BACKUP_DATE,DEVICE_LAST_CONTACT_TIME\n\
    00008030-001A35E40212345E,F2LXK0ABCDEF,18.1,true,03-11-2025 13:30:00,19-11-2025 13:30:00\n";

#[test]
fn manageengine_in_the_zone_of_its_server() {
    check(
        MANAGEENGINE,
        "ManageEngine MDM table",
        &["F2LXK0ABCDEF icloud=true cloud=2025-11-03T13:30:00Z seen=2025-11-19T13:30:00Z os=18.1"],
    );
    let zone = (
        "manageengine".to_owned(),
        TimeZone::get("Asia/Kolkata").unwrap(),
    );
    let (answers, ..) = read(MANAGEENGINE, &TableRules::new([], [zone]));
    assert_eq!(
        lines(&answers),
        ["F2LXK0ABCDEF icloud=true cloud=2025-11-03T08:00:00Z seen=2025-11-19T08:00:00Z os=18.1"]
    );
}

#[test]
fn columns_that_a_user_has_taught() {
    let table =
        format!("Geraet;Letzte Sicherung;Stand\n{SERIAL};2025-11-18 08:00;2025-11-19 08:00\n");
    let (answers, ..) = read(&table, &TableRules::default());
    assert_eq!(lines(&answers), [""; 0]);
    let columns = [
        ("geraet", DeviceField::SerialNumber),
        ("Letzte Sicherung", DeviceField::LastCloudBackup),
        ("STAND", DeviceField::LastInventory),
    ];
    let rules = TableRules::new(columns.map(|(name, fact)| (name.to_owned(), fact)), []);
    let (answers, problems, _) = read(&table, &rules);
    assert_eq!(problems, []);
    assert_eq!(
        lines(&answers),
        ["F2LXK0ABCDEF cloud=2025-11-18T08:00:00Z seen=2025-11-19T08:00:00Z"]
    );
}

#[test]
fn forms_of_tables() {
    let want: &[&str] = &["F2LXK0ABCDEF os=18.1 user=Some(\"Müller\\n, J\")/None"];
    let table = "Serial,iOS Version,User\nF2LXK0ABCDEF,18.1,\"Müller\n, J\"\n";
    check(table, "device table", want);
    check(
        format!(
            "\u{feff}{}",
            table
                .replace('\n', "\r\n")
                .replace("Müller\r\n", "Müller\n")
        ),
        "device table",
        want,
    );
    check(
        table
            .replace("Serial,iOS Version,User", "Serial;iOS Version;User")
            .replace("DEF,18.1,", "DEF;18.1;"),
        "device table",
        want,
    );
    let utf16: Vec<u8> = format!("\u{feff}{table}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    check(utf16, "device table", want);
    let windows: Vec<u8> = table
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    check(windows, "device table", want);
}

#[track_caller]
fn problem(table: &str, devices: usize, found: &[&str]) {
    let (answers, problems, _) = read(table, &TableRules::default());
    assert_eq!(answers.len(), devices);
    let got: Vec<_> = problems
        .iter()
        .map(|problem| problem.found.as_str())
        .collect();
    assert_eq!(got, found);
}

#[test]
fn bad_input_costs_its_row_and_no_more() {
    let h = "Serial,iOS Version,Last Check-in,iCloud Backup Enabled\n";
    let ok = "F2LXK0ABCDEF,18.1,2025-11-19,yes\n";
    problem(
        &format!("{h}{ok}C7CX706CKWTK,18.1,2025-11-19,no,x\n"),
        1,
        &[
            "line 3: more cells than the header has, so the columns cannot be matched; the row was left out",
        ],
    );
    problem(
        &format!("{h}{ok}C7CX706CKWTK,18.1\n"),
        2,
        &["line 3: fewer cells than the header has; the missing ones count as empty"],
    );
    problem(
        &format!("{h}{ok}1.5E+11,18.1,2025-11-19,yes\n"),
        1,
        &[
            "line 3: a number in scientific notation, such as 3.5E+14, which has lost its last digits; it was not used",
        ],
    );
    problem(
        &format!("{h}{ok}C7CX706CKWTK,18.1,03/04/2025,maybe\n"),
        2,
        &[
            "line 3: a date that can be read in two ways, and nothing in the column decides which; it was not used: 3 April 2025 or 4 March 2025",
            "line 3: another word; the device was read without it",
        ],
    );
    problem(
        &format!("Export of 19 November\n\n{h}{ok}"),
        1,
        &["one row of a title before it, passed over"],
    );
    problem(
        &format!("{h}{ok}Serial,Supervised,iOS Version\nC7CX706CKWTK,yes,18.2\n"),
        2,
        &["line 3: another header; the rows below were read by it"],
    );
    problem(
        &format!("{h}{ok}C7CX706CKWTK,\"18.1\n"),
        2,
        &[
            "line 3: fewer cells than the header has; the missing ones count as empty",
            "line 3: a quotation mark that is not closed; the rows after this line were lost",
        ],
    );
    problem(
        "Serial,iOS Version,iCloud Backup Enabled,iCloud Backup Enabled\nF2LXK0ABCDEF,18.1,yes,no\n",
        1,
        &["line 2: two columns of this name that contradict each other; neither was used"],
    );
    problem(
        "Serial,OS,OS Version\nF2LXK0ABCDEF,iOS,18.1\nC02XJABCDEFG,macOS,15.1\nC02XJABCDEFH,macOS,15.1\n",
        1,
        &["lines of other devices, left out: 2 of a Mac"],
    );
    problem(
        "Serial,iOS Version,Enrollment Type\nF2LXK0ABCDEF,18.1,\n,18.1,User Enrollment\n",
        1,
        &[
            "line 3: no serial number, UDID, IMEI, MEID or ECID: User Enrollment hides them, so the device is not identified",
        ],
    );
    problem(
        "[{\"serialNumber\":\"F2LXK0ABCDEF\",\"iosVersion\":\"18.1\",\"imei\":\"\"},{\"serial",
        1,
        &["JSON that breaks off or is damaged at line 1, column 71"],
    );
}

#[test]
fn columns_of_one_name_that_agree_are_one() {
    let header = "Serial,iOS Version,iCloud Backup Enabled,iCloud Backup Enabled";
    for (cells, want) in [
        ("yes,yes", "F2LXK0ABCDEF icloud=true os=18.1"),
        ("true,Yes", "F2LXK0ABCDEF icloud=true os=18.1"),
        (",no", "F2LXK0ABCDEF icloud=false os=18.1"),
        ("no,", "F2LXK0ABCDEF icloud=false os=18.1"),
    ] {
        let table = format!("{header}\nF2LXK0ABCDEF,18.1,{cells}\n");
        check(table, "device table", &[want]);
    }
}

#[test]
fn a_quotation_mark_that_swallows_megabytes_ends_the_table_and_no_more() {
    let ok = "F2LXK0ABCDEF,18.1,yes\n";
    let rest = "C7CX706CKWTK,18.1,no\n".repeat(450_000);
    let table = format!("Serial,iOS Version,Supervised\n{ok}C7CX706CKWTK,\"18.1,no\n{rest}");
    let (answers, problems, _) = read(table, &TableRules::default());
    assert_eq!(answers.len(), 1);
    let [problem] = problems.as_slice() else {
        panic!("{problems:#?}");
    };
    let found = "a table that cannot be read past line 2: a row of more than 8388608 bytes; \
                 a quotation mark may not be closed";
    assert_eq!(
        (problem.level, problem.found.as_str()),
        (Level::Incomplete, found)
    );
}

#[test]
fn xml_that_breaks_off_keeps_the_records_before() {
    let record = |serial: &str| {
        format!(
            "<mobile_device><general><serial_number>{serial}</serial_number><os_version>18.1</os_version>\
             <last_inventory_update_epoch>1763539200000</last_inventory_update_epoch></general></mobile_device>"
        )
    };
    let whole = format!(
        "<mobile_devices>{}{}",
        record(SERIAL),
        record("C7CX706CKWTK")
    );
    let (answers, problems, _) = read(&whole[..whole.len() - 60], &TableRules::default());
    assert_eq!(
        lines(&answers),
        ["F2LXK0ABCDEF seen=2025-11-19T08:00:00Z os=18.1"]
    );
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].found.starts_with("XML that breaks off"),
        "{problems:?}"
    );
}

/// How much one cell that is neither yes nor no weighs.
#[track_caller]
fn weighs(header: &str, want: Level) {
    let text = format!("Serial Number,iOS Version,{header}\nF2LX0001TEST,18.1,string\n");
    let (_, problems, _) = read(&text, &TableRules::default());
    let levels: Vec<_> = problems.iter().map(|problem| problem.level).collect();
    assert_eq!(levels, [want], "{header}: {problems:?}");
}

#[test]
fn only_the_switch_of_icloud_backup_is_missed() {
    weighs("Cloud Backup Enabled", Level::Incomplete);
    weighs("Supervised", Level::Note);
}

#[test]
fn every_console_has_its_section_in_the_manual() {
    let manual = include_str!("../../docs/mdm.md");
    let (_, sections) = manual.split_once("## Per MDM: what to take").unwrap();
    let headings: Vec<&str> = sections
        .lines()
        .filter(|line| line.starts_with("### "))
        .collect();
    let ids = fleetback_scanner::mdm::consoles::ids().filter(|id| *id != "table");
    for id in ids {
        let named = |text: &str| text.contains(&format!("`{id}`"));
        assert!(
            headings.iter().any(|heading| named(heading)),
            "{id} has no section"
        );
        let rows = manual.lines().filter(|line| line.starts_with("| "));
        assert_eq!(
            rows.filter(|row| named(row)).count(),
            1,
            "{id} in the table"
        );
    }
    for section in sections.split("\n### ").skip(1) {
        let (title, text) = section.split_once('\n').unwrap();
        let says = [
            "`GET ",
            "`cfgutil",
            "`ideviceinfo",
            "webhook",
            "CSV",
            "listdevices",
            "A table",
        ];
        assert!(
            says.iter().any(|word| text.contains(word)),
            "{title} names no export"
        );
        let limits = title.contains("NanoMDM")
            || title.contains("MicroMDM")
            || text.contains("cannot say")
            || text.contains("names no device");
        assert!(limits, "{title} does not say what it cannot say");
    }
}
