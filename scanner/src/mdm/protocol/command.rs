//! A command as the server queued it. Beside its answer it tells "not asked" from "no answer".

use std::collections::BTreeSet;

use plist::{Dictionary, Value};

use super::envelope::text;

/// The queries about backups that an admin wants to have asked.
const BACKUP_QUERIES: [&str; 2] = ["IsCloudBackupEnabled", "LastCloudBackupDate"];

/// A command, as far as its answer needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// `CommandUUID`, which the answer repeats.
    pub(crate) uuid: String,
    /// Of the queries about backups, those that it does not ask; `None` when it has no `Queries`.
    pub(crate) left_out: Option<BTreeSet<&'static str>>,
}

/// Reads a command; `None` when the list is none, or has no `CommandUUID` to pair it by.
pub(crate) fn read(root: &Dictionary) -> Option<Command> {
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
    let wanted = BACKUP_QUERIES.into_iter();
    wanted.filter(|query| !asked(query)).collect()
}
