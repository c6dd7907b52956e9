//! `fleetback explain`: what a code or a fix in a report means, from the tables that made it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Result, bail, ensure};
use fleetback_report::format::{Label, escaped};
use fleetback_report::judge::{KnownCause, known_causes};
use fleetback_report::policy::{Preset, references};
use fleetback_report::results::{Code, FixId, PatternKind};
use fleetback_report::tables::error_codes::{self, Meaning};
use fleetback_report::tables::fix_steps::DeviceTraits;
use fleetback_scanner::mdm::explain::TableSummary;
use fleetback_scanner::mdm::pair::pair;
use fleetback_scanner::mdm::read::{Document, read_to_explain};
use fleetback_scanner::model::management::Answer;
use jiff::Timestamp;

use crate::config;
use crate::config::args::{Common, Explain};
use crate::output::files;
use crate::system::exit::Exit;
use crate::system::nearest::nearest;
use fleetback_report::view::policy;

/// Runs it.
pub(crate) fn run(args: &Explain, common: &Common) -> Result<Exit> {
    let name = args.what.join(" ");
    let text = match (&args.mdm, name.trim()) {
        (Some(file), _) => export(file, common)?,
        (None, "") => everything(),
        (None, name) => one(name)?,
    };
    Ok(files::print(text.as_bytes()))
}

/// What was recognised in an export, by the same reader that a scan uses.
fn export(file: &Path, common: &Common) -> Result<String> {
    ensure!(
        file.is_file(),
        "Could not read {}: {}. Name one file of an MDM export",
        file.display(),
        match file.is_dir() {
            true => "it is a folder",
            false => "there is no such file",
        }
    );
    let found = config::load(common.config.as_deref(), &config::folders())?;
    let rules = found
        .map(|found| found.config.mdm.rules())
        .unwrap_or_default();
    let document = read_to_explain(file, Timestamp::now(), &rules);
    let mut text = format!("{}\n", escaped(&file.display().to_string()));
    for summary in document.tables() {
        table(&mut text, summary);
    }
    if document.tables().is_empty() {
        messages(&mut text, &document);
    }
    let (answers, problems) = pair(vec![document]);
    nameless(&mut text, &answers);
    if !problems.is_empty() {
        text.push_str("\nProblems:\n");
    }
    for problem in problems {
        let words = format!("{}: {}", problem.level.label(), problem.sentence());
        let _ = writeln!(text, "  {}", escaped(&words));
    }
    Ok(text)
}

fn table(text: &mut String, table: &TableSummary) {
    counts(text, table);
    columns_read(text, table);
    columns_not_read(text, table);
    if !table.missing.is_empty() {
        text.push_str("\nMissing for a verdict on iCloud backups:\n");
    }
    for missing in &table.missing {
        let _ = writeln!(text, "  {missing}");
    }
}

fn counts(text: &mut String, table: &TableSummary) {
    let by = match table.by.as_slice() {
        [] => "no console is known by its columns; read by the general names of columns".to_owned(),
        by => format!("recognised by {}", by.join(", ")),
    };
    let _ = writeln!(text, "\n{}: {}", table.source, escaped(&by));
    let _ = writeln!(
        text,
        "  {} records, {} iPhones and iPads",
        table.records, table.devices
    );
    for (family, count) in &table.excluded {
        let _ = writeln!(text, "  left out: {count} of {family}");
    }
    if table.unsure > 0 {
        let unsure = table.unsure;
        let _ = writeln!(
            text,
            "  {unsure} of which nothing says what kind of device it is"
        );
    }
    if table.nameless > 0 {
        let _ = writeln!(text, "  {} that name no device", table.nameless);
    }
}

fn columns_read(text: &mut String, table: &TableSummary) {
    text.push_str("\nRead:\n");
    for (column, (fact, filled)) in &table.mapped {
        let column = escaped(column);
        let _ = writeln!(text, "  {column:<36} {fact:<22} filled in {filled}");
    }
    if !table.guessed.is_empty() {
        let guessed: Vec<&str> = table.guessed.iter().map(String::as_str).collect();
        let _ = writeln!(
            text,
            "\nGuessed by their words; [mdm.columns] says it for sure:\n  {}",
            escaped(&guessed.join(", "))
        );
    }
}

fn columns_not_read(text: &mut String, table: &TableSummary) {
    for (column, better) in &table.passed_over {
        let (column, better) = (escaped(column), escaped(better));
        let _ = writeln!(
            text,
            "  {column} is not used: {better} says the same more surely"
        );
    }
    if !table.ignored.is_empty() {
        let ignored = table.ignored.join(", ");
        let _ = writeln!(text, "\nNot read:\n  {}", escaped(&ignored));
    }
}

/// Messages of devices, by kind.
fn messages(text: &mut String, document: &Document) {
    let kinds = document.messages();
    if kinds.is_empty() {
        text.push_str("\nno message of a device and no table of devices was recognised\n");
    }
    for (kind, count) in kinds {
        let _ = writeln!(text, "\n{count} of: {kind}");
        let keys = document.keys().get(kind);
        for (title, keys) in keys
            .iter()
            .flat_map(|keys| [("Read", &keys.read), ("Not read", &keys.ignored)])
        {
            if !keys.is_empty() {
                let names: Vec<&str> = keys.iter().map(String::as_str).collect();
                let _ = writeln!(text, "\n{title}:\n  {}", escaped(&names.join(", ")));
            }
        }
    }
}

/// Messages that can be tied to no device, by the reason.
fn nameless(text: &mut String, answers: &[Answer]) {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in answers.iter().filter_map(|answer| answer.hidden.as_deref()) {
        *reasons.entry(reason).or_default() += 1;
    }
    for (reason, count) in reasons {
        let _ = writeln!(
            text,
            "\n{count} can be tied to no device: {}",
            escaped(reason)
        );
    }
}

fn one(name: &str) -> Result<String> {
    let known = [
        name.parse().ok().map(finding),
        name.parse().ok().map(fix),
        known_cause(name).as_ref().map(cause),
        PatternKind::ALL
            .into_iter()
            .find(|kind| kind.id() == name)
            .map(pattern),
        Some(errors(name).join("\n")).filter(|text| !text.is_empty()),
        unexplained(name),
    ];
    match known.into_iter().flatten().next() {
        Some(text) => Ok(text),
        None if number_in(name).is_some() => bail!(
            "{name:?} is an error number with no known meaning; the report shows it as it is, and `fleetback explain` lists the known ones"
        ),
        None => bail!(
            "{name:?} is no finding, fix, cause, pattern or error number; {}`fleetback explain` lists them all",
            nearest(name, names())
                .map_or_else(String::new, |near| format!("did you mean {near}? "))
        ),
    }
}

/// Every name that is explained but for numbers and causes, whose short ids are all near one another.
fn names() -> impl Iterator<Item = &'static str> {
    let codes = Code::ALL.map(Code::id).into_iter();
    let fixes = FixId::ALL.map(FixId::id).into_iter();
    let patterns = PatternKind::ALL.map(PatternKind::id).into_iter();
    codes.chain(fixes).chain(patterns)
}

fn known_cause(name: &str) -> Option<KnownCause> {
    let mut all = known_causes().into_iter();
    all.find(|cause| cause.id.eq_ignore_ascii_case(name))
}

/// "L2.10: …", with the findings that it explains and the fixes that are advised.
fn cause(cause: &KnownCause) -> String {
    let mut text = format!("{}: {}\n\n", cause.id, cause.text);
    let codes: Vec<_> = cause.codes.iter().map(|code| code.id()).collect();
    if !codes.is_empty() {
        line(&mut text, "Explains", &codes.join(", "));
    }
    for fix in &cause.fixes {
        line(
            &mut text,
            "Likely fix",
            &format!("{fix}: {}", fix.about().title),
        );
    }
    text
}

/// What many devices have in common.
fn pattern(kind: PatternKind) -> String {
    let about = kind.about();
    let mut text = format!("{kind}: {}\n\n{}\n\n", about.title, about.cause);
    let fixes = [
        Some(("Likely fix", about.fix)),
        about.next.map(|fix| ("If not", fix)),
    ];
    for (label, fix) in fixes.into_iter().flatten() {
        line(&mut text, label, &format!("{fix}: {}", fix.about().title));
    }
    text
}

/// What is known of an error number: "303", "MB303", "MBErrorDomain 303", "-4".
fn errors(name: &str) -> Vec<String> {
    let Some(number) = number_in(name) else {
        return Vec::new();
    };
    let domain = domain_in(name).to_ascii_lowercase();
    let rows = error_codes::all().filter(|row| row.codes().contains(&number));
    rows.filter(|row| row.domain().to_ascii_lowercase().starts_with(&domain))
        .map(|row| error(row, number))
        .collect()
}

/// A number of Apple's backup of which no meaning is known: the report shows it as it is.
fn unexplained(name: &str) -> Option<String> {
    let number = number_in(name)?;
    let domain = domain_in(name);
    let mut known = error_codes::all().map(Meaning::domain);
    let domain = known.find(|known| known.eq_ignore_ascii_case(domain))?;
    let mut text = format!("{domain} {number}: no meaning of this number is known\n\n");
    let fix = FixId::ContactAppleSupport;
    let advice = format!(
        "{fix}: {}, where a device reports it again and again",
        fix.about().title
    );
    line(&mut text, "Likely fix", &advice);
    Some(text)
}

/// "MBErrorDomain" of "MBErrorDomain 303".
fn domain_in(name: &str) -> &str {
    let domain = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
    domain.trim_end_matches([' ', '/', ':'])
}

/// The number at the end of a name that is nothing but a domain and a number.
fn number_in(name: &str) -> Option<i64> {
    let digits = name.trim_start_matches(|c: char| c.is_ascii_alphabetic() || " /:".contains(c));
    digits.parse().ok()
}

fn error(row: &Meaning, number: i64) -> String {
    let mut text = format!("{} {number}: {}\n\n", row.domain(), row.meaning);
    line(&mut text, "About", row.class.words());
    let passing = error_codes::is_transient(row.domain(), number);
    if passing {
        line(
            &mut text,
            "Passing",
            "once means nothing; three times in a row counts",
        );
    }
    if let Some(id) = row.fix {
        let about = id.about();
        line(&mut text, "Likely fix", &format!("{id}: {}", about.title));
    }
    text
}

fn everything() -> String {
    let mut text = String::from("Findings, worst first:\n");
    for about in Code::ALL.map(Code::about) {
        let _ = writeln!(
            text,
            "  {:<24} {:<8} {}",
            about.code,
            about.severity.id(),
            about.title
        );
    }
    text.push_str("\nFixes, with the article's step where they are in the article:\n");
    for about in FixId::ALL.map(FixId::about) {
        let step = about
            .article_step
            .map_or(String::from("-"), |step| step.to_string());
        let _ = writeln!(text, "  {:<24} {step:<8} {}", about.fix, about.title);
    }
    text.push_str("\nPatterns, which many devices share:\n");
    for about in PatternKind::ALL.map(PatternKind::about) {
        let _ = writeln!(text, "  {:<24} {:<8} {}", about.kind, "-", about.title);
    }
    text.push_str("\nCauses:\n");
    for cause in known_causes() {
        let _ = writeln!(text, "  {:<24} {:<8} {}", cause.id, "-", cause.text);
    }
    text.push_str("\nError numbers of Apple's backup:\n");
    for row in error_codes::all() {
        let (first, last) = row.codes().into_inner();
        let codes = match first == last {
            true => first.to_string(),
            false => format!("{first} to {last}"),
        };
        let _ = writeln!(text, "  {:<24} {codes:<8} {}", row.domain(), row.meaning);
    }
    text.push_str("\n`fleetback explain NAME` explains one of them.\n");
    text
}

fn finding(code: Code) -> String {
    let about = code.about();
    let mut text = format!("{}: {}\n\n{}\n\n", about.code, about.title, about.meaning);
    line(&mut text, "Severity", about.severity.id());
    line(&mut text, "Found by", about.evidence);
    if let Some(why) = about.not_yet {
        line(&mut text, "Not yet", why);
    }
    for preset in Preset::ALL {
        if let Some(rules) = policy::references(&references(preset, code)) {
            line(&mut text, preset.id(), &rules);
        }
    }
    text
}

fn fix(id: FixId) -> String {
    let about = id.about();
    let mut text = format!("{}: {}\n\n", about.fix, about.title);
    let steps = about
        .steps
        .iter()
        .filter_map(|step| step.for_device(&DeviceTraits::default()));
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
    if let Some(message) = id.message(&DeviceTraits::default(), "Your device") {
        let _ = write!(text, "\nMessage to the device's user:\n\n{message}");
    }
    text
}

fn line(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "{name:<12} {value}");
}
