//! One morning of a small fleet: every status, waivers, hostile names, problems, evidence that
//! belongs to nobody. Shared by the tests of all renderers.

#![allow(clippy::unwrap_used)] // clippy does not see that helpers of tests are tests

use std::collections::BTreeMap;
use std::path::PathBuf;

use fleetback_report::format::{self, AgeLimits, Label};
use fleetback_report::results::{Code, Confidence, FixId, PatternKind, Severity, *};
use fleetback_scanner::model::backup::*;
use fleetback_scanner::model::evidence::TimestampSource;
use fleetback_scanner::model::management::CapacityUnit;
use fleetback_scanner::model::problem::{Level, Problem, ProblemKind};
use jiff::Timestamp;

/// The morning's `now`.
pub(crate) const NOW: &str = "2026-11-23T06:00:00Z";

/// Reads an instant.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What the findings and facts of the devices below were read from.
const SOURCES: [&str; 2] = ["Status.plist", "DeviceInformation.plist"];

fn source(name: &str) -> EvidenceSource {
    EvidenceSource {
        name: name.to_owned(),
        ..EvidenceSource::default()
    }
}

fn text(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}

/// A device of which nothing is known but its number.
pub(crate) fn device(serial: &str, name: &str, status: Status) -> Device {
    Device {
        udid: None,
        serial_number: text(serial),
        device_name: text(name),
        product_type: text("iPhone14,5"),
        model: text("iPhone 13"),
        os_version: text("18.1"),
        build_version: text("22B83"),
        os: Os::default(),
        imei: None,
        other_imeis: Vec::new(),
        meid: None,
        ecid: None,
        iccid: None,
        user: None,
        email: None,
        department: None,
        site: None,
        group: None,
        tags: Vec::new(),
        planned_swap: None,
        could_be_lost: status.is_at_risk(),
        listed: Listed::Fleet,
        status,
        severity: None,
        last_good_backup: None,
        age_days: None,
        max_age_days: 7.0,
        policy_group: None,
        last_attempt: None,
        backups: Vec::new(),
        icloud: Icloud::default(),
        mdm: None,
        findings: Vec::new(),
        in_inventory: Some(true),
        swap: None,
        change: None,
        could_be_lost_then: None,
        history: None,
    }
}

/// A whole, unencrypted local backup.
pub(crate) fn backup(folder: &str, host: &str, completed: &str) -> Backup {
    Backup {
        path: PathBuf::from(format!("/backups/{host}/{folder}")),
        host: host.to_owned(),
        folder_name: folder.to_owned(),
        udid: None,
        serial_number: None,
        named_by_folder_only: false,
        archived: false,
        kind_of_host_tool: HostTool::Apple,
        state: State::Complete,
        state_reason: "Status.plist says finished, both manifests are there".to_owned(),
        restorable: Restorable::Yes,
        restorable_reason: "a payload is on disk for each of 1,089 files".to_owned(),
        good: true,
        encrypted: Some(true),
        password: Password::Proven,
        completed_at: Some(at(completed)),
        info_date: Some(at(completed)),
        manifest_date: Some(at(completed)),
        status_date: Some(at(completed)),
        os_version: text("18.1"),
        info_os_version: None,
        required_os_version: None,
        verified: Verified {
            level: VerifyLevel::Names,
            at: at(NOW),
        },
        files: Some(FileCount {
            expected: 1_089,
            present: 1_089,
            missing: 0,
            extra: 0,
            different: None,
            bytes: Some(5_480_000_000),
            ..FileCount::default()
        }),
        recalled: false,
        missing_sample: Vec::new(),
        extra_sample: Vec::new(),
        different_sample: Vec::new(),
        listed_data: None,
        hard_linked: false,
        password_proof: Some(Proof {
            at: at("2026-11-19T03:00:00Z"),
            source: "passwords.csv line 3".to_owned(),
        }),
        problems: Vec::new(),
    }
}

/// A finding with one piece of evidence.
pub(crate) fn finding(code: Code, severity: Severity, cause: &str, fix: FixId) -> Finding {
    Finding {
        code,
        severity,
        evidence: vec![Evidence {
            text: cause.to_owned(),
            source: SourceId(0),
            key: Some("SnapshotState".into()),
            observed_at: Some(at(NOW)),
        }],
        cause: cause.to_owned(),
        likely_fix: Some(fix),
        article_step: fix.about().article_step,
        focus: None,
        confidence: Confidence::High,
        why: Some("Because the evidence says so".to_owned()),
        next_fix: Some(FixId::RestartDevice),
        waived: None,
        pattern: None,
        history: None,
        references: Vec::new(),
    }
}

/// Under the limits of the built-in policy.
fn age_of(date: Timestamp, now: Timestamp) -> f64 {
    let limits = AgeLimits::of_days([3.0, 7.0, 14.0]);
    format::age(date, now, &limits).days()
}

fn with_backup(mut device: Device, backup: Backup) -> Device {
    let now = at(NOW);
    if backup.good {
        let date = backup.completed_at.unwrap();
        device.age_days = Some(age_of(date, now));
        device.last_good_backup = Some(GoodBackup {
            kind: BackupKind::Local,
            date,
            path: Some(backup.path.clone()),
        });
    }
    device.last_attempt = backup.status_date.map(|at| Attempt {
        at,
        result: backup.state.id().to_owned(),
        kind: BackupKind::Local,
    });
    device.backups.push(backup);
    device
}

fn with(mut device: Device, finding: Finding) -> Device {
    if finding.waived.is_none() {
        device.severity = device.severity.max(Some(finding.severity));
    }
    device.findings.push(finding);
    device
}

const FRESH: FixId = FixId::StartFreshBackup;
const STORAGE: FixId = FixId::CheckStorage;
const ENCRYPT: FixId = FixId::EncryptBackup;

fn damaged() -> Device {
    let mut damaged = backup(
        "00008110-000A2C3E0E12801E",
        "mac-07",
        "2026-11-22T21:14:03Z",
    );
    damaged.restorable = Restorable::No;
    damaged.restorable_reason = "1,079 of 1,089 files are missing".to_owned();
    damaged.good = false;
    damaged.files = Some(FileCount {
        expected: 1_089,
        present: 10,
        missing: 1_079,
        extra: 2,
        different: None,
        bytes: Some(812_345_678),
        ..FileCount::default()
    });
    damaged.missing_sample = vec![FileName {
        file_id: "ab".repeat(20),
        domain: "HomeDomain".to_owned(),
        path: "Library/SMS/sms.db".to_owned(),
    }];
    let mut device = device("C39TEST00001", "Anna’s iPhone", Status::Failed);
    device.udid = text("00008110-000A2C3E0E12801E");
    device.imei = text("356789012345678");
    device.iccid = text("89410141032111185107");
    device.build_version = text("21E219");
    device.os_version = text("17.4");
    let story =
        "The newest local backup lacks 1,079 of its 1,089 files, so Apple would not restore it";
    let finding = finding(Code::LocalFilesMissing, Severity::Critical, story, FRESH);
    with(with_backup(device, damaged), finding)
}

fn stale() -> Device {
    let mut device = device("C39TEST00002", "=cmd|' /C calc'!A0", Status::Stale);
    device.user = text("+41791234567x");
    device.department = text("17.10");
    device.icloud.enabled = Some(false);
    let old = backup(
        "00008110-000B2C3E0E12801E",
        "mac-07",
        "2026-11-02T05:00:00Z",
    );
    let story =
        "The last good backup is 21 days old, and the device has told that its storage is full";
    let stale = finding(Code::BackupStale, Severity::Critical, story, STORAGE);
    with(with_backup(device, old), stale)
}

fn unfinished() -> Device {
    let mut half = backup("00008110-000C2C3E0E12801E", "pc-12", "2026-11-21T05:00:00Z");
    half.state = State::Unfinished;
    half.state_reason = "Status.plist says empty and uploading".to_owned();
    half.restorable = Restorable::No;
    half.good = false;
    half.completed_at = None;
    half.files = None;
    half.encrypted = None;
    half.problems = vec![unreadable()];
    let device = device(
        "C39TEST00003",
        "Zoë \u{202e}drowssap\u{1b}[31m 東京",
        Status::Failed,
    );
    let story = "The first backup never reached its end";
    let finding = finding(Code::LocalUnfinished, Severity::Error, story, FRESH);
    with(with_backup(device, half), finding)
}

fn never() -> Device {
    let mut device = device("C39TEST00004", "<script>alert(1)</script>", Status::Never);
    device.product_type = text("iPad13,18");
    device.model = text("iPad (10th generation)");
    device.icloud.enabled = Some(false);
    device.mdm = Some(Mdm {
        last_seen: Some(at("2026-11-16T06:00:01Z")),
        source: Some(SourceId(1)),
        dated_by: Some(TimestampSource::FileTime),
        trusted: true,
        capacity: Some(64.0),
        available: Some(0.4),
        capacity_told: Some(CapacityTold {
            amount: 64.0,
            unit: CapacityUnit::Gigabytes,
        }),
        ..Mdm::default()
    });
    let fix = FixId::TurnOnIcloudBackup;
    let story = "The MDM says that iCloud backup is off, and no computer holds a backup";
    with(
        device,
        finding(Code::BackupNever, Severity::Error, story, fix),
    )
}

fn unknown() -> Device {
    let mut device = device("C39TEST00005", "line one\nline \"two\", 3", Status::Unknown);
    device.product_type = None;
    device.model = None;
    let fix = FixId::GrantFullDiskAccess;
    let story = "The only folder that could tell could not be read";
    with(
        device,
        finding(Code::EvidenceUnreadable, Severity::Warning, story, fix),
    )
}

fn aging() -> Device {
    let device = device("C39TEST00006", "00123", Status::Aging);
    let four = backup(
        "00008110-000D2C3E0E12801E",
        "mac-07",
        "2026-11-18T12:00:00Z",
    );
    let story = "The last good backup is 4 days old";
    with(
        with_backup(device, four),
        finding(Code::BackupAging, Severity::Warning, story, STORAGE),
    )
}

fn plain() -> Device {
    let mut open = backup(
        "00008110-000E2C3E0E12801E",
        "mac-07",
        "2026-11-23T01:30:00Z",
    );
    open.encrypted = Some(false);
    open.password = Password::NotNeeded;
    let device = device("C39TEST00007", "MARCH1", Status::Protected);
    let story = "The local backup is not encrypted, so health data and passwords are not in it";
    with(
        with_backup(device, open),
        finding(Code::LocalNotEncrypted, Severity::Error, story, ENCRYPT),
    )
}

fn waived() -> Device {
    let mut device = device("C39TEST00008", "Loan pool", Status::Stale);
    let old = backup(
        "00008110-000F2C3E0E12801E",
        "mac-07",
        "2026-09-01T12:00:00Z",
    );
    let story = "The last good backup is 82 days old";
    device.could_be_lost = false;
    let mut finding = finding(Code::BackupStale, Severity::Critical, story, STORAGE);
    finding.waived = Some(Waiver {
        reason: "in a drawer until the new year".to_owned(),
        until: text("2026-12-31"),
    });
    with(with_backup(device, old), finding)
}

fn icloud() -> Device {
    let mut device = device("C39TEST00009", "Åsa – iPad", Status::Protected);
    device.product_type = text("iPad7,5");
    device.os_version = text("12.5.7");
    let date = at("2026-11-22T23:30:00Z");
    device.last_good_backup = Some(GoodBackup {
        kind: BackupKind::Icloud,
        date,
        path: None,
    });
    device.age_days = Some(0.0);
    device.icloud = Icloud {
        unread: None,
        enabled: Some(true),
        last_date: Some(date),
        source: Some(SourceId(1)),
        key: Some("LastCloudBackupDate".into()),
        observed_at: Some(at(NOW)),
        good: true,
        attempts: Vec::new(),
    };
    device
}

fn protected() -> Device {
    let device = device("C39TEST00010", "iPhone", Status::Protected);
    let newest = backup("00008110-00102C3E0E12801E", "pc-12", "2026-11-23T02:00:00Z");
    let mut copy = backup(
        "00008110-00102C3E0E12801E-20260101-120000",
        "pc-12",
        "2026-01-01T12:00:00Z",
    );
    copy.archived = true;
    copy.state = State::Damaged;
    let mut device = with_backup(device, newest);
    device.backups.push(copy);
    device
}

fn numberless() -> Device {
    let mut device = device("", "TRUE", Status::Protected);
    device.udid = text("00008110-00112C3E0E12801E");
    with_backup(
        device,
        backup("00008110-00112C3E0E12801E", "pc-12", "2026-11-20T05:59:59Z"),
    )
}

fn retired() -> Device {
    let mut device = device("C39TEST00012", "old phone", Status::Stale);
    (device.listed, device.could_be_lost) = (Listed::Apart, false);
    device.in_inventory = Some(false);
    let old = backup(
        "0123456789abcdef0123456789abcdef01234567",
        "mac-07",
        "2019-05-01T12:00:00Z",
    );
    let fix = FixId::MatchInventory;
    let story = "Known from an old backup only";
    with(
        with_backup(device, old),
        finding(Code::NotInInventory, Severity::Info, story, fix),
    )
}

fn unreadable() -> Problem {
    Problem::incomplete(
        "/backups/pc-12/00008110-000C2C3E0E12801E/Manifest.db",
        "an SQLite database",
        "permission denied",
    )
    .with_kind(ProblemKind::Permission)
    .with_remedy("Run fleetback as a user who may read this folder")
}

fn stray() -> Problem {
    Problem::note(
        "/exports/read\u{1b}[2Jme.txt",
        "an MDM answer",
        "plain text",
    )
}

fn count<K: Ord>(keys: impl IntoIterator<Item = K>) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// Counts over devices and problems; zeros as the promise wants them.
pub(crate) fn summary(devices: &[Device], problems: &[Problem]) -> Summary {
    const STATUSES: [Status; 6] = [
        Status::Protected,
        Status::Aging,
        Status::Stale,
        Status::Failed,
        Status::Never,
        Status::Unknown,
    ];
    let fleet = || devices.iter().filter(|d| d.listed == Listed::Fleet);
    let exposed = || fleet().filter(|d| !matches!(d.status, Status::Protected | Status::Aging));
    let mut status = count(fleet().map(|d| d.status));
    STATUSES
        .iter()
        .for_each(|key| _ = status.entry(*key).or_default());
    let at_risk = devices.iter().filter(|d| d.could_be_lost);
    let codes = fleet().flat_map(|d| d.findings.iter().map(|f| f.code));
    let attention = fleet().filter(|d| {
        let exposed = !matches!(d.status, Status::Protected | Status::Aging);
        d.could_be_lost || (!exposed && d.severity >= Some(Severity::Warning))
    });
    let open = attention.filter_map(|d| d.findings.iter().find(|f| f.waived.is_none()));
    Summary {
        devices: devices.len() as u64,
        listed_apart: (devices.len() - fleet().count()) as u64,
        left_mdm: 0,
        without_good_backup: exposed().count() as u64,
        waived: exposed().filter(|d| !d.could_be_lost).count() as u64,
        at_risk: at_risk.count() as u64,
        status,
        severity: count(fleet().map(|d| d.severity.map_or("none", Label::id).to_owned())),
        findings: count(codes),
        fixes: count(open.filter_map(|f| f.likely_fix)),
        backups: devices.iter().map(|d| d.backups.len() as u64).sum(),
        problems: [Level::Note, Level::Incomplete]
            .map(|level| {
                (
                    level.id().to_owned(),
                    problems.iter().filter(|p| p.level == level).count() as u64,
                )
            })
            .into(),
    }
}

/// A pattern of a fleet.
pub(crate) fn pattern(what: &str) -> Pattern {
    Pattern {
        id: format!("site:{what}"),
        kind: PatternKind::Site,
        what: text(what),
        devices: vec!["C39TEST00002".to_owned(), "C39TEST00003".to_owned()],
        missed: 41,
        of: 44,
        since: at("2026-11-20T06:00:00Z"),
        nights: 3,
        usual_rate: 0.12,
        probability: 1e-9,
        cause: "The network of the site fails".to_owned(),
        reason: format!("41 of 44 devices of the site {what} made no iCloud backup"),
        likely_fix: FixId::StableWifi,
        next_fix: Some(FixId::ResetNetworkSettings),
        confidence: Confidence::Medium,
    }
}

/// Results around some devices.
pub(crate) fn results(devices: Vec<Device>, problems: Vec<Problem>) -> Results {
    Results {
        schema_version: SCHEMA_VERSION,
        tool_version: "0.1.0".to_owned(),
        run_id: "20261123T060000Z-mac-07".to_owned(),
        scanned_at: at(NOW),
        scan_host: "mac-07".to_owned(),
        policy: PolicyUsed {
            name: "built-in".to_owned(),
            aging_days: 3.0,
            stale_days: 7.0,
            critical_days: 14.0,
            inventory_trusted_days: 7.0,
            icloud: "allowed".to_owned(),
            local: "allowed".to_owned(),
            encryption_required: true,
            password_required: false,
            swap_hours: 24.0,
            icloud_expiring_days: 150.0,
            icloud_ignored_days: 180.0,
            preset: Some("default".to_owned()),
            verification: Some("any".to_owned()),
            verification_days: Some(90.0),
            os_required: Some(false),
            os_grace_days: Some(30.0),
            waiver_warning_days: Some(14.0),
            groups: Vec::new(),
        },
        fixes: BTreeMap::new(),
        causes: BTreeMap::new(),
        reasons: BTreeMap::new(),
        sources: SOURCES.map(source).into(),
        summary: summary(&devices, &problems),
        devices,
        problems,
        unmatched: Vec::new(),
        hosts: Vec::new(),
        roots: Vec::new(),
        exports: Vec::new(),
        waivers: Vec::new(),
        patterns: Vec::new(),
        history: None,
    }
}

/// The whole morning: twelve devices, worst first.
pub(crate) fn morning() -> Results {
    let devices = vec![
        damaged(),
        stale(),
        unfinished(),
        never(),
        unknown(),
        plain(),
        aging(),
        waived(),
        icloud(),
        protected(),
        numberless(),
        retired(),
    ];
    Results {
        unmatched: vec![Unmatched {
            reason: "User Enrollment answers carry no serial number".to_owned(),
            source: "/exports/byod.plist".to_owned(),
        }],
        hosts: vec![Host {
            name: "mac-07".to_owned(),
            backups: 7,
            disk_free: Some(12_000_000_000),
            disk_total: Some(500_000_000_000),
        }],
        roots: vec![Root {
            path: PathBuf::from("/backups"),
            backups: 10,
        }],
        waivers: vec![WaiverUse {
            device: text("C39TEST00008"),
            group: None,
            devices: Some(1),
            code: Some(Code::BackupStale),
            reason: "in a drawer until the new year".to_owned(),
            until: text("2026-12-31"),
            state: "used".to_owned(),
            expiring: false,
        }],
        history: None,
        ..results(devices, vec![unreadable(), stray()])
    }
}
