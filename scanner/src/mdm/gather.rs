//! Many equal notes become one: a folder with 4,000 answers of Macs makes one line in the report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::model::problem::Problem;

/// With more folders than this, their notes are gathered once more, under the folder above them.
const FOLDERS_MAX: usize = 20;

/// The words of a problem without its path, by which notes are equal.
type Words = (String, String, Option<String>);

/// One note per folder and wording; a note that stands alone keeps its own path.
pub(super) fn gather(notes: Vec<Problem>) -> Vec<Problem> {
    let mut groups: BTreeMap<Words, BTreeMap<PathBuf, Vec<PathBuf>>> = BTreeMap::new();
    for note in notes {
        let folder = note.path.parent().unwrap_or(Path::new("")).to_owned();
        let words = (note.wanted, note.found, note.remedy);
        let folders = groups.entry(words).or_default();
        folders.entry(folder).or_default().push(note.path);
    }
    let per_words = groups.into_iter().flat_map(|(words, folders)| {
        let folders = few_enough(folders);
        let told = folders
            .into_iter()
            .map(move |(folder, files)| one(&words, &folder, files));
        told.collect::<Vec<_>>()
    });
    per_words.collect()
}

fn few_enough(folders: BTreeMap<PathBuf, Vec<PathBuf>>) -> BTreeMap<PathBuf, Vec<PathBuf>> {
    if folders.len() <= FOLDERS_MAX {
        return folders;
    }
    let above = folders.keys().map(PathBuf::as_path).reduce(common);
    let above = above.unwrap_or(Path::new("")).to_owned();
    BTreeMap::from([(above, folders.into_values().flatten().collect())])
}

fn common<'p>(left: &'p Path, right: &Path) -> &'p Path {
    let mut shared = left.ancestors();
    let found = shared.find(|folder| right.starts_with(folder));
    found.unwrap_or(Path::new(""))
}

fn one((wanted, found, remedy): &Words, folder: &Path, mut files: Vec<PathBuf>) -> Problem {
    files.sort();
    let note = match files.as_slice() {
        [only] => Problem::note(only, wanted, found),
        many => {
            let found = format!("{} files: {found}", many.len());
            Problem::note(folder, wanted, found)
        }
    };
    Problem {
        remedy: remedy.clone(),
        ..note
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(paths: &[&str], want: &[(&str, &str)]) {
        let notes = paths
            .iter()
            .map(|path| Problem::note(path, "w", "a Mac's message"));
        let got = gather(notes.collect());
        let got: Vec<_> = got
            .iter()
            .map(|p| (p.path.to_str().unwrap(), p.found.as_str()))
            .collect();
        assert_eq!(got, want);
    }

    #[test]
    fn one_note_per_folder() {
        check(&["a/1"], &[("a/1", "a Mac's message")]);
        check(&["a/1", "a/2"], &[("a", "2 files: a Mac's message")]);
        check(
            &["b/1", "a/2", "a/1"],
            &[
                ("a", "2 files: a Mac's message"),
                ("b/1", "a Mac's message"),
            ],
        );
    }

    #[test]
    fn folders_are_gathered_past_twenty() {
        let many: Vec<String> = (0..21)
            .map(|n| format!("exports/{n}/SerialNumber.txt"))
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(
            gather(
                many[..20]
                    .iter()
                    .map(|p| Problem::note(p, "w", "f"))
                    .collect()
            )
            .len(),
            20
        );
        check(&many, &[("exports", "21 files: a Mac's message")]);
    }
}
