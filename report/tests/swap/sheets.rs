//! Run sheets as bytes: what can be held to account without a browser. That each is one page of A4 and
//! of Letter is tested in `tests/browser`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fleetback_report::render::html::run_sheets;
use fleetback_report::results::*;
use fleetback_report::swap::answer::{Answer, Outcome};
use fleetback_report::swap::evaluate::tickets;
use fleetback_report::swap::request::{PlanUsed, Run};
use fleetback_report::swap::rules::RULES;
use fleetback_report::swap::ticket::Tickets;
use fleetback_report::view::run_sheet::{Density, RunSheet, run_sheet};
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
    assert_eq!(
        page.matches("Signature").count(),
        2,
        "of the one that is ready"
    );
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
    assert!(place("<bdi>Could not read an old device: line 7: none.</bdi>") < place("<table>"));
}

/// Everything that is to be done stands on the sheet.
#[test]
fn no_check_is_left_out() {
    let tickets = counter();
    for (sheet, ticket) in sheets(&tickets).iter().zip(&tickets.swaps) {
        let steps = sheet.steps.iter();
        let steps = steps.map(|step| format!("{} {}", step.text, step.why));
        let notes = sheet.notes.iter().flat_map(|notes| notes.texts.clone());
        let text = steps.chain(notes).collect::<Vec<_>>().join("\n");
        let open =
            |a: &&Answer| a.answer != Outcome::Pass && a.waits_for.is_none() && a.rule != "S22";
        for answer in ticket.answers.iter().filter(open) {
            assert!(text.contains(&answer.asks), "{}\n{text}", answer.asks);
        }
    }
}

/// A sheet that somebody ticks and signs is a permission: a device that is not ready has none.
#[test]
fn only_a_device_that_is_ready_has_boxes_and_a_place_to_sign() {
    let of = |device, losses_accepted| {
        let run = Run {
            losses_accepted,
            ..run()
        };
        let results = common::results(vec![device], Vec::new());
        page(&tickets(&results, &[asked("C39TEST00001")], &run))
    };
    let check = |page: &str, may_erase: bool, words: &str| {
        let (_, body) = page.split_once("</style>").unwrap();
        assert_eq!(body.contains("Signature"), may_erase, "{words}");
        assert_eq!(body.contains("class=\"box\""), may_erase, "{words}");
        assert_eq!(body.contains("Erase the old device"), may_erase, "{words}");
        assert!(body.contains(words), "{words}");
    };
    check(&of(phone(), false), true, "✔</span> READY.");
    check(&of(bare(), false), false, "✖</span> DO NOT ERASE.");
    let lossy = || with(bare(), plain(HOUR));
    check(&of(lossy(), false), false, "✖</span> DO NOT ERASE.");
    check(&of(lossy(), true), true, "✔</span> READY, LOSSES ACCEPTED.");
}

#[test]
fn paper_has_no_back_ticks_and_no_numbers_of_rules() {
    let page = page(&counter());
    let (_, body) = page.split_once("</style>").unwrap();
    assert!(!body.contains('`'));
    for rule in RULES {
        assert!(!body.contains(&format!("({})", rule.id)), "{}", rule.id);
        assert!(!body.contains(&format!(">{}<", rule.id)), "{}", rule.id);
    }
}

#[test]
fn the_old_device_is_erased_last_and_never_without_a_backup() {
    let of = |device| {
        let run = Run {
            losses_accepted: true,
            ..run()
        };
        let results = common::results(vec![device], Vec::new());
        let tickets = tickets(&results, &[asked("C39TEST00001")], &run);
        let steps = sheets(&tickets).remove(0).steps.into_iter();
        steps.map(|step| step.text).collect::<Vec<_>>()
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
    assert!(
        !none.iter().any(|step| step.starts_with("Erase")),
        "{none:?}"
    );
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
        let first = &sheet.steps[0].text;
        assert!(first.starts_with("Do not erase any device"), "{first}");
        assert!(
            !sheet
                .steps
                .iter()
                .any(|step| step.text.starts_with("Erase"))
        );
    }
}

/// Tickets of a device that every rule stands against, in long words.
fn worst() -> Tickets {
    let long = || "a long text ".repeat(40);
    let mut backup = plain(3 * DAY);
    backup.host = long();
    backup.path = long().into();
    let mut tickets = all(vec![with(bare(), backup)], &[asked("C39TEST00001")]);
    for answer in &mut tickets.swaps[0].answers {
        answer.answer = Outcome::Blocks;
        answer.evidence = long();
        answer.remedy = Some(format!("{}: {}", answer.rule, long()));
    }
    tickets
}

#[test]
fn a_fuller_sheet_has_smaller_letters_and_shorter_sentences() {
    let roomy = sheets(&all(vec![bare()], &[asked("C39TEST00001")])).remove(0);
    let tight = sheets(&worst()).remove(0);
    assert_eq!(roomy.density, Density::Roomy);
    assert_eq!(tight.density, Density::Tight);
    let letters = |text: &str| text.chars().count();
    for step in &tight.steps {
        assert!(letters(&step.text) <= 106, "{}", step.text);
        assert!(letters(&step.why) <= 111, "{}", step.why);
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
