//! Every word, date and number that a person reads, decided once.
//!
//! CSV, HTML and text take their words from here, so no two outputs can disagree on what a status
//! is called. Two spellings live side by side and a newcomer would mix them up: [`Word::code`] is
//! the promise that scripts compare (`needs-password`), [`Word::phrase`] is what a person reads
//! ("needs its password"). Text that comes from a device goes through [`shown`] on a terminal.

use std::fmt::Write as _;

use fleetback_scanner::model::backup::{HostTool, Password, Restorable, State, VerifyLevel};
use fleetback_scanner::model::problem::Level;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde::Serialize;

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

/// A fact with a fixed list of values, each with its two spellings.
pub trait Word: Copy {
    /// The promised spelling, the same as in JSON: `needs-password`.
    fn code(self) -> &'static str;
    /// The spelling for people: "needs its password".
    fn phrase(self) -> &'static str;
}

/// Writes a [`Word`] as the table it is: variant, code, phrase.
macro_rules! words {
    ($type:ty: $($variant:ident $code:literal $phrase:literal,)+) => {
        impl Word for $type {
            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
            fn phrase(self) -> &'static str {
                match self { $(Self::$variant => $phrase,)+ }
            }
        }
    };
}

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

words! { State:
    Complete          "complete"           "complete",
    AttemptFailed     "attempt-failed"     "last attempt failed, an older backup still stands",
    Unfinished        "unfinished"         "unfinished",
    CleanupUnfinished "cleanup-unfinished" "complete, clean-up unfinished",
    InProgress        "in-progress"        "in progress",
    Damaged           "damaged"            "damaged",
    Placeholder       "placeholder"        "placeholder without a backup",
    Fake              "fake"               "make-believe backup of a tool",
    Unreadable        "unreadable"         "could not be read",
    Unknown           "unknown"            "unknown, no Status.plist",
}

words! { Restorable:
    Yes           "yes"            "yes",
    No            "no"             "no",
    NeedsPassword "needs-password" "needs its password",
    Unknown       "unknown"        "unknown",
}

words! { Password:
    Proven        "proven"         "proven",
    Wrong         "wrong"          "wrong",
    Missing       "missing"        "not given",
    NotNeeded     "not-needed"     "not needed",
    KeybagDamaged "keybag-damaged" "keybag damaged",
}

words! { VerifyLevel:
    State "state" "plists only",
    Names "names" "a payload for every file",
    Sizes "sizes" "a payload of the right length for every file",
    Contents "contents" "every byte of every file",
}

words! { HostTool:
    Apple            "apple"            "Finder, iTunes or Apple Devices",
    Libimobiledevice "libimobiledevice" "libimobiledevice",
    Pymobiledevice3  "pymobiledevice3"  "pymobiledevice3",
    NoInfo           "no-info"          "a tool that writes no Info.plist",
    Fake             "fake"             "a maker of make-believe backups",
    Decryptor        "decryptor"        "a decrypting tool",
    Unknown          "unknown"          "not told",
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

words! { Level:
    Note       "note"       "note",
    Incomplete "incomplete" "incomplete",
}

/// The promised spelling of a finding code or fix id: `backup-stale`, `check-storage`.
///
/// Taken from the serialised form, so that it cannot differ from the JSON.
pub fn code(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

/// "yes" or "no".
pub fn yes_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
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

/// The calendar date of an instant where the reader lives.
pub fn date(at: Timestamp, zone: &TimeZone) -> civil::Date {
    zone.to_datetime(at).date()
}

/// "2026-11-20 03:14": date and time of day where the reader lives.
pub fn date_time(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// "Europe/Berlin", "UTC"; a zone without a name by its offset at that instant, "UTC+01".
pub fn zone(zone: &TimeZone, at: Timestamp) -> String {
    match zone.iana_name() {
        Some("Etc/UTC") => "UTC".to_owned(),
        Some(name) => name.to_owned(),
        None => format!("UTC{}", zone.to_offset(at)),
    }
}

/// "2026-11-20T03:14:15Z": the exact instant, to the second.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Whole days from `then` up to `now`: 6 d 23 h is 6, and less than a day ahead is 0.
pub fn days_between(then: Timestamp, now: Timestamp) -> i64 {
    now.as_second().saturating_sub(then.as_second()) / 86_400
}

/// Lines named one by one; the rest are counted.
const LINES_MAX: usize = 10;

/// "line 3", "lines 3, 4 and 9", "lines 1, 2, … and 5 more".
pub fn list_of_lines(lines: &[u64]) -> String {
    let named: Vec<_> = lines.iter().take(LINES_MAX).map(u64::to_string).collect();
    let more = lines.len().saturating_sub(LINES_MAX);
    match named.as_slice() {
        [only] => format!("line {only}"),
        [first @ .., last] if more == 0 => format!("lines {} and {last}", first.join(", ")),
        named => format!("lines {} and {more} more", named.join(", ")),
    }
}

/// "1 day", "6 days".
pub fn days(count: i64) -> String {
    let count_abs = count.unsigned_abs();
    let sign = if count < 0 { "-" } else { "" };
    format!("{sign}{}", plural(count_abs, "day", "days"))
}

/// How long ago in the largest unit that says enough: "20 minutes", "3 hours", "6 days".
pub fn elapsed(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(then.as_second());
    let (size, one, many) = match seconds.unsigned_abs() {
        0..3_600 => (60, "minute", "minutes"),
        3_600..86_400 => (3_600, "hour", "hours"),
        _ => (86_400, "day", "days"),
    };
    let span = plural(seconds.unsigned_abs() / size, one, many);
    if seconds < 0 {
        format!("{span} ahead")
    } else {
        span
    }
}

/// "1 device", "1,204 devices".
pub fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// "One site, Lyon", "Apple's servers, for all that can be told".
pub fn pattern_heading(pattern: &Pattern) -> String {
    let title = pattern.kind.about().title;
    match &pattern.what {
        Some(what) => format!("{title}, {what}"),
        None => title.to_owned(),
    }
}

/// "41", "1,204": digits in groups of three.
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// "812 bytes", "4.0 MB", "5.5 GB": decimal units, as Finder counts.
pub fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 4] = [
        (1_000_000_000_000, "TB"),
        (1_000_000_000, "GB"),
        (1_000_000, "MB"),
        (1_000, "kB"),
    ];
    match UNITS.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / *unit as f64),
        None => plural(bytes, "byte", "bytes"),
    }
}

/// Gigabytes (10^9 bytes), rounded to two digits after the point.
pub fn gigabytes(bytes: u64) -> f64 {
    (bytes as f64 / 1e7).round() / 100.0
}

/// "35-678901-234567-8", the printed form of fifteen digits; anything else as it is.
pub fn imei(digits: &str) -> String {
    if digits.len() == 15 && all_digits(digits) {
        let (model, rest) = digits.split_at(8);
        format!(
            "{}-{}-{}-{}",
            &model[..2],
            &model[2..],
            &rest[..6],
            &rest[6..]
        )
    } else {
        digits.to_owned()
    }
}

/// "8941 0141 0321 1118 510", groups of four for 18 to 20 digits; anything else as it is.
pub fn iccid(digits: &str) -> String {
    if !(18..=20).contains(&digits.len()) || !all_digits(digits) {
        return digits.to_owned();
    }
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 4);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What Apple calls the system of a product type: iPadOS on an iPad from version 13, else iOS.
/// `None` for a product that is no iPhone, iPad or iPod touch.
pub fn platform(product_type: &str, os_version: Option<&str>) -> Option<&'static str> {
    if product_type.starts_with("iPhone") || product_type.starts_with("iPod") {
        return Some("iOS");
    }
    let major = os_version.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    product_type
        .starts_with("iPad")
        .then_some(if major.is_some_and(|major| major < 13) {
            "iOS"
        } else {
            "iPadOS"
        })
}

/// "iOS 18.1"; only "18.1" when the product does not tell the platform.
pub fn os_version(product_type: Option<&str>, version: Option<&str>) -> Option<String> {
    let version = version?;
    Some(match platform(product_type.unwrap_or(""), Some(version)) {
        Some(name) => format!("{name} {version}"),
        None => version.to_owned(),
    })
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

/// "iOS 18.1 (22B83)", as far as the parts are known.
pub fn os(product: Option<&str>, version: Option<&str>, build: Option<&str>) -> Option<String> {
    match (os_version(product, version), build) {
        (Some(version), Some(build)) => Some(format!("{version} ({build})")),
        (version, None) => version,
        (None, Some(build)) => {
            let name = platform(product.unwrap_or(""), None).unwrap_or("build");
            Some(format!("{name} ({build})"))
        }
    }
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

/// "a, b and 12 more": at most `most` items, and how many were left out.
pub fn list<T: AsRef<str>>(items: &[T], most: usize) -> String {
    let named: Vec<&str> = items.iter().take(most).map(AsRef::as_ref).collect();
    match items.len().saturating_sub(most) {
        0 => named.join(", "),
        more => format!("{} and {} more", named.join(", "), number(more as u64)),
    }
}

/// Text from a device or a file, made safe for a terminal: control characters, and characters that
/// change the direction or the visibility of text, become escapes (`\x1b`, `\n`, `\u{202e}`).
pub fn shown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if c.is_ascii_control() => _ = write!(safe, "\\x{:02x}", u32::from(c)),
            c if c.is_control() || is_treacherous(c) => {
                _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    safe
}

/// Characters that are not drawn, or that change how their neighbours are: bidi controls
/// (Unicode UAX #9), line and paragraph separators, zero-width characters, tags. The joiners
/// U+200C and U+200D stay: emoji and Persian names need them.
pub fn is_treacherous(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
