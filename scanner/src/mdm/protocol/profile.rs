//! Configuration profiles: what one would set on a device that installs it.
//!
//! The file is no fact about devices. Which of them have it is in their
//! ProfileList answers, and what is in force by their Restrictions answers. The file gives a note, and
//! the name of the profile that sets a restriction, where a device has it and no answer names one.

use plist::{Dictionary, Value};

use super::document::{Document, ProfileFile, WANTED};
use super::envelope::text;

/// The restrictions that bear on backup and restore.
const RESTRICTIONS: &[&str] = &[
    "allowAccountModification",
    "allowCloudBackup",
    "allowESIMOutgoingTransfers",
    "allowEraseContentAndSettings",
    "allowHostPairing",
    "forceEncryptedBackup",
];

/// `AccessRights` without which an answer is missing.
const RIGHTS: &[(i64, &str)] = &[
    (16, "device information"),
    (512, "restrictions"),
    (1024, "security"),
    (4096, "managed apps"),
];

/// Longest identifier that is shown.
const NAME_MAX: usize = 100;

/// Names what the profile would do.
pub(crate) fn read(document: &mut Document, root: &Dictionary) {
    let name: String = text(root, "PayloadIdentifier")
        .unwrap_or_default()
        .chars()
        .take(NAME_MAX)
        .collect();
    let payloads = root.get("PayloadContent").and_then(Value::as_array);
    let payloads = payloads.into_iter().flatten();
    let payloads: Vec<&Dictionary> = payloads.filter_map(Value::as_dictionary).collect();
    let settings: Vec<String> = payloads.iter().flat_map(|dict| payload(dict)).collect();
    document.profiles.push(ProfileFile {
        identifier: text(root, "PayloadIdentifier")
            .unwrap_or_default()
            .to_owned(),
        sets: payloads.iter().flat_map(|dict| sets(dict)).collect(),
    });
    let settings = if root.contains_key("EncryptedPayloadContent") {
        "its content is encrypted".to_owned()
    } else if settings.is_empty() {
        "it sets nothing that bears on backups".to_owned()
    } else {
        settings.join(", ")
    };
    let found = format!("the configuration profile {name}: {settings}");
    let remedy = "this is what a device gets that installs it; which devices have it, their \
                  ProfileList and Restrictions answers say";
    document.add_shared_note(WANTED, &found, Some(remedy));
}

fn payload(payload: &Dictionary) -> Vec<String> {
    match text(payload, "PayloadType") {
        Some("com.apple.applicationaccess") => restrictions(payload),
        Some("com.apple.mdm") => rights(payload),
        Some("com.apple.SetupAssistant.managed") => panes(payload),
        _ => Vec::new(),
    }
}

fn restrictions(payload: &Dictionary) -> Vec<String> {
    let set = RESTRICTIONS.iter().filter_map(|key| {
        let value = payload.get(key)?.as_boolean()?;
        Some(format!("would set {key} = {value}"))
    });
    set.collect()
}

/// The restrictions about backups that a payload sets.
fn sets(payload: &Dictionary) -> impl Iterator<Item = &'static str> {
    let restricts = text(payload, "PayloadType") == Some("com.apple.applicationaccess");
    let is_set =
        move |key: &&str| restricts && payload.get(key).and_then(Value::as_boolean).is_some();
    RESTRICTIONS.iter().copied().filter(is_set)
}

fn rights(payload: &Dictionary) -> Vec<String> {
    let rights = payload
        .get("AccessRights")
        .and_then(Value::as_signed_integer);
    let Some(rights) = rights else {
        return vec!["would enrol".to_owned()];
    };
    let missing = RIGHTS.iter().filter(|(bit, _)| rights & bit == 0);
    let missing = missing.map(|(_, name)| format!("without the right to ask for {name}"));
    let enrols = std::iter::once("would enrol".to_owned());
    enrols.chain(missing).collect()
}

fn panes(payload: &Dictionary) -> Vec<String> {
    let panes = payload.get("SkipSetupItems").and_then(Value::as_array);
    let panes = panes.into_iter().flatten().filter_map(Value::as_string);
    let panes = panes.filter(|pane| matches!(*pane, "Restore" | "DeviceToDeviceMigration"));
    panes
        .map(|pane| format!("would skip the pane {pane} of Setup Assistant"))
        .collect()
}
