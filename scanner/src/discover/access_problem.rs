//! Turns a system's refusal into a problem that says what an admin can do.
//!
//! A folder that cannot be read is never a folder without backups. On macOS even root is refused
//! with "Operation not permitted" (EPERM, not EACCES) until the program has Full Disk Access, and
//! no prompt ever appears.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::model::problem::{Problem, ProblemKind};

/// A folder or a link that should have been readable and was not.
pub(super) fn unreadable(path: &Path, wanted: &str, error: &io::Error) -> Problem {
    refused(path, wanted, error, cfg!(target_os = "macos"))
}

fn refused(path: &Path, wanted: &str, error: &io::Error, on_macos: bool) -> Problem {
    /// "Operation not permitted" on every Unix.
    const EPERM: i32 = 1;
    let privacy = on_macos && error.raw_os_error() == Some(EPERM);
    let (kind, found, remedy) = match error.kind() {
        _ if privacy => (
            ProblemKind::Permission,
            "macOS refused it: operation not permitted".to_owned(),
            "give the program that runs fleetback Full Disk Access (System Settings, Privacy & \
             Security, Full Disk Access), then run it again; being root is not enough",
        ),
        ErrorKind::PermissionDenied => (
            ProblemKind::Permission,
            "permission denied".to_owned(),
            "run fleetback as a user who may read this folder, or give this user the right to",
        ),
        ErrorKind::NotFound | ErrorKind::NotADirectory => (
            ProblemKind::Absent,
            "no such folder".to_owned(),
            "check the path, and that the volume it lies on is connected",
        ),
        _ => (
            ProblemKind::ReadError,
            error.to_string(),
            "check the volume that it lies on, then run fleetback again",
        ),
    };
    Problem::incomplete(path, wanted, found)
        .with_kind(kind)
        .with_remedy(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(errno: i32, on_macos: bool, found: &str, remedy: &str) {
        let path = Path::new("/Users/a/Library/Application Support/MobileSync");
        let error = io::Error::from_raw_os_error(errno);
        let problem = refused(path, "a folder of backups", &error, on_macos);
        assert!(problem.found.contains(found), "{problem:?}");
        assert!(problem.remedy.unwrap().contains(remedy));
        assert_eq!(problem.level, crate::model::problem::Level::Incomplete);
    }

    #[cfg(unix)]
    #[test]
    fn what_the_system_says_and_what_helps() {
        check(1, true, "operation not permitted", "Full Disk Access");
        check(1, false, "permission denied", "a user who may read");
        check(13, true, "permission denied", "a user who may read");
        check(2, true, "no such folder", "connected");
        check(5, true, "nput/output error", "the volume");
    }
}
