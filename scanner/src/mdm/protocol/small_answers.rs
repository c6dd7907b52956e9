//! The answers that one or two functions read: `SecurityInfo`, `Restrictions`, `ProfileList`,
//! `ManagedApplicationList` and `CertificateList`.

use std::collections::{BTreeMap, BTreeSet};

use plist::{Dictionary, Value};

use super::answer::Draft;
use super::der;

/// Reads `SecurityInfo`: the passcode, and of what kind the enrolment is.
pub(crate) fn read_security(draft: &mut Draft, root: &Dictionary) {
    let Some(info) = draft.dict(root, "SecurityInfo") else {
        return;
    };
    let passcode = draft.bool(info, "PasscodePresent");
    draft.management.passcode_present = passcode.map(|value| draft.told(value));
    let Some(status) = draft.dict(info, "ManagementStatus") else {
        return;
    };
    if let Some(value) = draft.bool(status, "IsUserEnrollment") {
        draft.management.user_enrollment = Some(draft.told(value));
    }
    let manageable = draft.bool(status, "IsActivationLockManageable");
    draft.management.activation_lock_manageable = manageable.map(|value| draft.told(value));
}

/// Reads `GlobalRestrictions`, the sum that is in force, and `ProfileRestrictions`, which comes only
/// when the command asked for it and names the profile that an admin has to change.
pub(crate) fn read_restrictions(draft: &mut Draft, root: &Dictionary) {
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

/// Reads `PayloadIdentifier` and `PayloadDisplayName` of each installed profile. The list never shows
/// what a profile restricts.
pub(crate) fn read_profiles(draft: &mut Draft, root: &Dictionary) {
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

/// `ManagementFlags`, "remove app when MDM profile is removed".
const REMOVED_WITH_ENROLMENT: i64 = 1;

/// `ManagementFlags`, "prevent backup of the app data".
const BARRED_FROM_BACKUP: i64 = 4;

/// Reads `ManagementFlags` of each app: whose data a backup leaves out by order, and which go when the
/// enrolment goes.
pub(crate) fn read_apps(draft: &mut Draft, root: &Dictionary) {
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

/// Reads `IsIdentity` and the validity inside `Data`. Names are not looked at.
///
/// An MDM identity is usually valid for one year: the one inside an older backup may have run out, and
/// a device that is restored from it can then no longer talk to its server.
pub(crate) fn read_certificates(draft: &mut Draft, root: &Dictionary) {
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
