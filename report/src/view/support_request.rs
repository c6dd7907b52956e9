//! What to hand to Apple Support with a device: who it is, what it last did, and what went wrong when.
//!
//! Plain text, to be pasted into a form. Names come from devices, so control and bidi characters are
//! shown escaped. No telephone number, no user and no path of ours is in it.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::format::{self, escaped};
use crate::results::{BackupKind, Device, Finding, FixId};

use super::report::ReportView;

/// Attempts that are listed; a log holds ten.
const ATTEMPTS_MAX: usize = 10;

/// The text for a device and a finding that leads to Apple, its instants in RFC 3339; `None` for any
/// other finding.
pub fn support_request(
    view: &ReportView<'_>,
    device: &Device,
    finding: &Finding,
) -> Option<String> {
    let results = view.results();
    (finding.likely_fix == Some(FixId::ContactAppleSupport)).then(|| {
        text(
            device,
            finding,
            (results.cause(&finding.cause), results.why(finding)),
            results.scanned_at,
        )
    })
}

fn text(facts: &Device, finding: &Finding, (cause, why): (&str, &str), now: Timestamp) -> String {
    let mut text = format!("Backup of a device fails: {cause}\n");
    for (label, value) in identity(facts) {
        let value = value.map_or_else(|| "not known".to_owned(), |value| escaped(&value));
        let _ = writeln!(text, "{label}: {value}");
    }
    let _ = writeln!(
        text,
        "Last good backup to a computer: {}",
        last_local(facts)
    );
    let _ = writeln!(
        text,
        "Last backup to iCloud: {}",
        moment(facts.icloud.last_date)
    );
    let _ = writeln!(text, "Observed: {}", escaped(why));
    text.push_str(&codes(facts));
    text.push_str(&advised(finding));
    let _ = writeln!(text, "As of: {}", moment(Some(now)));
    text
}

fn identity(facts: &Device) -> [(&'static str, Option<String>); 7] {
    let system = format::os(
        facts.product_type.as_deref(),
        facts.os_version.as_deref(),
        facts.build_version.as_deref(),
    );
    [
        ("Model", facts.model.clone()),
        ("Product type", facts.product_type.clone()),
        ("Serial number", facts.serial_number.clone()),
        ("UDID", facts.udid.clone()),
        ("IMEI", facts.imei.as_deref().map(format::imei)),
        ("System", system),
        ("Name", facts.device_name.clone()),
    ]
}

fn last_local(facts: &Device) -> String {
    let good = facts.backups.iter().filter(|backup| backup.good);
    let newest = good.filter_map(|backup| backup.completed_at).max();
    let newest_good = facts.last_good_backup.as_ref();
    let newest_good = newest_good.filter(|good| good.kind == BackupKind::Local);
    moment(newest.max(newest_good.map(|good| good.date)))
}

/// The codes that the device itself reported, newest first.
fn codes(facts: &Device) -> String {
    let failed = facts
        .icloud
        .attempts
        .iter()
        .filter(|attempt| attempt.code != 0);
    let lines: Vec<_> = failed
        .take(ATTEMPTS_MAX)
        .map(|attempt| {
            let meaning = attempt
                .meaning
                .as_deref()
                .unwrap_or("not explained anywhere");
            let (at, domain) = (moment(Some(attempt.at)), escaped(&attempt.domain));
            format!("  {at}  {domain} {} ({meaning})\n", attempt.code)
        })
        .collect();
    if lines.is_empty() {
        return "Error codes: none reported\n".to_owned();
    }
    format!("Error codes, newest first:\n{}", lines.concat())
}

/// What fleetback advised in earlier runs, and what of it a person recorded as done.
fn advised(finding: &Finding) -> String {
    let past = finding.history.iter().flat_map(|past| &past.tried);
    let lines: Vec<_> = past
        .map(|tried| {
            let (title, since) = (tried.fix.about().title, moment(Some(tried.since)));
            let nights = format::plural(tried.nights, "night", "nights");
            let done = tried
                .done_on
                .map_or_else(String::new, |on| format!(", done on {on}"));
            format!("  {title}, for {nights} from {since}{done}\n")
        })
        .collect();
    if lines.is_empty() {
        return "Tried so far: not recorded here; add what was tried, and when\n".to_owned();
    }
    format!(
        "Advised so far without a good backup since; add which of it was done, and when:\n{}",
        lines.concat()
    )
}

fn moment(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "none known".to_owned(), format::instant)
}
