//! The table of messages: which key makes a message what it is, and who reads it.
//!
//! iOS answers carry no `RequestType`, so the top keys decide. A new kind is a new row.

use plist::Dictionary;

use super::answer::AnswerBuilder;
use super::envelope::text;
use super::other_files::{self, OtherFile};
use super::{device_information, small_answers, status_report};
use crate::model::evidence::TimestampSource;
use crate::model::management::MdmState;

/// What a property list is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A device sent it.
    Message(&'static Message),
    /// A server queued it.
    Command,
    /// Known, and not an MDM message.
    OtherFile(&'static OtherFile),
    /// None of these.
    Unknown,
}

/// A message of a device.
#[derive(Debug)]
pub(crate) struct Message {
    /// The key that makes it one, or the value of `MessageType` or `Status`.
    mark: &'static str,
    /// What the report calls it.
    pub(crate) name: &'static str,
    /// Reads what it says beside identity and contact.
    pub(crate) read: fn(&mut AnswerBuilder, &Dictionary),
}

const fn row(
    mark: &'static str,
    name: &'static str,
    read: fn(&mut AnswerBuilder, &Dictionary),
) -> Message {
    Message { mark, name, read }
}

/// Identity and contact are all that such a message is read for.
fn contact_only(_: &mut AnswerBuilder, _: &Dictionary) {}

/// The first message of an enrolment. Only a wrapper knows when it came: the file's time may be that
/// of a copy.
fn enrolled(builder: &mut AnswerBuilder, root: &Dictionary) {
    device_information::read_keys(builder, root);
    if builder.source.clock == TimestampSource::Wrapper {
        builder.management.enrolled_at = Some(builder.sourced(builder.source.observed_at));
    }
}

/// The last message of an enrolment.
fn ended(builder: &mut AnswerBuilder, _: &Dictionary) {
    builder.management.enrolment_ended = Some(builder.sourced(true));
    builder.management.state = Some(builder.sourced(MdmState::Removed));
}

/// By top key, whatever the status says.
const ANSWERS: &[Message] = &[
    row(
        "QueryResponses",
        "DeviceInformation answer",
        device_information::read,
    ),
    row(
        "SecurityInfo",
        "SecurityInfo answer",
        small_answers::read_security,
    ),
    row(
        "GlobalRestrictions",
        "Restrictions answer",
        small_answers::read_restrictions,
    ),
    row(
        "ProfileRestrictions",
        "Restrictions answer",
        small_answers::read_restrictions,
    ),
    row(
        "ProfileList",
        "ProfileList answer",
        small_answers::read_profiles,
    ),
    row(
        "ManagedApplicationList",
        "ManagedApplicationList answer",
        small_answers::read_apps,
    ),
    row(
        "InstalledApplicationList",
        "InstalledApplicationList answer",
        contact_only,
    ),
    row(
        "CertificateList",
        "CertificateList answer",
        small_answers::read_certificates,
    ),
    row(
        "ProvisioningProfileList",
        "ProvisioningProfileList answer",
        contact_only,
    ),
    row(
        "AvailableOSUpdates",
        "AvailableOSUpdates answer",
        contact_only,
    ),
    row("OSUpdateStatus", "OSUpdateStatus answer", contact_only),
    row("UpdateResults", "ScheduleOSUpdate answer", contact_only),
];

/// By `MessageType`: check-ins. Their tokens are never looked at.
const CHECK_INS: &[Message] = &[
    row("Authenticate", "Authenticate check-in", enrolled),
    row(
        "TokenUpdate",
        "TokenUpdate check-in",
        device_information::read_keys,
    ),
    row("CheckOut", "CheckOut check-in", ended),
    row(
        "UserAuthenticate",
        "UserAuthenticate check-in",
        contact_only,
    ),
    row(
        "SetBootstrapToken",
        "SetBootstrapToken check-in",
        contact_only,
    ),
    row(
        "GetBootstrapToken",
        "GetBootstrapToken check-in",
        contact_only,
    ),
    row(
        "DeclarativeManagement",
        "DeclarativeManagement check-in",
        status_report::read_check_in,
    ),
    row("GetToken", "GetToken check-in", contact_only),
    row("ReturnToService", "ReturnToService check-in", contact_only),
];

/// By `Status`, where no other key decided.
const STATUSES: &[Message] = &[
    row("Acknowledged", "Acknowledged answer", contact_only),
    row("Error", "Error answer", contact_only),
    row(
        "CommandFormatError",
        "CommandFormatError answer",
        contact_only,
    ),
    row("NotNow", "NotNow answer", contact_only),
    row("Idle", "Idle message", contact_only),
];

/// Detects what a property list is from its top keys.
pub(crate) fn detect(root: &Dictionary) -> Kind {
    let by_key = || ANSWERS.iter().find(|row| root.contains_key(row.mark));
    let by_type = || find(CHECK_INS, text(root, "MessageType")?);
    let by_status = || find(STATUSES, text(root, "Status")?);
    if root.contains_key("Command") && !root.contains_key("Status") {
        return Kind::Command;
    }
    if let Some(message) = by_key().or_else(by_type).or_else(by_status) {
        return Kind::Message(message);
    }
    if let Some(other_file) = other_files::among(other_files::PLISTS, |key| root.contains_key(key))
    {
        return Kind::OtherFile(other_file);
    }
    Kind::Unknown
}

fn find(rows: &'static [Message], mark: &str) -> Option<&'static Message> {
    rows.iter().find(|row| row.mark == mark)
}
