//! The only place that opens a report for writing.
//!
//! A report is written beside its target and renamed over it, so that a run that fails halfway
//! leaves yesterday's report whole. Pitfalls: a target may be a FIFO or a
//! device (written directly), a symbolic link (kept; what it points to is replaced), or standard
//! output whose reader has gone away (`| head`: no error).

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::output::leftovers::{sweep, temporary_file};
use crate::output::messages;
use crate::system::exit::Exit;
use crate::system::platform;

/// Paths that are our own standard output under another name; opening them anew would truncate it.
const STDOUT_NAMES: &[&str] = &["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// Standard output.
    Stdout,
    /// A file, or something that is written to like one.
    Path(PathBuf),
}

impl Target {
    /// The file, if it is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Stdout => None,
        }
    }
}

impl From<PathBuf> for Target {
    fn from(path: PathBuf) -> Self {
        if STDOUT_NAMES.iter().any(|name| path.as_os_str() == *name) {
            Self::Stdout
        } else {
            Self::Path(path)
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("standard output"),
            Self::Path(path) => write!(f, "{}", path.display()),
        }
    }
}

/// An output that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("Could not write {target}: {why}. {remedy}.")]
pub(crate) struct Unwritten {
    target: Target,
    why: String,
    remedy: &'static str,
}

impl Unwritten {
    fn new(target: &Target, source: &io::Error) -> Self {
        let (why, remedy) = why_and_remedy(source);
        Self {
            target: target.clone(),
            why,
            remedy,
        }
    }
}

/// Why a file could not be written, and what to do about it.
pub(crate) fn why_and_remedy(error: &io::Error) -> (String, &'static str) {
    let (why, remedy) = match error.kind() {
        ErrorKind::NotFound => ("there is no such folder", "Create the folder first"),
        ErrorKind::PermissionDenied => (
            "permission denied",
            "Give this user the right to write there, or name another file",
        ),
        ErrorKind::ReadOnlyFilesystem => ("the disk is read-only", "Name another file"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("there is no room left", "Free some room")
        }
        ErrorKind::IsADirectory => ("it is a folder", "Name a file in that folder"),
        ErrorKind::FileTooLarge => (
            "it would be larger than a file of this process may be",
            "Raise the limit (ulimit -f)",
        ),
        _ => ("", "What stood there before is untouched"),
    };
    match why {
        "" => (error.to_string(), remedy),
        why => (why.to_owned(), remedy),
    }
}

/// A report that is written in full and not yet in its place.
#[derive(Debug)]
#[must_use = "a staged report that is not put in place is thrown away"]
pub(crate) struct Staged {
    target: Target,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// Written already: there is nothing to rename.
    Done,
    /// A temporary file beside the path that it will replace.
    Beside(NamedTempFile, PathBuf),
}

/// What a renderer is: writes a whole report.
pub(crate) type Render<'a> = dyn Fn(&mut dyn Write) -> io::Result<()> + 'a;

/// Writes a whole report, for a file beside its target.
pub(crate) fn stage(target: &Target, render: &Render<'_>) -> Result<Staged, Unwritten> {
    let place = match target {
        Target::Stdout => direct(io::stdout().lock(), render),
        Target::Path(path) => stage_path(path, render),
    };
    let place = place.map_err(|source| Unwritten::new(target, &source))?;
    Ok(Staged {
        target: target.clone(),
        place,
    })
}

impl Staged {
    /// Puts the report in its place, and says where that is.
    pub(crate) fn commit(self) -> Result<Target, Unwritten> {
        if let Place::Beside(file, path) = self.place {
            file.persist(path)
                .map_err(|e| Unwritten::new(&self.target, &e.error))?;
        }
        Ok(self.target)
    }
}

/// What became of the reports of a run.
#[derive(Debug)]
pub(crate) struct Written {
    /// Could every one be written?
    pub(crate) all: bool,
    /// The files.
    pub(crate) files: Vec<PathBuf>,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            all: true,
            files: Vec::new(),
        }
    }
}

impl Written {
    /// Counts one report; `None` is one that could not be written.
    pub(crate) fn add(&mut self, target: Option<Target>) {
        match target {
            Some(Target::Path(path)) => self.files.push(path),
            Some(Target::Stdout) => {}
            None => self.all = false,
        }
    }
}

/// Says whether a target could be written, before anything is read. Leaves nothing behind.
///
/// # Errors
/// When it could not.
pub(crate) fn check(target: &Target) -> Result<(), Unwritten> {
    let Target::Path(path) = target else {
        return Ok(());
    };
    check_path(path).map_err(|source| Unwritten::new(target, &source))
}

fn check_path(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        // Opening a FIFO waits for its reader.
        Ok(meta) if !meta.is_file() => return Ok(()),
        _ => {}
    }
    let path = resolved(path)?;
    let folder = path.parent().ok_or(ErrorKind::IsADirectory)?;
    temporary_file(folder).map(drop)
}

/// Prints to standard output what is not a report: explanations, completions, the manual.
pub(crate) fn print(text: &[u8]) -> Exit {
    let done = stage(&Target::Stdout, &|out| out.write_all(text)).and_then(Staged::commit);
    match done {
        Ok(_) => Exit::Complete,
        Err(unwritten) => {
            messages::error(&unwritten);
            Exit::Unwritten
        }
    }
}

/// Where a path leads: a link is followed, so that the link itself is kept. A path that does not
/// exist yet is resolved as far as its folder.
pub(crate) fn resolved(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => resolved_new(path),
        done => done,
    }
}

fn resolved_new(path: &Path) -> io::Result<PathBuf> {
    let link = fs::read_link(path);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match (link, path.file_name()) {
        // A link to a file that does not exist yet: that file is the one to create.
        (Ok(to), _) => resolved_new_target(&folder.join(to)),
        (Err(_), Some(name)) => Ok(fs::canonicalize(folder)?.join(name)),
        (Err(_), None) => Err(ErrorKind::IsADirectory.into()),
    }
}

/// One link deep is enough for a target that is not there; a chain of them is refused.
fn resolved_new_target(path: &Path) -> io::Result<PathBuf> {
    let folder = path.parent().ok_or(ErrorKind::NotFound)?;
    let name = path.file_name().ok_or(ErrorKind::IsADirectory)?;
    if fs::symlink_metadata(path).is_ok() {
        return Err(ErrorKind::NotFound.into());
    }
    Ok(fs::canonicalize(folder)?.join(name))
}

fn stage_path(path: &Path, render: &Render<'_>) -> io::Result<Place> {
    let existing = fs::metadata(path).ok();
    match &existing {
        Some(meta) if meta.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        Some(meta) if !meta.is_file() => {
            return direct(File::options().write(true).open(path)?, render);
        }
        _ => {}
    }
    let path = resolved(path)?;
    let folder = path.parent().ok_or(ErrorKind::IsADirectory)?;
    sweep(folder);
    let mut file = temporary_file(folder)?;
    write_buffered(file.as_file_mut(), render)?;
    // Until it is whole it is for this user alone, whoever may read the report.
    match &existing {
        Some(existing) => platform::keep_permissions(file.as_file(), existing)?,
        None => platform::permissions_of_a_new_file(file.as_file())?,
    }
    file.as_file().sync_all()?;
    Ok(Place::Beside(file, path))
}

/// Writes to what cannot be renamed. A reader that has gone away has read enough.
fn direct(out: impl Write, render: &Render<'_>) -> io::Result<Place> {
    match write_buffered(out, render) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e),
        _ => Ok(Place::Done),
    }
}

/// Writes a file that this user alone may read, beside its place, and renames it over what stood there.
pub(crate) fn write_private(path: &Path, render: &Render<'_>) -> io::Result<()> {
    let folder = path.parent().ok_or(ErrorKind::IsADirectory)?;
    sweep(folder);
    let mut file = temporary_file(folder)?;
    write_buffered(file.as_file_mut(), render)?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|e| e.error)
}

fn write_buffered(out: impl Write, render: &Render<'_>) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    render(&mut out)?;
    out.flush()
}
