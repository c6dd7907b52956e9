//! Typed values of a dictionary: absent and of another type stay two answers.

use std::time::SystemTime;

use jiff::Timestamp;
use plist::{Dictionary, Value};

use super::parse::describe_kind;

/// A key is there and holds another type than wanted. Holds no text out of the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} is {found}, not {wanted}")]
pub struct WrongType {
    /// The key.
    pub key: String,
    /// "a string".
    pub wanted: &'static str,
    /// "an integer".
    pub found: &'static str,
}

/// The value under a key: `Ok(None)` is absent, `Err` is there with another type.
pub type Field<T> = Result<Option<T>, WrongType>;

/// The value under a key, as `take` reads it.
pub fn typed<'a, T>(
    root: &'a Dictionary,
    key: &str,
    wanted: &'static str,
    take: impl FnOnce(&'a Value) -> Option<T>,
) -> Field<T> {
    let Some(value) = root.get(key) else {
        return Ok(None);
    };
    take(value).map(Some).ok_or_else(|| WrongType {
        key: key.to_owned(),
        wanted,
        found: match describe_kind(value) {
            kind if kind == wanted => "out of range",
            kind => kind,
        },
    })
}

/// A string.
pub fn string<'a>(root: &'a Dictionary, key: &str) -> Field<&'a str> {
    typed(root, key, "a string", Value::as_string)
}

/// True or false.
pub fn boolean(root: &Dictionary, key: &str) -> Field<bool> {
    typed(root, key, "true or false", Value::as_boolean)
}

/// An integer that fits 64 bits with a sign.
pub fn integer(root: &Dictionary, key: &str) -> Field<i64> {
    typed(root, key, "an integer", Value::as_signed_integer)
}

/// A real number; an integer is one too.
pub fn real(root: &Dictionary, key: &str) -> Field<f64> {
    typed(root, key, "a number", |value| match value {
        Value::Real(number) => Some(*number),
        #[expect(clippy::cast_precision_loss, reason = "sizes and seconds, not ids")]
        Value::Integer(number) => number.as_signed().map(|number| number as f64),
        _ => None,
    })
}

/// A date, in UTC; one outside the years that a calendar holds counts as another type.
pub fn date(root: &Dictionary, key: &str) -> Field<Timestamp> {
    typed(root, key, "a date", |value| timestamp(value.as_date()?))
}

/// Bytes.
pub fn data<'a>(root: &'a Dictionary, key: &str) -> Field<&'a [u8]> {
    typed(root, key, "data", Value::as_data)
}

/// A dictionary.
pub fn dictionary<'a>(root: &'a Dictionary, key: &str) -> Field<&'a Dictionary> {
    typed(root, key, "a dictionary", Value::as_dictionary)
}

/// An array.
pub fn array<'a>(root: &'a Dictionary, key: &str) -> Field<&'a [Value]> {
    typed(root, key, "an array", |value| {
        value.as_array().map(Vec::as_slice)
    })
}

/// A date of a property list as a timestamp; `None` outside the years that a calendar holds.
pub fn timestamp(date: plist::Date) -> Option<Timestamp> {
    Timestamp::try_from(SystemTime::from(date)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use plist::Date;

    #[test]
    fn absent_and_wrong_type_stay_apart() {
        let mut root = Dictionary::new();
        root.insert("text".to_owned(), Value::String("x".to_owned()));
        root.insert("number".to_owned(), Value::Integer(7.into()));
        let date_1970 = Date::from(SystemTime::UNIX_EPOCH);
        root.insert("date".to_owned(), Value::Date(date_1970));
        assert_eq!(string(&root, "text"), Ok(Some("x")));
        assert_eq!(string(&root, "none"), Ok(None));
        let wrong = string(&root, "number").unwrap_err().to_string();
        assert_eq!(wrong, "number is an integer, not a string");
        assert_eq!(real(&root, "number"), Ok(Some(7.0)));
        assert_eq!(date(&root, "date"), Ok(Some(Timestamp::UNIX_EPOCH)));
        let wrong = date(&root, "text").unwrap_err().to_string();
        assert_eq!(wrong, "text is a string, not a date");
    }
}
