//! A fleet before it is on disk: devices, whose they are, and what evidence there is of each.

use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::Timestamp;
use plist::Value;

use crate::backup::builder::BackupBuilder;
use crate::device::DeviceIds;
use crate::disk;
use crate::mdm::answer::Managed;
use crate::mdm::wrapper::{Server, webhook};
use crate::plists::{Format, encode};

/// Builds of the systems that fleets are made of.
const BUILDS: &[(&str, &str)] = &[
    ("26.1", "23B85"),
    ("26.0.1", "23A355"),
    ("18.6.2", "22G100"),
    ("18.1", "22B83"),
    ("17.6.1", "21G93"),
    ("16.7.10", "20H350"),
    ("15.8.3", "19H386"),
    ("12.5.7", "16H81"),
    ("10.1.1", "14B100"),
    ("9.3.5", "13G36"),
    ("8.4.1", "12H321"),
];

/// How an MDM document is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The bare answer; its age is the file's.
    Plist(Format),
    /// A webhook event, which says when the answer came.
    Event(Server),
}

/// The bare answer as XML.
pub const XML: Form = Form::Plist(Format::Xml);
/// The bare answer as a binary plist.
pub const BINARY: Form = Form::Plist(Format::Binary);
/// An event of MicroMDM.
pub const MICRO: Form = Form::Event(Server::MicroMdm);
/// An event of NanoMDM.
pub const NANO: Form = Form::Event(Server::NanoMdm);

/// Whose a device is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// "Anna Lindqvist".
    pub user: String,
    /// Department.
    pub department: String,
    /// Site.
    pub site: String,
}

/// One device and the evidence of it.
#[derive(Debug, Clone)]
pub struct Planned {
    seed: u64,
    ids: DeviceIds,
    name: String,
    product_type: String,
    os_version: String,
    person: Option<Person>,
    swap_on: Option<String>,
    backups: Vec<(PathBuf, BackupBuilder)>,
    documents: Vec<Document>,
}

#[derive(Debug, Clone)]
struct Document {
    kind: &'static str,
    form: Form,
    seen: Timestamp,
    message: Value,
}

impl Planned {
    /// A device without any evidence yet.
    pub fn new(seed: u64, name: &str, product_type: &str, os_version: &str) -> Self {
        Self {
            seed,
            ids: DeviceIds::new(seed, product_type),
            name: name.to_owned(),
            product_type: product_type.to_owned(),
            os_version: os_version.to_owned(),
            person: None,
            swap_on: None,
            backups: Vec::new(),
            documents: Vec::new(),
        }
    }

    /// Its numbers.
    pub fn ids(&self) -> &DeviceIds {
        &self.ids
    }

    /// Its serial number, where a test wants to name it.
    #[must_use]
    pub fn serial(mut self, serial: &str) -> Self {
        serial.clone_into(&mut self.ids.serial);
        self
    }

    /// Puts it into the inventory table.
    #[must_use]
    pub fn of(mut self, user: &str, department: &str, site: &str) -> Self {
        self.person = Some(Person {
            user: user.to_owned(),
            department: department.to_owned(),
            site: site.to_owned(),
        });
        self
    }

    /// Says in the inventory table on which day it is to be swapped: "2026-11-23".
    #[must_use]
    pub fn swap_on(mut self, day: &str) -> Self {
        self.swap_on = Some(day.to_owned());
        self
    }

    /// A local backup in the folder `place`, described by what `change` makes of a whole one.
    #[must_use]
    pub fn local(
        mut self,
        place: &str,
        change: impl FnOnce(BackupBuilder) -> BackupBuilder,
    ) -> Self {
        let seed = self.seed + 10_000 * (1 + self.backups.len() as u64);
        let whole = BackupBuilder::new(seed)
            .ids(self.ids.clone())
            .name(&self.name)
            .product(&self.product_type, &self.os_version, self.build());
        self.backups.push((PathBuf::from(place), change(whole)));
        self
    }

    /// A DeviceInformation answer of the instant `seen`.
    #[must_use]
    pub fn mdm(self, form: Form, seen: Timestamp, change: impl FnOnce(Managed) -> Managed) -> Self {
        self.document("DeviceInformation", form, seen, |managed| {
            change(managed).device_information()
        })
    }

    /// Any other document of the instant `seen`.
    #[must_use]
    pub fn document(
        mut self,
        kind: &'static str,
        form: Form,
        seen: Timestamp,
        message: impl FnOnce(Managed) -> Value,
    ) -> Self {
        let managed = Managed::new(self.seed, &self.ids, &self.name).product(
            &self.product_type,
            &self.os_version,
            self.build(),
        );
        let message = message(managed);
        self.documents.push(Document {
            kind,
            form,
            seen,
            message,
        });
        self
    }

    fn build(&self) -> &'static str {
        let known = BUILDS
            .iter()
            .find(|(version, _)| *version == self.os_version);
        known.map_or("22B83", |(_, build)| build)
    }

    /// Writes its backups below `backups` and its documents below `mdm`.
    pub fn write(&self, backups: &Path, mdm: &Path) -> Result<()> {
        for (place, builder) in &self.backups {
            builder.write(&backups.join(place))?;
        }
        self.documents
            .iter()
            .try_for_each(|document| document.write(&self.ids, mdm))
    }

    /// Its row of the inventory table: serial, user, e-mail, department, site.
    fn inventory_row(&self) -> Option<String> {
        let Person {
            user,
            department,
            site,
        } = self.person.as_ref()?;
        let account = user.to_lowercase().replace(' ', ".");
        let account: String = account.chars().map(plain_letter).collect();
        let serial = &self.ids.serial;
        Some(format!(
            "{serial},{user},{account}@lindenhof.example,{department},{site}"
        ))
    }
}

/// The table of everybody, with its header; with the days of swaps where there are any.
pub fn inventory(devices: &[Planned]) -> String {
    let swaps = devices.iter().any(|device| device.swap_on.is_some());
    let row = |cells: &str, day: &str| match swaps {
        true => format!("{cells},{day}\n"),
        false => format!("{cells}\n"),
    };
    let head = row("serial,user,email,department,site", "planned swap");
    let rows = devices.iter().filter_map(|device| {
        let day = device.swap_on.as_deref().unwrap_or_default();
        Some(row(&device.inventory_row()?, day))
    });
    std::iter::once(head).chain(rows).collect()
}

fn plain_letter(letter: char) -> char {
    match letter {
        'ä' | 'á' => 'a',
        'ö' | 'ø' => 'o',
        'ü' => 'u',
        'é' => 'e',
        'ı' => 'i',
        'ş' => 's',
        other => other,
    }
}

impl Document {
    fn write(&self, ids: &DeviceIds, mdm: &Path) -> Result<()> {
        let root = self.message.as_dictionary();
        let hidden = root.and_then(|root| root.get("EnrollmentID")?.as_string());
        let name = format!("{}-{}", hidden.unwrap_or(&ids.serial), self.kind);
        match self.form {
            Form::Plist(format) => {
                let bytes = encode(&self.message, format)?;
                disk::write(&mdm.join("answers").join(name + ".plist"), &bytes)
            }
            Form::Event(server) => {
                let event = webhook(server, self.seen, &self.message)?;
                disk::write(&mdm.join("events").join(name + ".json"), event.as_bytes())
            }
        }
    }
}
