//! The HTML page as bytes: what can be held to account without a browser. What a browser makes of
//! it is tested in `tests/browser`.

#![allow(clippy::unwrap_used)] // a helper of a test stops at the first surprise

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use fleetback_report::render::html;
use fleetback_report::results::{Pattern, Results};
use fleetback_report::view::report::ReportView;
use jiff::tz::TimeZone;
use serde_json::Value;
use sha2::{Digest, Sha256};

const FLEET: &str = include_str!("browser/fleet.json");
const HOSTILE: &str =
    "</script></style><script>x</script><!--<img src=x onerror=x>\u{202e}\u{2028}&\"'";

fn page(results: &Results) -> String {
    let mut out = Vec::new();
    html::write(&ReportView::new(results, &TimeZone::UTC), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn fleet() -> Results {
    serde_json::from_str(FLEET).unwrap()
}

/// The first fleet with unkind text in every field that a device, a file name or a person fills.
fn hostile() -> Results {
    let mut fleet = fleet();
    for device in &mut fleet.devices {
        for field in [
            &mut device.device_name,
            &mut device.serial_number,
            &mut device.user,
            &mut device.department,
            &mut device.model,
            &mut device.os_version,
        ] {
            *field = Some(HOSTILE.into());
        }
        for finding in &mut device.findings {
            finding.cause = HOSTILE.into();
        }
    }
    for problem in &mut fleet.problems {
        problem.path = HOSTILE.into();
        problem.found = HOSTILE.into();
    }
    fleet.patterns.push(pattern(HOSTILE));
    fleet
}

/// A pattern of a site, as the JSON of an earlier run holds it.
fn pattern(site: &str) -> Pattern {
    let told = serde_json::json!({
        "id": format!("site:{site}"), "kind": "site", "what": site, "devices": [site, "C39TEST00002"],
        "missed": 41, "of": 44, "since": "2026-11-20T06:00:00Z", "nights": 3, "usual_rate": 0.12,
        "probability": 1e-9, "cause": "The network fails", "reason": format!("41 of 44 at {site}"),
        "likely_fix": "stable-wifi",
        "next_fix": null, "confidence": "medium",
    });
    serde_json::from_value(told).unwrap()
}

#[test]
fn a_common_cause_stands_before_what_to_do() {
    let mut with = fleet();
    with.patterns = vec![pattern("Lyon")];
    let without = page(&fleet());
    let page = page(&with);
    let section = between(&page, "One cause, many devices", "</section>");
    for words in [
        "41",
        "One site, Lyon",
        "The network fails",
        "41 of 44 at Lyon.",
        "Give it a stable Wi-Fi connection",
        "medium",
        "2026-11-20",
        "firewall, proxy and sign-in page",
        "C39TEST00002",
    ] {
        assert!(section.contains(words), "{words} is not in {section}");
    }
    let place = |words| page.find(words).unwrap();
    assert!(place("One cause, many devices") < place("id=\"devices\""));
    assert!(!without.contains("One cause, many devices"));
}

fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = page.split_once(start).unwrap();
    rest.split_once(end).unwrap().0
}

/// The table of devices, as the page holds it.
fn table(page: &str) -> Value {
    let start = "<script type=\"text/plain\" id=\"fleet\">";
    inflated(between(page, start, "</script>"))
}

/// What the devices open to, a block of devices each.
fn blocks(page: &str) -> Vec<Value> {
    let start = "<script type=\"application/json\" id=\"details\">";
    let details: Value = serde_json::from_str(between(page, start, "</script>")).unwrap();
    let blocks = details["blocks"].as_array().unwrap().iter();
    blocks
        .map(|block| inflated(block.as_str().unwrap()))
        .collect()
}

#[test]
fn the_policy_names_the_hashes_of_the_bytes_in_the_page() {
    for page in [page(&fleet()), page(&hostile())] {
        let policy =
            between(&page, "Content-Security-Policy\" content=\"", "\"").replace("&#39;", "'");
        for (directive, start, end) in [
            ("style-src", "<style>", "</style>"),
            ("script-src", "<script>", "</script>"),
        ] {
            let digest = Sha256::digest(between(&page, start, end).as_bytes());
            let source = format!("{directive} 'sha256-{}'", STANDARD.encode(digest));
            assert!(policy.contains(&source), "{source} in {policy}");
        }
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[test]
fn the_page_names_no_other_file_and_no_handler() {
    let page = page(&fleet());
    for barred in [
        "http:",
        "https:",
        " src=",
        "<link",
        "<iframe",
        "<form",
        " style=",
        " onclick=",
        "javascript:",
    ] {
        let script = between(&page, "<script>", "</script>");
        let rest = page.replace(script, "");
        assert!(!rest.contains(barred), "{barred}");
    }
    let addresses = page.matches("href=\"").count();
    let within = page.matches("href=\"#").count();
    assert_eq!(addresses, within, "links stay in the page");
}

#[test]
fn unkind_text_opens_no_element_and_ends_no_island() {
    let page = page(&hostile());
    assert_eq!(page.matches("<script").count(), 3);
    assert_eq!(page.matches("</script").count(), 3);
    assert_eq!(page.matches("</style").count(), 1);
    assert!(!page.contains("<img") && !page.contains("<!--"));
    assert!(!page.contains('\u{202e}') && !page.contains('\u{2028}'));
    let names = table(&page)["texts"].to_string();
    assert!(names.contains("onerror=x>\\\\u{202e}"), "{names}");
}

/// A block of devices, as the page holds it.
fn inflated(base64: &str) -> Value {
    let bytes = STANDARD.decode(base64).unwrap();
    serde_json::from_reader(DeflateDecoder::new(bytes.as_slice())).unwrap()
}

#[test]
fn the_islands_hold_every_device() {
    let fleet = fleet();
    let page = page(&fleet);
    assert_eq!(
        table(&page)["rows"].as_array().unwrap().len(),
        fleet.devices.len()
    );
    let blocks = blocks(&page);
    let devices = blocks
        .iter()
        .map(|block| block["devices"].as_array().unwrap().len());
    assert_eq!(devices.sum::<usize>(), fleet.devices.len());
}

#[test]
fn the_groups_add_up_to_the_headline() {
    let fleet = fleet();
    let page = page(&fleet);
    let counts = page.split("data-at-risk=\"").skip(1);
    let sum: u64 = counts
        .map(|rest| rest.split('"').next().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(sum, fleet.summary.at_risk);
    assert!(page.contains(&format!("<h1 id=\"headline\">{sum} of ")));
}

#[test]
fn the_same_results_give_the_same_bytes() {
    assert!(page(&fleet()) == page(&fleet()));
}

/// The fleet, `times` as large, all of it at risk, with ten times as many problems.
fn grown(times: usize) -> Results {
    let mut fleet = fleet();
    fleet.devices = vec![fleet.devices; times].concat();
    for device in &mut fleet.devices {
        device.could_be_lost = true;
    }
    fleet.problems = vec![fleet.problems; 10 * times].concat();
    fleet
}

#[test]
fn what_the_page_lists_without_its_script_does_not_grow_with_the_fleet() {
    let page = page(&grown(100));
    let static_rows = between(&page, "<noscript>", "</noscript>");
    assert_eq!(static_rows.matches("<tr>").count(), 501, "and the header");
    for part in [static_rows, between(&page, "id=\"problems\"", "</section>")] {
        assert!(part.contains(" more, which the "), "{part}");
    }
}
