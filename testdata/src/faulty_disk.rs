//! A disk that fails: shows a folder at another place, where reading chosen files fails or hangs.
//!
//! It answers the kernel's FUSE requests itself, after
//! <https://docs.kernel.org/filesystems/fuse/fuse.html> and `include/uapi/linux/fuse.h`, so it needs
//! Linux, `/dev/fuse` and the right to mount. A hanging read is one that is never answered, which is
//! what a share whose server is gone does.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};

/// A disk with errors.
pub const EIO: i32 = libc::EIO;
/// A share that has forgotten what it was asked for.
pub const ESTALE: i32 = libc::ESTALE;

/// What reading a file, or listing a folder, comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Every reading of what lies at this byte or behind it fails with this number of an error.
    Error(i32, u64),
    /// It never comes back.
    Hangs,
}

/// A mounted folder; the mount goes when this is dropped.
#[derive(Debug)]
pub struct FaultyDisk {
    place: PathBuf,
    failures: Failures,
    server: Option<JoinHandle<()>>,
}

/// By path below the folder.
type Failures = Arc<Mutex<BTreeMap<PathBuf, Failure>>>;

impl FaultyDisk {
    /// Shows `source` at `place`, a folder that is there. An error where this user may not mount.
    pub fn mount(source: &Path, place: &Path) -> io::Result<Self> {
        let device = OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/fuse")?;
        let options = format!(
            "fd={},rootmode=40000,user_id=0,group_id=0\0",
            device.as_raw_fd()
        );
        let options = std::ffi::CStr::from_bytes_with_nul(options.as_bytes());
        let options = options.map_err(io::Error::other)?;
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        mount("faulty", place, "fuse", flags, options)?;
        let failures = Failures::default();
        let server = Server {
            source: source.to_owned(),
            nodes: vec![PathBuf::new()],
            failures: Arc::clone(&failures),
            interrupted: None,
        };
        Ok(Self {
            place: place.to_owned(),
            failures,
            server: Some(std::thread::spawn(move || server.run(device))),
        })
    }

    /// From now on reading this file of the folder, or listing this folder in it, fails.
    pub fn fail(&self, path: impl Into<PathBuf>, failure: Failure) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.insert(path.into(), failure);
    }

    /// From now on nothing fails.
    pub fn mend(&self) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.clear();
    }
}

impl Drop for FaultyDisk {
    fn drop(&mut self) {
        let _ = unmount(&self.place, UnmountFlags::DETACH);
        // A mount that a process still uses keeps the server busy, and then nobody waits for it.
        if let Some(server) = self.server.take().filter(JoinHandle::is_finished) {
            let _ = server.join();
        }
    }
}

/// Operations, as `enum fuse_opcode` numbers them.
mod operation {
    pub(super) const LOOKUP: u32 = 1;
    pub(super) const FORGET: u32 = 2;
    pub(super) const GETATTR: u32 = 3;
    pub(super) const READLINK: u32 = 5;
    pub(super) const OPEN: u32 = 14;
    pub(super) const READ: u32 = 15;
    pub(super) const STATFS: u32 = 17;
    pub(super) const RELEASE: u32 = 18;
    pub(super) const INIT: u32 = 26;
    pub(super) const OPENDIR: u32 = 27;
    pub(super) const READDIR: u32 = 28;
    pub(super) const RELEASEDIR: u32 = 29;
    pub(super) const INTERRUPT: u32 = 36;
    pub(super) const BATCH_FORGET: u32 = 42;
}

/// A request: its header is 40 bytes long.
struct Request<'a> {
    operation: u32,
    number: u64,
    node: u64,
    body: &'a [u8],
}

const HEADER_BYTES: usize = 40;
/// The kernel asks for room for at least 8 KB.
const REQUEST_BYTES_MAX: usize = 256 << 10;
/// Seconds for which the kernel may believe what it was told of a name.
const VALID_SECONDS: u64 = 3600;
/// Reads are handed on as the program makes them, past the page cache.
const DIRECT: u32 = 1;

impl<'a> Request<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        Some(Self {
            operation: four(bytes, 4)?,
            number: eight(bytes, 8)?,
            node: eight(bytes, 16)?,
            body: bytes.get(HEADER_BYTES..)?,
        })
    }

    /// The name in a lookup.
    fn name(&self) -> &'a Path {
        let name = self.body.split(|byte| *byte == 0).next();
        Path::new(std::ffi::OsStr::from_bytes(name.unwrap_or_default()))
    }

    /// Where a reading begins, and how much is wanted.
    fn range(&self) -> Option<(u64, usize)> {
        Some((eight(self.body, 8)?, four(self.body, 16)? as usize))
    }
}

fn four(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// What a request comes to; `None` for one that is never answered.
type Answer = Option<io::Result<Vec<u8>>>;

struct Server {
    source: PathBuf,
    /// Paths by the kernel's number of them, which begins at 1.
    nodes: Vec<PathBuf>,
    failures: Failures,
    /// A request whose thread is being killed: it is let go, as a share lets its programs be ended.
    interrupted: Option<u64>,
}

impl Server {
    /// Answers until the mount is gone.
    fn run(mut self, mut device: File) {
        let mut bytes = vec![0; REQUEST_BYTES_MAX];
        loop {
            let length = match device.read(&mut bytes) {
                Ok(length) => length,
                // A request that was taken back before it was read.
                Err(e) if e.raw_os_error() == Some(libc::ENOENT) => continue,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return,
            };
            let Some(request) = Request::parse(&bytes[..length]) else {
                return;
            };
            let number = request.number;
            // The process that asked may be gone.
            if let Some(answer) = self.answer(&request) {
                let _ = device.write(&reply(number, answer));
            }
            if let Some(number) = self.interrupted.take() {
                let ended = io::Error::from_raw_os_error(libc::EINTR);
                let _ = device.write(&reply(number, Err(ended)));
            }
        }
    }

    fn answer(&mut self, request: &Request<'_>) -> Answer {
        match request.operation {
            operation::FORGET | operation::BATCH_FORGET => None,
            operation::INTERRUPT => {
                self.interrupted = eight(request.body, 0);
                None
            }
            operation::INIT => Some(Ok(init(request.body))),
            operation::LOOKUP => Some(self.look_up(request)),
            operation::GETATTR => Some(self.attributes(request)),
            operation::READLINK => Some(self.link(request)),
            operation::OPEN => Some(Ok(opened(DIRECT))),
            operation::OPENDIR => Some(Ok(opened(0))),
            operation::READ | operation::READDIR => self.read_or_fail(request),
            operation::STATFS => Some(Ok(vec![0; 80])),
            operation::RELEASE | operation::RELEASEDIR => Some(Ok(Vec::new())),
            _ => Some(Err(io::Error::from_raw_os_error(libc::ENOSYS))),
        }
    }

    fn path(&self, node: u64) -> io::Result<PathBuf> {
        let at = usize::try_from(node).unwrap_or_default().wrapping_sub(1);
        let path = self.nodes.get(at).cloned();
        path.ok_or_else(|| io::Error::from_raw_os_error(libc::ESTALE))
    }

    fn look_up(&mut self, request: &Request<'_>) -> io::Result<Vec<u8>> {
        let path = self.path(request.node)?.join(request.name());
        let meta = fs::symlink_metadata(self.source.join(&path))?;
        let known = self.nodes.iter().position(|known| *known == path);
        let at = known.unwrap_or(self.nodes.len());
        if known.is_none() {
            self.nodes.push(path);
        }
        let numbers = [at as u64 + 1, 0, VALID_SECONDS, VALID_SECONDS, 0];
        let head = numbers.iter().flat_map(|number| number.to_le_bytes());
        Ok(head.chain(attributes(&meta)).collect())
    }

    fn attributes(&self, request: &Request<'_>) -> io::Result<Vec<u8>> {
        let meta = fs::symlink_metadata(self.source.join(self.path(request.node)?))?;
        let head = [VALID_SECONDS, 0]
            .iter()
            .flat_map(|number| number.to_le_bytes());
        Ok(head.chain(attributes(&meta)).collect())
    }

    fn link(&self, request: &Request<'_>) -> io::Result<Vec<u8>> {
        let target = fs::read_link(self.source.join(self.path(request.node)?))?;
        Ok(target.as_os_str().as_bytes().to_vec())
    }

    fn read_or_fail(&self, request: &Request<'_>) -> Answer {
        let read = || {
            let path = self.path(request.node)?;
            let range = request.range();
            let (begin, length) = range.ok_or(io::ErrorKind::InvalidInput)?;
            Ok((path, begin, length))
        };
        let (path, begin, length) = match read() {
            Ok(asked) => asked,
            Err(e) => return Some(Err(e)),
        };
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        match failures.get(&path) {
            Some(Failure::Hangs) => return None,
            Some(Failure::Error(number, from)) if begin + length as u64 > *from => {
                return Some(Err(io::Error::from_raw_os_error(*number)));
            }
            _ => {}
        }
        let path = self.source.join(path);
        Some(if request.operation == operation::READ {
            read_file(&path, begin, length)
        } else {
            list(&path, begin, length)
        })
    }
}

fn reply(number: u64, answer: io::Result<Vec<u8>>) -> Vec<u8> {
    let (error, body) = match answer {
        Ok(body) => (0, body),
        Err(e) => (-e.raw_os_error().unwrap_or(libc::EIO), Vec::new()),
    };
    let length = (16 + body.len()) as u32;
    let head = length.to_le_bytes().into_iter().chain(error.to_le_bytes());
    head.chain(number.to_le_bytes()).chain(body).collect()
}

/// Speaks the version of the protocol that the kernel speaks, and asks for nothing beyond it.
fn init(body: &[u8]) -> Vec<u8> {
    let mut answer = vec![0; 64];
    let versions = [four(body, 0).unwrap_or(7), four(body, 4).unwrap_or(31)];
    answer[..4].copy_from_slice(&versions[0].to_le_bytes());
    answer[4..8].copy_from_slice(&versions[1].to_le_bytes());
    // The largest write, which must be 4 KB at least.
    answer[20..24].copy_from_slice(&4096_u32.to_le_bytes());
    answer
}

fn opened(flags: u32) -> Vec<u8> {
    let mut answer = vec![0; 16];
    answer[8..12].copy_from_slice(&flags.to_le_bytes());
    answer
}

/// `struct fuse_attr`, 88 bytes.
fn attributes(meta: &Metadata) -> Vec<u8> {
    let long = [meta.ino(), meta.size(), meta.blocks()];
    let times = [meta.atime(), meta.mtime(), meta.ctime()];
    let short = [
        meta.atime_nsec() as u32,
        meta.mtime_nsec() as u32,
        meta.ctime_nsec() as u32,
        meta.mode(),
        meta.nlink() as u32,
        meta.uid(),
        meta.gid(),
        meta.rdev() as u32,
        4096,
        0,
    ];
    let long = long.iter().flat_map(|number| number.to_le_bytes());
    let times = times.iter().flat_map(|number| number.to_le_bytes());
    let short = short.iter().flat_map(|number| number.to_le_bytes());
    long.chain(times).chain(short).collect()
}

fn read_file(path: &Path, begin: u64, length: usize) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while filled < length {
        match file.read_at(&mut bytes[filled..], begin + filled as u64)? {
            0 => break,
            count => filled += count,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// Names from a position on, as many as fit: `struct fuse_dirent`, padded to 8 bytes.
fn list(path: &Path, begin: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut names: Vec<_> = fs::read_dir(path)?
        .map(|entry| Ok((entry?.file_name(), path.to_owned())))
        .collect::<io::Result<_>>()?;
    names.sort();
    let mut listing = Vec::new();
    let from = usize::try_from(begin).unwrap_or(usize::MAX);
    for (at, (name, folder)) in names.iter().enumerate().skip(from) {
        let meta = fs::symlink_metadata(folder.join(name))?;
        let mut entry = meta.ino().to_le_bytes().to_vec();
        entry.extend((at as u64 + 1).to_le_bytes());
        entry.extend((name.len() as u32).to_le_bytes());
        entry.extend((meta.mode() >> 12 & 0xf).to_le_bytes());
        entry.extend(name.as_bytes());
        entry.resize(entry.len().next_multiple_of(8), 0);
        if listing.len() + entry.len() > length {
            break;
        }
        listing.extend(entry);
    }
    Ok(listing)
}
