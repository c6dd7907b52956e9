//! Everything that differs between operating systems, with a plain fallback for each.
//!
//! No other file of this crate says `cfg(unix)`, `cfg(windows)` or `cfg(target_os)`.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use fleetback_scanner::locations::Os;

/// The folder that holds the homes of all users.
pub(crate) fn users_folder() -> PathBuf {
    let public = std::env::var_os("PUBLIC").filter(|_| cfg!(windows));
    let beside_public = public
        .as_deref()
        .and_then(|public| Path::new(public).parent());
    let usual = || PathBuf::from(Os::current().users_folder());
    beside_public.map_or_else(usual, Path::to_owned)
}

/// The folder of settings that hold for every user of this computer.
pub(crate) fn system_config_folder() -> PathBuf {
    if cfg!(target_os = "macos") {
        return PathBuf::from("/Library/Application Support/fleetback");
    }
    if cfg!(windows) {
        let data = std::env::var_os("PROGRAMDATA").map(PathBuf::from);
        return data
            .unwrap_or_else(|| PathBuf::from(r"C:\ProgramData"))
            .join("fleetback");
    }
    PathBuf::from("/etc/fleetback")
}

/// Does this refusal look like macOS keeping a folder from programs without Full Disk Access?
///
/// Nothing asks macOS outright: its privacy protection answers "operation not permitted" (EPERM)
/// even to root, where file permissions answer "permission denied" (EACCES).
pub(crate) fn lacks_full_disk_access(error: &io::Error) -> bool {
    const EPERM: i32 = 1;
    cfg!(target_os = "macos") && error.raw_os_error() == Some(EPERM)
}

/// Bytes that this user may still fill on the volume of a folder; `None` where nobody can tell.
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    fs4::available_space(folder).ok()
}

/// Makes a temporary file as readable as any other new file of this user, instead of private.
pub(crate) fn permissions_of_a_new_file(builder: &mut tempfile::Builder<'_, '_>) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The system takes the user's umask off this.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    #[cfg(not(unix))]
    let _ = builder;
}

/// Gives a file that replaces another the other's permissions, and its owner where that is allowed.
pub(crate) fn keep_permissions(file: &File, existing: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        // Only root may give files away; for anyone else the owner is the same already.
        let _ = fchown(file, Some(existing.uid()), Some(existing.gid()));
        file.set_permissions(existing.permissions())
    }
    #[cfg(not(unix))]
    {
        // A read-only target is refused by the rename itself; anything else is inherited.
        let _ = (file, existing);
        Ok(())
    }
}
