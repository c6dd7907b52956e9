//! Manifest.db, the catalogue of iOS 10 and later.
//!
//! The device leaves it with a WAL header and no -wal beside it. SQLite cannot write that state on
//! request, so the two bytes are set afterwards, and with them the version of the library that
//! wrote the file: the same rows give the same bytes whatever SQLite this crate is built with.

use anyhow::{Context, Result};
use plist::{Dictionary, Uid, Value};
use rusqlite::Connection;

use super::payload::{Entry, Kind};
use crate::plists::{Format, dict, encode, text};

/// Real DDL of iOS 11.2, the same since 10.3.3.
const DDL: &str = "
PRAGMA page_size = 4096;
PRAGMA user_version = 2;
CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
CREATE INDEX FilesDomainIdx ON Files(domain);
CREATE INDEX FilesRelativePathIdx ON Files(relativePath);
CREATE INDEX FilesFlagsIdx ON Files(flags);
CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);
BEGIN;";

/// One row of `Files`.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// 40 hex digits.
    pub file_id: String,
    /// Domain.
    pub domain: String,
    /// Path below it.
    pub path: String,
    /// 1 file, 2 folder, 4 link; 16 beside 1: changed while uploading.
    pub flags: u32,
    /// The archived `MBFile`.
    pub blob: Vec<u8>,
}

/// What the blob holds beyond the entry itself.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// `Birth`, `LastModified`, `LastStatusChange`, in Unix seconds.
    pub modified: i64,
    /// `InodeNumber`.
    pub inode: u64,
    /// `Size`: bytes on the device, before encryption.
    pub size: u64,
    /// `EncryptionKey`: 44 bytes, files of encrypted backups only.
    pub encryption_key: Option<Vec<u8>>,
    /// `Digest`: SHA-1 over the bytes as stored, some domains only.
    pub digest: Option<[u8; 20]>,
}

/// How the records are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Records {
    /// XML archives in the place of binary ones.
    pub format: Option<Format>,
    /// Keys that the records do not have: "Size".
    pub without: &'static [&'static str],
}

impl Row {
    /// The row of an entry.
    pub fn new(entry: &Entry, details: &Details) -> Result<Self> {
        Self::stored_as(entry, details, Records::default())
    }

    /// The row of an entry with a record of another form.
    pub fn stored_as(entry: &Entry, details: &Details, records: Records) -> Result<Self> {
        let mut archive = Value::Dictionary(archive(entry, details, records.without));
        let format = records.format.unwrap_or(Format::Binary);
        if format == Format::Xml {
            archive = without_uids(archive);
        }
        Ok(Self {
            file_id: entry.file_id(),
            domain: entry.domain.clone(),
            path: entry.path.clone(),
            flags: match entry.kind {
                Kind::File(_) => 1,
                Kind::Folder => 2,
                Kind::Link(_) => 4,
            },
            blob: encode(&archive, format)?,
        })
    }
}

/// Every row as a whole Manifest.db.
pub fn database(rows: &[Row]) -> Result<Vec<u8>> {
    let mut bytes = sqlite(rows).context("cannot build Manifest.db")?;
    bytes[18..20].copy_from_slice(&[2, 2]); // read and write version: WAL
    bytes[96..100].copy_from_slice(&3_039_005_u32.to_be_bytes()); // SQLite of iOS 16
    Ok(bytes)
}

fn sqlite(rows: &[Row]) -> rusqlite::Result<Vec<u8>> {
    let mut db = Connection::open_in_memory()?;
    db.execute_batch(DDL)?;
    {
        let mut insert = db.prepare("INSERT INTO Files VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for row in rows {
            insert.execute((&row.file_id, &row.domain, &row.path, row.flags, &row.blob))?;
        }
    }
    db.execute_batch("COMMIT")?;
    let bytes = db.serialize(rusqlite::MAIN_DB)?;
    Ok(bytes.to_vec())
}

/// An `MBFile` as NSKeyedArchiver stores it: objects in a list, referred to by number.
fn archive(entry: &Entry, details: &Details, without: &[&str]) -> Dictionary {
    let mut objects = vec![text("$null"), Value::Boolean(false)];
    let mut refer = |object: Value| {
        objects.push(object);
        Value::Uid(Uid::new(objects.len() as u64 - 1))
    };

    let seconds = Value::Integer(details.modified.into());
    let user = Value::Integer(if entry.domain == "RootDomain" { 0 } else { 501 }.into());
    let mut file = dict([
        ("LastModified", seconds.clone()),
        ("Flags", Value::Integer(0.into())),
        ("GroupID", user.clone()),
        ("LastStatusChange", seconds.clone()),
        ("RelativePath", refer(text(&entry.path))),
        ("Birth", seconds),
        ("Size", Value::Integer(details.size.into())),
        ("InodeNumber", Value::Integer(details.inode.into())),
        ("Mode", Value::Integer(mode(&entry.kind).into())),
        ("UserID", user),
        ("ProtectionClass", Value::Integer(entry.class.into())),
    ]);
    if let Kind::Link(target) = &entry.kind {
        file.insert("Target".to_owned(), refer(text(target)));
    }
    if let Some(digest) = details.digest {
        file.insert("Digest".to_owned(), refer(Value::Data(digest.to_vec())));
    }
    if let Some(key) = &details.encryption_key {
        let class = refer(class(
            "NSMutableData",
            &["NSMutableData", "NSData", "NSObject"],
        ));
        let holder = dict([("NS.data", Value::Data(key.clone())), ("$class", class)]);
        file.insert("EncryptionKey".to_owned(), refer(Value::Dictionary(holder)));
    }
    file.insert(
        "$class".to_owned(),
        refer(class("MBFile", &["MBFile", "NSObject"])),
    );

    file.retain(|key, _| !without.contains(&key.as_str()));
    objects[1] = Value::Dictionary(file);
    dict([
        ("$version", Value::Integer(100_000.into())),
        ("$archiver", text("NSKeyedArchiver")),
        (
            "$top",
            Value::Dictionary(dict([("root", Value::Uid(Uid::new(1)))])),
        ),
        ("$objects", Value::Array(objects)),
    ])
}

/// XML has no form for a reference; Apple writes a dictionary with the one key CF$UID.
fn without_uids(value: Value) -> Value {
    match value {
        Value::Uid(uid) => Value::Dictionary(dict([("CF$UID", Value::Integer(uid.get().into()))])),
        Value::Array(items) => Value::Array(items.into_iter().map(without_uids).collect()),
        Value::Dictionary(entries) => {
            let entries = entries
                .into_iter()
                .map(|(key, value)| (key, without_uids(value)));
            Value::Dictionary(entries.collect())
        }
        other => other,
    }
}

fn class(name: &str, chain: &[&str]) -> Value {
    Value::Dictionary(dict([
        ("$classname", text(name)),
        (
            "$classes",
            Value::Array(chain.iter().map(|name| text(*name)).collect()),
        ),
    ]))
}

/// Unix mode bits: kind and permissions.
pub fn mode(kind: &Kind) -> u32 {
    match kind {
        Kind::File(_) => 0o100_644,
        Kind::Folder => 0o040_755,
        Kind::Link(_) => 0o120_755,
    }
}

#[cfg(test)]
mod tests {
    use super::{Details, Row, database};
    use crate::backup::payload::Entry;

    #[test]
    fn has_the_form_a_device_leaves() {
        let row = Row::new(
            &Entry::file("HomeDomain", "a", 3, b"x"),
            &Details::default(),
        )
        .unwrap();
        let bytes = database(&[row]).unwrap();
        assert_eq!(&bytes[..16], b"SQLite format 3\0");
        assert_eq!(&bytes[18..20], [2, 2]);
        assert_eq!(bytes.len() % 4096, 0);
        assert_eq!(&bytes[60..64], 2_u32.to_be_bytes(), "user_version");
    }
}
