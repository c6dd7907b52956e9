//! Run sheets as bytes: what can be held to account without a browser. That each is one page of A4 and
//! of Letter is tested in `tests/browser`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fleetback_report::render::html::run_sheets;
use fleetback_report::results::*;
use fleetback_report::swap::answer::Outcome;
use fleetback_report::swap::evaluate::tickets;
use fleetback_report::swap::request::{PlanUsed, Run};
use fleetback_report::swap::ticket::Tickets;
use fleetback_report::view::run_sheet::{Density, RunSheet, run_sheet};
use fleetback_report::view::ticket::Tone;
use fleetback_scanner::model::problem::Problem;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::common;
use crate::desk::*;
use crate::outputs::{HOSTILE, counter, hostile};
use crate::tickets::{all, asked, run};

fn page(tickets: &Tickets) -> String {
    let mut out = Vec::new();
    run_sheets::write(tickets, &TimeZone::UTC, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn sheets(tickets: &Tickets) -> Vec<RunSheet> {
    let sheets = tickets.swaps.iter();
    sheets
        .map(|ticket| run_sheet(ticket, tickets, &TimeZone::UTC))
        .collect()
}

#[test]
fn the_page() {
    let page = page(&counter());
    let (_, body) = page.split_once("</style>").unwrap();
    insta::assert_snapshot!(body);
}

#[test]
fn every_swap_has_a_line_and_a_sheet() {
    let page = page(&counter());
    for number in 1..=3 {
        assert_eq!(
            page.matches(&format!("href=\"#sheet-{number}\"")).count(),
            1
        );
        assert_eq!(page.matches(&format!("id=\"sheet-{number}\"")).count(), 1);
        assert!(page.contains(&format!("Run sheet {number} of 3")));
    }
    assert_eq!(page.matches("Signature").count(), 6);
}

#[test]
fn the_policy_lets_the_style_in_and_nothing_else() {
    let page = page(&hostile());
    let (_, style) = page.split_once("<style>").unwrap();
    let (style, _) = style.split_once("</style>").unwrap();
    let digest = STANDARD.encode(Sha256::digest(style.as_bytes()));
    let (_, policy) = page
        .split_once("Content-Security-Policy\" content=\"")
        .unwrap();
    let policy = policy.split_once('"').unwrap().0.replace("&#39;", "'");
    let want = format!("default-src 'none'; style-src 'sha256-{digest}';");
    assert!(policy.starts_with(&want), "{policy}");
    for barred in [
        "<script",
        "http:",
        "https:",
        " src=",
        "<link",
        " style=",
        " onclick=",
    ] {
        assert!(!page.contains(barred), "{barred}");
    }
}

#[test]
fn a_name_is_text_on_the_page() {
    assert!(HOSTILE.contains("<script>") && HOSTILE.contains('\u{1b}'));
    let page = page(&hostile());
    assert_eq!(page.matches("</style").count(), 1);
    assert!(!page.contains("</td><script") && page.contains("&#60;script&#62;alert"));
    let barred = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!page.contains(barred));
}

#[test]
fn what_is_wrong_with_the_plan_stands_before_the_swaps() {
    let used = PlanUsed {
        path: "plan.csv".to_owned(),
        swaps: 1,
        unusable: vec![7],
        problems: vec![Problem::incomplete(
            "plan.csv",
            "an old device",
            "line 7: none",
        )],
    };
    let run = Run {
        plan: Some(used),
        ..run()
    };
    let results = common::results(vec![phone()], Vec::new());
    let page = page(&tickets(&results, &[asked("C39TEST00001")], &run));
    let place = |words| page.find(words).unwrap();
    assert!(place("was not checked: line 7") < place("<table>"));
    assert!(place("<bdi>line 7: none</bdi>") < place("<table>"));
}

/// Everything that is to be done stands on the sheet, word for word where there is room.
#[test]
fn no_box_is_left_out() {
    let tickets = counter();
    for (sheet, ticket) in sheets(&tickets).iter().zip(&tickets.swaps) {
        let boxes: Vec<_> = sheet.lists.iter().flat_map(|list| &list.items).collect();
        let to_do = ticket
            .answers
            .iter()
            .filter(|a| a.answer != Outcome::Pass && a.waits_for.is_none());
        let rules: Vec<_> = to_do.map(|answer| answer.rule.as_str()).collect();
        let told: Vec<_> = boxes.iter().map(|item| item.rule.as_str()).collect();
        assert_eq!(told, rules);
        assert!(sheet.lists.iter().all(|list| list.tone != Tone::Calm));
        let passed = ticket.answers.iter().filter(|a| a.answer == Outcome::Pass);
        assert!(passed.into_iter().all(|a| sheet.in_order.contains(&a.rule)));
    }
}

#[test]
fn the_old_device_is_erased_last_and_never_without_a_backup() {
    let of = |device| {
        let tickets = all(vec![device], &[asked("C39TEST00001")]);
        sheets(&tickets).remove(0).steps
    };
    let steps = of(phone());
    let place = |words: &str| steps.iter().position(|step| step.contains(words)).unwrap();
    assert!(place("Restore from the computer mac-07") < place("Erase the old device"));
    assert!(place("Erase the old device") < place("Keep the old backup"));
    assert!(
        of(icloud(bare(), HOUR, HOUR))
            .iter()
            .any(|step| step.contains("iCloud Backup"))
    );
    let none = of(bare());
    assert!(none[0].starts_with("Do not erase"), "{none:?}");
    assert!(!none.iter().any(|step| step.starts_with("Erase")));
}

#[test]
fn of_several_devices_none_is_erased_and_all_are_named() {
    let named = |serial: &str| common::device(serial, "iPhone", Status::Protected);
    let devices = ["C39TEST00001", "C39TEST00002"].map(named);
    let tickets = all(devices.to_vec(), &[asked("iPhone"), asked("nobody")]);
    let [several, none] = sheets(&tickets).try_into().unwrap();
    let fits: Vec<_> = several
        .facts
        .iter()
        .filter(|fact| fact.label == "Fits")
        .collect();
    assert!(
        fits.len() == 2 && fits[1].value.contains("C39TEST00002"),
        "{fits:?}"
    );
    for sheet in [several, none] {
        assert!(
            sheet.steps[0].starts_with("Do not erase any device"),
            "{:?}",
            sheet.steps
        );
        assert!(!sheet.steps.iter().any(|step| step.starts_with("Erase")));
    }
}

/// A device of which everything that can be wrong is.
fn worst() -> Device {
    let long = |letters: usize| "x".repeat(letters);
    let mut backup = plain(3 * DAY);
    backup.host = long(400);
    backup.path = long(400).into();
    managed(with(bare(), backup), |mdm| {
        (mdm.find_my, mdm.esim) = (Some(true), Some(true));
        mdm.restrictions_told = true;
        for key in ["allowESIMOutgoingTransfers", "allowEraseContentAndSettings"] {
            mdm.restrictions.insert(key.to_owned(), false);
        }
        mdm.managed_apps_told = true;
        mdm.apps_barred_from_backup = (0..40).map(|_| long(200)).collect();
        mdm.apps_removed_with_enrolment = (0..40).map(|_| long(200)).collect();
        (mdm.capacity, mdm.available) = (Some(512.0), Some(12.0));
    })
}

#[test]
fn a_fuller_sheet_has_smaller_letters_and_shorter_sentences() {
    let sheet = |device| sheets(&all(vec![device], &[asked("C39TEST00001")])).remove(0);
    let roomy = sheet(phone());
    let tight = sheet(worst());
    assert_eq!(roomy.density, Density::Roomy);
    assert_eq!(tight.density, Density::Tight);
    let letters = |text: &str| text.chars().count();
    for item in tight.lists.iter().flat_map(|list| &list.items) {
        assert!(letters(&item.text) <= 111, "{}", item.text);
        assert!(
            item.remedy
                .as_deref()
                .is_none_or(|remedy| letters(remedy) <= 106)
        );
    }
    assert!(tight.facts.iter().all(|fact| letters(&fact.value) <= 111));
}

#[test]
fn a_name_has_room_and_no_more() {
    let named = |letters: usize| {
        let device = Device {
            device_name: Some("W".repeat(letters)),
            serial_number: None,
            udid: None,
            ..phone()
        };
        let tickets = all(vec![device], &[asked(&"W".repeat(letters))]);
        sheets(&tickets).remove(0).subject
    };
    assert_eq!(named(60), "W".repeat(60));
    assert_eq!(named(61), format!("{}…", "W".repeat(60)));
}
