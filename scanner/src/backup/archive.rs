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
