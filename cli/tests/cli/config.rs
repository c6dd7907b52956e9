//! Settings: which place wins, and how a mistake is told.

use crate::desk::{Desk, code, printed, said, sound};

fn aging() -> Desk {
    Desk::with(&[sound(1).completed("2026-11-15T04:00:00Z")])
}

#[track_caller]
fn fails_on_warning(desk: &Desk, variable: Option<&str>, args: &[&str], want: bool) {
    let mut program = desk.program();
    program
        .args(["scan", "backups", "--now", crate::desk::NOW])
        .args(args);
    if let Some(value) = variable {
        program.env("FLEETBACK_FAIL_ON", value);
    }
    let output = program.output().unwrap();
    assert_eq!(
        code(&output),
        i32::from(want),
        "{variable:?} {args:?}\n{}",
        said(&output)
    );
}

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_a_file() {
    let desk = aging();
    fails_on_warning(&desk, None, &[], false);
    fails_on_warning(&desk, Some("warning"), &[], true);
    fails_on_warning(&desk, None, &["--fail-on", "warning"], true);
    desk.write("fleetback.toml", "[output]\nfail_on = \"warning\"\n");
    fails_on_warning(&desk, None, &[], true);
    fails_on_warning(&desk, Some("error"), &[], false);
    fails_on_warning(&desk, Some("error"), &["--fail-on", "warning"], true);
    fails_on_warning(&desk, Some("warning"), &["--fail-on", "error"], false);
}

#[test]
fn the_named_file_wins_over_the_folders_and_the_folders_over_the_users() {
    let desk = aging();
    let warning = "[output]\nfail_on = \"warning\"\n";
    let error = "[output]\nfail_on = \"error\"\n";
    let users = if cfg!(windows) {
        "home/fleetback"
    } else {
        "home/.config/fleetback"
    };
    desk.write(&format!("{users}/fleetback.toml"), warning);
    fails_on_warning(&desk, None, &[], true);
    desk.write("fleetback.toml", error);
    fails_on_warning(&desk, None, &[], false);
    desk.write("named.toml", warning);
    fails_on_warning(&desk, None, &["--config", "named.toml"], true);
}

#[test]
fn a_file_can_say_everything_and_means_paths_beside_itself() {
    let desk = Desk::with(&[sound(1)]);
    desk.write(
        "settings/night.toml",
        "[scan]\nroots = [\"../backups\"]\nhost = \"night\"\nverify = \"state\"\nthreads = 1\n\
         [output]\njson = [\"../night.json\"]\ntimezone = \"UTC\"\n",
    );
    let output = desk.run(&[
        "scan",
        "--config",
        "settings/night.toml",
        "--now",
        crate::desk::NOW,
    ]);
    // At the level `state` nothing is proven, and a calm that nobody can vouch for is an error.
    assert_eq!(code(&output), 1, "{}", said(&output));
    let json: serde_json::Value = serde_json::from_str(&desk.read("night.json")).unwrap();
    assert_eq!(json["scan_host"], "night");
    assert_eq!(
        json["devices"][0]["backups"][0]["verified"]["level"],
        "state"
    );
}

#[test]
fn asking_for_an_output_leaves_those_of_the_file_alone() {
    let desk = Desk::with(&[sound(1)]);
    desk.write("fleetback.toml", "[output]\nhtml = [\"nightly.html\"]\n");
    desk.scan(&["backups", "--json", "now.json"]);
    assert!(!desk.path("nightly.html").exists());
    desk.run(&["report", "now.json"]);
    assert!(
        !desk.path("nightly.html").exists(),
        "an old report would look like tonight's"
    );
    desk.scan(&["backups"]);
    assert!(desk.path("nightly.html").exists());
}

#[test]
fn an_unknown_key_points_at_its_line() {
    let desk = Desk::with(&[sound(1)]);
    desk.write(
        "fleetback.toml",
        "[output]\ntimezone = \"UTC\"\nfailon = \"never\"\n",
    );
    for args in [
        &["scan", "backups"][..],
        &["config", "check"],
        &["config", "show"],
    ] {
        let output = desk.run(args);
        assert_eq!(code(&output), 2, "{args:?}");
        let said = said(&output);
        assert!(
            said.contains("fleetback.toml:3:1: unknown field `failon`, expected one of"),
            "{said}"
        );
    }
}

#[test]
fn a_mistake_in_the_policy_points_at_its_line() {
    let desk = Desk::with(&[sound(1)]);
    desk.write("p.toml", "[thresholds]\nstale_days = 7\nstael_days = 8\n");
    let output = desk.scan(&["backups", "--policy", "p.toml"]);
    assert_eq!(code(&output), 2);
    assert!(said(&output).contains("p.toml:3"), "{}", said(&output));
}

#[test]
fn init_writes_files_that_check_accepts_and_replaces_none() {
    let desk = Desk::with(&[sound(1)]);
    let output = desk.run(&["config", "init"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert_eq!(code(&desk.run(&["config", "check"])), 0);
    let with_policy = desk.scan(&["backups", "--policy", "fleetback-policy.toml"]);
    assert_eq!(code(&with_policy), 0, "{}", said(&with_policy));

    desk.write("fleetback.toml", "# mine\n");
    assert_eq!(code(&desk.run(&["config", "init"])), 2);
    assert_eq!(desk.read("fleetback.toml"), "# mine\n");
}

#[test]
fn init_writes_the_policy_of_a_preset_and_check_names_it() {
    for preset in ["default", "cis-enterprise", "stig", "cis-byod"] {
        let desk = Desk::with(&[sound(1)]);
        let output = desk.run(&["config", "init", "--preset", preset]);
        assert_eq!(code(&output), 0, "{}", said(&output));
        desk.write(
            "fleetback.toml",
            "[scan]\npolicy = \"fleetback-policy.toml\"\n",
        );
        let output = desk.run(&["config", "check"]);
        let text = printed(&output);
        assert!(text.contains(&format!("preset {preset},")), "{text}");
    }
    let desk = Desk::new();
    let output = desk.run(&["config", "init", "--preset", "cis"]);
    assert_eq!(code(&output), 2);
    let wanted = "wanted one of default, cis-enterprise, stig, cis-byod";
    assert!(said(&output).contains(wanted), "{}", said(&output));
    assert!(!desk.path("fleetback.toml").exists());
}

#[test]
fn check_tells_of_waivers_that_have_ended_and_of_no_other() {
    let desk = Desk::new();
    desk.write("fleetback.toml", "[scan]\npolicy = \"p.toml\"\n");
    let waiver = |device: &str, until: &str| {
        format!("[[waiver]]\ndevice = \"{device}\"\nreason = \"lost\"\nuntil = {until}\n")
    };
    let waivers = [
        waiver("FBTEST0001", "2020-01-31"),
        waiver("FBTEST0002", "2999-01-31"),
    ];
    desk.write("p.toml", &waivers.concat());
    let output = desk.run(&["config", "check"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let text = printed(&output);
    assert!(
        text.contains("the waiver for FBTEST0001 ended with 2020-01-31"),
        "{text}"
    );
    assert!(!text.contains("FBTEST0002"), "{text}");
}

#[test]
fn show_tells_where_each_setting_comes_from() {
    let desk = Desk::new();
    desk.write(
        "fleetback.toml",
        "[scan]\nroots = [\"b\"]\n[output]\nfail_on = \"warning\"\n",
    );
    let output = desk
        .program()
        .args(["config", "show"])
        .env("FLEETBACK_FAIL_ON", "never")
        .env("FLEETBACK_THREADS", "3")
        .output()
        .unwrap();
    let text = printed(&output);
    assert!(text.contains("roots = [\"b\"]  # file"), "{text}");
    assert!(
        text.contains("fail_on = \"never\"  # flag or variable"),
        "{text}"
    );
    assert!(text.contains("threads = 3  # flag or variable"), "{text}");
}
