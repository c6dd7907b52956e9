//! What a policy file may say, and what is said of one that is wrong.

use super::model::Policy;
use super::preset::Preset;
use super::requirements::{Demand, Requirement};
use crate::results::Code;

#[track_caller]
fn parse(text: &str) -> Policy {
    Policy::parse(text, "/etc/fleetback/p.toml").unwrap()
}

#[track_caller]
fn refuses(text: &str, want: &str) {
    let error = Policy::parse(text, "p.toml").unwrap_err().to_string();
    assert!(error.starts_with(want), "{text:?}\n  {error}\n  {want}");
}

#[test]
fn an_empty_file_is_the_built_in_policy_under_its_own_name() {
    let want = Policy {
        name: "p.toml".to_owned(),
        ..Policy::builtin()
    };
    assert_eq!(parse(""), want);
    assert_eq!(parse("# only a comment\n"), want);
    assert_eq!(parse("name = \"Head office\"").name, "Head office");
    assert_eq!(parse("name = \"\"").name, "");
}

#[test]
fn keys_are_read() {
    let policy = parse(
        "[thresholds]\nstale_days = 10\naging_days = 0.5\n[backups]\nicloud = \"forbidden\"\n",
    );
    assert_eq!(policy.thresholds.stale_days, 10.0);
    assert_eq!(policy.thresholds.aging_days, 0.5);
    assert_eq!(policy.thresholds.critical_days, 14.0);
    assert_eq!(policy.backups.icloud, Requirement::Forbidden);
    assert_eq!(policy.backups.local, Requirement::Allowed);
}

#[test]
fn waivers_are_read() {
    let policy = parse(
        "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"retired\"\n[[waiver]]\ndevice = \"00008030-001A35E40212345E\"\ncode = \"local-not-encrypted\"\nreason = \"kiosk\"\nuntil = 2026-12-31\n",
    );
    assert_eq!(policy.waivers.len(), 2);
    assert_eq!(policy.waivers[0].code, None);
    assert_eq!(policy.waivers[0].until, None);
    assert_eq!(policy.waivers[1].code, Some(Code::LocalNotEncrypted));
    assert_eq!(policy.waivers[1].until, "2026-12-31".parse().ok());
    let quoted =
        parse("[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\nuntil = \"2026-12-31\"");
    assert_eq!(quoted.waivers[0].until, policy.waivers[1].until);
}

#[test]
fn errors_point_at_the_place() {
    refuses(
        "[thresholds]\nstale_dayz = 7",
        "p.toml:2:1: unknown field `stale_dayz`",
    );
    refuses("[treshold]\n", "p.toml:1:2: unknown field `treshold`");
    refuses(
        "[thresholds]\nstale_days = \"7d\"",
        "p.toml:2:14: \"7d\" is not a number of days from 0 to 36500",
    );
    refuses(
        "[thresholds]\n\nstale_days = -1",
        "p.toml:3:14: -1 is not a number of days",
    );
    refuses(
        "[thresholds]\nstale_days = nan",
        "p.toml:2:14: NaN is not a number of days",
    );
    refuses(
        "[thresholds]\nstale_days = 99999999999",
        "p.toml:2:14: 99999999999 is not a number of days",
    );
    refuses(
        "[thresholds]\nstorage_low_percent = 101",
        "p.toml:2:23: 101 is not a percentage",
    );
    refuses(
        "[thresholds]\nstale_days = 2",
        "p.toml:2:14: stale_days is 2, which is less than aging_days (3)",
    );
    refuses(
        "[thresholds]\naging_days = 8",
        "p.toml:2:14: stale_days is 7, which is less than aging_days (8)",
    );
    refuses(
        "[backups]\nicloud = \"maybe\"",
        "p.toml:2:10: unknown variant `maybe`",
    );
    refuses(
        "[backups]\nencryption = \"forbidden\"",
        "p.toml:2:14: unknown variant `forbidden`",
    );
    refuses(
        "[backups]\nicloud = \"forbidden\"\nlocal = \"forbidden\"",
        "p.toml:3:9: icloud and local are both",
    );
    refuses(
        "[[waiver]]\ndevice = \"x\"\nreason = \"r\"",
        "p.toml:2:10: \"x\" is neither a serial number",
    );
    refuses(
        "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \" \"",
        "p.toml:3:10: the waiver has no reason",
    );
    refuses(
        "[[waiver]]\ndevice = \"F2LX0000TEST\"",
        "p.toml:1:1: missing field `reason`",
    );
    refuses(
        "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\ncode = \"backup-old\"",
        "p.toml:4:8: unknown variant `backup-old`",
    );
    refuses(
        "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\nuntil = 2026-12-31T10:00:00Z",
        "p.toml:4:9: 2026-12-31T10:00:00Z is not a date such as 2026-12-31",
    );
    refuses(
        "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\nuntil = \"soon\"",
        "p.toml:4:9: \"soon\" is not a date such as 2026-12-31",
    );
    refuses(
        "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\nuntill = 2026-12-31",
        "p.toml:4:1: unknown field `untill`",
    );
    refuses("name = \"é\" x", "p.toml:1:12:");
}

#[test]
fn the_written_file_reads_back() {
    let mut policy = Policy::builtin();
    assert_eq!(parse(&policy.to_toml()), policy);
    policy.name = "quote \" and \\ and \n line".to_owned();
    policy.thresholds.aging_days = 0.25;
    policy.backups.icloud = Requirement::Required;
    policy.backups.password = Demand::Required;
    policy.waivers = parse("[[waiver]]\ndevice = \"F2LX0000TEST\"\ncode = \"icloud-off\"\nreason = \"a \\\"b\\\"\"\nuntil = 2026-02-28").waivers;
    assert_eq!(parse(&policy.to_toml()), policy);
}

#[track_caller]
fn expired(until: &str, now: &str, want: bool) {
    let text = format!("[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\nuntil = {until}");
    assert_eq!(parse(&text).waivers[0].expired(now.parse().unwrap()), want);
}

#[test]
fn a_waiver_holds_to_the_end_of_its_last_day() {
    expired("2026-11-23", "2026-11-23T00:00:00Z", false);
    expired("2026-11-23", "2026-11-23T23:59:59Z", false);
    expired("2026-11-23", "2026-11-24T00:00:00Z", true);
}

/// A group "g" with these conditions, and what follows.
fn group(conditions: &str) -> String {
    format!("[[group]]\nname = \"g\"\n[group.match]\n{conditions}\n")
}

#[test]
fn a_group_keeps_what_it_does_not_say() {
    let policy = parse(&format!(
        "[thresholds]\nstale_days = 10\n[backups]\npassword = \"required\"\n{}[group.thresholds]\ncritical_days = 30\n",
        group("site = \"North\"")
    ));
    let group = &policy.groups[0];
    assert_eq!(group.thresholds.stale_days, 10.0);
    assert_eq!(group.thresholds.critical_days, 30.0);
    assert_eq!(policy.thresholds.critical_days, 14.0);
    assert_eq!(group.backups, policy.backups);
}

#[test]
fn a_preset_stands_below_what_the_file_says_and_above_what_was_asked_before() {
    let stig = parse("preset = \"stig\"");
    assert_eq!(stig.preset, Preset::Stig);
    assert_eq!(stig.backups.icloud, Requirement::Forbidden);
    let own = parse("preset = \"stig\"\n[backups]\nicloud = \"allowed\"");
    assert_eq!(own.backups.icloud, Requirement::Allowed);
    let byod = parse(&format!(
        "preset = \"stig\"\n[backups]\npassword = \"required\"\n{}",
        group("tag = \"own\"").replace("[group.match]", "preset = \"cis-byod\"\n[group.match]")
    ));
    let group = &byod.groups[0].backups;
    assert_eq!(group.icloud, Requirement::Allowed);
    assert_eq!(
        group.password,
        Demand::Required,
        "a preset says nothing of it"
    );
}

#[test]
fn presets_forbid_icloud_where_their_benchmark_does() {
    let icloud = |preset| Policy::from_preset(preset).backups.icloud;
    assert_eq!(icloud(Preset::Default), Requirement::Allowed);
    assert_eq!(icloud(Preset::CisEnterprise), Requirement::Forbidden);
    assert_eq!(icloud(Preset::Stig), Requirement::Forbidden);
    assert_eq!(icloud(Preset::CisByod), Requirement::Allowed);
    for preset in Preset::ALL {
        let policy = Policy::from_preset(preset);
        assert_eq!(policy.backups.encryption, Demand::Required);
        assert_eq!(parse(&policy.to_toml()), policy);
    }
}

#[test]
fn errors_of_groups_point_at_the_place() {
    let stale = group("site = \"North\"") + "[group.thresholds]\naging_days = 8";
    refuses(
        &stale,
        "p.toml:6:14: group \"g\": stale_days is 7, which is less than aging_days (8)",
    );
    let closed = format!(
        "[backups]\nlocal = \"forbidden\"\n{}",
        group("site = \"N\"")
    )
    .replace("[group.match]", "preset = \"stig\"\n[group.match]");
    refuses(
        &closed,
        "p.toml:5:10: group \"g\": icloud and local are both",
    );
    refuses(
        &group(""),
        "p.toml:3:1: group \"g\": the group has no condition",
    );
    refuses(&group("sites = \"N\""), "p.toml:4:1: unknown field `sites`");
    refuses(
        &group("site = []"),
        "p.toml:4:8: [] is not a text, or a list of texts",
    );
    refuses(
        &group("site = \"\""),
        "p.toml:4:8: the text to match is empty",
    );
    refuses(
        &group("device = \"x\""),
        "p.toml:4:10: \"x\" is neither a serial number",
    );
    refuses(
        &group("os_below = 16.1"),
        "p.toml:4:12: 16.1 is not a version such as",
    );
    refuses(
        &group("os_at_least = \"17\"\nos_below = \"17.0\""),
        "p.toml:5:12: group \"g\": os_below is 17.0",
    );
    refuses(
        &(group("site = \"N\"") + &group("site = \"S\"")),
        "p.toml:6:8: two groups are called \"g\"",
    );
    refuses(
        "[[group]]\nname = \"g\"",
        "p.toml:1:1: missing field `match`",
    );
    refuses("preset = \"nist\"", "p.toml:1:10: unknown variant `nist`");
    let waiver = |keys: &str| format!("[[waiver]]\nreason = \"r\"\n{keys}");
    refuses(&waiver(""), "p.toml:2:10: the waiver names neither");
    refuses(
        &waiver("group = \"g\""),
        "p.toml:3:9: this policy has no group \"g\"",
    );
    refuses(
        &waiver("device = \"F2LX0000TEST\"\ngroup = \"g\""),
        "p.toml:4:9: the waiver names a device and a group",
    );
}

#[track_caller]
fn ends_within(now: &str, until: &str, days: f64, want: bool) {
    let text = format!("[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\nuntil = {until}");
    let now = now.parse().unwrap();
    let got = parse(&text).waivers[0].ends_within(now, days);
    assert_eq!(got, want, "{until}");
}

#[test]
fn a_waiver_is_told_before_it_ends() {
    // It ends at the midnight behind its last day: 14 days, and 14 days and a second.
    ends_within("2026-11-23T00:00:00Z", "2026-12-06", 14.0, true);
    ends_within("2026-11-22T23:59:59Z", "2026-12-06", 14.0, false);
    ends_within("2026-12-06T23:59:59Z", "2026-12-06", 14.0, true);
    ends_within("2026-12-07T00:00:00Z", "2026-12-06", 14.0, false);
    ends_within("2026-12-06T12:00:00Z", "2026-12-06", 0.5, true);
    ends_within("2026-12-06T11:59:59Z", "2026-12-06", 0.5, false);
    ends_within("2026-12-06T12:00:00Z", "2026-12-06", 0.0, false);
    ends_within("2026-12-06T12:00:00Z", "9999-12-31", 36_500.0, false);
}

mod round_trip {
    use proptest::prelude::*;

    use super::super::{Policy, Preset};

    fn conditions() -> impl Strategy<Value = String> {
        let text = "[a-zA-Z*?][a-zA-Z*? ü\"\\\\]{0,8}";
        let text = prop_oneof![
            (
                prop::sample::select(vec![
                    "name",
                    "model",
                    "user",
                    "department",
                    "site",
                    "group",
                    "tag"
                ]),
                text
            )
                .prop_map(|(key, text)| format!("{key} = {}", toml::Value::from(text))),
            any::<bool>().prop_map(|yes| format!("supervised = {yes}")),
            (9u32..30, 0u32..9).prop_map(|(a, b)| format!("os_at_least = \"{a}.{b}\"")),
            Just("device = [\"F2LX0000TEST\", \"00008030-001A35E40212345E\"]".to_owned()),
        ];
        text
    }

    fn group() -> impl Strategy<Value = String> {
        let preset = prop::option::of(prop::sample::select(Preset::ALL.to_vec()));
        (conditions(), preset, 7.0..13.0f64, any::<bool>()).prop_map(|(when, preset, stale, required)| {
            let preset = preset.map_or(String::new(), |p| format!("preset = \"{}\"\n", p.id()));
            let password = if required { "required" } else { "allowed" };
            format!("{preset}[group.match]\n{when}\n[group.thresholds]\nstale_days = {stale:?}\n[group.backups]\npassword = \"{password}\"\n")
        })
    }

    proptest! {
        #[test]
        fn a_written_policy_reads_back(preset in prop::sample::select(Preset::ALL.to_vec()), groups in prop::collection::vec(group(), 0..4)) {
            let mut text = format!("preset = \"{}\"\n", preset.id());
            for (item, group) in groups.iter().enumerate() {
                text += &format!("[[group]]\nname = \"group {item}\"\n{group}");
            }
            let policy = Policy::parse(&text, "p.toml").unwrap();
            prop_assert_eq!(Policy::parse(&policy.to_toml(), "other.toml").unwrap(), policy);
        }
    }
}
