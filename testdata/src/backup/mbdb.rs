//! Manifest.mbdb, the catalogue of iOS 5 to 9: plain records, unencrypted even in encrypted backups.

use super::catalog::{Details, mode};
use super::payload::{Entry, Kind};

const MAGIC: &[u8; 6] = b"mbdb\x05\x00";

/// Every entry as a whole Manifest.mbdb.
pub fn database<'a>(entries: impl IntoIterator<Item = (&'a Entry, &'a Details)>) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for (entry, details) in entries {
        record(&mut bytes, entry, details);
    }
    bytes
}

fn record(out: &mut Vec<u8>, entry: &Entry, details: &Details) {
    let target = match &entry.kind {
        Kind::Link(target) => Some(target.as_bytes()),
        _ => None,
    };
    string(out, Some(entry.domain.as_bytes()));
    string(out, Some(entry.path.as_bytes()));
    string(out, target);
    string(out, details.digest.as_ref().map(<[u8; 20]>::as_slice));
    string(out, details.encryption_key.as_deref());

    let user: u32 = if entry.domain == "RootDomain" { 0 } else { 501 };
    let seconds = details.modified as u32;
    out.extend_from_slice(&(mode(&entry.kind) as u16).to_be_bytes());
    out.extend_from_slice(&details.inode.to_be_bytes());
    for number in [user, user, seconds, seconds, seconds] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    out.extend_from_slice(&details.size.to_be_bytes());
    out.push(entry.class as u8);
    out.push(0); // properties
}

/// Big-endian length and bytes; 0xFFFF for none.
fn string(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        None => out.extend_from_slice(&u16::MAX.to_be_bytes()),
        Some(bytes) => {
            out.extend_from_slice(&(bytes.len() as u16).to_be_bytes());
            out.extend_from_slice(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Details, Entry, database};

    #[test]
    fn a_folder_record_has_the_published_layout() {
        let entry = Entry::folder("HomeDomain", "Library");
        let bytes = database([(&entry, &Details::default())]);
        assert_eq!(&bytes[..6], b"mbdb\x05\x00");
        assert_eq!(&bytes[6..18], b"\x00\x0aHomeDomain");
        assert_eq!(&bytes[18..27], b"\x00\x07Library");
        assert_eq!(&bytes[27..33], [0xff; 6], "no target, digest, key");
        assert_eq!(&bytes[33..35], 0o040_755_u16.to_be_bytes());
        assert_eq!(bytes.len(), 35 + 8 + 5 * 4 + 8 + 2);
    }
}
