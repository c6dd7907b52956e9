//! Presets of benchmarks: what they forbid, and the rules that their findings name.

use std::collections::BTreeSet;

use fleetback_report::policy::{Preset, RULES, references};
use fleetback_report::results::{Code, Device, Finding, Severity, Status};
use fleetback_scanner::model::backup::{LocalBackup, Password};

use crate::fleet::*;

const STIG: &str = "preset = \"stig\"";
const CIS: &str = "preset = \"cis-enterprise\"";
const BYOD: &str = "preset = \"cis-byod\"";

#[track_caller]
fn found(device: &Device, code: Code) -> &Finding {
    let mut findings = device.findings.iter();
    findings.find(|finding| finding.code == code).unwrap()
}

#[track_caller]
fn names(device: &Device, code: Code, want: &[(&str, &str)]) {
    let told: Vec<_> = found(device, code)
        .references
        .iter()
        .map(|one| (one.source.as_str(), one.id.as_str()))
        .collect();
    assert_eq!(told, want, "{code}");
}

fn bare() -> Phone {
    phone().icloud(HOUR).local(LocalBackup {
        encrypted: Some(false),
        password: Password::NotNeeded,
        ..local(HOUR)
    })
}

#[test]
fn the_findings_of_a_preset_name_the_rules() {
    let stig = judged_alone(bare(), STIG);
    names(
        &stig,
        Code::IcloudForbidden,
        &[
            ("DISA STIG for iOS 26", "AIOS-26-003000"),
            ("CCE for iOS 26", "CCE-95631-8"),
            ("NIST SP 800-53", "SC-4"),
            ("NIST SP 800-53", "AC-20"),
            ("NIST SP 800-53", "CM-7"),
            ("NIST SP 800-53", "SC-7(10)"),
            ("mSCP", "icloud_backup_disabled"),
        ],
    );
    names(
        &stig,
        Code::LocalNotEncrypted,
        &[
            ("DISA STIG for iOS 26", "AIOS-26-010700"),
            ("CCE for iOS 26", "CCE-95658-1"),
            ("NIST SP 800-53", "CP-9(8)"),
            ("NIST SP 800-53", "SC-28"),
            ("mSCP", "os_force_encrypted_backups_enable"),
        ],
    );
    let first = |policy: &str, code| {
        let device = judged_alone(bare(), policy);
        found(&device, code).references[0].id.clone()
    };
    assert_eq!(first(CIS, Code::IcloudForbidden), "3.2.1.4");
    assert_eq!(first(CIS, Code::LocalNotEncrypted), "3.2.1.10");
    assert_eq!(first(BYOD, Code::LocalNotEncrypted), "2.2.1.4");
}

#[test]
fn without_a_preset_no_rule_is_named() {
    let device = judged_alone(bare(), "[backups]\nicloud = \"forbidden\"");
    assert!(device.findings.len() > 1);
    assert!(device.findings.iter().all(|f| f.references.is_empty()));
}

#[test]
fn a_group_names_the_rules_of_its_own_preset() {
    let group = format!(
        "{STIG}\n[[group]]\nname = \"own\"\npreset = \"cis-byod\"\n[group.match]\ndevice = \"F2LX0000TEST\""
    );
    let device = judged_alone(bare(), &group);
    assert!(
        device
            .findings
            .iter()
            .all(|f| f.code != Code::IcloudForbidden)
    );
    let named = found(&device, Code::LocalNotEncrypted).references.iter();
    let ids: Vec<_> = named.map(|one| one.id.as_str()).collect();
    assert_eq!(ids[..2], ["2.2.1.4", "11.3"]);
}

/// The status and the codes of a device of which an MDM answer tells the switch and no date.
#[track_caller]
fn told(phone: Phone, roots: bool, policy: &str, status: Status, codes: &[Code]) {
    let mut fleet = fleet([phone]);
    if !roots {
        fleet.roots.clear();
    }
    let device = judged(&fleet, policy).devices.remove(0);
    let found: Vec<Code> = device.findings.iter().map(|f| f.code).collect();
    assert_eq!((device.status, &found[..]), (status, codes), "{policy}");
}

#[test]
fn where_icloud_is_forbidden_an_answer_without_a_date_is_not_never() {
    use Code::{BackupNever, BackupUnknown, IcloudForbidden, IcloudOff};
    let forbidden = "[backups]\nicloud = \"forbidden\"";
    let off = || phone().icloud_never(false);
    let on = || phone().icloud_never(true);
    told(off(), false, "", Status::Never, &[BackupNever, IcloudOff]);
    // Nobody looked for local backups, and no other kind counts.
    told(off(), false, forbidden, Status::Unknown, &[BackupUnknown]);
    told(
        on(),
        false,
        forbidden,
        Status::Unknown,
        &[BackupUnknown, IcloudForbidden],
    );
    // Somebody looked, and there was none: the only kind that is left was never made.
    told(off(), true, forbidden, Status::Unknown, &[BackupNever]);
    told(phone(), true, forbidden, Status::Unknown, &[BackupNever]);
    told(
        off().local(local(HOUR)),
        true,
        forbidden,
        Status::Protected,
        &[],
    );
}

#[test]
fn byod_allows_what_the_others_forbid() {
    let status = |policy: &str| judged_alone(phone().icloud(HOUR), policy).status;
    assert_eq!(status(BYOD), Status::Protected);
    assert_eq!(status(CIS), Status::Unknown);
    assert_eq!(status(STIG), Status::Unknown);
}

#[test]
fn a_device_without_a_way_is_told_that_its_benchmark_wants_it() {
    let closed = || phone().restricted(&[("allowCloudBackup", false), ("allowHostPairing", false)]);
    let why = |policy: &str| {
        found(&judged_alone(closed(), policy), Code::NoBackupPath)
            .why
            .clone()
            .unwrap()
    };
    assert!(why(STIG).contains("the benchmark behind the preset stig asks for both"));
    assert!(why(CIS).contains("cis-enterprise asks for both"));
    assert!(!why("").contains("benchmark"));
    let device = judged_alone(closed(), STIG);
    let finding = found(&device, Code::NoBackupPath);
    assert_eq!(
        finding.severity,
        Severity::Error,
        "data is lost all the same"
    );
    let demands: BTreeSet<_> = finding
        .references
        .iter()
        .map(|one| one.demands.as_str())
        .collect();
    assert_eq!(
        demands,
        ["allowCloudBackup = false", "allowHostPairing = false"].into()
    );
}

#[test]
fn benchmarks_make_an_old_ios_a_warning() {
    let old = || phone().product("iPhone14,5").os("18.1").local(local(HOUR));
    let severity = |policy: &str| found(&judged_alone(old(), policy), Code::OsOutdated).severity;
    assert_eq!(severity(""), Severity::Info);
    assert_eq!(severity("[os]\ncurrency = \"required\""), Severity::Warning);
    for preset in [STIG, CIS, BYOD] {
        assert_eq!(severity(preset), Severity::Warning);
    }
    let own = format!("{STIG}\n[os]\ncurrency = \"allowed\"");
    assert_eq!(severity(&own), Severity::Info);
}

#[test]
fn nobody_is_told_of_a_young_release() {
    // The built-in table: 26.6.1 came out on 2026-08-17, 98 days and two hours before now.
    let told = |days: &str| {
        let policy = format!("[os]\ngrace_days = {days}");
        let phone = phone().product("iPhone15,2").os("26.6").local(local(HOUR));
        let device = judged_alone(phone, &policy);
        device.findings.iter().any(|f| f.code == Code::OsOutdated)
    };
    assert!(told("98"));
    assert!(!told("99"));
}

#[test]
fn every_rule_is_used_by_a_preset_and_no_name_stands_twice() {
    for rule in RULES {
        let mut seen = BTreeSet::new();
        for name in rule.names {
            assert!(!name.presets.is_empty() && seen.insert((name.source, name.id)));
            assert!(!name.presets.contains(&Preset::Default));
        }
        for code in rule.codes {
            let used = |preset| {
                references(preset, *code)
                    .iter()
                    .any(|one| one.demands == rule.demands)
            };
            assert!(Preset::ALL.into_iter().any(used), "{code}");
        }
    }
}
