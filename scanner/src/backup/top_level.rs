//! What lies at the top of a backup folder beside what belongs there.
//!
//! Tools and services that keep folders in step leave their marks here: files whose content stayed
//! elsewhere, copies of one file that two computers wrote, the things that an editor of backups put aside.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::verify::payload::stub_of;
use crate::model::backup::FolderContent;
use crate::model::problem::{Problem, ProblemKind};
use crate::source::entry_names::is_junk;
use crate::source::watched;

/// Files and folders of a backup, compared without regard to case.
const KNOWN: [&str; 11] = [
    "Info.plist",
    "Status.plist",
    "Manifest.plist",
    "Manifest.db",
    "Manifest.db-wal",
    "Manifest.db-shm",
    "Manifest.db-journal",
    "Manifest.mbdb",
    "Manifest.mbdx",
    "Snapshot",
    "_unback_",
];
/// Files of which a second copy says that two computers wrote the folder: stem and ending.
const COPIED: [(&str, &str); 4] = [
    ("status", ".plist"),
    ("manifest", ".plist"),
    ("info", ".plist"),
    ("manifest", ".db"),
];
/// Folders of tools, and what they say of the backup.
const MARKS: [(&str, &str); 2] = [
    (
        "_BackupExplorer",
        "_BackupExplorer: files that iTunes-Backup-Explorer took out of the backup, whose list was edited",
    ),
    (
        "iMazing.Versions",
        "iMazing.Versions: iMazing's own snapshots; the backup may be one of its partial exports",
    ),
];
/// How many names are reported.
const NAMED_MAX: usize = 5;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TopLevel {
    /// Files whose content stayed with a service: the names they stand for, sorted.
    pub(super) stubs: BTreeSet<String>,
    conflicts: BTreeSet<String>,
    marks: BTreeSet<&'static str>,
    others: BTreeSet<String>,
}

/// Lists the top of a folder.
pub(super) fn list(folder: &Path) -> io::Result<TopLevel> {
    let mut top = TopLevel::default();
    for entry in watched::read_dir(folder)? {
        let name = entry?.file_name();
        top.add(&name.to_string_lossy());
    }
    Ok(top)
}

/// What lies in a folder without a manifest and without a Status.plist.
pub(super) fn content(folder: &Path) -> FolderContent {
    let mut content = FolderContent::Nothing;
    for entry in watched::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.eq_ignore_ascii_case("Info.plist") {
            content = FolderContent::OnlyInfo;
        } else if is_of_content(&name, &entry.path()) {
            return FolderContent::Backup;
        }
    }
    content
}

/// Payload, what stands in its place, or the folder that new files arrive in.
fn is_of_content(name: &str, path: &Path) -> bool {
    is_payload(name)
        || (is_bucket(name) && holds_anything(path))
        || name.eq_ignore_ascii_case("Snapshot")
        || stub_of(name).is_some()
}

impl TopLevel {
    fn add(&mut self, name: &str) {
        if is_bucket(name) || is_payload(name) || is_of_a_backup(name) {
            return;
        }
        if let Some(of) = stub_of(name) {
            self.stubs.insert(of.to_owned());
        } else if let Some((_, words)) = MARKS.iter().find(|(mark, _)| *mark == name) {
            self.marks.insert(words);
        } else if is_second_copy(name) {
            self.conflicts.insert(name.to_owned());
        } else {
            self.others.insert(name.to_owned());
        }
    }

    /// A note for each kind.
    pub(super) fn notes(&self, folder: &Path) -> Vec<Problem> {
        let note = |wanted: &str, found: String| {
            Problem::note(folder, wanted, found).with_kind(ProblemKind::Unrelated)
        };
        let conflicts = (!self.conflicts.is_empty()).then(|| {
            let found = format!(
                "conflict copies, as services leave them where two computers wrote one folder: {}",
                named(&self.conflicts)
            );
            note("one copy of each file of the backup", found)
        });
        let others = (!self.others.is_empty()).then(|| {
            let (count, names) = (self.others.len(), named(&self.others));
            note(
                "nothing beside the backup's own files",
                format!("entries that do not belong to the backup, {count}: {names}"),
            )
        });
        let marks = self
            .marks
            .iter()
            .map(|words| note("a backup as the device left it", (*words).to_owned()));
        marks.chain(conflicts).chain(others).collect()
    }
}

fn named(names: &BTreeSet<String>) -> String {
    let first: Vec<&str> = names.iter().take(NAMED_MAX).map(String::as_str).collect();
    match names.len() - first.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn is_bucket(name: &str) -> bool {
    name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_payload(name: &str) -> bool {
    let stem = name
        .strip_suffix(".mddata")
        .or_else(|| name.strip_suffix(".mdinfo"))
        .unwrap_or(name);
    stem.len() == 40 && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_of_a_backup(name: &str) -> bool {
    is_junk(name.as_ref()) || KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// `Manifest-LAPTOP7.db`, `Status (Anna's conflicted copy).plist`.
fn is_second_copy(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("conflict")
        || COPIED
            .iter()
            .any(|(stem, ending)| lower.starts_with(stem) && lower.ends_with(ending))
}

fn holds_anything(folder: &Path) -> bool {
    watched::read_dir(folder).is_ok_and(|mut listing| listing.next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], wanted: &[&str]) {
        let mut top = TopLevel::default();
        names.iter().for_each(|name| top.add(name));
        let notes: Vec<String> = top
            .notes(Path::new("b"))
            .into_iter()
            .map(|note| note.found)
            .collect();
        assert_eq!(notes.len(), wanted.len(), "{notes:?}");
        for (note, wanted) in notes.iter().zip(wanted) {
            assert!(note.contains(wanted), "{notes:?}");
        }
    }

    #[test]
    fn what_belongs_to_a_backup_is_not_told() {
        check(
            &[
                "Info.plist",
                "STATUS.PLIST",
                "00",
                "FF",
                ".DS_Store",
                "._x",
                "_unback_",
                "@eaDir",
            ],
            &[],
        );
        check(
            &[
                "0123456789012345678901234567890123456789.mddata",
                "Manifest.db-wal",
            ],
            &[],
        );
        check(&["Manifest-LAPTOP7.db"], &["conflict copies"]);
        check(
            &["Status (Annas Mac's conflicted copy 2026-11-19).plist"],
            &["conflict copies"],
        );
        check(
            &["Manifest.sync-conflict-20261119-221500-ABCDEFG.plist"],
            &["conflict copies"],
        );
        check(&["_BackupExplorer"], &["iTunes-Backup-Explorer"]);
        check(
            &["zzz", "notes.txt", "gg"],
            &["entries that do not belong to the backup, 3: gg, notes.txt, zzz"],
        );
    }

    #[test]
    fn stubs_are_known_by_what_they_stand_for() {
        let mut top = TopLevel::default();
        for name in [
            ".Manifest.db.icloud",
            "Status.plist.nextcloud",
            "Info.plist",
        ] {
            top.add(name);
        }
        assert_eq!(Vec::from_iter(&top.stubs), ["Manifest.db", "Status.plist"]);
    }
}
