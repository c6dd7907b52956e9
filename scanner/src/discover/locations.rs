//! Where Apple's tools keep backups, as a table, and the homes of one computer to look for them in.
//!
//! Every user has a place of their own and no setting moves it; people relocate it with a link.
//! Linux has no standard place: a ROOT has to be named. Nothing here reads the environment: the
//! caller hands the folders in.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::folder;
use crate::model::problem::{Problem, ProblemKind};
use crate::source::file::fault;
use crate::source::watched;

/// An operating system, as far as it has standard places for backups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Os {
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
    /// Linux and every other: no standard place.
    Other,
}

impl Os {
    /// The one that this program was built for.
    pub const fn current() -> Self {
        if cfg!(target_os = "macos") {
            Self::MacOs
        } else if cfg!(windows) {
            Self::Windows
        } else {
            Self::Other
        }
    }

    /// Where the homes usually lie: `/Users`, `C:\Users`.
    pub const fn users_folder(self) -> &'static str {
        match self {
            Self::MacOs => "/Users",
            Self::Windows => r"C:\Users",
            Self::Other => "/home",
        }
    }
}

/// Which program puts backups there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocationKind {
    /// Finder, and iTunes for macOS.
    Finder,
    /// iTunes for Windows from Apple's own installer.
    ClassicItunes,
    /// Apple Devices and iTunes from the Microsoft Store.
    AppleDevices,
}

impl LocationKind {
    /// In words: "Finder".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Finder => "Finder",
            Self::ClassicItunes => "iTunes (classic installer)",
            Self::AppleDevices => "Apple Devices or iTunes (Microsoft Store)",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HomeLocation {
    /// On which system.
    pub os: Os,
    /// Which program.
    pub kind: LocationKind,
    /// Below the home, with forward slashes.
    pub below_home: &'static str,
}

/// Every standard place below a home (formats: iphone_backup.py, ios_backup_extractor.pl).
pub(crate) const HOME_LOCATIONS: &[HomeLocation] = &[
    HomeLocation {
        os: Os::MacOs,
        kind: LocationKind::Finder,
        below_home: "Library/Application Support/MobileSync/Backup",
    },
    HomeLocation {
        os: Os::Windows,
        kind: LocationKind::ClassicItunes,
        below_home: "AppData/Roaming/Apple Computer/MobileSync/Backup",
    },
    HomeLocation {
        os: Os::Windows,
        kind: LocationKind::AppleDevices,
        below_home: "Apple/MobileSync/Backup",
    },
];

/// The standard places of one home, on whatever system.
pub(super) fn places_of(home: &Path) -> impl Iterator<Item = PathBuf> {
    HOME_LOCATIONS.iter().map(|row| home.join(row.below_home))
}

/// Where the packages of the Microsoft Store keep their files, below a home.
const PACKAGES: &str = "AppData/Local/Packages";
/// How the names of Apple's packages begin.
const APPLE_PACKAGE: &str = "AppleInc.";
/// Where Windows redirects what such a package writes below AppData/Roaming.
const REDIRECTED: &str = "LocalCache/Roaming/Apple Computer/MobileSync/Backup";

/// The places to which Windows redirects Apple's programs of the Microsoft Store, as far as they are
/// there; and why the packages could not be listed.
pub(super) fn of_packages(home: &Path) -> (Vec<PathBuf>, Option<(PathBuf, std::io::Error)>) {
    let packages = home.join(PACKAGES);
    let listing = match watched::read_dir(&packages) {
        Ok(listing) => listing,
        Err(error) if is_absent(&error) => return (Vec::new(), None),
        Err(error) => return (Vec::new(), Some((packages, error))),
    };
    let is_apples = |entry: &std::fs::DirEntry| {
        let name = entry.file_name();
        let head = name.as_encoded_bytes().get(..APPLE_PACKAGE.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(APPLE_PACKAGE.as_bytes()))
    };
    let apples = listing.flatten().filter(is_apples);
    let places = apples.map(|entry| entry.path().join(REDIRECTED));
    let mut places: Vec<PathBuf> = places.filter(|place| watched::is_dir(place)).collect();
    places.sort_unstable();
    (places, None)
}

/// The first link on the way from `top` to `place` that leads nowhere: `MobileSync` itself may have
/// been moved to a disk that is not connected, and then nothing at all is seen at the place.
pub(super) fn broken_link_on(top: &Path, place: &Path) -> Option<PathBuf> {
    let mut way: Vec<&Path> = place
        .ancestors()
        .take_while(|part| *part != top && !part.as_os_str().is_empty())
        .collect();
    way.reverse();
    for part in way {
        match watched::symlink_metadata(part) {
            Ok(meta) if meta.is_symlink() && watched::metadata(part).is_err() => {
                return Some(part.to_owned());
            }
            Ok(_) => {}
            Err(_) => return None,
        }
    }
    None
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// What is at a standard place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presence {
    /// A folder that can be listed.
    Readable,
    /// Nothing: this user never made a local backup there.
    Absent,
    /// Something that could not be listed; the system's words. Not the same as absent.
    Refused(String),
}

/// One standard place of one user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The folder.
    pub path: PathBuf,
    /// Name of the home's folder.
    pub user: String,
    /// Which program puts backups there.
    pub kind: LocationKind,
    /// What is there.
    pub presence: Presence,
}

/// The standard places of a computer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standard {
    /// One for every user and kind, sorted by path; absent ones too.
    pub locations: Vec<Location>,
    /// Homes that could not be listed, and the note that this system has no standard place.
    pub problems: Vec<Problem>,
}

impl Standard {
    /// The places worth scanning: those that exist, also where they cannot be read, so that the
    /// scan says so.
    pub fn roots(&self) -> Vec<PathBuf> {
        let there = |location: &&Location| location.presence != Presence::Absent;
        self.locations
            .iter()
            .filter(there)
            .map(|location| location.path.clone())
            .collect()
    }
}

/// The standard places of every user of this computer: the homes below `users_folder`, and
/// `own_home` wherever it lies. On a system without standard places there are none, and a note
/// says so.
pub fn standard(os: Os, users_folder: &Path, own_home: Option<&Path>) -> Standard {
    if os == Os::Other {
        return Standard {
            locations: Vec::new(),
            problems: vec![no_standard_place(users_folder)],
        };
    }
    let (mut homes, problems) = homes(users_folder);
    homes.extend(own_home.map(Path::to_owned));
    homes.sort();
    homes.dedup();
    let mut locations: Vec<_> = homes.iter().flat_map(|home| of_home(os, home)).collect();
    locations.sort();
    Standard {
        locations,
        problems,
    }
}

fn no_standard_place(path: &Path) -> Problem {
    let found = "this system has no standard place for backups of iPhones and iPads";
    Problem::note(path, "the standard locations of local backups", found)
        .with_kind(ProblemKind::Absent)
        .with_remedy("Name the folders to scan: fleetback scan ROOT...")
}

/// The folders below the folder of homes, also those behind a link: a home on another disk is a home.
fn homes(users_folder: &Path) -> (Vec<PathBuf>, Vec<Problem>) {
    let refused = |error: &std::io::Error| {
        Problem::incomplete(users_folder, "the folder of homes", error.to_string())
            .with_kind(fault(error).kind())
            .with_remedy("Name the folders to scan: fleetback scan ROOT...")
    };
    let listing = match watched::read_dir(users_folder) {
        Ok(listing) => listing,
        Err(error) => return (Vec::new(), vec![refused(&error)]),
    };
    let (mut homes, mut problems) = (Vec::new(), Vec::new());
    for entry in listing {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                problems.push(refused(&error));
                continue;
            }
        };
        let (path, kind) = (entry.path(), entry.file_type());
        let is_link = kind.as_ref().is_ok_and(std::fs::FileType::is_symlink);
        if is_link && folder::is_windows_link(&entry.file_name()) {
            continue;
        }
        if watched::is_dir(&path) {
            homes.push(path);
        } else if is_link && watched::metadata(&path).is_err() {
            problems.push(
                Problem::incomplete(path, "a home", "a link that leads nowhere")
                    .with_kind(ProblemKind::Link)
                    .with_remedy("Connect the volume that the link leads to, or remove the link"),
            );
        }
    }
    (homes, problems)
}

fn of_home(os: Os, home: &Path) -> impl Iterator<Item = Location> {
    let user = home
        .file_name()
        .unwrap_or(home.as_os_str())
        .to_string_lossy()
        .into_owned();
    let usual = (HOME_LOCATIONS.iter().filter(move |row| row.os == os))
        .map(move |row| (row.kind, home.join(row.below_home)));
    let redirected = (os == Os::Windows).then(|| of_packages(home).0);
    let redirected = redirected.into_iter().flatten();
    usual
        .chain(redirected.map(|path| (LocationKind::AppleDevices, path)))
        .map(move |(kind, path)| Location {
            presence: presence(home, &path),
            user: user.clone(),
            kind,
            path,
        })
}

fn presence(home: &Path, path: &Path) -> Presence {
    match watched::read_dir(path) {
        Ok(_) => Presence::Readable,
        Err(error) if error.kind() == ErrorKind::NotFound => match broken_link_on(home, path) {
            Some(link) => {
                Presence::Refused(format!("{} is a link that leads nowhere", link.display()))
            }
            None => Presence::Absent,
        },
        Err(error) => Presence::Refused(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::create_dir_all;

    use super::*;
    use crate::model::problem::Level;

    /// Compares "user: place below the home (presence)" for the homes made by `folders`.
    #[track_caller]
    fn check(os: Os, folders: &[&str], own_home: Option<&str>, want: &[&str]) {
        let users = tempfile::tempdir().unwrap();
        for folder in folders {
            create_dir_all(users.path().join(folder)).unwrap();
        }
        let own_home = own_home.map(|home| users.path().join(home));
        let found = standard(os, users.path(), own_home.as_deref());
        let got: Vec<String> = found.locations.iter().map(describe).collect();
        assert_eq!(got, want);
        assert_eq!(found.problems, []);
        let there = want.iter().filter(|line| !line.ends_with("Absent")).count();
        assert_eq!(found.roots().len(), there);
    }

    fn describe(location: &Location) -> String {
        format!(
            "{}: {} {:?}",
            location.user,
            location.kind.words(),
            location.presence
        )
    }

    #[test]
    fn every_users_places() {
        check(
            Os::MacOs,
            &["anna/Library/Application Support/MobileSync/Backup", "ben"],
            None,
            &["anna: Finder Readable", "ben: Finder Absent"],
        );
        check(
            Os::Windows,
            &["anna/Apple/MobileSync/Backup"],
            None,
            &[
                "anna: iTunes (classic installer) Absent",
                "anna: Apple Devices or iTunes (Microsoft Store) Readable",
            ],
        );
    }

    #[test]
    fn the_own_home_counts_once_wherever_it_lies() {
        check(Os::MacOs, &["anna"], Some("anna"), &["anna: Finder Absent"]);
        check(
            Os::MacOs,
            &["anna"],
            Some("elsewhere/ben"),
            &["anna: Finder Absent", "ben: Finder Absent"],
        );
    }

    #[test]
    fn a_system_without_standard_places_says_so() {
        let found = standard(Os::Other, Path::new("/home"), Some(Path::new("/home/anna")));
        assert_eq!(found.locations, []);
        assert_eq!(found.problems[0].level, Level::Note);
        assert!(found.problems[0].found.contains("no standard place"));
    }

    #[test]
    fn homes_that_cannot_be_listed_are_told() {
        let found = standard(Os::MacOs, Path::new("/no/such/folder"), None);
        assert_eq!(found.problems[0].level, Level::Incomplete);
    }

    #[cfg(unix)]
    #[test]
    fn a_place_that_leads_nowhere_is_not_absent() {
        let users = tempfile::tempdir().unwrap();
        let parent = users
            .path()
            .join("anna/Library/Application Support/MobileSync");
        create_dir_all(&parent).unwrap();
        std::os::unix::fs::symlink("/no/such/volume", parent.join("Backup")).unwrap();
        let found = standard(Os::MacOs, users.path(), None);
        assert!(matches!(found.locations[0].presence, Presence::Refused(_)));
        assert_eq!(found.roots(), [parent.join("Backup")]);
    }
}
