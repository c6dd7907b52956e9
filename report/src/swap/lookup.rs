//! Which device was meant: a number typed, pasted or scanned from a barcode, or a name.
//!
//! Half a fleet is called "iPhone", and a number may be read in two ways. Whenever more than one
//! device fits, nothing is decided: wiping the wrong one is the one mistake that nothing mends.

use fleetback_scanner::model::identity::{Ecid, Imei, Meid, Serial, Udid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::results::{Device, Results};

/// What a device was recognised by.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum MatchedBy {
    /// Serial number.
    Serial,
    /// Serial number after the `S` that Apple's barcodes begin with.
    Barcode,
    /// UDID.
    Udid,
    /// IMEI.
    Imei,
    /// MEID.
    Meid,
    /// ECID.
    Ecid,
    /// Device name.
    Name,
}

/// Who fits.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<'a> {
    /// This device and no other.
    One(&'a Device, MatchedBy),
    /// Several; nothing is decided.
    Several(Vec<&'a Device>),
    /// None that any evidence knows.
    None,
}

/// One way to read what was typed.
struct Way {
    by: MatchedBy,
    /// Does the text, read so, name this device?
    fits: fn(&Typed, &Device) -> bool,
}

/// Numbers first: where one fits, no name is asked.
const NUMBERS: &[Way] = &[
    Way {
        by: MatchedBy::Serial,
        fits: |typed, device| typed.serial.is_some() && typed.serial == serial_of(device),
    },
    Way {
        by: MatchedBy::Udid,
        fits: |typed, device| typed.udid.is_some() && typed.udid == udid_of(device),
    },
    Way {
        by: MatchedBy::Imei,
        fits: |typed, device| {
            typed
                .imei
                .as_ref()
                .is_some_and(|imei| imeis_of(device).any(|own| own == *imei))
        },
    },
    Way {
        by: MatchedBy::Meid,
        fits: |typed, device| typed.meid.is_some() && typed.meid == meid_of(device),
    },
    Way {
        by: MatchedBy::Ecid,
        fits: |typed, device| ecid_of(device).is_some_and(|own| typed.ecids.contains(&own)),
    },
];

/// Only where no number fits.
const BARCODE: &[Way] = &[Way {
    by: MatchedBy::Barcode,
    fits: |typed, device| typed.barcode.is_some() && typed.barcode == serial_of(device),
}];

/// Only where nothing else fits.
const NAMES: &[Way] = &[Way {
    by: MatchedBy::Name,
    fits: |typed, device| {
        !typed.name.is_empty()
            && device.device_name.as_deref().map(folded).as_deref() == Some(&typed.name)
    },
}];

/// The device that was meant.
pub fn lookup<'a>(results: &'a Results, text: &str) -> Found<'a> {
    let typed = Typed::read(text);
    for ways in [NUMBERS, BARCODE, NAMES] {
        let fitting = fitting(&results.devices, ways, &typed);
        match fitting.as_slice() {
            [] => {}
            [(device, by)] => return Found::One(device, *by),
            _ => return Found::Several(fitting.into_iter().map(|(device, _)| device).collect()),
        }
    }
    Found::None
}

fn fitting<'a>(devices: &'a [Device], ways: &[Way], typed: &Typed) -> Vec<(&'a Device, MatchedBy)> {
    let by = |device: &Device| ways.iter().find(|way| (way.fits)(typed, device));
    devices
        .iter()
        .filter_map(|device| Some((device, by(device)?.by)))
        .collect()
}

/// What was typed, read in every way in which it can be read.
struct Typed {
    serial: Option<Serial>,
    barcode: Option<Serial>,
    udid: Option<Udid>,
    imei: Option<Imei>,
    meid: Option<Meid>,
    ecids: Vec<Ecid>,
    name: String,
}

impl Typed {
    fn read(text: &str) -> Self {
        let bare = bare(text);
        let rest = bare.strip_prefix(['S', 's']);
        Self {
            serial: Serial::parse(&bare),
            barcode: rest.and_then(Serial::parse),
            udid: Udid::parse(&bare),
            imei: Imei::parse(&bare),
            meid: Meid::parse(&bare),
            ecids: ecids(&bare),
            name: folded(text),
        }
    }
}

/// An ECID is printed in decimal by some tools and in hex, with `0x` or without, by others.
fn ecids(bare: &str) -> Vec<Ecid> {
    let hex = format!(
        "0x{}",
        bare.trim_start_matches("0x").trim_start_matches("0X")
    );
    [Ecid::parse(bare), Ecid::parse(&hex)]
        .into_iter()
        .flatten()
        .collect()
}

/// Without the blanks, dashes and quotation marks that pasting and printing put between the digits.
fn bare(text: &str) -> String {
    let between = |c: char| {
        c.is_whitespace() || c.is_control() || crate::words::is_treacherous(c) || DASHES.contains(c)
    };
    text.chars().filter(|c| !between(*c)).collect()
}

/// Hyphens, dashes and what is put around or between numbers.
const DASHES: &str =
    "-\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}/:.'\"`\u{2018}\u{2019}\u{201c}\u{201d}";

/// A name in small letters, with single blanks; typographic apostrophes like plain ones.
fn folded(name: &str) -> String {
    let words: Vec<_> = name.split_whitespace().collect();
    words.join(" ").replace('\u{2019}', "'").to_lowercase()
}

fn serial_of(device: &Device) -> Option<Serial> {
    Serial::parse(device.serial_number.as_deref()?)
}

fn udid_of(device: &Device) -> Option<Udid> {
    Udid::parse(device.udid.as_deref()?)
}

fn imeis_of(device: &Device) -> impl Iterator<Item = Imei> {
    let all = device.imei.iter().chain(&device.imeis);
    all.filter_map(|imei| Imei::parse(imei))
}

fn meid_of(device: &Device) -> Option<Meid> {
    Meid::parse(device.meid.as_deref()?)
}

fn ecid_of(device: &Device) -> Option<Ecid> {
    let told = device.ecid.as_deref().and_then(Ecid::parse);
    told.or_else(|| udid_of(device)?.ecid())
}
