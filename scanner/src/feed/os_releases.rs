//! `--os-feed FILE`: Apple's GDMF list, or the feed of the SOFA project, distinguished by their keys.
//!
//! The `Latest` of a major version is not enough: it is 18.7.8 while six models have
//! 18.7.10. Every entry is kept, with the models that it lists. An entry without models says nothing
//! of any device; watches and Apple TVs stand in the same lists and are left out.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::model::os_feed::{OsFeed, OsFeedKind, OsRelease};
use crate::model::problem::{Problem, ProblemKind};
use crate::source::file::Fault;
use crate::source::json;

/// Eighty times the largest feed of 2026, in bytes.
const BYTES_MAX: u64 = 16 << 20;

const WANTED: &str = "a list of iOS releases: Apple's GDMF list or a SOFA feed for iOS";
const REMEDY: &str = "save https://gdmf.apple.com/v2/pmv or SOFA's v2/ios_data_feed.json anew; until then the built-in table judges";

/// Reads a feed. What is wrong with it is a problem; no feed then.
pub fn read(path: &Path) -> (Option<OsFeed>, Vec<Problem>) {
    let read = json::read(path, BYTES_MAX).and_then(|value| parse(path, &value));
    match read {
        Ok((feed, unreadable)) => (Some(feed), note(path, unreadable)),
        Err(fault) => {
            let problem = fault.incomplete(path, WANTED);
            (None, vec![problem.with_remedy(REMEDY)])
        }
    }
}

fn note(path: &Path, unreadable: usize) -> Vec<Problem> {
    let count = match unreadable {
        0 => return Vec::new(),
        1 => "1 entry without one".to_owned(),
        n => format!("{n} entries without one"),
    };
    let found = format!("{count}; left out");
    let note = Problem::note(path, "a version in every entry", found);
    vec![note.with_kind(ProblemKind::LeftOut)]
}

/// The feed, and how many entries had models and no version.
fn parse(path: &Path, root: &Value) -> Result<(OsFeed, usize), Fault> {
    // The SOFA project stores Apple's list below `data`, beside its ETag.
    let root = root.get("data").filter(|d| d.is_object()).unwrap_or(root);
    let kind =
        kind(root).ok_or_else(|| wrong("JSON with neither PublicAssetSets nor OSVersions"))?;
    let entries = match kind {
        OsFeedKind::Gdmf => gdmf(root),
        OsFeedKind::SofaV1 | OsFeedKind::SofaV2 => sofa(root, kind),
    };
    let listed: Vec<_> = entries
        .into_iter()
        .filter(|entry| !entry.product_types.is_empty())
        .collect();
    if listed.is_empty() {
        let kind = kind.describe();
        return Err(wrong(format!(
            "{kind} that lists no iPhone, iPad or iPod touch"
        )));
    }
    let count = listed.len();
    let releases: Vec<_> = listed.into_iter().filter_map(Entry::release).collect();
    let checked = root.get("LastCheck").and_then(date);
    let newest = releases.iter().filter_map(|release| release.released).max();
    let feed = OsFeed {
        path: path.to_owned(),
        kind,
        date: checked
            .max(newest)
            .ok_or_else(|| wrong("a list without any date"))?,
        releases,
    };
    let unreadable = count - feed.releases.len();
    Ok((feed, unreadable))
}

fn wrong(words: impl Into<String>) -> Fault {
    Fault::Wrong(words.into())
}

fn kind(root: &Value) -> Option<OsFeedKind> {
    if root.get("PublicAssetSets").is_some() {
        return Some(OsFeedKind::Gdmf);
    }
    root.get("OSVersions")?;
    let newer = ["SchemaVersion", "LastCheck", "Devices"];
    let is_newer = newer.iter().any(|key| root.get(key).is_some());
    Some(if is_newer {
        OsFeedKind::SofaV2
    } else {
        OsFeedKind::SofaV1
    })
}

/// One entry of any list.
struct Entry<'a> {
    version: Option<&'a str>,
    released: Option<Date>,
    product_types: BTreeSet<String>,
}

impl Entry<'_> {
    fn release(self) -> Option<OsRelease> {
        Some(OsRelease {
            version: self.version?.to_owned(),
            released: self.released,
            product_types: self.product_types,
        })
    }
}

/// `AssetSets` is what an MDM can install: it keeps releases that the public list has dropped, and
/// their first dates.
fn gdmf(root: &Value) -> Vec<Entry<'_>> {
    let sets = ["PublicAssetSets", "AssetSets"].map(|key| root.get(key));
    let platforms = sets.into_iter().flatten().filter_map(Value::as_object);
    let lists = platforms.flat_map(serde_json::Map::values);
    lists
        .flat_map(items)
        .map(|item| Entry {
            version: version(item),
            released: item.get("PostingDate").and_then(date),
            product_types: product_types(item).unwrap_or_default(),
        })
        .collect()
}

fn sofa(root: &Value, kind: OsFeedKind) -> Vec<Entry<'_>> {
    let majors = root.get("OSVersions").into_iter().flat_map(items);
    majors.flat_map(|major| of_major(major, kind)).collect()
}

fn of_major(major: &Value, kind: OsFeedKind) -> Vec<Entry<'_>> {
    let latest = major.get("Latest");
    let inherited = latest.and_then(product_types).unwrap_or_default();
    let releases = major.get("SecurityReleases").into_iter().flat_map(items);
    let of_item = |item| {
        let own = product_types(item);
        let inherits = kind == OsFeedKind::SofaV2 && !is_for_some_models(item);
        Entry {
            version: version(item),
            released: item.get("ReleaseDate").and_then(date),
            product_types: own
                .or_else(|| inherits.then(|| inherited.clone()))
                .unwrap_or_default(),
        }
    };
    latest.into_iter().chain(releases).map(of_item).collect()
}

/// A release that says of itself that it is not for all models inherits no list.
fn is_for_some_models(item: &Value) -> bool {
    item.get("DeviceScope").and_then(Value::as_str) == Some("device-specific")
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// "18.7.10"; a letter of a rapid response after it is left out.
fn version(item: &Value) -> Option<&str> {
    let text = item.get("ProductVersion")?.as_str()?;
    let number = text.split_whitespace().next()?;
    let parts = number.split('.');
    let whole =
        |part: &str| matches!(part.len(), 1..=4) && part.bytes().all(|b| b.is_ascii_digit());
    (number.len() <= 20 && parts.clone().all(whole)).then_some(number)
}

/// The iPhones, iPads and iPods of `SupportedDevices`; `None` when there is no such list.
fn product_types(item: &Value) -> Option<BTreeSet<String>> {
    let list = item.get("SupportedDevices")?.as_array()?;
    let names = list.iter().filter_map(Value::as_str);
    Some(names.filter(|n| is_ours(n)).map(str::to_owned).collect())
}

/// "iPad16,10".
fn is_ours(name: &str) -> bool {
    let families = ["iPhone", "iPad", "iPod"];
    let number = families.iter().find_map(|one| name.strip_prefix(one));
    let number = number.and_then(|number| number.split_once(','));
    let digits =
        |text: &str| matches!(text.len(), 1..=3) && text.bytes().all(|b| b.is_ascii_digit());
    number.is_some_and(|(generation, variant)| digits(generation) && digits(variant))
}

/// "2026-08-17", "2026-08-17T00:00:00Z", "2026-08-22T18:45:03.083466422+00:00".
fn date(value: &Value) -> Option<Date> {
    let text = value.as_str()?;
    match text.parse::<Timestamp>() {
        Ok(instant) => Some(instant.to_zoned(TimeZone::UTC).date()),
        Err(_) => text.parse().ok(),
    }
}
