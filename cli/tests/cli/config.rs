//! Settings: which place wins, and how a mistake is reported.

use crate::sandbox::{Sandbox, exit_code, healthy, stderr, stdout};

fn aging() -> Sandbox {
    Sandbox::with(&[healthy(1).completed("2026-11-15T04:00:00Z")])
}

#[track_caller]
fn fails_on_warning(sandbox: &Sandbox, variable: Option<&str>, args: &[&str], want: bool) {
    let mut program = sandbox.program();
    program
        .args(["scan", "backups", "--now", crate::sandbox::NOW])
        .args(args);
    if let Some(value) = variable {
        program.env("FLEETBACK_FAIL_ON", value);
    }
    let output = program.output().unwrap();
    assert_eq!(
        exit_code(&output),
        i32::from(want),
        "{variable:?} {args:?}\n{}",
        stderr(&output)
    );
}

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_a_file() {
    let sandbox = aging();
    fails_on_warning(&sandbox, None, &[], false);
    fails_on_warning(&sandbox, Some("warning"), &[], true);
    fails_on_warning(&sandbox, None, &["--fail-on", "warning"], true);
    sandbox.write("fleetback.toml", "[output]\nfail_on = \"warning\"\n");
    fails_on_warning(&sandbox, None, &[], true);
    fails_on_warning(&sandbox, Some("error"), &[], false);
    fails_on_warning(&sandbox, Some("error"), &["--fail-on", "warning"], true);
    fails_on_warning(&sandbox, Some("warning"), &["--fail-on", "error"], false);
}

#[test]
fn the_named_file_wins_over_the_folders_and_the_folders_over_the_users() {
    let sandbox = aging();
    let warning = "[output]\nfail_on = \"warning\"\n";
    let error = "[output]\nfail_on = \"error\"\n";
    let users = if cfg!(windows) {
        "home/fleetback"
    } else {
        "home/.config/fleetback"
    };
    sandbox.write(&format!("{users}/fleetback.toml"), warning);
    fails_on_warning(&sandbox, None, &[], true);
    sandbox.write("fleetback.toml", error);
    fails_on_warning(&sandbox, None, &[], false);
    sandbox.write("named.toml", warning);
    fails_on_warning(&sandbox, None, &["--config", "named.toml"], true);
}

#[test]
fn a_file_can_say_everything_and_means_paths_beside_itself() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    sandbox.write(
        "settings/night.toml",
        "[scan]\nroots = [\"../backups\"]\nhost = \"night\"\nverify = \"state\"\nthreads = 1\n\
         [output]\njson = [\"../night.json\"]\ntimezone = \"UTC\"\n",
    );
    let output = sandbox.run(&[
        "scan",
        "--config",
        "settings/night.toml",
        "--now",
        crate::sandbox::NOW,
    ]);
    // At the level `state` nothing is proven, and a good result without proof is an error.
    assert_eq!(exit_code(&output), 1, "{}", stderr(&output));
    let json: serde_json::Value = serde_json::from_str(&sandbox.read("night.json")).unwrap();
    assert_eq!(json["scan_host"], "night");
    assert_eq!(
        json["devices"][0]["backups"][0]["verified"]["level"],
        "state"
    );
}

#[test]
fn asking_for_an_output_leaves_those_of_the_file_alone() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    sandbox.write("fleetback.toml", "[output]\nhtml = [\"nightly.html\"]\n");
    sandbox.scan(&["backups", "--json", "now.json"]);
    assert!(!sandbox.path("nightly.html").exists());
    sandbox.run(&["report", "now.json"]);
    assert!(
        !sandbox.path("nightly.html").exists(),
        "an old report would look like tonight's"
    );
    sandbox.scan(&["backups"]);
    assert!(sandbox.path("nightly.html").exists());
}

#[test]
fn an_unknown_key_points_at_its_line() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    sandbox.write(
        "fleetback.toml",
        "[output]\ntimezone = \"UTC\"\nfailon = \"never\"\n",
    );
    for args in [
        &["scan", "backups"][..],
        &["config", "check"],
        &["config", "show"],
    ] {
        let output = sandbox.run(args);
        assert_eq!(exit_code(&output), 2, "{args:?}");
        let said = stderr(&output);
        assert!(
            said.contains("fleetback.toml:3:1: unknown field `failon`, expected one of"),
            "{said}"
        );
    }
}

#[test]
fn a_mistake_in_the_policy_points_at_its_line() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    sandbox.write("p.toml", "[thresholds]\nstale_days = 7\nstael_days = 8\n");
    let output = sandbox.scan(&["backups", "--policy", "p.toml"]);
    assert_eq!(exit_code(&output), 2);
    assert!(stderr(&output).contains("p.toml:3"), "{}", stderr(&output));
}

#[test]
fn init_writes_files_that_check_accepts_and_replaces_none() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    let output = sandbox.run(&["config", "init"]);
    assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
    assert_eq!(exit_code(&sandbox.run(&["config", "check"])), 0);
    let with_policy = sandbox.scan(&["backups", "--policy", "fleetback-policy.toml"]);
    assert_eq!(exit_code(&with_policy), 0, "{}", stderr(&with_policy));

    sandbox.write("fleetback.toml", "# mine\n");
    assert_eq!(exit_code(&sandbox.run(&["config", "init"])), 2);
    assert_eq!(sandbox.read("fleetback.toml"), "# mine\n");
}

#[test]
fn init_writes_the_policy_of_a_preset_and_check_names_it() {
    for preset in ["default", "cis-enterprise", "stig", "cis-byod"] {
        let sandbox = Sandbox::with(&[healthy(1)]);
        let output = sandbox.run(&["config", "init", "--preset", preset]);
        assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
        sandbox.write(
            "fleetback.toml",
            "[scan]\npolicy = \"fleetback-policy.toml\"\n",
        );
        let output = sandbox.run(&["config", "check"]);
        let text = stdout(&output);
        assert!(text.contains(&format!("preset {preset},")), "{text}");
    }
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["config", "init", "--preset", "cis"]);
    assert_eq!(exit_code(&output), 2);
    let wanted = "write one of default, cis-enterprise, stig, cis-byod";
    assert!(stderr(&output).contains(wanted), "{}", stderr(&output));
    assert!(!sandbox.path("fleetback.toml").exists());
}

#[test]
fn check_tells_of_waivers_that_have_ended_and_of_no_other() {
    let sandbox = Sandbox::new();
    sandbox.write("fleetback.toml", "[scan]\npolicy = \"p.toml\"\n");
    let waiver = |device: &str, until: &str| {
        format!("[[waiver]]\ndevice = \"{device}\"\nreason = \"lost\"\nuntil = {until}\n")
    };
    let waivers = [
        waiver("FBTEST0001", "2020-01-31"),
        waiver("FBTEST0002", "2999-01-31"),
    ];
    sandbox.write("p.toml", &waivers.concat());
    let output = sandbox.run(&["config", "check"]);
    assert_eq!(exit_code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(
        text.contains("the waiver for FBTEST0001 ended with 2020-01-31"),
        "{text}"
    );
    assert!(!text.contains("FBTEST0002"), "{text}");
}

#[test]
fn show_tells_where_each_setting_comes_from() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "fleetback.toml",
        "[scan]\nroots = [\"b\"]\n[output]\nfail_on = \"warning\"\n",
    );
    let output = sandbox
        .program()
        .args(["config", "show"])
        .env("FLEETBACK_FAIL_ON", "never")
        .env("FLEETBACK_THREADS", "3")
        .output()
        .unwrap();
    let text = stdout(&output);
    assert!(text.contains("roots = [\"b\"]  # file"), "{text}");
    assert!(
        text.contains("fail_on = \"never\"  # environment"),
        "{text}"
    );
    assert!(text.contains("threads = 3  # environment"), "{text}");
}

#[test]
fn a_flag_is_told_from_a_variable() {
    let sandbox = Sandbox::new();
    let run = |args: &[&str]| {
        let mut program = sandbox.program();
        program.args(["config", "show"]).args(args);
        stdout(&program.env("FLEETBACK_COLOR", "never").output().unwrap())
    };
    assert!(run(&[]).contains("color = \"never\"  # environment"));
    assert!(run(&["--color", "always"]).contains("color = \"always\"  # flag"));
}

/// Every setting that `init` writes stands in what `show` prints and in docs/settings.md.
#[test]
fn init_show_and_the_page_name_every_setting() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "init"]);
    let shown = stdout(&sandbox.run(&["config", "show"]));
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/settings.md");
    let page = std::fs::read_to_string(page).unwrap();
    let file = sandbox.read("fleetback.toml");
    let lines = file.lines().filter_map(|line| line.strip_prefix("#: "));
    let keys: Vec<_> = lines.filter_map(|line| line.split(' ').next()).collect();
    assert!(keys.len() > 25, "{keys:?}");
    for key in keys {
        let set = format!("\n{key} = ");
        let unset = format!("\n# {key} is not set");
        assert!(
            shown.contains(&set) || shown.contains(&unset),
            "{key}\n{shown}"
        );
        assert!(page.contains(&format!("| `{key}` |")), "{key}");
    }
}

/// What `scan` would refuse, `check` refuses, with the same words.
#[test]
fn check_refuses_what_scan_would() {
    let sandbox = Sandbox::with(&[healthy(1)]);
    for (settings, why) in [
        ("[scan]\nthreads = 5000\n", "threads: 5000 is not from 1 to"),
        (
            "[scan]\nhistory = \"h\"\nno_history = true\n",
            "both history and no_history are set",
        ),
        ("[scan]\nmdm = [\"nowhere\"]\n", "nowhere"),
        ("[scan]\npasswords = \"nowhere.csv\"\n", "nowhere.csv"),
        ("[scan]\npolicy = \"nowhere.toml\"\n", "nowhere.toml"),
        (
            "[output]\ntimezone = \"Berlin\"\n",
            "\"Berlin\" is not the name of a time zone",
        ),
        (
            "[output]\ncsv_delimiter = \"||\"\n",
            "\"||\" is not one ASCII character",
        ),
    ] {
        sandbox.write("fleetback.toml", settings);
        for args in [&["config", "check"][..], &["scan", "backups"]] {
            let output = sandbox.run(args);
            assert_eq!(exit_code(&output), 2, "{settings} {args:?}");
            assert!(
                stderr(&output).contains(why),
                "{args:?} {}",
                stderr(&output)
            );
        }
    }
}

/// What `init` writes, `check` finds fault-free, and `show` prints every value in force, the policy's too.
#[test]
fn show_prints_every_value_in_force() {
    let sandbox = Sandbox::new();
    let show = || stdout(&sandbox.run(&["config", "show"]));
    for line in [
        "verify = \"sizes\"  # default",
        "fail_on = \"error\"  # default",
        "#   stale_days = 7",
    ] {
        assert!(show().contains(line), "{line}\n{}", show());
    }
    sandbox.write("p.toml", "[thresholds]\nstale_days = 9\n");
    sandbox.write(
        "fleetback.toml",
        "[scan]\nverify = \"names\"\npolicy = \"p.toml\"\n",
    );
    for line in ["verify = \"names\"  # file", "#   stale_days = 9"] {
        assert!(show().contains(line), "{line}\n{}", show());
    }
    let text = show();
    assert!(!text.contains("verify = \"sizes\""), "{text}");
    sandbox.write("shown.toml", &text);
    let read = sandbox.run(&["config", "check", "--config", "shown.toml"]);
    assert_eq!(exit_code(&read), 0, "{}", stderr(&read));
}
