//! What every message of a device carries, whatever it answers: who sent it, and that it was sent.
//!
//! `NotNow`, `Idle` and errors prove contact as well as a full answer does, and nothing else.

use std::collections::BTreeSet;

use plist::{Dictionary, Value};

use super::answer::AnswerBuilder;
use crate::model::identity::Udid;
use crate::model::management::MdmState;

/// Reads identity, contact and the kind of enrolment.
pub(crate) fn read(builder: &mut AnswerBuilder, root: &Dictionary) {
    builder.management.last_contact = Some(builder.sourced(builder.source.observed_at));
    builder.management.enrolment_ended = Some(builder.sourced(false));
    builder.management.state = Some(builder.sourced(MdmState::Enrolled));
    builder.management.not_now = text(root, "Status") == Some("NotNow");
    builder.identity.udid = text(root, "UDID").and_then(Udid::parse);
    if root.contains_key("EnrollmentID") && !root.contains_key("UDID") {
        builder.management.user_enrollment = Some(builder.sourced(true));
    }
}

/// Was it sent in the channel of a user? What such an answer says of backups is not the device's.
pub(crate) fn is_of_a_user(root: &Dictionary) -> bool {
    ["UserID", "UserShortName", "EnrollmentUserID"]
        .iter()
        .any(|key| text(root, key).is_some_and(|id| !id.is_empty()))
}

/// Why the device of an answer is unknown; `None` when it is known.
pub(crate) fn hidden(builder: &AnswerBuilder) -> Option<String> {
    if !builder.identity.is_empty() {
        return None;
    }
    if let Some(reason) = builder.hidden {
        return Some(reason.to_owned());
    }
    let by_user = builder.management.user_enrollment.as_ref();
    Some(if by_user.is_some_and(|by_user| by_user.value) {
        "User Enrollment hides UDID and serial number".to_owned()
    } else {
        "the message names no UDID, serial number, IMEI or MEID that can be one".to_owned()
    })
}

/// A key of the envelope as text.
pub(crate) fn text<'d>(root: &'d Dictionary, key: &str) -> Option<&'d str> {
    root.get(key)?.as_string()
}

/// The queries about backups that an admin wants to have asked.
const BACKUP_QUERIES: [&str; 2] = ["IsCloudBackupEnabled", "LastCloudBackupDate"];

/// A command as the server queued it, as far as its answer needs it: it separates "not asked" from "no
/// answer".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// `CommandUUID`, which the answer repeats.
    pub(crate) uuid: String,
    /// Of the queries about backups, those that it does not ask; `None` when it has no `Queries`.
    pub(crate) left_out: Option<BTreeSet<&'static str>>,
}

/// Reads a command; `None` when the list is none, or has no `CommandUUID` to pair it by.
pub(crate) fn read_command(root: &Dictionary) -> Option<Command> {
    let command = root.get("Command")?.as_dictionary()?;
    text(command, "RequestType")?;
    let queries = command.get("Queries").and_then(Value::as_array);
    Some(Command {
        uuid: text(root, "CommandUUID")?.to_owned(),
        left_out: queries.map(|queries| left_out(queries)),
    })
}

fn left_out(queries: &[Value]) -> BTreeSet<&'static str> {
    let asked = |query: &str| queries.iter().any(|asked| asked.as_string() == Some(query));
    BACKUP_QUERIES
        .into_iter()
        .filter(|query| !asked(query))
        .collect()
}
