//! The `file` blob of a Manifest.db row: an NSKeyedArchiver list that describes one file.
//!
//! Only what a check needs is taken. The short way walks the binary list where it lies; whatever
//! surprises it goes the long way through the plist crate, and a property test holds both to the
//! same answer. A full tree per row costs ten times the rest of the check.

use plist::Value;

use crate::source::plist as source;
use crate::source::plist::binary::{Object, Objects, Refs};

/// Keys of a record that are used.
const KEYS: [&[u8]; 4] = [b"Size", b"Digest", b"EncryptionKey", b"Mode"];

/// What is used of one archived file record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Record {
    /// `Size` on the device, in bytes.
    pub size: Option<u64>,
    /// `Digest`: SHA-1 of the stored bytes; only files of some domains carry one.
    pub digest: Option<[u8; 20]>,
    /// `EncryptionKey`: a little-endian class number and 40 bytes of wrapped key.
    pub key: Option<[u8; 44]>,
    /// `Mode`: what kind of file it is, and its permissions.
    pub mode: Option<u32>,
}

/// Reads a blob; `None` when it is no such archive.
pub fn read(blob: &[u8]) -> Option<Record> {
    fast_path(blob).or_else(|| full_parse(blob))
}

/// Reads a blob the plain way only. [`read`] is held to the same answer.
pub fn read_plainly(blob: &[u8]) -> Option<Record> {
    full_parse(blob)
}

/// `$top.root` names the object of `$objects` that is the record.
fn fast_path(blob: &[u8]) -> Option<Record> {
    let objects = Objects::open(blob)?;
    let archive = objects.get(objects.top)?;
    let [top, all] = objects.values_of_small(archive, [b"$top", b"$objects"])?;
    let [root] = objects.values_of_small(objects.get(top?)?, [b"root"])?;
    let (Object::Uid(root), Object::Array(all)) = (objects.get(root?)?, objects.get(all?)?) else {
        return None;
    };
    let archived = Archived { objects, all };
    let [size, digest, key, mode] = objects.values_of_small(archived.object(root)?, KEYS)?;
    let Object::Integer(size) = objects.get(size?)? else {
        return None;
    };
    Some(Record {
        size: u64::try_from(size).ok(),
        digest: archived.data(digest)?,
        key: archived.data(key)?,
        mode: archived.mode(mode)?,
    })
}

/// Objects that refer to one another by number.
struct Archived<'a> {
    objects: Objects<'a>,
    all: Refs<'a>,
}

impl<'a> Archived<'a> {
    fn object(&self, number: u64) -> Option<Object<'a>> {
        self.objects
            .get(self.all.get(usize::try_from(number).ok()?)?)
    }

    /// Follows one reference and no more: an archive that refers to itself leads nowhere.
    fn follow(&self, object: Object<'a>) -> Option<Object<'a>> {
        match object {
            Object::Uid(number) => self.object(number),
            other => Some(other),
        }
    }

    /// The outer `None` is a surprise.
    fn mode(&self, value: Option<usize>) -> Option<Option<u32>> {
        let Some(value) = value else {
            return Some(None);
        };
        let Object::Integer(mode) = self.objects.get(value)? else {
            return None;
        };
        Some(u32::try_from(mode).ok())
    }

    /// Index of data, or of an `NSData` that holds it, of exactly that many bytes. The outer `None` is a surprise.
    fn data<const N: usize>(&self, value: Option<usize>) -> Option<Option<[u8; N]>> {
        let Some(value) = value else {
            return Some(None);
        };
        let mut found = self.follow(self.objects.get(value)?)?;
        if let Object::Dictionary(..) = found {
            let [held] = self.objects.values_of_small(found, [b"NS.data"])?;
            let Some(held) = held else {
                return Some(None);
            };
            found = self.follow(self.objects.get(held)?)?;
        }
        Some(match found {
            Object::Data(bytes) => bytes.try_into().ok(),
            _ => None,
        })
    }
}

fn full_parse(blob: &[u8]) -> Option<Record> {
    let archive = source::parse_dictionary(blob).ok()?;
    let root = archive.get("$top")?.as_dictionary()?.get("root")?;
    let objects = archive.get("$objects")?.as_array()?;
    let record = follow(
        objects,
        Some(root).filter(|root| reference(root).is_some())?,
    )?;
    let record = record.as_dictionary()?;
    Some(Record {
        size: record.get("Size").and_then(Value::as_unsigned_integer),
        digest: record.get("Digest").and_then(|value| data(objects, value)),
        key: record
            .get("EncryptionKey")
            .and_then(|value| data(objects, value)),
        mode: (record.get("Mode").and_then(Value::as_unsigned_integer))
            .and_then(|mode| u32::try_from(mode).ok()),
    })
}

/// The number of the object that is meant. XML has no form for it; Apple writes {CF$UID: number}.
fn reference(value: &Value) -> Option<u64> {
    let in_xml = || {
        let only = value.as_dictionary().filter(|entries| entries.len() == 1)?;
        only.get("CF$UID")?.as_unsigned_integer()
    };
    value.as_uid().map(|uid| uid.get()).or_else(in_xml)
}

fn follow<'a>(objects: &'a [Value], value: &'a Value) -> Option<&'a Value> {
    match reference(value) {
        Some(number) => objects.get(usize::try_from(number).ok()?),
        None => Some(value),
    }
}

fn data<const N: usize>(objects: &[Value], value: &Value) -> Option<[u8; N]> {
    let mut found = follow(objects, value)?;
    if let Some(holder) = found.as_dictionary() {
        found = follow(objects, holder.get("NS.data")?)?;
    }
    found.as_data()?.try_into().ok()
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
        let wanted = Record {
            size: wanted,
            ..Record::default()
        };
        assert_eq!(read(&bytes), Some(wanted));
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

    /// Data as iOS archives it, and as it never did.
    #[derive(Debug, Clone)]
    enum Form {
        Plain(Vec<u8>),
        Referred(Vec<u8>),
        Held(Vec<u8>),
        /// A reference to the object of that number, whatever it is.
        To(u64),
    }

    fn sealed(size: u64, digest: Option<&Form>, key: Option<&Form>) -> Vec<u8> {
        let mut objects = vec![Value::from("$null"), Value::from("the record")];
        let mut record = Dictionary::new();
        record.insert("Size".to_owned(), size.into());
        for (name, form) in [("Digest", digest), ("EncryptionKey", key)] {
            let Some(form) = form else { continue };
            let next = Value::Uid(Uid::new(objects.len() as u64));
            let value = match form.clone() {
                Form::Plain(bytes) => Value::Data(bytes),
                Form::To(number) => Value::Uid(Uid::new(number)),
                Form::Referred(bytes) => {
                    objects.push(Value::Data(bytes));
                    next
                }
                Form::Held(bytes) => {
                    let mut holder = Dictionary::new();
                    holder.insert("NS.data".to_owned(), Value::Data(bytes));
                    objects.push(Value::Dictionary(holder));
                    next
                }
            };
            record.insert(name.to_owned(), value);
        }
        objects[1] = Value::Dictionary(record);
        let mut top = Dictionary::new();
        top.insert("root".to_owned(), Value::Uid(Uid::new(1)));
        let mut archive = Dictionary::new();
        archive.insert("$objects".to_owned(), Value::Array(objects));
        archive.insert("$top".to_owned(), Value::Dictionary(top));
        let mut bytes = Vec::new();
        Value::Dictionary(archive)
            .to_writer_binary(&mut bytes)
            .unwrap();
        bytes
    }

    #[test]
    fn digests_and_keys_are_read_in_every_form() {
        let (digest, key) = ([7; 20], [9; 44]);
        for form in [Form::Plain, Form::Referred, Form::Held] {
            let (d, k) = (form(digest.to_vec()), form(key.to_vec()));
            let record = read(&sealed(5, Some(&d), Some(&k))).unwrap();
            assert_eq!((record.digest, record.key), (Some(digest), Some(key)));
            let (d, k) = (form(vec![7; 19]), form(vec![9; 45]));
            let record = read(&sealed(5, Some(&d), Some(&k))).unwrap();
            assert_eq!((record.digest, record.key), (None, None));
        }
        // The null object, the record itself, nowhere.
        for number in [0, 1, 99] {
            let record = read(&sealed(5, Some(&Form::To(number)), None)).unwrap();
            assert_eq!((record.size, record.digest), (Some(5), None), "{number}");
        }
    }

    fn form() -> impl Strategy<Value = Form> {
        let any_length = prop::collection::vec(any::<u8>(), 0..60);
        let right_length = prop_oneof![Just(20), Just(44)].prop_map(|length| vec![3; length]);
        let bytes = prop_oneof![any_length, right_length].boxed();
        let bytes = || bytes.clone();
        prop_oneof![
            bytes().prop_map(Form::Plain),
            bytes().prop_map(Form::Referred),
            bytes().prop_map(Form::Held),
            (0_u64..9).prop_map(Form::To),
        ]
    }

    fn agree(bytes: &[u8]) -> Result<(), TestCaseError> {
        if let (Some(short), Some(long)) = (fast_path(bytes), full_parse(bytes)) {
            prop_assert_eq!(short, long);
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn both_ways_agree_on_every_archive(size: u64, filler in 0_usize..300, root in 0_u64..4) {
            let bytes = archive(Some(size.into()), filler, root);
            prop_assert_eq!(read(&bytes), full_parse(&bytes));
            agree(&bytes)?;
        }

        #[test]
        fn both_ways_agree_on_every_seal(
            size: u64, digest in prop::option::of(form()), key in prop::option::of(form()),
        ) {
            let bytes = sealed(size, digest.as_ref(), key.as_ref());
            prop_assert_eq!(read(&bytes), full_parse(&bytes));
            agree(&bytes)?;
        }

        #[test]
        fn damage_never_panics_and_never_makes_them_disagree(
            size: u32, digest in form(), key in form(),
            at in any::<prop::sample::Index>(), byte: u8, cut: bool,
        ) {
            let mut bytes = sealed(size.into(), Some(&digest), Some(&key));
            let position = at.index(bytes.len());
            bytes[position] = byte;
            if cut {
                bytes.truncate(position);
            }
            agree(&bytes)?;
        }
    }
}
