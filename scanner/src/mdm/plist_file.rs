//! A file that is a property list: a message, a known file, or an export of another program.

use plist::Dictionary;

use super::protocol::document::{Document, WANTED};
use super::protocol::{message, profile, redacted};
use super::wrapper::{icloud_log, ideviceinfo};

/// A property list that is no message, and read all the same.
#[derive(Debug)]
struct Export {
    /// The top keys that give it away, all of them.
    keys: &'static [&'static str],
    /// Reads it.
    read: fn(&mut Document, &Dictionary),
}

/// The first row that fits counts.
const EXPORTS: &[Export] = &[
    Export {
        keys: &["PayloadType", "PayloadIdentifier"],
        read: profile::read,
    },
    Export {
        keys: &["UniqueDeviceID"],
        read: ideviceinfo::read,
    },
    Export {
        keys: &["ProductType", "ProductVersion"],
        read: ideviceinfo::read,
    },
    Export {
        keys: &["WillEncrypt"],
        read: ideviceinfo::read,
    },
    Export {
        keys: &["CloudBackupEnabled"],
        read: ideviceinfo::read,
    },
    Export {
        keys: &["LastiTunesBackupDate"],
        read: ideviceinfo::read,
    },
    Export {
        keys: &["TotalDiskCapacity", "TotalDataAvailable"],
        read: ideviceinfo::read,
    },
    Export {
        keys: &["com.apple.mobile.backup"],
        read: ideviceinfo::read,
    },
    Export {
        keys: &["DeviceList"],
        read: ideviceinfo::read_usbmux,
    },
    Export {
        keys: &["BackupStateInfo"],
        read: icloud_log::read,
    },
];

/// Reads the bytes of the file.
pub(super) fn read(document: &mut Document, bytes: &[u8]) {
    let root = match redacted::dictionary(document, bytes) {
        Ok(root) => root,
        Err(fault) => return document.add_fault(WANTED, &fault),
    };
    if message::read(document, &root, None) {
        return;
    }
    let has_all = |export: &&Export| export.keys.iter().all(|key| root.contains_key(key));
    match EXPORTS.iter().find(has_all) {
        Some(export) => (export.read)(document, &root),
        None => message::note_unknown(document),
    }
}
