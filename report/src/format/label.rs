//! The two spellings of a fact with a fixed list of values: the one for programs and the one for people.
//!
//! The spelling for programs never changes: it is the same in JSON, CSV and exit messages. The tables
//! of the scanner's facts stand here; those of this crate stand beside their types.

use fleetback_scanner::model::backup::{HostTool, Password, Restorable, State, VerifyLevel};
use fleetback_scanner::model::problem::Level;
use serde::Serialize;

/// A fact with a fixed list of values, each with its two spellings.
pub trait Word: Copy {
    /// The promised spelling, the same as in JSON: `needs-password`.
    fn code(self) -> &'static str;
    /// The spelling for people: "needs its password".
    fn phrase(self) -> &'static str;
}

/// Writes a [`Word`] as the table it is: variant, code, phrase.
macro_rules! words {
    ($type:ty: $($variant:ident $code:literal $phrase:literal,)+) => {
        impl Word for $type {
            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
            fn phrase(self) -> &'static str {
                match self { $(Self::$variant => $phrase,)+ }
            }
        }
    };
}

pub(crate) use words;

/// "Never backed up".
pub(crate) fn heading(word: impl Word) -> String {
    capital(word.phrase())
}

/// The text with a capital letter first.
pub(crate) fn capital(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest.clone()).collect()
}

/// The promised spelling of a finding code or fix id: `backup-stale`, `check-storage`.
///
/// Taken from the serialised form, so that it cannot differ from the JSON.
pub fn code(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

words! { State:
    Complete          "complete"           "complete",
    AttemptFailed     "attempt-failed"     "last attempt failed, an older backup still stands",
    Partial           "partial"            "a part of the device only",
    Unfinished        "unfinished"         "unfinished",
    CleanupUnfinished "cleanup-unfinished" "complete, clean-up unfinished",
    InProgress        "in-progress"        "in progress",
    Damaged           "damaged"            "damaged",
    Placeholder       "placeholder"        "placeholder without a backup",
    Fake              "fake"               "make-believe backup of a tool",
    Unreadable        "unreadable"         "could not be read",
    Unknown           "unknown"            "unknown, no Status.plist",
}

words! { Restorable:
    Yes           "yes"            "yes",
    No            "no"             "no",
    NeedsPassword "needs-password" "needs its password",
    Unknown       "unknown"        "unknown",
}

words! { Password:
    Proven        "proven"         "proven",
    Wrong         "wrong"          "wrong",
    Missing       "missing"        "not given",
    NotNeeded     "not-needed"     "not needed",
    KeybagDamaged "keybag-damaged" "keybag damaged",
}

words! { VerifyLevel:
    State "state" "plists only",
    Names "names" "a payload for every file",
    Sizes "sizes" "a payload of the right length for every file",
    Contents "contents" "every byte of every file",
}

words! { HostTool:
    Apple            "apple"            "Finder, iTunes or Apple Devices",
    Libimobiledevice "libimobiledevice" "libimobiledevice",
    Pymobiledevice3  "pymobiledevice3"  "pymobiledevice3",
    NoInfo           "no-info"          "a tool that writes no Info.plist",
    Fake             "fake"             "a maker of make-believe backups",
    Decryptor        "decryptor"        "a decrypting tool",
    Unknown          "unknown"          "not told",
}

words! { Level:
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
