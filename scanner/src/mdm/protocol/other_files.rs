//! Files that are known and are no MDM message: named in a note, which explains why a
//! folder of exports seems to hold less than it does.

/// A kind of file that is recognised and left alone.
#[derive(Debug)]
pub(crate) struct OtherFile {
    /// The top keys that give it away, all of them.
    keys: &'static [&'static str],
    /// What the note calls it.
    pub(crate) name: &'static str,
    /// Where it belongs, if anywhere.
    pub(crate) remedy: Option<&'static str>,
}

const fn row(keys: &'static [&'static str], name: &'static str) -> OtherFile {
    OtherFile {
        keys,
        name,
        remedy: None,
    }
}

const fn of_a_backup(key: &'static [&'static str], name: &'static str) -> OtherFile {
    OtherFile {
        keys: key,
        name,
        remedy: Some("give the folder that holds the backup as a ROOT, not as an MDM export"),
    }
}

/// Property lists; the first row that fits counts.
pub(crate) const PLISTS: &[OtherFile] = &[
    of_a_backup(&["SnapshotState"], "the Status.plist of a local backup"),
    of_a_backup(&["BackupKeyBag"], "the Manifest.plist of a local backup"),
    of_a_backup(&["Target Identifier"], "the Info.plist of a local backup"),
];

/// JSON values; the first row that fits counts.
pub(crate) const JSON: &[OtherFile] = &[row(&["$schema"], "a JSON schema")];

/// Text that programs print for people; all of the fragments in the first line.
const TEXTS: &[OtherFile] = &[
    OtherFile {
        keys: &["Source: ", " Encrypted: ", " Date: "],
        name: "the text of `cfgutil list-backups`, whose dates are relative (\"Today at 12:42\")",
        remedy: Some("give the folder of the backups as a ROOT: it says more, with real dates"),
    },
    OtherFile {
        keys: &["Type: ", "ECID: ", "UDID: "],
        name: "the text of `cfgutil list`",
        remedy: Some("save the output of `cfgutil --format JSON --foreach get all` instead"),
    },
];

/// Text that a program printed for people.
pub(crate) fn of_text(bytes: &[u8]) -> Option<&'static OtherFile> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let line = &line[..line.len().min(512)];
    among(TEXTS, |part| {
        memchr::memmem::find(line, part.as_bytes()).is_some()
    })
}

/// The row all of whose keys are there.
pub(crate) fn among(
    rows: &'static [OtherFile],
    has_key: impl Fn(&str) -> bool,
) -> Option<&'static OtherFile> {
    rows.iter()
        .find(|row| row.keys.iter().all(|key| has_key(key)))
}
