//! The rules of benchmarks that bear on backup, and the findings that they speak of.
//!
//! A rule is named only where the policy starts from the preset of its benchmark. DeviceIds are those
//! that the macOS Security Compliance Project lists (usnistgov/macos_security, commit 73754b0 of
//! 20 August 2026, CC BY 4.0); of the STIG and of CCE, which number every version of iOS anew, those
//! of iOS 26. CIS Controls 11.2 and 11.5 are from version 8 of the Controls themselves.

use super::preset::Preset::{self, CisByod, CisEnterprise, Stig};
use crate::results::{Code, Reference};

/// One rule, under all its names.
#[derive(Debug)]
pub struct Rule {
    /// What it demands.
    pub demands: &'static str,
    /// The findings that it speaks of.
    pub codes: &'static [Code],
    /// Its names, and the presets under which each is used.
    pub names: &'static [Name],
}

/// A name of a rule.
#[derive(Debug)]
pub struct Name {
    /// Where it is used.
    pub presets: &'static [Preset],
    /// Who gave it.
    pub source: &'static str,
    /// The name.
    pub id: &'static str,
}

const fn name(presets: &'static [Preset], source: &'static str, id: &'static str) -> Name {
    Name {
        presets,
        source,
        id,
    }
}

const EVERY: &[Preset] = &[CisEnterprise, Stig, CisByod];
const OWNED: &[Preset] = &[CisEnterprise, Stig];
const CIS: &[Preset] = &[CisEnterprise, CisByod];

const BENCHMARK: &str = "CIS iOS Benchmark";
const CONTROLS: &str = "CIS Controls v8";
const STIG_26: &str = "DISA STIG for iOS 26";
const CCE_26: &str = "CCE for iOS 26";
const NIST: &str = "NIST SP 800-53";
const MSCP: &str = "mSCP";

/// The rules, in the order of docs/policy.md.
pub const RULES: &[Rule] = &[
    Rule {
        demands: "allowCloudBackup = false",
        codes: &[Code::IcloudForbidden, Code::NoBackupPath],
        names: &[
            name(&[CisEnterprise], BENCHMARK, "3.2.1.4"),
            name(&[Stig], STIG_26, "AIOS-26-003000"),
            name(OWNED, CCE_26, "CCE-95631-8"),
            name(OWNED, NIST, "SC-4"),
            name(OWNED, NIST, "AC-20"),
            name(OWNED, NIST, "CM-7"),
            name(OWNED, NIST, "SC-7(10)"),
            name(OWNED, MSCP, "icloud_backup_disabled"),
        ],
    },
    Rule {
        demands: "allowHostPairing = false",
        codes: &[Code::NoBackupPath],
        names: &[name(
            OWNED,
            MSCP,
            "os_pairing_non_configurator_hosts_disable",
        )],
    },
    Rule {
        demands: "forceEncryptedBackup = true",
        codes: &[Code::LocalNotEncrypted],
        names: &[
            name(&[CisEnterprise], BENCHMARK, "3.2.1.10"),
            name(&[CisByod], BENCHMARK, "2.2.1.4"),
            name(CIS, CONTROLS, "11.3"),
            name(&[Stig], STIG_26, "AIOS-26-010700"),
            name(EVERY, CCE_26, "CCE-95658-1"),
            name(EVERY, NIST, "CP-9(8)"),
            name(EVERY, NIST, "SC-28"),
            name(EVERY, MSCP, "os_force_encrypted_backups_enable"),
        ],
    },
    Rule {
        demands: "the latest version of iOS is installed",
        codes: &[Code::OsOutdated, Code::OsUnsupported],
        names: &[
            name(CIS, BENCHMARK, "4.4"),
            name(&[Stig], STIG_26, "AIOS-26-011200"),
        ],
    },
    Rule {
        demands: "backups run weekly, or more often",
        codes: &[Code::BackupStale, Code::BackupNever],
        names: &[name(CIS, CONTROLS, "11.2")],
    },
    Rule {
        demands: "recovery is tested every quarter",
        codes: &[Code::LocalNotVerified],
        names: &[name(CIS, CONTROLS, "11.5")],
    },
];

/// The rules that speak of a finding, where the policy starts from this preset.
pub fn references(preset: Preset, code: Code) -> Vec<Reference> {
    let rules = RULES.iter().filter(|rule| rule.codes.contains(&code));
    rules.flat_map(|rule| rule.under(preset)).collect()
}

impl Rule {
    /// Its names under a preset.
    fn under(&self, preset: Preset) -> impl Iterator<Item = Reference> {
        let own = self
            .names
            .iter()
            .filter(move |name| name.presets.contains(&preset));
        own.map(|name| Reference {
            source: name.source.to_owned(),
            id: name.id.to_owned(),
            demands: self.demands.to_owned(),
        })
    }
}
