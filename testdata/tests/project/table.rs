//! The table of layers, docs/layers.txt.

use std::collections::BTreeMap;

/// Layers of one crate's folders and files.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// The folder that the sources lie in: "scanner/src".
    pub(crate) folder: String,
    /// Layer of each folder, or of a file that lies beside the folders.
    pub(crate) layers: BTreeMap<String, u32>,
    /// Pairs of which the first never imports the second, though the layers would allow it.
    pub(crate) never: Vec<(String, String)>,
}

/// Reads the table: a line with a folder opens a crate; a line with a number is a layer; `never A B`.
pub(crate) fn read(text: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut words = line.split_whitespace().map(str::to_owned);
        let first = words.next().unwrap_or_default();
        match (first.parse::<u32>(), tables.last_mut()) {
            (Ok(layer), Some(table)) => table.layers.extend(words.map(|name| (name, layer))),
            (Err(_), Some(table)) if first == "never" => {
                table.never.extend(words.next().zip(words.next()));
            }
            _ => tables.push(Table {
                folder: first,
                ..Table::default()
            }),
        }
    }
    tables
}
