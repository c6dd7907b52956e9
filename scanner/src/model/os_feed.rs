//! Which versions of iOS and iPadOS there are, and for which devices, from `--os-feed FILE`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::civil::Date;

/// A list of releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OsFeed {
    /// The file.
    pub path: PathBuf,
    /// Who made the list, and in which shape.
    pub kind: OsFeedKind,
    /// The last day that it is known to know of: its own word, else the newest release in it. The
    /// time of the file is not asked: a copy of an old list is as old as the list.
    pub date: Date,
    /// Every entry that lists an iPhone, an iPad or an iPod touch, in the order of the file.
    pub releases: Vec<OsRelease>,
}

/// Shapes of such lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OsFeedKind {
    /// Apple's own list, <https://gdmf.apple.com/v2/pmv>: every line that Apple still serves.
    Gdmf,
    /// The feed of the SOFA project, older shape; newer files of it list no devices.
    SofaV1,
    /// The feed of the SOFA project; knows the newest three major versions only.
    SofaV2,
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OsRelease {
    /// `ProductVersion`: "18.7.10". Builds are not kept: the feeds have fillers and builds of other
    /// platforms there.
    pub version: String,
    /// When it came out.
    pub released: Option<Date>,
    /// The iPhones, iPads and iPods that it is for: "iPhone12,1".
    pub product_types: BTreeSet<String>,
}

impl OsFeedKind {
    /// Its name for people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Gdmf => "Apple's GDMF list",
            Self::SofaV1 => "SOFA feed v1",
            Self::SofaV2 => "SOFA feed v2",
        }
    }

    /// Does a model that it leaves out get no version of iOS any more? SOFA leaves out what is older
    /// than its three major versions, though Apple may still serve it.
    pub fn is_complete(self) -> bool {
        self == Self::Gdmf
    }
}
