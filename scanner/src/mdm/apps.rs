//! The `ManagedApplicationList` answer: the apps whose data a backup leaves out by order.

use plist::{Dictionary, Value};

use super::draft::Draft;

/// `ManagementFlags`, "prevent backup of the app data".
const BARRED_FROM_BACKUP: i64 = 4;

/// Reads `ManagementFlags` of each app.
pub(super) fn read(draft: &mut Draft, root: &Dictionary) {
    let Some(list) = draft.dict(root, "ManagedApplicationList") else {
        return;
    };
    let barred = list
        .iter()
        .filter(|(_, app)| flags(app) & BARRED_FROM_BACKUP != 0);
    let barred = barred.map(|(bundle, _)| bundle.clone()).collect();
    draft.management.apps_barred_from_backup = Some(draft.told(barred));
}

fn flags(app: &Value) -> i64 {
    app.as_dictionary()
        .and_then(|app| app.get("ManagementFlags"))
        .and_then(Value::as_signed_integer)
        .unwrap_or(0)
}
