//! The table of devices as short arrays: what the script searches, filters, sorts and draws.
//!
//! The script unpacks a row by place, so the order of [`Row`] and of the constants at the top of
//! `report.js` must be the same. Texts that repeat stand once, in `texts`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::embedded_json::{StringTable, UNKNOWN};
use crate::format::{self, Label, escaped};
use crate::render::csv_guard::would_mangle;
use crate::results::{Device, Finding, Listed};
use crate::view::attention;
use crate::view::device::{self, status_number};
use crate::view::report::ReportView;
use crate::view::summary::age_number;
use crate::view::work_list::{Task, TaskList};

/// Bits of a row's flags. The script knows them by the same names.
const FLAGS: [(u8, attention::DeviceFilter); 5] = [
    (1, |device| device.could_be_lost),
    (2, Device::is_waived_at_risk),
    (4, Device::listed_apart),
    (8, attention::is_next),
    (16, |device| device.listed == Listed::LeftMdm),
];

/// Words of the page that do not come from a device.
const WORDS: [(&str, &str); 29] = [
    ("unknown", device::UNKNOWN),
    ("nameless", device::NAMELESS),
    ("none", "none"),
    ("waived", "waived"),
    ("apart", "listed apart"),
    ("left", "left the MDM"),
    ("atRisk", "Could be lost tonight"),
    ("others", "The others"),
    ("action", "What to do"),
    ("findings", "Findings and their evidence"),
    ("steps", "Steps"),
    ("letter", "Letter to the user"),
    ("mail", "Open as mail"),
    (
        "mailText",
        "The text does not fit into a link: it was copied, paste it into the mail",
    ),
    (
        "mailAddresses",
        "The addresses do not fit into a link: they were copied, paste them as blind copies (Bcc)",
    ),
    (
        "mailBoth",
        "Addresses and text do not fit into a link: they were copied, paste them into the mail",
    ),
    ("handOver", "To hand to Apple Support"),
    ("copy", "Copy"),
    ("copied", "Copied"),
    ("linkCopied", "Link copied"),
    ("saved", "Saved"),
    (
        "notCopied",
        "The browser did not allow it; select the text and copy it by hand",
    ),
    (
        "notOnPaper",
        "and # more, which the page and the CSV file list",
    ),
    ("noFindings", "Nothing is wrong with this device."),
    ("backups", "Local backups"),
    (
        "noBackups",
        "None was found on the computers that were scanned.",
    ),
    ("problems", "Could not be used"),
    ("details", "More about the device"),
    ("nights", "Last 28 nights"),
];

/// What a letter in the strip of nights stands for.
const NIGHTS: [(&str, &str); 6] = [
    ("g", "good"),
    ("a", "aging"),
    ("f", "failing"),
    ("u", "unknown"),
    (".", "not seen"),
    ("-", "not run"),
];

/// Everything the table needs.
#[derive(Serialize)]
pub(super) struct Fleet {
    texts: Vec<String>,
    /// Texts that a spreadsheet would run or change: they get a leading `'` in a CSV file.
    guarded: Vec<usize>,
    statuses: Vec<Term>,
    severities: Vec<Term>,
    /// Id, title, who acts.
    fixes: Vec<(String, String, String)>,
    hosts: Vec<String>,
    codes: Vec<String>,
    tasks: BTreeMap<usize, TaskCells>,
    words: BTreeMap<&'static str, &'static str>,
    nights: Vec<(&'static str, &'static str)>,
    rows: Vec<Row>,
}

/// What the buttons of a task copy and mail: rows, addresses, subject, text.
type TaskCells = (Vec<usize>, Vec<i32>, i32, i32);

/// Code, word for people, tone.
type Term = (&'static str, String, &'static str);

/// Status, severity, name, serial number, user, e-mail, department, site, model, system, date of the last
/// good backup, its age in words, its kind, age in days, number of its age, fix, reason, hosts, flags, what
/// else can be searched, codes, what is copied, group, group of the policy, nights, nights failing.
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
    i32,
    i32,
    i32,
    i32,
    Option<f64>,
    usize,
    usize,
    i32,
    Vec<i32>,
    u8,
    i32,
    Vec<i32>,
    i32,
    i32,
    i32,
    i32,
    u64,
);

/// The table of this report; `lists` say which rows each task copies.
pub(super) fn fleet(view: &ReportView<'_>, lists: &[TaskList]) -> Fleet {
    let mut tables = Tables::default();
    let rows = view
        .results()
        .devices
        .iter()
        .map(|device| tables.row(view, device))
        .collect();
    let tasks = lists.iter().flat_map(|list| &list.tasks);
    let tasks = tasks
        .map(|task| (task.group.number, tables.task(task)))
        .collect();
    let texts = tables.texts.into_texts();
    Fleet {
        rows,
        guarded: guarded(&texts),
        texts,
        statuses: device::STATUSES
            .map(|(status, tone, _)| term(status, tone))
            .into(),
        severities: device::SEVERITIES
            .map(|(severity, tone)| term(severity, tone))
            .into(),
        fixes: tables.fixes,
        hosts: tables.hosts.into_texts(),
        codes: tables.codes.into_texts(),
        tasks,
        words: WORDS.into(),
        nights: NIGHTS.into(),
    }
}

fn guarded(texts: &[String]) -> Vec<usize> {
    let numbered = texts.iter().enumerate();
    let mangled = numbered.filter(|(_, text)| would_mangle(text));
    mangled.map(|(number, _)| number).collect()
}

fn term(word: impl Label, tone: &'static str) -> Term {
    (word.id(), format::heading(word), tone)
}

/// The tables that rows point into.
#[derive(Default)]
struct Tables {
    texts: StringTable,
    fixes: Vec<(String, String, String)>,
    hosts: StringTable,
    codes: StringTable,
}

impl Tables {
    fn row(&mut self, view: &ReportView<'_>, device: &Device) -> Row {
        let leading_finding = attention::leading_finding(device);
        let cause = leading_finding.map_or(String::new(), |finding| {
            view.read(view.results().cause(&finding.cause))
        });
        let past = device.history.as_ref();
        Row(
            status_number(device.status),
            severity(device),
            self.maybe(device.device_name.as_deref()),
            self.maybe(device.serial_number.as_deref()),
            self.maybe(device.user.as_deref()),
            self.maybe(device.email.as_deref()),
            self.maybe(device.department.as_deref()),
            self.maybe(device.site.as_deref()),
            self.texts.maybe(device::model(device)),
            self.texts.maybe(device::system(device)),
            self.texts.number(device::last_good(view, device)),
            self.texts.maybe(device::age_words(view, device)),
            self.texts.maybe(device::kind_of_good(device)),
            device.age_days,
            age_number(device),
            self.fix(attention::deciding_finding(device)),
            self.texts.number(escaped(&cause)),
            self.hosts(device),
            flags(device),
            self.texts.number(also_searched(device)),
            self.codes(device),
            self.texts.maybe(device::copied(device)),
            self.maybe(device.group.as_deref()),
            self.maybe(device.policy_group.as_deref()),
            self.maybe(past.map(|past| past.nights.as_str())),
            past.and_then(|past| past.nights_failing).unwrap_or(0),
        )
    }

    fn task(&mut self, task: &Task) -> TaskCells {
        let to = task.mail.to.iter();
        (
            task.group.rows.clone(),
            to.map(|address| self.texts.number(address.as_str()))
                .collect(),
            self.texts.number(task.mail.subject.as_str()),
            self.texts.number(task.mail.body.as_str()),
        )
    }

    fn maybe(&mut self, text: Option<&str>) -> i32 {
        self.texts.maybe(text.map(escaped))
    }

    fn fix(&mut self, finding: Option<&Finding>) -> usize {
        let key = device::fix_key(finding);
        let place = self.fixes.iter().position(|(each, ..)| *each == key);
        place.unwrap_or_else(|| {
            let who = finding.and_then(Finding::fix).map_or("", |fix| fix.who);
            self.fixes
                .push((key, device::fix_title(finding), who.to_owned()));
            self.fixes.len() - 1
        })
    }

    fn hosts(&mut self, device: &Device) -> Vec<i32> {
        let names = device.backups.iter().map(|backup| escaped(&backup.host));
        let names: BTreeSet<_> = names.collect();
        names
            .into_iter()
            .map(|name| self.hosts.number(name))
            .collect()
    }

    fn codes(&mut self, device: &Device) -> Vec<i32> {
        let codes = device.findings.iter().map(|finding| finding.code.id());
        codes.map(|code| self.codes.number(code)).collect()
    }
}

fn severity(device: &Device) -> i32 {
    let number = device.severity.map(device::severity_number);
    number
        .and_then(|number| i32::try_from(number).ok())
        .unwrap_or(UNKNOWN)
}

fn flags(device: &Device) -> u8 {
    let set = FLAGS.iter().filter(|(_, holds)| holds(device));
    set.map(|(bit, _)| bit).sum()
}

/// What people search for and no column shows.
fn also_searched(device: &Device) -> String {
    let ids = [&device.udid, &device.imei];
    let values = ids.into_iter().flatten().chain(&device.tags);
    let values: Vec<_> = values.map(|id| escaped(id)).collect();
    values.join(" ")
}
