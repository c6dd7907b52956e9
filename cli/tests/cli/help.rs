//! What the program says about itself. The snapshots are the promise of design part 5: a flag that
//! appears in one or leaves one is seen in review.

use crate::desk::{Desk, code, printed, said};

#[test]
fn help() {
    let desk = Desk::new();
    for command in [
        "",
        "scan",
        "swap",
        "verify",
        "report",
        "diff",
        "explain",
        "doctor",
        "config",
        "completions",
        "man",
    ] {
        let args: Vec<_> = [command, "-h"]
            .into_iter()
            .filter(|arg| !arg.is_empty())
            .collect();
        let output = desk
            .program()
            .args(&args)
            .env("COLUMNS", "100")
            .output()
            .unwrap();
        assert_eq!(code(&output), 0);
        let name = if command.is_empty() {
            "fleetback"
        } else {
            command
        };
        insta::assert_snapshot!(format!("help_{name}"), printed(&output));
    }
}

#[test]
fn every_finding_and_fix_is_explained() {
    let desk = Desk::new();
    let list = printed(&desk.run(&["explain"]));
    let names: Vec<_> = list
        .lines()
        .filter(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(
        names.contains(&"backup-stale") && names.contains(&"check-storage"),
        "{list}"
    );
    for name in names {
        let output = desk.run(&["explain", name]);
        assert_eq!(code(&output), 0, "{name}");
        assert!(printed(&output).starts_with(&format!("{name}: ")), "{name}");
    }
}

#[test]
fn what_is_neither_finding_nor_fix_is_an_error() {
    let output = Desk::new().run(&["explain", "backup-stael"]);
    assert_eq!(code(&output), 2);
    assert!(
        said(&output).contains("\"backup-stael\""),
        "{}",
        said(&output)
    );
}

#[test]
fn completions_for_every_shell() {
    let desk = Desk::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = desk.run(&["completions", shell]);
        assert_eq!(code(&output), 0, "{shell}");
        assert!(printed(&output).contains("csv-delimiter"), "{shell}");
    }
}

#[test]
fn manual_pages() {
    let desk = Desk::new();
    let whole = printed(&desk.run(&["man"]));
    assert!(whole.contains(".TH fleetback 1  \"fleetback 0."), "{whole}");
    assert!(
        whole.contains("some evidence could not be read"),
        "the exit codes: {whole}"
    );
    let scan = printed(&desk.run(&["man", "scan"]));
    assert!(
        scan.contains("fleetback\\-scan") && scan.contains("FLEETBACK_CSV"),
        "{scan}"
    );
    assert_eq!(code(&desk.run(&["man", "swop"])), 2);
}
