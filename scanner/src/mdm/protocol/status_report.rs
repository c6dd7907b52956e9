//! Status reports of declarative management: JSON nested by dotted names.
//!
//! A report carries what has changed, so that most carry little; none has an item about backups
//! (Apple's schemas up to iOS 27).

use plist::Dictionary;
use serde_json::Value;

use super::answer::AnswerBuilder;
use super::document::Document;
use super::key_map::{self, KeyMap};
use super::{device_family, device_information, explain};
use crate::model::management::MdmState;

const WORDS: KeyMap = &[
    ("device.identifier.udid", "UDID"),
    ("device.identifier.serial-number", "SerialNumber"),
    ("device.model.identifier", "ProductName"),
    ("device.model.marketing-name", "ModelName"),
    ("device.operating-system.version", "OSVersion"),
    ("device.operating-system.build-version", "BuildVersion"),
    (
        "device.operating-system.supplemental.extra-version",
        "SupplementalOSVersionExtra",
    ),
    ("mdm.is-awaiting-configuration", "AwaitingConfiguration"),
    ("mdm.is-shared-ipad", "IsMultiUser"),
    ("passcode.is-present", "PasscodePresent"),
    ("mdm.enrollment-type", "EnrollmentType"),
    ("mdm.is-return-to-service", "IsReturnToService"),
];

/// Reads the items of a report.
fn read_items(builder: &mut AnswerBuilder, dict: &Dictionary) {
    device_information::read_keys(builder, dict);
    read_enrolment(builder, dict);
    if builder.bool(dict, "IsReturnToService") == Some(true) {
        builder.note(
            "a device in use",
            "a device that is being returned to service: it was erased and enrols by itself",
        );
    }
}

/// `mdm.enrollment-type`, from iOS 27 on: `none`, `supervised`, `device` or `user`.
fn read_enrolment(builder: &mut AnswerBuilder, dict: &Dictionary) {
    let Some(kind) = builder.text(dict, "EnrollmentType") else {
        return;
    };
    let state = match kind.as_str() {
        "none" => MdmState::Unmanaged,
        "supervised" | "device" | "user" => MdmState::Enrolled,
        _ => return,
    };
    builder.management.state = Some(builder.sourced(state));
    if state == MdmState::Enrolled {
        builder.management.user_enrollment = Some(builder.sourced(kind == "user"));
        builder.management.supervised = Some(builder.sourced(kind == "supervised"));
    }
}

/// A report in a file of its own.
pub(crate) fn read(document: &mut Document, value: &Value) {
    let dict = items(value);
    let family = value.pointer("/StatusItems/device/operating-system/family");
    let is_mac = family.and_then(Value::as_str) == Some("macOS");
    let other = device_family::other_family(&dict).or(is_mac.then_some("a Mac"));
    if let Some(family) = other {
        return document.exclude(family, None);
    }
    let kind = "declarative status report";
    let is_read = |key: &str| {
        let item = key.strip_prefix("StatusItems.");
        item.is_some_and(|item| key_map::reads(WORDS, item))
    };
    document.note_keys(kind, || explain::of_json(value), is_read);
    let mut builder = document.builder(kind, None, None);
    builder.management.last_contact = Some(builder.sourced(builder.source.observed_at));
    read_items(&mut builder, &dict);
    document.take(builder, None);
}

/// A report inside the check-in that brings it.
pub(crate) fn read_check_in(builder: &mut AnswerBuilder, root: &Dictionary) {
    let is_status = root.get("Endpoint").and_then(plist::Value::as_string) == Some("status");
    let data = root.get("Data").and_then(plist::Value::as_data);
    if let Some(data) = data.filter(|_| is_status) {
        match serde_json::from_slice(data) {
            Ok(value) => read_items(builder, &items(&value)),
            Err(_) => {
                builder.add_problem("a declarative status report", "JSON that cannot be read");
            }
        }
    }
}

fn items(value: &Value) -> Dictionary {
    let items = value.get("StatusItems");
    items.map_or_else(Dictionary::new, |items| key_map::json(items, WORDS))
}
