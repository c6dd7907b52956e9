//! The device that a backup would be restored to, as far as it is known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lookup::{Directory, Found};
use super::request::TargetSpec;
use crate::results::{Device, Mdm};
use crate::tables::models;

/// The new device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// As it was named.
    pub asked: Option<String>,
    /// Is it a certain device, not only a model?
    pub one_device: bool,
    /// Does any evidence know that device?
    pub known: bool,
    /// Is it the device that the backup was made of?
    pub same_device: bool,
    /// Serial number.
    pub serial_number: Option<String>,
    /// Name as the device reports it; untrusted text.
    pub device_name: Option<String>,
    /// "iPhone17,1".
    pub product_type: Option<String>,
    /// "iPhone 16 Pro".
    pub model: Option<String>,
    /// "26.1".
    pub os_version: Option<String>,
    /// Capacity in gigabytes of base 10: of an MDM's figure the least that it can mean.
    pub capacity_gb: Option<f64>,
    /// Is it supervised?
    pub supervised: Option<bool>,
    /// Does its automated enrolment leave out the pane of Setup Assistant in which a backup is restored?
    pub restore_skipped: Option<bool>,
    /// Several devices fit what was typed: none of them was taken.
    pub ambiguous: bool,
}

impl Target {
    /// The new device that is meant; `None` where none was named.
    pub fn resolve(
        directory: &Directory<'_>,
        old: &Device,
        target_spec: &TargetSpec,
    ) -> Option<Self> {
        if target_spec.is_empty() {
            return None;
        }
        let named = target_spec
            .to
            .as_deref()
            .map(|to| named(directory, old, to));
        let mut target = named.unwrap_or_default();
        if let Some(model) = target_spec.product_type.as_deref() {
            target.set_type(model);
        }
        let os = target_spec.os_version.map(|version| version.to_string());
        target.os_version = os.or(target.os_version);
        target.capacity_gb = target_spec.capacity_gb.or(target.capacity_gb);
        Some(target)
    }

    fn set_type(&mut self, text: &str) {
        let (product_type, model) = product(text);
        self.asked.get_or_insert_with(|| text.to_owned());
        self.model = model.or_else(|| product_type.is_none().then(|| text.to_owned()));
        self.product_type = product_type;
    }
}

fn named(directory: &Directory<'_>, old: &Device, to: &str) -> Target {
    let asked = Some(to.to_owned());
    match directory.find(to) {
        Found::One(device, _) => Target {
            asked,
            same_device: std::ptr::eq(device, old),
            ..known_device(device)
        },
        Found::Several(_) => Target {
            asked,
            one_device: true,
            ambiguous: true,
            ..Target::default()
        },
        Found::None if is_product(to) => {
            let mut target = Target::default();
            target.set_type(to);
            target
        }
        Found::None => Target {
            serial_number: asked.clone(),
            asked,
            one_device: true,
            ..Target::default()
        },
    }
}

fn known_device(device: &Device) -> Target {
    let mdm = device.mdm.as_ref();
    let skipped = mdm.and_then(|mdm| mdm.skipped_panes.as_ref());
    Target {
        one_device: true,
        known: true,
        serial_number: device.serial_number.clone(),
        device_name: device.device_name.clone(),
        product_type: device.product_type.clone(),
        model: device.model.clone(),
        os_version: device.os_version.clone(),
        capacity_gb: mdm.and_then(capacity_gb),
        supervised: mdm.and_then(|mdm| mdm.supervised),
        restore_skipped: skipped.map(|panes| panes.iter().any(|pane| pane == "Restore")),
        ..Target::default()
    }
}

/// The least that the MDM's figure can mean; a figure without a unit is none.
fn capacity_gb(mdm: &Mdm) -> Option<f64> {
    let least = mdm.capacity_told?.least_bytes()?;
    Some(least / 1e9)
}

/// Is it the name of a product rather than a number of a device?
pub fn is_product(text: &str) -> bool {
    let (product_type, model) = product(text);
    product_type.is_some() || model.is_some()
}

/// Product type and marketing name, as far as either is known: "iPhone17,1" names both, "iPhone 16" is
/// sold under one product type or several.
fn product(text: &str) -> (Option<String>, Option<String>) {
    let text = text.trim();
    if is_product_type(text) {
        let name = models::model(text).map(|model| model.name.to_owned());
        return (Some(text.to_owned()), name);
    }
    match models::types_of(text).as_slice() {
        [] => (None, None),
        [(product_type, name)] => (Some((*product_type).to_owned()), Some((*name).to_owned())),
        // Two of one generation run the same versions of iOS.
        [(product_type, _), ..] => (Some((*product_type).to_owned()), Some(text.to_owned())),
    }
}

/// "iPhone17,1": letters, and two numbers parted by a comma.
fn is_product_type(text: &str) -> bool {
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == ',');
    let numbers = &text[letters.len()..];
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let family = ["iPhone", "iPad", "iPod"].contains(&letters);
    family
        && numbers
            .split_once(',')
            .is_some_and(|(a, b)| digits(a) && digits(b))
}
