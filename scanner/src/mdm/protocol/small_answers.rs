//! The answers that one or two functions read: `SecurityInfo`, `Restrictions`, `ProfileList`,
//! `ManagedApplicationList` and `CertificateList`.

use std::collections::{BTreeMap, BTreeSet};

use plist::{Dictionary, Value};

use super::answer::AnswerBuilder;
use super::der;

/// Reads `SecurityInfo`: the passcode, and of what kind the enrolment is.
pub(crate) fn read_security(builder: &mut AnswerBuilder, root: &Dictionary) {
    let Some(info) = builder.dict(root, "SecurityInfo") else {
        return;
    };
    let passcode = builder.bool(info, "PasscodePresent");
    builder.management.passcode_present = passcode.map(|value| builder.sourced(value));
    let Some(status) = builder.dict(info, "ManagementStatus") else {
        return;
    };
    if let Some(value) = builder.bool(status, "IsUserEnrollment") {
        builder.management.user_enrollment = Some(builder.sourced(value));
    }
    let manageable = builder.bool(status, "IsActivationLockManageable");
    builder.management.activation_lock_manageable = manageable.map(|value| builder.sourced(value));
}

/// Reads `GlobalRestrictions`, the sum that is in force, and `ProfileRestrictions`, which comes only
/// when the command asked for it and names the profile that an admin has to change.
pub(crate) fn read_restrictions(builder: &mut AnswerBuilder, root: &Dictionary) {
    if let Some(global) = builder.dict(root, "GlobalRestrictions") {
        let restrictions = bools(builder, global);
        builder.management.restrictions = Some(builder.sourced(restrictions));
    }
    if let Some(profiles) = builder.dict(root, "ProfileRestrictions") {
        builder.management.restriction_profiles = setters(builder, profiles);
        builder.management.restriction_profiles_source = Some(builder.source.clone());
    }
}

/// Restriction -> the profiles that set it.
fn setters(
    builder: &mut AnswerBuilder,
    profiles: &Dictionary,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut setters: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (profile, restrictions) in profiles {
        let Some(restrictions) = restrictions.as_dictionary() else {
            continue;
        };
        for (key, _) in bools(builder, restrictions) {
            setters.entry(key).or_default().insert(profile.clone());
        }
    }
    setters
}

/// `restrictedBool.<key>.value`.
fn bools(builder: &mut AnswerBuilder, restrictions: &Dictionary) -> BTreeMap<String, bool> {
    let Some(bools) = builder.dict(restrictions, "restrictedBool") else {
        return BTreeMap::new();
    };
    let mut values = BTreeMap::new();
    for (key, _) in bools {
        let value = builder
            .dict(bools, key)
            .and_then(|entry| builder.bool(entry, "value"));
        values.extend(value.map(|value| (key.clone(), value)));
    }
    values
}

/// Reads `PayloadIdentifier` and `PayloadDisplayName` of each installed profile. The list never shows
/// what a profile restricts.
pub(crate) fn read_profiles(builder: &mut AnswerBuilder, root: &Dictionary) {
    let Some(list) = builder.array(root, "ProfileList") else {
        return;
    };
    let mut names = BTreeMap::new();
    for profile in list.iter().filter_map(Value::as_dictionary) {
        if let Some(identifier) = builder.text(profile, "PayloadIdentifier") {
            let name = builder.text(profile, "PayloadDisplayName");
            names.insert(identifier.clone(), name.unwrap_or(identifier));
        }
    }
    builder.management.profiles = Some(builder.sourced(names));
}

/// `ManagementFlags`, "remove app when MDM profile is removed".
const REMOVED_WITH_ENROLMENT: i64 = 1;

/// `ManagementFlags`, "prevent backup of the app data".
const BARRED_FROM_BACKUP: i64 = 4;

/// Reads `ManagementFlags` of each app: whose data a backup leaves out by order, and which go when the
/// enrolment goes.
pub(crate) fn read_apps(builder: &mut AnswerBuilder, root: &Dictionary) {
    let Some(list) = builder.dict(root, "ManagedApplicationList") else {
        return;
    };
    let barred = with_flag(list, BARRED_FROM_BACKUP);
    let removed = with_flag(list, REMOVED_WITH_ENROLMENT);
    builder.management.apps_barred_from_backup = Some(builder.sourced(barred));
    builder.management.apps_removed_with_enrolment = Some(builder.sourced(removed));
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
pub(crate) fn read_certificates(builder: &mut AnswerBuilder, root: &Dictionary) {
    let Some(list) = builder.array(root, "CertificateList") else {
        return;
    };
    let entries = list.iter().filter_map(Value::as_dictionary);
    let identities: Vec<_> = entries
        .filter(|entry| builder.bool(entry, "IsIdentity") == Some(true))
        .collect();
    // redacted data was emptied, and a note says so
    let readable = identities.iter().filter(|identity| {
        let data = identity.get("Data").and_then(Value::as_data);
        data.is_none_or(|data| !data.is_empty())
    });
    let read = readable.filter_map(|identity| {
        builder.typed(identity, "Data", "a certificate", |data| {
            der::validity(data.as_data()?)
        })
    });
    let validities: BTreeSet<_> = read.collect();
    // "None" only where there is none: identities that could not be read are not nothing.
    if identities.is_empty() || !validities.is_empty() {
        builder.management.identity_certificates = Some(builder.sourced(validities));
    }
}
