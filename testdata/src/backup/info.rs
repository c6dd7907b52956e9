//! Info.plist, the only file that the computer writes and not the device.
//!
//! Each tool writes other keys, and a reader tells the tools apart by them.

use std::io::{self, Write};

use jiff::Timestamp;
use plist::{Dictionary, Value};

use super::apps::{self, Weight};
use crate::device::{DeviceIds, model};
use crate::plists::{Xml, data, dict, text};
use crate::rng::Rng;
use crate::when::plist_date;

/// The program that made the backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HostTool {
    /// Finder on a Mac.
    #[default]
    Finder,
    /// iTunes or Apple Devices on Windows.
    ITunes,
    /// libimobiledevice: no Product Name, and the date is that of the start.
    Idevicebackup2,
    /// pymobiledevice3: GUID as data, no date at all.
    Pymobiledevice3,
    /// A tool that writes no Info.plist.
    NoInfo,
}

/// What Info.plist says of the device.
#[derive(Debug, Clone)]
pub struct About<'a> {
    /// UDID, serial number and the rest.
    pub ids: &'a DeviceIds,
    /// "Device Name" and "Display Name".
    pub name: &'a str,
    /// "iPhone12,1".
    pub product_type: &'a str,
    /// "18.1".
    pub os_version: &'a str,
    /// "22B83".
    pub build: &'a str,
    /// "Last Backup Date".
    pub date: Timestamp,
    /// What to add to "Display Name": that of an archived copy has its date.
    pub display_suffix: &'a str,
    /// How many apps there are.
    pub weight: Weight,
}

/// Everything but `Applications`, in Apple's order (by key).
pub fn plist(rng: &mut Rng, tool: HostTool, about: &About<'_>) -> Dictionary {
    let ids = about.ids;
    let guid = rng.hex(32).to_uppercase();
    let mut info = vec![
        ("Build Version", text(about.build)),
        ("Device Name", text(about.name)),
        (
            "Display Name",
            text(format!("{}{}", about.name, about.display_suffix)),
        ),
        ("Installed Applications", strings(about.weight.bundles())),
        ("Product Type", text(about.product_type)),
        ("Product Version", text(about.os_version)),
        ("Serial Number", text(&ids.serial)),
        ("Target Identifier", text(&ids.udid)),
        ("Target Type", text("Device")),
        ("Unique Identifier", text(ids.udid.to_uppercase())),
    ];
    info.push(match tool {
        HostTool::Pymobiledevice3 => ("GUID", data(guid.into_bytes())),
        _ => ("GUID", text(guid)),
    });
    let sim = [
        ("ICCID", &ids.iccid),
        ("IMEI", &ids.imei),
        ("MEID", &ids.meid),
        ("Phone Number", &ids.phone_number),
    ];
    info.extend(
        sim.into_iter()
            .filter_map(|(key, number)| Some((key, text(number.as_ref()?)))),
    );
    if tool != HostTool::Pymobiledevice3 {
        info.push(("Last Backup Date", plist_date(about.date)));
    }
    info.extend(habits(tool, about));
    info.sort_by_key(|(key, _)| *key);
    dict(info)
}

/// The keys that only one tool writes.
fn habits(tool: HostTool, about: &About<'_>) -> Vec<(&'static str, Value)> {
    let kind = model(about.product_type);
    let product = text(kind.name.split(' ').next().unwrap_or("iPhone"));
    let files = Value::Dictionary(dict([
        ("ApertureAlbumPrefs", data(*b"\x00")),
        ("IC-Info.sidv", data([0; 24])),
    ]));
    match tool {
        HostTool::Finder => vec![
            ("Product Name", product),
            ("iTunes Files", files),
            ("iTunes Settings", Value::Dictionary(Dictionary::new())),
            ("iTunes Version", text("1.0.0.99")),
            ("macOS Build Version", text("24G84")),
            ("macOS Version", text("15.6")),
        ],
        HostTool::ITunes => vec![
            ("Product Name", product),
            ("iTunes Files", files),
            ("iTunes Settings", Value::Dictionary(Dictionary::new())),
            ("iTunes Version", text("12.13.7.1")),
        ],
        HostTool::Idevicebackup2 => {
            vec![("iTunes Files", files), ("iTunes Version", text("10.0.1"))]
        }
        HostTool::Pymobiledevice3 => vec![("iTunes Version", text("10.0.1"))],
        HostTool::NoInfo => vec![],
    }
}

fn strings(items: impl Iterator<Item = String>) -> Value {
    Value::Array(items.map(text).collect())
}

/// Writes Info.plist as XML, with apps until it is as heavy as wanted. Streams: the memory needed is
/// that of one app.
pub fn write_xml(
    out: impl Write,
    info: &Dictionary,
    rng: &mut Rng,
    weight: Weight,
) -> io::Result<()> {
    let mut xml = Xml::new(out)?;
    xml.open_dict()?;
    xml.key("Applications")?;
    xml.open_dict()?;
    for (bundle, icon) in app_sizes(weight, weight.info_bytes_min * 39 / 56) {
        xml.key(&bundle)?;
        xml.value(&apps::info_entry(rng, &bundle, icon))?;
    }
    xml.close_dict()?;
    for (key, value) in info {
        xml.key(key)?;
        xml.value(value)?;
    }
    xml.close_dict()?;
    xml.finish()
}

/// Info.plist as one value, for the binary form.
pub fn whole(info: &Dictionary, rng: &mut Rng, weight: Weight) -> Value {
    let apps: Dictionary = app_sizes(weight, weight.info_bytes_min)
        .map(|(bundle, icon)| {
            let entry = apps::info_entry(rng, &bundle, icon);
            (bundle, entry)
        })
        .collect();
    let mut all = dict([("Applications", Value::Dictionary(apps))]);
    all.extend(info.clone());
    Value::Dictionary(all)
}

/// Bytes of an icon in a large Info.plist, before base64.
const ICON: usize = 48_000;

/// Apps and the size of each one's icon, `data_min` bytes in all. A small Info.plist has the four
/// usual apps. In XML, 39 bytes of data take 56: 52 of base64, three tabs, a line end.
fn app_sizes(weight: Weight, data_min: u64) -> impl Iterator<Item = (String, usize)> {
    let large = data_min.div_ceil(ICON as u64);
    let icon = move |number| {
        if number < apps::BUNDLES.len() {
            32
        } else {
            weight.icon_bytes
        }
    };
    let named = weight.bundles().collect::<Vec<_>>().into_iter().enumerate();
    let named = named.map(move |(number, bundle)| (bundle, icon(number)));
    let heavy = (0..large).map(|number| (format!("com.example.app{number:04}"), ICON));
    named.chain(heavy)
}
