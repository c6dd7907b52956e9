//! JSON, one item at a time: the elements of the lists in which exports keep their devices, and
//! everything else as it stands.
//!
//! The whole value is never held: a list of 50,000 devices has 200 MB, and a tree of it takes five
//! times that.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::json_stream::{self, SinceRecord};

/// Keys under which exports keep records, one or many.
const LISTS: &[&str] = &[
    "data",
    "devices",
    "Devices",
    "host",
    "hosts",
    "mobile_device",
    "mobile_devices",
    "response",
    "results",
    "value",
];

/// Lists inside lists are followed so deep; what lies deeper is part of its item.
const DEPTH_MAX: u8 = 3;

/// A value of its own.
#[derive(Debug, PartialEq)]
pub(crate) struct Item {
    /// The key of the list that it is an element of; empty outside of every list.
    pub(crate) list: &'static str,
    /// The value, without the lists whose elements came as items before it.
    pub(crate) value: Value,
    /// Did any items come out of it?
    pub(crate) emptied: bool,
    /// Has it a key under which items stand, empty or not?
    pub(crate) lists: bool,
}

/// Hands over every item of one or many values. An error quotes nothing.
pub(crate) fn read(source: impl Read, mut take: impl FnMut(Item)) -> Result<(), String> {
    let since_item = SinceRecord::default();
    let mut take = |item| {
        since_item.restart();
        take(item);
    };
    json_stream::each_value(source, &since_item, |parser| {
        Seed::new(&mut take, "", 0).deserialize(parser).map(drop)
    })
}

/// Reads one value at a place where items may be.
struct Seed<'t> {
    take: &'t mut dyn FnMut(Item),
    list: &'static str,
    depth: u8,
}

impl<'t> Seed<'t> {
    fn new(take: &'t mut dyn FnMut(Item), list: &'static str, depth: u8) -> Self {
        Self { take, list, depth }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    /// What is no item and belongs to whatever is around it.
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Self::Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Some(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Self::Value, A::Error> {
        let mut others = Vec::new();
        let depth = self.depth + 1;
        while let Some(left) =
            source.next_element_seed(Seed::new(&mut *self.take, self.list, depth))?
        {
            others.extend(left);
        }
        Ok((!others.is_empty()).then_some(Value::Array(others)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Self::Value, A::Error> {
        let mut fields = Map::new();
        let (mut emptied, mut lists) = (false, false);
        while let Some(key) = source.next_key::<String>()? {
            let list = LISTS
                .iter()
                .find(|list| **list == key && self.depth < DEPTH_MAX);
            let value = match list {
                None => Some(source.next_value()?),
                Some(list) => {
                    lists = true;
                    let mut count = |item| {
                        emptied = true;
                        (self.take)(item);
                    };
                    source.next_value_seed(Seed::new(&mut count, list, self.depth + 1))?
                }
            };
            if let Some(value) = value {
                fields.insert(key, value);
            }
        }
        (self.take)(Item {
            list: self.list,
            value: Value::Object(fields),
            emptied,
            lists,
        });
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let mut got = Vec::new();
        let read = read(text.as_bytes(), |item| {
            let rest = if item.emptied { " rest" } else { "" };
            got.push(format!("{}{rest} {}", item.list, item.value));
        });
        assert_eq!(read, Ok(()));
        assert_eq!(got, want);
    }

    #[test]
    fn elements_of_lists_come_one_by_one() {
        check(r#"[{"a":1},{"a":2}]"#, &[r#" {"a":1}"#, r#" {"a":2}"#]);
        check(
            r#"{"totalCount":2,"results":[{"a":1},{"a":2}]}"#,
            &[
                r#"results {"a":1}"#,
                r#"results {"a":2}"#,
                r#" rest {"totalCount":2}"#,
            ],
        );
        check(
            r#"{"response":[{"devices":[{"a":1}],"rows":1}]}"#,
            &[
                r#"devices {"a":1}"#,
                r#"response rest {"rows":1}"#,
                " rest {}",
            ],
        );
        check(r#"{"data":{"a":1}}"#, &[r#"data {"a":1}"#, " rest {}"]);
    }

    #[test]
    fn what_is_no_list_of_records_stays_whole() {
        check(
            r#"{"Devices":["0x1"],"Output":{"0x1":{"value":3}}}"#,
            &[r#" {"Devices":["0x1"],"Output":{"0x1":{"value":3}}}"#],
        );
        check(
            r#"{"a":1} {"b":[null,true,1.5,"x"]}"#,
            &[r#" {"a":1}"#, r#" {"b":[null,true,1.5,"x"]}"#],
        );
        check("3 []", &[]);
    }

    #[test]
    fn damage_is_named_by_its_place() {
        let place = |text: &str| read(text.as_bytes(), drop);
        let at = |line, column| {
            Err(format!(
                "JSON that breaks off or is damaged at line {line}, column {column}"
            ))
        };
        assert_eq!(place("{\"a\":1}\n{\"b\":"), at(2, 5));
        assert_eq!(place("{\"results\":[{\"a\":1},"), at(1, 20));
        assert!(place(&"[".repeat(100_000)).is_err());
        assert!(place(&"{\"data\":".repeat(100_000)).is_err());
    }

    mod slow {
        use super::*;

        #[test]
        fn one_item_is_bounded_and_their_number_is_not() {
            let long = |count: usize| format!("[{}1]", "1,".repeat(count / 2));
            let of = |items: &str| read(format!("[{items}]").as_bytes(), drop);
            let half = format!("{{\"a\":{}}}", long(40 << 20));
            assert_eq!(of(&format!("{half},{half}")), Ok(()));
            let large = format!("{{\"a\":{}}}", long(70 << 20));
            let words = "JSON with a record of more than 67108864 bytes".to_owned();
            assert_eq!(of(&large), Err(words));
        }
    }
}
