//! How single values of the file are read, and what is said of those that cannot be.

use fleetback_scanner::model::identity::{Serial, Udid};
use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

pub(super) fn days<'de, D: Deserializer<'de>>(input: D) -> Result<f64, D::Error> {
    number(input, 36_500.0, "a number of days from 0 to 36500")
}

pub(super) fn hours<'de, D: Deserializer<'de>>(input: D) -> Result<f64, D::Error> {
    number(input, 876_000.0, "a number of hours from 0 to 876000")
}

pub(super) fn percent<'de, D: Deserializer<'de>>(input: D) -> Result<f64, D::Error> {
    number(input, 100.0, "a percentage from 0 to 100")
}

pub(super) fn number<'de, D: Deserializer<'de>>(
    input: D,
    most: f64,
    wanted: &str,
) -> Result<f64, D::Error> {
    let found = toml::Value::deserialize(input)?;
    #[allow(clippy::cast_precision_loss)] // anything near 2^53 is refused below
    let value = match found {
        toml::Value::Integer(whole) => whole as f64,
        toml::Value::Float(value) => value,
        other => return Err(wanted_found(wanted, &other)),
    };
    if (0.0..=most).contains(&value) {
        Ok(value)
    } else {
        Err(D::Error::custom(format!("wanted {wanted}, found {value}")))
    }
}

pub(super) fn device_name<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    let text = String::deserialize(input)?;
    if Udid::parse(&text).is_some() || Serial::parse(&text).is_some() {
        return Ok(text);
    }
    Err(D::Error::custom(format!(
        "wanted a serial number (8 to 14 letters and digits) or a UDID (40 hex digits, or 8, a dash and 16), found {text:?}"
    )))
}

pub(super) fn reason<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    let text = String::deserialize(input)?;
    if text.trim().is_empty() {
        return Err(D::Error::custom(
            "wanted the reason of the waiver in words, found none",
        ));
    }
    Ok(text)
}

pub(super) fn date<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Date>, D::Error> {
    const WANTED: &str = "a date such as 2026-12-31";
    let found = toml::Value::deserialize(input)?;
    let text = match &found {
        toml::Value::String(text) => text.clone(),
        toml::Value::Datetime(date) if date.time.is_none() => date.to_string(),
        _ => return Err(wanted_found(WANTED, &found)),
    };
    match text.parse() {
        Ok(date) => Ok(Some(date)),
        Err(_) => Err(wanted_found(WANTED, &found)),
    }
}

pub(super) fn wanted_found<E: serde::de::Error>(wanted: &str, found: &toml::Value) -> E {
    E::custom(format!("wanted {wanted}, found {found}"))
}
