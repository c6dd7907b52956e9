//! Where facts were read, in words.

use crate::format::Label;
use crate::results::{Evidence, Icloud, Mdm, Results};

/// "/srv/mdm/a.plist (DeviceInformation answer), LastCloudBackupDate".
pub(crate) fn evidence_origin(results: &Results, evidence: &Evidence) -> String {
    results.origin(evidence.source, evidence.key.as_deref())
}

/// The same of what is known of iCloud backups.
pub(crate) fn icloud_origin(results: &Results, icloud: &Icloud) -> Option<String> {
    let source = icloud.source?;
    Some(results.origin(source, icloud.key.as_deref()))
}

/// "/srv/mdm/a.plist (DeviceInformation answer), dated by the file's time".
pub(crate) fn mdm_origin(results: &Results, mdm: &Mdm) -> Option<String> {
    Some(results.origin(mdm.source?, mdm.dated_by.map(Label::label)))
}
