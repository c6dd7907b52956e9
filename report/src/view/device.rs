//! What is said of one device beside the columns of the tables: its name, its last good backup, its fix.
//!
//! A tone is a colour with a meaning; it never stands without a word and a shape beside it. Every
//! text that can come from a device passes [`escaped`] before it reaches the page.

use std::collections::BTreeSet;

use super::attention;
use super::capped::Capped;
use super::report::ReportView;
use crate::format::{self, Age, escaped, plural};
use crate::results::{Confidence, Device, Finding, Os, OsVerdict, Results, Severity, Status};

/// In place of a fact that no evidence gives.
pub(crate) const UNKNOWN: &str = "unknown";

/// In place of the name of a device that no evidence names.
pub(crate) const NAMELESS: &str = "no name known";

/// The statuses, worst first: tone, and what the status means in a few words.
pub(crate) const STATUSES: [(Status, &str, &str); 6] = [
    (Status::Never, "risk", "no backup and no attempt"),
    (
        Status::Failed,
        "risk",
        "backups failed and no current one exists",
    ),
    (Status::Stale, "risk", "the last good backup is too old"),
    (Status::Unknown, "unknown", "the evidence cannot tell"),
    (
        Status::Aging,
        "warn",
        "good backup, older than the aging limit",
    ),
    (Status::Protected, "good", "a good backup in date"),
];

/// The severities with their tones.
pub(crate) const SEVERITIES: [(Severity, &str); 4] = [
    (Severity::Info, "calm"),
    (Severity::Warning, "warn"),
    (Severity::Error, "risk"),
    (Severity::Critical, "risk"),
];

/// The place of a severity in the tables of the page.
pub(crate) fn severity_number(severity: Severity) -> usize {
    SEVERITIES
        .iter()
        .position(|(each, _)| *each == severity)
        .unwrap_or(0)
}

pub(crate) fn status_number(status: Status) -> usize {
    STATUSES
        .iter()
        .position(|(each, ..)| *each == status)
        .unwrap_or(0)
}

/// What the copy buttons copy: the serial number, else the UDID.
pub(crate) fn copied(device: &Device) -> Option<String> {
    let id = device.serial_number.as_ref().or(device.udid.as_ref());
    id.map(|id| escaped(id))
}

/// The name, or the words for none.
pub(crate) fn name(device: &Device) -> String {
    device
        .device_name
        .as_deref()
        .map_or(NAMELESS.into(), escaped)
}

/// The marketing name, else Apple's product type.
pub(crate) fn model(device: &Device) -> Option<String> {
    let model = device.model.as_ref().or(device.product_type.as_ref());
    model.map(|model| escaped(model))
}

/// "iPadOS 17.7".
pub(crate) fn system(device: &Device) -> Option<String> {
    let product = device.product_type.as_deref();
    format::os_version(product, device.os_version.as_deref()).map(|system| escaped(&system))
}

/// What an admin would call the device: serial number, UDID, IMEI or name.
pub(crate) fn handle(device: &Device) -> String {
    let numbers = [
        &device.serial_number,
        &device.udid,
        &device.imei,
        &device.device_name,
    ];
    let first = numbers.into_iter().flatten().next();
    first.map_or_else(
        || "(a device without a number)".to_owned(),
        |text| escaped(text),
    )
}

/// "2026-11-20", or which kind of nothing there is instead.
pub(crate) fn last_good(view: &ReportView<'_>, device: &Device) -> String {
    match (&device.last_good_backup, device.status) {
        (Some(good), _) => format::date(good.date, view.zone()).to_string(),
        (None, Status::Never) => "never backed up".into(),
        (None, Status::Unknown) => "not known".into(),
        (None, _) => "none that is good".into(),
    }
}

/// How old its last good backup was at the scan: the one age of that date in every output.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of the method is for one lifetime, the closure for any"
)]
pub(crate) fn age(view: &ReportView<'_>, device: &Device) -> Option<String> {
    with_age(view, device, |age| age.words())
}

/// The same for a narrow column: "12 d".
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of the method is for one lifetime, the closure for any"
)]
pub(crate) fn short_age(view: &ReportView<'_>, device: &Device) -> Option<String> {
    with_age(view, device, |age| age.short())
}

fn with_age(
    view: &ReportView<'_>,
    device: &Device,
    spell: fn(Age<'_>) -> String,
) -> Option<String> {
    let good = device.last_good_backup.as_ref()?;
    let limits = view.results().policy.of(device).age_limits();
    Some(spell(format::age(
        good.date,
        view.results().scanned_at,
        &limits,
    )))
}

/// "12 days old, local"; empty when there is no good backup.
pub(crate) fn last_good_more(view: &ReportView<'_>, device: &Device) -> String {
    let kind = kind_of_good(device).map(str::to_owned);
    let parts: Vec<_> = age_words(view, device).into_iter().chain(kind).collect();
    parts.join(", ")
}

/// "12 days old"; `None` when there is no good backup.
pub(crate) fn age_words(view: &ReportView<'_>, device: &Device) -> Option<String> {
    age(view, device).map(|age| format!("{age} old"))
}

/// "local" or "iCloud"; `None` when there is no good backup.
pub(crate) fn kind_of_good(device: &Device) -> Option<&'static str> {
    device
        .last_good_backup
        .as_ref()
        .map(|good| good.kind.label())
}

/// The title of the likely fix; what stands there when no finding asks for one.
pub(crate) fn fix_title(finding: Option<&Finding>) -> String {
    let fix = finding.and_then(Finding::fix);
    fix.map_or("Nothing to do".into(), |fix| fix.title.to_owned())
}

/// The id of the likely fix; empty when no finding asks for one.
pub(crate) fn fix_key(finding: Option<&Finding>) -> String {
    let fix = finding.and_then(|finding| finding.likely_fix);
    fix.map_or(String::new(), |fix| fix.to_string())
}

/// How a version of iOS stands to what there is: "26.6.1 is out, and something newer for 31 days at
/// least; Apple's GDMF list (/srv/gdmf.json), of 2026-08-27".
pub(crate) fn currency(results: &Results, os: &Os) -> String {
    let newest = os.newest.as_deref().unwrap_or_default();
    let since = os.days_behind.map_or_else(String::new, |days| {
        let days = plural(days.unsigned_abs(), "day", "days");
        format!(", and something newer than its own for {days} at least")
    });
    let verdict = match os.verdict {
        OsVerdict::Current => "its own".to_owned(),
        OsVerdict::BehindMinor => format!("{newest} is out{since}"),
        OsVerdict::BehindMajor => format!("{newest} is out, a newer generation{since}"),
        OsVerdict::SupportedOlder => {
            format!("{newest} is out; its own is the newest of its generation")
        }
        OsVerdict::Unsupported => "Apple makes none for this model any more".to_owned(),
        OsVerdict::Unknown => return "unknown".to_owned(),
    };
    let grace = if os.in_grace {
        "; within the grace period"
    } else {
        ""
    };
    let source = os.source.and_then(|place| results.source(place));
    let is_list = source.is_some_and(|source| source.date.is_some());
    let unsure = match os.confidence {
        Some(Confidence::Low) if is_list => ", which is old",
        _ => "",
    };
    let source = source.map(ToString::to_string).unwrap_or_default();
    format!("{verdict}{grace}; {source}{unsure}")
}

/// A device in a list that needs no script.
pub(crate) struct StaticRow {
    pub(crate) status: String,
    pub(crate) name: String,
    pub(crate) serial: String,
    pub(crate) user: String,
    pub(crate) last_good: String,
    pub(crate) fix: String,
    pub(crate) reason: String,
    pub(crate) host: String,
    /// Why it is listed apart, if it is.
    pub(crate) listed: String,
}

pub(crate) fn listed(view: &ReportView<'_>, fits: attention::DeviceFilter) -> Capped<StaticRow> {
    let devices = view.results().devices.iter().filter(|device| fits(device));
    Capped::new(devices, |device| static_row(view, device), "CSV file")
}

fn static_row(view: &ReportView<'_>, device: &Device) -> StaticRow {
    let or_unknown = |text: &Option<String>| text.as_deref().map_or(UNKNOWN.into(), escaped);
    let finding = attention::leading_finding(device);
    let hosts: BTreeSet<_> = device
        .backups
        .iter()
        .map(|backup| escaped(&backup.host))
        .collect();
    StaticRow {
        status: format::heading(device.status),
        name: name(device),
        serial: or_unknown(&device.serial_number),
        user: or_unknown(&device.user),
        last_good: [last_good(view, device), last_good_more(view, device)]
            .into_iter()
            .filter(|words| !words.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        fix: fix_title(attention::deciding_finding(device)),
        reason: finding.map_or(String::new(), |finding| {
            escaped(view.results().cause(&finding.cause))
        }),
        host: hosts.into_iter().collect::<Vec<_>>().join(", "),
        listed: format::heading(device.listed),
    }
}
