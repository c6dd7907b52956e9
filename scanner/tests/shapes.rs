//! What is read of every shape in which an MDM tells of devices: a generated sample of each, and a
//! snapshot of the facts, of what was recognised and of the problems.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of a test may fail like the test itself"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use fleetback_scanner::mdm::explain::TableSummary;
use fleetback_scanner::mdm::pair::pair;
use fleetback_scanner::mdm::read::{Document, read_document};
use fleetback_scanner::model::management::Answer;
use fleetback_scanner::model::problem::Problem;
use fleetback_testdata::mdm::answer::SECRETS;
use fleetback_testdata::mdm::samples::{self, Sample};
use jiff::Timestamp;

fn now() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

/// Writes the files, ten minutes old.
fn write(folder: &Path, sample: &Sample) -> Vec<PathBuf> {
    let seconds = u64::try_from(now().as_second()).unwrap() - 600;
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let one = |(name, bytes): &(String, Vec<u8>)| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(time).unwrap();
        path
    };
    sample.files.iter().map(one).collect()
}

/// Everything that was read of a sample, in words.
fn told(sample: &Sample) -> String {
    let folder = tempfile::tempdir().unwrap();
    let paths = write(folder.path(), sample);
    let read = |path: &PathBuf| read_document(path, now());
    let documents: Vec<Document> = paths.iter().map(read).collect();
    let mut text = String::new();
    for summary in documents.iter().flat_map(Document::tables) {
        table(&mut text, summary);
    }
    let (answers, problems) = pair(documents);
    for answer in &answers {
        facts(&mut text, answer);
    }
    for problem in &problems {
        line(&mut text, folder.path(), problem);
    }
    text
}

fn table(text: &mut String, table: &TableSummary) {
    let _ = writeln!(text, "{} by {:?}", table.source, table.by);
    let _ = writeln!(
        text,
        "{} records, {} devices, kept out {:?}",
        table.records, table.devices, table.excluded
    );
    for (column, (fact, filled)) in &table.mapped {
        let _ = writeln!(text, "  {column} -> {fact} ({filled})");
    }
    let _ = writeln!(text, "  not read: {}", table.ignored.join(", "));
    for missing in &table.missing {
        let _ = writeln!(text, "  missing: {missing}");
    }
}

/// One line for each fact, without the source that all of them share.
fn facts(text: &mut String, answer: &Answer) {
    let source = &answer.source;
    let _ = writeln!(
        text,
        "\n{} of {} by {:?}",
        source.kind, source.observed_at, source.clock
    );
    let all = format!("{answer:#?}");
    let (mut lines, mut silent) = (Vec::<String>::new(), Vec::new());
    let mut inside_source = None;
    for line in all.lines() {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        let closes = matches!(bare, "}," | "),");
        if inside_source.is_some_and(|at| indent > at || (closes && indent == at)) {
            continue;
        }
        inside_source = bare.starts_with("source: S").then_some(indent);
        if inside_source.is_some() {
            continue;
        }
        let said = bare.trim_start_matches("value: ").trim_end_matches("Some(");
        let is_frame = matches!(said.trim_end_matches(','), "" | "Sourced {" | "}" | ")");
        if indent == 8 && !closes {
            lines.push(said.to_owned());
            silent.push(is_silent(bare));
        } else if indent > 8
            && !is_frame
            && let Some(last) = lines.last_mut()
        {
            last.push_str(said);
        }
    }
    let told = lines.iter().zip(silent).filter(|(_, silent)| !silent);
    for (line, _) in told {
        let _ = writeln!(text, "  {}", line.trim_end_matches([',', ' ']));
    }
    if let Some(hidden) = &answer.hidden {
        let _ = writeln!(text, "  names no device: {hidden}");
    }
}

fn is_silent(line: &str) -> bool {
    let ends = [": None,", ": {},", ": false,"];
    ends.iter().any(|end| line.ends_with(end))
}

fn line(text: &mut String, root: &Path, problem: &Problem) {
    let path = problem.path.strip_prefix(root).unwrap();
    let _ = writeln!(
        text,
        "\n{:?} {}\n  wanted {}\n  found {}\n  remedy {}",
        problem.level,
        path.display(),
        problem.wanted,
        problem.found,
        problem.remedy.as_deref().unwrap_or("-")
    );
}

#[test]
fn every_shape_is_read_as_its_snapshot_says() {
    for sample in samples::all().unwrap() {
        let told = told(&sample);
        insta::assert_snapshot!(sample.name, told);
    }
}

#[test]
fn no_shape_shows_a_secret_or_a_telephone_number() {
    let phones = samples::phone_numbers();
    assert_eq!(phones.len(), 2, "samples hold numbers to hide");
    for sample in samples::all().unwrap() {
        let told = told(&sample);
        for hidden in phones
            .iter()
            .map(String::as_str)
            .chain(SECRETS.iter().copied())
        {
            assert!(!told.contains(hidden), "{} shows {hidden}", sample.name);
        }
    }
}

#[test]
fn samples_have_names_of_their_own() {
    let mut names: Vec<_> = samples::all().unwrap().iter().map(|one| one.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
