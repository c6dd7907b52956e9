//! Reads whole JSON documents: bounded, and nested no deeper than the parser allows (128).
//!
//! A tree takes a small multiple of its text; the bound that a caller gives is the bound of memory.

use std::path::Path;

use serde_json::Value;
use serde_json::error::Category;

use super::file::{self, Fault};

const TOO_DEEP: &str = "JSON nested more than 128 deep";

/// Reads a JSON document of at most `bytes_max` bytes.
pub fn read(path: &Path, bytes_max: u64) -> Result<Value, Fault> {
    file::read_with(path, bytes_max, parse)?
}

/// Reads a JSON document that is in memory already.
pub fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bytes = bytes.trim_ascii_start();
    let wrong = |words: &str| Err(Fault::Wrong(words.to_owned()));
    match bytes.first() {
        None => Err(Fault::Empty),
        Some(b'<') => wrong("a web page or other XML"),
        Some(_) => serde_json::from_slice(bytes).map_err(|error| Fault::Wrong(describe(&error))),
    }
}

/// The parser's message may quote the document, so only its kind and its place are told.
fn describe(error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Eof => "JSON that is cut off".to_owned(),
        _ if error.to_string().starts_with("recursion limit") => TOO_DEEP.to_owned(),
        _ => format!("no JSON (line {}, column {})", error.line(), error.column()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: Result<&str, &str>) {
        let got = parse(text.as_bytes());
        let got = got
            .map(|value| value.to_string())
            .map_err(|fault| fault.to_string());
        assert_eq!(got.as_deref().map_err(String::as_str), want);
    }

    #[test]
    fn what_is_no_json_is_told_in_words() {
        check("{\"a\": [1]}", Ok("{\"a\":[1]}"));
        check("\u{feff} {}", Ok("{}"));
        check("", Err("0 bytes"));
        check(" \n", Err("0 bytes"));
        check("<!DOCTYPE html>", Err("a web page or other XML"));
        check("{\"a\": [1", Err("JSON that is cut off"));
        check("{\"a\": secret}", Err("no JSON (line 1, column 7)"));
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(127).as_bytes()).is_ok());
        check(&nested(128), Err(TOO_DEEP));
        check(&nested(1_000_000), Err(TOO_DEEP));
    }
}
