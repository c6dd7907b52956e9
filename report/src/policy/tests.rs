//! What a policy file may say, and what is said of one that is wrong.

use super::{Demand, Policy, Requirement};
use crate::finding::Code;

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
        "p.toml:2:14: wanted a number of days from 0 to 36500, found \"7d\"",
    );
    refuses(
        "[thresholds]\n\nstale_days = -1",
        "p.toml:3:14: wanted a number of days",
    );
    refuses(
        "[thresholds]\nstale_days = nan",
        "p.toml:2:14: wanted a number of days",
    );
    refuses(
        "[thresholds]\nstale_days = 99999999999",
        "p.toml:2:14: wanted a number of days",
    );
    refuses(
        "[thresholds]\nstorage_low_percent = 101",
        "p.toml:2:23: wanted a percentage",
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
        "p.toml:2:10: wanted a serial number",
    );
    refuses(
        "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \" \"",
        "p.toml:3:10: wanted the reason",
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
        "p.toml:4:9: wanted a date such as 2026-12-31",
    );
    refuses(
        "[[waiver]]\ndevice = \"F2LX0000TEST\"\nreason = \"r\"\nuntil = \"soon\"",
        "p.toml:4:9: wanted a date such as 2026-12-31, found \"soon\"",
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
