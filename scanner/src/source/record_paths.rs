//! Where in a JSON document its records lie, and the records along such a path, one at a time.
//!
//! The path is found in the beginning of a document, whatever its keys are called; then the document is
//! streamed, for a list of 50,000 devices has 200 MB and a tree of it takes five times that.

use std::fmt;
use std::io::{BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::json_stream::{self, BUFFER_BYTES, SinceRecord};

/// One step down to the records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// The value at a key.
    Key(String),
    /// Every element of a list.
    Each,
    /// Every value of an object whose keys are ids.
    Any,
}

/// The way from the top of a document to its records.
pub(crate) type RecordPath = Vec<Step>;

/// What a value is in the search for records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    /// A record.
    Record,
    /// An object whose values, by the keys of their ids, are records.
    Dictionary,
    /// Neither, but records may lie inside.
    Container,
    /// Something that is read otherwise: nothing inside is looked at.
    Foreign,
}

/// Elements of a list, and values of an object, that are looked at.
const SAMPLE: usize = 50;

/// Lists and objects are entered so deep.
const DEPTH_MAX: usize = 12;

/// The paths to all records, as `kind_of` says; each once.
pub(crate) fn find(
    value: &Value,
    kind_of: &dyn Fn(&Map<String, Value>) -> ValueKind,
) -> Vec<RecordPath> {
    let (mut found, mut path) = (Vec::new(), Vec::new());
    walk(value, kind_of, &mut path, &mut found);
    found.sort();
    found.dedup();
    found
}

fn walk(
    value: &Value,
    kind_of: &dyn Fn(&Map<String, Value>) -> ValueKind,
    path: &mut RecordPath,
    found: &mut Vec<RecordPath>,
) {
    if path.len() >= DEPTH_MAX {
        return;
    }
    let mut below = |step: Step, value: &Value, found: &mut Vec<RecordPath>| {
        path.push(step);
        walk(value, kind_of, path, found);
        path.pop();
    };
    match value {
        Value::Array(elements) => {
            for element in elements
                .iter()
                .filter(|one| one.is_object() || one.is_array())
                .take(SAMPLE)
            {
                below(Step::Each, element, found);
            }
        }
        Value::Object(fields) => match kind_of(fields) {
            ValueKind::Record => found.push(path.clone()),
            ValueKind::Dictionary => {
                path.push(Step::Any);
                found.push(path.clone());
                path.pop();
            }
            ValueKind::Container => {
                for (key, value) in fields.iter().take(SAMPLE * 10) {
                    below(Step::Key(key.clone()), value, found);
                }
            }
            ValueKind::Foreign => {}
        },
        _ => {}
    }
}

/// The values of a document's beginning, the last of them as far as it goes.
pub(crate) fn beginning(source: impl Read) -> Vec<Value> {
    let mut values = Vec::new();
    let mut parser =
        serde_json::Deserializer::from_reader(BufReader::with_capacity(BUFFER_BYTES, source));
    while parser.end().is_err() {
        let mut value = Value::Null;
        let read = Partial(&mut value).deserialize(&mut parser);
        values.push(value);
        if read.is_err() {
            break;
        }
    }
    values
}

/// Fills a value from the outside in, so that what was read stays when the text breaks off.
struct Partial<'v>(&'v mut Value);

impl<'de> DeserializeSeed<'de> for Partial<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Partial<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        *self.0 = value.into();
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        *self.0 = value.into();
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        *self.0 = value.into();
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        *self.0 = value.into();
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        *self.0 = value.into();
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<(), A::Error> {
        *self.0 = Value::Array(Vec::new());
        let Value::Array(elements) = self.0 else {
            return Ok(());
        };
        loop {
            let mut element = Value::Null;
            let read = source.next_element_seed(Partial(&mut element));
            let is_there = matches!(read, Ok(Some(()))) || !element.is_null();
            if is_there {
                elements.push(element);
            }
            match read? {
                Some(()) => {}
                None => return Ok(()),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<(), A::Error> {
        *self.0 = Value::Object(Map::new());
        let Value::Object(fields) = self.0 else {
            return Ok(());
        };
        while let Some(key) = source.next_key::<String>()? {
            let value = fields.entry(key).or_insert(Value::Null);
            source.next_value_seed(Partial(value))?;
        }
        Ok(())
    }
}

/// A record, and the key that it stands at where that is an id.
#[derive(Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) key: Option<String>,
    pub(crate) value: Value,
}

/// Hands over every record along these paths, of one or many values. An error quotes nothing.
pub(crate) fn follow(
    source: impl Read,
    paths: &[RecordPath],
    mut take: impl FnMut(Found),
) -> Result<(), String> {
    let since_record = SinceRecord::default();
    let mut take = |found| {
        since_record.restart();
        take(found);
    };
    let rest: Vec<&[Step]> = paths.iter().map(Vec::as_slice).collect();
    json_stream::each_value(source, &since_record, |parser| {
        let seed = Follow {
            take: &mut take,
            rest: &rest,
            key: None,
        };
        seed.deserialize(parser)
    })
}

struct Follow<'t, 'p> {
    take: &'t mut dyn FnMut(Found),
    rest: &'t [&'p [Step]],
    key: Option<String>,
}

/// The paths that go on from here by a step that fits.
fn onward<'p>(rest: &[&'p [Step]], fits: impl Fn(&Step) -> bool) -> Vec<&'p [Step]> {
    let further = rest.iter().filter_map(|path| path.split_first());
    further
        .filter(|(step, _)| fits(step))
        .map(|(_, further)| further)
        .collect()
}

impl<'de> DeserializeSeed<'de> for Follow<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        if self.rest.iter().any(|path| path.is_empty()) {
            let value: Value = serde::Deserialize::deserialize(source)?;
            (self.take)(Found {
                key: self.key,
                value,
            });
            return Ok(());
        }
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Follow<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<(), A::Error> {
        let rest = onward(self.rest, |step| *step == Step::Each);
        if rest.is_empty() {
            while source.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        loop {
            let seed = Follow {
                take: &mut *self.take,
                rest: &rest,
                key: None,
            };
            if source.next_element_seed(seed)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<(), A::Error> {
        while let Some(key) = source.next_key::<String>()? {
            let rest = onward(self.rest, |step| match step {
                Step::Key(wanted) => *wanted == key,
                Step::Any => true,
                Step::Each => false,
            });
            if rest.is_empty() {
                source.next_value::<IgnoredAny>()?;
                continue;
            }
            let is_id = onward(self.rest, |step| *step == Step::Any);
            let key = (!is_id.is_empty()).then_some(key);
            source.next_value_seed(Follow {
                take: &mut *self.take,
                rest: &rest,
                key,
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path in words: `result.searchResults[]`.
    fn shown(path: &[Step]) -> String {
        let mut text = String::new();
        for step in path {
            match step {
                Step::Key(key) if text.is_empty() => text.push_str(key),
                Step::Key(key) => {
                    text.push('.');
                    text.push_str(key);
                }
                Step::Each => text.push_str("[]"),
                Step::Any => text.push_str("{}"),
            }
        }
        text
    }

    /// Objects with an "id" are records; with "foreign" they are none of ours; those with keys that begin
    /// with `#` are dictionaries.
    fn kind_of(fields: &Map<String, Value>) -> ValueKind {
        if fields.contains_key("foreign") {
            ValueKind::Foreign
        } else if fields.contains_key("id") {
            ValueKind::Record
        } else if fields.keys().any(|key| key.starts_with('#')) {
            ValueKind::Dictionary
        } else {
            ValueKind::Container
        }
    }

    /// The paths, and the records along them.
    #[track_caller]
    fn check(text: &str, paths: &[&str], records: &[&str]) {
        let mut found: Vec<RecordPath> = Vec::new();
        for value in beginning(text.as_bytes()) {
            found.extend(find(&value, &kind_of));
        }
        found.sort();
        found.dedup();
        assert_eq!(
            found.iter().map(|path| shown(path)).collect::<Vec<_>>(),
            paths,
            "{text}"
        );
        let mut got = Vec::new();
        let read = follow(text.as_bytes(), &found, |one| {
            got.push(format!("{}{}", one.key.unwrap_or_default(), one.value));
        });
        assert_eq!(read, Ok(()));
        assert_eq!(got, records, "{text}");
    }

    #[test]
    fn records_under_any_key_and_nesting() {
        check(
            r#"[{"id":1},{"id":2}]"#,
            &["[]"],
            &[r#"{"id":1}"#, r#"{"id":2}"#],
        );
        check(
            r#"{"a":{"b":[{"id":1}]},"n":1}"#,
            &["a.b[]"],
            &[r#"{"id":1}"#],
        );
        check(
            r#"[{"x":[{"id":1}],"rows":1},{"x":[{"id":2}]}]"#,
            &["[].x[]"],
            &[r#"{"id":1}"#, r#"{"id":2}"#],
        );
        check(
            r##"{"#1":{"a":1},"#2":{"a":2}}"##,
            &["{}"],
            &[r##"#1{"a":1}"##, r##"#2{"a":2}"##],
        );
        check(
            r#"{"id":1} {"id":2}"#,
            &[""],
            &[r#"{"id":1}"#, r#"{"id":2}"#],
        );
        check(
            r#"{"a":[{"id":1}],"b":[{"id":2}]}"#,
            &["a[]", "b[]"],
            &[r#"{"id":1}"#, r#"{"id":2}"#],
        );
        check(r#"[[{"id":1}]]"#, &["[][]"], &[r#"{"id":1}"#]);
        check(r#"{"foreign":1,"a":[{"id":1}]}"#, &[], &[]);
        check(
            r#"{"id":1,"inner":[{"id":2}]}"#,
            &[""],
            &[r#"{"id":1,"inner":[{"id":2}]}"#],
        );
        check("3 [] null", &[], &[]);
    }

    #[test]
    fn a_beginning_keeps_what_it_has() {
        let text = r#"{"n":1,"list":[{"id":1,"x":"y"},{"id":2,"z":[1,2"#;
        let values = beginning(text.as_bytes());
        assert_eq!(
            values[0].to_string(),
            r#"{"list":[{"id":1,"x":"y"},{"id":2,"z":[1,2]}],"n":1}"#
        );
        assert_eq!(
            find(&values[0], &kind_of),
            [vec![Step::Key("list".to_owned()), Step::Each]]
        );
    }

    #[test]
    fn damage_is_named_by_its_place() {
        let path = [vec![Step::Key("list".to_owned()), Step::Each]];
        let place = |text: &str| follow(text.as_bytes(), &path, drop);
        let at = |line, column| {
            Err(format!(
                "JSON that breaks off or is damaged at line {line}, column {column}"
            ))
        };
        assert_eq!(place("{\"a\":1}\n{\"b\":"), at(2, 5));
        assert_eq!(place("{\"list\":[{\"a\":1},"), at(1, 17));
        assert!(place(&"[".repeat(100_000)).is_err());
        assert!(place(&"{\"list\":".repeat(100_000)).is_err());
        assert!(!beginning("[".repeat(100_000).as_bytes()).is_empty());
    }
}
