//! What the program says about itself. The snapshots hold the stable interface: a flag that
//! appears in one or leaves one is seen in review.

use crate::sandbox::{Sandbox, exit_code, stderr, stdout};

#[test]
fn help() {
    let sandbox = Sandbox::new();
    for command in [
        "",
        "scan",
        "swap",
        "verify",
        "report",
        "diff",
        "done",
        "explain",
        "doctor",
        "schedule",
        "config",
        "completions",
        "man",
    ] {
        let args: Vec<_> = [command, "-h"]
            .into_iter()
            .filter(|arg| !arg.is_empty())
            .collect();
        let output = sandbox
            .program()
            .args(&args)
            .env("COLUMNS", "100")
            .output()
            .unwrap();
        assert_eq!(exit_code(&output), 0);
        let name = if command.is_empty() {
            "fleetback"
        } else {
            command
        };
        insta::assert_snapshot!(format!("help_{name}"), stdout(&output));
    }
}

/// A screen of 80 columns and 24 lines, with examples, and every flag in it exists.
#[test]
fn the_short_help_fits_a_screen() {
    let sandbox = Sandbox::new();
    let run = |args: &[&str]| {
        let output = sandbox.program().args(args).env("COLUMNS", "80").output();
        stdout(&output.unwrap())
    };
    for command in [
        "", "scan", "swap", "verify", "report", "diff", "done", "explain", "doctor", "schedule",
        "config",
    ] {
        let args = [command, "-h"];
        let args: Vec<_> = args.into_iter().filter(|arg| !arg.is_empty()).collect();
        let short = run(&args);
        assert!(short.lines().count() <= 24, "{short}");
        assert!(short.contains("Examples:"), "{short}");
        for line in short.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        let long = run(&[&args[..args.len() - 1], &["--help"]].concat());
        let flags = short
            .split([' ', '\n', '`', '('])
            .filter(|word| word.starts_with("--"));
        for flag in flags.filter(|_| !["", "doctor", "schedule"].contains(&command)) {
            assert!(
                long.contains(flag.trim_end_matches([',', ':', '.', '\n'])),
                "{command} {flag}"
            );
        }
        if !command.is_empty() {
            assert_eq!(run(&["help", command]), long);
            assert!(long.contains("A flag wins over its FLEETBACK_* variable"));
        }
    }
}

#[test]
fn error_numbers_are_explained() {
    let sandbox = Sandbox::new();
    let explained = |args: &[&str]| {
        let output = sandbox.run(&[&["explain"], args].concat());
        assert_eq!(exit_code(&output), 0, "{args:?} {}", stderr(&output));
        stdout(&output)
    };
    for args in [&["303"][..], &["MBErrorDomain", "303"], &["MB303"]] {
        let text = explained(args);
        assert!(text.starts_with("MBErrorDomain 303: "), "{text}");
        assert!(text.contains("check-storage: "), "{text}");
    }
    assert!(explained(&[]).contains("CKErrorDomain"));
    let unknown = sandbox.run(&["explain", "987654"]);
    assert_eq!(exit_code(&unknown), 2);
    assert!(stderr(&unknown).contains("no known meaning"));
}

#[test]
fn every_finding_and_fix_is_explained() {
    let sandbox = Sandbox::new();
    let list = stdout(&sandbox.run(&["explain"]));
    let names: Vec<_> = list
        .lines()
        .filter(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| !name.ends_with("Domain"))
        .collect();
    assert!(
        names.contains(&"backup-stale") && names.contains(&"check-storage"),
        "{list}"
    );
    for name in names {
        let output = sandbox.run(&["explain", name]);
        assert_eq!(exit_code(&output), 0, "{name}");
        assert!(stdout(&output).starts_with(&format!("{name}: ")), "{name}");
    }
}

#[test]
fn what_is_neither_finding_nor_fix_is_an_error() {
    let output = Sandbox::new().run(&["explain", "backup-stael"]);
    assert_eq!(exit_code(&output), 2);
    assert!(
        stderr(&output).contains("did you mean backup-stale?"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn completions_for_every_shell() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = sandbox.run(&["completions", shell]);
        assert_eq!(exit_code(&output), 0, "{shell}");
        assert!(stdout(&output).contains("csv-delimiter"), "{shell}");
    }
}

#[test]
fn manual_pages() {
    let sandbox = Sandbox::new();
    let whole = stdout(&sandbox.run(&["man"]));
    assert!(whole.contains(".TH fleetback 1  \"fleetback 0."), "{whole}");
    assert!(
        whole.contains("some evidence could not be read"),
        "the exit codes: {whole}"
    );
    let scan = stdout(&sandbox.run(&["man", "scan"]));
    assert!(
        scan.contains("fleetback\\-scan") && scan.contains("FLEETBACK_CSV"),
        "{scan}"
    );
    assert_eq!(exit_code(&sandbox.run(&["man", "swop"])), 2);
}
