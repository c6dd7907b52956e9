//! Profiles of automated device enrolment (JSON, as Apple's enrolment service takes them): the panes
//! of Setup Assistant that they skip, for the devices that they name.

use serde_json::Value;

use crate::mdm::protocol::document::{Document, WANTED};
use crate::model::identity::Serial;

/// Devices in one profile.
const DEVICES_MAX: usize = 200_000;

/// Reads `skip_setup_items` for each of `devices`. The organisation's names and addresses are not
/// read.
pub(crate) fn read(document: &mut Document, value: &Value) {
    let panes = texts(value, "skip_setup_items");
    let panes: std::collections::BTreeSet<String> = panes
        .filter(|pane| pane.len() < 100)
        .map(str::to_owned)
        .collect();
    let serials: Vec<Serial> = texts(value, "devices")
        .take(DEVICES_MAX)
        .filter_map(Serial::parse)
        .collect();
    if serials.is_empty() {
        let found = format!(
            "an enrolment profile that names no device; it {} the pane Restore",
            if panes.contains("Restore") {
                "skips"
            } else {
                "shows"
            }
        );
        return document.add_shared_note(WANTED, &found, None);
    }
    for serial in serials {
        let mut builder = document.builder("automated enrolment profile", None, None);
        builder.identity.serial = Some(serial);
        builder.management.skipped_panes = Some(builder.sourced(panes.clone()));
        document.take(builder, None);
    }
}

fn texts<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v str> + use<'v> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}
