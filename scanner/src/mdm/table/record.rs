//! One row of a device table, or one record of a list, made an answer.
//!
//! Only columns that are mapped to a field are ever looked at; tokens and phone numbers stay outside.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::cell::{self, Unit};
use super::columns::{self, DeviceField, IDS};
use super::consoles::{Console, NoDate};
use super::device_kind::{self, DeviceKind};
use super::meaning::is_guess;
use super::orders::Orders;
use super::row_faults::{self, Detail, Faults, RowFault};
use super::{state_words, yes_no};
use crate::mdm::date::age;
use crate::mdm::date::instant::{self, Dated};
use crate::mdm::date::written::{self, Written};
use crate::mdm::protocol::answer::AnswerBuilder;
use crate::mdm::protocol::device_family;
use crate::model::evidence::{Source, Sourced, TimestampSource};
use crate::model::identity::{Ecid, Identity, Imei, Meid, Serial, Udid};
use crate::model::management::{Capacity, Management, MdmState, Storage};
use crate::model::person::Assigned;
use crate::model::problem::Level;

/// A cell that is mapped to a field.
#[derive(Debug)]
pub(crate) struct Cell<'c> {
    /// What it means.
    pub(crate) field: DeviceField,
    /// The lower, the earlier it is asked.
    pub(crate) rank: (usize, usize),
    /// The column's name, for messages.
    pub(crate) column: &'c str,
    /// The unit in the name.
    pub(crate) unit: Option<Unit>,
    /// Does the name say that the device runs iOS?
    pub(crate) of_ios: bool,
    /// The time zone in the name.
    pub(crate) zone: Option<&'c TimeZone>,
    /// Without blanks around it; may be empty.
    pub(crate) text: String,
}

/// What all records of a table share.
pub(crate) struct TableContext<'s> {
    pub(crate) console: &'static Console,
    pub(crate) zone: TimeZone,
    /// The order of day and month, by column.
    pub(super) orders: Orders<'s>,
    /// The source of a device's state in the MDM.
    pub(super) state_source: Arc<Source>,
    pub(crate) path: &'s std::path::Path,
    pub(crate) file: Timestamp,
    pub(crate) now: Timestamp,
}

/// What came of a record.
pub(crate) enum Outcome {
    /// An answer of an iPhone or iPad.
    Answer(Box<AnswerBuilder>),
    /// A device of another family, with its UDID as it stands there.
    Other(&'static str, Option<String>),
    /// It names no device.
    Nameless,
}

const SCIENTIFIC: RowFault = row_faults::SCIENTIFIC.with_remedy(
    "export it again and do not save it in a spreadsheet, or format the column as text first",
);
const NO_ID: RowFault = RowFault {
    wanted: "the serial number, UDID, IMEI, MEID or ECID",
    found: "no serial number, UDID, IMEI, MEID or ECID",
    remedy: "take the column with the serial number into the export",
    level: Level::Note,
};
const HIDDEN: RowFault = RowFault {
    wanted: "the serial number, UDID, IMEI, MEID or ECID",
    found: "no serial number, UDID, IMEI, MEID or ECID: User Enrollment hides them, so the device is not identified",
    remedy: "nothing needs doing; the backups of such a device are its user's own matter",
    level: Level::Note,
};
const BAD_ID: RowFault = RowFault {
    wanted: "the serial number, UDID, IMEI, MEID or ECID",
    found: "not a possible number",
    remedy: "compare it with Settings, General, About on the device",
    level: Level::Incomplete,
};
/// The same beside another number that names the device: nothing is lost with it.
const BAD_ID_BESIDE: RowFault = RowFault {
    level: Level::Note,
    ..BAD_ID
};
const NO_FLAG: RowFault = RowFault {
    wanted: "yes or no",
    found: "another word; the device was read without it",
    remedy: "export it again, or say under [mdm.columns] of fleetback.toml what the column means",
    level: Level::Incomplete,
};
/// The same of a switch that decides nothing about a backup: nothing is missing from the verdict.
const NO_SIDE_FLAG: RowFault = RowFault {
    level: Level::Note,
    ..NO_FLAG
};
const NO_DATE: RowFault = RowFault {
    wanted: "a date",
    found: "not a date; the device was read without it",
    remedy: "export dates as year-month-day, or as RFC 3339",
    level: Level::Incomplete,
};
const NO_NUMBER: RowFault = RowFault {
    wanted: "a number",
    found: "not a number, or one that can be read in two ways, such as 1,234; the device was read without it",
    remedy: "export it again without separators of thousands",
    level: Level::Note,
};
const FUTURE: RowFault = RowFault {
    wanted: "a date",
    found: "a contact or an inventory after the time of this scan; the file's time was used",
    remedy: "check the clock of the server, and the time zone of its dates under [mdm.zones] of fleetback.toml",
    level: Level::Note,
};
const TWO_VALUES: RowFault = RowFault {
    wanted: "a value",
    found: "two columns of this name that contradict each other; neither was used",
    remedy: "leave one of them out of the export",
    level: Level::Incomplete,
};

const FUTURE_BACKUP: RowFault = RowFault {
    wanted: "a date",
    found: "a last iCloud backup after the time of this scan; it was not used",
    remedy: "check the clock of the server, and the time zone of its dates under [mdm.zones] of fleetback.toml",
    level: Level::Incomplete,
};
const NO_SIDE_DATE: RowFault = RowFault {
    level: Level::Note,
    ..NO_DATE
};
const TWO_DAYS: RowFault = RowFault {
    wanted: "a date",
    found: "a date that can be read in two ways, and nothing in the column decides which; it was not used",
    remedy: "say which under [mdm.dates] of fleetback.toml (day-first or month-first)",
    level: Level::Incomplete,
};
const TWO_SIDE_DAYS: RowFault = RowFault {
    level: Level::Note,
    ..TWO_DAYS
};

/// Without these dates it is unknown whether a backup is in date, or how old the record is.
const DECIDING_DATES: &[DeviceField] = &[
    DeviceField::LastCloudBackup,
    DeviceField::LastContact,
    DeviceField::LastInventory,
];

/// How far a date in an unnamed time zone may lie ahead.
const ZONES_APART: SignedDuration = SignedDuration::from_hours(24);

type ReadState = fn(&str) -> Option<MdmState>;

/// Columns that say whether a device is still in the MDM.
const STATES: &[(DeviceField, ReadState)] = &[
    (DeviceField::MdmState, |text| {
        state_words::of_enrolment(text).or_else(|| managed(text))
    }),
    (DeviceField::DeviceStatus, state_words::of_status),
    (DeviceField::Managed, |text| {
        managed(text).or_else(|| state_words::of_enrolment(text))
    }),
    (DeviceField::Removed, |text| {
        yes_no::read(text)?.then_some(MdmState::Removed)
    }),
    (DeviceField::InBin, |text| {
        yes_no::read(text)?.then_some(MdmState::InBin)
    }),
];

fn managed(text: &str) -> Option<MdmState> {
    let state = |is: bool| {
        if is {
            MdmState::Enrolled
        } else {
            MdmState::Unmanaged
        }
    };
    yes_no::read(text).map(state)
}

/// The first of several addresses in one cell.
fn first_of_several(text: String) -> String {
    let first = text
        .split([',', ';'])
        .next()
        .map(|one| one.trim().to_owned());
    first.unwrap_or(text)
}

/// A guess counts for nothing beside an exact name, and of several guesses the best counts. The cells are
/// sorted by field and rank.
fn drop_worse_guesses<'c>(cells: &mut Vec<Cell<'c>>) {
    let mut best: Option<(DeviceField, usize, &'c str)> = None;
    cells.retain(|cell| {
        let same = best.filter(|(field, ..)| *field == cell.field);
        let keeps = match same {
            None => true,
            Some((_, rank, column)) => {
                !is_guess(cell.rank.0) || cell.rank.0 == rank && cell.column == column
            }
        };
        if same.is_none() {
            best = Some((cell.field, cell.rank.0, cell.column));
        }
        keeps
    });
}

type Slot<T> = fn(&mut Management) -> &mut Option<Sourced<T>>;

const FLAGS: &[(DeviceField, Slot<bool>)] = &[
    (DeviceField::CloudBackupEnabled, |m| {
        &mut m.cloud_backup_enabled
    }),
    (DeviceField::Supervised, |m| &mut m.supervised),
    (DeviceField::SharedIpad, |m| &mut m.shared_ipad),
    (DeviceField::LostMode, |m| &mut m.lost_mode),
    (DeviceField::FindMy, |m| &mut m.find_my),
    (DeviceField::ActivationLock, |m| &mut m.activation_lock),
    (DeviceField::PasscodePresent, |m| &mut m.passcode_present),
    (DeviceField::StoreAccountActive, |m| {
        &mut m.store_account_active
    }),
    (DeviceField::AwaitingConfiguration, |m| {
        &mut m.awaiting_configuration
    }),
];

const TEXTS: &[(DeviceField, Slot<String>)] = &[
    (DeviceField::DeviceName, |m| &mut m.device_name),
    (DeviceField::ModelName, |m| &mut m.model_name),
    (DeviceField::BuildVersion, |m| &mut m.build_version),
    (DeviceField::TimeZone, |m| &mut m.time_zone),
];

const DATES: &[(DeviceField, Slot<Timestamp>)] = &[
    (DeviceField::LastComputerBackup, |m| {
        &mut m.last_computer_backup
    }),
    (DeviceField::Enrolled, |m| &mut m.enrolled_at),
];

/// One record, being read.
pub(crate) struct Record<'r> {
    table: &'r TableContext<'r>,
    cells: Vec<Cell<'r>>,
    line: u64,
    faults: &'r mut Faults,
}

impl<'r> Record<'r> {
    /// The cells of one record, of which no two need be of one field.
    pub(crate) fn new(
        table: &'r TableContext<'r>,
        mut cells: Vec<Cell<'r>>,
        line: u64,
        faults: &'r mut Faults,
    ) -> Self {
        cells.sort_by(|a, b| {
            let key = |cell: &Cell<'r>| (cell.field, cell.rank);
            (key(a), a.column, &a.text).cmp(&(key(b), b.column, &b.text))
        });
        drop_worse_guesses(&mut cells);
        Self {
            table,
            cells,
            line,
            faults,
        }
    }

    /// Reads it.
    pub(crate) fn read(mut self) -> Outcome {
        let kind = self.kind();
        if let Some(DeviceKind::Other(family)) = kind {
            let udid = self.first(DeviceField::Udid).map(str::to_owned);
            return Outcome::Other(family, udid);
        }
        let identity = self.identity();
        if identity.is_empty() {
            return Outcome::Nameless;
        }
        let (contact, inventory) = (
            self.past(DeviceField::LastContact),
            self.past(DeviceField::LastInventory),
        );
        let mut builder = self.builder(inventory.or(contact));
        builder.identity = identity;
        builder.management.kind_unsure =
            kind.is_none() && !self.is_ours_by_other_signs(&builder.identity);
        let sourced = |date| Sourced::new(date, &builder.source);
        builder.management.last_inventory = inventory.or(contact).map(sourced);
        builder.management.last_contact = contact.max(inventory).map(sourced);
        self.read_facts(&mut builder);
        Outcome::Answer(Box::new(builder))
    }

    fn read_facts(&mut self, builder: &mut AnswerBuilder) {
        for (field, slot) in TEXTS {
            let text = self.first(*field).map(str::to_owned);
            *slot(&mut builder.management) = text.map(|text| builder.sourced(text));
        }
        self.read_flags(builder);
        for (field, slot) in DATES {
            let date = self.date(*field).flatten();
            *slot(&mut builder.management) = date.map(|date| builder.sourced(date));
        }
        self.read_cloud_date(builder);
        self.read_system(builder);
        self.read_enrolment(builder);
        self.read_state(builder);
        self.read_storage(builder);
        self.read_assigned(builder);
        builder.management.no_cloud_date_means_never = self.no_cloud_date_means_never(builder);
    }

    /// A switch of iCloud Backup that says something else than yes or no is kept in words: it must not be
    /// taken for a switch that is absent.
    fn read_flags(&mut self, builder: &mut AnswerBuilder) {
        let collected = self.is_collected();
        for (field, slot) in FLAGS {
            let is_cloud = *field == DeviceField::CloudBackupEnabled;
            let fault = if is_cloud { &NO_FLAG } else { &NO_SIDE_FLAG };
            let said_something = self.first(*field).is_some();
            let flag = self.parsed(*field, fault, yes_no::read);
            if is_cloud && said_something && flag.is_none() {
                let words = "whether iCloud Backup is on could not be read".to_owned();
                builder.management.cloud_unread = Some(builder.sourced(words));
            }
            let flag = flag.filter(|on| *on || collected);
            *slot(&mut builder.management) = flag.map(|flag| builder.sourced(flag));
        }
    }

    /// Is the record filled, or is it one that the console has not filled yet?
    fn is_collected(&self) -> bool {
        if !self.table.console.zero_until_collected {
            return true;
        }
        let inventory = self
            .cells
            .iter()
            .find(|cell| cell.field == DeviceField::LastInventory);
        inventory.is_none_or(|cell| !matches!(self.dated(cell), Dated::None))
    }

    /// A date after the scan, beyond what a time zone explains, and one that cannot be read: neither says
    /// that the device is backed up, and neither is silence.
    fn read_cloud_date(&mut self, builder: &mut AnswerBuilder) {
        let there = self.first(DeviceField::LastCloudBackup).is_some();
        let date = self.date(DeviceField::LastCloudBackup);
        let unread = match date {
            None if there => "the date of the last iCloud backup could not be read",
            Some(Some(date)) if self.table.now.duration_until(date) > ZONES_APART => {
                self.faults.add(&FUTURE_BACKUP, self.line);
                "the date of the last iCloud backup lies after this scan"
            }
            Some(Some(date)) => {
                builder.management.last_cloud_backup = Some(builder.sourced(date));
                return;
            }
            _ => return,
        };
        builder.management.cloud_unread = Some(builder.sourced(unread.to_owned()));
    }

    /// The cells of a field that say something, best name first.
    fn cells(&self, field: DeviceField) -> impl Iterator<Item = &Cell<'r>> {
        let from = self.cells.partition_point(|cell| cell.field < field);
        self.cells[from..]
            .iter()
            .take_while(move |cell| cell.field == field)
            .filter(move |cell| {
                let text = cell::unwrapped(&cell.text);
                let blank = if field.names_devices() {
                    cell::is_blank_number
                } else {
                    cell::is_blank
                };
                !blank(text)
            })
    }

    fn first(&self, field: DeviceField) -> Option<&str> {
        self.cells(field)
            .next()
            .map(|cell| cell::unwrapped(&cell.text))
    }

    /// The first cell of a field, read; two columns of one name must agree.
    fn parsed<T: PartialEq>(
        &mut self,
        field: DeviceField,
        fault: &'static RowFault,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let found: Vec<&Cell<'r>> = self.cells(field).collect();
        let first = *found.first()?;
        let value = read(cell::unwrapped(&first.text));
        let mut twins = found.iter().filter(|cell| cell.rank.0 == first.rank.0);
        let agree = twins.all(|twin| read(cell::unwrapped(&twin.text)) == value);
        let fault = match &value {
            _ if !agree => &TWO_VALUES,
            None => fault,
            Some(_) => return value,
        };
        let column = shown(first.column);
        self.faults.add_in(fault, &column, self.line);
        None
    }

    /// What stands in a cell of a date.
    fn dated(&self, cell: &Cell<'r>) -> Dated {
        let table = self.table;
        let order = || table.orders.of(cell.column);
        instant::of_text_by(
            cell::unwrapped(&cell.text),
            cell.zone.unwrap_or(&table.zone),
            order,
        )
    }

    /// A date: `None` without a cell or with one that cannot be read, `Some(None)` for a way to
    /// write "none".
    fn date(&mut self, field: DeviceField) -> Option<Option<Timestamp>> {
        // "never" and "n/a" are blanks elsewhere and say something here
        let there = self.cells.iter().any(|cell| cell.field == field);
        let found: Vec<&Cell<'r>> = self.cells(field).collect();
        let Some(first) = found.first() else {
            return there.then_some(None);
        };
        let dated = self.dated(first);
        let mut twins = found.iter().filter(|cell| cell.rank.0 == first.rank.0);
        let agree = twins.all(|twin| self.dated(twin) == dated);
        let (column, text) = (first.column, cell::unwrapped(&first.text).to_owned());
        match dated {
            _ if !agree => self.faults.add_in(&TWO_VALUES, &shown(column), self.line),
            Dated::At(date) => return Some(Some(date)),
            Dated::None => return Some(None),
            Dated::Unreadable => self.refuse_date(field, column, &text),
        }
        None
    }

    /// Names both days that a text may mean, and the line of the settings that decides.
    fn refuse_date(&mut self, field: DeviceField, column: &str, text: &str) {
        let decides = DECIDING_DATES.contains(&field);
        let Some(Written::Two {
            day_first,
            month_first,
        }) = written::read(text)
        else {
            let fault = if decides { &NO_DATE } else { &NO_SIDE_DATE };
            return self.faults.add_in(fault, &shown(column), self.line);
        };
        let fault = if decides { &TWO_DAYS } else { &TWO_SIDE_DAYS };
        let day = |moment: written::Moment| moment.civil.strftime("%-d %B %Y").to_string();
        let detail = Detail {
            found: format!("{} or {}", day(day_first), day(month_first)),
            remedy: format!("[mdm.dates]\n{} = \"day-first\"", quoted(column)),
        };
        self.faults
            .add_with(fault, &shown(column), self.line, detail);
    }

    /// A date that cannot lie after the scan.
    fn past(&mut self, field: DeviceField) -> Option<Timestamp> {
        let date = self.date(field).flatten()?;
        if date > self.table.now {
            let detail = Detail {
                found: String::new(),
                remedy: format!("[mdm.zones]\n{} = \"Asia/Tokyo\"", self.table.console.id),
            };
            self.faults.add_with(&FUTURE, "", self.line, detail);
            return None;
        }
        Some(date)
    }

    fn builder(&mut self, row_date: Option<Timestamp>) -> AnswerBuilder {
        let table = self.table;
        let cloud = self.cells(DeviceField::LastCloudBackup).next();
        let inside = cloud.and_then(|cell| match self.dated(cell) {
            Dated::At(date) => Some(date),
            _ => None,
        });
        let (observed_at, clock) = age::observed(row_date, inside, table.file, table.now);
        let clock = match clock {
            TimestampSource::Wrapper => TimestampSource::Row,
            other => other,
        };
        AnswerBuilder::new(Arc::new(Source {
            path: table.path.to_owned(),
            kind: table.console.name.to_owned(),
            observed_at,
            clock,
        }))
    }

    /// What the record says the device is; of several cells the surest counts.
    fn kind(&self) -> Option<DeviceKind> {
        let named = device_kind::KINDS.iter().find_map(|(field, read)| {
            self.cells(*field)
                .find_map(|cell| read(cell::unwrapped(&cell.text)))
        });
        let apple = || {
            let maker = self.first(DeviceField::Manufacturer)?;
            let mut forms = self.cells(DeviceField::Platform);
            forms
                .find_map(|cell| device_kind::of_maker_and_form(maker, cell::unwrapped(&cell.text)))
        };
        let mac = || {
            self.first(DeviceField::Udid)
                .is_some_and(device_family::is_uuid)
                .then_some(device_kind::MAC)
        };
        named.or_else(apple).or_else(mac)
    }

    /// Signs that count where nothing names the kind of the device: a UDID in the form of Apple's mobile
    /// devices, a value in a column about iOS, an iCloud backup, or a console that knows no other devices.
    fn is_ours_by_other_signs(&self, identity: &Identity) -> bool {
        let of_ios = || {
            let mut cells = self.cells.iter().filter(|cell| cell.of_ios);
            cells.any(|cell| !cell::is_blank(cell::unwrapped(&cell.text)))
        };
        let names_no_kind = || {
            !self
                .cells
                .iter()
                .any(|cell| device_kind::names_a_kind(cell.field))
        };
        let backed_up = || self.first(DeviceField::LastCloudBackup).is_some();
        let switch = || {
            let on = self
                .first(DeviceField::CloudBackupEnabled)
                .and_then(yes_no::read);
            on == Some(true) || on.is_some() && names_no_kind()
        };
        identity.udid.is_some()
            || self.table.console.only_ours
            || of_ios()
            || backed_up()
            || switch()
    }

    /// The ids of a record; what cannot be one is a fault.
    fn identity(&mut self) -> Identity {
        let mut identity = Identity::default();
        let mut unusable = None;
        for field in IDS {
            for found in self.cells(*field) {
                let text = cell::unwrapped(&found.text);
                let each = text.split([',', ';']).map(str::trim);
                for one in each.filter(|one| !cell::is_blank_number(one)) {
                    if cell::is_scientific(text) {
                        unusable = Some(&SCIENTIFIC);
                    } else if !set(&mut identity, *field, one) {
                        unusable = unusable.or(Some(&BAD_ID));
                    }
                }
            }
        }
        let fault = match unusable {
            None if identity.is_empty() && self.is_user_enrolment() => Some(&HIDDEN),
            None if identity.is_empty() => Some(&NO_ID),
            Some(fault) if *fault == BAD_ID && !identity.is_empty() => Some(&BAD_ID_BESIDE),
            fault => fault,
        };
        if let Some(fault) = fault {
            self.faults.add(fault, self.line);
        }
        identity
    }

    fn read_system(&mut self, builder: &mut AnswerBuilder) {
        let product = self
            .cells(DeviceField::ProductType)
            .map(|cell| cell::unwrapped(&cell.text));
        let product = product
            .filter(|text| cell::is_product_type(text))
            .map(str::to_owned)
            .next();
        builder.management.product_type = product.map(|product| builder.sourced(product));
        let version = self.cells(DeviceField::OsVersion).find_map(|cell| {
            let (version, build) = cell::version(cell::unwrapped(&cell.text))?;
            Some((version.to_owned(), build.map(str::to_owned)))
        });
        if let Some((version, build)) = version.or_else(|| self.version_beside_system()) {
            builder.management.os_version = Some(builder.sourced(version));
            let build = build.map(|build| builder.sourced(build));
            builder.management.build_version = builder.management.build_version.take().or(build);
        }
        for (field, slot) in [
            (
                DeviceField::BuildVersion,
                (|m| &mut m.build_version) as Slot<String>,
            ),
            (DeviceField::Iccid, |m| &mut m.iccid),
        ] {
            let spoilt = self.first(field).is_some_and(cell::is_scientific);
            if spoilt {
                *slot(&mut builder.management) = None;
                self.faults.add(&SCIENTIFIC, self.line);
            } else if field == DeviceField::Iccid {
                let iccid = self.first(field).map(|text| text.replace(' ', ""));
                *slot(&mut builder.management) = iccid.map(|iccid| builder.sourced(iccid));
            }
        }
    }

    /// "iOS 18.1" in the column of the system.
    fn version_beside_system(&self) -> Option<(String, Option<String>)> {
        self.cells(DeviceField::Platform).find_map(|cell| {
            let text = cell::unwrapped(&cell.text);
            device_kind::of_version(text)?;
            let (version, build) = cell::version(text)?;
            Some((version.to_owned(), build.map(str::to_owned)))
        })
    }

    /// User Enrollment hides UDID and serial number: a record that names either is not of one.
    fn read_enrolment(&mut self, builder: &mut AnswerBuilder) {
        let named = builder.identity.udid.is_some() || builder.identity.serial.is_some();
        let by_user = !named && self.is_user_enrolment();
        builder.management.user_enrollment = by_user.then(|| builder.sourced(true));
    }

    fn is_user_enrolment(&self) -> bool {
        // Intune's "userEnrollment" is any enrolment by the user; Apple's has its name in front
        let anybody_s = |text: &str| {
            self.table.console.id == "intune" && columns::fold_header(text) == "userenrollment"
        };
        self.first(DeviceField::EnrolmentType)
            .is_some_and(|text| cell::is_user_enrolment(text) && !anybody_s(text))
    }

    /// Is the device still in the MDM? Of several words the worst counts.
    fn read_state(&mut self, builder: &mut AnswerBuilder) {
        let states = STATES.iter().filter_map(|(field, read)| {
            let mut cells = self
                .cells(*field)
                .filter_map(|cell| read(cell::unwrapped(&cell.text)));
            cells.next()
        });
        let source = &self.table.state_source;
        builder.management.state = states.max().map(|state| Sourced::new(state, source));
    }

    fn read_storage(&mut self, builder: &mut AnswerBuilder) {
        let Some((capacity, unit)) = self.storage(DeviceField::Capacity) else {
            return;
        };
        let kept = unit.and_then(Unit::of_capacity);
        builder.management.capacity = kept.map(|(factor, unit)| {
            let amount = capacity * factor;
            builder.sourced(Capacity { amount, unit })
        });
        let used = self
            .storage(DeviceField::UsedPercent)
            .map(|(percent, _)| percent);
        let free = self.storage(DeviceField::Available);
        let (capacity, available) = match (free, used) {
            (Some((free, free_unit)), _) if unit.is_some() && free_unit.is_some() => {
                let in_one =
                    |amount: f64, unit: Option<Unit>| amount * unit.map_or(1.0, Unit::megabytes);
                (in_one(capacity, unit), in_one(free, free_unit))
            }
            (Some((free, None)), _) if unit.is_none() => (capacity, free),
            (_, Some(used)) => (capacity, capacity * (1.0 - used / 100.0)),
            _ => return,
        };
        let storage = Storage {
            capacity,
            available,
        };
        let sourced = builder.sourced(storage);
        builder.management.storage = storage.free_ratio().map(|_| sourced);
    }

    fn storage(&mut self, field: DeviceField) -> Option<(f64, Option<Unit>)> {
        let of_name = self.cells(field).next()?.unit;
        let (amount, unit) = self.parsed(field, &NO_NUMBER, cell::amount)?;
        Some((amount, unit.or(of_name)))
    }

    fn read_assigned(&mut self, builder: &mut AnswerBuilder) {
        let text = |field| self.first(field).map(str::to_owned);
        let place = |field| text(field).filter(|text| !text.eq_ignore_ascii_case("none"));
        let assigned = Assigned {
            user: text(DeviceField::User),
            email: text(DeviceField::Email).map(first_of_several),
            department: text(DeviceField::Department),
            site: place(DeviceField::Site),
            group: place(DeviceField::Group),
            tags: self
                .first(DeviceField::Tags)
                .map(cell::tags)
                .unwrap_or_default(),
        };
        let says_something = assigned != Assigned::default();
        builder.management.assigned = says_something.then(|| builder.sourced(assigned));
    }

    /// Only where the console asks every device for both, and this record has both keys.
    fn no_cloud_date_means_never(&mut self, builder: &AnswerBuilder) -> bool {
        let by_user = builder.management.user_enrollment.is_some();
        let switch = builder.management.cloud_backup_enabled.is_some();
        let dated = self.date(DeviceField::LastCloudBackup).is_some();
        self.table.console.no_date == NoDate::Never && switch && dated && !by_user
    }
}

/// Puts a number in its place; false when it cannot be one.
pub(crate) fn set(identity: &mut Identity, field: DeviceField, text: &str) -> bool {
    fn put<T>(place: &mut Option<T>, value: Option<T>) -> bool {
        let usable = value.is_some();
        if place.is_none() {
            *place = value;
        }
        usable
    }
    match field {
        DeviceField::SerialNumber => put(&mut identity.serial, Serial::parse(text)),
        DeviceField::Udid => put(&mut identity.udid, Udid::parse(text)),
        DeviceField::Meid => put(&mut identity.meid, Meid::parse(text)),
        DeviceField::Ecid => put(&mut identity.ecid, Ecid::parse(text)),
        DeviceField::Imei => match Imei::parse(text) {
            Some(imei) => {
                identity.imeis.insert(imei);
                true
            }
            // one column may hold either number
            None => put(&mut identity.meid, Meid::parse(text)),
        },
        _ => true,
    }
}

/// A column's name as a key of the settings file.
fn quoted(column: &str) -> String {
    shown(&column.replace(['\\', '"'], " "))
}

/// A column's name for a message.
fn shown(column: &str) -> String {
    let short: String = column
        .chars()
        .filter(|c| !c.is_control())
        .take(40)
        .collect();
    format!("\"{short}\"")
}
