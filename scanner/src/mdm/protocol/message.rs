//! One message of a device, or a command, from a file or from a wrapper.

use jiff::Timestamp;
use plist::Dictionary;

use super::document::{Document, WANTED};
use super::kinds::{self, Kind, Message};
use super::{device_family, envelope, explain, other_files};
use crate::mdm::date::age;

/// A property list inside a wrapper.
pub(crate) fn read_wrapped(document: &mut Document, root: &Dictionary, wrapper: Option<Timestamp>) {
    if !read(document, root, wrapper) {
        note_unknown(document);
    }
}

/// One message of one device, or a command, or a known file; false when it is none of them.
pub(crate) fn read(document: &mut Document, root: &Dictionary, wrapper: Option<Timestamp>) -> bool {
    if let Some(family) = device_family::other_family(root) {
        let udid = envelope::text(root, "UDID").map(str::to_owned);
        document.exclude(family, udid);
        return true;
    }
    match kinds::detect(root) {
        Kind::Message(message) => read_reply(document, message, root, wrapper),
        Kind::Command => read_command(document, root),
        Kind::OtherFile(row) => note_other_file(document, row),
        Kind::Unknown => return false,
    }
    true
}

fn read_command(document: &mut Document, root: &Dictionary) {
    match envelope::read_command(root) {
        Some(command) => document.commands.push(command),
        None => {
            let found = "a command that no answer can be paired with";
            document.add_shared_note(WANTED, found, None);
        }
    }
}

/// Notes a property list that no reader knows.
pub(crate) fn note_unknown(document: &mut Document) {
    document.add_shared_note(WANTED, "a property list that is none of them", None);
}

fn read_reply(
    document: &mut Document,
    message: &Message,
    root: &Dictionary,
    wrapper: Option<Timestamp>,
) {
    let mut builder = document.builder(message.name, wrapper, age::inside(root));
    envelope::read(&mut builder, root);
    if envelope::is_of_a_user(root) {
        let found = "an answer of a user's channel: it is about the user of a Shared iPad, not about the device";
        document.add_shared_note(WANTED, found, None);
    } else {
        (message.read)(&mut builder, root);
    }
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
