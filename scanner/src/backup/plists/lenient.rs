//! Small readers that the files of a backup share.
//!
//! Keys that iOS does not require are read leniently: a wrong type costs that one fact and a word
//! about it, never the file.

use jiff::Timestamp;
use plist::Dictionary;

use crate::source::plist::{self as source, Field};

/// Longest text taken out of a plist, in characters; longer ones are cut.
const TEXT_CHARS_MAX: usize = 256;

/// Reads optional keys and remembers those with a wrong type.
#[derive(Debug)]
pub(crate) struct Lenient<'a> {
    root: &'a Dictionary,
    /// "IMEI is an integer, not a string".
    pub wrong_types: Vec<String>,
}

impl<'a> Lenient<'a> {
    /// Reads from this dictionary.
    pub(crate) fn new(root: &'a Dictionary) -> Self {
        Self {
            root,
            wrong_types: Vec::new(),
        }
    }

    fn take<T>(&mut self, field: Field<T>) -> Option<T> {
        field.unwrap_or_else(|wrong| {
            self.wrong_types.push(wrong.to_string());
            None
        })
    }

    /// A text that is not empty, without the white space around it.
    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        let text = self.take(source::string(self.root, key))?.trim();
        (!text.is_empty()).then(|| shortened(text))
    }

    /// A date.
    pub(crate) fn date(&mut self, key: &str) -> Option<Timestamp> {
        self.take(source::date(self.root, key))
    }

    /// True or false.
    pub(crate) fn boolean(&mut self, key: &str) -> Option<bool> {
        self.take(source::boolean(self.root, key))
    }

    /// A dictionary.
    pub(crate) fn dictionary(&mut self, key: &str) -> Option<&'a Dictionary> {
        self.take(source::dictionary(self.root, key))
    }

    /// Bytes.
    pub(crate) fn data(&mut self, key: &str) -> Option<Vec<u8>> {
        self.take(source::data(self.root, key)).map(<[u8]>::to_vec)
    }
}

fn shortened(text: &str) -> String {
    // No text has more characters than bytes.
    let long = text.len() > TEXT_CHARS_MAX;
    let end = long.then(|| text.char_indices().nth(TEXT_CHARS_MAX));
    let end = end.flatten().map_or(text.len(), |(end, _)| end);
    text[..end].to_owned()
}
