//! The `file` blob of a Manifest.db row: an NSKeyedArchiver list that describes one file.
//!
//! Only what a check needs is taken. The short way walks the binary list where it lies; whatever
//! surprises it goes the long way through the plist crate, and a property test holds both to the
//! same answer. A full tree per row costs ten times the rest of the check.

use plist::Value;

use crate::source::bplist::{Object, Objects};
use crate::source::plist as source;

/// What is used of one archived file record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Record {
    /// `Size` on the device, in bytes.
    pub size: Option<u64>,
}

/// Reads a blob; `None` when it is no such archive.
pub fn read(blob: &[u8]) -> Option<Record> {
    short_way(blob).or_else(|| long_way(blob))
}

/// `$top.root` names the object of `$objects` that is the record.
fn short_way(blob: &[u8]) -> Option<Record> {
    let objects = Objects::open(blob)?;
    let archive = objects.get(objects.top)?;
    let Object::Uid(root) = objects.value(objects.value(archive, "$top")?, "root")? else {
        return None;
    };
    let Object::Array(all) = objects.value(archive, "$objects")? else {
        return None;
    };
    let record = objects.get(all.get(usize::try_from(root).ok()?)?)?;
    let Object::Integer(size) = objects.value(record, "Size")? else {
        return None;
    };
    Some(Record {
        size: u64::try_from(size).ok(),
    })
}

fn long_way(blob: &[u8]) -> Option<Record> {
    let archive = source::parse_dictionary(blob).ok()?;
    let root = archive.get("$top")?.as_dictionary()?.get("root")?;
    let index = usize::try_from(root.as_uid()?.get()).ok()?;
    let objects = archive.get("$objects")?.as_array()?;
    let record = objects.get(index)?.as_dictionary()?;
    Some(Record {
        size: record.get("Size").and_then(Value::as_unsigned_integer),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use plist::{Dictionary, Uid};
    use proptest::prelude::*;

    fn archive(size: Option<Value>, filler: usize, root: u64) -> Vec<u8> {
        let mut record = Dictionary::new();
        record.insert("LastModified".to_owned(), 1_700_000_000.into());
        if let Some(size) = size {
            record.insert("Size".to_owned(), size);
        }
        record.insert("RelativePath".to_owned(), Value::Uid(Uid::new(2)));
        let mut objects = vec![Value::from("$null"), Value::Dictionary(record)];
        objects.extend((0..filler).map(|n| Value::from(format!("Library/é {n}"))));
        let mut top = Dictionary::new();
        top.insert("root".to_owned(), Value::Uid(Uid::new(root)));
        let mut archive = Dictionary::new();
        archive.insert("$version".to_owned(), 100_000.into());
        archive.insert("$objects".to_owned(), Value::Array(objects));
        archive.insert("$top".to_owned(), Value::Dictionary(top));
        let mut bytes = Vec::new();
        Value::Dictionary(archive)
            .to_writer_binary(&mut bytes)
            .unwrap();
        bytes
    }

    fn check(size: Option<Value>, wanted: Option<u64>) {
        let bytes = archive(size, 3, 1);
        assert_eq!(read(&bytes), Some(Record { size: wanted }));
    }

    #[test]
    fn sizes_are_read_or_told_to_be_none() {
        check(Some(0.into()), Some(0));
        check(Some(4_294_967_296_i64.into()), Some(4_294_967_296));
        check(Some(u64::MAX.into()), Some(u64::MAX));
        check(Some((-1).into()), None);
        check(Some("1562".into()), None);
        check(None, None);
        assert_eq!(read(&archive(Some(1.into()), 0, 9)), None);
        assert_eq!(read(b""), None);
        assert_eq!(read(b"bplist00"), None);
    }

    proptest! {
        #[test]
        fn both_ways_agree_on_every_archive(size: u64, filler in 0_usize..300, root in 0_u64..4) {
            let bytes = archive(Some(size.into()), filler, root);
            let long = long_way(&bytes);
            prop_assert_eq!(read(&bytes), long);
            if let Some(short) = short_way(&bytes) {
                prop_assert_eq!(Some(short), long);
            }
        }

        #[test]
        fn damage_never_panics_and_never_makes_them_disagree(
            size: u32, at in any::<prop::sample::Index>(), byte: u8, cut: bool,
        ) {
            let mut bytes = archive(Some(size.into()), 5, 1);
            let position = at.index(bytes.len());
            bytes[position] = byte;
            if cut {
                bytes.truncate(position);
            }
            if let (Some(short), Some(long)) = (short_way(&bytes), long_way(&bytes)) {
                prop_assert_eq!(short, long);
            }
        }
    }
}
