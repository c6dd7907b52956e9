//! The pages, out of the tables and of what people wrote.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use fleetback_report::judge::likely_causes;
use fleetback_report::results::{Code, FixId};
use fleetback_report::tables::fix_steps::DeviceTraits;

/// Makes a page new out of its old text.
type Page = fn(&str) -> String;

/// Every page that is written here, by its name in docs/.
pub(crate) const PAGES: [(&str, Page); 2] = [("findings.md", findings), ("fixes.md", fixes)];

/// What a person has to write in the section of a new code.
const TO_WRITE: &str = "**What to do**: TODO";

const CAUSES: &str = "| rule | cause | likely fix | confidence | next |\n|---|---|---|---|---|";

/// The page about findings: what the tables know, and every other paragraph as it is.
fn findings(page: &str) -> String {
    let mut parts = page.split("\n### ");
    let mut text = parts.next().unwrap_or_default().trim_end().to_owned();
    let sections: Vec<&str> = parts.collect();
    for code in Code::ALL {
        let heading = format!("`{code}`\n");
        let old = sections.iter().find_map(|text| text.strip_prefix(&heading));
        let section = finding(code, old.unwrap_or(TO_WRITE));
        let _ = write!(text, "\n\n### `{code}`\n\n{section}");
    }
    text + "\n"
}

fn finding(code: Code, old: &str) -> String {
    let about = code.about();
    let old: Vec<&str> = old.trim().split("\n\n").collect();
    let severity = paragraph(&old, "**Severity**: ");
    let detail = severity.trim_start_matches(char::is_alphabetic);
    let evidence = paragraph(&old, "**Evidence**: ");
    let more = evidence.split_once(". ").map_or("", |(_, more)| more);
    let starts = ["**Severity**", "**Evidence**", "| rule "];
    let is_ours = |text: &str| text == about.meaning || starts.iter().any(|s| text.starts_with(s));
    let mut parts = vec![
        about.meaning.to_owned(),
        format!("**Severity**: {}{detail}", about.severity),
        format!("**Evidence**: {}. {more}", about.evidence)
            .trim_end()
            .to_owned(),
    ];
    parts.extend(causes(code));
    parts.extend(
        old.into_iter()
            .filter(|text| !is_ours(text))
            .map(str::to_owned),
    );
    parts.join("\n\n")
}

fn paragraph<'a>(section: &[&'a str], start: &str) -> &'a str {
    let found = section.iter().find_map(|text| text.strip_prefix(start));
    found.unwrap_or(".")
}

/// The table of causes; a row that only the evidence tells from another stands there once.
fn causes(code: Code) -> Option<String> {
    let mut seen = BTreeSet::new();
    let mut table = CAUSES.to_owned();
    for row in likely_causes(code) {
        if seen.insert((row.rule, row.cause, row.fix, row.confidence)) {
            let next = row.next_fix.map_or(String::new(), |fix| format!("`{fix}`"));
            let _ = write!(
                table,
                "\n| {} | {} | `{}` | {} | {next} |",
                row.rule, row.cause, row.fix, row.confidence
            );
        }
    }
    (!seen.is_empty()).then_some(table)
}

/// The page about fixes: what the tables know, and every other paragraph as it is.
fn fixes(page: &str) -> String {
    let mut parts = page.split("\n### ");
    let mut text = parts.next().unwrap_or_default().trim_end().to_owned();
    let sections: Vec<&str> = parts.collect();
    for id in FixId::ALL {
        let heading = format!("`{id}`\n");
        let old = sections.iter().find_map(|text| text.strip_prefix(&heading));
        let by_hand = old.unwrap_or_default().trim().split("\n\n");
        let by_hand = by_hand.filter(|text| !is_of_a_table(id, text));
        let _ = write!(text, "\n\n{}", fix(id).trim_end());
        by_hand.for_each(|paragraph| text.extend(["\n\n", paragraph]));
    }
    text + "\n"
}

/// Is it the title, the facts or the steps of a fix?
fn is_of_a_table(fix: FixId, paragraph: &str) -> bool {
    let is_title = paragraph.trim_end_matches('.') == fix.about().title;
    is_title || paragraph.is_empty() || paragraph.starts_with("**") || paragraph.starts_with("1. ")
}

fn fix(fix: FixId) -> String {
    let about = fix.about();
    let step = about.article_step.map(|step| step.to_string());
    let facts = [
        ("Article step", step.or_else(|| Some("none".to_owned()))),
        ("Who", Some(about.who.to_owned())),
        (
            "May destroy",
            Some(about.may_destroy.unwrap_or("nothing").to_owned()),
        ),
        (
            "Not when",
            Some(about.not_when.unwrap_or("always harmless").to_owned()),
        ),
        (
            "Related step of the article",
            about.related.map(|fix| format!("`{fix}`")),
        ),
    ];
    let mut text = format!("### `{fix}`\n\n{}.\n\n", about.title);
    for (name, value) in facts {
        if let Some(value) = value {
            let _ = writeln!(text, "**{name}**: {value}  ");
        }
    }
    text.push('\n');
    let steps = fix.steps(&DeviceTraits::default());
    for (number, step) in (1..).zip(steps) {
        let _ = writeln!(text, "{number}. {step}");
    }
    text
}
