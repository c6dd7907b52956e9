//! The `Restrictions` answer: what is forbidden on the device, and which profile forbids it.
//!
//! `GlobalRestrictions` is the sum that is in force. `ProfileRestrictions` comes only when the
//! command asked for it, and names the profile that an admin has to change.

use std::collections::{BTreeMap, BTreeSet};

use plist::Dictionary;

use super::answer::Draft;

/// Reads `GlobalRestrictions` and `ProfileRestrictions`.
pub(crate) fn read(draft: &mut Draft, root: &Dictionary) {
    if let Some(global) = draft.dict(root, "GlobalRestrictions") {
        let restrictions = bools(draft, global);
        draft.management.restrictions = Some(draft.told(restrictions));
    }
    if let Some(profiles) = draft.dict(root, "ProfileRestrictions") {
        draft.management.restriction_profiles = setters(draft, profiles);
        draft.management.restriction_profiles_source = Some(draft.source.clone());
    }
}

/// Restriction -> the profiles that set it.
fn setters(draft: &mut Draft, profiles: &Dictionary) -> BTreeMap<String, BTreeSet<String>> {
    let mut setters: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (profile, restrictions) in profiles {
        let Some(restrictions) = restrictions.as_dictionary() else {
            continue;
        };
        for (key, _) in bools(draft, restrictions) {
            setters.entry(key).or_default().insert(profile.clone());
        }
    }
    setters
}

/// `restrictedBool.<key>.value`.
fn bools(draft: &mut Draft, restrictions: &Dictionary) -> BTreeMap<String, bool> {
    let Some(bools) = draft.dict(restrictions, "restrictedBool") else {
        return BTreeMap::new();
    };
    let mut values = BTreeMap::new();
    for (key, _) in bools {
        let value = draft
            .dict(bools, key)
            .and_then(|entry| draft.bool(entry, "value"));
        values.extend(value.map(|value| (key.clone(), value)));
    }
    values
}
