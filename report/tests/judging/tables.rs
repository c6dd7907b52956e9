//! The tables and the pages about them say the same.

use std::collections::BTreeSet;

use fleetback_report::judge::likely_causes;
use fleetback_report::policy::{Policy, Preset, RULES, references};
use fleetback_report::results::{Code, FixId, PatternKind};
use fleetback_report::tables::error_codes;
use fleetback_report::view::policy;

const FINDINGS: &str = include_str!("../../../docs/findings.md");
const FIXES: &str = include_str!("../../../docs/fixes.md");
const ERROR_CODES: &str = include_str!("../../../docs/error-codes.md");
const PATTERNS: &str = include_str!("../../../docs/patterns.md");
const POLICY: &str = include_str!("../../../docs/policy.md");

/// The section of a page under a heading such as "### `code`".
#[track_caller]
fn section<'a>(page: &'a str, name: &str) -> &'a str {
    let heading = format!("### `{name}`\n");
    let (_, rest) = page
        .split_once(&heading)
        .unwrap_or_else(|| panic!("{name} has no section"));
    rest.split("\n### ").next().unwrap_or(rest)
}

fn headings(page: &str) -> Vec<&str> {
    let lines = page.lines().filter_map(|line| line.strip_prefix("### `"));
    lines.map(|line| line.trim_end_matches('`')).collect()
}

#[test]
fn every_code_has_its_section_and_no_other_has() {
    assert_eq!(headings(FINDINGS), Code::ALL.map(Code::id));
    for code in Code::ALL {
        let text = section(FINDINGS, code.id());
        assert!(
            text.contains(code.about().meaning),
            "{code}: the meaning differs"
        );
        let severity = format!("**Severity**: {}", code.about().severity);
        assert!(text.contains(&severity), "{code}: wanted {severity}");
        assert_eq!(
            text.contains("cannot occur yet"),
            code.about().not_yet.is_some(),
            "{code}"
        );
        for part in ["**Evidence**:", "**What to do**:"] {
            assert!(text.contains(part), "{code} lacks {part}");
        }
    }
}

#[test]
fn every_cause_stands_in_the_section_of_its_code() {
    for code in Code::ALL {
        let text = section(FINDINGS, code.id());
        for cause in likely_causes(code) {
            let row = format!(
                "| {} | {} | `{}` | {} |",
                cause.rule, cause.cause, cause.fix, cause.confidence
            );
            assert!(text.contains(&row), "{code} lacks\n{row}");
        }
        let rows = text
            .lines()
            .filter(|line| line.starts_with("| ") && line.contains("| `"))
            .count();
        let causes: BTreeSet<_> = likely_causes(code)
            .map(|c| (c.rule, c.cause, c.fix, c.confidence))
            .collect();
        assert_eq!(rows, causes.len(), "{code}");
    }
}

#[test]
fn every_code_that_can_occur_has_a_cause() {
    for code in Code::ALL {
        assert_eq!(
            likely_causes(code).next().is_none(),
            code.about().not_yet.is_some(),
            "{code}"
        );
    }
}

#[test]
fn every_fix_has_its_section_and_is_in_use() {
    assert_eq!(headings(FIXES), FixId::ALL.map(FixId::id));
    let mut used = BTreeSet::new();
    for cause in Code::ALL.into_iter().flat_map(likely_causes) {
        used.insert(cause.fix);
        used.extend(cause.next_fix);
    }
    for fix in FixId::ALL {
        let about = fix.about();
        let text = section(FIXES, fix.id());
        assert!(used.contains(&fix), "{fix} is never advised");
        assert!(text.contains(about.title), "{fix}: the title differs");
        assert!(
            text.contains(&format!("**Who**: {}", about.who)),
            "{fix}: who"
        );
        let step = about
            .article_step
            .map_or("none".to_owned(), |step| step.to_string());
        assert!(
            text.contains(&format!("**Article step**: {step}")),
            "{fix}: step"
        );
        for part in [about.may_destroy, about.not_when].into_iter().flatten() {
            assert!(text.contains(part), "{fix} lacks: {part}");
        }
        for step in fix.steps(&Default::default()) {
            assert!(text.contains(&step), "{fix} lacks: {step}");
        }
    }
}

#[test]
fn every_error_code_stands_in_its_page() {
    let mut rows = 0;
    for row in error_codes::all() {
        let (first, last) = row.codes().into_inner();
        let codes = if first == last {
            first.to_string()
        } else {
            format!("{first} to {last}")
        };
        let passing = row
            .codes()
            .filter(|code| error_codes::is_transient(row.domain(), *code));
        let passing: Vec<String> = passing.map(|code| code.to_string()).collect();
        let fix = row.fix.map_or(String::new(), |fix| format!("`{fix}`"));
        let line = format!(
            "| {} | {codes} | {} | {} | {fix} | {} |",
            row.domain(),
            row.meaning,
            row.class.words(),
            passing.join(", ")
        );
        assert!(
            ERROR_CODES.contains(&line),
            "docs/error-codes.md lacks\n{line}"
        );
        rows += 1;
    }
    let told = ERROR_CODES
        .lines()
        .filter(|line| line.contains("ErrorDomain |"));
    assert_eq!(told.count(), rows);
}

#[test]
fn every_kind_of_pattern_stands_in_its_page() {
    for kind in PatternKind::ALL {
        let about = kind.about();
        let next = about.next.map_or(String::new(), |fix| format!("`{fix}`"));
        let row = format!(
            "| `{kind}` | {} | {} | `{}` | {} | {next} |",
            about.rule, about.cause, about.fix, about.confidence
        );
        assert!(PATTERNS.contains(&row), "docs/patterns.md lacks\n{row}");
    }
}

/// The fenced TOML texts of a page.
fn examples(page: &str) -> impl Iterator<Item = &str> {
    let parts = page.split("```toml\n").skip(1);
    parts.filter_map(|part| Some(part.split_once("```")?.0))
}

#[test]
fn the_examples_of_the_policy_page_are_policies() {
    let read: Vec<Policy> = examples(POLICY)
        .map(|text| Policy::parse(text, "docs/policy.md").unwrap_or_else(|e| panic!("{e}")))
        .collect();
    assert_eq!(read.len(), 4);
    let groups: Vec<usize> = read.iter().map(|policy| policy.groups.len()).collect();
    assert_eq!(groups, [0, 2, 1, 1]);
    assert_eq!(read[3].waivers[0].group.as_deref(), Some("Kiosks"));
}

#[test]
fn the_sample_group_and_waiver_of_the_file_can_be_taken_as_they_are() {
    let awake = |line: &str| {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let is_toml = bare.starts_with('[') || bare.contains(" = ");
        if is_toml {
            bare.to_owned()
        } else {
            String::new()
        }
    };
    let text: Vec<String> = Policy::builtin().to_toml().lines().map(awake).collect();
    let policy = Policy::parse(&text.join("\n"), "p.toml").unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((policy.groups.len(), policy.waivers.len()), (1, 1));
    let written: toml::Table = policy.to_toml().parse().unwrap();
    let conditions = &written["group"][0]["match"];
    assert_eq!(
        conditions.as_table().unwrap().len(),
        11,
        "every condition is shown"
    );
}

#[test]
fn every_rule_stands_in_the_policy_page() {
    for rule in RULES {
        let codes: Vec<String> = rule.codes.iter().map(|code| format!("`{code}`")).collect();
        let names = |preset| {
            let own = references(preset, rule.codes[0]);
            let own: Vec<_> = own
                .into_iter()
                .filter(|one| one.demands == rule.demands)
                .collect();
            policy::references(&own).map_or(String::new(), |names| format!("{names} "))
        };
        let row = format!(
            "| {} | {} | {}| {}| {}|",
            rule.demands,
            codes.join(", "),
            names(Preset::CisEnterprise),
            names(Preset::Stig),
            names(Preset::CisByod),
        );
        assert!(POLICY.contains(&row), "docs/policy.md lacks\n{row}");
    }
}

#[test]
fn the_policy_page_shows_the_whole_file() {
    let builtin = Policy::builtin().to_toml();
    assert!(
        POLICY.contains(&builtin),
        "docs/policy.md does not show\n{builtin}"
    );
}

#[path = "../../examples/tables_docs/pages.rs"]
mod pages;

#[test]
fn the_pages_of_the_tables_are_of_these_tables() {
    for (name, written) in pages::PAGES {
        let page = match name {
            "findings.md" => FINDINGS,
            _ => FIXES,
        };
        assert!(
            page == written(page),
            "docs/{name} is old: cargo run -p fleetback-report --example tables_docs"
        );
    }
}
