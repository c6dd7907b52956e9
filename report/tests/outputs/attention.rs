//! Which devices need attention, and that the terminal and the page group them alike.

use std::collections::BTreeMap;

use fleetback_report::render::html;
use fleetback_report::render::terminal::report::{TextOptions, write};
use fleetback_report::results::{Device, Listed, Severity, Status};
use fleetback_report::view::attention::{Urgency, urgency};
use fleetback_report::view::report::ReportView;
use jiff::tz::TimeZone;

use crate::common::{device, morning};

fn check(status: Status, severity: Option<Severity>, expected: Option<Urgency>) {
    let device = Device {
        severity,
        ..device("a", "A", status)
    };
    assert_eq!(urgency(&device), expected, "{status} {severity:?}");
    let apart = Device {
        could_be_lost: false,
        listed: Listed::Apart,
        ..device
    };
    assert_eq!(urgency(&apart), None, "{status} {severity:?}, apart");
}

#[test]
fn at_risk_is_now_and_a_warning_is_next() {
    for status in [
        Status::Stale,
        Status::Failed,
        Status::Never,
        Status::Unknown,
    ] {
        check(status, None, Some(Urgency::Now));
    }
    check(Status::Aging, None, Some(Urgency::Next));
    check(
        Status::Protected,
        Some(Severity::Warning),
        Some(Urgency::Next),
    );
    check(Status::Protected, Some(Severity::Info), None);
    check(Status::Protected, None, None);
}

/// Title and number of devices of every group of the page.
fn groups_of_the_page(page: &str) -> BTreeMap<(String, u64), u64> {
    let mut groups = BTreeMap::new();
    for part in page.split("data-devices=\"").skip(1) {
        let count = part.split('"').next().unwrap().parse().unwrap();
        let title = between(part, "aria-controls=\"steps-", "</button>");
        let title = title.split_once('>').unwrap().1;
        *groups.entry((title.to_owned(), count)).or_default() += 1;
    }
    groups
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap();
    rest.split_once(end).unwrap().0
}

/// The same of the terminal: "      1    2  Check the storage space (user): C39TEST00002".
fn groups_of_the_terminal(text: &str) -> BTreeMap<(String, u64), u64> {
    let mut groups = BTreeMap::new();
    let parts = text
        .split("\n\n")
        .filter(|part| part.starts_with("What to do"));
    for line in parts.flat_map(|part| part.lines().skip(2)) {
        let (_, rest) = line.trim_start().split_once("  ").unwrap();
        let (count, rest) = rest.trim_start().split_once("  ").unwrap();
        let title = rest.rsplit_once(" (").unwrap().0;
        let key = (title.to_owned(), count.parse().unwrap());
        *groups.entry(key).or_default() += 1;
    }
    groups
}

#[test]
fn the_terminal_and_the_page_print_the_same_groups() {
    let (results, zone) = (morning(), TimeZone::UTC);
    let sheet = ReportView::new(&results, &zone);
    let (mut page, mut text) = (Vec::new(), Vec::new());
    html::write(&sheet, &mut page).unwrap();
    let options = TextOptions {
        width: 120,
        color: false,
        rows_max: 20,
    };
    write(&sheet, &options, &mut text).unwrap();
    let page = groups_of_the_page(&String::from_utf8(page).unwrap());
    assert_eq!(
        page,
        groups_of_the_terminal(&String::from_utf8(text).unwrap())
    );
    let needing = results
        .devices
        .iter()
        .filter(|device| urgency(device).is_some());
    let grouped = page.iter().map(|((_, devices), groups)| devices * groups);
    assert_eq!(grouped.sum::<u64>(), needing.count() as u64);
}
