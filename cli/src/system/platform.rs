//! Everything that differs between operating systems, with a plain fallback for each.
//!
//! No other file of this crate says `cfg(unix)`, `cfg(windows)` or `cfg(target_os)`.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use fleetback_scanner::discover::locations::Os;

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

/// Where a job of the system logs to, where its scheduler keeps no log.
pub(crate) fn system_log_file() -> PathBuf {
    if cfg!(target_os = "macos") {
        return PathBuf::from("/Library/Logs/fleetback.log");
    }
    system_config_folder().join("fleetback.log")
}

/// The number of this user; `None` where users have none.
pub(crate) fn user_number() -> Option<u32> {
    #[cfg(unix)]
    return Some(rustix::process::getuid().as_raw());
    #[cfg(not(unix))]
    None
}

/// Does this refusal look like macOS keeping a folder from programs without Full Disk Access?
///
/// Nothing asks macOS outright: its privacy protection answers "operation not permitted" (EPERM)
/// even to root, where file permissions answer "permission denied" (EACCES).
pub(crate) fn lacks_full_disk_access(error: &io::Error) -> bool {
    const EPERM: i32 = 1;
    cfg!(target_os = "macos") && error.raw_os_error() == Some(EPERM)
}

/// Bytes that this user may still fill on the volume of a folder; `None` where it is unknown.
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    fs4::available_space(folder).ok()
}

/// Makes a file as readable as any other new file of this user, instead of private.
pub(crate) fn permissions_of_a_new_file(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::fs::Mode;
        use rustix::process::umask;
        use std::os::unix::fs::PermissionsExt;
        use std::sync::OnceLock;
        static MODE: OnceLock<u32> = OnceLock::new();
        let mode = *MODE.get_or_init(|| {
            // The mask can only be read by setting it: for that moment, to one that lets nobody else in.
            let mask = umask(Mode::RWXG | Mode::RWXO);
            umask(mask);
            #[allow(clippy::useless_conversion, reason = "16 bits on macOS, 32 on Linux")]
            let mask = u32::from(mask.bits());
            0o666 & !mask
        });
        file.set_permissions(std::fs::Permissions::from_mode(mode))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        Ok(())
    }
}

/// Does it belong to this user? Windows does not say so cheaply: there the name of a file has to do.
pub(crate) fn is_own(meta: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        meta.uid() == rustix::process::geteuid().as_raw()
    }
    #[cfg(not(unix))]
    {
        let _ = meta;
        true
    }
}

/// Has a write past the largest size of a file fail with an error: without a handler for its signal, it
/// ends the process.
pub(crate) fn fail_at_the_largest_size() {
    #[cfg(unix)]
    {
        let nobody_asks = std::sync::Arc::default();
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, nobody_asks);
    }
}

/// Bytes of memory that this process may have; `None` for no limit.
pub(crate) fn memory_limit() -> Option<u64> {
    #[cfg(all(unix, not(target_os = "openbsd")))]
    {
        rustix::process::getrlimit(rustix::process::Resource::As).current
    }
    #[cfg(not(all(unix, not(target_os = "openbsd"))))]
    {
        None
    }
}

/// Keeps the memory of this process out of core files from here on, and on Linux out of the reach of
/// other processes of this user: a limit of 0 does not stop a program that the system hands cores to.
pub(crate) fn hide_memory() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: getrlimit(Resource::Core).maximum,
        };
        let _ = setrlimit(Resource::Core, none);
    }
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
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

/// Makes a folder for this user alone, and those above it; one that is there stays as it is.
pub(crate) fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// A file that is created so can be read and written by this user alone.
pub(crate) fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = options;
}

/// Who can read a file of secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Its owner alone, who is this user or root; or the system has no such rights.
    Private,
    /// The group or all users have some right to it.
    OthersCanRead {
        /// The permission bits.
        mode: u32,
    },
    /// It belongs to another user, who can read and replace it.
    OfAnotherUser {
        /// The user's number.
        owner: u32,
    },
}

/// Who can read this file. Windows keeps no such bits: there every file counts as private.
pub(crate) fn access(meta: &Metadata) -> Access {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let this_user = rustix::process::geteuid().as_raw();
        let (owner, mode) = (meta.uid(), meta.mode() & 0o7777);
        match owner {
            0 => {}
            owner if owner == this_user => {}
            owner => return Access::OfAnotherUser { owner },
        }
        if mode & 0o077 != 0 {
            return Access::OthersCanRead { mode };
        }
    }
    let _ = meta;
    Access::Private
}

/// Starts a command as the leader of a process group, so that its children can be ended with it.
pub(crate) fn lead_a_group(command: &mut Command) {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }
    #[cfg(not(unix))]
    let _ = command;
}

/// Ends a command and its group; on Windows the command alone.
pub(crate) fn kill_group(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        // A group that has ended by itself is no error.
        let _ = group.map(|group| kill_process_group(group, Signal::KILL));
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Raises the flag at Ctrl-C, SIGTERM and SIGHUP; one more ends the process at once with this exit code.
///
/// Where no handler can be set the system's own applies, and every output is still whole.
pub(crate) fn raise_on_interrupt(flag: &Arc<AtomicBool>, exit_code: u8) {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        use signal_hook::flag::{register, register_conditional_shutdown};
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // Handlers run in this order: the first signal finds the flag down, and then raises it.
            let _ = register_conditional_shutdown(signal, exit_code.into(), Arc::clone(flag));
            let _ = register(signal, Arc::clone(flag));
        }
    }
    #[cfg(not(unix))]
    {
        use std::sync::atomic::Ordering;
        let flag = Arc::clone(flag);
        let _ = ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::Relaxed) {
                std::process::exit(exit_code.into());
            }
        });
    }
}
