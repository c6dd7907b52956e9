//! Recycle bins and folders of old versions: looked into as far as it costs little, never counted.
//!
//! A backup in a bin was deleted, and the system will empty the bin; the note says where it is, so that
//! it can be moved out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::folder;
use super::inside::{Holds, Inside};
use super::path_sample::Sample;
use crate::model::problem::{Problem, ProblemKind};

/// How many folders deep a bin is looked into: `.zfs/snapshot/2026-11-19/share/<UDID>`.
const DEPTH_MAX: usize = 4;
/// How many folders of one bin are listed.
const FOLDERS_MAX: usize = 200;

/// The bins of one root that hold backups.
#[derive(Debug, Default)]
pub(super) struct Bins {
    found: BTreeMap<PathBuf, Sample>,
    /// Bins that are larger than was looked into.
    in_part: Sample,
}

impl Bins {
    /// Looks into one bin.
    pub(super) fn look_into(&mut self, bin: &Path) {
        let mut backups = Sample::default();
        let mut level = vec![bin.to_owned()];
        let mut listed = 0;
        for _ in 0..DEPTH_MAX {
            let mut below = Vec::new();
            level.sort_unstable();
            for path in &level {
                listed += 1;
                if listed > FOLDERS_MAX {
                    break;
                }
                below.extend(step(path, &mut backups));
            }
            level = below;
        }
        if listed > FOLDERS_MAX || !level.is_empty() {
            self.in_part.add(bin);
        }
        if !backups.is_empty() {
            self.found.insert(bin.to_owned(), backups);
        }
    }

    /// One note for each bin, and one for the others.
    pub(super) fn problems(self) -> Vec<Problem> {
        const NAMED_MAX: usize = 20;
        let wanted = "backups that were not deleted";
        let notes = self.found.iter().take(NAMED_MAX).map(|(bin, backups)| {
            let found = format!(
                "a recycle bin or a folder of old versions, which does not count; it holds {}: {}",
                backups.counted("backup"),
                backups.names()
            );
            Problem::note(bin, wanted, found)
                .with_kind(ProblemKind::LeftOut)
                .with_remedy("If a backup was deleted by mistake, move it out of the bin")
        });
        let mut problems: Vec<Problem> = notes.collect();
        if let Some((bin, _)) = self.found.iter().nth(NAMED_MAX) {
            let more = self.found.len() - NAMED_MAX;
            let found = format!("this and {} more bins with backups in them", more - 1);
            problems.push(Problem::note(bin, wanted, found).with_kind(ProblemKind::LeftOut));
        }
        if let Some(first) = self.in_part.named().next() {
            let found = format!(
                "{} or folders of old versions, which do not count and were looked into in part: {}",
                self.in_part.counted("recycle bin"),
                self.in_part.names()
            );
            problems.push(Problem::note(first, wanted, found).with_kind(ProblemKind::NotSearched));
        }
        problems
    }
}

/// Counts a backup, or gives the folders below.
fn step(path: &Path, backups: &mut Sample) -> Vec<PathBuf> {
    let Ok(inside) = Inside::list(path) else {
        return Vec::new();
    };
    if folder::folder_name(path).is_some() || inside.holds(path) == Holds::Shape {
        backups.add(path);
        return Vec::new();
    }
    inside.to_search(true).map(|name| path.join(name)).collect()
}
