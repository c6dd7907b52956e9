//! The `CertificateList` answer: from when until when the device's identities are valid.
//!
//! An MDM identity is usually valid for one year: the one inside an older backup may have run out,
//! and a device that is restored from it can then no longer talk to its server.

use std::collections::BTreeSet;

use plist::{Dictionary, Value};

use super::answer::Draft;
use super::der;

/// Reads `IsIdentity` and the validity inside `Data`. Names are not looked at.
pub(crate) fn read(draft: &mut Draft, root: &Dictionary) {
    let Some(list) = draft.array(root, "CertificateList") else {
        return;
    };
    let entries = list.iter().filter_map(Value::as_dictionary);
    let identities: Vec<_> = entries
        .filter(|entry| draft.bool(entry, "IsIdentity") == Some(true))
        .collect();
    let read = identities.iter().filter_map(|identity| {
        draft.typed(identity, "Data", "a certificate", |data| {
            der::validity(data.as_data()?)
        })
    });
    let validities: BTreeSet<_> = read.collect();
    // "None" only where there is none: identities that could not be read are not nothing.
    if identities.is_empty() || !validities.is_empty() {
        draft.management.identity_certificates = Some(draft.told(validities));
    }
}
