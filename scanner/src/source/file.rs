//! Opens and reads one regular file, which is not trusted.
//!
//! A FIFO named Info.plist must not hang a nightly job, a symbolic link must not lead out of a
//! backup, a file that says it is 60 MB may grow while it is read, and a reader must leave no trace:
//! not even an access time, where the system lets us ask for that.

use std::cell::Cell;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::watched;
use crate::model::problem::{Problem, ProblemKind};

/// Why a file gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// There is no such file: a fact, not an error.
    Absent,
    /// It is there and may not be opened or read; the system's words.
    Denied(String),
    /// It is there and reading it failed, as on a disk with errors; the system's words.
    ReadError(String),
    /// It is there and holds 0 bytes. Interrupted tools leave such files.
    Empty,
    /// It stands behind a symbolic link, which is never followed.
    Link,
    /// It holds more than this many bytes, the limit up to which it is read.
    TooLarge(u64),
    /// It is cut off or broken; plain words.
    Damaged(String),
    /// It was opened, or could be, and is not what was wanted; plain words: "a folder".
    Wrong(String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent => f.write_str("no such file"),
            Self::Empty => f.write_str("0 bytes"),
            Self::Link => f.write_str("a symbolic link"),
            Self::TooLarge(bytes_max) => write!(f, "more than {bytes_max} bytes"),
            Self::Denied(words)
            | Self::ReadError(words)
            | Self::Damaged(words)
            | Self::Wrong(words) => f.write_str(words),
        }
    }
}

impl Fault {
    /// True if the file is there and the system did not let it be read: evidence is missing.
    pub(crate) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Denied(_) | Self::ReadError(_))
    }

    /// The kind of the problem that this fault is.
    pub fn kind(&self) -> ProblemKind {
        match self {
            Self::Absent => ProblemKind::Absent,
            Self::Denied(_) => ProblemKind::Permission,
            Self::ReadError(_) => ProblemKind::ReadError,
            Self::Empty => ProblemKind::Empty,
            Self::Link => ProblemKind::Link,
            Self::TooLarge(_) => ProblemKind::TooLarge,
            Self::Damaged(_) => ProblemKind::Damaged,
            Self::Wrong(_) => ProblemKind::WrongShape,
        }
    }

    /// A problem that leaves the report incomplete.
    pub fn incomplete(&self, path: impl Into<PathBuf>, wanted: impl Into<String>) -> Problem {
        Problem::incomplete(path, wanted, self.to_string()).with_kind(self.kind())
    }

    /// A problem that is merely worth knowing.
    pub fn note(&self, path: impl Into<PathBuf>, wanted: impl Into<String>) -> Problem {
        Problem::note(path, wanted, self.to_string()).with_kind(self.kind())
    }
}

/// Buffers up to this size stay with their thread for the next file; larger ones are given back.
const BUFFER_KEPT_MAX: usize = 8 << 20;

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Reads a whole regular file of at most `bytes_max` bytes. Follows no symbolic link.
pub fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    read_into(path, bytes_max, &mut bytes)?;
    Ok(bytes)
}

/// Reads a whole file as [`read`] does, into this thread's buffer, and hands the bytes to `use_bytes`.
///
/// For files that are parsed and forgotten. May be called again from within `use_bytes`; the inner
/// call then has a buffer of its own.
pub(crate) fn read_with<T>(
    path: &Path,
    bytes_max: u64,
    use_bytes: impl FnOnce(&[u8]) -> T,
) -> Result<T, Fault> {
    with_buffer(|bytes| {
        read_into(path, bytes_max, bytes)?;
        Ok(use_bytes(bytes))
    })
}

fn with_buffer<T>(read: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let mut bytes = BUFFER.take();
    bytes.clear();
    let result = read(&mut bytes);
    if bytes.capacity() <= BUFFER_KEPT_MAX {
        BUFFER.set(bytes);
    }
    result
}

fn read_into(path: &Path, bytes_max: u64, bytes: &mut Vec<u8>) -> Result<(), Fault> {
    let (file, length) = open_bounded(path, bytes_max)?;
    read_all(file, length, bytes_max, bytes)
}

/// The length is a hint: the file may grow or shrink under us, so the reader is bounded too.
fn read_all(file: OpenFile, length: u64, bytes_max: u64, bytes: &mut Vec<u8>) -> Result<(), Fault> {
    bytes.reserve(usize::try_from(length).unwrap_or(0).saturating_add(1));
    let count = file
        .take(bytes_max.saturating_add(1))
        .read_to_end(bytes)
        .map_err(|e| fault(&e))?;
    if count as u64 > bytes_max {
        return Err(Fault::TooLarge(bytes_max));
    }
    Ok(())
}

fn open_bounded(path: &Path, bytes_max: u64) -> Result<(OpenFile, u64), Fault> {
    let (file, meta) = open_regular(path)?;
    if meta.len() > bytes_max {
        return Err(Fault::TooLarge(bytes_max));
    }
    Ok((file, meta.len()))
}

/// Reads a file as [`read_with`] does, but lets `look_through` have a large one first, through a
/// window; what that makes of it is taken, and only where it gives up is the file read whole.
///
/// A window stays in the processor's cache, where a file of megabytes does not: what is looked at
/// and left out costs no more than its reading.
pub(crate) fn look_through<T>(
    path: &Path,
    bytes_max: u64,
    look_through: impl FnOnce(&mut Window<&mut dyn Read>) -> Option<T>,
    use_bytes: impl FnOnce(&[u8]) -> T,
) -> Result<T, Fault> {
    let (mut file, length) = open_bounded(path, bytes_max)?;
    if length > WINDOW_BYTES as u64 {
        let mut bounded = (&file).take(bytes_max.saturating_add(1));
        let mut window = Window::new(&mut bounded as &mut dyn Read, PIECE.take());
        let found = look_through(&mut window);
        PIECE.set(window.into_buffer());
        match found {
            Some(found) => return Ok(found),
            None => file.rewind().map_err(|e| fault(&e))?,
        }
    }
    with_buffer(|bytes| {
        read_all(file, length, bytes_max, bytes)?;
        Ok(use_bytes(bytes))
    })
}

/// A part of a file, which moves over it from its beginning to its end.
pub struct Window<R> {
    source: R,
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
}

/// Bytes of a window.
const WINDOW_BYTES: usize = PIECE_BYTES;

impl<R: Read> Window<R> {
    /// At the beginning; `buffer` may hold anything.
    pub fn new(source: R, mut buffer: Vec<u8>) -> Self {
        if buffer.is_empty() {
            buffer.resize(WINDOW_BYTES, 0);
        }
        Self {
            source,
            buffer,
            begin: 0,
            end: 0,
        }
    }

    /// What is in it.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.begin..self.end]
    }

    /// Leaves the first `count` of them behind.
    pub fn pass(&mut self, count: usize) {
        self.begin = self.end.min(self.begin.saturating_add(count));
    }

    /// Reads more behind what is in it; `None` at the end of the file, and when it is full.
    pub fn more(&mut self) -> Option<io::Result<()>> {
        self.buffer.copy_within(self.begin..self.end, 0);
        (self.begin, self.end) = (0, self.end - self.begin);
        loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => return None,
                Ok(count) => {
                    self.end += count;
                    return Some(Ok(()));
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Some(Err(e)),
            }
        }
    }

    fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

/// Reads the first bytes of a file, up to `bytes_max`, with its whole length.
pub(crate) fn read_head(path: &Path, bytes_max: u64) -> Result<(Vec<u8>, u64), Fault> {
    let (file, meta) = open_regular(path)?;
    let mut bytes = Vec::new();
    file.take(bytes_max)
        .read_to_end(&mut bytes)
        .map_err(|e| fault(&e))?;
    Ok((bytes, meta.len()))
}

/// Bytes read at once where a file is only read through.
const PIECE_BYTES: usize = 128 << 10;

thread_local! {
    static PIECE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Reads a file of at most `bytes_max` bytes to its end, piece by piece, and gives its length. For a name
/// that a listing has just known to be a regular file: it is opened without a look before, and looked at
/// once it is open.
///
/// A file that grows meanwhile is read one byte past the length it had. `take` may end the reading.
pub(crate) fn read_through(
    path: &Path,
    bytes_max: u64,
    mut take: impl FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<u64, Fault> {
    let file = open_quietly(path).map_err(|e| fault(&e))?;
    let meta = file.metadata().map_err(|e| fault(&e))?;
    refuse_other_than_file(meta.file_type())?;
    if meta.len() > bytes_max {
        return Err(Fault::TooLarge(bytes_max));
    }
    let mut piece = PIECE.take();
    piece.resize(PIECE_BYTES, 0);
    let length = pump(
        file.take(meta.len().saturating_add(1)),
        &mut piece,
        &mut take,
    );
    PIECE.set(piece);
    length.map_err(|e| fault(&e))
}

fn pump(
    mut source: impl Read,
    piece: &mut [u8],
    take: &mut impl FnMut(&[u8]) -> ControlFlow<()>,
) -> io::Result<u64> {
    let mut length = 0;
    loop {
        match source.read(piece) {
            Ok(0) => return Ok(length),
            Ok(count) => {
                length += count as u64;
                if take(&piece[..count]).is_break() {
                    return Ok(length);
                }
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// Fills `bytes` with what lies `at` so many bytes from the file's beginning; the file's own position does not matter.
#[cfg(unix)]
pub(crate) fn read_exact_at(file: &OpenFile, bytes: &mut [u8], at: u64) -> io::Result<()> {
    let _asked = watched::ask(&file.path)?;
    std::os::unix::fs::FileExt::read_exact_at(&file.file, bytes, at)
}

/// Fills `bytes` with what lies `at` so many bytes from the file's beginning; the file's own position does not matter.
#[cfg(windows)]
pub(crate) fn read_exact_at(file: &OpenFile, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    let _asked = watched::ask(&file.path)?;
    while !bytes.is_empty() {
        match file.file.seek_read(bytes, at) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                bytes = &mut bytes[count..];
                at += count as u64;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// An open file. Each call to the system for it is watched.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    path: PathBuf,
}

impl OpenFile {
    /// What the system says of it.
    pub fn metadata(&self) -> io::Result<Metadata> {
        let _asked = watched::ask(&self.path)?;
        self.file.metadata()
    }
}

impl Read for OpenFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buffer)
    }
}

impl Read for &OpenFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let _asked = watched::ask(&self.path)?;
        (&self.file).read(buffer)
    }
}

impl Seek for OpenFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let _asked = watched::ask(&self.path)?;
        self.file.seek(to)
    }
}

/// Where a file of a folder lies: under its own name, else under one that differs in the case of ASCII
/// letters only, as a FAT disk gives names back. Under its own name also where there is none.
pub fn found(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    if watched::symlink_metadata(&path).is_err_and(|e| e.kind() == ErrorKind::NotFound) {
        return other_case(folder, name).unwrap_or(path);
    }
    path
}

fn other_case(folder: &Path, name: &str) -> Option<PathBuf> {
    let mut entries = watched::read_dir(folder).ok()?.flatten();
    let entry = entries.find(|entry| entry.file_name().eq_ignore_ascii_case(name))?;
    Some(entry.path())
}

/// Opens a regular file for reading. Follows no symbolic link, waits for no FIFO.
pub fn open(path: &Path) -> Result<OpenFile, Fault> {
    open_regular(path).map(|(file, _)| file)
}

/// Looks twice: before the opening, because opening a device can do things, and after it, because
/// the name may mean something else by then.
fn open_regular(path: &Path) -> Result<(OpenFile, Metadata), Fault> {
    let before = watched::symlink_metadata(path).map_err(|e| fault(&e))?;
    refuse_other_than_file(before.file_type())?;
    let file = open_quietly(path).map_err(|e| fault(&e))?;
    let meta = file.metadata().map_err(|e| fault(&e))?;
    refuse_other_than_file(meta.file_type())?;
    Ok((file, meta))
}

fn refuse_other_than_file(kind: FileType) -> Result<(), Fault> {
    if kind.is_file() {
        return Ok(());
    }
    Err(wrong_kind(kind))
}

/// The fault of a name that stands for something else than was wanted.
pub(crate) fn wrong_kind(kind: FileType) -> Fault {
    if kind.is_symlink() {
        return Fault::Link;
    }
    Fault::Wrong(describe_kind(kind).to_owned())
}

/// A file of fewer bytes may lie beside its name, and then has no blocks of its own.
const BLOCKS_FROM_BYTES: u64 = 8 << 10;

/// Does the content of the file lie elsewhere, with a service that hands it out when it is asked for?
///
/// macOS and Windows say so of each file; elsewhere a file without a single block holds nothing, where
/// `tells_blocks` says that the file system counts them at all.
pub(crate) fn is_elsewhere(meta: &Metadata, tells_blocks: bool) -> bool {
    is_dataless(meta)
        || (tells_blocks && meta.len() >= BLOCKS_FROM_BYTES && blocks(meta) == Some(0))
}

/// Does the file system count the blocks of a file that was read and holds something?
pub(crate) fn tells_blocks(meta: &Metadata) -> bool {
    meta.len() >= BLOCKS_FROM_BYTES && blocks(meta).is_some_and(|blocks| blocks > 0)
}

#[cfg(unix)]
fn blocks(meta: &Metadata) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    Some(meta.blocks())
}

#[cfg(not(unix))]
fn blocks(_: &Metadata) -> Option<u64> {
    None
}

#[cfg(target_os = "macos")]
fn is_dataless(meta: &Metadata) -> bool {
    use std::os::macos::fs::MetadataExt;
    const SF_DATALESS: u32 = 0x4000_0000;
    meta.st_flags() & SF_DATALESS != 0
}

#[cfg(windows)]
fn is_dataless(meta: &Metadata) -> bool {
    use std::os::windows::fs::MetadataExt;
    /// FILE_ATTRIBUTE_OFFLINE, RECALL_ON_OPEN and RECALL_ON_DATA_ACCESS.
    const ELSEWHERE: u32 = 0x1000 | 0x4_0000 | 0x40_0000;
    meta.file_attributes() & ELSEWHERE != 0
}

#[cfg(not(any(target_os = "macos", windows)))]
fn is_dataless(_: &Metadata) -> bool {
    false
}

/// What a name that is not a regular file stands for: "a folder", "a FIFO".
fn describe_kind(kind: FileType) -> &'static str {
    if kind.is_file() {
        "a file"
    } else if kind.is_dir() {
        "a folder"
    } else if kind.is_symlink() {
        "a symbolic link"
    } else {
        describe_special(kind)
    }
}

#[cfg(unix)]
fn describe_special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a FIFO"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn describe_special(_: FileType) -> &'static str {
    "not a regular file"
}

/// Opens without waiting, without following a link and, where it is ours to ask, without touching
/// the access time (only the owner and root may ask; other accounts are refused with EPERM).
fn open_quietly(path: &Path) -> io::Result<OpenFile> {
    let _asked = watched::ask(path)?;
    let (file, path) = (system_open(path)?, path.to_owned());
    Ok(OpenFile { file, path })
}

#[cfg(unix)]
fn system_open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    const FLAGS: i32 = libc::O_NONBLOCK | libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NOCTTY;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let quiet = OpenOptions::new()
            .read(true)
            .custom_flags(FLAGS | libc::O_NOATIME)
            .open(path);
        match quiet {
            Err(e) if e.raw_os_error() == Some(libc::EPERM) => {}
            other => return other,
        }
    }
    OpenOptions::new().read(true).custom_flags(FLAGS).open(path)
}

#[cfg(not(unix))]
fn system_open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// Sorts a system error. EPERM (macOS privacy) and EACCES are both denied.
pub fn fault(error: &io::Error) -> Fault {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Fault::Absent,
        ErrorKind::IsADirectory => Fault::Wrong("a folder".to_owned()),
        ErrorKind::PermissionDenied => Fault::Denied(describe_denied(error)),
        _ if is_link_loop(error) => Fault::Link,
        _ => Fault::ReadError(error.to_string()),
    }
}

/// macOS answers EPERM, even to root, when Full Disk Access is missing; file modes give EACCES.
#[cfg(unix)]
fn describe_denied(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::EPERM) => "operation not permitted".to_owned(),
        _ => "permission denied".to_owned(),
    }
}

#[cfg(not(unix))]
fn describe_denied(_: &io::Error) -> String {
    "permission denied".to_owned()
}

/// `O_NOFOLLOW` reports a link as a loop.
#[cfg(unix)]
fn is_link_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ELOOP)
}

#[cfg(not(unix))]
fn is_link_loop(_: &io::Error) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &Path, wanted: &Result<Vec<u8>, Fault>) {
        assert_eq!(&read(path, 10), wanted, "{}", path.display());
        let through_buffer = read_with(path, 10, <[u8]>::to_vec);
        assert_eq!(&through_buffer, wanted, "{}", path.display());
    }

    fn wrong(words: &str) -> Result<Vec<u8>, Fault> {
        Err(Fault::Wrong(words.to_owned()))
    }

    #[test]
    fn a_file_is_read_up_to_its_bound() {
        let dir = tempfile::tempdir().unwrap();
        for (name, content) in [
            ("empty", ""),
            ("ten", "0123456789"),
            ("eleven", "0123456789a"),
        ] {
            std::fs::write(dir.path().join(name), content).unwrap();
        }
        check(&dir.path().join("empty"), &Ok(Vec::new()));
        check(&dir.path().join("ten"), &Ok(b"0123456789".to_vec()));
        check(&dir.path().join("eleven"), &Err(Fault::TooLarge(10)));
        check(&dir.path().join("none"), &Err(Fault::Absent));
        check(&dir.path().join("ten/below"), &Err(Fault::Absent));
        check(dir.path(), &wrong("a folder"));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_named_and_never_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.unwrap().success());
        check(&fifo, &wrong("a FIFO"));

        let socket = dir.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        check(&socket, &wrong("a socket"));

        let link = dir.path().join("link");
        std::fs::write(dir.path().join("target"), "x").unwrap();
        std::os::unix::fs::symlink(dir.path().join("target"), &link).unwrap();
        check(&link, &Err(Fault::Link));
        check(Path::new("/dev/null"), &wrong("a device"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_grows_past_its_told_length_is_read_whole_or_refused() {
        // Files below /proc say that they hold 0 bytes and hold more.
        let grown = read(Path::new("/proc/self/stat"), 1 << 16).unwrap();
        assert!(grown.len() > 10);
        check(Path::new("/proc/self/stat"), &Err(Fault::TooLarge(10)));
    }

    #[test]
    fn system_errors_keep_absent_and_denied_apart() {
        let check = |kind: ErrorKind, wanted: Fault| assert_eq!(fault(&kind.into()), wanted);
        check(ErrorKind::NotFound, Fault::Absent);
        check(
            ErrorKind::PermissionDenied,
            Fault::Denied("permission denied".to_owned()),
        );
        #[cfg(unix)]
        assert_eq!(
            fault(&io::Error::from_raw_os_error(libc::EPERM)),
            Fault::Denied("operation not permitted".to_owned())
        );
    }
}
