//! Whether a device is still in the MDM, in the words of consoles.

use crate::model::management::MdmState;
use crate::source::fold::words;

/// KeyMap -> what they say. Parts of words are joined by one blank, so that "retirePending",
/// "RETIRE_PENDING" and "Retire pending" are one.
const WORDS: &[(&str, MdmState)] = &[
    ("enrolled", MdmState::Enrolled),
    ("re enrolled", MdmState::Enrolled),
    ("managed", MdmState::Enrolled),
    ("active", MdmState::Enrolled),
    ("approved", MdmState::Enrolled),
    ("on", MdmState::Enrolled),
    ("verwaltet", MdmState::Enrolled),
    ("registriert", MdmState::Enrolled),
    ("pending", MdmState::Pending),
    ("enrollment pending", MdmState::Pending),
    ("pending enrollment", MdmState::Pending),
    ("awaiting enrollment", MdmState::Pending),
    ("awaiting enrolment", MdmState::Pending),
    ("enrollment in progress", MdmState::Pending),
    ("enrolling", MdmState::Pending),
    ("invited", MdmState::Pending),
    ("discovered", MdmState::Pending),
    ("yet to enroll", MdmState::Pending),
    ("staged", MdmState::Pending),
    ("retire pending", MdmState::Leaving),
    ("pending retire", MdmState::Leaving),
    ("retire issued", MdmState::Leaving),
    ("retire sent", MdmState::Leaving),
    ("wipe pending", MdmState::Leaving),
    ("wipe issued", MdmState::Leaving),
    ("wiping", MdmState::Leaving),
    ("pending wipe", MdmState::Leaving),
    ("device wipe pending", MdmState::Leaving),
    ("enterprise wipe pending", MdmState::Leaving),
    ("device wipe initiated", MdmState::Leaving),
    ("delete pending", MdmState::Leaving),
    ("pending removal", MdmState::Leaving),
    ("pending unenrollment", MdmState::Leaving),
    ("unenrolled", MdmState::Unmanaged),
    ("un enrolled", MdmState::Unmanaged),
    ("not enrolled", MdmState::Unmanaged),
    ("disenrolled", MdmState::Unmanaged),
    ("unmanaged", MdmState::Unmanaged),
    ("not managed", MdmState::Unmanaged),
    ("no longer managed", MdmState::Unmanaged),
    ("unregistered", MdmState::Unmanaged),
    ("nicht verwaltet", MdmState::Unmanaged),
    ("nicht registriert", MdmState::Unmanaged),
    ("abgemeldet", MdmState::Unmanaged),
    ("non gere", MdmState::Unmanaged),
    ("no administrado", MdmState::Unmanaged),
    ("nao gerenciado", MdmState::Unmanaged),
    ("off", MdmState::Off),
    ("retired", MdmState::Retired),
    ("ausgemustert", MdmState::Retired),
    ("retirado", MdmState::Retired),
    ("decommissioned", MdmState::Retired),
    ("removed", MdmState::Removed),
    ("is removed", MdmState::Removed),
    ("deleted", MdmState::Removed),
    ("deprovisioned", MdmState::Removed),
    ("unprovisioned", MdmState::Removed),
    ("removed control", MdmState::Removed),
    ("user removed control", MdmState::Removed),
    ("control removed", MdmState::Removed),
    ("user removed mdm control", MdmState::Removed),
    ("mdm removed", MdmState::Removed),
    ("mdm profile removed", MdmState::Removed),
    ("profile removed", MdmState::Removed),
    ("checked out", MdmState::Removed),
    ("entfernt", MdmState::Removed),
    ("supprime", MdmState::Removed),
    ("eliminado", MdmState::Removed),
    ("wiped", MdmState::Wiped),
    ("device wiped", MdmState::Wiped),
    ("account wiped", MdmState::Wiped),
    ("enterprise wiped", MdmState::Wiped),
    ("corporate wiped", MdmState::Wiped),
    ("enterprise wipe", MdmState::Wiped),
    ("factory reset", MdmState::Wiped),
    ("erased", MdmState::Wiped),
    ("geloscht", MdmState::Wiped),
    ("lost", MdmState::Lost),
    ("stolen", MdmState::Lost),
    ("lost mode", MdmState::Lost),
    ("verloren", MdmState::Lost),
    ("perdido", MdmState::Lost),
    ("perdu", MdmState::Lost),
    ("in trash", MdmState::InBin),
    ("trashed", MdmState::InBin),
    ("in bin", MdmState::InBin),
    ("trash", MdmState::InBin),
    ("recycle bin", MdmState::InBin),
];

/// KeyMap that say something only in a column about the MDM: elsewhere "off" is a device without power.
const ONLY_OF_THE_MDM: &[MdmState] = &[MdmState::Off, MdmState::Pending];

/// What a cell about enrolment or management says; `None` for other words. "On (automatic)" and "Off
/// (lost)" are recognised by their leading word.
pub(super) fn of_enrolment(text: &str) -> Option<MdmState> {
    let bare = text.split(['(', '[', ';', ':']).next().unwrap_or(text);
    let joined = words(bare).join(" ");
    let row = WORDS.iter().find(|(word, _)| *word == joined);
    row.map(|(_, state)| *state)
}

/// The same of a column that is called "status" and no more.
pub(super) fn of_status(text: &str) -> Option<MdmState> {
    of_enrolment(text).filter(|state| !ONLY_OF_THE_MDM.contains(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(texts: &[&str], want: Option<MdmState>) {
        for text in texts {
            assert_eq!(of_enrolment(text), want, "{text}");
        }
    }

    #[test]
    fn words_of_consoles() {
        check(
            &[
                "Enrolled",
                "On (automatic)",
                "On (manual - personal)",
                "ACTIVE",
                "managed",
            ],
            Some(MdmState::Enrolled),
        );
        check(
            &["Unenrolled", "Not Enrolled", "Unmanaged", "unmanaged"],
            Some(MdmState::Unmanaged),
        );
        check(&["Off"], Some(MdmState::Off));
        check(&["RETIRED", "Retired"], Some(MdmState::Retired));
        check(
            &[
                "retirePending",
                "Retire pending",
                "RETIRE_PENDING",
                "wipePending",
                "EnterpriseWipePending",
            ],
            Some(MdmState::Leaving),
        );
        check(
            &["WIPED", "DEVICE_WIPED", "account_wiped"],
            Some(MdmState::Wiped),
        );
        check(
            &["Removed Control", "deleted", "DEPROVISIONED"],
            Some(MdmState::Removed),
        );
        check(&["Pending", "awaiting enrollment"], Some(MdmState::Pending));
        check(
            &[
                "Inactive",
                "online",
                "offline",
                "Deployed",
                "In use",
                "",
                "BLOCKED",
                "compliant",
            ],
            None,
        );
    }

    #[test]
    fn a_status_of_anything_is_read_with_more_care() {
        assert_eq!(of_status("off"), None);
        assert_eq!(of_status("pending"), None);
        assert_eq!(of_status("RETIRED"), Some(MdmState::Retired));
    }

    #[test]
    fn every_word_is_in_its_one_spelling() {
        for (word, _) in WORDS {
            assert_eq!(words(word).join(" "), *word);
        }
    }
}
