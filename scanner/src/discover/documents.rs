//! Finds the MDM documents among the files and folders that were named.
//!
//! What a file is, its content decides later: here every regular file counts, whatever it is
//! called. Opening a FIFO would hang, so it is named and left alone.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::access_problem;
use super::folder;
use super::inside;
use super::path_sample::Sample;
use crate::model::problem::{Problem, ProblemKind};
use crate::source::watched;

/// Every document at or below `paths`, sorted, each real file once.
pub fn documents(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<Problem>) {
    let mut gathered = Gathered::default();
    for path in paths {
        gathered.take(path);
    }
    gathered.finish(paths.len() > 1)
}

#[derive(Default)]
struct Gathered {
    documents: Vec<PathBuf>,
    problems: Vec<Problem>,
    links: Sample,
}

impl Gathered {
    fn take(&mut self, path: &Path) {
        match watched::metadata(path) {
            Ok(meta) if meta.is_dir() => self.walk(path),
            Ok(meta) if meta.is_file() => self.documents.push(path.to_owned()),
            Ok(_) => self.problems.push(
                Problem::incomplete(path, "an MDM export", "neither a file nor a folder")
                    .with_kind(ProblemKind::WrongShape)
                    .with_remedy("Name a file, or a folder of files"),
            ),
            Err(error) => {
                self.problems
                    .push(access_problem::unreadable(path, "an MDM export", &error));
            }
        }
    }

    fn walk(&mut self, folder: &Path) {
        let asked = match watched::ask(folder) {
            Ok(asked) => asked,
            Err(error) => {
                let problem = access_problem::unreadable(folder, "an MDM export", &error);
                return self.problems.push(problem);
            }
        };
        let mut entries = WalkDir::new(folder).min_depth(1).into_iter();
        while let Some(entry) = entries.next() {
            asked.answered();
            match entry {
                Ok(entry) => {
                    if !self.meet(&entry) && entry.file_type().is_dir() {
                        entries.skip_current_dir();
                    }
                }
                Err(error) => self.refused(folder, &error),
            }
        }
    }

    /// Takes in one entry; is it to be entered?
    fn meet(&mut self, entry: &DirEntry) -> bool {
        let (path, kind) = (entry.path(), entry.file_type());
        if is_hidden(entry.file_name()) {
            return false;
        }
        if kind.is_dir() {
            return self.enters(path);
        }
        if kind.is_file() {
            self.documents.push(path.to_owned());
        } else if kind.is_symlink() {
            self.links.add(path);
        } else {
            let found = "not a regular file (a FIFO, a socket or a device)";
            let note = Problem::note(path, "an MDM export", found);
            self.problems.push(note.with_kind(ProblemKind::WrongShape));
        }
        true
    }

    fn enters(&mut self, folder: &Path) -> bool {
        if !inside::has_shape_of_backup(folder) {
            return true;
        }
        let problem = Problem::note(
            folder,
            "MDM exports",
            "a local backup, which is not read as an MDM export",
        )
        .with_kind(ProblemKind::Unrelated)
        .with_remedy("Name it as ROOT to have it read");
        self.problems.push(problem);
        false
    }

    fn refused(&mut self, folder: &Path, error: &walkdir::Error) {
        let path = error.path().unwrap_or(folder);
        let wanted = "a folder of MDM exports";
        let problem = match error.io_error() {
            Some(system) => access_problem::unreadable(path, wanted, system),
            None => Problem::incomplete(path, wanted, error.to_string())
                .with_kind(ProblemKind::ReadError),
        };
        self.problems.push(problem);
    }

    fn finish(mut self, may_repeat: bool) -> (Vec<PathBuf>, Vec<Problem>) {
        for link in self.links.named() {
            let found = "a link; links among MDM exports are not followed";
            let note = Problem::note(link, "an MDM export", found);
            self.problems.push(note.with_kind(ProblemKind::Link));
        }
        if let (true, Some(first)) = (self.links.unnamed() > 0, self.links.named().next()) {
            let found = format!(
                "{} more links, which were not followed",
                self.links.unnamed()
            );
            let note = Problem::note(first, "MDM exports", found);
            self.problems.push(note.with_kind(ProblemKind::Link));
        }
        self.documents.sort();
        if may_repeat {
            self.drop_repeated();
        }
        self.problems.sort();
        self.problems.dedup();
        (self.documents, self.problems)
    }

    /// `--mdm exports --mdm exports/a.plist` names one file twice.
    fn drop_repeated(&mut self) {
        let mut seen = std::collections::BTreeSet::new();
        self.documents
            .retain(|path| watched::canonicalize(path).map_or(true, |real| seen.insert(real)));
    }
}

/// Files that start with a dot, what a desktop leaves, and what was deleted.
fn is_hidden(name: &OsStr) -> bool {
    folder::is_junk(name) || folder::is_bin(name) || name.as_encoded_bytes().starts_with(b".")
}
