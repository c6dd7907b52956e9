//! A fix made ready for a device: its steps, and what the device is called in a letter.

use crate::format::escaped;
use crate::results::{Device, Finding};
use crate::tables::fix_steps::DeviceTraits;
use crate::tables::models::model;
use crate::tables::os_version::OsVersion;

/// The steps of a finding's fix for this device.
pub fn steps(device: &Device, finding: &Finding) -> Vec<String> {
    let fix = finding.likely_fix;
    fix.map_or_else(Vec::new, |fix| fix.steps(&traits(device, finding)))
}

/// The same for the device's user.
pub(super) fn steps_for_user(device: &Device, finding: &Finding) -> Vec<String> {
    let fix = finding.likely_fix;
    fix.map_or_else(Vec::new, |fix| fix.steps_for_user(&traits(device, finding)))
}

fn traits(device: &Device, finding: &Finding) -> DeviceTraits {
    let product_type = device.product_type.as_deref();
    DeviceTraits {
        os: device.os_version.as_deref().and_then(OsVersion::parse),
        home_button: product_type.and_then(model).map(|model| model.home_button),
        focus: finding.focus,
    }
}

/// "Your iPhone 13 “Anna’s iPhone” (serial number F2LX0000TEST)".
pub(super) fn called(device: &Device) -> String {
    let mut text = format!(
        "Your {}",
        escaped(device.model.as_deref().unwrap_or("device"))
    );
    if let Some(name) = &device.device_name {
        text.push_str(&format!(" “{}”", escaped(name)));
    }
    if let Some(serial) = &device.serial_number {
        text.push_str(&format!(" (serial number {})", escaped(serial)));
    }
    text
}
