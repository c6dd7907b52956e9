//! `fleetback explain`: what a code or a fix in a report means, from the tables that made it.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use fleetback_report::finding::Code;
use fleetback_report::fix::{FixId, Situation};

use crate::args::Explain;
use crate::exit::Exit;
use crate::output;

/// Runs it.
pub(crate) fn run(args: &Explain) -> Result<Exit> {
    let text = match args.what.as_deref() {
        None => everything(),
        Some(name) => one(name.trim())?,
    };
    Ok(output::print(text.as_bytes()))
}

fn one(name: &str) -> Result<String> {
    match (name.parse::<Code>(), name.parse::<FixId>()) {
        (Ok(code), _) => Ok(finding(code)),
        (_, Ok(id)) => Ok(fix(id)),
        _ => bail!(
            "wanted a finding code such as backup-stale or a fix such as check-storage, found {name:?}; `fleetback explain` lists them all"
        ),
    }
}

fn everything() -> String {
    let mut text = String::from("Findings, worst first:\n");
    for about in Code::ALL.map(Code::about) {
        let _ = writeln!(
            text,
            "  {:<24} {:<8} {}",
            about.id,
            about.severity.id(),
            about.title
        );
    }
    text.push_str("\nFixes, with the article's step where they are in the article:\n");
    for about in FixId::ALL.map(FixId::about) {
        let step = about
            .article_step
            .map_or(String::from("-"), |step| step.to_string());
        let _ = writeln!(text, "  {:<24} {step:<8} {}", about.id, about.title);
    }
    text.push_str("\nfleetback explain NAME tells more of one.\n");
    text
}

fn finding(code: Code) -> String {
    let about = code.about();
    let mut text = format!("{}: {}\n\n{}\n\n", about.id, about.title, about.meaning);
    line(&mut text, "Severity", about.severity.id());
    line(&mut text, "Found by", about.evidence);
    if let Some(why) = about.not_yet {
        line(&mut text, "Not yet", why);
    }
    text
}

fn fix(id: FixId) -> String {
    let about = id.about();
    let mut text = format!("{}: {}\n\n", about.id, about.title);
    let steps = about.steps.iter();
    let steps = steps.filter_map(|step| step.for_device(&Situation::default()));
    for (number, step) in (1..).zip(steps) {
        let _ = writeln!(text, "  {number}. {step}");
    }
    text.push('\n');
    line(&mut text, "Who", about.who);
    let more = [
        (
            "Article",
            about
                .article_step
                .map(|step| format!("step {step} of its eight")),
        ),
        ("May destroy", about.may_destroy.map(str::to_owned)),
        ("Not when", about.not_when.map(str::to_owned)),
        ("See also", about.related.map(|id| id.id().to_owned())),
    ];
    for (name, value) in more {
        if let Some(value) = value {
            line(&mut text, name, &value);
        }
    }
    if let Some(message) = id.message(&Situation::default(), "Your device") {
        let _ = write!(text, "\nMessage to the device's user:\n\n{message}");
    }
    text
}

fn line(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "{name:<12} {value}");
}
