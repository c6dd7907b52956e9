//! All documents of a run, held against one another.
//!
//! Whether a missing date was ever asked for stands in the command, which is another file, and so may
//! the word that a UDID is an Apple TV's. Whether a restriction is in force only a `Restrictions` answer
//! says; a device's `ProfileList` and the file of one of its profiles give it the name of the profile
//! that an admin has to change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::protocol::document::{Document, Reply};
use crate::model::evidence::Sourced;
use crate::model::identity::Udid;
use crate::model::management::Answer;
use crate::model::problem::{Problem, ProblemKind};

/// With more folders than this, their notes are gathered once more, under the folder above them.
const FOLDERS_MAX: usize = 20;

/// The words of a problem without its path, by which notes are equal.
type NoteText = (String, String, Option<String>, ProblemKind);

/// Profile -> the restrictions that it sets.
type Sets = BTreeMap<String, BTreeSet<&'static str>>;

/// `CommandUUID` -> queries.
type LeftOut = BTreeMap<String, BTreeSet<&'static str>>;

/// UDID -> what it is, of devices that are no iPhone or iPad.
type Families = BTreeMap<String, &'static str>;

/// Holds commands against their answers, leaves out what is no iPhone or iPad, and gathers notes
/// that many files share. The result does not depend on the order of the documents.
pub fn pair(mut documents: Vec<Document>) -> (Vec<Answer>, Vec<Problem>) {
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    let left_out = queries_left_out(&documents);
    let excluded = excluded_udids(&documents);
    name_setters(&mut documents);
    let (mut answers, mut problems, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for mut document in documents {
        let (out, kept) = std::mem::take(&mut document.replies)
            .into_iter()
            .partition::<Vec<_>, _>(|reply| family_of(reply, &excluded).is_some());
        note_excluded(&mut document, &out, &excluded);
        answers.extend(kept.into_iter().map(|reply| settle(reply, &left_out)));
        problems.append(&mut document.problems);
        notes.append(&mut document.shared);
    }
    problems.extend(gather(notes));
    problems.sort();
    (answers, problems)
}

/// Command -> the queries about backups that it leaves out.
fn queries_left_out(documents: &[Document]) -> LeftOut {
    let commands = documents.iter().flat_map(|document| &document.commands);
    let mut left_out = LeftOut::new();
    for command in commands {
        if let Some(queries) = &command.left_out {
            left_out
                .entry(command.uuid.clone())
                .or_default()
                .extend(queries);
        }
    }
    left_out
}

/// UDID -> family, of every device that any of its messages says to be no iPhone or iPad.
fn excluded_udids(documents: &[Document]) -> Families {
    documents
        .iter()
        .flat_map(|document| &document.excluded)
        .filter_map(|excluded| {
            let udid = Udid::parse(excluded.udid.as_deref()?)?;
            Some((udid.as_str().to_owned(), excluded.family))
        })
        .collect()
}

fn family_of(reply: &Reply, excluded: &Families) -> Option<&'static str> {
    let udid = reply.answer.identity.udid.as_ref()?;
    excluded.get(udid.as_str()).copied()
}

fn note_excluded(document: &mut Document, out: &[Reply], excluded: &Families) {
    let by_reply = out.iter().filter_map(|reply| family_of(reply, excluded));
    let mut own = std::mem::take(&mut document.excluded);
    if !document.tables.is_empty() {
        // a table has counted its own
        own.clear();
    }
    let own = own.iter().map(|excluded| excluded.family);
    let families: BTreeSet<&str> = own.chain(by_reply).collect();
    for family in families {
        let found = format!("a message of {family}: left out");
        document.add_shared_note_of(
            ProblemKind::Unrelated,
            "messages of iPhones and iPads",
            &found,
            None,
        );
    }
}

fn settle(reply: Reply, left_out: &LeftOut) -> Answer {
    let Reply {
        mut answer,
        command_uuid,
    } = reply;
    let left_out = command_uuid.and_then(|uuid| left_out.get(&uuid));
    let is_inventory = answer.management.last_inventory.is_some();
    if let Some(queries) = left_out.filter(|_| is_inventory) {
        answer.management.no_cloud_date_means_never &= !queries.contains("LastCloudBackupDate");
        let queries = queries.iter().map(|query| (*query).to_owned()).collect();
        answer.management.backup_queries_left_out = Some(Sourced::new(queries, &answer.source));
    }
    answer
}

/// Names the profiles behind the restrictions of every device that has one of the profiles.
fn name_setters(documents: &mut [Document]) {
    let mut sets = Sets::new();
    for profile in documents.iter().flat_map(|document| &document.profiles) {
        sets.entry(profile.identifier.clone())
            .or_default()
            .extend(&profile.sets);
    }
    if sets.is_empty() {
        return;
    }
    let asked = asked(documents);
    let replies = documents
        .iter_mut()
        .flat_map(|document| &mut document.replies);
    for reply in replies {
        let udid = reply.answer.identity.udid.as_ref();
        if udid.is_none_or(|udid| !asked.contains(udid)) {
            name_setters_of(reply, &sets);
        }
    }
}

/// Devices that answered themselves which profile sets what.
fn asked(documents: &[Document]) -> BTreeSet<Udid> {
    documents
        .iter()
        .flat_map(|document| &document.replies)
        .map(|reply| &reply.answer)
        .filter(|answer| answer.management.restriction_profiles_source.is_some())
        .filter_map(|answer| answer.identity.udid.clone())
        .collect()
}

fn name_setters_of(reply: &mut Reply, sets: &Sets) {
    let management = &mut reply.answer.management;
    let Some(profiles) = &management.profiles else {
        return;
    };
    let matches: Vec<_> = profiles
        .value
        .keys()
        .filter_map(|name| sets.get_key_value(name))
        .collect();
    for (name, keys) in &matches {
        for key in *keys {
            let setters = management.restriction_profiles.entry((*key).to_owned());
            setters.or_default().insert((*name).clone());
        }
    }
    if !matches.is_empty() {
        management.restriction_profiles_source = Some(Arc::clone(&profiles.source));
    }
}

/// One note per folder and wording; a note that stands alone keeps its own path.
fn gather(notes: Vec<Problem>) -> Vec<Problem> {
    let mut groups: BTreeMap<NoteText, BTreeMap<PathBuf, Vec<PathBuf>>> = BTreeMap::new();
    for note in notes {
        let folder = note.path.parent().unwrap_or(Path::new("")).to_owned();
        let text = (note.wanted, note.found, note.remedy, note.kind);
        let folders = groups.entry(text).or_default();
        folders.entry(folder).or_default().push(note.path);
    }
    let mut gathered = Vec::new();
    for (text, folders) in groups {
        for (folder, files) in few_enough(folders) {
            gathered.push(note(&text, &folder, files));
        }
    }
    gathered
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
    left.ancestors()
        .find(|folder| right.starts_with(folder))
        .unwrap_or(Path::new(""))
}

fn note(
    (wanted, found, remedy, kind): &NoteText,
    folder: &Path,
    mut files: Vec<PathBuf>,
) -> Problem {
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
        kind: *kind,
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
