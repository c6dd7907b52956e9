//! The inventory table: which device is whose.
//!
//! Spreadsheets turn an IMEI into `3.56789E+14`. Such a number is refused and told by its line; a
//! newcomer would round it back and give a phone to the wrong person.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::age;
use super::content::{self, Content};
use super::day;
use super::load::load;
use super::table::{self, Row};
use crate::model::evidence::{Clock, Source};
use crate::model::identity::{Ecid, Identity, Imei, Meid, Serial, Udid};
use crate::model::person::InventoryRow;
use crate::model::problem::{Level, Problem};
use crate::source::file::Fault;

/// The largest table that is read, in bytes.
const BYTES_MAX: u64 = 64 << 20;

/// Lines named in one problem; the rest are counted.
const LINES_MAX: usize = 10;

/// Header cells named in a problem.
const HEADERS_MAX: usize = 12;

const WANTED: &str = "an inventory table (CSV) with a header";

/// A column that is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Serial,
    Udid,
    Imei,
    Meid,
    Ecid,
    User,
    Email,
    Department,
    Site,
    Group,
    Tags,
    PlannedSwap,
    DeviceName,
}

/// Names of columns, folded by [`fold`]; of two columns with one meaning the earlier name is asked
/// first. Columns that are not here, such as the asset tag, are not read.
const NAMES: &[(Column, &[&str])] = &[
    (
        Column::Serial,
        &[
            "serialnumber",
            "serial",
            "serialno",
            "serialnum",
            "sn",
            "deviceserialnumber",
            "deviceserial",
            "hardwareserialnumber",
            "seriennummer",
            "seriennr",
            "numérodesérie",
            "numerodeserie",
            "númerodeserie",
            "numerodiserie",
            "serienummer",
        ],
    ),
    (
        Column::Udid,
        &[
            "udid",
            "deviceudid",
            "uniquedeviceidentifier",
            "uniquedeviceid",
        ],
    ),
    (
        Column::Imei,
        &[
            "imei",
            "imei1",
            "imei2",
            "imeimeid",
            "imeinumber",
            "deviceimei",
        ],
    ),
    (Column::Meid, &["meid"]),
    (Column::Ecid, &["ecid"]),
    (
        Column::User,
        &[
            "fullname",
            "realname",
            "assigneduser",
            "assignedto",
            "assigneduserfullname",
            "user",
            "userfullname",
            "userdisplayname",
            "username",
            "owner",
            "employee",
            "employeename",
            "benutzer",
            "benutzername",
            "nutzer",
            "mitarbeiter",
            "utilisateur",
            "usuario",
            "utente",
            "gebruiker",
        ],
    ),
    (
        Column::Email,
        &[
            "email",
            "mail",
            "emailaddress",
            "mailaddress",
            "useremail",
            "useremailaddress",
            "assigneduseremail",
            "userprincipalname",
            "upn",
            "emailadresse",
            "mailadresse",
            "courriel",
            "correo",
        ],
    ),
    (
        Column::Department,
        &[
            "department",
            "dept",
            "abteilung",
            "département",
            "departement",
            "departamento",
            "reparto",
            "afdeling",
        ],
    ),
    (
        Column::Site,
        &[
            "site",
            "building",
            "location",
            "office",
            "standort",
            "gebäude",
            "lieu",
            "sede",
            "ubicación",
            "locatie",
        ],
    ),
    (
        Column::Group,
        &[
            "group",
            "devicegroup",
            "groupname",
            "gruppe",
            "gerätegruppe",
            "geraetegruppe",
            "groupe",
            "grupo",
            "gruppo",
            "groep",
        ],
    ),
    (
        Column::Tags,
        &[
            "tags",
            "tag",
            "devicetags",
            "labels",
            "label",
            "schlagwörter",
            "schlagworte",
            "étiquettes",
            "etiquetas",
            "etichette",
        ],
    ),
    (
        Column::PlannedSwap,
        &[
            "plannedswapdate",
            "plannedswap",
            "swapdate",
            "swapon",
            "plannedreplacementdate",
            "plannedreplacement",
            "replacementdate",
            "austauschdatum",
            "geplanteraustausch",
            "tauschdatum",
        ],
    ),
    (
        Column::DeviceName,
        &[
            "devicename",
            "name",
            "displayname",
            "gerätename",
            "geraetename",
            "nomdelappareil",
        ],
    ),
];

const IDS: &[Column] = &[
    Column::Serial,
    Column::Udid,
    Column::Imei,
    Column::Meid,
    Column::Ecid,
];

/// What people write into a cell that has nothing to say.
const BLANKS: &[&str] = &["", "-", "--", "n/a", "#n/a"];

/// The same where a number belongs. Na and Null are surnames.
const NO_NUMBER: &[&str] = &["na", "none", "null", "unknown", "unbekannt"];

/// Reads the table. A row that names no device, and a device with two different rows, are problems
/// that name the lines; of two different rows the first is kept. `now` caps the age of the table.
pub fn read(path: &Path, now: Timestamp) -> (Vec<InventoryRow>, Vec<Problem>) {
    match load_table(path) {
        Ok((bytes, modified)) => read_bytes(path, &bytes, modified, now),
        Err(fault) => {
            let problem = Problem::incomplete(path, WANTED, fault.to_string());
            (Vec::new(), vec![problem])
        }
    }
}

fn load_table(path: &Path) -> Result<(Vec<u8>, Timestamp), Fault> {
    let (bytes, modified) = load(path, BYTES_MAX)?;
    match content::tell(&bytes) {
        Content::Table | Content::Text => Ok((bytes, modified)),
        other => Err(Fault::Wrong(not_a_table(&other).to_owned())),
    }
}

fn not_a_table(content: &Content<'_>) -> &'static str {
    match content {
        Content::Empty => "an empty file",
        Content::Html => "an HTML page",
        Content::Known("a ZIP archive") => "a ZIP archive or an Excel workbook; save it as CSV",
        Content::Known(name) => name,
        Content::Signed(_) => content::DER,
        Content::Plist(_) => "a property list",
        Content::Json(_) => "JSON",
        Content::Xml => "XML",
        _ => "no text",
    }
}

fn read_bytes(
    path: &Path,
    bytes: &[u8],
    modified: Timestamp,
    now: Timestamp,
) -> (Vec<InventoryRow>, Vec<Problem>) {
    let table = table::parse(bytes, |cell| column(cell).is_some());
    let columns = Columns::new(&table.header);
    if !columns.name_devices() {
        return (Vec::new(), vec![no_id_column(path, &table.header)]);
    }
    let mut reading = Reading::new(path, columns, modified, now);
    for row in &table.rows {
        reading.row(row);
    }
    reading
        .faults
        .extend(table.unclosed_at.map(|line| (&UNCLOSED, line)));
    reading.finish()
}

fn no_id_column(path: &Path, header: &[String]) -> Problem {
    let names: Vec<_> = IDS
        .iter()
        .flat_map(|id| names(*id).iter().take(3).copied())
        .collect();
    let found: Vec<_> = header
        .iter()
        .take(HEADERS_MAX)
        .map(|cell| shown(cell))
        .collect();
    let more = header.len().saturating_sub(HEADERS_MAX);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    Problem::incomplete(
        path,
        "a column with serial numbers (or UDID, IMEI, MEID, ECID) in the first row",
        format!("the columns {}{more}", found.join(", ")),
    )
    .with_remedy(format!(
        "give the column one of the names {}; case, spaces and dashes do not matter",
        names.join(", ")
    ))
}

/// A header cell for a message. A table without a header has people's data there, so cells that
/// look like numbers or addresses are not shown.
fn shown(cell: &str) -> String {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    if digits > 5 || cell.contains('@') {
        return "(data)".to_owned();
    }
    let short: String = cell.chars().filter(|c| !c.is_control()).take(40).collect();
    format!("\"{short}\"")
}

/// Case, blanks, dashes and the like folded away.
fn fold(cell: &str) -> String {
    let kept = cell.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

fn column(cell: &str) -> Option<Column> {
    let cell = fold(cell);
    let row = NAMES
        .iter()
        .find(|(_, names)| names.contains(&cell.as_str()));
    row.map(|(column, _)| *column)
}

fn names(column: Column) -> &'static [&'static str] {
    let row = NAMES.iter().find(|(one, _)| *one == column);
    row.map_or(&[], |(_, names)| *names)
}

/// Where each column stands.
#[derive(Debug)]
struct Columns {
    width: usize,
    places: Vec<(Column, usize)>,
}

impl Columns {
    fn new(header: &[String]) -> Self {
        let folded: Vec<_> = header.iter().map(|cell| fold(cell)).collect();
        let place = |name: &str| folded.iter().position(|cell| cell == name);
        let places = NAMES.iter().flat_map(|(column, names)| {
            names
                .iter()
                .filter_map(move |name| Some((*column, place(name)?)))
        });
        Self {
            width: header.len(),
            places: places.collect(),
        }
    }

    fn name_devices(&self) -> bool {
        self.places.iter().any(|(column, _)| IDS.contains(column))
    }

    /// The cells of a column that say something, best name first.
    fn cells<'r>(&self, row: &'r Row, column: Column) -> impl Iterator<Item = &'r str> {
        let places = self.places.iter().filter(move |(one, _)| *one == column);
        let cells = places.filter_map(|(_, place)| row.cells.get(*place));
        cells
            .map(|cell| bare(cell))
            .filter(move |cell| !is_blank(cell, column))
    }

    fn text(&self, row: &Row, column: Column) -> Option<String> {
        self.cells(row, column).next().map(str::to_owned)
    }
}

fn is_blank(cell: &str, column: Column) -> bool {
    let cell = cell.to_lowercase();
    let blanks = if IDS.contains(&column) {
        NO_NUMBER
    } else {
        &[]
    };
    BLANKS.iter().chain(blanks).any(|blank| *blank == cell)
}

/// A cell without the wrapping that keeps a number text: `'123`, `="123"`.
fn bare(cell: &str) -> &str {
    let unquoted = cell
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .or_else(|| cell.strip_prefix('\''));
    unquoted.unwrap_or(cell).trim()
}

/// What can be wrong with a row.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RowFault {
    wanted: &'static str,
    found: &'static str,
    remedy: &'static str,
    level: Level,
}

const SCIENTIFIC: RowFault = RowFault {
    wanted: "numbers written out in full",
    found: "a number in scientific notation, such as 3.5E+14, which has lost its last digits",
    remedy: "format the column as text in the spreadsheet, enter the number again and save again",
    level: Level::Incomplete,
};
const NO_ID: RowFault = RowFault {
    wanted: "a serial number, UDID, IMEI, MEID or ECID in every row",
    found: "none",
    remedy: "fill in the serial number",
    level: Level::Note,
};
const BAD_ID: RowFault = RowFault {
    wanted: "a serial number, UDID, IMEI, MEID or ECID in every row",
    found: "something that cannot be one",
    remedy: "compare it with Settings, General, About on the device",
    level: Level::Incomplete,
};
const TOO_WIDE: RowFault = RowFault {
    wanted: "as many cells as the header has",
    found: "more cells, so that nobody can tell which belongs where; the row was left out",
    remedy: "put cells that hold the delimiter into quotation marks, and save again",
    level: Level::Incomplete,
};
const TOO_SHORT: RowFault = RowFault {
    wanted: "as many cells as the header has",
    found: "fewer cells; the missing ones were taken to be empty",
    remedy: "look whether a line break has cut the row in two",
    level: Level::Note,
};
const TWICE: RowFault = RowFault {
    wanted: "one row for each device",
    found: "a device of which an earlier row says something else; the first row was used",
    remedy: "remove the row that is out of date",
    level: Level::Incomplete,
};
const BAD_DAY: RowFault = RowFault {
    wanted: "a planned swap date such as 2027-03-31, 31.03.2027 or 31 Mar 2027",
    found: "something that is no day, or may be two days, as 03/04/2027 is; the device was read without it",
    remedy: "write the date as year-month-day",
    level: Level::Incomplete,
};
const UNCLOSED: RowFault = RowFault {
    wanted: "a closing quotation mark",
    found: "none up to the end of the file; the rows after this line were swallowed",
    remedy: "close or remove the quotation mark",
    level: Level::Incomplete,
};

/// The table so far.
struct Reading {
    columns: Columns,
    source: Arc<Source>,
    rows: Vec<InventoryRow>,
    by_id: BTreeMap<String, usize>,
    faults: Vec<(&'static RowFault, u64)>,
}

impl Reading {
    fn new(path: &Path, columns: Columns, modified: Timestamp, now: Timestamp) -> Self {
        let (observed_at, clock) = age::observed(None, None, modified, now);
        let source = Source {
            path: path.to_owned(),
            kind: "inventory table".to_owned(),
            observed_at,
            clock,
        };
        Self {
            columns,
            source: Arc::new(source),
            rows: Vec::new(),
            by_id: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    fn row(&mut self, row: &Row) {
        let width = self.columns.width;
        if row.cells.iter().skip(width).any(|cell| !cell.is_empty()) {
            return self.faults.push((&TOO_WIDE, row.line));
        }
        if row.cells.len() < width {
            self.faults.push((&TOO_SHORT, row.line));
        }
        let identity = self.identity(row);
        if !identity.is_empty() {
            self.keep(row, identity);
        }
    }

    /// The numbers of a row; what cannot be one is told, once a row.
    fn identity(&mut self, row: &Row) -> Identity {
        let mut identity = Identity::default();
        let mut unusable = None;
        for id in IDS {
            for cell in self.columns.cells(row, *id) {
                if is_scientific(cell) {
                    unusable = Some(&SCIENTIFIC);
                } else if !set(&mut identity, *id, cell) {
                    unusable = unusable.or(Some(&BAD_ID));
                }
            }
        }
        let fault = match unusable {
            None if identity.is_empty() => Some(&NO_ID),
            fault => fault,
        };
        self.faults.extend(fault.map(|fault| (fault, row.line)));
        identity
    }

    fn keep(&mut self, row: &Row, identity: Identity) {
        let planned_swap = self.planned_swap(row);
        let text = |column| self.columns.text(row, column);
        let new = InventoryRow {
            user: text(Column::User),
            email: text(Column::Email),
            department: text(Column::Department),
            site: text(Column::Site),
            group: text(Column::Group),
            tags: text(Column::Tags).map_or(Vec::new(), |cell| tags(&cell)),
            planned_swap,
            device_name: text(Column::DeviceName),
            source: Arc::clone(&self.source),
            identity,
        };
        let keys = keys(&new.identity);
        let known = keys.iter().find_map(|key| self.by_id.get(key)).copied();
        match known.and_then(|place| self.rows.get(place)) {
            Some(old) if same_person(old, &new) => {}
            Some(_) => self.faults.push((&TWICE, row.line)),
            None => {
                let place = self.rows.len();
                self.by_id.extend(keys.into_iter().map(|key| (key, place)));
                self.rows.push(new);
            }
        }
    }

    /// A day that cannot be told costs the row nothing but the day.
    fn planned_swap(&mut self, row: &Row) -> Option<Date> {
        let cell = self.columns.cells(row, Column::PlannedSwap).next()?;
        let day = day::parse(cell);
        let fault = day.is_none().then_some((&BAD_DAY, row.line));
        self.faults.extend(fault);
        day
    }

    /// The rows, and one problem for each kind of fault.
    fn finish(self) -> (Vec<InventoryRow>, Vec<Problem>) {
        let path = &self.source.path;
        let mut lines: BTreeMap<&RowFault, Vec<u64>> = BTreeMap::new();
        for (fault, line) in &self.faults {
            lines.entry(fault).or_default().push(*line);
        }
        let told = lines.into_iter().map(|(fault, lines)| Problem {
            path: path.clone(),
            wanted: fault.wanted.to_owned(),
            found: format!("{}: {}", place(&lines), fault.found),
            remedy: Some(fault.remedy.to_owned()),
            level: fault.level,
        });
        let mut problems: Vec<_> = told.collect();
        if self.source.clock == Clock::FileTimeInFuture {
            let found = "a modification time after the time of this scan; taken to be now";
            let note = Problem::note(path, "the age of an inventory table", found);
            problems.push(note.with_remedy("check the clock of the computer that wrote it"));
        }
        (self.rows, problems)
    }
}

/// `3.56789E+14` and its German form `3,56789E+14`; a serial number such as `1E23456789` is none.
fn is_scientific(cell: &str) -> bool {
    let Some((digits, power)) = cell.split_once(['e', 'E']) else {
        return false;
    };
    let number = digits
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','));
    let signed = power.strip_prefix(['+', '-']);
    let power = signed.unwrap_or(power);
    let whole = !power.is_empty() && power.bytes().all(|b| b.is_ascii_digit());
    !digits.is_empty() && number && whole && (signed.is_some() || digits.contains(['.', ',']))
}

/// Puts a number in its place; false when it cannot be one.
fn set(identity: &mut Identity, column: Column, cell: &str) -> bool {
    fn put<T>(place: &mut Option<T>, value: Option<T>) -> bool {
        let usable = value.is_some();
        if place.is_none() {
            *place = value;
        }
        usable
    }
    match column {
        Column::Serial => put(&mut identity.serial, Serial::parse(cell)),
        Column::Udid => put(&mut identity.udid, Udid::parse(cell)),
        Column::Meid => put(&mut identity.meid, Meid::parse(cell)),
        Column::Ecid => put(&mut identity.ecid, Ecid::parse(cell)),
        Column::Imei => match Imei::parse(cell) {
            Some(imei) => {
                identity.imeis.insert(imei);
                true
            }
            // one column may hold either number
            None => put(&mut identity.meid, Meid::parse(cell)),
        },
        _ => true,
    }
}

fn keys(identity: &Identity) -> Vec<String> {
    let serial = identity.serial.iter().map(|one| format!("serial {one}"));
    let udid = identity.udid.iter().map(|one| format!("udid {one}"));
    let imeis = identity
        .imeis
        .iter()
        .map(|one| format!("imei {}", one.body()));
    serial.chain(udid).chain(imeis).collect()
}

fn same_person(old: &InventoryRow, new: &InventoryRow) -> bool {
    let person = |row: &InventoryRow| {
        let cells = [
            &row.user,
            &row.email,
            &row.department,
            &row.site,
            &row.group,
        ];
        let cells = cells.map(|cell| cell.as_ref().map(|text| text.to_lowercase()));
        (cells, row.tags.clone(), row.planned_swap)
    };
    person(old) == person(new)
}

/// The tags of one cell, each once.
fn tags(cell: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in cell.split([',', ';', '|', '\n']).map(str::trim) {
        if !tag.is_empty() && tags.iter().all(|known| known != tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

/// "line 3", "lines 3, 4 and 2 more".
fn place(lines: &[u64]) -> String {
    let word = if lines.len() == 1 { "line" } else { "lines" };
    let named: Vec<_> = lines.iter().take(LINES_MAX).map(u64::to_string).collect();
    let more = lines.len().saturating_sub(LINES_MAX);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{word} {}{more}", named.join(", "))
}
