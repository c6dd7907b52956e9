//! The policy as a file, with every key explained: what `config init` writes.

use std::fmt::Write as _;

use super::limits::THRESHOLDS;
use super::matching::{Match, ON_TEXT};
use super::model::{Group, Policy, start};
use super::requirements::{OS_ASKED, REQUIREMENTS};
use super::settings::{Key, quoted};
use super::waiver::WaiverRule;

const HEAD: &str = "\
# A fleetback policy: what this organisation asks of its backups.
# Every key may be left out; it then keeps the value of the preset.
# Ages are days, fractions allowed: 0.5 is twelve hours. They are compared exactly.
";

const ABOUT_PRESET: &str = "
# Where to start from: \"default\", \"cis-enterprise\", \"stig\" or \"cis-byod\". The findings that a
# rule of the benchmark asks for bear its number. Every key below stands above the preset.
";

const ABOUT_GROUPS: &str = "
# Groups: devices of which something else is asked. Every condition of `match` must hold; the
# first group that a device belongs to counts, and no other. What a group leaves out stays as
# above. Texts may hold * (any letters) and ? (one letter); capitals make no difference.
#
# [[group]]
# name = \"iPads on carts\"
# preset = \"cis-enterprise\"       # this group starts from other words than the rest
# [group.match]
# device = [\"F2LX0000TEST\"]       # serial numbers or UDIDs
# name = \"Cart-*\"                 # one text or a list of them
# model = [\"iPad*\"]               # product type or marketing name
# user = \"*@example.org\"          # name or e-mail address; this and the next four: inventory table
# department = \"Teaching\"
# site = [\"North\", \"South\"]
# group = \"Loan pool\"
# tag = \"kiosk\"
# supervised = true               # what the MDM does not say is neither true nor false
# os_at_least = \"16\"              # versions stand in quotation marks
# os_below = \"27\"
# [group.thresholds]
# stale_days = 30
# critical_days = 60
# [group.backups]
# icloud = \"forbidden\"
# [group.os]
# grace_days = 60
";

const ABOUT_WAIVERS: &str = "
# Waivers: accepted risks, and why they are accepted. They lower the severity of a device,
# never its status, and the report shows them. Without `code` a waiver covers the whole device:
# this is how a lost or retired one is left out. `until` is the last day it holds (UTC).
#
# [[waiver]]
# device = \"F2LX0000TEST\"        # serial number or UDID; or: group = \"iPads on carts\"
# code = \"local-not-encrypted\"
# reason = \"kiosk iPad, holds no data of its own\"
# until = 2026-12-31
";

impl Policy {
    /// The whole policy as a commented TOML file, which [`Policy::parse`] reads back.
    pub fn to_toml(&self) -> String {
        let mut out = String::from(HEAD);
        let _ = write!(
            out,
            "\n# What reports call this policy. Left out: the name of the file.\nname = {}\n{ABOUT_PRESET}preset = {}\n\n# A waiver that ends within so many days is announced.\nwaiver_warning_days = {}\n",
            quoted(&self.name),
            quoted(self.preset.id()),
            self.waiver_warning_days,
        );
        write_table(&mut out, "thresholds", THRESHOLDS, &self.thresholds);
        write_table(&mut out, "backups", REQUIREMENTS, &self.backups);
        write_table(&mut out, "os", OS_ASKED, &self.os);
        out.push_str(ABOUT_GROUPS);
        for group in &self.groups {
            write_group(&mut out, group, self);
        }
        out.push_str(ABOUT_WAIVERS);
        for waiver in &self.waivers {
            write_waiver(&mut out, waiver);
        }
        out
    }
}

fn write_table<S>(out: &mut String, table: &str, keys: &[Key<S>], settings: &S) {
    let _ = writeln!(out, "\n[{table}]");
    for key in keys {
        for line in key.comment {
            let _ = writeln!(out, "#{line}");
        }
        let _ = writeln!(out, "{} = {}", key.name, (key.show)(settings));
    }
}

fn write_group(out: &mut String, group: &Group, policy: &Policy) {
    let _ = writeln!(out, "\n[[group]]\nname = {}", quoted(&group.name));
    if let Some(preset) = group.preset {
        let _ = writeln!(out, "preset = {}", quoted(preset.id()));
    }
    write_match(out, &group.matching);
    let (backups, os) = start(group.preset, policy);
    let limits = (&group.thresholds, &policy.thresholds);
    write_changes(out, "thresholds", THRESHOLDS, limits);
    write_changes(out, "backups", REQUIREMENTS, (&group.backups, &backups));
    write_changes(out, "os", OS_ASKED, (&group.os, &os));
}

fn write_match(out: &mut String, conditions: &Match) {
    out.push_str("[group.match]\n");
    if !conditions.device.is_empty() {
        let names: Vec<String> = conditions.device.iter().map(|name| quoted(name)).collect();
        let _ = writeln!(out, "device = [{}]", names.join(", "));
    }
    for condition in ON_TEXT {
        let patterns = (condition.patterns)(conditions);
        if !patterns.is_empty() {
            let _ = writeln!(out, "{} = {}", condition.key, patterns.shown());
        }
    }
    if let Some(supervised) = conditions.supervised {
        let _ = writeln!(out, "supervised = {supervised}");
    }
    let versions = [
        ("os_at_least", conditions.os_at_least),
        ("os_below", conditions.os_below),
    ];
    for (key, version) in versions {
        if let Some(version) = version {
            let _ = writeln!(out, "{key} = \"{version}\"");
        }
    }
}

/// What a group asks otherwise than where it starts from.
fn write_changes<S>(out: &mut String, table: &str, keys: &[Key<S>], (settings, start): (&S, &S)) {
    let changed = |key: &&Key<S>| (key.show)(settings) != (key.show)(start);
    let lines: Vec<String> = keys
        .iter()
        .filter(changed)
        .map(|key| format!("{} = {}\n", key.name, (key.show)(settings)))
        .collect();
    if !lines.is_empty() {
        let _ = write!(out, "[group.{table}]\n{}", lines.concat());
    }
}

fn write_waiver(out: &mut String, waiver: &WaiverRule) {
    out.push_str("\n[[waiver]]\n");
    let texts = [
        ("device", waiver.device.as_deref()),
        ("group", waiver.group.as_deref()),
        ("code", waiver.code.map(crate::results::Code::id)),
        ("reason", Some(waiver.reason.as_str())),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            let _ = writeln!(out, "{key} = {}", quoted(text));
        }
    }
    if let Some(until) = waiver.until {
        let _ = writeln!(out, "until = {until}");
    }
}
