//! Words to build a fleet with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fleetback_report::judge::{ReferenceData, RunInfo, judge};
use fleetback_report::policy::Policy;
use fleetback_report::results::{self, Code, Finding, Results};
use fleetback_scanner::model::backup::{
    DecomposedPaths, FileCheck, FileCount, FileDifference, FileName, FolderContent, HostTool,
    LocalBackup, Password, Restorable, State, VerifyLevel,
};
use fleetback_scanner::model::cloud::{CloudAttempt, CloudLog, CloudWindow};
use fleetback_scanner::model::evidence::{Source, Sourced, TimestampSource};
use fleetback_scanner::model::fleet::{Device, Disk, Fleet, Host, RootSeen};
use fleetback_scanner::model::identity::{Identity, Serial};
use fleetback_scanner::model::management::{Management, Storage};
use fleetback_scanner::model::person::InventoryRow;
use jiff::{SignedDuration, Timestamp};

/// The clock of every test.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_795_399_200, 0); // 2026-11-23T02:00:00Z
/// Seconds of an hour and of a day.
pub(crate) const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 86_400;

/// So many seconds before now.
pub(crate) fn ago(seconds: i64) -> Timestamp {
    NOW - SignedDuration::from_secs(seconds)
}

pub(crate) fn source(seconds_old: i64) -> Arc<Source> {
    Arc::new(Source {
        path: "/mdm/answer.plist".into(),
        kind: "DeviceInformation answer".to_owned(),
        observed_at: ago(seconds_old),
        clock: TimestampSource::FileTime,
    })
}

/// A device with words to describe it.
#[derive(Clone, Debug)]
pub(crate) struct Phone(pub(crate) Device);

pub(crate) fn phone() -> Phone {
    numbered(0)
}

/// One of many phones.
pub(crate) fn numbered(n: usize) -> Phone {
    Phone(Device {
        identity: Identity {
            serial: Serial::parse(&format!("F2LX{n:04}TEST")),
            ..Identity::default()
        },
        ..Device::default()
    })
}

impl Phone {
    pub(crate) fn local(mut self, backup: LocalBackup) -> Self {
        self.0.backups.push(backup);
        self
    }

    /// The MDM answered an hour ago, and said what `say` adds.
    pub(crate) fn mdm(self, say: impl FnOnce(&mut Management, &Arc<Source>)) -> Self {
        self.mdm_at(HOUR, say)
    }

    pub(crate) fn mdm_at(
        mut self,
        seconds_old: i64,
        say: impl FnOnce(&mut Management, &Arc<Source>),
    ) -> Self {
        let source = source(seconds_old);
        let management = self.0.management.get_or_insert_with(|| {
            Box::new(Management {
                last_contact: Some(Sourced::new(ago(seconds_old), &source)),
                last_inventory: Some(Sourced::new(ago(seconds_old), &source)),
                ..Management::default()
            })
        });
        say(management, &source);
        self
    }

    /// iCloud Backup is on, and the last one is so many seconds old.
    pub(crate) fn icloud(self, seconds_old: i64) -> Self {
        self.mdm(|mdm, source| {
            mdm.cloud_backup_enabled = Some(Sourced::new(true, source));
            mdm.last_cloud_backup = Some(Sourced::new(ago(seconds_old), source));
            mdm.no_cloud_date_means_never = true;
        })
    }

    /// The MDM tells the switch and no date, which it could have told.
    pub(crate) fn icloud_never(self, enabled: bool) -> Self {
        self.mdm(|mdm, source| {
            mdm.cloud_backup_enabled = Some(Sourced::new(enabled, source));
            mdm.no_cloud_date_means_never = true;
        })
    }

    pub(crate) fn restricted(self, keys: &[(&str, bool)]) -> Self {
        let values: BTreeMap<String, bool> = keys
            .iter()
            .map(|(key, value)| ((*key).to_owned(), *value))
            .collect();
        self.mdm(|mdm, source| mdm.restrictions = Some(Sourced::new(values, source)))
    }

    pub(crate) fn os(self, version: &str) -> Self {
        self.mdm(|mdm, source| mdm.os_version = Some(Sourced::new(version.to_owned(), source)))
    }

    pub(crate) fn product(self, product_type: &str) -> Self {
        self.mdm(|mdm, source| {
            mdm.product_type = Some(Sourced::new(product_type.to_owned(), source));
        })
    }

    pub(crate) fn storage(self, capacity: f64, available: f64) -> Self {
        let storage = Storage {
            capacity,
            available,
        };
        self.mdm(|mdm, source| mdm.storage = Some(Sourced::new(storage, source)))
    }

    pub(crate) fn site(mut self, site: &str) -> Self {
        self.row().site = Some(site.to_owned());
        self
    }

    /// To be swapped on this day, by the inventory table.
    pub(crate) fn swapped_on(mut self, day: &str) -> Self {
        self.row().planned_swap = Some(day.parse().unwrap());
        self
    }

    /// Its row of the inventory table.
    fn row(&mut self) -> &mut InventoryRow {
        let identity = self.0.identity.clone();
        self.0.person.get_or_insert_with(|| InventoryRow {
            identity,
            user: None,
            email: None,
            department: None,
            site: None,
            group: None,
            tags: Vec::new(),
            planned_swap: None,
            device_name: None,
            kind_unsure: false,
            source: source(0),
        })
    }
}

/// A whole, encrypted local backup whose password is known, so many seconds old.
pub(crate) fn local(seconds_old: i64) -> LocalBackup {
    let date = Some(ago(seconds_old));
    LocalBackup {
        path: format!("/backups/{seconds_old}").into(),
        host: "mac-1".to_owned(),
        folder_name: seconds_old.to_string(),
        archived: false,
        host_tool: HostTool::Apple,
        identity: Identity::default(),
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
        state_reason: "Status.plist says finished".to_owned(),
        restorable: Restorable::Yes,
        restorable_reason: "every file is there".to_owned(),
        encrypted: Some(true),
        password: Password::Proven,
        passcode_was_set: None,
        completed_at: date,
        status_date: date,
        info_date: date,
        manifest_date: date,
        newest_mtime: None,
        file_check: FileCheck::new(
            VerifyLevel::Names,
            NOW,
            Some(FileCount {
                expected: 100,
                present: 100,
                ..FileCount::default()
            }),
        ),
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

/// The same folder in another state, with nothing whole in it.
pub(crate) fn broken(state: State, seconds_old: i64) -> LocalBackup {
    LocalBackup {
        state,
        state_reason: format!("it is {state:?}"),
        restorable: Restorable::No,
        restorable_reason: "it cannot be restored".to_owned(),
        completed_at: None,
        ..local(seconds_old)
    }
}

/// A finished backup of which files are missing.
pub(crate) fn holed(seconds_old: i64) -> LocalBackup {
    LocalBackup {
        restorable: Restorable::No,
        restorable_reason: "14 files are missing".to_owned(),
        file_check: FileCheck::new(
            VerifyLevel::Names,
            NOW,
            Some(FileCount {
                expected: 100,
                present: 86,
                missing: 14,
                ..FileCount::default()
            }),
        ),
        ..local(seconds_old)
    }
}

/// A finished backup of which all files but one are there by name only.
pub(crate) fn not_downloaded(seconds_old: i64) -> LocalBackup {
    LocalBackup {
        not_downloaded: 99,
        restorable_reason: "99 files are missing".to_owned(),
        file_check: checked(FileCount {
            expected: 100,
            present: 1,
            missing: 99,
            ..FileCount::default()
        }),
        ..holed(seconds_old)
    }
}

/// A finished backup of which a file was cut.
pub(crate) fn cut(seconds_old: i64) -> LocalBackup {
    let files = FileCount {
        expected: 100,
        present: 100,
        different: Some(1),
        damaged: 1,
        ..FileCount::default()
    };
    LocalBackup {
        restorable: Restorable::No,
        restorable_reason: "1 of 100 files is damaged".to_owned(),
        file_check: FileCheck {
            different_sample: vec![FileDifference {
                file: photo("IMG_0001.HEIC"),
                how: "4,096 bytes where 200,000 are promised".to_owned(),
            }],
            ..checked(files)
        },
        ..local(seconds_old)
    }
}

/// A check at `sizes` that found this.
pub(crate) fn checked(files: FileCount) -> FileCheck {
    FileCheck::new(VerifyLevel::Sizes, NOW, Some(files))
}

/// A folder in which no backup ever came to be.
pub(crate) fn empty(content: FolderContent) -> LocalBackup {
    LocalBackup {
        content,
        status_date: None,
        manifest_date: None,
        file_check: FileCheck::new(VerifyLevel::State, NOW, None),
        ..broken(State::Unknown, DAY)
    }
}

/// A whole backup with so many paths in decomposed Unicode.
pub(crate) fn decomposed(count: u64) -> LocalBackup {
    LocalBackup {
        decomposed_paths: DecomposedPaths {
            count,
            domains: vec!["AppDomain-net.example.files".to_owned()],
            sample: vec![photo("Cafe\u{301}.txt")],
        },
        ..local(DAY)
    }
}

fn photo(name: &str) -> FileName {
    FileName {
        file_id: "ab".repeat(20),
        domain: "CameraRollDomain".to_owned(),
        path: format!("Media/{name}"),
    }
}

/// An encrypted backup that nobody gave a password for.
pub(crate) fn locked(seconds_old: i64) -> LocalBackup {
    LocalBackup {
        restorable: Restorable::NeedsPassword,
        password: Password::Missing,
        ..local(seconds_old)
    }
}

/// A backup with an iCloud log of these codes, the newest first, a day apart and newest a day ago.
pub(crate) fn logged(mut backup: LocalBackup, codes: &[i64]) -> LocalBackup {
    let log = backup.cloud_log.get_or_insert_default();
    log.enabled = Some(true);
    log.attempts = (1..)
        .zip(codes)
        .map(|(days, code)| attempt(days * DAY, *code))
        .collect();
    backup
}

pub(crate) fn attempt(seconds_old: i64, code: i64) -> CloudAttempt {
    CloudAttempt {
        at: ago(seconds_old),
        domain: "MBErrorDomain".to_owned(),
        code,
        inner_codes: Vec::new(),
    }
}

/// Windows of so many seconds, the newest first, a day apart; Wi-Fi as told.
pub(crate) fn windows(mut backup: LocalBackup, windows: &[(u64, bool)]) -> LocalBackup {
    let log = backup.cloud_log.get_or_insert_with(CloudLog::default);
    log.windows = (1..)
        .zip(windows)
        .map(|(days, (seconds, on_wifi))| CloudWindow {
            start: ago(days * DAY),
            seconds: *seconds,
            on_power: true,
            locked: true,
            on_wifi: *on_wifi,
        })
        .collect();
    backup
}

/// A fleet of these devices, whose roots were scanned and which has no inventory.
pub(crate) fn fleet(devices: impl IntoIterator<Item = Phone>) -> Fleet {
    Fleet {
        devices: devices.into_iter().map(|phone| phone.0).collect(),
        roots: vec![RootSeen {
            path: "/backups".into(),
            backups: 1,
        }],
        ..Fleet::default()
    }
}

pub(crate) fn with_disk(mut fleet: Fleet, free: u64) -> Fleet {
    fleet.hosts.push(Host {
        name: "mac-1".to_owned(),
        backups: 1,
        disk: Some(Disk {
            free,
            total: 1 << 40,
        }),
    });
    fleet
}

pub(crate) fn run() -> RunInfo {
    RunInfo {
        now: NOW,
        scan_host: "test-host".to_owned(),
        run_id: "run-1".to_owned(),
        tool_version: "0.0.0".to_owned(),
    }
}

pub(crate) fn policy(text: &str) -> Policy {
    Policy::parse(text, "test.toml").unwrap()
}

pub(crate) fn judged(fleet: &Fleet, policy_text: &str) -> Results {
    judged_knowing(fleet, &ReferenceData::default(), policy_text)
}

/// The same with what is known beside the fleet.
pub(crate) fn judged_knowing(
    fleet: &Fleet,
    knowledge: &ReferenceData<'_>,
    policy_text: &str,
) -> Results {
    judge(fleet, knowledge, &policy(policy_text), &run())
}

/// One device, judged alone.
pub(crate) fn judged_alone(phone: Phone, policy_text: &str) -> results::Device {
    let mut results = with_reasons(judged(&fleet([phone]), policy_text));
    results.devices.remove(0)
}

/// The same with the reason of each finding in the finding.
pub(crate) fn with_reasons(mut results: Results) -> Results {
    let table = results.clone();
    for finding in results.devices.iter_mut().flat_map(|d| &mut d.findings) {
        finding.why = Some(table.why(finding).to_owned());
    }
    results
}

pub(crate) fn codes(device: &results::Device) -> Vec<&'static str> {
    device.findings.iter().map(|f| f.code.id()).collect()
}

#[track_caller]
pub(crate) fn finding(device: &results::Device, code: Code) -> &Finding {
    let found = device.findings.iter().find(|finding| finding.code == code);
    found.unwrap_or_else(|| panic!("{code} is not among {:?}", codes(device)))
}

pub(crate) fn apps(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Why a finding has its fix, where it says it itself.
pub(crate) fn reason_of(finding: &Finding) -> &str {
    finding.why.as_deref().unwrap_or_default()
}
