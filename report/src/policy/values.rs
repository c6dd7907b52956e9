//! How single values of the file are read, and what is said of those that cannot be.

use fleetback_scanner::model::identity::{Identity, Serial, Udid};
use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::tables::os_version::OsVersion;

pub(super) fn days<'de, D: Deserializer<'de>>(input: D) -> Result<Option<f64>, D::Error> {
    number(input, 36_500.0, "a number of days from 0 to 36500").map(Some)
}

pub(super) fn hours<'de, D: Deserializer<'de>>(input: D) -> Result<Option<f64>, D::Error> {
    number(input, 876_000.0, "a number of hours from 0 to 876000").map(Some)
}

pub(super) fn percent<'de, D: Deserializer<'de>>(input: D) -> Result<Option<f64>, D::Error> {
    number(input, 100.0, "a percentage from 0 to 100").map(Some)
}

fn number<'de, D: Deserializer<'de>>(input: D, most: f64, expected: &str) -> Result<f64, D::Error> {
    let given = toml::Value::deserialize(input)?;
    #[allow(clippy::cast_precision_loss)] // anything near 2^53 is refused below
    let value = match given {
        toml::Value::Integer(whole) => whole as f64,
        toml::Value::Float(value) => value,
        other => return Err(wrong_value(expected, &other)),
    };
    if (0.0..=most).contains(&value) {
        Ok(value)
    } else {
        Err(D::Error::custom(format!("{value} is not {expected}")))
    }
}

pub(super) fn device_name<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    known_form(String::deserialize(input)?).map(Some)
}

pub(super) fn device_names<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    let names = one_or_more(input, "a serial number or UDID, or a list of them")?;
    names.into_iter().map(known_form).collect()
}

fn known_form<E: serde::de::Error>(text: String) -> Result<String, E> {
    if Udid::parse(&text).is_some() || Serial::parse(&text).is_some() {
        return Ok(text);
    }
    Err(E::custom(format!(
        "{text:?} is neither a serial number (8 to 14 letters and digits) nor a UDID (40 hex digits, or 8, a dash and 16)"
    )))
}

/// Is a device named by this serial number or UDID?
pub(super) fn is_named(name: &str, identity: &Identity) -> bool {
    let udid = Udid::parse(name);
    let serial = Serial::parse(name);
    (udid.is_some() && udid == identity.udid) || (serial.is_some() && serial == identity.serial)
}

/// One text, or a list of at least one.
pub(super) fn one_or_more<'de, D: Deserializer<'de>>(
    input: D,
    expected: &str,
) -> Result<Vec<String>, D::Error> {
    let given = toml::Value::deserialize(input)?;
    let texts = match &given {
        toml::Value::String(text) => Some(vec![text.clone()]),
        toml::Value::Array(list) => list
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    };
    texts
        .filter(|texts| !texts.is_empty())
        .ok_or_else(|| wrong_value(expected, &given))
}

pub(super) fn group_name<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    let text = String::deserialize(input)?;
    if text.trim().is_empty() {
        return Err(D::Error::custom("the group has no name"));
    }
    Ok(text)
}

/// A version in quotation marks: as a number, 16.10 would be 16.1.
pub(super) fn version<'de, D: Deserializer<'de>>(input: D) -> Result<Option<OsVersion>, D::Error> {
    let given = toml::Value::deserialize(input)?;
    let text = given
        .as_str()
        .filter(|text| !text.contains(char::is_whitespace));
    match text.and_then(OsVersion::parse) {
        Some(version) => Ok(Some(version)),
        None => Err(wrong_value(
            "a version such as \"16\" or \"17.4.1\"",
            &given,
        )),
    }
}

pub(super) fn reason<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    let text = String::deserialize(input)?;
    if text.trim().is_empty() {
        return Err(D::Error::custom(
            "the waiver has no reason; write it in words",
        ));
    }
    Ok(text)
}

pub(super) fn date<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Date>, D::Error> {
    const EXPECTED: &str = "a date such as 2026-12-31";
    let given = toml::Value::deserialize(input)?;
    let text = match &given {
        toml::Value::String(text) => text.clone(),
        toml::Value::Datetime(date) if date.time.is_none() => date.to_string(),
        _ => return Err(wrong_value(EXPECTED, &given)),
    };
    match text.parse() {
        Ok(date) => Ok(Some(date)),
        Err(_) => Err(wrong_value(EXPECTED, &given)),
    }
}

fn wrong_value<E: serde::de::Error>(expected: &str, given: &toml::Value) -> E {
    E::custom(format!("{given} is not {expected}"))
}
