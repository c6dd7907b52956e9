//! What several test files share: trees in a temporary folder, told in words.

#![allow(dead_code, reason = "every test file uses a part of this")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot build its tree ends here"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use fleetback_scanner::model::problem::{Level, Problem};

/// A UDID of A12 and later.
pub(crate) const NEW: &str = "00008030-001A35E40212345E";
/// Another one.
pub(crate) const NEW2: &str = "00008130-001A75D23A2B803A";
/// A UDID before A12.
pub(crate) const OLD: &str = "abcdef0123456789abcdef0123456789abcdef01";
/// Where Finder puts backups.
pub(crate) const FINDER: &str = "Library/Application Support/MobileSync/Backup";
/// Where classic iTunes does.
pub(crate) const ITUNES: &str = "AppData/Roaming/Apple Computer/MobileSync/Backup";
/// Where Apple Devices does.
pub(crate) const DEVICES: &str = "Apple/MobileSync/Backup";

/// A temporary folder that builds its content from lines.
pub(crate) struct Tree(tempfile::TempDir);

impl Tree {
    /// `a/b/` is a folder, `a/b` a file with its own name inside, `a -> b` a link as written.
    pub(crate) fn new(lines: &[&str]) -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        for line in lines {
            tree.add(line);
        }
        tree
    }

    pub(crate) fn add(&self, line: &str) {
        if let Some((link, target)) = line.split_once(" -> ") {
            make_parent(&self.path(link));
            make_link(Path::new(target), &self.path(link));
        } else if line.ends_with('/') {
            fs::create_dir_all(self.path(line)).unwrap();
        } else {
            make_parent(&self.path(line));
            fs::write(self.path(line), line).unwrap();
        }
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root().join(below)
    }

    /// A path as the tests write it.
    pub(crate) fn short(&self, path: &Path) -> String {
        let short = path.strip_prefix(self.root()).unwrap_or(path);
        short.to_string_lossy().replace('\\', "/")
    }

    /// "note a/b: what was found", sorted as the problems are.
    pub(crate) fn told(&self, problems: &[Problem]) -> Vec<String> {
        let root = format!("{}/", self.root().display());
        let one = |problem: &Problem| {
            let level = match problem.level {
                Level::Note => "note",
                Level::Incomplete => "incomplete",
            };
            let found = problem.found.replace(&root, "");
            format!("{level} {}: {found}", self.short(&problem.path))
        };
        problems.iter().map(one).collect()
    }

    /// Every entry that can be seen, with its size and modification time.
    pub(crate) fn listing(&self) -> Vec<(PathBuf, u64, SystemTime)> {
        let entries = walkdir::WalkDir::new(self.root()).sort_by_file_name();
        let facts = |entry: walkdir::DirEntry| {
            let meta = entry.path().symlink_metadata().unwrap();
            (entry.into_path(), meta.len(), meta.modified().unwrap())
        };
        entries.into_iter().flatten().map(facts).collect()
    }
}

fn make_parent(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
}

#[cfg(unix)]
fn make_link(target: &Path, link: &Path) {
    std::os::unix::fs::symlink(target, link).unwrap();
}

#[cfg(windows)]
fn make_link(target: &Path, link: &Path) {
    std::os::windows::fs::symlink_dir(target, link).unwrap();
}

/// Lines with the names of the constants put in: `{NEW}`, `{FINDER}`.
pub(crate) fn fill(line: &str) -> String {
    [
        ("{NEW}", NEW),
        ("{NEW2}", NEW2),
        ("{OLD}", OLD),
        ("{FINDER}", FINDER),
        ("{ITUNES}", ITUNES),
        ("{DEVICES}", DEVICES),
    ]
    .iter()
    .fold(line.to_owned(), |line, (name, value)| {
        line.replace(name, value)
    })
}
