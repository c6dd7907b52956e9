//! A list that looks like one of devices and cannot be read as one: named, with what it has and what it
//! lacks.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::columns::{self, DeviceField};
use super::consoles::GENERIC;
use super::reading::{Names, column};
use super::rules::TableRules;

/// What can be done about a near miss.
pub(crate) const REMEDY: &str = "export more fields of each device; a field of another name can be named under \
                                 [mdm.columns] of fleetback.toml";

/// A list of objects, or an object that may be a device.
struct Near {
    key: String,
    count: usize,
    facts: BTreeSet<DeviceField>,
    /// The field that names the device.
    id: Option<String>,
}

/// The nearest miss among the values of a document's beginning, in words.
pub(crate) fn of_json(values: &[Value]) -> Option<String> {
    let mut found = Vec::new();
    for value in values {
        walk("", value, 0, &mut found);
    }
    let best = found
        .into_iter()
        .max_by_key(|near| (near.id.is_some(), near.facts.len(), near.count))?;
    Some(words(&best))
}

fn words(near: &Near) -> String {
    let list = match near.count {
        1 => "a record".to_owned(),
        count => format!("a list of {count} records"),
    };
    let place = if near.key.is_empty() {
        String::new()
    } else {
        format!(" under `{}`", near.key)
    };
    let id = near
        .id
        .as_ref()
        .map_or(String::new(), |id| format!(" with `{id}`"));
    let lacks = [
        (
            near.id.is_none(),
            "no field that names a device (serial number, UDID, IMEI)",
        ),
        (
            !near.facts.contains(&DeviceField::OsVersion),
            "no field that names the iOS version",
        ),
        (
            ![
                DeviceField::ProductType,
                DeviceField::ModelName,
                DeviceField::Platform,
            ]
            .iter()
            .any(|fact| near.facts.contains(fact)),
            "none that names the model or platform",
        ),
    ];
    let lacks: Vec<&str> = lacks
        .iter()
        .filter(|(lacks, _)| *lacks)
        .map(|(_, words)| *words)
        .collect();
    format!("{list}{place}{id}; {}", lacks.join(", "))
}

/// Values are entered so deep, and so many of each.
const DEPTH_MAX: usize = 8;
const VALUES_MAX: usize = 200;

fn walk(key: &str, value: &Value, depth: usize, found: &mut Vec<Near>) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Array(elements) => {
            let objects: Vec<&Map<String, Value>> =
                elements.iter().filter_map(Value::as_object).collect();
            found.extend(near(key, &objects));
            for element in elements.iter().take(VALUES_MAX) {
                walk(key, element, depth + 1, found);
            }
        }
        Value::Object(fields) => {
            found.extend(near(key, &[fields]));
            for (key, value) in fields.iter().take(VALUES_MAX) {
                walk(key, value, depth + 1, found);
            }
        }
        _ => {}
    }
}

/// What the fields of records say; `None` where they say nothing of a device.
fn near(key: &str, records: &[&Map<String, Value>]) -> Option<Near> {
    let rules = TableRules::default();
    let names = Names {
        console: GENERIC,
        rules: &rules,
        home: "",
    };
    let (mut facts, mut id) = (BTreeSet::new(), None);
    for field in records
        .iter()
        .take(VALUES_MAX)
        .flat_map(|fields| fields.keys())
    {
        let Some(column) = column(field, &columns::fold(field), names) else {
            continue;
        };
        if column.field.names_devices() {
            id.get_or_insert_with(|| field.clone());
        }
        facts.insert(column.field);
    }
    let is_near = id.is_some() || facts.contains(&DeviceField::OsVersion) || facts.len() > 2;
    is_near.then(|| Near {
        key: key.to_owned(),
        count: records.len(),
        facts,
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: Option<&str>) {
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(of_json(&[value]).as_deref(), want, "{text}");
    }

    #[test]
    fn near_misses_are_named() {
        check(
            r#"{"mobiledevices":[{"serialNumber":"a"},{"serialNumber":"b"}]}"#,
            Some(
                "a list of 2 records under `mobiledevices` with `serialNumber`; no field that names the iOS version, none that names the model or platform",
            ),
        );
        check(
            r#"{"list":[{"osVersion":"18.1","model":"iPhone"}]}"#,
            Some("a record under `list`; no field that names a device (serial number, UDID, IMEI)"),
        );
        check(r#"{"a":[{"b":1}]}"#, None);
        check("[]", None);
    }
}
