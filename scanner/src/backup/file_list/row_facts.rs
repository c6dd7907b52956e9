//! What the rows of the list say beside the files they listed: is the list sound, and is it that
//! of a whole device?

use std::collections::BTreeSet;

use sha1::{Digest, Sha1};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::proof::Tallies;
use super::row_kind::RowKind;
use crate::model::backup::ListedData;

/// How many domains and rows with decomposed paths are named.
const NAMED_MAX: usize = 20;
/// Of so many rows at the beginning every name is worked out again, of the others one in
/// [`NAMES_EACH`]: names that a tool made up are wrong throughout.
const NAMES_FIRST: u32 = 2_048;
const NAMES_EACH: u32 = 64;

/// Facts about the rows of a list, or of one part of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RowFacts {
    /// Rows that are not as iOS writes them, and the number of all.
    pub odd: OddRows,
    /// Rows that listed a file, with those that may be without a payload.
    pub file_rows: u64,
    /// Of them, those that may: the file changed while it was uploaded.
    pub changed: u64,
    /// File rows whose record cannot be used.
    pub unusable_files: u64,
    /// Rows of which it is unknown whether they are a file.
    pub unusable_others: u64,
    /// File rows whose record is text, as iOS 10.0 leaves it in an encrypted backup.
    pub sealed: u64,
    /// File rows without an EncryptionKey.
    pub without_key: u64,
    /// Rows whose name was worked out again.
    pub names_checked: u64,
    /// Of them, those that bear another.
    pub names_wrong: u64,
    /// Which domains have rows.
    pub domains: Domains,
    /// Data that people miss first.
    pub listed: ListedData,
    /// Rows with a path in decomposed Unicode.
    pub decomposed: Decomposed,
    /// The sums that the indexes are held against.
    pub(crate) tallies: Tallies,
}

/// Domains that every device fills.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Domains {
    /// A file of HomeDomain.
    pub home: bool,
    /// A file of RootDomain.
    pub root: bool,
    /// A file of SystemPreferencesDomain.
    pub system: bool,
    /// A file of WirelessDomain.
    pub wireless: bool,
    /// Any row of an app.
    pub apps: bool,
}

/// Paths in decomposed Unicode.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decomposed {
    /// How many.
    pub count: u64,
    /// The first domains, sorted.
    pub domains: BTreeSet<String>,
    /// Positions of the first of them.
    pub orders: Vec<u32>,
}

/// Rows that are not as iOS writes them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OddRows {
    /// All rows, odd or not.
    pub rows: u64,
    /// File rows whose file id is not 40 hex digits.
    pub bad_ids: u64,
    /// Rows with a column that is NULL or of another type.
    pub incomplete: u64,
    /// Rows whose path has a `..` in it or begins at a root.
    pub climbing: u64,
}

impl OddRows {
    /// Adds those of another part.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.bad_ids += other.bad_ids;
        self.incomplete += other.incomplete;
        self.climbing += other.climbing;
    }

    /// "2 of 40 rows with a file id that is not 40 hex digits"; `None` where all are usual.
    pub fn describe(&self) -> Option<String> {
        let faults: Vec<String> = [
            (self.bad_ids, "with a file id that is not 40 hex digits"),
            (
                self.incomplete,
                "with a column that is missing or of another type",
            ),
            (
                self.climbing,
                "with a path that climbs out of the backup; never followed",
            ),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} of {} rows {what}", self.rows))
        .collect();
        (!faults.is_empty()).then(|| faults.join("; "))
    }
}

/// The texts of a row.
#[derive(Clone, Copy)]
pub(super) struct RowText<'a> {
    pub(super) id: Option<[u8; 20]>,
    pub(super) domain: &'a [u8],
    pub(super) path: &'a [u8],
}

impl RowFacts {
    /// Adds those of the next part, whose first row has this position.
    pub fn add(&mut self, other: &Self, first: u32) {
        self.odd.add(&other.odd);
        self.file_rows += other.file_rows;
        self.changed += other.changed;
        self.unusable_files += other.unusable_files;
        self.unusable_others += other.unusable_others;
        self.sealed += other.sealed;
        self.without_key += other.without_key;
        self.names_checked += other.names_checked;
        self.names_wrong += other.names_wrong;
        self.domains.add(other.domains);
        self.listed.add(other.listed);
        self.decomposed.add(&other.decomposed, first);
        self.tallies.add_all(&other.tallies);
    }

    /// Adds what the texts of a row say.
    pub(super) fn add_texts(&mut self, order: u32, kind: RowKind, text: RowText<'_>) {
        let is_file = matches!(kind, RowKind::File | RowKind::ChangedFile);
        if text.domain.starts_with(b"AppDomain") {
            self.domains.apps = true;
            self.listed.whatsapp_is_installed |= text.domain == b"AppDomain-net.whatsapp.WhatsApp";
        }
        if is_file {
            self.file_rows += 1;
            self.domains.add_file(text.domain);
            self.listed.add_file(text);
            self.check_name(order, text);
        }
        if !text.path.is_ascii() {
            self.decomposed.check(order, text);
        }
    }

    /// A name is the SHA-1 of `domain-path`. Only ASCII is checked: the Unicode form of others is unknown.
    fn check_name(&mut self, order: u32, text: RowText<'_>) {
        let asked = order < NAMES_FIRST || order.is_multiple_of(NAMES_EACH);
        let is_ascii = || text.path.is_ascii() && text.domain.is_ascii();
        let Some(id) = text.id.filter(|_| asked && is_ascii()) else {
            return;
        };
        let mut hash = Sha1::new();
        hash.update(text.domain);
        hash.update(b"-");
        hash.update(text.path);
        let name: [u8; 20] = hash.finalize().into();
        self.names_checked += 1;
        self.names_wrong += u64::from(name != id);
    }
}

impl ListedData {
    fn add(&mut self, other: Self) {
        self.messages |= other.messages;
        self.photos |= other.photos;
        self.contacts |= other.contacts;
        self.notes |= other.notes;
        self.whatsapp |= other.whatsapp;
        self.whatsapp_is_installed |= other.whatsapp_is_installed;
    }

    fn add_file(&mut self, text: RowText<'_>) {
        match text.domain {
            b"HomeDomain" => match text.path {
                b"Library/SMS/sms.db" => self.messages = true,
                b"Library/AddressBook/AddressBook.sqlitedb" => self.contacts = true,
                // before iOS 9
                b"Library/Notes/notes.sqlite" => self.notes = true,
                _ => {}
            },
            b"CameraRollDomain" => self.photos |= text.path.starts_with(b"Media/DCIM/"),
            b"AppDomainGroup-group.com.apple.notes" => {
                self.notes |= text.path == b"NoteStore.sqlite";
            }
            b"AppDomainGroup-group.net.whatsapp.WhatsApp.shared" => {
                self.whatsapp |= text.path == b"ChatStorage.sqlite";
            }
            _ => {}
        }
    }
}

impl Domains {
    fn add(&mut self, other: Self) {
        self.home |= other.home;
        self.root |= other.root;
        self.system |= other.system;
        self.wireless |= other.wireless;
        self.apps |= other.apps;
    }

    fn add_file(&mut self, domain: &[u8]) {
        match domain {
            b"HomeDomain" => self.home = true,
            b"RootDomain" => self.root = true,
            b"SystemPreferencesDomain" => self.system = true,
            b"WirelessDomain" => self.wireless = true,
            _ => {}
        }
    }
}

impl Decomposed {
    fn add(&mut self, other: &Self, first: u32) {
        self.count += other.count;
        self.domains.extend(other.domains.iter().cloned());
        self.orders
            .extend(other.orders.iter().map(|order| first + order));
        self.cut();
    }

    fn check(&mut self, order: u32, text: RowText<'_>) {
        let Some(path) = str::from_utf8(text.path)
            .ok()
            .filter(|path| is_decomposed(path))
        else {
            return;
        };
        let _ = path;
        self.count += 1;
        if self.orders.len() < NAMED_MAX {
            self.orders.push(order);
        }
        let domain = String::from_utf8_lossy(text.domain);
        self.domains.insert(domain.chars().take(100).collect());
        self.cut();
    }

    fn cut(&mut self) {
        self.orders.truncate(NAMED_MAX);
        while self.domains.len() > NAMED_MAX {
            self.domains.pop_last();
        }
    }
}

/// Would the text change if it were composed?
fn is_decomposed(text: &str) -> bool {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => false,
        IsNormalized::No => true,
        IsNormalized::Maybe => text.nfc().ne(text.chars()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_composing_changes_is_decomposed() {
        for (text, wanted) in [
            ("Zürich", false),
            ("Zu\u{308}rich", true),
            ("日本", false),
            ("か\u{3099}", true),
            ("한", false),
            ("\u{1112}\u{1161}\u{11ab}", true),
            ("x\u{302}\u{300}", false),
            ("😀", false),
        ] {
            assert_eq!(is_decomposed(text), wanted, "{text}");
        }
    }
}
