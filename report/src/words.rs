//! Every word, date and number that a person reads, decided once.
//!
//! CSV, HTML and text take their words from here, so no two outputs can disagree on what a status
//! is called. Two spellings live side by side and a newcomer would mix them up: [`Word::code`] is
//! the promise that scripts compare (`needs-password`), [`Word::phrase`] is what a person reads
//! ("needs its password"). Text that comes from a device goes through [`shown`] on a terminal.

use crate::format::{Word, number, plural, shown, words};
use crate::results::{
    BackupKind, Change, Confidence, Finding, GroupUsed, Os, OsVerdict, Past, Pattern, Reference,
    Results, Severity, Status, Verdict, WaiverUse,
};
use crate::swap::answer::{Fate, Outcome};

/// What has changed since the run that is compared with: "3 new, 1 fixed, 1 gone".
pub fn changes(past: &Past) -> String {
    let of = |change| past.changes.get(&change).copied().unwrap_or(0);
    let told = TOLD_CHANGES.map(|change| (of(change), change.id()));
    let gone = (past.gone.len() as u64, "gone");
    let told = told
        .into_iter()
        .chain([gone])
        .filter(|(count, _)| *count > 0);
    let told: Vec<String> = told
        .map(|(count, word)| format!("{} {word}", number(count)))
        .collect();
    if told.is_empty() {
        "nothing has changed".to_owned()
    } else {
        told.join(", ")
    }
}

/// The changes worth a word, in the order in which they are told.
const TOLD_CHANGES: [Change; 5] = [
    Change::New,
    Change::Worse,
    Change::Better,
    Change::Fixed,
    Change::Appeared,
];

words! { Status:
    Protected "protected" "protected",
    Aging     "aging"     "aging",
    Stale     "stale"     "stale",
    Failed    "failed"    "failed",
    Never     "never"     "never backed up",
    Unknown   "unknown"   "unknown",
}

words! { Severity:
    Info     "info"     "info",
    Warning  "warning"  "warning",
    Error    "error"    "error",
    Critical "critical" "critical",
}

words! { Confidence:
    Low    "low"    "low: the usual order of trying",
    Medium "medium" "medium: the pattern fits",
    High   "high"   "high: direct evidence",
}

words! { BackupKind:
    Local  "local"  "local",
    Icloud "icloud" "iCloud",
}

words! { Verdict:
    Ready           "ready"             "READY",
    ReadyWithLosses "ready-with-losses" "READY, WITH LOSSES",
    NotReady        "not-ready"         "NOT READY",
    Unknown         "unknown"           "UNKNOWN",
}

words! { Outcome:
    Blocks     "blocks"      "blocks",
    CannotTell "cannot-tell" "cannot tell",
    Loses      "loses"       "loses",
    Warns      "warns"       "warns",
    Pass       "pass"        "in order",
}

words! { Fate:
    MayGo   "may-go"  "MAY GO",
    Keep    "keep"    "KEEP",
    Unknown "unknown" "UNKNOWN, SO KEEP",
}

/// Upper bound of each bucket in whole days, and its name; ages past the last are
/// [`BUCKET_OLDEST`].
const BUCKETS: [(i64, &str); 5] = [
    (1, "0 to 1 d"),
    (3, "2 to 3 d"),
    (7, "4 to 7 d"),
    (14, "8 to 14 d"),
    (30, "15 to 30 d"),
];
const BUCKET_OLDEST: &str = "31 d and more";
const BUCKET_NEVER: &str = "never";

/// Every age bucket, youngest first: for histograms.
pub const AGE_BUCKETS: [&str; 7] = [
    BUCKETS[0].1,
    BUCKETS[1].1,
    BUCKETS[2].1,
    BUCKETS[3].1,
    BUCKETS[4].1,
    BUCKET_OLDEST,
    BUCKET_NEVER,
];

/// The bucket of an age in whole days. Without an age it is `never` only for a device that is known
/// never to have been backed up; for any other device nobody can tell, and there is no bucket.
pub fn age_bucket(age_days: Option<i64>, status: Status) -> Option<&'static str> {
    match age_days {
        Some(days) => Some(bucket_of(days)),
        None => (status == Status::Never).then_some(BUCKET_NEVER),
    }
}

fn bucket_of(days: i64) -> &'static str {
    BUCKETS
        .iter()
        .find(|(last, _)| days <= *last)
        .map_or(BUCKET_OLDEST, |(_, name)| name)
}

/// "One site, Lyon", "Apple's servers, for all that can be told".
pub fn pattern_heading(pattern: &Pattern) -> String {
    let title = pattern.kind.about().title;
    match &pattern.what {
        Some(what) => format!("{title}, {what}"),
        None => title.to_owned(),
    }
}

/// How a version of iOS stands to what there is: "26.6.1 is out, and something newer for 31 days at
/// least; Apple's GDMF list (/srv/gdmf.json), of 2026-08-27".
pub fn currency(os: &Os) -> String {
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
        OsVerdict::Unknown => return "nobody can tell".to_owned(),
    };
    let grace = if os.in_grace {
        "; too new to blame anybody"
    } else {
        ""
    };
    let source = os.source.as_deref().unwrap_or_default();
    let of = os
        .source_date
        .map_or_else(String::new, |date| format!(", of {date}"));
    let unsure = match os.confidence {
        Some(Confidence::Low) if os.source_date.is_some() => ", which is old",
        _ => "",
    };
    format!("{verdict}{grace}; {source}{of}{unsure}")
}

/// "3 of 41 devices could be lost tonight".
///
/// Devices listed apart (known from old backups only) are not counted.
pub fn headline(results: &Results) -> String {
    let summary = &results.summary;
    match (summary.at_risk, summary.devices_counted()) {
        (_, 0) => "No devices found".to_owned(),
        (0, 1) => "The one device is safe for tonight".to_owned(),
        (0, all) => format!("None of {} devices could be lost tonight", number(all)),
        (1, 1) => "The one device could be lost tonight".to_owned(),
        (lost, all) => format!(
            "{} of {} could be lost tonight",
            number(lost),
            plural(all, "device", "devices")
        ),
    }
}

/// "DISA STIG for iOS 26 AIOS-26-003000; mSCP icloud_backup_disabled"; `None` when no rule speaks of
/// it. Numbers of one source stand together.
pub fn references(references: &[Reference]) -> Option<String> {
    let mut sources: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in references {
        match sources.iter_mut().find(|(source, _)| *source == one.source) {
            Some((_, ids)) => ids.push(&one.id),
            None => sources.push((&one.source, vec![&one.id])),
        }
    }
    let each = sources.into_iter();
    let each = each.map(|(source, ids)| format!("{source} {}", ids.join(", ")));
    let each: Vec<String> = each.collect();
    (!each.is_empty()).then(|| each.join("; "))
}

/// What the rules that speak of a finding demand: "allowCloudBackup = false".
pub fn demands(finding: &Finding) -> String {
    let mut demands: Vec<&str> = Vec::new();
    for one in &finding.references {
        if !demands.contains(&one.demands.as_str()) {
            demands.push(&one.demands);
        }
    }
    demands.join("; ")
}

/// What a waiver is for: a device, or the devices of a group.
pub fn waived_devices(waiver: &WaiverUse) -> String {
    match (&waiver.device, &waiver.group) {
        (Some(device), _) => shown(device),
        (None, Some(group)) => format!("every device of group {}", shown(group)),
        (None, None) => "no device".to_owned(),
    }
}

/// What a person should look at in the policy: waivers that end, have ended or cover nothing, and
/// groups without a device.
pub fn policy_notes(results: &Results) -> Vec<String> {
    let waivers = results.waivers.iter().filter_map(waiver_note);
    let groups = results.policy.groups.iter().filter_map(group_note);
    waivers.chain(groups).collect()
}

fn waiver_note(waiver: &WaiverUse) -> Option<String> {
    let until = waiver.until.as_deref().unwrap_or("an unknown day");
    let told = match (waiver.state.as_str(), waiver.devices) {
        ("expired", _) => format!("ended with {}; what it covered weighs again", shown(until)),
        ("unused", Some(0)) if waiver.group.is_some() => "covers no device".to_owned(),
        ("unused", Some(0)) => "names no device of this fleet; check the number".to_owned(),
        ("unused", _) => "covers no finding; take it out if the trouble has healed".to_owned(),
        _ if waiver.expiring => {
            let until = shown(until);
            format!("ends with {until}; what it covers weighs again after that day")
        }
        _ => return None,
    };
    let of = waiver
        .code
        .map_or_else(String::new, |code| format!(" of {code}"));
    let whom = waived_devices(waiver);
    Some(format!("the waiver{of} for {whom} {told}"))
}

fn group_note(group: &GroupUsed) -> Option<String> {
    let name = shown(&group.name);
    (group.devices == 0).then(|| {
        format!(
            "no device belongs to the group {name}; check its conditions and the groups before it"
        )
    })
}
