//! Who was meant.

use fleetback_report::results::{Device, Status};
use fleetback_report::swap::lookup::{Found, MatchedBy, lookup};
use proptest::prelude::*;

use crate::common;

fn fleet() -> Vec<Device> {
    let new = Device {
        udid: Some("00008130-001A75D23A2B803A".to_owned()),
        imei: Some("356789012345678".to_owned()),
        other_imeis: vec!["356789012345686".to_owned()],
        meid: Some("A0000012345678".to_owned()),
        ecid: Some("0x1A75D23A2B803A".to_owned()),
        ..common::device("C39TEST00001", "Anna’s iPhone", Status::Protected)
    };
    let old = Device {
        udid: Some("abcdef0123456789abcdef0123456789abcdef01".to_owned()),
        ecid: Some("0x2A75D23A2B803A".to_owned()),
        ..common::device("SC39TEST0002", "iPhone", Status::Protected)
    };
    vec![
        new,
        old,
        common::device("C39TEST0002", "iPhone", Status::Protected),
        common::device("C39TEST00004", "C39TEST00001", Status::Protected),
    ]
}

#[track_caller]
fn check(text: &str, want: Option<(&str, MatchedBy)>) {
    let results = common::results(fleet(), Vec::new());
    let got = match lookup(&results, text) {
        Found::One(device, by) => Some((device.serial_number.clone().unwrap(), by)),
        Found::Several(_) | Found::None => None,
    };
    let got = got.as_ref().map(|(serial, by)| (serial.as_str(), *by));
    assert_eq!(got, want, "{text:?}");
}

#[test]
fn numbers_in_every_spelling() {
    let anna = |by| Some(("C39TEST00001", by));
    check("C39TEST00001", anna(MatchedBy::Serial));
    check(" c39 test-00001\n", anna(MatchedBy::Serial));
    check("\u{feff}C39TEST\u{2011}00001", anna(MatchedBy::Serial));
    check("00008130-001A75D23A2B803A", anna(MatchedBy::Udid));
    check("00008130001a75d23a2b803a", anna(MatchedBy::Udid));
    check("00008130 001A 75D2 3A2B 803A", anna(MatchedBy::Udid));
    check("35-678901-234567-8", anna(MatchedBy::Imei));
    check("35 678901 234567", anna(MatchedBy::Imei));
    check("356789012345686", anna(MatchedBy::Imei));
    check("A0000012345678", anna(MatchedBy::Meid));
    check("0x1A75D23A2B803A", anna(MatchedBy::Ecid));
    check("1a75d23a2b803a", anna(MatchedBy::Ecid));
    check("7447895173988410", anna(MatchedBy::Ecid));
    check(
        "ABCDEF0123456789ABCDEF0123456789ABCDEF01",
        Some(("SC39TEST0002", MatchedBy::Udid)),
    );
}

#[test]
fn a_leading_s_is_dropped_when_only_the_rest_is_known() {
    check("SC39TEST00001", Some(("C39TEST00001", MatchedBy::Barcode)));
    check("SC39TEST0002", Some(("SC39TEST0002", MatchedBy::Serial)));
    check("C39TEST0002", Some(("C39TEST0002", MatchedBy::Serial)));
    check("SSC39TEST00001", None);
    check("XC39TEST00001", None);
}

#[test]
fn a_name_decides_only_where_it_is_the_only_one() {
    check("anna's  IPHONE", Some(("C39TEST00001", MatchedBy::Name)));
    check("iPhone", None);
    check("Anna", None);
    let results = common::results(fleet(), Vec::new());
    let Found::Several(devices) = lookup(&results, "iphone") else {
        panic!("two bear the name");
    };
    assert_eq!(devices.len(), 2);
}

#[test]
fn a_number_weighs_more_than_a_name() {
    check("C39TEST00001", Some(("C39TEST00001", MatchedBy::Serial)));
}

/// Whoever types a number means the device of that number, and no other that is called so.
#[test]
fn what_looks_like_a_number_is_no_name() {
    let called = |name: &str, typed: &str| {
        let device = common::device("C39TEST00001", name, Status::Protected);
        let results = common::results(vec![device], Vec::new());
        matches!(lookup(&results, typed), Found::One(_, MatchedBy::Name))
    };
    for number in [
        "F2LX0009TEST",
        "F2LX0009",
        "F2LX0009TEST99",
        "00008130-001A75D23A2B803A",
        "abcdef0123456789abcdef0123456789abcdef01",
        "35 678901 234567 8",
    ] {
        assert!(!called(number, number), "{number}");
        assert!(!called(number, &number.to_lowercase()), "{number}");
    }
    for name in [
        "F2LX009",
        "F2LX0009TEST999",
        "RECEPTION",
        "IPAD-0001",
        "iPhone12",
        "DESK 12345",
    ] {
        assert!(called(name, name), "{name}");
    }
}

#[test]
fn what_names_nobody_finds_nobody() {
    for text in [
        "",
        " ",
        "-",
        "S",
        "3.56789E+14",
        "C39TEST99999",
        "0",
        "\u{202e}",
    ] {
        check(text, None);
    }
}

#[test]
fn two_devices_of_one_number_are_several() {
    let twice = vec![
        fleet().remove(0),
        Device {
            udid: None,
            ..fleet().remove(0)
        },
    ];
    let results = common::results(twice, Vec::new());
    assert!(matches!(lookup(&results, "C39TEST00001"), Found::Several(both) if both.len() == 2));
}

proptest! {
    #[test]
    fn whatever_is_typed_never_stops_it(text in "\\PC*|[0-9a-fS xX.E+-]{0,50}") {
        lookup(&common::results(fleet(), Vec::new()), &text);
    }

    /// Blanks and dashes anywhere in a number change nothing.
    #[test]
    fn blanks_and_dashes_are_no_matter(places in proptest::collection::vec((0usize..25, "[ \u{a0}-]"), 0..6)) {
        let mut text: Vec<char> = "00008130-001A75D23A2B803A".chars().collect();
        for (place, mark) in places {
            text.splice(place..place, mark.chars());
        }
        let text: String = text.into_iter().collect();
        let results = common::results(fleet(), Vec::new());
        prop_assert!(matches!(lookup(&results, &text), Found::One(_, MatchedBy::Udid)), "{text}");
    }
}
