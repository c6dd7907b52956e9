//! The `ProfileList` answer: which profiles are installed. It never shows what a profile restricts.

use std::collections::BTreeMap;

use plist::{Dictionary, Value};

use super::answer::Draft;

/// Reads `PayloadIdentifier` and `PayloadDisplayName` of each profile.
pub(crate) fn read(draft: &mut Draft, root: &Dictionary) {
    let Some(list) = draft.array(root, "ProfileList") else {
        return;
    };
    let mut names = BTreeMap::new();
    for profile in list.iter().filter_map(Value::as_dictionary) {
        if let Some(identifier) = draft.text(profile, "PayloadIdentifier") {
            let name = draft.text(profile, "PayloadDisplayName");
            names.insert(identifier.clone(), name.unwrap_or(identifier));
        }
    }
    draft.management.profiles = Some(draft.told(names));
}
