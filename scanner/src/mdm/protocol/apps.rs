//! The `ManagedApplicationList` answer: the apps whose data a backup leaves out by order, and those
//! that go when the enrolment goes.

use std::collections::BTreeSet;

use plist::{Dictionary, Value};

use super::answer::Draft;

/// `ManagementFlags`, "remove app when MDM profile is removed".
const REMOVED_WITH_ENROLMENT: i64 = 1;

/// `ManagementFlags`, "prevent backup of the app data".
const BARRED_FROM_BACKUP: i64 = 4;

/// Reads `ManagementFlags` of each app.
pub(crate) fn read(draft: &mut Draft, root: &Dictionary) {
    let Some(list) = draft.dict(root, "ManagedApplicationList") else {
        return;
    };
    let barred = with_flag(list, BARRED_FROM_BACKUP);
    let removed = with_flag(list, REMOVED_WITH_ENROLMENT);
    draft.management.apps_barred_from_backup = Some(draft.told(barred));
    draft.management.apps_removed_with_enrolment = Some(draft.told(removed));
}

fn with_flag(list: &Dictionary, flag: i64) -> BTreeSet<String> {
    let apps = list.iter().filter(|(_, app)| flags(app) & flag != 0);
    apps.map(|(bundle, _)| bundle.clone()).collect()
}

fn flags(app: &Value) -> i64 {
    app.as_dictionary()
        .and_then(|app| app.get("ManagementFlags"))
        .and_then(Value::as_signed_integer)
        .unwrap_or(0)
}
