//! The table of devices as short arrays: what the script searches, filters, sorts and draws.
//!
//! The script unpacks a row by place, so the order of [`Row`] and of the constants at the top of
//! `report.js` must be the same. Texts that repeat stand once, in `texts`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::embedded_json::StringTable;
use crate::format::{self, Label, escaped};
use crate::results::{Device, Finding};
use crate::view::attention;
use crate::view::device::{self, status_number};
use crate::view::groups::Group;
use crate::view::report::ReportView;

/// Bits of a row's flags. The script knows them by the same names.
const FLAGS: [(u8, attention::DeviceFilter); 5] = [
    (1, |device| device.could_be_lost),
    (2, Device::is_waived_at_risk),
    (4, Device::listed_apart),
    (8, attention::is_worth_listing),
    (16, attention::is_next),
];

/// Words of the table that do not come from a device.
const WORDS: [(&str, &str); 14] = [
    ("unknown", device::UNKNOWN),
    ("nameless", device::NAMELESS),
    ("waived", "waived"),
    ("apart", "not in the inventory"),
    ("findings", "Findings"),
    ("message", "Message to the device's user"),
    ("handOver", "To hand to Apple Support"),
    ("copy", "Copy"),
    ("copied", "Copied"),
    (
        "notCopied",
        "The browser did not allow it; select the text and copy it by hand",
    ),
    ("noFindings", "Nothing is wrong with this device."),
    ("backups", "Local backups"),
    (
        "noBackups",
        "None was found on the computers that were scanned.",
    ),
    ("problems", "Could not be used"),
];

/// Everything the table needs.
#[derive(Serialize)]
pub(super) struct Fleet {
    texts: Vec<String>,
    statuses: Vec<Term>,
    severities: Vec<Term>,
    fixes: Vec<(String, String)>,
    hosts: Vec<String>,
    groups: BTreeMap<usize, Vec<usize>>,
    words: BTreeMap<&'static str, &'static str>,
    rows: Vec<Row>,
}

/// Code, word for people, tone.
type Term = (&'static str, String, &'static str);

/// Status, name, serial number, user, department, model, system, date of the last good backup, its
/// age and kind in words, age in days, fix, reason, hosts, flags, what else can be searched, what
/// is copied, site, group, group of the policy.
#[derive(Serialize)]
struct Row(
    usize,
    i32,
    i32,
    i32,
    i32,
    i32,
    i32,
    i32,
    i32,
    Option<f64>,
    usize,
    i32,
    Vec<usize>,
    u8,
    i32,
    i32,
    i32,
    i32,
    i32,
);

/// The table of this report; `groups` say which rows each group copies.
pub(super) fn fleet(view: &ReportView<'_>, groups: &[Group]) -> Fleet {
    let mut tables = Tables::default();
    let devices = view.results().devices.iter();
    let rows = devices.map(|device| tables.row(view, device)).collect();
    Fleet {
        rows,
        texts: tables.texts.into_texts(),
        statuses: device::STATUSES
            .map(|(status, tone, _)| term(status, tone))
            .into(),
        severities: device::SEVERITIES
            .map(|(severity, tone)| term(severity, tone))
            .into(),
        fixes: tables.fixes,
        hosts: tables.hosts.into_texts(),
        groups: groups
            .iter()
            .map(|group| (group.number, group.rows.clone()))
            .collect(),
        words: WORDS.into(),
    }
}

fn term(word: impl Label, tone: &'static str) -> Term {
    (word.id(), format::heading(word), tone)
}

/// The tables that rows point into.
#[derive(Default)]
struct Tables {
    texts: StringTable,
    fixes: Vec<(String, String)>,
    hosts: StringTable,
}

impl Tables {
    fn row(&mut self, view: &ReportView<'_>, device: &Device) -> Row {
        let leading_finding = attention::leading_finding(device);
        let deciding_finding = attention::deciding_finding(device);
        Row(
            status_number(device.status),
            self.maybe(device.device_name.as_deref()),
            self.maybe(device.serial_number.as_deref()),
            self.maybe(device.user.as_deref()),
            self.maybe(device.department.as_deref()),
            self.texts.maybe(device::model(device)),
            self.texts.maybe(device::system(device)),
            self.texts.number(device::last_good(view, device)),
            self.texts.number(device::last_good_more(device)),
            device.age_days,
            self.fix(deciding_finding),
            self.texts
                .number(leading_finding.map_or(String::new(), |finding| {
                    escaped(view.results().cause(&finding.cause))
                })),
            self.hosts(device),
            flags(device),
            self.texts.number(also_searched(device)),
            self.texts.maybe(device::copied(device)),
            self.maybe(device.site.as_deref()),
            self.maybe(device.group.as_deref()),
            self.maybe(device.policy_group.as_deref()),
        )
    }

    fn maybe(&mut self, text: Option<&str>) -> i32 {
        self.texts.maybe(text.map(escaped))
    }

    fn fix(&mut self, finding: Option<&Finding>) -> usize {
        let key = device::fix_key(finding);
        let found = self.fixes.iter().position(|(each, _)| *each == key);
        found.unwrap_or_else(|| {
            self.fixes.push((key, device::fix_title(finding)));
            self.fixes.len() - 1
        })
    }

    fn hosts(&mut self, device: &Device) -> Vec<usize> {
        let names: BTreeSet<_> = device
            .backups
            .iter()
            .map(|backup| escaped(&backup.host))
            .collect();
        let numbers = names.into_iter().map(|name| self.hosts.number(name));
        numbers
            .filter_map(|number| usize::try_from(number).ok())
            .collect()
    }
}

fn flags(device: &Device) -> u8 {
    let set = FLAGS.iter().filter(|(_, holds)| holds(device));
    set.map(|(bit, _)| bit).sum()
}

/// What people search for and no column shows.
fn also_searched(device: &Device) -> String {
    let ids = [
        &device.udid,
        &device.email,
        &device.imei,
        &device.site,
        &device.group,
        &device.policy_group,
    ];
    let values: Vec<_> = (ids.into_iter().flatten())
        .chain(&device.tags)
        .map(|id| escaped(id))
        .collect();
    let codes = device
        .findings
        .iter()
        .map(|finding| finding.code.id().to_owned());
    values
        .into_iter()
        .chain(codes)
        .collect::<Vec<_>>()
        .join(" ")
}
