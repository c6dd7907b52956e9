//! A command as the server queued it. Beside its answer it tells "not asked" from "no answer".

use std::collections::BTreeSet;

use plist::{Dictionary, Value};

use super::envelope::text;

/// A command, as far as its answer needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    /// `CommandUUID`, which the answer repeats.
    pub(super) uuid: String,
    /// `Queries`; `None` when the command has no such list.
    queries: Option<BTreeSet<String>>,
}

impl Command {
    /// Does it name its queries, and not this one?
    pub(super) fn leaves_out(&self, query: &str) -> bool {
        self.queries
            .as_ref()
            .is_some_and(|queries| !queries.contains(query))
    }
}

/// Reads a command; `None` when the list is none, or has no `CommandUUID` to pair it by.
pub(super) fn read(root: &Dictionary) -> Option<Command> {
    let command = root.get("Command")?.as_dictionary()?;
    text(command, "RequestType")?;
    let queries = command.get("Queries").and_then(Value::as_array);
    Some(Command {
        uuid: text(root, "CommandUUID")?.to_owned(),
        queries: queries.map(|queries| {
            let queries = queries.iter().filter_map(Value::as_string);
            queries.map(str::to_owned).collect()
        }),
    })
}
