//! What is meant by `fleetback done`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::outputs::time_zone;
use super::resolve::{history_choice, settings_from};
use crate::config;
use crate::config::args::{Common, Done};
use crate::config::layer::Layer;
use crate::config::settings::ScanSettings;

/// Everything that `done` does.
#[derive(Debug)]
pub(crate) struct DonePlan {
    /// The store, which is there.
    pub(crate) history: PathBuf,
    /// The day on which the fix was made.
    pub(crate) on: Date,
    /// The day of the person who records it.
    pub(crate) today: Date,
    /// Where that person is.
    pub(crate) zone: TimeZone,
    /// When it is recorded.
    pub(crate) now: Timestamp,
}

impl DonePlan {
    /// The history is that of the scans: it must be there, for a new one knows no device.
    pub(crate) fn new(args: &Done, common: &Common) -> Result<Self> {
        let found = config::load(common.config.as_deref(), &config::folders())?;
        let config = settings_from(found.as_ref());
        let given = ScanSettings {
            history: args.history.clone(),
            ..ScanSettings::default()
        };
        let zone = time_zone(config.output.timezone.as_deref())?;
        let now = Timestamp::now();
        let today = zone.to_datetime(now).date();
        Ok(Self {
            history: existing(&given.with_fallback(config.scan))?,
            on: args.on.unwrap_or(today),
            today,
            zone,
            now,
        })
    }
}

fn existing(settings: &ScanSettings) -> Result<PathBuf> {
    match history_choice(settings, None)?.path() {
        Some(path) if path.is_file() => Ok(path),
        Some(path) => bail!(
            "there is no history at {}; name the one that the scans write with --history FILE",
            path.display()
        ),
        None => bail!("no history is kept; name the one that the scans write with --history FILE"),
    }
}
