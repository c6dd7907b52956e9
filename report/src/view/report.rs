//! What every output prints from: the results, and the time zone of dates for people.
//!
//! Rows are made while they are printed: a table of 50,000 devices costs no memory of its own.

use jiff::tz::TimeZone;

use crate::format;
use crate::results::{Backup, Device, Results};

/// The judged fleet, ready to print.
#[derive(Debug, Clone, Copy)]
pub struct ReportView<'a> {
    results: &'a Results,
    zone: &'a TimeZone,
}

/// One row: a device and one of its backups.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The run.
    pub results: &'a Results,
    /// The time zone of the reader.
    pub zone: &'a TimeZone,
    /// The device.
    pub device: &'a Device,
    /// In the table of devices the newest backup that is not an archived copy, if there is one; in
    /// the table of backups the row's own.
    pub backup: Option<&'a Backup>,
}

impl<'a> ReportView<'a> {
    /// Takes the results as they are; calendar dates are those of `zone`.
    pub fn new(results: &'a Results, zone: &'a TimeZone) -> Self {
        Self { results, zone }
    }

    /// What the view shows.
    pub fn results(&self) -> &'a Results {
        self.results
    }

    /// The time zone of the reader.
    pub fn zone(&self) -> &'a TimeZone {
        self.zone
    }

    /// A stored text as the reader reads it: its instants in the zone of the view.
    pub(crate) fn read(&self, text: &str) -> String {
        format::in_zone(text, self.zone).into_owned()
    }

    /// The row of one device.
    pub fn row(&self, device: &'a Device) -> Row<'a> {
        Row {
            results: self.results,
            zone: self.zone,
            device,
            backup: device.backups.iter().find(|backup| !backup.archived),
        }
    }

    /// One row per device in the order of the results, worst first; print it with `view::columns::COLUMNS`.
    pub fn devices(&self) -> impl Iterator<Item = Row<'a>> + use<'a> {
        let view = *self;
        self.results
            .devices
            .iter()
            .map(move |device| view.row(device))
    }

    /// One row per local backup; print it with `view::columns::BACKUP_COLUMNS`.
    pub fn backups(&self) -> impl Iterator<Item = Row<'a>> + use<'a> {
        self.devices().flat_map(|row| {
            let each = move |backup| Row {
                backup: Some(backup),
                ..row
            };
            row.device.backups.iter().map(each)
        })
    }
}

/// "2026-11-22 23:00 Europe/Berlin".
pub(crate) fn when(view: &ReportView<'_>) -> String {
    let at = format::date_time(view.results().scanned_at, view.zone());
    format!("{at} {}", zone_name(view))
}

pub(crate) fn zone_name(view: &ReportView<'_>) -> String {
    format::zone(view.zone(), view.results().scanned_at)
}
