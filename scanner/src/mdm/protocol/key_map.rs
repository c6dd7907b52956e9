//! The same facts in other words: what another program calls them, and what Apple's answers do.
//!
//! An export of another program becomes a dictionary with Apple's keys, so that one reader, with its
//! one set of checks, reads them all. Keys that no table names are left behind, secrets with them.

use plist::{Dictionary, Value};
use serde_json::Value as Json;

/// Their key, dotted where it lies deeper, and Apple's.
pub(crate) type KeyMap = &'static [(&'static str, &'static str)];

/// Longest text that is taken over.
const TEXT_MAX: usize = 1024;

/// A JSON object under Apple's keys.
pub(crate) fn json(object: &Json, keys: KeyMap) -> Dictionary {
    keys.iter()
        .filter_map(|(theirs, apples)| {
            let value = scalar(at(object, theirs)?)?;
            Some(((*apples).to_owned(), value))
        })
        .collect()
}

/// A property list under Apple's keys.
pub(crate) fn plist(root: &Dictionary, keys: KeyMap) -> Dictionary {
    keys.iter()
        .filter_map(|(theirs, apples)| {
            let value = root.get(theirs)?.clone();
            Some(((*apples).to_owned(), value))
        })
        .collect()
}

/// Does one of these keys read this path?
pub(crate) fn reads(keys: KeyMap, path: &str) -> bool {
    keys.iter().any(|(theirs, _)| *theirs == path)
}

/// The value at a dotted key.
pub(crate) fn at<'v>(object: &'v Json, path: &str) -> Option<&'v Json> {
    path.split('.')
        .try_fold(object, |value, key| value.get(key))
}

/// `null` is silence.
fn scalar(value: &Json) -> Option<Value> {
    match value {
        Json::Bool(value) => Some(Value::Boolean(*value)),
        Json::String(text) if text.len() <= TEXT_MAX => Some(Value::String(text.clone())),
        Json::Number(number) => number
            .as_i64()
            .map(|whole| Value::Integer(whole.into()))
            .or_else(|| number.as_f64().map(Value::Real)),
        _ => None,
    }
}
