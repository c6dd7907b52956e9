//! What a scheduler needs for one job: files, and commands in order.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::job::{Job, Scope};
use crate::system::platform;

/// The words by which a file of ours is known again, so that no file of another hand is replaced or removed.
pub(crate) const MARK: &str = "made by fleetback schedule";

/// A file that a scheduler reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobFile {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// Task Scheduler reads UTF-16 alone where a file names its encoding, as its own exports do.
    pub(crate) is_utf16: bool,
}

/// A command and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step(pub(crate) Vec<OsString>);

/// What makes a job count, ends it, and tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) files: Vec<JobFile>,
    /// After the files are written.
    pub(crate) start: Vec<Step>,
    /// Before the files are removed.
    pub(crate) stop: Vec<Step>,
    /// After the files are removed.
    pub(crate) forget: Vec<Step>,
    /// What the scheduler itself says of the job.
    pub(crate) ask: Vec<Step>,
}

impl JobFile {
    /// A file in UTF-8.
    pub(crate) fn new(path: PathBuf, text: String) -> Self {
        Self {
            path,
            text,
            is_utf16: false,
        }
    }

    /// What stands in the file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        if !self.is_utf16 {
            return self.text.as_bytes().to_vec();
        }
        let with_mark = std::iter::once(0xfeff).chain(self.text.encode_utf16());
        with_mark.flat_map(u16::to_le_bytes).collect()
    }

    /// Does this file, as it stands on the disk, come from us?
    pub(crate) fn is_ours(bytes: &[u8]) -> bool {
        let plain: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
        String::from_utf8_lossy(&plain).contains(MARK)
    }
}

impl Step {
    /// From words.
    pub(crate) fn new<W: Into<OsString>>(words: impl IntoIterator<Item = W>) -> Self {
        Self(words.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.0.iter().map(|word| word.to_string_lossy()).collect();
        f.write_str(&shell_words::join(words))
    }
}

/// A path as text; schedulers keep text.
pub(crate) fn text(path: &Path) -> Result<&str> {
    match path.to_str() {
        Some(text) if !text.contains(char::is_control) => Ok(text),
        _ => bail!(
            "{}: no scheduler takes this path. Give the file a name in Unicode without control characters",
            path.display()
        ),
    }
}

/// Where a job of the system or of this user logs to, where its scheduler keeps no log.
pub(crate) fn log(job: &Job, of_user: &str) -> PathBuf {
    match job.scope {
        Scope::System => platform::system_log_file(),
        Scope::User => job.home.join(of_user).join("fleetback.log"),
    }
}
