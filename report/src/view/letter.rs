//! One letter to the user of a device, which joins all that the user is asked to do.
//!
//! Plain text: it goes into a mail. Names in it are made safe to print.

use std::fmt::Write as _;

use super::{advice, device};
use crate::format::{self, escaped};
use crate::results::{Device, Finding, FixId};
use crate::tables::fix_steps::DeviceTraits;

const CLOSING: &str =
    "\nIf something looks different on your screen, stop and ask us. Thank you.\n";

/// A letter before it is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// Addresses; empty where none is known.
    pub to: Vec<String>,
    /// One line.
    pub subject: String,
    /// The text, its lines ended by LF.
    pub body: String,
}

impl Letter {
    /// The text in parts that lines join: what names a person or a device, then what many letters share.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &str> {
        const NAMED_LINES: usize = 3;
        self.body.trim_end().splitn(NAMED_LINES + 1, '\n')
    }
}

/// The letter to the user of a device; `None` where no finding asks anything of a user.
pub fn to_user(device: &Device) -> Option<Letter> {
    let asks = asks(device);
    let letter = || Letter {
        to: device
            .email
            .iter()
            .map(|address| escaped(address))
            .collect(),
        subject: format!("Please help with the backup of your {}", model(device)),
        body: format!(
            "{}{}{CLOSING}",
            greeting(device.user.as_deref()),
            requests(device, &asks)
        ),
    };
    (!asks.is_empty()).then(letter)
}

/// One letter for the users of many devices with the same fix.
pub(crate) fn to_users(fix: FixId, to: Vec<String>) -> Option<Letter> {
    let body = fix.message(&DeviceTraits::default(), "Your iPhone or iPad")?;
    Some(Letter {
        to,
        subject: format!(
            "Please help with the backup of your device: {}",
            fix.about().title
        ),
        body,
    })
}

/// A task for whoever looks after the devices: the steps, and the devices that need them.
pub(crate) fn to_staff(title: &str, steps: &[String], devices: &[String]) -> Letter {
    let mut body = format!("{title}\n\n");
    for (number, step) in (1..).zip(steps) {
        let _ = writeln!(body, "{number}. {step}");
    }
    let count = format::plural(devices.len() as u64, "device", "devices");
    let _ = write!(body, "\n{count}:\n{}\n", devices.join("\n"));
    Letter {
        to: Vec::new(),
        subject: format!("Backups: {title} ({count})"),
        body,
    }
}

/// The findings that ask something of the user: each fix once, in the order of the findings.
fn asks(device: &Device) -> Vec<&Finding> {
    let mut asks: Vec<&Finding> = Vec::new();
    let open = device.findings.iter().filter(|f| f.waived.is_none());
    for finding in open.filter(|f| f.fix().is_some_and(|fix| fix.ask.is_some())) {
        if !asks
            .iter()
            .any(|other| other.likely_fix == finding.likely_fix)
        {
            asks.push(finding);
        }
    }
    asks
}

fn greeting(user: Option<&str>) -> String {
    match user {
        Some(user) => format!("Hello {},\n\n", escaped(user)),
        None => "Hello,\n\n".to_owned(),
    }
}

fn requests(device: &Device, asks: &[&Finding]) -> String {
    let called = advice::called(device);
    if let [only] = asks {
        return format!("{called} needs your help: {}", request(device, only));
    }
    let mut text = format!("{called} needs your help with {} things.\n", asks.len());
    for (number, finding) in (1..).zip(asks) {
        let _ = write!(
            text,
            "\n{number}. {}",
            format::capital(&request(device, finding))
        );
    }
    text
}

/// "its backup to iCloud is switched off." and the steps, a line each.
fn request(device: &Device, finding: &Finding) -> String {
    let fix = finding.fix();
    let ask = fix.and_then(|fix| fix.ask).unwrap_or_default();
    let mut text = format!("{ask}\n");
    if let Some(harm) = fix.and_then(|fix| fix.may_destroy) {
        let _ = writeln!(text, "   Please note that this may destroy: {harm}.");
    }
    for step in advice::steps_for_user(device, finding) {
        let _ = writeln!(text, "   - {step}");
    }
    text
}

fn model(device: &Device) -> String {
    device::model(device).unwrap_or_else(|| "device".to_owned())
}
