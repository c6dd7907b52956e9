//! Many alike, reported once: a bounded sample of paths with a count.
//!
//! A share with a million links would otherwise make a million notes; which ones are named depends
//! on their names, never on the order in which they were met.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The first few of many paths in sorted order, and how many there were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sample {
    first: BTreeSet<PathBuf>,
    count: u64,
}

impl Sample {
    /// How many paths are named.
    const NAMED_MAX: usize = 20;

    /// Counts one more; one that is named already is not counted again.
    pub(super) fn add(&mut self, path: &Path) {
        if self.first.contains(path) {
            return;
        }
        self.count += 1;
        let is_full = self.first.len() == Self::NAMED_MAX;
        if is_full && self.first.last().is_some_and(|last| last.as_path() <= path) {
            return;
        }
        self.first.insert(path.to_owned());
        if self.first.len() > Self::NAMED_MAX {
            self.first.pop_last();
        }
    }

    /// Counts all of another sample.
    pub(super) fn add_all(&mut self, other: &Self) {
        other.named().for_each(|path| self.add(path));
        self.count += other.unnamed();
    }

    /// Is there none?
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// "1 file", "3 files".
    pub(super) fn counted(&self, noun: &str) -> String {
        let plural = if self.count == 1 { "" } else { "s" };
        format!("{} {noun}{plural}", self.count)
    }

    /// The paths that are named.
    pub(super) fn named(&self) -> impl Iterator<Item = &Path> {
        self.first.iter().map(PathBuf::as_path)
    }

    /// How many more there are than are named.
    pub(super) fn unnamed(&self) -> u64 {
        self.count.saturating_sub(self.first.len() as u64)
    }

    /// The last parts of the first three paths: "a.txt, b.zip, c and 4 more".
    pub(super) fn names(&self) -> String {
        const IN_A_LINE: usize = 3;
        let names: Vec<_> = self.named().take(IN_A_LINE).map(last_part).collect();
        match self.count.saturating_sub(names.len() as u64) {
            0 => names.join(", "),
            more => format!("{} and {more} more", names.join(", ")),
        }
    }
}

fn last_part(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_first_in_sorted_order_and_counts_the_rest() {
        let mut sample = Sample::default();
        for number in (0..30).rev() {
            sample.add(Path::new(&format!("/share/{number:02}")));
        }
        assert_eq!(sample.names(), "00, 01, 02 and 27 more");
        assert_eq!(
            (sample.counted("link").as_str(), sample.unnamed()),
            ("30 links", 10)
        );
        assert_eq!(sample.named().last(), Some(Path::new("/share/19")));
    }
}
