//! Which texts a spreadsheet would run or mangle.

use fleetback_report::render::csv_guard::would_mangle;

fn mangled(texts: &[&str]) {
    for text in texts {
        assert!(would_mangle(text), "{text:?} needs a guard");
    }
}

fn safe(texts: &[&str]) {
    for text in texts {
        assert!(!would_mangle(text), "{text:?} needs no guard");
    }
}

#[test]
fn formulas() {
    mangled(&[
        "=1+1",
        "=HYPERLINK(\"http://x\")",
        "=\"3567\"",
        "=cmd|' /C calc'!A0",
    ]);
    mangled(&["+1+1", "-1+1", "@SUM(A1)", "- dash", "+41 79 123 45 67"]);
    mangled(&[
        "\tx",
        "\rx",
        "\nx",
        "\0x",
        " =1",
        "\u{a0}=1",
        "\u{1}=1",
        "\u{feff}=1",
        " \u{200b}=1",
    ]);
    mangled(&["＝1+1", "＋1", "－1", "＠SUM"]);
    safe(&[
        "a=1",
        "'=1+1",
        " plain",
        "x@y.ch",
        "Anna-Lena",
        "(=1)",
        "#1 phone",
        "",
    ]);
}

#[test]
fn numbers() {
    mangled(&[
        "21E219",
        "20E247",
        "22E240",
        "1E5",
        "1e+5",
        "1.5E-3",
        "123456789012e9",
    ]);
    mangled(&[
        "00123", "17.10", "26.0", "5", "5.", ".5", "1,204", "1'204", "1 204", "1.204,5", "1,5",
    ]);
    mangled(&[
        "89410141032111185107",
        "(5)",
        "50%",
        "$5",
        "5 €",
        "1 1/2",
        "１２３",
        "−5",
        " 5 ",
    ]);
    safe(&[
        "22B83",
        "21E219a",
        "E5",
        "1E",
        "35-678901-234567-8",
        "8941 0141 0321 1118 5107",
    ]);
    safe(&[
        "iOS 17.10",
        "17.4 (21E219)",
        "iPhone14,5",
        "0 to 1 d",
        "5 phones",
        "0x1F",
        "1.2.3.4",
        "5a",
    ]);
    safe(&[
        "C39TEST0001",
        "00008110-000A2C3E0E12801E",
        ".",
        ",",
        "%",
        "()",
        "1-2-3-4",
    ]);
}

#[test]
fn dates_and_times() {
    mangled(&[
        "2026-08-22",
        "22.08.2026",
        "8/22/26",
        "5/10",
        "5-10",
        "10-2026",
        "17.4.1",
        "5.10.",
    ]);
    mangled(&[
        "MARCH1",
        "SEPT2",
        "5 Mar",
        "Mar-26",
        "5-Mar-26",
        "Nov 20, 2026",
        "Fri, Nov 20, 2026",
    ]);
    mangled(&[
        "20. März 2026",
        "5 mai",
        "20 de noviembre de 2026",
        "2026年11月20日",
    ]);
    mangled(&[
        "5:30", "05:30:10", "5:30 PM", "5:30pm", "3 PM", "25:00", "0:30.5",
    ]);
    mangled(&["2026-08-22 03:14:15", "2026-08-22T03:14:15", "Mar 5 10:30"]);
    safe(&[
        "2026-08-22T03:14:15Z",
        "May",
        "March",
        "Jan’s iPhone",
        "iPhone 5 Mar",
        "Mar 5 6 7",
    ]);
    safe(&[
        "2026-13-45",
        "99/99",
        "26.0.1",
        "12:60x",
        "5:",
        ":30",
        "a:b",
        "20261123T060000Z-mac-07",
    ]);
}

#[test]
fn truth_and_errors() {
    mangled(&["TRUE", "False", "#N/A", "#REF!", "#div/0!"]);
    safe(&["TRUEMAN", "true story", "#5", "yes", "no"]);
}

#[test]
fn long_text_costs_little() {
    let long = "1".repeat(1 << 20) + "x";
    safe(&[&long, &"5 ".repeat(1 << 19).replace("5 5", "5 x")]);
}
