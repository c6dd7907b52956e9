//! One message of a device, a command, or another property list, from whatever wrapper it came.

use jiff::Timestamp;
use plist::Dictionary;

use super::document::{Document, WANTED};
use super::kinds::{self, Kind, Message};
use super::{device_family, envelope, explain, other_files, redacted};
use crate::mdm::date::age;

/// A file that is a property list.
pub(crate) fn read_bytes(document: &mut Document, bytes: &[u8]) {
    match redacted::dictionary(document, bytes) {
        Ok(root) => read(document, &root, None),
        Err(fault) => document.add_problem(WANTED, &fault.to_string()),
    }
}

/// One message of one device, or a command, or something else in the form of a property list.
pub(crate) fn read(document: &mut Document, root: &Dictionary, wrapper: Option<Timestamp>) {
    if let Some(family) = device_family::other_family(root) {
        let udid = envelope::text(root, "UDID").map(str::to_owned);
        return document.exclude(family, udid);
    }
    match kinds::detect(root) {
        Kind::Message(message) => read_reply(document, message, root, wrapper),
        Kind::Command => match envelope::read_command(root) {
            Some(command) => document.commands.push(command),
            None => document.add_shared_note(
                WANTED,
                "a command that no answer can be paired with",
                None,
            ),
        },
        Kind::Export(export) => (export.read)(document, root),
        Kind::OtherFile(row) => note_other_file(document, row),
        Kind::Unknown => {
            document.add_shared_note(WANTED, "a property list that is none of them", None)
        }
    }
}

fn read_reply(
    document: &mut Document,
    message: &Message,
    root: &Dictionary,
    wrapper: Option<Timestamp>,
) {
    let mut builder = document.builder(message.name, wrapper, age::inside(root));
    envelope::read(&mut builder, root);
    (message.read)(&mut builder, root);
    if let Some(looked_at) = builder.looked_at.take() {
        let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
        let is_read = |path: &str| {
            let key = last(path);
            looked_at.contains(&key) || explain::ENVELOPE.contains(&key.as_str())
        };
        document.note_keys(message.name, || explain::of_plist(root), is_read);
    }
    let command_uuid = envelope::text(root, "CommandUUID").map(str::to_owned);
    document.take(builder, command_uuid);
}

/// Names what is known and left alone.
pub(crate) fn note_other_file(document: &mut Document, row: &other_files::OtherFile) {
    let found = format!("{}: recognised, and not read", row.name);
    document.add_shared_note(WANTED, &found, row.remedy);
}
