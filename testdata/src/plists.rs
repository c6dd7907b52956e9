//! Property lists as Apple writes them: XML with tabs and wrapped base64, or binary.
//!
//! The XML is written by hand and as a stream, so that an Info.plist of 60 MB costs no memory.

use std::io::{self, Write};

use anyhow::{Context, Result};
use base64::Engine;
use plist::{Dictionary, Value};

/// How a property list is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// XML, with Apple's header.
    #[default]
    Xml,
    /// `bplist00`.
    Binary,
}

/// A dictionary in the given order.
pub fn dict<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Dictionary {
    entries
        .into_iter()
        .map(|(key, value)| (key.into(), value))
        .collect()
}

/// A string value.
pub fn text(value: impl Into<String>) -> Value {
    Value::String(value.into())
}

/// A data value.
pub fn data(value: impl Into<Vec<u8>>) -> Value {
    Value::Data(value.into())
}

/// The whole property list as bytes.
pub fn encode(value: &Value, format: Format) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match format {
        Format::Binary => value
            .to_writer_binary(&mut bytes)
            .context("cannot encode a binary property list")?,
        Format::Xml => {
            let mut xml = Xml::new(&mut bytes)?;
            xml.value(value)?;
            xml.finish()?;
        }
    }
    Ok(bytes)
}

const HEADER: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" ",
    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n",
    "<plist version=\"1.0\">\n"
);

/// Columns of base64 in Apple's XML, indentation included.
const DATA_COLUMNS: usize = 76;

/// Writes an XML property list piece by piece.
pub struct Xml<W: Write> {
    out: W,
    depth: usize,
}

impl<W: Write> Xml<W> {
    /// Writes the header.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(HEADER.as_bytes())?;
        Ok(Self { out, depth: 0 })
    }

    /// Writes the end.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.write_all(b"</plist>\n")?;
        self.out.flush()
    }

    /// Opens a dictionary; `key` and `value` follow in turn.
    pub fn open_dict(&mut self) -> io::Result<()> {
        self.line("<dict>")?;
        self.depth += 1;
        Ok(())
    }

    /// Closes the last dictionary.
    pub fn close_dict(&mut self) -> io::Result<()> {
        self.depth -= 1;
        self.line("</dict>")
    }

    /// A key.
    pub fn key(&mut self, key: &str) -> io::Result<()> {
        let key = escape(key);
        self.line(&format!("<key>{key}</key>"))
    }

    /// A value of any kind.
    pub fn value(&mut self, value: &Value) -> io::Result<()> {
        match value {
            Value::Dictionary(dict) if dict.is_empty() => self.line("<dict/>"),
            Value::Dictionary(dict) => self.dict(dict),
            Value::Array(items) if items.is_empty() => self.line("<array/>"),
            Value::Array(items) => self.array(items),
            Value::Boolean(true) => self.line("<true/>"),
            Value::Boolean(false) => self.line("<false/>"),
            Value::Integer(number) => self.line(&format!("<integer>{number}</integer>")),
            Value::Real(number) => self.line(&format!("<real>{number}</real>")),
            Value::Date(date) => {
                let date = date.to_xml_format();
                self.line(&format!("<date>{date}</date>"))
            }
            Value::String(string) => {
                let string = escape(string);
                self.line(&format!("<string>{string}</string>"))
            }
            Value::Data(bytes) => self.data(bytes),
            other => Err(io::Error::other(format!("{other:?} has no XML form"))),
        }
    }

    fn dict(&mut self, dict: &Dictionary) -> io::Result<()> {
        self.open_dict()?;
        for (key, value) in dict {
            self.key(key)?;
            self.value(value)?;
        }
        self.close_dict()
    }

    fn array(&mut self, items: &[Value]) -> io::Result<()> {
        self.line("<array>")?;
        self.depth += 1;
        for item in items {
            self.value(item)?;
        }
        self.depth -= 1;
        self.line("</array>")
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.line("<data>")?;
        let columns = DATA_COLUMNS - 8 * self.depth.min(8);
        // Whole groups of three bytes per line, so that only the last one is padded.
        for chunk in bytes.chunks(columns / 4 * 3) {
            self.line(&base64::engine::general_purpose::STANDARD.encode(chunk))?;
        }
        self.line("</data>")
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        for _ in 0..self.depth {
            self.out.write_all(b"\t")?;
        }
        self.out.write_all(line.as_bytes())?;
        self.out.write_all(b"\n")
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use plist::Value;

    use super::{Format, data, dict, encode, text};

    fn check(value: &Value) {
        for format in [Format::Xml, Format::Binary] {
            let bytes = encode(value, format).unwrap();
            let read = Value::from_reader(std::io::Cursor::new(bytes)).unwrap();
            assert_eq!(&read, value, "{format:?}");
        }
    }

    #[test]
    fn both_forms_read_back() {
        check(&text("a & b < c > \"d\" 'e'"));
        check(&data(vec![7; 200]));
        check(&Value::Array(vec![]));
        check(&Value::Dictionary(dict([
            (
                "when",
                crate::when::plist_date(crate::when::at("2026-11-19T22:10:04Z")),
            ),
            ("real", Value::Real(0.25)),
            (
                "list",
                Value::Array(vec![Value::Boolean(true), Value::Integer((-3).into())]),
            ),
            ("none", Value::Dictionary(dict::<&str>([]))),
        ])));
    }

    #[test]
    fn a_long_text_keeps_its_line_breaks() {
        check(&text("first\r\n\tsecond"));
    }
}
