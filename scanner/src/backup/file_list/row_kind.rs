//! What a row of the list stands for, by its flags and the mode of its record.
//!
//! A row of unknown kind is never left out: it may name a payload that cannot be checked, and a list
//! that shrinks when it is damaged would make a damaged backup look whole.

use super::file_record::Record;

/// The three kinds, one bit each.
const TYPE: i64 = 0b111;
const FILE: i64 = 1;
const FOLDER: i64 = 2;
const LINK: i64 = 4;
/// The file changed while it was uploaded; its payload may be missing.
const CHANGED_WHILE_UPLOADING: i64 = 16;
/// Bits that the engine of iOS uses while it works; they say nothing of the kind.
const BOOKKEEPING: i64 = 8 | 32 | 64 | 128;

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// A file, which must have a payload.
    File,
    /// A file that changed while it was uploaded, and may have none.
    ChangedFile,
    /// A folder or a link, which has none.
    NoFile,
    /// Its flags do not say.
    Unusable,
}

/// The kind by the flags alone; `None` where they are no integer.
pub(crate) fn by_flags(flags: Option<i64>) -> RowKind {
    let Some(flags) =
        flags.filter(|flags| flags & !(TYPE | CHANGED_WHILE_UPLOADING | BOOKKEEPING) == 0)
    else {
        return RowKind::Unusable;
    };
    let changed = flags & CHANGED_WHILE_UPLOADING != 0;
    match flags & TYPE {
        FILE if changed => RowKind::ChangedFile,
        FILE => RowKind::File,
        FOLDER | LINK => RowKind::NoFile,
        0 if flags == CHANGED_WHILE_UPLOADING => RowKind::ChangedFile,
        _ => RowKind::Unusable,
    }
}

/// Does the record say the same? One without its mode agrees; a folder has no size.
pub(crate) fn agrees(kind: RowKind, record: &Record) -> bool {
    const KIND_OF_FILE: u32 = 0xf000;
    const REGULAR: u32 = 0x8000;
    let is_regular = record.mode.map(|mode| mode & KIND_OF_FILE == REGULAR);
    match kind {
        RowKind::File => is_regular != Some(false),
        RowKind::NoFile => is_regular != Some(true) && record.size.unwrap_or(0) == 0,
        RowKind::ChangedFile | RowKind::Unusable => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(flags: impl Into<Option<i64>>, wanted: RowKind) {
        let flags = flags.into();
        assert_eq!(by_flags(flags), wanted, "{flags:?}");
    }

    #[test]
    fn flags_of_the_field() {
        check(1, RowKind::File);
        check(2, RowKind::NoFile);
        check(4, RowKind::NoFile);
        check(16, RowKind::ChangedFile);
        check(17, RowKind::ChangedFile);
        check(18, RowKind::NoFile);
        check(1 | 64, RowKind::File);
        for flags in [0, 3, 5, 6, 7, 8, 24, 256, 257, -1, i64::MIN, i64::MAX] {
            check(flags, RowKind::Unusable);
        }
        check(None, RowKind::Unusable);
    }

    #[test]
    fn a_record_of_another_kind_contradicts_the_flags() {
        let record = |mode, size| Record {
            mode,
            size,
            ..Record::default()
        };
        let file = record(Some(0o100_644), Some(7));
        let folder = record(Some(0o040_755), Some(0));
        let link = record(Some(0o120_755), Some(0));
        let silent = record(None, None);
        assert!(agrees(RowKind::File, &file) && agrees(RowKind::File, &silent));
        assert!(!agrees(RowKind::File, &folder) && !agrees(RowKind::File, &link));
        assert!(agrees(RowKind::NoFile, &folder) && agrees(RowKind::NoFile, &link));
        assert!(!agrees(RowKind::NoFile, &file));
        assert!(!agrees(RowKind::NoFile, &record(None, Some(7))));
        assert!(agrees(RowKind::ChangedFile, &silent));
    }
}
