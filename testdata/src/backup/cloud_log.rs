//! The iCloud backup's own log, which lies as two small property lists inside every local backup.

use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use plist::{Dictionary, Value};

use super::payload::Entry;
use crate::plists::{Format, dict, encode, text};
use crate::when::{plist_date, shift};

/// Seconds from 1970 to 2001, Apple's own epoch.
const APPLE_EPOCH: i64 = 978_307_200;

/// One attempt to back up to iCloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it ended.
    pub at: Timestamp,
    /// "MBErrorDomain".
    pub domain: &'static str,
    /// 0 is success.
    pub code: i64,
    /// Codes of `underlyingErrors`, in MBErrorDomain.
    pub inner: Vec<i64>,
}

/// A time in which the device could have backed up, and what it was like when that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Start.
    pub start: Timestamp,
    /// Seconds.
    pub seconds: u32,
    /// On power when it ended.
    pub power: bool,
    /// Locked when it ended.
    pub locked: bool,
    /// On Wi-Fi when it ended.
    pub wifi: bool,
}

/// The log of one device, built attempt by attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudLog {
    enabled: bool,
    last_date: Option<Timestamp>,
    attempts: Vec<Attempt>,
    windows: Vec<Window>,
    domain: &'static str,
    long_windows: bool,
}

impl Default for CloudLog {
    fn default() -> Self {
        Self::new()
    }
}

impl CloudLog {
    /// iCloud Backup switched on, nothing logged yet.
    pub fn new() -> Self {
        Self {
            enabled: true,
            last_date: None,
            attempts: Vec::new(),
            windows: Vec::new(),
            domain: "RootDomain",
            long_windows: false,
        }
    }

    /// iCloud Backup switched off.
    #[must_use]
    pub fn off(mut self) -> Self {
        self.enabled = false;
        self
    }

    /// `LastCloudBackupDate`, where no successful attempt says it.
    #[must_use]
    pub fn last_date(mut self, at: Timestamp) -> Self {
        self.last_date = Some(at);
        self
    }

    /// The log lies in HomeDomain and its windows have 19 fields, as on newer systems.
    #[must_use]
    pub fn newer_system(mut self) -> Self {
        self.domain = "HomeDomain";
        self.long_windows = true;
        self
    }

    /// One more attempt, newer than those before, in `MBErrorDomain`.
    #[must_use]
    pub fn attempt(self, at: Timestamp, code: i64) -> Self {
        self.attempt_in(at, "MBErrorDomain", code, &[])
    }

    /// One more attempt with its domain and underlying errors.
    #[must_use]
    pub fn attempt_in(
        mut self,
        at: Timestamp,
        domain: &'static str,
        code: i64,
        inner: &[i64],
    ) -> Self {
        if code == 0 {
            self.last_date = Some(at);
        }
        let inner = inner.to_vec();
        self.attempts.push(Attempt {
            at,
            domain,
            code,
            inner,
        });
        self
    }

    /// `count` nightly attempts with the same code, the last one at `last`.
    #[must_use]
    pub fn daily_attempts(self, last: Timestamp, count: i64, code: i64) -> Self {
        (0..count).fold(self, |log, day| {
            log.attempt(shift(last, -86_400 * (count - 1 - day)), code)
        })
    }

    /// One more window, newer than those before.
    #[must_use]
    pub fn window(mut self, window: Window) -> Self {
        self.windows.push(window);
        self
    }

    /// `count` nightly windows of 20 minutes that Wi-Fi ended, the last one at `last`.
    #[must_use]
    pub fn windows_ended_by_wifi(self, last: Timestamp, count: i64) -> Self {
        (0..count).fold(self, |log, day| {
            log.window(Window {
                start: shift(last, -86_400 * (count - 1 - day)),
                seconds: 1_200,
                power: true,
                locked: true,
                wifi: false,
            })
        })
    }

    /// Both logs as files of the backup.
    pub fn entries(&self) -> Result<Vec<Entry>> {
        let main = encode(&Value::Dictionary(self.mobile_backup()), Format::Binary)?;
        let switch = encode(&Value::Dictionary(self.ldbackup()), Format::Binary)?;
        Ok(vec![
            Entry::file(
                self.domain,
                "Library/Preferences/com.apple.MobileBackup.plist",
                4,
                main,
            ),
            Entry::file(
                "HomeDomain",
                "Library/Preferences/com.apple.mobile.ldbackup.plist",
                4,
                switch,
            ),
        ])
    }

    fn mobile_backup(&self) -> Dictionary {
        // Apple keeps ten of each.
        let attempts = last_ten(&self.attempts).iter().map(error).collect();
        let windows = last_ten(&self.windows);
        let windows = windows
            .iter()
            .map(|window| text(self.condition(window)))
            .collect();
        let state = dict([
            ("errors", Value::Array(attempts)),
            ("isBackground", Value::Boolean(false)),
            ("isCloud", Value::Boolean(true)),
            ("progress", Value::Real(1.0)),
            ("state", Value::Integer(4.into())),
        ]);
        let first = |number: &str| Value::Array(vec![text(number)]);
        let remote = dict([
            ("BackupPeriod", first("86400.0")),
            ("BackupWarningPeriod", first("1209600.0")),
            ("RecurringBackupWarningPeriod", first("604800.0")),
        ]);
        dict([
            ("BackupStateInfo", Value::Dictionary(state)),
            ("LastOnConditionEvents", Value::Array(windows)),
            ("PreflightSizing", Value::Dictionary(sizes())),
            ("RemoteConfiguration", Value::Dictionary(remote)),
            ("SyncZoneFetched", Value::Boolean(true)),
        ])
    }

    fn ldbackup(&self) -> Dictionary {
        let mut keys = vec![
            ("CloudBackupEnabled", Value::Boolean(self.enabled)),
            ("RequiresEncryption", Value::Integer(0.into())),
            ("WillEncrypt", Value::Boolean(false)),
        ];
        if let Some(date) = self.last_date {
            let seconds = date.as_second() - APPLE_EPOCH;
            keys.push(("LastCloudBackupDate", Value::Integer(seconds.into())));
            keys.push(("LastCloudBackupTZ", text("Europe/Berlin")));
        }
        dict(keys)
    }

    /// The `|`-separated fields of a window, 17 in 2023 and 19 later.
    fn condition(&self, window: &Window) -> String {
        let zone = TimeZone::fixed(Offset::constant(1));
        let start = window
            .start
            .to_zoned(zone)
            .strftime("%Y-%m-%dT%H:%M:%S%.3f%:z");
        let [power, locked, wifi] = [window.power, window.locked, window.wifi].map(u8::from);
        let more = if self.long_windows { "|0|0" } else { "" };
        let seconds = window.seconds;
        format!("{start}|{seconds}.000|1|{power}|{locked}|{wifi}|1|0|0|0|9945|0||0|1|0|0{more}")
    }
}

fn last_ten<T>(all: &[T]) -> &[T] {
    &all[all.len().saturating_sub(10)..]
}

fn error(attempt: &Attempt) -> Value {
    let mut entry = described(attempt.domain, attempt.code);
    entry.insert("date".to_owned(), plist_date(attempt.at));
    if !attempt.inner.is_empty() {
        let inner = attempt.inner.iter();
        let inner = inner.map(|code| Value::Dictionary(described("MBErrorDomain", *code)));
        entry.insert("underlyingErrors".to_owned(), Value::Array(inner.collect()));
    }
    Value::Dictionary(entry)
}

fn described(domain: &str, code: i64) -> Dictionary {
    let words = match code {
        0 => "Backup succeeded".to_owned(),
        code => format!("The operation couldn’t be completed. ({domain} error {code}.)"),
    };
    dict([
        ("code", Value::Integer(code.into())),
        ("domain", text(domain)),
        ("localizedDescription", text(words)),
    ])
}

/// Estimated bytes of the iCloud backup, by domain, and their sum.
fn sizes() -> Dictionary {
    let domains: [(&str, u64); 4] = [
        ("CameraRollDomain", 2_147_483_648),
        ("HomeDomain", 48_246_920),
        ("KeychainDomain", 1_019_791),
        ("RootDomain", 1_661_030),
    ];
    let total: u64 = domains.iter().map(|(_, bytes)| bytes).sum();
    let all = domains.into_iter().chain([("_TotalSize", total)]);
    dict(all.map(|(domain, bytes)| (domain, Value::Integer(bytes.into()))))
}
