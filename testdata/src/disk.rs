//! Files and folders, with the path in every error, and the few odd things only some systems have.

use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;

/// Writes `bytes` to `path`, making its folders.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Makes a folder and those above it.
pub fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))
}

/// The content of `path`.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Moves a file, making the folders of its new place.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        make_folder(folder)?;
    }
    fs::rename(from, to)
        .with_context(|| format!("cannot move {} to {}", from.display(), to.display()))
}

/// Removes what lies at `path`, a file or a whole folder; nothing there is fine.
pub fn remove(path: &Path) -> Result<()> {
    let Ok(meta) = path.symlink_metadata() else {
        return Ok(());
    };
    let gone = if meta.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    gone.with_context(|| format!("cannot remove {}", path.display()))
}

/// Every file below `root`, sorted; folders are not listed and links are not followed.
pub fn files_below(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Sets the modification time of every file below `root`.
pub fn touch_all(root: &Path, mtime: Timestamp) -> Result<()> {
    files_below(root)?
        .iter()
        .try_for_each(|path| touch(path, mtime))
}

/// Sets one file's modification time.
pub fn touch(path: &Path, mtime: Timestamp) -> Result<()> {
    File::options()
        .append(true)
        .open(path)
        .and_then(|file| file.set_times(FileTimes::new().set_modified(SystemTime::from(mtime))))
        .with_context(|| format!("cannot set the time of {}", path.display()))
}

/// Makes a FIFO; an error where the system has none.
pub fn make_fifo(path: &Path) -> Result<()> {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    match made {
        Ok(status) if status.success() => Ok(()),
        _ => bail!("cannot make a FIFO at {}", path.display()),
    }
}

/// Leaves a socket behind.
#[cfg(unix)]
pub fn make_socket(path: &Path) -> Result<()> {
    // A socket's path may have about 100 bytes: bind it under a short name, then move it.
    let unique = crate::rng::Rng::stream(0, &path.to_string_lossy()).next_u64();
    let short = std::env::temp_dir().join(format!("{}-{unique:x}.sock", std::process::id()));
    remove(&short)?;
    std::os::unix::net::UnixListener::bind(&short)
        .and_then(|listener| {
            drop(listener);
            fs::rename(&short, path)
        })
        .with_context(|| format!("cannot leave a socket at {}", path.display()))
}

/// Leaves a socket behind: not on this system.
#[cfg(not(unix))]
pub fn make_socket(path: &Path) -> Result<()> {
    bail!(
        "{}: this system has no sockets in its folders",
        path.display()
    )
}

/// Takes every permission away. Root and most Windows users can still read it: a test that needs
/// the refusal must first look whether it is refused.
#[cfg(unix)]
pub fn forbid(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o000))
        .with_context(|| format!("cannot change the permissions of {}", path.display()))
}

/// Takes every permission away: not on this system.
#[cfg(not(unix))]
pub fn forbid(path: &Path) -> Result<()> {
    bail!(
        "{}: permissions are not taken away on this system",
        path.display()
    )
}

/// A folder that is mounted a second time; that mount goes when this is dropped.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub struct SecondMount(PathBuf);

#[cfg(target_os = "linux")]
impl SecondMount {
    /// Shows `folder` at `place` too. An error where this user may not mount.
    pub fn of(folder: &Path, place: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(place)?;
        rustix::mount::mount_bind(folder, place)?;
        Ok(Self(place.to_owned()))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SecondMount {
    fn drop(&mut self) {
        let _ = rustix::mount::unmount(&self.0, rustix::mount::UnmountFlags::DETACH);
    }
}
