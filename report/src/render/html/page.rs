//! The page as its template sees it: finished words in the order in which they are read.
//!
//! askama escapes every word; only the style, the script and the two islands go in as they are, and
//! `csp.rs` and `island.rs` hold the tests that they cannot end their elements.

use std::collections::BTreeSet;
use std::io;

use askama::Template;
use fleetback_scanner::model::problem::{Level, Problem};

use super::chart::{self, Age, Chart, Piece};
use super::groups::{self, Chapter, Fact};
use super::past::{self, OutcomeRow};
use super::patterns::{self, PatternRow};
use super::{csp, details, island, rows, terms};
use crate::format::{self, Word, shown};
use crate::results::{Device, GroupUsed, Host, PolicyUsed, Results, Status, WaiverUse};
use crate::sheet::Sheet;
use crate::words;

#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page {
    policy: String,
    style: String,
    script: String,
    fleet: String,
    details: String,
    generator: String,
    title: String,
    masthead: Vec<Fact>,
    headline: String,
    subline: String,
    changed: Option<String>,
    start: Option<Start>,
    notice: Option<Notice>,
    strip: Vec<Piece>,
    counts: Vec<Count>,
    asides: Vec<Aside>,
    ages: Vec<Age>,
    chart: Chart,
    patterns: Vec<PatternRow>,
    chapters: Vec<Chapter>,
    filters: Vec<Filter>,
    rows: Vec<StaticRow>,
    problems_lead: &'static str,
    problems: Vec<ProblemRow>,
    notes_word: String,
    notes: Vec<ProblemRow>,
    policy_notes: Vec<String>,
    waivers: Vec<WaiverRow>,
    outcomes: Vec<OutcomeRow>,
    apart: Vec<StaticRow>,
    unmatched: Vec<UnmatchedRow>,
    hosts: Vec<HostRow>,
    roots: Vec<RootRow>,
    method: Vec<Fact>,
    foot: String,
}

/// Where to begin, in the line below the headline.
struct Start {
    text: String,
    anchor: String,
}

/// What is missing from the report, said on the first screen.
struct Notice {
    what: String,
    so: &'static str,
}

/// One status on the first screen.
struct Count {
    key: &'static str,
    tone: &'static str,
    number: u64,
    shown: String,
    word: String,
    means: &'static str,
}

/// A sentence below the counts, with a link to where it is told in full.
struct Aside {
    text: String,
    anchor: &'static str,
    link: &'static str,
}

/// A choice above the table.
struct Filter {
    id: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
}

struct Choice {
    value: String,
    label: String,
}

/// A device in a list that needs no script.
struct StaticRow {
    status: String,
    name: String,
    serial: String,
    user: String,
    last_good: String,
    fix: String,
    reason: String,
    host: String,
}

struct ProblemRow {
    path: String,
    wanted: String,
    found: String,
    remedy: String,
}

struct WaiverRow {
    state: String,
    tone: &'static str,
    device: String,
    code: String,
    reason: String,
    until: String,
}

struct UnmatchedRow {
    source: String,
    reason: String,
}

struct HostRow {
    name: String,
    backups: String,
    space: String,
}

struct RootRow {
    path: String,
    backups: String,
}

impl Page {
    pub(super) fn new(sheet: &Sheet<'_>) -> io::Result<Self> {
        let results = sheet.results();
        let (style, script) = (csp::style(), csp::script());
        let chapters = groups::chapters(sheet);
        let headline = format!("{}.", sheet.headline());
        let counts = counts(results);
        let ages = ages(results);
        let (problems, notes) = problems(sheet);
        Ok(Self {
            policy: csp::policy(&style, &script),
            fleet: island::json(&rows::fleet(sheet, &chapters))?,
            details: island::json(&details::details(sheet))?,
            generator: format!("fleetback {}", shown(&results.tool_version)),
            title: format!(
                "{} Backup report, {}",
                headline,
                format::date(results.scanned_at, sheet.zone())
            ),
            masthead: masthead(sheet),
            subline: subline(results),
            changed: past::changed(sheet),
            start: start(&chapters),
            notice: notice(problems.len() as u64),
            strip: chart::strip(
                &counts
                    .iter()
                    .map(|count| (count.tone, count.number))
                    .collect::<Vec<_>>(),
            ),
            asides: asides(results),
            chart: chart::chart(&ages),
            patterns: patterns::rows(sheet),
            filters: filters(results),
            rows: listed(sheet, terms::not_in_order),
            problems_lead: PROBLEMS_LEAD,
            notes_word: format::plural(notes.len() as u64, "note", "notes"),
            outcomes: past::outcomes(sheet),
            policy_notes: words::policy_notes(results)
                .iter()
                .map(|note| format::capital(note))
                .collect(),
            waivers: results.waivers.iter().map(waiver).collect(),
            apart: listed(sheet, |device| device.listed_apart),
            unmatched: unmatched(results),
            hosts: results.hosts.iter().map(host).collect(),
            roots: roots(results),
            method: method(sheet),
            foot: format!(
                "Written by fleetback {}. This page asks for nothing from any network.",
                shown(&results.tool_version)
            ),
            style,
            script,
            headline,
            counts,
            ages,
            chapters,
            problems,
            notes,
        })
    }
}

const PROBLEMS_LEAD: &str = "Each of these is a place where evidence should have been, or where \
something else was found than was looked for.";

const GOOD: &str = "Everything that Apple would restore from it is on disk: both manifests can be \
read, and there is a payload for every file. An encrypted backup whose password nobody has proven \
counts when all that can be seen without the password is sound. An iCloud backup counts when the \
policy allows iCloud and the evidence of it is young enough to be trusted.";

fn masthead(sheet: &Sheet<'_>) -> Vec<Fact> {
    let results = sheet.results();
    vec![
        fact("Scanned", when(sheet)),
        fact("by", shown(&results.scan_host)),
        fact("Policy", shown(&results.policy.name)),
    ]
}

fn fact(label: &'static str, value: String) -> Fact {
    Fact { label, value }
}

/// "2026-11-22 23:00 Europe/Berlin".
fn when(sheet: &Sheet<'_>) -> String {
    let at = format::date_time(sheet.results().scanned_at, sheet.zone());
    format!("{at} {}", zone_name(sheet))
}

fn zone_name(sheet: &Sheet<'_>) -> String {
    format::zone(sheet.zone(), sheet.results().scanned_at)
}

fn subline(results: &Results) -> String {
    let in_date = |device: &&Device| matches!(device.status, Status::Protected | Status::Aging);
    let count = results.in_fleet().filter(in_date).count() as u64;
    let has = if count == 1 { "has" } else { "have" };
    match results.in_fleet().count() {
        0 => "No evidence names a device of this fleet.".into(),
        _ => format!(
            "{} {has} a good backup in date.",
            format::plural(count, "device", "devices")
        ),
    }
}

/// The first group of what could be lost tonight.
fn start(chapters: &[Chapter]) -> Option<Start> {
    let chapter = chapters
        .iter()
        .find(|chapter| chapter.id == groups::TONIGHT)?;
    let group = chapter.groups.first()?;
    Some(Start {
        text: format!("{} ({} {})", group.title, group.devices, group.devices_word),
        anchor: format!("group-{}", group.number),
    })
}

fn notice(count: u64) -> Option<Notice> {
    (count > 0).then(|| Notice {
        what: format!(
            "{} could not be read.",
            format::plural(count, "place", "places")
        ),
        so: "This report is incomplete: a device may be better or worse off than it looks here.",
    })
}

fn counts(results: &Results) -> Vec<Count> {
    let count = |(status, tone, means): (Status, &'static str, &'static str)| {
        let number = results
            .in_fleet()
            .filter(|device| device.status == status)
            .count() as u64;
        Count {
            key: status.code(),
            tone,
            number,
            shown: format::number(number),
            word: format::heading(status),
            means,
        }
    };
    terms::STATUSES.into_iter().map(count).collect()
}

fn asides(results: &Results) -> Vec<Aside> {
    let waived = results
        .in_fleet()
        .filter(|device| terms::waived(device))
        .count() as u64;
    let apart = results
        .devices
        .iter()
        .filter(|device| device.listed_apart)
        .count() as u64;
    let notes = words::policy_notes(results).len() as u64;
    let is = |count| if count == 1 { "is" } else { "are" };
    let asides = [
        (
            waived,
            "waived and not counted among those that could be lost.",
            "waivers",
            "See the waivers",
        ),
        (
            apart,
            "listed apart: known only from old backups.",
            "apart",
            "See the list",
        ),
    ];
    let told = asides.into_iter().filter(|(count, ..)| *count > 0);
    let told = told.map(|(count, what, anchor, link)| Aside {
        text: format!(
            "{} {} {what}",
            format::plural(count, "device", "devices"),
            is(count)
        ),
        anchor,
        link,
    });
    told.chain(policy_aside(notes)).collect()
}

fn policy_aside(notes: u64) -> Option<Aside> {
    let asks = if notes == 1 { "asks" } else { "ask" };
    (notes > 0).then(|| Aside {
        text: format!(
            "{} in the policy {asks} for a look.",
            format::plural(notes, "thing", "things")
        ),
        anchor: "waivers",
        link: "See which",
    })
}

/// Devices by the age of their last good backup. One without is `never` only when that is known.
fn ages(results: &Results) -> Vec<Age> {
    let bucket =
        |device: &Device| words::age_bucket(device.age_days, device.status).unwrap_or(NO_AGE);
    let labels = words::AGE_BUCKETS.into_iter().chain([NO_AGE]);
    let age = |label: &str| {
        let mine: Vec<_> = results
            .in_fleet()
            .filter(|device| bucket(device) == label)
            .collect();
        Age {
            label: label.to_owned(),
            devices: mine.len() as u64,
            at_risk: mine.iter().filter(|device| device.is_at_risk()).count() as u64,
        }
    };
    labels.map(age).collect()
}

const NO_AGE: &str = "none, or unknown";

fn filters(results: &Results) -> Vec<Filter> {
    let fixes: BTreeSet<_> = results
        .devices
        .iter()
        .map(terms::leading)
        .map(|finding| (terms::fix_title(finding), terms::fix_key(finding)))
        .filter(|(_, key)| !key.is_empty())
        .collect();
    let hosts = results
        .devices
        .iter()
        .flat_map(|device| &device.backups)
        .map(|backup| shown(&backup.host));
    let departments = results
        .devices
        .iter()
        .filter_map(|device| device.department.as_deref())
        .map(shown);
    let mut filters = vec![
        filter("status", "Status", "All", statuses(results)),
        filter(
            "fix",
            "Likely fix",
            "All",
            fixes
                .into_iter()
                .map(|(label, value)| Choice { value, label })
                .collect(),
        ),
        filter("host", "Computer", "All", same(hosts)),
        filter("dept", "Department", "All", same(departments)),
    ];
    filters.extend(places(results));
    filters.push(Filter {
        id: "sort",
        label: "Sort by",
        choices: SORTS.map(|(value, label)| choice(value, label)).into(),
    });
    filters
}

/// Where a device belongs: id of the filter, its label, what the device says.
type Place = (&'static str, &'static str, fn(&Device) -> Option<&str>);

const PLACES: [Place; 3] = [
    ("site", "Site", |device| device.site.as_deref()),
    ("group", "Group", |device| device.group.as_deref()),
    ("policy", "Group of the policy", |device| {
        device.policy_group.as_deref()
    }),
];

/// The filters that have something to choose.
fn places(results: &Results) -> Vec<Filter> {
    let devices = &results.devices;
    let filters = PLACES.into_iter().map(|(id, label, place)| {
        let choices = same(devices.iter().filter_map(place).map(shown));
        filter(id, label, "All", choices)
    });
    filters.filter(|filter| filter.choices.len() > 1).collect()
}

/// The orders of the table; the script knows them by the same names.
const SORTS: [(&str, &str); 9] = [
    ("worst", "Worst first"),
    ("device", "Device"),
    ("serial", "Serial number"),
    ("user", "User"),
    ("department", "Department"),
    ("model", "Model"),
    ("os", "System"),
    ("age", "Age of the backup"),
    ("fix", "Likely fix"),
];

fn filter(id: &'static str, label: &'static str, all: &str, mut choices: Vec<Choice>) -> Filter {
    choices.insert(0, choice("", all));
    Filter { id, label, choices }
}

fn choice(value: &str, label: &str) -> Choice {
    Choice {
        value: value.into(),
        label: label.into(),
    }
}

fn same(values: impl Iterator<Item = String>) -> Vec<Choice> {
    let values: BTreeSet<_> = values.collect();
    values.iter().map(|value| choice(value, value)).collect()
}

fn statuses(results: &Results) -> Vec<Choice> {
    let words = terms::STATUSES.map(|(status, ..)| choice(status.code(), &format::heading(status)));
    let lists: [(&str, &str, terms::Fits); 4] = [
        ("risk", "Could be lost tonight", Device::is_at_risk),
        ("soon", "In date, with something to do", terms::soon),
        ("waived", "Waived", terms::waived),
        ("apart", "Listed apart", |device| device.listed_apart),
    ];
    let lists = lists
        .into_iter()
        .filter(|(.., holds)| results.devices.iter().any(holds));
    lists
        .map(|(value, label, _)| choice(value, label))
        .chain(words)
        .collect()
}

fn listed(sheet: &Sheet<'_>, fits: terms::Fits) -> Vec<StaticRow> {
    let devices = sheet.results().devices.iter().filter(|device| fits(device));
    devices.map(|device| static_row(sheet, device)).collect()
}

fn static_row(sheet: &Sheet<'_>, device: &Device) -> StaticRow {
    let or_untold = |text: &Option<String>| text.as_deref().map_or(terms::UNTOLD.into(), shown);
    let finding = terms::leading(device);
    let hosts: BTreeSet<_> = device
        .backups
        .iter()
        .map(|backup| shown(&backup.host))
        .collect();
    StaticRow {
        status: format::heading(device.status),
        name: terms::name(device),
        serial: or_untold(&device.serial_number),
        user: or_untold(&device.user),
        last_good: [
            terms::last_good(sheet, device),
            terms::last_good_more(device),
        ]
        .into_iter()
        .filter(|words| !words.is_empty())
        .collect::<Vec<_>>()
        .join(", "),
        fix: terms::fix_title(finding),
        reason: finding.map_or(String::new(), |finding| shown(&finding.cause)),
        host: hosts.into_iter().collect::<Vec<_>>().join(", "),
    }
}

/// Those that leave the report incomplete, and the notes.
fn problems(sheet: &Sheet<'_>) -> (Vec<ProblemRow>, Vec<ProblemRow>) {
    let of = |level: Level| {
        let problems = sheet
            .problems()
            .into_iter()
            .filter(|problem| problem.level == level);
        problems.map(problem).collect()
    };
    (of(Level::Incomplete), of(Level::Note))
}

fn problem(problem: &Problem) -> ProblemRow {
    ProblemRow {
        path: shown(&problem.path.to_string_lossy()),
        wanted: shown(&problem.wanted),
        found: shown(&problem.found),
        remedy: problem.remedy.as_deref().map_or("nothing".into(), shown),
    }
}

fn waiver(waiver: &WaiverUse) -> WaiverRow {
    let calm = waiver.state == "used" && !waiver.expiring;
    let soon = if waiver.expiring { ", ends soon" } else { "" };
    WaiverRow {
        state: format!("{}{soon}", format::capital(&shown(&waiver.state))),
        tone: if calm { "" } else { "warn" },
        device: words::waived_devices(waiver),
        code: waiver.code.map_or("all".into(), |code| format::code(&code)),
        reason: shown(&waiver.reason),
        until: waiver.until.as_deref().map_or("without end".into(), shown),
    }
}

fn unmatched(results: &Results) -> Vec<UnmatchedRow> {
    let unmatched = results.unmatched.iter();
    unmatched
        .map(|item| UnmatchedRow {
            source: shown(&item.source),
            reason: shown(&item.reason),
        })
        .collect()
}

fn host(host: &Host) -> HostRow {
    let space = match (host.disk_free, host.disk_total) {
        (Some(free), Some(total)) => format!("{} of {}", format::size(free), format::size(total)),
        (Some(free), None) => format::size(free),
        (None, _) => "could not be read".into(),
    };
    HostRow {
        name: shown(&host.name),
        backups: format::number(host.backups),
        space,
    }
}

fn roots(results: &Results) -> Vec<RootRow> {
    let roots = results.roots.iter();
    roots
        .map(|root| RootRow {
            path: shown(&root.path.to_string_lossy()),
            backups: format::number(root.backups),
        })
        .collect()
}

fn method(sheet: &Sheet<'_>) -> Vec<Fact> {
    let results = sheet.results();
    let policy = &results.policy;
    let mut method = vec![fact("A good backup", GOOD.into())];
    method.extend(limits(policy));
    method.extend(policy.groups.iter().map(group));
    method.extend([
        fact("Policy", policy_name(policy)),
        fact(
            "Scanned",
            format!("{}, {}", when(sheet), format::instant(results.scanned_at)),
        ),
        fact("Time zone of the dates", zone_name(sheet)),
        fact("Run", shown(&results.run_id)),
        fact(
            "Program",
            format!(
                "fleetback {}, results of schema {}",
                shown(&results.tool_version),
                results.schema_version
            ),
        ),
    ]);
    method
}

fn limits(policy: &PolicyUsed) -> [Fact; 8] {
    let must = |required| if required { "required" } else { "not required" };
    [
        fact(
            "Aging",
            format!("older than {}", terms::limit(policy.aging_days)),
        ),
        fact(
            "Stale",
            format!(
                "older than {}, unless a group of the policy says otherwise",
                terms::limit(policy.stale_days)
            ),
        ),
        fact(
            "Critical",
            format!("older than {}", terms::limit(policy.critical_days)),
        ),
        fact(
            "Evidence of the MDM",
            format!(
                "trusted for {}",
                terms::limit(policy.inventory_trusted_days)
            ),
        ),
        fact("iCloud Backup", shown(&policy.icloud)),
        fact("Backups to a computer", shown(&policy.local)),
        fact(
            "Encryption of local backups",
            must(policy.encryption_required).into(),
        ),
        fact(
            "Proof of the password",
            must(policy.password_required).into(),
        ),
    ]
}

/// "Head office, which starts from the preset stig".
fn policy_name(policy: &PolicyUsed) -> String {
    let name = shown(&policy.name);
    match preset(policy) {
        Some(preset) => format!("{name}, which starts from the preset {preset}"),
        None => name,
    }
}

/// The preset, where it is not the usual one.
fn preset(policy: &PolicyUsed) -> Option<String> {
    let preset = policy.preset.as_deref();
    preset.filter(|preset| *preset != "default").map(shown)
}

fn group(group: &GroupUsed) -> Fact {
    let asked = &group.policy;
    let must = |required, what| if required { what } else { "" };
    let preset = preset(asked).map_or(String::new(), |preset| format!("; preset {preset}"));
    let text = format!(
        "{}: {}; aging after {}, stale after {}, critical after {}; iCloud {}, computer {}{}{}{preset}",
        shown(&group.name),
        format::plural(group.devices, "device", "devices"),
        terms::limit(asked.aging_days),
        terms::limit(asked.stale_days),
        terms::limit(asked.critical_days),
        shown(&asked.icloud),
        shown(&asked.local),
        must(asked.encryption_required, ", encryption required"),
        must(asked.password_required, ", proof of the password required"),
    );
    fact("Group of the policy", text)
}
