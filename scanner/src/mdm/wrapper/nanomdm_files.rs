//! The few files that are known by name only: the markers of a NanoMDM `file` store, whose folders are
//! called as their device is, and secrets, which are not opened at all.

use std::path::Path;

use crate::mdm::protocol::answer::AnswerBuilder;
use crate::mdm::protocol::document::Document;
use crate::model::identity::{Serial, Udid};
use crate::model::management::MdmState;

/// Names of secrets (NanoMDM, storage/file).
const SECRETS: &[&str] = &["unlocktoken.dat", "bootstraptoken.dat"];

/// Endings of files that hold keys, or may.
const SECRET_ENDINGS: &[&str] = &["key", "pem", "p12", "pfx", "p8", "p7m"];

/// What a marker is read for.
type Reader = fn(&mut AnswerBuilder, &[u8]);

/// A marker in a folder whose name is a UDID: its name, what the report calls it, who reads it.
const MARKERS: &[(&str, &str, Reader)] = &[
    ("SerialNumber.txt", "SerialNumber.txt of NanoMDM", serial),
    ("Disabled", "Disabled marker of NanoMDM", disabled),
];

/// Is this a file that must not be opened?
pub(crate) fn is_secret(path: &Path) -> bool {
    let lower = |part: Option<&std::ffi::OsStr>| {
        let part = part.and_then(|part| part.to_str());
        part.map(str::to_ascii_lowercase).unwrap_or_default()
    };
    let (name, ending) = (lower(path.file_name()), lower(path.extension()));
    SECRETS.contains(&name.as_str()) || SECRET_ENDINGS.contains(&ending.as_str())
}

/// Reads a marker; false when the file is none.
pub(crate) fn read(document: &mut Document, bytes: &[u8]) -> bool {
    let name = document.path.file_name();
    let marker = MARKERS
        .iter()
        .find(|(marker, ..)| name.is_some_and(|name| name == *marker));
    let folder = document.path.parent().and_then(Path::file_name);
    let udid = folder.and_then(|name| Udid::parse(name.to_str()?));
    let (Some((_, kind, reader)), Some(udid)) = (marker, udid) else {
        return false;
    };
    let mut builder = document.builder(kind, None, None);
    builder.identity.udid = Some(udid);
    reader(&mut builder, bytes);
    document.take(builder, None);
    true
}

fn serial(builder: &mut AnswerBuilder, bytes: &[u8]) {
    let text = std::str::from_utf8(&bytes[..bytes.len().min(64)]);
    builder.identity.serial = text.ok().and_then(Serial::parse);
    if builder.identity.serial.is_none() {
        builder.add_problem("a serial number", "text that cannot be one");
    }
}

/// Written when the device checks out, deleted when it enrols again.
fn disabled(builder: &mut AnswerBuilder, _: &[u8]) {
    builder.management.enrolment_ended = Some(builder.sourced(true));
    builder.management.state = Some(builder.sourced(MdmState::Removed));
}
