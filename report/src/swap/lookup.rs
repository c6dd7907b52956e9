//! Which device was meant: a number typed, pasted or scanned from a barcode, or a name.
//!
//! Half a fleet is called "iPhone", and a number may be read in two ways. Whenever more than one
//! device fits, nothing is decided: wiping the wrong one is the one mistake that nothing mends.

use std::collections::{BTreeMap, HashMap};

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

/// A number or a name, as one thing to look for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Serial(Serial),
    Udid(Udid),
    Imei(Imei),
    Meid(Meid),
    Ecid(Ecid),
    Name(String),
}

/// One way to read what was typed.
struct Way {
    by: MatchedBy,
    keys: fn(&Typed) -> Vec<Key>,
}

const fn way(by: MatchedBy, keys: fn(&Typed) -> Vec<Key>) -> Way {
    Way { by, keys }
}

/// DeviceIds first: where one fits, no name is asked; an `S` before a serial number is dropped only
/// where no number fits, and a name is asked only where nothing else does.
#[rustfmt::skip] // one way a line
const WAYS: [&[Way]; 3] = [
    &[
        way(MatchedBy::Serial, |typed| typed.serial.clone().map(Key::Serial).into_iter().collect()),
        way(MatchedBy::Udid, |typed| typed.udid.clone().map(Key::Udid).into_iter().collect()),
        way(MatchedBy::Imei, |typed| typed.imei.clone().map(Key::Imei).into_iter().collect()),
        way(MatchedBy::Meid, |typed| typed.meid.clone().map(Key::Meid).into_iter().collect()),
        way(MatchedBy::Ecid, |typed| typed.ecids.iter().copied().map(Key::Ecid).collect()),
    ],
    &[way(MatchedBy::Barcode, |typed| typed.barcode.clone().map(Key::Serial).into_iter().collect())],
    &[way(MatchedBy::Name, |typed| typed.name.clone().map(Key::Name).into_iter().collect())],
];

/// Every device by every number and the name of it, so that a plan of a thousand rows costs no more
/// than a look at each device.
#[derive(Debug)]
pub struct Directory<'a> {
    results: &'a Results,
    places: HashMap<Key, Vec<usize>>,
}

impl<'a> Directory<'a> {
    /// The directory of all judged devices.
    pub fn new(results: &'a Results) -> Self {
        let mut places: HashMap<Key, Vec<usize>> = HashMap::new();
        for (place, device) in results.devices.iter().enumerate() {
            for key in keys_of(device) {
                let devices = places.entry(key).or_default();
                if devices.last() != Some(&place) {
                    devices.push(place);
                }
            }
        }
        Self { results, places }
    }

    /// The results that it was made of.
    pub fn results(&self) -> &'a Results {
        self.results
    }

    /// The device that was meant.
    pub fn find(&self, text: &str) -> Found<'a> {
        let device = |place: &usize| &self.results.devices[*place];
        let fitting = self.fitting(text);
        match fitting.first_key_value() {
            None => Found::None,
            Some((place, by)) if fitting.len() == 1 => Found::One(device(place), *by),
            Some(_) => Found::Several(fitting.keys().map(device).collect()),
        }
    }

    /// The place of the device that was meant, where it is one and no other.
    pub(crate) fn place(&self, text: &str) -> Option<usize> {
        let fitting = self.fitting(text);
        let only = fitting.first_key_value().filter(|_| fitting.len() == 1);
        only.map(|(place, _)| *place)
    }

    /// The places of the devices that fit, and the first way in which each does.
    fn fitting(&self, text: &str) -> BTreeMap<usize, MatchedBy> {
        let typed = Typed::read(text);
        let fitting = WAYS.iter().map(|ways| self.by(ways, &typed));
        let mut fitting = fitting.filter(|fitting| !fitting.is_empty());
        fitting.next().unwrap_or_default()
    }

    fn by(&self, ways: &[Way], typed: &Typed) -> BTreeMap<usize, MatchedBy> {
        let mut fitting = BTreeMap::new();
        for way in ways {
            let places = (way.keys)(typed)
                .into_iter()
                .filter_map(|key| self.places.get(&key));
            for place in places.flatten() {
                fitting.entry(*place).or_insert(way.by);
            }
        }
        fitting
    }
}

/// The device that was meant; for more than one question a [`Directory`] is cheaper.
pub fn lookup<'a>(results: &'a Results, text: &str) -> Found<'a> {
    Directory::new(results).find(text)
}

/// Everything that a device may be looked for by.
fn keys_of(device: &Device) -> impl Iterator<Item = Key> {
    let name = device.device_name.as_deref().and_then(name_key);
    let single = [
        serial_of(device).map(Key::Serial),
        udid_of(device).map(Key::Udid),
        meid_of(device).map(Key::Meid),
        ecid_of(device).map(Key::Ecid),
        name.map(Key::Name),
    ];
    let imeis = imeis_of(device).map(Key::Imei);
    single.into_iter().flatten().chain(imeis)
}

/// What was typed, folded: two texts that mean the same are the same.
pub(crate) fn folded_text(text: &str) -> String {
    bare(text).to_lowercase()
}

/// What was typed, read in every way in which it can be read.
struct Typed {
    serial: Option<Serial>,
    barcode: Option<Serial>,
    udid: Option<Udid>,
    imei: Option<Imei>,
    meid: Option<Meid>,
    ecids: Vec<Ecid>,
    name: Option<String>,
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
            name: name_key(text),
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
        c.is_whitespace()
            || c.is_control()
            || crate::format::is_unsafe_to_print(c)
            || DASHES.contains(c)
    };
    text.chars().filter(|c| !between(*c)).collect()
}

/// Hyphens, dashes and what is put around or between numbers.
const DASHES: &str =
    "-\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}/:.'\"`\u{2018}\u{2019}\u{201c}\u{201d}";

/// A name in small letters, with single blanks; typographic apostrophes like plain ones. `None` for one
/// of blanks only.
fn folded(name: &str) -> Option<String> {
    let words: Vec<_> = name.split_whitespace().collect();
    let name = words.join(" ").replace('\u{2019}', "'").to_lowercase();
    (!name.is_empty()).then_some(name)
}

/// What a name is looked for by; `None` where it looks like a number. A number that nobody bears is a
/// slip of the pen or a device that no evidence knows, and never another one that is called so.
fn name_key(name: &str) -> Option<String> {
    folded(name).filter(|_| !is_like_a_number(name))
}

/// Does it look like a serial number, UDID or IMEI?
fn is_like_a_number(text: &str) -> bool {
    let bare = bare(text);
    is_like_a_serial(text.trim()) || Udid::parse(&bare).is_some() || Imei::parse(&bare).is_some()
}

/// 8 to 14 capitals and digits in one word, a digit among them.
fn is_like_a_serial(word: &str) -> bool {
    let letters = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    Serial::parse(word).is_some()
        && word.bytes().all(letters)
        && word.bytes().any(|b| b.is_ascii_digit())
}

fn serial_of(device: &Device) -> Option<Serial> {
    Serial::parse(device.serial_number.as_deref()?)
}

fn udid_of(device: &Device) -> Option<Udid> {
    Udid::parse(device.udid.as_deref()?)
}

fn imeis_of(device: &Device) -> impl Iterator<Item = Imei> {
    let all = device.imei.iter().chain(&device.other_imeis);
    all.filter_map(|imei| Imei::parse(imei))
}

fn meid_of(device: &Device) -> Option<Meid> {
    Meid::parse(device.meid.as_deref()?)
}

fn ecid_of(device: &Device) -> Option<Ecid> {
    let reported = device.ecid.as_deref().and_then(Ecid::parse);
    reported.or_else(|| udid_of(device)?.ecid())
}
