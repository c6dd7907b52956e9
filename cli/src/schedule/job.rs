//! One scan every night.

use std::path::PathBuf;

use jiff::civil::Time;
use sha2::{Digest, Sha256};

/// For whom the job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// As the system: it reads the backups of every user.
    System,
    /// As the user who installs it.
    User,
}

/// What every scheduler has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    /// The program, by its absolute path.
    pub(crate) program: PathBuf,
    /// The settings file, by its absolute path.
    pub(crate) settings: PathBuf,
    /// When it starts, in the zone of the computer.
    pub(crate) at: Time,
    /// Up to so many minutes later, so that not every computer asks one share at once.
    pub(crate) spread_minutes: u16,
    /// Whose backups it reads.
    pub(crate) scope: Scope,
    /// The account that a job of the system runs as, instead of the all-powerful one.
    pub(crate) account: Option<String>,
    /// The home of this user; the jobs of users lie in it.
    pub(crate) home: PathBuf,
    /// Another tree to install to, such as an image that is being made; systemd alone.
    pub(crate) root: Option<PathBuf>,
    /// The name of this computer, from which a steady delay is drawn where the scheduler has no random one.
    pub(crate) host: String,
}

impl Job {
    /// The start with a delay that differs from computer to computer and stays the same every night.
    pub(crate) fn start_of_this_host(&self) -> Time {
        let digest = Sha256::digest(self.host.as_bytes());
        let number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        let delay = number % (u32::from(self.spread_minutes) + 1);
        // Past midnight it goes on with 0:00.
        self.at
            .wrapping_add(jiff::Span::new().minutes(i64::from(delay)))
    }
}
