//! The iCloud backup's own log (`com.apple.MobileBackup.plist`), given as an export: its newest success is
//! the last iCloud backup. It names no device, so that a UDID in the file's name must.

use jiff::Timestamp;
use plist::{Dictionary, Value};

use super::ideviceinfo::udid_in_name;
use crate::mdm::protocol::document::Document;
use crate::source::plist as property_list;

/// Reads the log.
pub(crate) fn read(document: &mut Document, root: &Dictionary) {
    let newest = attempts(root).map(|(at, _)| at).max();
    let success = attempts(root)
        .filter(|(_, code)| *code == 0)
        .map(|(at, _)| at)
        .max();
    let mut builder = document.builder("iCloud log", newest, None);
    builder.identity.udid = udid_in_name(&document.path);
    builder.management.last_cloud_backup = success.map(|at| builder.sourced(at));
    if builder.identity.is_empty() {
        builder.hidden = Some(
            "an iCloud log names no device; save it under a name that holds the UDID, or give the backup that \
             holds it as a ROOT",
        );
    }
    document.take(builder, None);
}

/// When each attempt ended, and with which code.
fn attempts(root: &Dictionary) -> impl Iterator<Item = (Timestamp, i64)> {
    let info = root.get("BackupStateInfo").and_then(Value::as_dictionary);
    let errors = info
        .and_then(|info| info.get("errors"))
        .and_then(Value::as_array);
    errors.into_iter().flatten().filter_map(|entry| {
        let entry = entry.as_dictionary()?;
        let at = property_list::timestamp(entry.get("date")?.as_date()?)?;
        Some((at, entry.get("code")?.as_signed_integer()?))
    })
}
