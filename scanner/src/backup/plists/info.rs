//! Reads `Info.plist`, the only file of a backup that the host tool writes.
//!
//! Its `Last Backup Date` is the computer's clock, and idevicebackup2 writes it before the first
//! byte is transferred: it never proves that a backup was completed. Finder's file holds the icons of
//! every app and may have 60 MB; `Phone Number` is personal and is not read.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use plist::Dictionary;
use serde::{Deserialize, Serialize};

use super::lenient::Lenient;
use crate::model::backup::HostTool;
use crate::model::identity::{Imei, Meid, Serial, Udid};
use crate::source::file::{self, Fault};
use crate::source::plist as source;

const BYTES_MAX: u64 = 256 << 20;

/// Which fields [`Info`] has.
pub(crate) const FORM: u32 = 1;

/// Where nearly all bytes of the file are; none of it is used.
const LEFT_OUT: [&str; 5] = [
    "Applications",
    "Installed Applications",
    "iBooks Data 2",
    "iTunes Files",
    "iTunes Settings",
];

/// What is used of Info.plist.
///
/// A cache keeps it: raise [`FORM`] where a field is added or comes to mean something else.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Info {
    /// `Target Identifier`, else `Unique Identifier`.
    pub udid: Option<Udid>,
    /// `Serial Number`.
    pub serial: Option<Serial>,
    /// `IMEI` and `IMEI 2`.
    pub imeis: BTreeSet<Imei>,
    /// `MEID`.
    pub meid: Option<Meid>,
    /// `Device Name`, else `Display Name`.
    pub device_name: Option<String>,
    /// `Product Type`.
    pub product_type: Option<String>,
    /// `Product Version`.
    pub os_version: Option<String>,
    /// `Build Version`.
    pub build_version: Option<String>,
    /// `ICCID`.
    pub iccid: Option<String>,
    /// `Last Backup Date`.
    pub date: Option<Timestamp>,
    /// Which program's habits the file shows.
    pub host_tool: HostTool,
    /// Keys with another type than usual, in words.
    pub wrong_types: Vec<String>,
}

impl Info {
    /// Does it say anything of a device beside its UDID?
    pub(crate) fn names_a_device(&self) -> bool {
        self.serial.is_some() || self.product_type.is_some() || self.os_version.is_some()
    }
}

/// Reads the file of a backup folder.
pub(crate) fn read(folder: &Path) -> Result<Info, Fault> {
    let path = file::found(folder, "Info.plist");
    let root = source::read_dictionary_without(&path, BYTES_MAX, &LEFT_OUT)?;
    Ok(from_dictionary(&root))
}

fn from_dictionary(root: &Dictionary) -> Info {
    let mut keys = Lenient::new(root);
    let udid = ["Target Identifier", "Unique Identifier"]
        .into_iter()
        .find_map(|key| Udid::parse(&keys.text(key)?));
    Info {
        udid,
        serial: keys
            .text("Serial Number")
            .and_then(|text| Serial::parse(&text)),
        imeis: ["IMEI", "IMEI 2"]
            .into_iter()
            .filter_map(|key| Imei::parse(&keys.text(key)?))
            .collect(),
        meid: keys.text("MEID").and_then(|text| Meid::parse(&text)),
        device_name: keys
            .text("Device Name")
            .or_else(|| keys.text("Display Name")),
        product_type: keys.text("Product Type"),
        os_version: keys.text("Product Version"),
        build_version: keys.text("Build Version"),
        iccid: keys.text("ICCID"),
        date: keys.date("Last Backup Date"),
        host_tool: host_tool(root),
        wrong_types: keys.wrong_types,
    }
}

/// Does a file show a program's habits?
type Fits = fn(&Dictionary) -> bool;

/// Fingerprints of the programs, first match wins.
const FINGERPRINTS: [(Fits, HostTool); 3] = [
    (
        |root| root.contains_key("Product Name") || root.contains_key("macOS Version"),
        HostTool::Apple,
    ),
    (
        |root| {
            matches!(source::data(root, "GUID"), Ok(Some(_)))
                && !root.contains_key("Last Backup Date")
        },
        HostTool::Pymobiledevice3,
    ),
    (
        |root| root.contains_key("Target Identifier") && root.contains_key("Last Backup Date"),
        HostTool::Libimobiledevice,
    ),
];

fn host_tool(root: &Dictionary) -> HostTool {
    FINGERPRINTS
        .iter()
        .find(|(fits, _)| fits(root))
        .map_or(HostTool::Unknown, |(_, tool)| *tool)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of another form must not be taken for one of this: a field that it lacks would be empty.
    #[test]
    fn another_field_needs_another_form() {
        let facts = serde_json::to_value(Info::default()).unwrap();
        let fields: Vec<&String> = facts.as_object().unwrap().keys().collect();
        let known = [
            "build_version",
            "date",
            "device_name",
            "host_tool",
            "iccid",
            "imeis",
            "meid",
            "os_version",
            "product_type",
            "serial",
            "udid",
            "wrong_types",
        ];
        assert_eq!(
            (FORM, fields),
            (1, known.map(str::to_owned).iter().collect())
        );
    }
}
