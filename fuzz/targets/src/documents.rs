//! Readers of what an MDM server and a spreadsheet exported.

use fleetback_scanner::mdm::{inventory, read};
use fleetback_testdata::when::at;

use crate::promise::are_readable;
use crate::workplace::{NOW, with_file};

/// One exported document, read and held against itself.
pub fn mdm(bytes: &[u8]) {
    with_file(&["answer.plist"], bytes, |path| {
        let document = read::read_document(path, at(NOW));
        let (answers, problems) = read::pair(vec![document]);
        // The smallest row of a table is longer than this.
        assert!(answers.len() <= bytes.len() / 8 + 1);
        are_readable(&problems, path.parent().unwrap_or(path));
    });
}

/// The inventory table: no more rows than lines.
pub fn inventory(bytes: &[u8]) {
    with_file(&["inventory.csv"], bytes, |path| {
        let (rows, problems) = inventory::read(path, at(NOW));
        let ends = bytes.iter().filter(|byte| b"\r\n".contains(byte)).count();
        assert!(rows.len() <= ends, "{} rows", rows.len());
        are_readable(&problems, path);
    });
}
