//! Plans of swaps as spreadsheets write them, good and bad.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test may fail like the test itself"
)]

use std::fs;

use fleetback_scanner::mdm::swap_plan::read;
use fleetback_scanner::model::plan::{PlannedDay, PlannedSwap, SwapPlan};
use fleetback_scanner::model::problem::{Level, Problem};
use proptest::prelude::*;

fn read_bytes(bytes: impl AsRef<[u8]>) -> Result<SwapPlan, Box<Problem>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.csv");
    fs::write(&path, bytes).unwrap();
    read(&path)
}

fn line(swap: &PlannedSwap) -> String {
    let text = |cell: &Option<String>| cell.as_deref().unwrap_or("-").escape_debug().to_string();
    let day = match swap.day {
        PlannedDay::On(day) => day.to_string(),
        PlannedDay::Unknown => "-".to_owned(),
        PlannedDay::Unreadable => "?".to_owned(),
    };
    let capacity = swap.new_capacity_gb.map(|gigabytes| gigabytes.to_string());
    format!(
        "{} {} -> {}|{}|{}|{}|{}|{day}",
        swap.line,
        swap.old,
        text(&swap.new),
        text(&swap.new_type),
        text(&swap.new_os),
        text(&capacity),
        text(&swap.user),
    )
}

/// A plan that nothing is wrong with.
#[track_caller]
fn swaps(table: impl AsRef<[u8]>, want: &[&str]) {
    let plan = read_bytes(table).unwrap();
    assert_eq!((&plan.problems, &plan.unusable), (&vec![], &vec![]));
    assert_eq!(plan.swaps.iter().map(line).collect::<Vec<_>>(), want);
}

#[test]
fn names_of_columns() {
    let want = &["2 C39TEST00001 -> F2LX0002TEST|-|-|-|Ada|2026-12-01"];
    let cells = "C39TEST00001,F2LX0002TEST,Ada,2026-12-01\n";
    for header in [
        "old serial,new serial,user,date",
        "Old Serial Number,New Serial Number,Assigned User,Planned Swap Date",
        "old_device,replacement,username,planned for",
        "serial,to,owner,swap day",
        "IMEI,new,Full Name,When",
        "Alte Seriennummer,Neue Seriennummer,Benutzer,Termin",
    ] {
        swaps(format!("{header}\n{cells}"), want);
    }
}

#[test]
fn the_new_device_as_far_as_it_is_told() {
    swaps(
        "old,new type,new os,new capacity\n\
         C39TEST00001,iPhone 16,iOS 26.1,256 GB\n\
         C39TEST00002,\"iPhone17,1\",26.1 (23B85),1 TB\n\
         C39TEST00003,,,128\n\
         C39TEST00004,n/a,-,\n",
        &[
            "2 C39TEST00001 -> -|iPhone 16|26.1|256|-|-",
            "3 C39TEST00002 -> -|iPhone17,1|26.1|1000|-|-",
            "4 C39TEST00003 -> -|-|-|128|-|-",
            "5 C39TEST00004 -> -|-|-|-|-|-",
        ],
    );
}

#[test]
fn what_spreadsheets_write() {
    let want = &["2 C39TEST00001 -> F2LX0002TEST|-|-|-|Jürgen|-"];
    let text = "old;new;user\nC39TEST00001;F2LX0002TEST;Jürgen\n";
    let utf16: Vec<u8> = "\u{feff}"
        .chars()
        .chain(text.chars())
        .collect::<String>()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    swaps(text, want);
    swaps(format!("\u{feff}{text}"), want);
    swaps(utf16, want);
    swaps(text.replace(';', "\t").replace('\n', "\r\n"), want);
    swaps(b"old,new,user\nC39TEST00001,F2LX0002TEST,J\xfcrgen\n", want);
    swaps(
        "sep=|\n\nold|new|user\n=\"C39TEST00001\"|'F2LX0002TEST|\"Ada\nLovelace\"\n|||\nC39TEST00002||",
        &[
            "4 C39TEST00001 -> F2LX0002TEST|-|-|-|Ada\\nLovelace|-",
            "7 C39TEST00002 -> -|-|-|-|-|-",
        ],
    );
}

/// One row that is good, one before it that is not: what is said of it, and is it left out?
#[track_caller]
fn fault(row: &str, left_out: bool, level: Level, words: &str) {
    let table = format!(
        "old,new,new os,new capacity,user,date\n{row}\nC39TEST00009,F2LX0009TEST,26.1,256,Bo,2026-12-01\n"
    );
    let plan = read_bytes(table).unwrap();
    assert_eq!(
        plan.unusable,
        if left_out { vec![2] } else { vec![] },
        "{row}"
    );
    assert_eq!(plan.swaps.len(), if left_out { 1 } else { 2 }, "{row}");
    assert_eq!(plan.swaps.last().unwrap().old, "C39TEST00009");
    let [problem] = plan.problems.as_slice() else {
        panic!("{row}: {:?}", plan.problems);
    };
    assert_eq!(problem.level, level, "{row}");
    let said = problem.sentence();
    assert!(said.contains("line 2: ") && said.contains(words), "{said}");
    assert!(problem.remedy.is_some(), "{said}");
}

#[test]
fn a_row_that_cannot_be_used_costs_itself_alone() {
    let incomplete = Level::Incomplete;
    fault(",F2LX0002TEST,,,Ada,", true, incomplete, "the old device");
    fault(
        "3.56789E+14,,,,Ada,",
        true,
        incomplete,
        "scientific notation",
    );
    fault(
        "C39TEST00001,\"3,56789E+14\",,,,",
        true,
        incomplete,
        "scientific notation",
    );
    fault(
        "C39TEST00001,,,,Ada,2026-12-01,more",
        true,
        incomplete,
        "more cells",
    );
    let long = "x".repeat(201);
    fault(
        &format!("C39TEST00001,,,,{long},"),
        true,
        incomplete,
        "more than 200 letters",
    );
}

#[test]
fn a_part_that_cannot_be_read_costs_the_row_nothing_else() {
    let incomplete = Level::Incomplete;
    for day in ["03/04/2027", "31.02.2027", "soon", "46477", "31.03.27"] {
        fault(
            &format!("C39TEST00001,,,,,{day}"),
            false,
            incomplete,
            "2027-03-31",
        );
    }
    for os in ["latest", "26.1.2.3", "12345"] {
        fault(
            &format!("C39TEST00001,,{os},,,"),
            false,
            incomplete,
            "the version of iOS",
        );
    }
    for capacity in ["big", "0", "80%", "\"1,234\""] {
        let row = format!("C39TEST00001,,,{capacity},,");
        fault(&row, false, incomplete, "the capacity");
    }
    let plan = read_bytes("old,date\nC39TEST00001,03/04/2027\nC39TEST00002,\n").unwrap();
    let days: Vec<_> = plan.swaps.iter().map(|swap| swap.day).collect();
    assert_eq!(days, [PlannedDay::Unreadable, PlannedDay::Unknown]);
}

#[test]
fn a_cell_of_200_letters_is_read() {
    let name = "x".repeat(200);
    let table = format!("old,user\nC39TEST00001,{name}\n");
    assert_eq!(
        read_bytes(table).unwrap().swaps[0].user.as_ref(),
        Some(&name)
    );
}

#[test]
fn the_same_row_again_is_said_and_left_out() {
    let table = "old,new,user\nA1B2C3D4E5,N1B2C3D4E5,Ada\nA1B2C3D4E5,N1B2C3D4E5,Ada\nA1B2C3D4E5,N1B2C3D4E5,Bo\n";
    let plan = read_bytes(table).unwrap();
    assert_eq!(
        plan.swaps.iter().map(|swap| swap.line).collect::<Vec<_>>(),
        [2, 4]
    );
    assert!(plan.unusable.is_empty());
    assert_eq!(plan.problems[0].level, Level::Note);
    assert!(
        plan.problems[0].found.starts_with("line 3: "),
        "{:?}",
        plan.problems
    );
}

#[test]
fn a_quotation_mark_that_nothing_closes_leaves_no_row_unsaid() {
    let plan = read_bytes("old,user\nA1B2C3D4E5,Ada\nF1B2C3D4E5,\"Bo\nG1B2C3D4E5,Cy\n").unwrap();
    assert_eq!(plan.unusable, [3]);
    assert!(
        plan.problems
            .iter()
            .any(|problem| problem.found.contains("were lost"))
    );
}

#[test]
fn what_is_no_plan_is_refused_with_words() {
    let refused = |bytes: &[u8]| {
        let problem = read_bytes(bytes).unwrap_err();
        problem.sentence()
    };
    assert!(refused(b"").contains("an empty file"));
    assert!(refused(b"PK\x03\x04").contains("save it as CSV"));
    assert!(refused(b"{\"a\": 1}").contains("JSON"));
    let headless = refused(b"C39TEST00001,F2LX0002TEST,Ada\n");
    assert!(
        headless.contains("the old devices in the first row"),
        "{headless}"
    );
    assert!(
        !headless.contains("C39TEST00001"),
        "no data in a message: {headless}"
    );
    assert!(refused(b"new serial,user,date\nF2LX0002TEST,Ada,2026-12-01\n").contains("\"user\""));
}

proptest! {
    #[test]
    fn no_row_is_lost_without_a_word(cells in proptest::collection::vec("[A-Z0-9]{0,12}", 1..20)) {
        let table: String = cells.iter().map(|cell| format!("{cell},x\n")).collect();
        let plan = read_bytes(format!("old,user\n{table}")).unwrap();
        let again = plan.problems.iter().any(|problem| problem.found.contains("the same as an earlier row"));
        let told = plan.swaps.len() + plan.unusable.len();
        prop_assert!(told == cells.len() || again && told < cells.len());
    }
}
