//! MDM exports from file to answer: one made-up document of each kind, folders of them, and files
//! that nobody vouches for.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of a test may fail like the test itself"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use base64::Engine;
use fleetback_scanner::mdm::pair::pair;
use fleetback_scanner::mdm::read::read_document;
use fleetback_scanner::model::evidence::TimestampSource;
use fleetback_scanner::model::identity::Udid;
use fleetback_scanner::model::management::{Answer, Management};
use fleetback_scanner::model::problem::{Level, Problem};
use fleetback_testdata::device::DeviceIds;
use fleetback_testdata::mdm::answer::{Managed, SECRETS};
use fleetback_testdata::mdm::asn1::{self, Encoding};
use fleetback_testdata::mdm::export;
use fleetback_testdata::plists::{Format, encode};
use jiff::Timestamp;
use proptest::prelude::*;

const UDID: &str = "00008030-001A35E40212345E";
const SERIAL: &str = "F2LXK0ABCDEF";

/// 2026-03-02T08:00:00Z, two hours before every file was written and three before the scan.
const NOW: &str = "2026-03-02T08:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

struct Exports(tempfile::TempDir);

impl Exports {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes a file whose time lies `hours` before `now`.
    fn write(&self, name: &str, hours: i64, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        let seconds = now().as_second() - hours * 3600;
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap());
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(time).unwrap();
        path
    }

    /// Reads everything below, paths shortened to what lies below.
    fn read(&self) -> (Vec<Answer>, Vec<Problem>) {
        let mut paths = Vec::new();
        files_below(self.0.path(), &mut paths);
        pair(
            paths
                .iter()
                .map(|path| read_document(path, now()))
                .collect(),
        )
    }

    fn problems(&self) -> Vec<String> {
        let (_, problems) = self.read();
        problems.iter().map(|problem| self.line(problem)).collect()
    }

    fn line(&self, problem: &Problem) -> String {
        let path = problem.path.strip_prefix(self.0.path()).unwrap();
        let level = if problem.level == Level::Note {
            "note"
        } else {
            "incomplete"
        };
        format!("{level} {}: {}", path.display(), problem.found)
    }
}

fn files_below(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, paths);
        } else {
            paths.push(path);
        }
    }
}

fn plist(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>{body}</dict></plist>"
    )
}

/// An acknowledged answer of the usual device with one more top key.
fn answer(body: &str) -> String {
    plist(&format!(
        "<key>CommandUUID</key><string>C-1</string><key>Status</key><string>Acknowledged</string>\
         <key>UDID</key><string>{UDID}</string>{body}"
    ))
}

fn information(responses: &str) -> String {
    answer(&format!(
        "<key>QueryResponses</key><dict>{responses}</dict>"
    ))
}

fn status(status: &str) -> String {
    plist(&format!(
        "<key>Status</key><string>{status}</string><key>UDID</key><string>{UDID}</string>"
    ))
}

fn key(key: &str, value: &str) -> String {
    format!("<key>{key}</key>{value}")
}

fn only(text: &str) -> Answer {
    let exports = Exports::new();
    exports.write("answer", 2, text);
    let (mut answers, problems) = exports.read();
    assert_eq!(problems, [], "{text}");
    assert_eq!(answers.len(), 1, "{text}");
    answers.remove(0)
}

/// What an answer tells, without what it does not tell and without repeating its source.
fn told(answer: &Answer) -> String {
    let all = format!("{answer:#?}");
    let silent = [
        ": None,",
        ": {},",
        "not_now: false,",
        "no_cloud_date_means_never: false,",
    ];
    let mut lines = vec![format!(
        "{} by {:?}",
        answer.source.kind, answer.source.clock
    )];
    let mut source_indent = None;
    for line in all.lines() {
        let indent = line.len() - line.trim_start().len();
        let closes = matches!(line.trim_start(), "}," | "),");
        if source_indent.is_some_and(|at| indent > at || (closes && indent == at)) {
            continue;
        }
        source_indent = None;
        if line.contains("source: S") {
            source_indent = Some(indent);
        } else if !silent.iter().any(|end| line.ends_with(end)) {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n")
}

fn full_information() -> String {
    information(
        &[
            key("AvailableDeviceCapacity", "<real>12.5</real>"),
            key("DeviceCapacity", "<real>64</real>"),
            key("AwaitingConfiguration", "<false/>"),
            key("BatteryLevel", "<real>0.81</real>"),
            key("BuildVersion", "<string>21F90</string>"),
            key("DeviceName", "<string>Ward 3 iPad</string>"),
            key("IMEI", "<string>35 735005 003432 4</string>"),
            key("ICCID", "<string>8901 0030 0000 0336 1196</string>"),
            key("IsActivationLockEnabled", "<false/>"),
            key("IsCloudBackupEnabled", "<true/>"),
            key("IsDeviceLocatorServiceEnabled", "<true/>"),
            key("IsMDMLostModeEnabled", "<false/>"),
            key("IsMultiUser", "<false/>"),
            key("IsSupervised", "<true/>"),
            key("LastCloudBackupDate", "<date>2026-02-27T03:11:05Z</date>"),
            key("MEID", "<string>35745019114431</string>"),
            key("ModelName", "<string>iPad</string>"),
            key("OSVersion", "<string>17.5.1</string>"),
            key("PhoneNumber", "<string>+12018675309</string>"),
            key("ProductName", "<string>iPad13,18</string>"),
            key("SerialNumber", &format!("<string>{SERIAL}</string>")),
            key(
                "ServiceSubscriptions",
                "<array><dict><key>IMEI</key><string>35 309418 464558 9</string>\
             <key>ICCID</key><string>6905 4911 1205 0650 3488</string>\
             <key>EID</key><string>89049032004008882600004821436874</string>\
             <key>PhoneNumber</key><string>+12018675310</string></dict></array>",
            ),
            key("SupplementalOSVersionExtra", "<string>(a)</string>"),
            key("TimeZone", "<string>Europe/Berlin</string>"),
            key("iTunesStoreAccountIsActive", "<true/>"),
        ]
        .concat(),
    )
}

#[test]
fn device_information() {
    insta::assert_snapshot!(told(&only(&full_information())));
}

#[test]
fn security_info() {
    let body = "<key>SecurityInfo</key><dict><key>PasscodePresent</key><true/>\
                <key>ManagementStatus</key><dict><key>IsUserEnrollment</key><false/>\
                <key>IsActivationLockManageable</key><true/></dict></dict>";
    insta::assert_snapshot!(told(&only(&answer(body))));
}

fn restrictions() -> String {
    answer(
        "<key>GlobalRestrictions</key><dict><key>restrictedBool</key><dict>\
         <key>allowCloudBackup</key><dict><key>value</key><false/></dict>\
         <key>forceEncryptedBackup</key><dict><key>value</key><true/></dict></dict></dict>\
         <key>ProfileRestrictions</key><dict>\
         <key>org.example.cis</key><dict><key>restrictedBool</key><dict>\
         <key>allowCloudBackup</key><dict><key>value</key><false/></dict></dict></dict>\
         <key>org.example.mail</key><dict><key>restrictedBool</key><dict>\
         <key>allowCloudBackup</key><dict><key>value</key><false/></dict>\
         <key>forceEncryptedBackup</key><dict><key>value</key><true/></dict></dict></dict></dict>",
    )
}

#[test]
fn restrictions_and_who_sets_them() {
    let answer = only(&restrictions());
    assert_eq!(
        answer.management.restriction("allowCloudBackup"),
        Some(false)
    );
    assert_eq!(answer.management.restriction("allowCamera"), None);
    insta::assert_snapshot!(told(&answer));
}

#[test]
fn profile_list() {
    let body = "<key>ProfileList</key><array><dict><key>PayloadIdentifier</key><string>org.example.cis</string>\
                <key>PayloadDisplayName</key><string>Baseline</string></dict>\
                <dict><key>PayloadIdentifier</key><string>org.example.wifi</string></dict></array>";
    insta::assert_snapshot!(told(&only(&answer(body))));
}

#[test]
fn managed_applications() {
    let app = |id: &str, flags: i64| {
        key(
            id,
            &format!("<dict><key>ManagementFlags</key><integer>{flags}</integer></dict>"),
        )
    };
    let apps = [
        app("a.barred", 4),
        app("b.both", 5),
        app("c.removed", 1),
        app("d.free", 0),
    ]
    .concat();
    insta::assert_snapshot!(told(&only(&answer(&key(
        "ManagedApplicationList",
        &format!("<dict>{apps}</dict>")
    )))));
}

/// A `CertificateList` of (is it an identity?, its data).
fn certificate_list(entries: &[(bool, Vec<u8>)]) -> String {
    let entries: String = entries
        .iter()
        .map(|(identity, der)| {
            let data = base64::engine::general_purpose::STANDARD.encode(der);
            format!(
                "<dict><key>CommonName</key><string>Owner of the phone</string>\
                 <key>IsIdentity</key><{identity}/><key>Data</key><data>{data}</data></dict>"
            )
        })
        .collect();
    answer(&key(
        "CertificateList",
        &format!("<array>{entries}</array>"),
    ))
}

#[test]
fn the_validity_of_identities_is_read_and_their_names_are_not() {
    let certificate = |from: &str, until: &str| {
        asn1::certificate("Owner", from.parse().unwrap(), until.parse().unwrap())
    };
    let identity = certificate("2025-11-01T12:30:00Z", "2026-11-01T12:30:00Z");
    let far = certificate("2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z");
    let root = certificate("2015-01-01T00:00:00Z", "2035-01-01T00:00:00Z");
    let list = certificate_list(&[(true, identity), (false, root), (true, far)]);
    let told = only(&list);
    let valid = &told.management.identity_certificates;
    let valid: Vec<_> = valid.as_ref().unwrap().value.iter().collect();
    let valid: Vec<_> = valid
        .iter()
        .map(|one| format!("{} {}", one.from, one.until))
        .collect();
    assert_eq!(
        valid,
        [
            "2025-11-01T12:30:00Z 2026-11-01T12:30:00Z",
            "2049-12-31T23:59:59Z 2050-01-01T00:00:00Z",
        ]
    );
    assert!(!format!("{told:?}").contains("Owner"));
}

#[test]
fn a_certificate_that_is_none_is_lost_evidence() {
    let exports = Exports::new();
    exports.write(
        "a.plist",
        2,
        certificate_list(&[(true, vec![0x30, 0x03, 2, 1, 5])]),
    );
    assert_eq!(exports.problems(), ["incomplete a.plist: data"]);
    let unknown = exports.read().0.remove(0).management.identity_certificates;
    assert_eq!(unknown, None);
    let none = only(&certificate_list(&[]))
        .management
        .identity_certificates;
    assert!(none.unwrap().value.is_empty());
}

#[test]
fn check_ins() {
    let authenticate = plist(&format!(
        "<key>MessageType</key><string>Authenticate</string><key>UDID</key><string>{UDID}</string>\
         <key>SerialNumber</key><string>{SERIAL}</string><key>ProductName</key><string>iPad13,18</string>\
         <key>OSVersion</key><string>17.5.1</string><key>IMEI</key><string>35 735005 003432 4</string>"
    ));
    insta::assert_snapshot!(told(&only(&authenticate)));
}

#[test]
fn an_enrolment_is_dated_by_its_wrapper_alone() {
    let authenticate = plist(&format!(
        "<key>MessageType</key><string>Authenticate</string><key>UDID</key><string>{UDID}</string>"
    ));
    let payload = base64::engine::general_purpose::STANDARD.encode(&authenticate);
    let at = "2026-03-01T07:30:00Z";
    let told = only(&event("mdm.Authenticate", at, &payload)).management;
    assert_eq!(told.enrolled_at.unwrap().value, at.parse().unwrap());
    assert_eq!(only(&authenticate).management.enrolled_at, None);
}

#[track_caller]
fn ended(text: &str, want: bool) {
    let told = only(text).management.enrolment_ended.unwrap();
    assert_eq!(told.value, want, "{text}");
}

#[test]
fn a_check_out_ends_an_enrolment_and_any_other_message_goes_on_with_it() {
    let check_in = |kind: &str| {
        plist(&format!(
            "<key>MessageType</key><string>{kind}</string><key>UDID</key><string>{UDID}</string>"
        ))
    };
    ended(&check_in("CheckOut"), true);
    ended(&check_in("Authenticate"), false);
    ended(&check_in("TokenUpdate"), false);
    ended(&status("NotNow"), false);
}

#[track_caller]
fn esim(os_version: &str, sims: &str, want: Option<bool>) {
    let os_version = key("OSVersion", &format!("<string>{os_version}</string>"));
    let body = format!("{os_version}{sims}");
    let told = only(&information(&body)).management.esim;
    assert_eq!(told.map(|told| told.value), want, "{body}");
}

#[test]
fn an_eid_tells_an_esim_and_its_absence_does_so_from_ios_14_on() {
    let sims = |body: &str| key("ServiceSubscriptions", &format!("<array>{body}</array>"));
    let card = "<dict><key>Slot</key><string>CTSubscriptionSlotOne</string></dict>";
    let chip = "<dict><key>EID</key><string>89049032004008882600004821436874</string></dict>";
    esim("17.5", &sims(&[card, chip].concat()), Some(true));
    esim("12.1", &sims(chip), Some(true));
    esim("14.0", &sims(card), Some(false));
    esim("13.7", &sims(card), None);
    esim(
        "17.5",
        &sims("<dict><key>EID</key><string/></dict>"),
        Some(false),
    );
    esim("17.5", "", None);
}

#[track_caller]
fn battery(level: &str, want: Option<f64>) {
    let body = key("BatteryLevel", &format!("<real>{level}</real>"));
    let told = only(&information(&body)).management.battery;
    assert_eq!(told.map(|told| told.value), want, "{level}");
}

#[test]
fn a_battery_level_of_minus_one_is_unknown() {
    battery("0", Some(0.0));
    battery("1.0", Some(1.0));
    battery("-1.0", None);
    battery("1.1", None);
}

#[test]
fn contact_only() {
    let kinds = [
        status("NotNow"),
        status("Error"),
        status("CommandFormatError"),
        status("Idle"),
        status("Acknowledged"),
        answer("<key>InstalledApplicationList</key><array/>"),
        plist(&format!(
            "<key>MessageType</key><string>CheckOut</string><key>UDID</key><string>{UDID}</string>"
        )),
    ];
    for text in kinds {
        let answer = only(&text);
        let management = &answer.management;
        assert_eq!(answer.identity.udid.as_ref().unwrap().as_str(), UDID);
        assert!(management.last_contact.is_some());
        assert_eq!(management.not_now, text.contains("NotNow"));
        assert_eq!(management.last_inventory, None);
        assert!(!management.no_cloud_date_means_never);
    }
}

#[test]
fn every_format_tells_the_same() {
    let xml = full_information();
    let value = plist::Value::from_reader_xml(xml.as_bytes()).unwrap();
    let mut binary = Vec::new();
    value.to_writer_binary(&mut binary).unwrap();
    let bare = xml.split_once('\n').unwrap().1;
    let utf16 = format!("\u{feff}{bare}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let forms = [
        binary,
        bare.as_bytes().to_vec(),
        format!("\u{feff}{xml}").into_bytes(),
        format!("\r\n {xml}").into_bytes(),
        utf16,
    ];
    let want = told(&only(&xml));
    for form in forms {
        let exports = Exports::new();
        exports.write("answer", 2, form);
        assert_eq!(told(&exports.read().0[0]), want);
    }
}

fn event(topic: &str, created_at: &str, payload: &str) -> String {
    let part = if topic == "mdm.Connect" {
        "acknowledge_event"
    } else {
        "checkin_event"
    };
    format!(
        "{{\"topic\":\"{topic}\",\"created_at\":\"{created_at}\",\
         \"{part}\":{{\"udid\":\"{UDID}\",\"status\":\"Acknowledged\",\"raw_payload\":\"{payload}\"}}}}"
    )
}

#[track_caller]
fn clock(text: &str, want: (&str, TimestampSource)) {
    let source = only(text).source;
    assert_eq!(
        (source.observed_at, source.clock),
        (want.0.parse().unwrap(), want.1)
    );
}

#[test]
fn webhook_events_are_as_old_as_they_say() {
    let message = full_information();
    let standard = base64::engine::general_purpose::STANDARD.encode(&message);
    let url_safe = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&message);
    let at = "2026-03-01T07:30:00Z";
    clock(
        &event("mdm.Connect", at, &standard),
        (at, TimestampSource::Wrapper),
    );
    clock(
        &event("mdm.Connect", at, &url_safe),
        (at, TimestampSource::Wrapper),
    );
    clock(
        &event("mdm.Connect", "2026-03-01T09:30:00+02:00", &standard),
        (at, TimestampSource::Wrapper),
    );
    clock(
        &event("mdm.Connect", "0001-01-01T00:00:00Z", &standard),
        ("2026-03-02T06:00:00Z", TimestampSource::FileTime),
    );
    clock(
        &event("mdm.Connect", "2026-02-01T00:00:00Z", &standard),
        ("2026-02-27T03:11:05Z", TimestampSource::NewestDateInside),
    );
    let bare = event("mdm.TokenUpdate", at, "");
    clock(&bare, (at, TimestampSource::Wrapper));
    assert_eq!(
        told(&only(&event("mdm.Connect", at, &url_safe)))
            .lines()
            .skip(1)
            .count(),
        told(&only(&message)).lines().skip(1).count()
    );
}

#[test]
fn an_event_from_the_future_is_dated_by_its_file() {
    let payload = base64::engine::general_purpose::STANDARD.encode(status("NotNow"));
    let exports = Exports::new();
    exports.write(
        "a",
        2,
        event("mdm.Connect", "2026-03-02T08:00:01Z", &payload),
    );
    exports.write(
        "b",
        2,
        event("mdm.Connect", "2026-03-02T08:00:00Z", &payload),
    );
    let (answers, problems) = exports.read();
    let clocks: Vec<_> = answers.iter().map(|answer| answer.source.clock).collect();
    assert_eq!(
        clocks,
        [TimestampSource::FileTime, TimestampSource::Wrapper]
    );
    assert_eq!((problems.len(), problems[0].level), (1, Level::Note));
}

#[test]
fn many_events_in_one_file() {
    let payload = base64::engine::general_purpose::STANDARD.encode(status("NotNow"));
    let one = event("mdm.Connect", "2026-03-01T07:30:00Z", &payload);
    let broken = event("mdm.Connect", "2026-03-01T07:30:00Z", "!!!");
    let exports = Exports::new();
    exports.write("lines.json", 2, format!("{one}\n{broken}\n{one}\n"));
    exports.write("array.json", 2, format!("[{one},{one}]"));
    let (answers, _) = exports.read();
    assert_eq!(answers.len(), 4);
    assert_eq!(
        exports.problems(),
        ["incomplete lines.json: a raw_payload that is not base64"]
    );
}

#[test]
fn a_date_inside_makes_an_old_file_younger_and_never_older() {
    let exports = Exports::new();
    exports.write("copied", 24 * 60, full_information());
    let source = exports.read().0.remove(0).source;
    assert_eq!(
        (source.observed_at.to_string().as_str(), source.clock),
        ("2026-02-27T03:11:05Z", TimestampSource::NewestDateInside)
    );
    clock(
        &full_information(),
        ("2026-03-02T06:00:00Z", TimestampSource::FileTime),
    );
}

#[test]
fn file_times_in_the_future_make_one_note() {
    let exports = Exports::new();
    for name in ["a", "b", "c"] {
        exports.write(name, -1, status("NotNow"));
    }
    let (answers, problems) = exports.read();
    assert!(
        answers
            .iter()
            .all(|answer| answer.source.observed_at == now())
    );
    assert!(
        answers
            .iter()
            .all(|answer| answer.source.clock == TimestampSource::FileTimeInFuture)
    );
    assert_eq!(problems.len(), 1);
    assert!(problems[0].found.starts_with("3 files: "), "{problems:?}");
}

fn command(queries: &str) -> String {
    plist(&format!(
        "<key>CommandUUID</key><string>C-1</string><key>Command</key><dict>\
         <key>RequestType</key><string>DeviceInformation</string>{queries}</dict>"
    ))
}

/// Could the answer have told a date, with this command beside it?
#[track_caller]
fn never_where_missing(responses: &str, beside: Option<&str>, want: bool) {
    let exports = Exports::new();
    exports.write("Z.result.plist", 2, information(responses));
    if let Some(queries) = beside {
        exports.write("A.plist", 2, command(queries));
    }
    let (answers, problems) = exports.read();
    assert_eq!(problems, []);
    assert_eq!(
        answers[0].management.no_cloud_date_means_never, want,
        "{responses} {beside:?}"
    );
}

#[test]
fn an_absent_date_is_never_only_where_it_could_be_told() {
    let (on, off) = (
        "<key>IsCloudBackupEnabled</key><true/>",
        "<key>IsCloudBackupEnabled</key><false/>",
    );
    let asked = "<key>Queries</key><array><string>IsCloudBackupEnabled</string><string>LastCloudBackupDate</string></array>";
    let not_asked = "<key>Queries</key><array><string>IsCloudBackupEnabled</string></array>";
    never_where_missing(on, None, true);
    never_where_missing(off, None, true);
    never_where_missing("", None, false);
    never_where_missing(on, Some(asked), true);
    never_where_missing(on, Some(not_asked), false);
    never_where_missing(on, Some(""), true);
    never_where_missing("", Some(asked), false);
}

/// Which queries about backups were left out, with this command beside the answer?
#[track_caller]
fn left_out(beside: Option<&str>, want: Option<&[&str]>) {
    let exports = Exports::new();
    exports.write("Z.result.plist", 2, information(""));
    if let Some(queries) = beside {
        exports.write("A.plist", 2, command(queries));
    }
    let told = exports.read().0.remove(0).management;
    let told = told.backup_queries_left_out;
    let told: Option<Vec<String>> = told.map(|told| told.value.into_iter().collect());
    let want = want.map(|keys| keys.iter().map(|key| (*key).to_owned()).collect());
    assert_eq!(told, want, "{beside:?}");
}

#[test]
fn not_asked_is_told_from_no_answer() {
    let asked = |queries: &str| format!("<key>Queries</key><array>{queries}</array>");
    let (on, date) = (
        "<string>IsCloudBackupEnabled</string>",
        "<string>LastCloudBackupDate</string>",
    );
    let all = ["IsCloudBackupEnabled", "LastCloudBackupDate"];
    left_out(None, None);
    left_out(Some(""), None);
    left_out(Some(&asked("")), Some(&all));
    left_out(Some(&asked(on)), Some(&all[1..]));
    left_out(Some(&asked(date)), Some(&all[..1]));
    left_out(Some(&asked(&[on, date].concat())), Some(&[]));
}

#[test]
fn dates_before_icloud_stand_for_none() {
    for date in [
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "2001-01-01T00:00:00Z",
    ] {
        let exports = Exports::new();
        let body = format!(
            "<key>IsCloudBackupEnabled</key><true/><key>LastCloudBackupDate</key><date>{date}</date>"
        );
        exports.write("a.plist", 2, information(&body));
        let (answers, problems) = exports.read();
        assert_eq!(answers[0].management.last_cloud_backup, None, "{date}");
        assert!(answers[0].management.no_cloud_date_means_never);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].level, Level::Note);
    }
}

#[test]
fn user_enrolment_hides_the_device() {
    let hidden = only(&plist(
        "<key>EnrollmentID</key><string>E-1</string><key>Status</key><string>Acknowledged</string>\
         <key>QueryResponses</key><dict><key>IsCloudBackupEnabled</key><true/></dict>",
    ));
    assert_eq!(
        hidden.hidden.as_deref(),
        Some("User Enrollment hides UDID and serial number")
    );
    assert!(hidden.identity.is_empty());
    assert!(!hidden.management.no_cloud_date_means_never);

    let told = only(&plist(
        "<key>Status</key><string>Acknowledged</string><key>SecurityInfo</key><dict>\
         <key>ManagementStatus</key><dict><key>IsUserEnrollment</key><true/></dict></dict>",
    ));
    assert_eq!(
        told.hidden.as_deref(),
        Some("User Enrollment hides UDID and serial number")
    );

    let nameless = only(&plist("<key>Status</key><string>Idle</string>"));
    assert!(
        nameless
            .hidden
            .unwrap()
            .starts_with("the message names no UDID")
    );
}

#[test]
fn what_is_no_iphone_or_ipad_is_left_out_and_counted() {
    let tv = "1c111c111c111c111c111c111c111c111c111c11";
    let message = |body: &str, udid: &str| {
        plist(&format!(
            "<key>Status</key><string>Acknowledged</string><key>UDID</key><string>{udid}</string>{body}"
        ))
    };
    let named = |product: &str| {
        format!(
            "<key>QueryResponses</key><dict><key>ProductName</key><string>{product}</string></dict>"
        )
    };
    let exports = Exports::new();
    exports.write(
        "mac/1",
        2,
        message(
            &named("MacBookPro14,3"),
            "66ADE930-5FDF-5EC4-8429-15640684C489",
        ),
    );
    exports.write(
        "mac/2",
        2,
        message("", "66ADE930-5FDF-5EC4-8429-15640684C489"),
    );
    exports.write(
        "mac/3",
        2,
        message(
            "<key>SecurityInfo</key><dict><key>FDE_Enabled</key><true/></dict>",
            UDID,
        ),
    );
    exports.write("tv/1", 2, message(&named("AppleTV11,1"), tv));
    exports.write("tv/0", 2, message("<key>SecurityInfo</key><dict/>", tv));
    exports.write(
        "watch",
        2,
        message(&named("Watch6,7"), "00008301-000A1B2C3D4E5F60"),
    );
    let (answers, _) = exports.read();
    assert_eq!(answers, []);
    assert_eq!(
        exports.problems(),
        [
            "note mac: 3 files: a message of a Mac: left out",
            "note tv: 2 files: a message of an Apple TV: left out",
            "note watch: a message of an Apple Watch: left out",
        ]
    );
}

#[test]
fn what_is_not_understood_is_told() {
    let exports = Exports::new();
    let xml = full_information();
    let mut binary = Vec::new();
    plist::Value::from_reader_xml(xml.as_bytes())
        .unwrap()
        .to_writer_binary(&mut binary)
        .unwrap();
    let deep = format!(
        "<plist>{}{}</plist>",
        "<array>".repeat(200_000),
        "</array>".repeat(200_000)
    );
    let token =
        "<key>MessageType</key><string>TokenUpdate</string><key>Token</key><data>Base64=</data>";
    let files: &[(&str, Vec<u8>)] = &[
        ("array.plist", b"<plist><array/></plist>".to_vec()),
        ("command", plist("<key>Command</key><dict><key>RequestType</key><string>DeviceLock</string></dict>").into_bytes()),
        ("base64.plist", plist(token).into_bytes()),
        ("cfgutil.jsonl", b"{\"Type\":\"Progress\",\"Percent\":1}\n{\"Type\":\"CommandOutput\",\"Command\":\"get\"}".to_vec()),
        ("cut.bin", binary[..binary.len() / 2].to_vec()),
        ("cut.plist", xml.as_bytes()[..xml.len() / 2].to_vec()),
        ("cut.txt", b"{\"topic\":\"mdm.Connect\",".to_vec()),
        ("deep", deep.into_bytes()),
        ("empty", Vec::new()),
        ("empty.plist", Vec::new()),
        ("fleet.json", b"{\"results\":[]}".to_vec()),
        ("help.csv", b"serial,user,mail\n".to_vec()),
        ("info", plist("<key>ProductType</key><string>iPhone1,1</string><key>ProductVersion</key><string>1.0</string>").into_bytes()),
        ("login.plist", b"<!DOCTYPE html><html><title>Sign in</title></html>".to_vec()),
        ("other.plist", plist("<key>Hello</key><true/>").into_bytes()),
        ("readme", b"How we export".to_vec()),
        ("record.xml", b"<?xml version=\"1.0\"?><mobile_device/>".to_vec()),
        ("rubbish.plist", b"\0\x01\x02".to_vec()),
        ("status", plist("<key>SnapshotState</key><string>finished</string>").into_bytes()),
        ("x.mobileconfig", plist("<key>PayloadType</key><string>Configuration</string><key>PayloadIdentifier</key><string>a</string>").into_bytes()),
    ];
    for (name, bytes) in files {
        exports.write(name, 2, bytes);
    }
    let (answers, _) = exports.read();
    let hidden: Vec<_> = answers.iter().map(|answer| &answer.hidden).collect();
    assert_eq!(hidden.len(), 2, "{hidden:?}");
    insta::assert_snapshot!(exports.problems().join("\n"));
}

#[test]
fn one_value_that_was_blackened_costs_that_value() {
    let body = |data: &str| {
        information("<key>IsCloudBackupEnabled</key><true/>").replace(
            "<key>QueryResponses",
            &format!("<key>Blob</key><data>{data}</data><key>QueryResponses"),
        )
    };
    let exports = Exports::new();
    exports.write("a", 2, body("*** removed ***"));
    let payload = base64::engine::general_purpose::STANDARD.encode(body("=x="));
    exports.write("event.json", 2, event("mdm.Connect", NOW, &payload));
    let (answers, _) = exports.read();
    assert_eq!(answers.len(), 2);
    for answer in &answers {
        let enabled = &answer.management.cloud_backup_enabled;
        assert!(enabled.as_ref().unwrap().value);
    }
    let note = "data that is not base64 at the key Blob; the rest was read";
    assert_eq!(exports.problems(), [format!("note : 2 files: {note}")]);
    exports.write("a", 2, &body("***")[..300]);
    assert_eq!(
        exports.problems(),
        [
            "incomplete a: damaged or cut-off XML".to_owned(),
            format!("note event.json: {note}"),
        ]
    );
}

#[test]
fn a_profile_that_a_device_has_is_named_as_what_sets_a_restriction() {
    let name = "org.example.cis";
    let list = format!(
        "<key>ProfileList</key><array><dict><key>PayloadIdentifier</key><string>{name}</string></dict></array>"
    );
    let setters = |files: &[(&str, Vec<u8>)]| {
        let exports = Exports::new();
        for (file, bytes) in files {
            exports.write(file, 2, bytes);
        }
        let mut device = Management::default();
        for answer in exports.read().0 {
            device.absorb(*answer.management);
        }
        let by = device.restriction_profiles.get("allowCloudBackup").cloned();
        (
            by.unwrap_or_default().into_iter().collect::<Vec<_>>(),
            device.restrictions.is_some(),
        )
    };
    let profile = || ("cis.mobileconfig", xml(&export::restriction_profile(name)));
    let installed = || ("list", answer(&list).into_bytes());
    let asked = || ("restrictions", restrictions().into_bytes());
    assert_eq!(setters(&[profile()]), (vec![], false));
    assert_eq!(setters(&[installed()]), (vec![], false));
    assert_eq!(
        setters(&[profile(), installed()]),
        (vec![name.to_owned()], false),
        "no restriction is in force because a file says so"
    );
    let told = vec![name.to_owned(), "org.example.mail".to_owned()];
    assert_eq!(
        setters(&[profile(), installed(), asked()]),
        (told, true),
        "what the device was asked for counts alone"
    );
}

/// One file of another program, read: answers in full, then what was noted.
fn all_told(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let exports = Exports::new();
    exports.write(name, 2, bytes);
    let (answers, _) = exports.read();
    let hidden = answers.iter().filter_map(|answer| answer.hidden.clone());
    let told = answers.iter().map(told);
    let said: Vec<_> = told.chain(hidden).chain(exports.problems()).collect();
    let said = said.join("\n");
    for secret in SECRETS {
        assert!(!said.contains(secret), "{said}");
    }
    let phone = device_ids().phone_number.unwrap();
    assert!(!said.contains(&phone), "{said}");
    said
}

fn device_ids() -> DeviceIds {
    DeviceIds::new(7, "iPhone12,1")
}

fn xml(value: &plist::Value) -> Vec<u8> {
    encode(value, Format::Xml).unwrap()
}

#[test]
fn cfgutil_names_devices_by_ecid_and_errors_beside_them() {
    insta::assert_snapshot!(all_told("get.jsonl", export::cfgutil(&device_ids())));
}

#[test]
fn ideviceinfo_tells_when_it_was_asked() {
    let at = "2026-03-01T07:30:00Z".parse().unwrap();
    let output = xml(&export::ideviceinfo(&device_ids(), at));
    insta::assert_snapshot!(all_told("info", output));
}

#[test]
fn a_domain_of_ideviceinfo_is_joined_by_the_name_of_its_file() {
    let at = "2026-02-20T10:00:00Z".parse().unwrap();
    let output = xml(&export::ideviceinfo_backup(at));
    insta::assert_snapshot!(all_told(&format!("backup-{UDID}.plist"), &output));
    let nameless = all_told("backup.plist", &output);
    assert!(
        nameless.contains("names no device; save it under"),
        "{nameless}"
    );
}

#[test]
fn fleet_results_hold_the_command_and_its_answer() {
    let managed = Managed::new(7, &device_ids(), "Ward 3 phone");
    let at = "2026-03-01T07:30:00Z".parse().unwrap();
    let asked = managed.device_information_command(&["IsCloudBackupEnabled"]);
    let answer = managed.device_information();
    let results = export::fleet_results(&device_ids(), at, &asked, &answer).unwrap();
    insta::assert_snapshot!(all_told("results.json", &results));
    let broken = results.replace("\"result\": \"", "\"result\": \"!!");
    let broken = all_told("results.json", broken);
    assert_eq!(
        broken,
        "incomplete results.json: a result that is not base64"
    );
    assert!(all_told("none.json", "{}").starts_with("note none.json: JSON that names no device"));
}

#[test]
fn fleet_hosts_tell_what_was_collected_and_macs_are_kept_out() {
    let at = "2026-03-01T07:30:00Z".parse().unwrap();
    insta::assert_snapshot!(all_told(
        "hosts.json",
        export::fleet_hosts(&device_ids(), at)
    ));
}

#[test]
fn status_reports_tell_which_device_and_which_system() {
    let report = export::status_report(&device_ids());
    insta::assert_snapshot!(all_told("status.json", report.to_string()));
    let data = base64::engine::general_purpose::STANDARD.encode(report.to_string());
    let check_in = plist(&format!(
        "<key>MessageType</key><string>DeclarativeManagement</string><key>UDID</key>\
         <string>{}</string><key>Endpoint</key><string>status</string><key>Data</key><data>{data}</data>",
        device_ids().udid
    ));
    let told = only(&check_in).management;
    assert_eq!(told.os_version.unwrap().value, "18.1");
    assert!(told.passcode_present.unwrap().value);
}

#[test]
fn a_profile_is_what_a_device_would_get() {
    let name = "org.example.cis";
    let profile = xml(&export::restriction_profile(name));
    let want = "note a.mobileconfig: the configuration profile org.example.cis: \
                would set allowCloudBackup = false, would set forceEncryptedBackup = true";
    assert_eq!(all_told("a.mobileconfig", &profile), want);
    for encoding in [Encoding::Definite, Encoding::Indefinite] {
        let signed = asn1::signed(&profile, encoding);
        let told = all_told("a.mobileconfig", &signed);
        assert!(told.contains(want), "{told}");
        assert!(told.contains("its signature not checked"), "{told}");
    }
    let at = now();
    let certificate = asn1::certificate(&"A".repeat(64), at, at);
    let told = all_told("a.cer", certificate);
    assert_eq!(
        told,
        "note a.cer: a certificate, a key or another file in DER"
    );
}

#[test]
fn an_enrolment_profile_tells_which_answers_the_server_may_not_ask_for() {
    let of = |rights| xml(&export::enrolment_profile("org.example.mdm", rights));
    let all = all_told("a", of(8191));
    assert_eq!(
        all,
        "note a: the configuration profile org.example.mdm: would enrol"
    );
    let few = all_told("a", of(8191 - 16 - 512));
    assert!(few.ends_with(
        "would enrol, without the right to ask for device information, \
         without the right to ask for restrictions"
    ));
}

#[test]
fn automated_enrolment_skips_panes_for_the_devices_it_names() {
    let profile = export::automated_enrolment(&[SERIAL, "F2LXK0ABCDEG"], &["Restore", "Siri"]);
    let exports = Exports::new();
    exports.write("profile.json", 2, profile.to_string());
    let (answers, problems) = exports.read();
    assert_eq!((answers.len(), problems), (2, vec![]));
    for answer in answers {
        let panes = answer.management.skipped_panes.unwrap().value;
        assert!(panes.iter().eq(["Restore", "Siri"]), "{panes:?}");
    }
    let nameless = export::automated_enrolment(&[], &["Restore"]);
    let told = all_told("profile.json", nameless.to_string());
    assert!(
        told.contains("names no device; it skips the pane Restore"),
        "{told}"
    );
}

#[test]
fn a_nanomdm_store_is_read_and_its_secrets_are_not_opened() {
    let ids = device_ids();
    let managed = Managed::new(7, &ids, "Ward 3 phone");
    let asked = managed.device_information_command(&["UDID", "IsCloudBackupEnabled"]);
    let uuid = managed.command_uuid("DeviceInformation");
    let exports = Exports::new();
    let file = |name: &str| format!("db/{}/{name}", ids.udid);
    exports.write(
        &file("Authenticate.plist"),
        900,
        xml(&managed.authenticate()),
    );
    exports.write(
        &file("TokenUpdate.plist"),
        800,
        xml(&managed.token_update()),
    );
    exports.write(&file("SerialNumber.txt"), 900, &ids.serial);
    exports.write(&file("UnlockToken.dat"), 800, SECRETS[1]);
    exports.write(&file("BootstrapToken.dat"), 800, SECRETS[3]);
    exports.write(&file("Identity.pem"), 800, SECRETS[3]);
    exports.write(&file("Disabled"), 1, "");
    let done = |ending: &str| file(&format!("QueueDone/{uuid}{ending}"));
    exports.write(&done(".plist"), 3, xml(&asked));
    exports.write(
        &done(".result.plist"),
        3,
        xml(&managed.device_information()),
    );
    exports.write(
        &file("QueueNotNow/1.result.plist"),
        2,
        xml(&managed.not_now()),
    );
    exports.write(
        "db/66ADE930-5FDF-5EC4-8429-15640684C489/SerialNumber.txt",
        2,
        "C02MT66KFLHH",
    );
    let (answers, _) = exports.read();
    let mut device = Management::default();
    for answer in answers {
        let udid = answer.identity.udid.as_ref().map(Udid::as_str);
        assert_eq!(udid, Some(ids.udid.as_str()), "{answer:?}");
        device.absorb(*answer.management);
    }
    assert!(
        !device.no_cloud_date_means_never,
        "the command leaves the date out"
    );
    let left_out = device.backup_queries_left_out.as_ref().unwrap();
    assert!(left_out.value.iter().eq(["LastCloudBackupDate"]));
    assert!(device.enrolment_ended.as_ref().unwrap().value);
    assert!(device.not_now);
    let problems = exports.problems();
    let folder = format!("db/{}", ids.udid);
    assert_eq!(
        problems,
        [
            format!("note {folder}: 3 files: a secret of the MDM server: never opened"),
            "note db/66ADE930-5FDF-5EC4-8429-15640684C489/SerialNumber.txt: plain text".to_owned(),
        ]
    );
    let said = format!("{device:?} {problems:?}");
    for secret in SECRETS {
        assert!(!said.contains(secret));
    }
}

#[test]
fn what_cfgutil_prints_for_people_is_refused_with_words() {
    let backups =
        "Source: 00008110-001C604A3405801E Encrypted: No Date: Today at 12:42 Name: iPhone";
    let told = all_told("list-backups.txt", backups);
    assert!(told.contains("whose dates are relative"), "{told}");
    let list =
        "Type: iPhone14,4\tECID: 0x1C604A3405801E\tUDID: 00008110-001C604A3405801E Location: 0x1";
    let told = all_told("list.txt", list);
    assert!(told.contains("the text of `cfgutil list`"), "{told}");
    let error = r#"{"Command":"prepare","Type":"Error","Message":"No devices found","Code":1}"#;
    assert_eq!(
        all_told("e.json", error),
        "incomplete e.json: an error of cfgutil, because no device was connected (code 1)"
    );
    let progress = r#"{"Type":"Progress","Percent":10}"#;
    let told = all_told("p.json", progress);
    assert!(told.contains("progress without a result"), "{told}");
}

#[test]
fn a_folder_in_place_of_a_file_is_told() {
    let exports = Exports::new();
    let (answers, problems) = pair(vec![
        read_document(exports.0.path(), now()),
        read_document(&exports.0.path().join("gone"), now()),
    ]);
    assert_eq!(answers, []);
    assert_eq!(problems.len(), 2);
    assert!(
        problems
            .iter()
            .all(|problem| problem.level == Level::Incomplete)
    );
}

#[test]
fn values_of_the_wrong_type_are_lost_evidence() {
    let exports = Exports::new();
    let body = "<key>IsCloudBackupEnabled</key><string>yes</string><key>LastCloudBackupDate</key><integer>5</integer>\
                <key>DeviceCapacity</key><real>64</real><key>AvailableDeviceCapacity</key><real>65</real>\
                <key>DeviceName</key><string>Kept</string>";
    exports.write("a.plist", 2, information(body));
    let (answers, problems) = exports.read();
    assert_eq!(
        answers[0].management.device_name.as_ref().unwrap().value,
        "Kept"
    );
    assert!(!answers[0].management.no_cloud_date_means_never);
    let wanted: Vec<_> = problems
        .iter()
        .map(|problem| problem.wanted.as_str())
        .collect();
    assert_eq!(
        wanted,
        [
            "AvailableDeviceCapacity",
            "IsCloudBackupEnabled as true or false in a DeviceInformation answer",
            "LastCloudBackupDate as a date in a DeviceInformation answer",
        ]
    );
}

#[test]
fn secrets_stay_in_their_files() {
    let secret = "5EC2E75EC2E7";
    let data = base64::engine::general_purpose::STANDARD.encode(secret);
    let token = plist(&format!(
        "<key>MessageType</key><string>TokenUpdate</string><key>UDID</key><string>{UDID}</string>\
         <key>PushMagic</key><string>{secret}</string><key>Token</key><data>{data}</data>\
         <key>UnlockToken</key><data>{data}</data><key>Topic</key><string>{secret}</string>"
    ));
    let escrow = plist(&format!(
        "<key>MessageType</key><string>SetBootstrapToken</string><key>UDID</key><string>{UDID}</string>\
         <key>BootstrapToken</key><data>{data}</data>"
    ));
    let phone = information(&format!(
        "<key>PhoneNumber</key><string>{secret}</string><key>ServiceSubscriptions</key><array><dict>\
         <key>PhoneNumber</key><string>{secret}</string></dict></array><key>iTunesStoreAccountHash</key><string>{secret}</string>"
    ));
    let broken = token.replace(&data, "=broken=");
    let payload = base64::engine::general_purpose::STANDARD.encode(&token);
    let exports = Exports::new();
    exports.write("token", 2, &token);
    exports.write("cut", 2, &token[..token.len() - 20]);
    exports.write("broken", 2, &broken);
    exports.write("escrow", 2, &escrow);
    exports.write("phone", 2, &phone);
    exports.write("event.json", 2, event("mdm.TokenUpdate", NOW, &payload));
    exports.write(
        "cut.json",
        2,
        &event("mdm.TokenUpdate", NOW, &payload)[..300],
    );
    exports.write("bare.txt", 2, secret);
    let (answers, problems) = exports.read();
    assert_eq!((answers.len(), problems.len()), (5, 4), "{problems:#?}");
    let documents = [
        "token",
        "cut",
        "broken",
        "escrow",
        "phone",
        "event.json",
        "cut.json",
    ]
    .map(|name| read_document(&exports.0.path().join(name), now()));
    let said = format!("{answers:?} {problems:?} {documents:?}");
    let bytes = format!("{:?}", secret.as_bytes());
    for leak in [
        secret,
        &data,
        bytes.trim_matches(['[', ']']),
        &payload[..40],
    ] {
        assert!(!said.contains(leak), "{leak}");
    }
}

#[test]
fn the_order_of_files_does_not_matter() {
    let exports = Exports::new();
    exports.write("1/a", 3, full_information());
    exports.write("1/b", 2, restrictions());
    exports.write("2/readme", 2, "text");
    exports.write("2/c", 2, command("<key>Queries</key><array/>"));
    let mut paths = Vec::new();
    files_below(exports.0.path(), &mut paths);
    paths.sort();
    let read = |paths: &[PathBuf]| {
        pair(
            paths
                .iter()
                .map(|path| read_document(path, now()))
                .collect(),
        )
    };
    let want = read(&paths);
    paths.reverse();
    assert_eq!(read(&paths), want);
}

/// Real files, where `FLEETBACK_SPECIMENS` names their folder: each must be read or told, and none
/// may bring the rest down.
#[test]
fn specimens() {
    let Some(folder) = std::env::var_os("FLEETBACK_SPECIMENS") else {
        println!("skipped: FLEETBACK_SPECIMENS does not name a folder of real exports");
        return;
    };
    let folder = &PathBuf::from(folder).join("mdm");
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return;
    }
    let now = || "2036-01-01T00:00:00Z".parse().unwrap();
    let mut paths = Vec::new();
    files_below(folder, &mut paths);
    paths.sort();
    let documents: Vec<_> = paths
        .iter()
        .map(|path| read_document(path, now()))
        .collect();
    for (path, document) in paths.iter().zip(&documents) {
        let (answers, problems) = pair(vec![document.clone()]);
        let is_command = path.ends_with("3ab89975-490b-4f33-80c7-0982069272ba.plist");
        assert!(
            is_command || !answers.is_empty() || !problems.is_empty(),
            "{} was silent",
            path.display()
        );
    }
    let (answers, problems) = pair(documents);
    let lines = answers.iter().map(|answer| {
        let path = answer.source.path.strip_prefix(folder).unwrap();
        format!(
            "{}: {} {:?}",
            path.display(),
            answer.source.kind,
            answer.identity
        )
    });
    for line in lines {
        println!("{line}");
    }
    for problem in &problems {
        println!(
            "{:?} {}: {}",
            problem.level,
            problem.path.strip_prefix(folder).unwrap().display(),
            problem.found
        );
    }
    let of = |kind: &str| {
        answers
            .iter()
            .filter(|answer| answer.source.kind == kind)
            .count()
    };
    assert_eq!(of("DeviceInformation answer"), 5);
    assert_eq!(of("cfgutil output"), 6);
    assert_eq!(of("ideviceinfo output"), 4);
    assert_eq!(of("Restrictions answer"), 2);
    assert_eq!(of("SecurityInfo answer"), 2);
    let apple = answers.iter().find(|answer| {
        answer
            .source
            .path
            .ends_with("information.device.response.plist")
    });
    let apple = &apple.unwrap().management;
    assert!(!apple.cloud_backup_enabled.as_ref().unwrap().value);
    assert_eq!(apple.last_cloud_backup, None);
    assert!(apple.no_cloud_date_means_never);
    let said = format!("{answers:?} {problems:?}");
    assert!(!said.contains("+12018675309"));
    let incomplete = problems
        .iter()
        .filter(|problem| problem.level == Level::Incomplete);
    let incomplete: Vec<_> = incomplete
        .map(|problem| problem.path.file_name().unwrap())
        .collect();
    assert_eq!(
        incomplete,
        ["error_top_level.json", "get_device_locked_error.json"],
        "cfgutil's own errors; the TokenUpdate with broken base64 is read"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let exports = Exports::new();
        let path = exports.write("any.plist", 2, bytes);
        pair(vec![read_document(&path, now())]);
    }

    #[test]
    fn mutations_never_panic(
        which in 0usize..5,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let xml = full_information();
        let mut binary = Vec::new();
        plist::Value::from_reader_xml(xml.as_bytes()).unwrap().to_writer_binary(&mut binary).unwrap();
        let payload = base64::engine::general_purpose::STANDARD.encode(&binary);
        let seeds = [
            xml.into_bytes(), binary, restrictions().into_bytes(), command("").into_bytes(),
            event("mdm.Connect", NOW, &payload).into_bytes(),
        ];
        let mut bytes = seeds[which].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() * 4));
        let exports = Exports::new();
        let path = exports.write("any.plist", 2, bytes);
        pair(vec![read_document(&path, now())]);
    }
}
