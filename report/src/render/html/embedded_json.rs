//! JSON that stands inside a `<script type="application/json">` and cannot get out of it.
//!
//! Escaping happens here, at the printer's edge, and nowhere else. An ordinary JSON string may hold
//! `</script>`, which would end the element whatever the quotes say; so `<`, `>`, `&` and the two
//! line separators of JavaScript are written as `\u` escapes, which JSON reads back as themselves.

use std::collections::HashMap;
use std::io::{self, Write as _};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use serde_json::ser::Formatter;

/// A value as JSON that is safe inside a script element.
pub(super) fn json(value: &impl Serialize) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut writer = serde_json::Serializer::with_formatter(&mut bytes, EmbeddedJson);
    value.serialize(&mut writer)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// A value as JSON, compressed (raw deflate), in base64: a large fleet stays a small page. The best
/// compression takes twice the time and saves three percent.
pub(super) fn compressed(value: &impl Serialize) -> io::Result<String> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let mut buffer = io::BufWriter::new(&mut encoder);
    serde_json::to_writer(&mut buffer, value)?;
    buffer.flush()?;
    drop(buffer);
    Ok(STANDARD.encode(encoder.finish()?))
}

struct EmbeddedJson;

impl Formatter for EmbeddedJson {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut done = 0;
        for (at, found) in fragment.match_indices(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            writer.write_all(&fragment.as_bytes()[done..at])?;
            for unit in found.chars().map(u32::from) {
                write!(writer, "\\u{unit:04x}")?;
            }
            done = at + found.len();
        }
        writer.write_all(&fragment.as_bytes()[done..])
    }
}

/// Each text once; elsewhere its number stands for it. [`UNKNOWN`] stands for an unknown text.
#[derive(Debug, Default)]
pub(super) struct StringTable {
    numbers: HashMap<String, i32>,
    texts: Vec<String>,
}

/// In place of the number of an unknown text.
pub(super) const UNKNOWN: i32 = -1;

impl StringTable {
    /// The number of a text.
    pub(super) fn number(&mut self, text: impl AsRef<str> + Into<String>) -> i32 {
        if let Some(number) = self.numbers.get(text.as_ref()) {
            return *number;
        }
        let texts = &mut self.texts;
        *self.numbers.entry(text.into()).or_insert_with_key(|text| {
            texts.push(text.clone());
            i32::try_from(texts.len() - 1).unwrap_or(UNKNOWN)
        })
    }

    /// The number of a text, or [`UNKNOWN`].
    pub(super) fn maybe(&mut self, text: Option<impl AsRef<str> + Into<String>>) -> i32 {
        text.map_or(UNKNOWN, |text| self.number(text))
    }

    /// The texts, in the order of their numbers.
    pub(super) fn into_texts(self) -> Vec<String> {
        self.texts
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str) {
        let island = json(&[text]).unwrap();
        let barred = ['<', '>', '&', '\u{2028}', '\u{2029}'];
        assert!(!island.contains(barred), "{island}");
        assert_eq!(
            serde_json::from_str::<Vec<String>>(&island).unwrap(),
            [text]
        );
    }

    #[test]
    fn an_island_holds_what_would_end_it() {
        for text in [
            "</script><script>alert(1)</script>",
            "<!-- <script>",
            "]]>&amp;",
            "a\u{2028}b\u{2029}c",
            "\\u003c\"\\",
            "\u{0}\u{1f}\u{7f}\u{feff}",
            "",
        ] {
            check(text);
        }
    }

    proptest! {
        #[test]
        fn any_text_survives_and_never_closes_the_island(text in any::<String>()) {
            check(&text);
        }

        #[test]
        fn marks_among_any_text_survive(text in "[<>&/a-z\u{2028}\u{2029}\"\\\\!-]{0,40}") {
            check(&text);
        }

        #[test]
        fn a_number_gives_its_text_back(texts in prop::collection::vec("[a-c]{0,2}", 0..40)) {
            let mut table = StringTable::default();
            let numbers: Vec<_> = texts.iter().map(|text| table.number(text.as_str())).collect();
            let table = table.into_texts();
            for (text, number) in texts.iter().zip(numbers) {
                prop_assert_eq!(&table[usize::try_from(number).unwrap()], text);
            }
            let unique: std::collections::HashSet<_> = table.iter().collect();
            prop_assert_eq!(unique.len(), table.len());
        }
    }
}
