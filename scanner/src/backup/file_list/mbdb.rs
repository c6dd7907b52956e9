//! Reads `Manifest.mbdb`, the manifest of iOS 5 to 9: one record after another, all in one file.
//!
//! It is plain even in an encrypted backup. A record has no file id; the payload's name is the
//! SHA-1 of `domain-path`, and all payloads lie flat in the backup's folder.

use sha1::{Digest, Sha1};

use crate::source::file::Fault;

const MAGIC: &[u8] = b"mbdb\x05\x00";
/// The upper four bits of a mode: what kind of file, as in Unix.
const FILE_KIND: u16 = 0x8000;
const KIND_MASK: u16 = 0xf000;

/// One record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Domain, as bytes; `None` where the record has none.
    pub domain: Option<&'a [u8]>,
    /// Path below the domain.
    pub path: Option<&'a [u8]>,
    /// Size on the device, in bytes.
    pub size: u64,
    /// A regular file (not a folder, not a link)?
    pub is_file: bool,
    /// SHA-1 of the stored bytes, where the record has one.
    pub digest: Option<[u8; 20]>,
    /// The wrapped key of an encrypted file: class number and 40 bytes.
    pub key: Option<[u8; 44]>,
}

impl Record<'_> {
    /// The payload's name: SHA-1 of domain, a dash and the path.
    pub fn file_id(&self) -> [u8; 20] {
        let mut hash = Sha1::new();
        hash.update(self.domain.unwrap_or_default());
        hash.update(b"-");
        hash.update(self.path.unwrap_or_default());
        hash.finalize().into()
    }
}

/// Records in order; an `Err` ends them and says what was wrong where.
#[derive(Debug)]
pub struct Records<'a> {
    rest: &'a [u8],
    whole: usize,
}

impl<'a> Records<'a> {
    /// Checks the header.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        if bytes.is_empty() {
            return Err(Fault::Empty);
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| {
            Fault::Wrong("a file without the header of a Manifest.mbdb".to_owned())
        })?;
        Ok(Self {
            rest,
            whole: bytes.len(),
        })
    }

    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(head)
    }

    fn number(&mut self, count: usize) -> Option<u64> {
        let bytes = self.bytes(count)?;
        Some(
            bytes
                .iter()
                .fold(0, |sum, byte| (sum << 8) | u64::from(*byte)),
        )
    }

    /// A length of two bytes and as many bytes; the length 0xFFFF is no string at all.
    fn string(&mut self) -> Option<Option<&'a [u8]>> {
        match self.number(2)? {
            0xffff => Some(None),
            length => Some(Some(self.bytes(usize::try_from(length).ok()?)?)),
        }
    }

    /// Strings: domain, path, link target, digest, key. Numbers: mode 2, inode 8, user 4, group 4,
    /// three times 4, size 8, class 1, count of properties 1.
    fn record(&mut self) -> Option<Record<'a>> {
        let (domain, path) = (self.string()?, self.string()?);
        let (_target, digest, key) = (self.string()?, self.string()?, self.string()?);
        let mode = u16::try_from(self.number(2)?).ok()?;
        self.bytes(8 + 4 + 4 + 3 * 4)?;
        let size = self.number(8)?;
        self.bytes(1)?;
        for _property in 0..self.number(1)? {
            self.string()?;
            self.string()?;
        }
        Some(Record {
            domain,
            path,
            size,
            is_file: mode & KIND_MASK == FILE_KIND,
            digest: digest.and_then(|bytes| bytes.try_into().ok()),
            key: key.and_then(|bytes| bytes.try_into().ok()),
        })
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let at = self.whole - self.rest.len();
        let record = self.record();
        if record.is_none() {
            self.rest = &[];
        }
        Some(record.ok_or_else(|| format!("a Manifest.mbdb cut off in the record at byte {at}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(bytes: &mut Vec<u8>, text: Option<&str>) {
        let length = text.map_or(0xffff, |text| u16::try_from(text.len()).unwrap());
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
    }

    fn record(domain: Option<&str>, path: &str, mode: u16, size: u64, properties: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in [domain, Some(path), None, None, None] {
            text(&mut bytes, part);
        }
        bytes.extend_from_slice(&mode.to_be_bytes());
        bytes.extend_from_slice(&[0; 28]);
        bytes.extend_from_slice(&size.to_be_bytes());
        bytes.extend_from_slice(&[3, properties]);
        for _ in 0..properties {
            text(&mut bytes, Some("name"));
            text(&mut bytes, None);
        }
        bytes
    }

    fn file(records: &[Vec<u8>]) -> Vec<u8> {
        [MAGIC.to_vec(), records.concat()].concat()
    }

    #[test]
    fn records_are_read_in_order_with_their_payload_names() {
        let bytes = file(&[
            record(Some("HomeDomain"), "Library", 0x41ed, 0, 0),
            record(Some("HomeDomain"), "Library/SMS/sms.db", 0x8180, 70_000, 2),
            record(None, "x", 0xa000, 0, 0),
        ]);
        let records: Result<Vec<_>, _> = Records::open(&bytes).unwrap().collect();
        let records = records.unwrap();
        let kinds: Vec<bool> = records.iter().map(|record| record.is_file).collect();
        assert_eq!(kinds, [false, true, false]);
        assert_eq!(records[1].size, 70_000);
        // The well-known name of the SMS database.
        assert_eq!(
            crate::backup::file_list::catalog::hex(&records[1].file_id()),
            "3d0d7e5fb2ce288813306e4d4636395e047a3d28"
        );
        assert_eq!(records[2].domain, None);
    }

    #[test]
    fn a_cut_is_told_with_its_place() {
        let bytes = file(&[record(Some("HomeDomain"), "Library", 0x41ed, 0, 0)]);
        let cut = &bytes[..bytes.len() - 1];
        let error = Records::open(cut).unwrap().last().unwrap().unwrap_err();
        assert_eq!(error, "a Manifest.mbdb cut off in the record at byte 6");
        let check = |bytes: &[u8], wanted: &str| {
            assert_eq!(Records::open(bytes).unwrap_err().to_string(), wanted);
        };
        check(b"", "0 bytes");
        check(b"mbdb", "a file without the header of a Manifest.mbdb");
        check(
            b"SQLite format 3",
            "a file without the header of a Manifest.mbdb",
        );
    }

    proptest! {
        #[test]
        fn random_bytes_end(tail in prop::collection::vec(any::<u8>(), 0..600)) {
            let bytes = file(&[tail]);
            let records: Vec<_> = Records::open(&bytes).unwrap().collect();
            // Each record costs at least 50 bytes, and only the last can be wrong.
            prop_assert!(records.len() <= bytes.len() / 50 + 1);
            prop_assert!(records.iter().rev().skip(1).all(Result::is_ok));
        }

        #[test]
        fn what_was_written_is_read(
            names in prop::collection::vec(("[a-zA-Z]{0,20}", "[ -~é]{0,40}", any::<u64>(), 0_u8..4), 0..20)
        ) {
            let records: Vec<_> = names
                .iter()
                .map(|(domain, path, size, extra)| record(Some(domain), path, 0x8180, *size, *extra))
                .collect();
            let bytes = file(&records);
            let read: Vec<_> = Records::open(&bytes)
                .unwrap()
                .map(|record| record.map(|r| (r.domain, r.path, r.size)))
                .collect();
            let wanted: Vec<_> = names
                .iter()
                .map(|(domain, path, size, _)| Ok((Some(domain.as_bytes()), Some(path.as_bytes()), *size)))
                .collect();
            prop_assert_eq!(read, wanted);
        }
    }
}
