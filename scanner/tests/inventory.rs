//! Inventory tables as spreadsheets write them, good and bad.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of a test may fail like the test itself"
)]

use std::fs;
use std::path::Path;

use fleetback_scanner::mdm::inventory::read;
use fleetback_scanner::model::person::InventoryRow;
use fleetback_scanner::model::problem::{Level, Problem};
use jiff::Timestamp;
use proptest::prelude::*;

fn read_bytes(bytes: &[u8]) -> (Vec<InventoryRow>, Vec<Problem>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inventory.csv");
    fs::write(&path, bytes).unwrap();
    read(&path, "2036-01-01T00:00:00Z".parse().unwrap())
}

fn line(row: &InventoryRow) -> String {
    let serial = row
        .identity
        .serial
        .as_ref()
        .map_or("-", |serial| serial.as_str());
    let cells = [
        &row.user,
        &row.email,
        &row.department,
        &row.site,
        &row.device_name,
    ];
    let cells = cells.map(|cell| cell.as_deref().unwrap_or("-").escape_debug().to_string());
    format!("{serial} {}", cells.join("|"))
}

#[track_caller]
fn rows(table: impl AsRef<[u8]>, want: &[&str]) {
    let (rows, problems) = read_bytes(table.as_ref());
    assert_eq!(problems, []);
    assert_eq!(rows.iter().map(line).collect::<Vec<_>>(), want);
}

#[test]
fn names_of_columns() {
    let want = &["F2LXK0ABCDEF Ada|ada@example.org|Ward 3|Berlin|iPad 7"];
    let cells = "F2LXK0ABCDEF,Ada,ada@example.org,Ward 3,Berlin,iPad 7\n";
    for header in [
        "serial,user,email,department,site,device name",
        "Serial Number,Assigned User,E-Mail,Dept,Building,Device_Name",
        "SerialNumber,Full Name,mail,DEPARTMENT,Location,Name",
        "Seriennummer,Benutzer,E-Mail-Adresse,Abteilung,Standort,Gerätename",
        "serial_number,username,Email Address,department,office,display name",
    ] {
        rows(format!("{header}\n{cells}"), want);
    }
    rows(
        "asset tag,serial\n0007,F2LXK0ABCDEF\n",
        &["F2LXK0ABCDEF -|-|-|-|-"],
    );
    rows(
        "username,serial,full name\nada,F2LXK0ABCDEF,Ada L\n",
        &["F2LXK0ABCDEF Ada L|-|-|-|-"],
    );
    rows(
        "username,serial,full name\nada,F2LXK0ABCDEF,\n",
        &["F2LXK0ABCDEF ada|-|-|-|-"],
    );
}

#[test]
fn forms_of_tables() {
    let want = &["F2LXK0ABCDEF Müller, J|-|-|-|-"];
    rows("serial,user\nF2LXK0ABCDEF,\"Müller, J\"\n", want);
    rows("\u{feff}serial;user\r\nF2LXK0ABCDEF;Müller, J\r\n", want);
    rows("serial\tuser\nf2lxk0abcdef\tMüller, J", want);
    rows(b"serial;user\nF2LXK0ABCDEF;M\xfcller, J\n", want);
    rows("sep=;\nserial;user\nF2LXK0ABCDEF;Müller, J\n", want);
    rows("serial,user\n'F2LXK0ABCDEF,\"Müller, J\"\n", want);
    rows(
        "serial,user\n\"=\"\"F2LXK0ABCDEF\"\"\",\"Müller, J\"\n",
        want,
    );
    rows(
        "serial,user\nF2LXK0ABCDEF,\"Müller,\n J\"\n",
        &["F2LXK0ABCDEF Müller,\\n J|-|-|-|-"],
    );
    let utf16: Vec<u8> = "\u{feff}serial\tuser\nF2LXK0ABCDEF\tMüller, J\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    rows(utf16, want);
}

#[test]
fn other_numbers_name_a_device_too() {
    let (rows, problems) = read_bytes(
        b"udid,imei,meid,ecid\n00008030001a35e40212345e,35-735005-003432-4,,\n,,,0x1A75D23A2B803A\n,35745019114431,,\n",
    );
    assert_eq!(problems, []);
    assert_eq!(
        rows[0].identity.udid.as_ref().unwrap().as_str(),
        "00008030-001A35E40212345E"
    );
    assert_eq!(rows[0].identity.imeis.len(), 1);
    assert!(rows[1].identity.ecid.is_some());
    assert_eq!(rows.len(), 3);
}

#[track_caller]
fn problem(table: &str, want: (usize, Level, &str)) {
    let (rows, problems) = read_bytes(table.as_bytes());
    assert_eq!(problems.len(), 1, "{problems:#?}");
    let got = (rows.len(), problems[0].level, problems[0].found.as_str());
    assert_eq!(got, want);
    assert!(problems[0].remedy.is_some() || rows.is_empty());
}

#[test]
fn scientific_notation_is_refused_by_line() {
    let found = "line 3: a number in scientific notation, such as 3.5E+14, which has lost its last digits; it was not used";
    let want = (1, Level::Incomplete, found);
    problem("imei\n35 735005 003432 4\n3.56789E+14\n", want);
    problem("imei\n35 735005 003432 4\n\"3,56789E+14\"\n", want);
    problem("serial\nF2LXK0ABCDEF\n1E+11\n", want);
    rows("serial\n1E23456789\n", &["1E23456789 -|-|-|-|-"]);
    let (rows, problems) = read_bytes(b"serial,imei\nF2LXK0ABCDEF,3.5E+14\n");
    assert_eq!(
        (rows.len(), problems.len()),
        (1, 1),
        "the serial number still names the device"
    );
    assert!(
        problems[0]
            .remedy
            .as_ref()
            .unwrap()
            .contains("format the column as text")
    );
}

#[test]
fn rows_that_cannot_be_used_are_told_by_line() {
    problem(
        "serial,user\nF2LXK0ABCDEF,Ada\nC7CX706CKWTK,Grace,Hopper\n",
        (
            1,
            Level::Incomplete,
            "line 3: more cells than the header has, so the columns cannot be matched; the row was left out",
        ),
    );
    problem(
        "serial,user\nF2LXK0ABCDEF\n",
        (
            1,
            Level::Note,
            "line 2: fewer cells than the header has; the missing ones count as empty",
        ),
    );
    rows(
        "serial,user\nF2LXK0ABCDEF,Ada,,\n,\n",
        &["F2LXK0ABCDEF Ada|-|-|-|-"],
    );
    problem(
        "serial,user\nN/A,Ada\n,Grace\n",
        (
            0,
            Level::Note,
            "lines 2, 3: no serial number, UDID, IMEI, MEID or ECID",
        ),
    );
    problem(
        "serial,user\n123,Ada\n",
        (0, Level::Incomplete, "line 2: not a possible number"),
    );
    problem(
        "serial,user\nF2LXK0ABCDEF,\"Ada\nC7CX706CKWTK,Grace\n",
        (
            1,
            Level::Incomplete,
            "line 2: a quotation mark that is not closed; the rows after this line were lost",
        ),
    );
    let many = "serial,user\n".to_owned() + &"-,Ada\n".repeat(12);
    problem(
        &many,
        (
            0,
            Level::Note,
            "lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more: no serial number, UDID, IMEI, MEID or ECID",
        ),
    );
}

#[test]
fn a_device_with_two_owners_is_told() {
    let found = "line 3: an earlier row says something else; the first row was used";
    problem(
        "serial,user\nF2LXK0ABCDEF,Ada\nf2lxk0abcdef,Grace\n",
        (1, Level::Incomplete, found),
    );
    problem(
        "serial,udid,user\nF2LXK0ABCDEF,00008030-001A35E40212345E,Ada\n,00008030001A35E40212345E,Grace\n",
        (1, Level::Incomplete, found),
    );
    rows(
        "serial,user\nF2LXK0ABCDEF,Ada\nF2LXK0ABCDEF,ada\n",
        &["F2LXK0ABCDEF Ada|-|-|-|-"],
    );
}

/// Group, tags and planned swap of each row.
#[track_caller]
fn plans(table: &str, want: &[(&str, &[&str], &str)]) {
    let (rows, problems) = read_bytes(table.as_bytes());
    assert_eq!(problems, []);
    let got: Vec<_> = rows
        .iter()
        .map(|row| {
            let group = row.group.as_deref().unwrap_or("-");
            let day = row.planned_swap.map_or("-".to_owned(), |d| d.to_string());
            (group, row.tags.clone(), day)
        })
        .collect();
    let want: Vec<_> = want
        .iter()
        .map(|(group, tags, day)| {
            let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
            (*group, tags, (*day).to_owned())
        })
        .collect();
    assert_eq!(got, want);
}

#[test]
fn groups_tags_and_planned_swaps() {
    plans(
        "serial,Group,Tags,Planned swap date\nF2LXK0ABCDEF,Nurses,\"kiosk; spare ,kiosk\",2027-03-31\nC7CX706CKWTK,,,\n",
        &[
            ("Nurses", &["kiosk", "spare"], "2027-03-31"),
            ("-", &[], "-"),
        ],
    );
    plans(
        "Seriennummer;Gruppe;Schlagwörter;Austauschdatum\nF2LXK0ABCDEF;Pflege;Leih|Pool;31.03.2027\n",
        &[("Pflege", &["Leih", "Pool"], "2027-03-31")],
    );
    plans("asset tag,serial\n0007,F2LXK0ABCDEF\n", &[("-", &[], "-")]);
}

#[test]
fn a_day_that_may_be_two_is_refused() {
    let found = "line 2: not a date, or a date that can be read in two ways, such as 03/04/2027; the device was read without it";
    for day in ["03/04/2027", "next spring", "46477"] {
        problem(
            &format!("serial,swap date\nF2LXK0ABCDEF,{day}\n"),
            (1, Level::Incomplete, found),
        );
    }
    plans(
        "serial,swap date\nF2LXK0ABCDEF,13/04/2027\nC7CX706CKWTK,n/a\n",
        &[("-", &[], "2027-04-13"), ("-", &[], "-")],
    );
}

#[test]
fn rows_that_plan_differently_are_told() {
    let found = "line 3: an earlier row says something else; the first row was used";
    for rows in [
        "A,x,2027-03-31|B,x,2027-03-31",
        "A,x,|A,y,",
        "A,,2027-03-31|A,,2027-04-30",
    ] {
        let rows: String = rows
            .split('|')
            .map(|cells| format!("F2LXK0ABCDEF,{cells}\n"))
            .collect();
        problem(
            &format!("serial,group,tags,swap date\n{rows}"),
            (1, Level::Incomplete, found),
        );
    }
}

#[test]
fn files_that_are_no_table() {
    problem("", (0, Level::Incomplete, "an empty file"));
    problem("<html></html>", (0, Level::Incomplete, "an HTML page"));
    problem(
        "PK\x03\x04",
        (
            0,
            Level::Incomplete,
            "a ZIP archive or an Excel workbook; save it as CSV",
        ),
    );
    problem("{}", (0, Level::Incomplete, "JSON"));
    problem(
        "asset,user\n1,Ada\n",
        (0, Level::Incomplete, "the columns \"asset\", \"user\""),
    );
    let (_, problems) = read_bytes(b"asset,user\n1,Ada\n");
    assert!(
        problems[0]
            .remedy
            .as_ref()
            .unwrap()
            .contains("serialnumber")
    );
    let (_, problems) = read_bytes(b"+12018675309,ada@example.org\n");
    assert_eq!(problems[0].found, "the columns (data), (data)");
    let (rows, problems) = read(Path::new("no/such/table.csv"), Timestamp::UNIX_EPOCH);
    assert_eq!(
        (rows.len(), problems[0].found.as_str()),
        (0, "no such file")
    );
}

#[test]
fn a_quotation_mark_that_swallows_megabytes_keeps_the_rows_before() {
    let rest = "C7CX706CKWTK,Grace\n".repeat(500_000);
    let (rows, problems) =
        read_bytes(format!("serial,user\nF2LXK0ABCDEF,Ada\nX,\"Bo\n{rest}").as_bytes());
    assert_eq!(rows.len(), 1);
    let found = problems.iter().map(|problem| problem.found.as_str());
    let found: Vec<_> = found.collect();
    assert_eq!(
        found,
        [
            "a table that cannot be read past line 2: a row of more than 8388608 bytes; a quotation mark may not be closed"
        ]
    );
}

#[test]
fn surnames_are_no_blanks() {
    rows(
        "serial,user,site\nF2LXK0ABCDEF,Na,-\nC7CX706CKWTK,Null,n/a\n",
        &["F2LXK0ABCDEF Na|-|-|-|-", "C7CX706CKWTK Null|-|-|-|-"],
    );
    problem(
        "serial,user\nNone,Ada\nunknown,Grace\n",
        (
            0,
            Level::Note,
            "lines 2, 3: no serial number, UDID, IMEI, MEID or ECID",
        ),
    );
}

#[test]
fn a_header_alone_has_no_rows() {
    rows("serial,user\n", &[]);
}

#[test]
fn a_table_from_the_future_is_as_old_as_now() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inventory.csv");
    fs::write(&path, "serial\nF2LXK0ABCDEF\n").unwrap();
    let now: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
    let (rows, problems) = read(&path, now);
    assert_eq!(rows[0].source.observed_at, now);
    assert_eq!((problems.len(), problems[0].level), (1, Level::Note));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        read_bytes(&bytes);
    }

    #[test]
    fn tables_of_any_text_never_panic(text in "serial[,;]user\n[A-Z0-9,;\"\n\r \u{e9}+.E]{0,300}") {
        read_bytes(text.as_bytes());
    }
}

mod slow {
    use super::*;

    #[test]
    fn a_table_of_too_many_devices_is_read_up_to_the_bound_and_the_rest_is_told() {
        let row = |number: u32| format!("F2LX{number:08},A\n");
        let table =
            |rows: u32| "serial,user\n".to_owned() + &(0..rows).map(row).collect::<String>();
        let (rows, problems) = read_bytes(table(500_003).as_bytes());
        assert_eq!(rows.len(), 500_000);
        let told: Vec<_> = problems
            .iter()
            .filter(|p| p.level == Level::Incomplete)
            .collect();
        assert_eq!(told.len(), 1, "{problems:?}");
        assert_eq!(told[0].wanted, "a table of at most 500,000 devices");
        assert!(told[0].found.contains("500002"), "{}", told[0].found);
    }
}
