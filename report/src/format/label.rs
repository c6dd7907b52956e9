//! The two spellings of a fact with a fixed list of values: an id for programs and a label for people.
//!
//! The id never changes: it is the same in JSON, in CSV and on the command line. The tables of the
//! scanner's facts stand here; those of this crate stand beside their types.

use fleetback_scanner::model::backup::{HostTool, Password, Restorable, State, VerifyLevel};
use fleetback_scanner::model::evidence::TimestampSource;
use fleetback_scanner::model::problem::{Level, ProblemKind};

/// A fact with a fixed list of values, each with its two spellings.
pub trait Label: Copy + 'static {
    /// Every value, in the order of the table.
    const ALL: &'static [Self];
    /// The spelling for programs, the same as in JSON: `needs-password`.
    fn id(self) -> &'static str;
    /// The spelling for people: "needs its password".
    fn label(self) -> &'static str;
}

/// An id that is none of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not {wanted}")]
pub struct UnknownId {
    /// What kind of id was wanted.
    pub wanted: &'static str,
    /// What was found.
    pub found: String,
}

/// Writes the table of an enum: variant, id, and the label where it is not the id.
///
/// A type of this crate also gets `ALL` in the order of the table, `id` and `label` without the trait,
/// and `Display` (the id); with a sentence on what is wanted, `FromStr` too. A type of the scanner gets
/// the trait only.
macro_rules! labels {
    (scanner $type:ty: $($variant:ident $id:literal $($label:literal)?,)+) => {
        impl $crate::format::Label for $type {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }
            fn label(self) -> &'static str {
                match self { $(Self::$variant => labels!(@label $id $($label)?),)+ }
            }
        }
    };
    ($type:ident: $($variant:ident $id:literal $($label:literal)?,)+) => {
        labels! { scanner $type: $($variant $id $($label)?,)+ }

        impl $type {
            /// Every value, in the order of the table.
            pub const ALL: [Self; [$($id),+].len()] = [$(Self::$variant),+];

            /// The spelling for programs, which never changes.
            pub fn id(self) -> &'static str {
                $crate::format::Label::id(self)
            }

            /// The spelling for people.
            pub fn label(self) -> &'static str {
                $crate::format::Label::label(self)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.id())
            }
        }
    };
    ($type:ident, wanted $wanted:literal: $($rows:tt)+) => {
        labels! { $type: $($rows)+ }

        impl std::str::FromStr for $type {
            type Err = $crate::format::UnknownId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let value = Self::ALL.into_iter().find(|value| value.id() == text);
                value.ok_or_else(|| $crate::format::UnknownId {
                    wanted: $wanted,
                    found: text.to_owned(),
                })
            }
        }
    };
    (@label $id:literal) => { $id };
    (@label $id:literal $label:literal) => { $label };
}

pub(crate) use labels;

/// "Never backed up".
pub(crate) fn heading(word: impl Label) -> String {
    capital(word.label())
}

/// The text with a capital letter first.
pub(crate) fn capital(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest.clone()).collect()
}

/// The text as a sentence: a capital letter first, and a full stop where nothing else ends it.
pub fn sentence(text: &str) -> String {
    let text = capital(text.trim_end());
    match text.chars().next_back() {
        None | Some('.' | '!' | '?' | ':' | '…') => text,
        Some(_) => text + ".",
    }
}

labels! { scanner State:
    Complete          "complete"           "complete",
    AttemptFailed     "attempt-failed"     "last attempt failed, an older backup is still usable",
    Partial           "partial"            "a part of the device only",
    Unfinished        "unfinished"         "unfinished",
    CleanupUnfinished "cleanup-unfinished" "complete, clean-up unfinished",
    InProgress        "in-progress"        "in progress",
    Damaged           "damaged"            "damaged",
    Placeholder       "placeholder"        "placeholder without a backup",
    Fake              "fake"               "fake backup written by a tool",
    Unreadable        "unreadable"         "could not be read",
    Unknown           "unknown"            "unknown, no Status.plist",
}

labels! { scanner Restorable:
    Yes           "yes"            "yes",
    No            "no"             "no",
    NeedsPassword "needs-password" "needs its password",
    Unknown       "unknown"        "unknown",
}

labels! { scanner Password:
    Proven        "proven"         "proven",
    Wrong         "wrong"          "wrong",
    Missing       "missing"        "not given",
    NotNeeded     "not-needed"     "not needed",
    KeybagDamaged "keybag-damaged" "keybag damaged",
    NotTried      "not-tried"      "not tried",
}

labels! { scanner VerifyLevel:
    State "state" "plists only",
    Names "names" "a payload for every file",
    Sizes "sizes" "a payload of the right length for every file",
    Contents "contents" "every byte of every file",
}

labels! { scanner HostTool:
    Apple            "apple"            "Finder, iTunes or Apple Devices",
    Libimobiledevice "libimobiledevice" "libimobiledevice",
    Pymobiledevice3  "pymobiledevice3"  "pymobiledevice3",
    NoInfo           "no-info"          "a tool that writes no Info.plist",
    Fake             "fake"             "a tool that writes fake backups",
    Decryptor        "decryptor"        "a decrypting tool",
    Unknown          "unknown",
}

labels! { scanner ProblemKind:
    Absent        "absent"         "does not exist",
    Permission    "permission"     "access refused",
    ReadError     "read-error"     "reading failed",
    Empty         "empty"          "empty",
    Link          "link"           "a link, not followed",
    NotDownloaded "not-downloaded" "not downloaded from the cloud",
    TooLarge      "too-large"      "too large",
    Damaged       "damaged"        "damaged",
    WrongShape    "wrong-shape"    "not of the expected form",
    LeftOut       "left-out"       "partly left out",
    NotSearched   "not-searched"   "not searched",
    Contradiction "contradiction"  "contradictory files",
    Unrelated     "unrelated"      "unrelated content",
    Repeated      "repeated"       "reached twice",
    Password      "password"       "no password obtained",
    Unknown       "unknown"        "unknown",
}

labels! { scanner TimestampSource:
    Wrapper          "wrapper"             "dated by its wrapper",
    Row              "row"                 "dated by its row",
    NewestDateInside "newest-date-inside"  "dated by the newest date inside",
    FileTime         "file-time"           "dated by the file's time",
    FileTimeInFuture "file-time-in-future" "the file's time lies in the future and was taken as now",
}

labels! { scanner Level:
    Note       "note"       "note",
    Incomplete "incomplete" "incomplete",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals() {
        assert_eq!(capital("never backed up"), "Never backed up");
        assert_eq!(capital("ß"), "SS");
        assert_eq!(capital(""), "");
    }
}
