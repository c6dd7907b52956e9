//! Files about Apple's side: lists of iOS releases in every shape and the status page, good and bad.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of a test may fail like the test itself"
)]

use std::fs;

use fleetback_scanner::feed::{os_releases, system_status};
use fleetback_scanner::model::os_feed::{OsFeed, OsFeedKind};
use fleetback_scanner::model::problem::{Level, Problem};
use fleetback_scanner::model::service_status::ServiceStatus;
use fleetback_testdata::feeds::{Release, gdmf, sofa_v1, sofa_v2, system_status};
use proptest::prelude::*;
use serde_json::{Value, json};

fn read_bytes(bytes: &[u8]) -> (Option<OsFeed>, Vec<Problem>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("feed.json");
    fs::write(&path, bytes).unwrap();
    os_releases::read(&path)
}

#[track_caller]
fn read(feed: &Value) -> OsFeed {
    let (feed, problems) = read_bytes(feed.to_string().as_bytes());
    assert_eq!(problems, []);
    feed.unwrap()
}

/// "18.7.10 2026-08-17 iPhone11,2+iPhone11,8", a line an entry.
fn lines(feed: &OsFeed) -> Vec<String> {
    let releases = feed.releases.iter();
    releases
        .map(|one| {
            let day = one
                .released
                .map_or_else(|| "-".to_owned(), |d| d.to_string());
            let types: Vec<_> = one.product_types.iter().map(String::as_str).collect();
            format!("{} {day} {}", one.version, types.join("+"))
        })
        .collect()
}

#[track_caller]
fn refused(bytes: impl AsRef<[u8]>, found: &str) {
    let (feed, problems) = read_bytes(bytes.as_ref());
    assert_eq!(feed, None);
    let [problem] = &problems[..] else {
        unreachable!("{problems:?}");
    };
    assert_eq!(
        (problem.found.as_str(), problem.level),
        (found, Level::Incomplete)
    );
    assert!(problem.remedy.is_some());
}

const XR: Release<'_> = ("18.7.10", "2026-08-17", Some(&["iPhone11,8"]));
const ALL: Release<'_> = ("18.7.8", "2026-04-22", Some(&["iPhone11,8", "iPhone15,2"]));
const NEW: Release<'_> = ("26.6.1", "2026-08-17", Some(&["iPhone15,2"]));

#[test]
fn apples_list() {
    let feed = read(&gdmf(&[XR, ALL], &[NEW]));
    assert_eq!(feed.kind, OsFeedKind::Gdmf);
    assert_eq!(feed.date.to_string(), "2026-08-17");
    let want = [
        "18.7.10 2026-08-17 iPhone11,8",
        "18.7.8 2026-04-22 iPhone11,8+iPhone15,2",
        "26.6.1 2026-08-17 iPhone15,2",
    ];
    assert_eq!(lines(&feed), want);
    // As the SOFA project stores it.
    let wrapped = read(&json!({ "etag": "0", "data": gdmf(&[XR, ALL], &[NEW]) }));
    assert_eq!(lines(&wrapped), want);
}

#[test]
fn both_shapes_of_sofa() {
    let majors = [("18", ALL, &[XR, ALL][..])];
    let want = [
        "18.7.8 2026-04-22 iPhone11,8+iPhone15,2",
        "18.7.10 2026-08-17 iPhone11,8",
        "18.7.8 2026-04-22 iPhone11,8+iPhone15,2",
    ];
    let old = read(&sofa_v1(&majors));
    assert_eq!(
        (old.kind, lines(&old)),
        (OsFeedKind::SofaV1, want.map(str::to_owned).to_vec())
    );
    assert_eq!(old.date.to_string(), "2026-08-17");
    let new = read(&sofa_v2("2026-08-22T18:45:03.083466422+00:00", &majors));
    assert_eq!(
        (new.kind, lines(&new)),
        (OsFeedKind::SofaV2, want.map(str::to_owned).to_vec())
    );
    assert_eq!(new.date.to_string(), "2026-08-22");
}

#[test]
fn an_empty_list_is_skipped_and_a_missing_one_is_inherited() {
    let empty: Release<'_> = ("18.7.7", "2026-03-24", Some(&[]));
    let missing: Release<'_> = ("18.7.6", "2026-03-04", None);
    let majors = [("18", ALL, &[empty, missing][..])];
    let latest = "18.7.8 2026-04-22 iPhone11,8+iPhone15,2";
    let inherits = "18.7.6 2026-03-04 iPhone11,8+iPhone15,2";
    let checked = "2026-08-22T18:45:03Z";
    assert_eq!(lines(&read(&sofa_v2(checked, &majors))), [latest, inherits]);
    assert_eq!(lines(&read(&sofa_v1(&majors))), [latest]);
    // A release that says that it is for some models only inherits no list of all.
    let mut of_some = sofa_v2(checked, &majors);
    of_some["OSVersions"][0]["SecurityReleases"][1]["DeviceScope"] = json!("device-specific");
    assert_eq!(lines(&read(&of_some)), [latest]);
}

#[test]
fn names_that_are_no_phone_are_left_out() {
    let models: &[&str] = &[
        "iPod9,1",
        "Watch6,1",
        "iPhone",
        "iPad7,",
        "iPad13,18",
        "iPhone1,1; rm",
    ];
    let feed = read(&gdmf(&[("15.8.8", "2026-08-17", Some(models))], &[]));
    assert_eq!(lines(&feed), ["15.8.8 2026-08-17 iPad13,18+iPod9,1"]);
}

#[test]
fn an_entry_without_a_version_costs_itself() {
    let mut feed = gdmf(&[XR, ALL, NEW], &[]);
    feed["PublicAssetSets"]["iOS"][1]["ProductVersion"] = json!(18);
    feed["PublicAssetSets"]["iOS"][2]["ProductVersion"] = json!("18.x");
    feed["PublicAssetSets"]["iOS"][3]["ProductVersion"] = json!("26.6.1 (a)");
    let (feed, problems) = read_bytes(feed.to_string().as_bytes());
    assert_eq!(lines(&feed.unwrap()), ["26.6.1 2026-08-17 iPhone15,2"]);
    let told: Vec<_> = problems
        .iter()
        .map(|p| (p.found.as_str(), p.level))
        .collect();
    assert_eq!(told, [("2 entries without one; left out", Level::Note)]);
}

#[test]
fn what_is_no_feed_is_refused_with_words() {
    refused("", "0 bytes");
    refused(
        "<!DOCTYPE html><title>Sign in</title>",
        "a web page or other XML",
    );
    refused("{\"PublicAssetSets\": {", "JSON that is cut off");
    refused("[]", "JSON with neither PublicAssetSets nor OSVersions");
    refused(
        "{\"data\": {}}",
        "JSON with neither PublicAssetSets nor OSVersions",
    );
    refused(
        gdmf(&[], &[]).to_string(),
        "Apple's GDMF list that lists no iPhone, iPad or iPod touch",
    );
    let bare: Release<'_> = ("18.7.8", "2026-04-22", Some(&[]));
    refused(
        sofa_v1(&[("18", bare, &[])]).to_string(),
        "SOFA feed v1 that lists no iPhone, iPad or iPod touch",
    );
    let undated: Release<'_> = ("18.7.8", "soon", Some(&["iPhone11,8"]));
    refused(gdmf(&[undated], &[]).to_string(), "a list without any date");
    let (feed, problems) = os_releases::read(std::path::Path::new("/nonexistent/feed.json"));
    assert!(feed.is_none() && problems[0].found == "no such file");
}

proptest! {
    /// Any JSON below the keys of a feed is read or refused; every entry that is kept is whole.
    #[test]
    fn any_content_below_the_right_keys(version in "\\PC{0,12}", day in "\\PC{0,12}", model in "(iPhone|iPad|iPod|Watch)[0-9]{0,4},[0-9]{0,4}") {
        let models = [model.as_str()];
        let feed = gdmf(&[(&version, &day, Some(&models)), ALL], &[]);
        let (feed, problems) = read_bytes(feed.to_string().as_bytes());
        let feed = feed.unwrap();
        prop_assert!(problems.iter().all(|problem| problem.level == Level::Note));
        prop_assert!((1..=2).contains(&feed.releases.len()));
        for release in &feed.releases {
            prop_assert!(release.version.starts_with(|c: char| c.is_ascii_digit()));
            prop_assert!(!release.product_types.is_empty());
        }
    }
}

const NOW: &str = "2026-11-23T02:00:00Z";
/// 2026-11-20T21:00:00Z and five hours later, in milliseconds.
const START: i64 = 1_795_208_400_000;
const END: i64 = START + 5 * 3_600_000;

fn read_status(bytes: &[u8]) -> (Option<ServiceStatus>, Vec<Problem>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("status.js");
    fs::write(&path, bytes).unwrap();
    // The file itself is of the day on which the test runs.
    system_status::read(&path, NOW.parse().unwrap())
}

fn events(status: &ServiceStatus) -> Vec<String> {
    let events = status.events.iter();
    events
        .map(|one| {
            let end = one
                .end
                .map_or_else(|| "-".to_owned(), |end| end.to_string());
            format!("{} {} {} {end}", one.service, one.kind, one.start)
        })
        .collect()
}

#[test]
fn the_status_page_bare_and_called() {
    let over = (
        "iCloud Backup",
        "Outage",
        "resolved",
        Some(START),
        Some(END),
    );
    let now = (
        "iCloud Account &amp; Sign In",
        "Issue",
        "ongoing",
        Some(START),
        None,
    );
    let page = system_status(&[over, now]).to_string();
    let want = [
        "iCloud Account & Sign In Issue 2026-11-20T21:00:00Z -",
        "iCloud Backup Outage 2026-11-20T21:00:00Z 2026-11-21T02:00:00Z",
    ];
    for text in [
        page.clone(),
        format!("\u{feff}jsonCallback({page});\n"),
        format!("jsonCallback ( {page} )"),
    ] {
        let (status, problems) = read_status(text.as_bytes());
        let status = status.unwrap();
        assert_eq!(problems, []);
        assert_eq!(events(&status), want);
        assert!(status.observed_at <= NOW.parse().unwrap());
    }
}

#[test]
fn an_event_that_nobody_can_date_costs_itself() {
    let events_in = [
        ("iCloud Backup", "Outage", "resolved", Some(START), None),
        ("iCloud Backup", "Outage", "ongoing", None, None),
        ("iCloud Backup", "Outage", "ongoing", Some(0), None),
        (
            "iCloud Backup",
            "Outage",
            "resolved",
            Some(END),
            Some(START),
        ),
        (
            "iCloud Mail",
            "Outage",
            "resolved",
            Some(START),
            Some(START),
        ),
    ];
    let (status, problems) = read_status(system_status(&events_in).to_string().as_bytes());
    assert_eq!(
        events(&status.unwrap()),
        ["iCloud Mail Outage 2026-11-20T21:00:00Z 2026-11-20T21:00:00Z"]
    );
    let told: Vec<_> = problems
        .iter()
        .map(|p| (p.found.as_str(), p.level))
        .collect();
    assert_eq!(told, [("4 events without them; left out", Level::Note)]);
}

#[test]
fn a_page_without_an_event_is_news_and_a_file_without_services_is_none() {
    let (quiet, problems) = read_status(system_status(&[]).to_string().as_bytes());
    assert!(quiet.unwrap().events.is_empty() && problems.is_empty());
    for (text, found) in [
        ("", "0 bytes"),
        ("jsonCallback(", "0 bytes"),
        ("<html>", "a web page or other XML"),
        ("{}", "JSON without a list of services"),
        ("{\"services\": []}", "JSON without a list of services"),
        ("jsonCallback({\"services\": [", "JSON that is cut off"),
    ] {
        let (status, problems) = read_status(text.as_bytes());
        assert_eq!(status, None);
        assert_eq!(
            (problems[0].found.as_str(), problems[0].level),
            (found, Level::Incomplete),
            "{text}"
        );
    }
}
