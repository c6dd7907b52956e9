//! Reads whole JSON documents: bounded, and nested no deeper than the parser allows (128).
//!
//! A tree takes a small multiple of its text; the bound that a caller gives is the bound of memory.

use std::path::Path;

use serde_json::Value;
use serde_json::error::Category;

use super::file::{self, Fault};

const TOO_DEEP: &str = "JSON nested more than 128 deep";
/// The depth at which the parser gives up.
const DEPTH_MAX: usize = 128;

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
        Some(_) => serde_json::from_slice(bytes).map_err(|error| fault(&error, bytes)),
    }
}

/// The parser's message may quote the document, so only its kind and its place are reported.
fn fault(error: &serde_json::Error, bytes: &[u8]) -> Fault {
    match error.classify() {
        Category::Eof => Fault::Damaged("JSON that is cut off".to_owned()),
        _ if is_too_deep(bytes) => Fault::Wrong(TOO_DEEP.to_owned()),
        _ => {
            let (line, column) = (error.line(), error.column());
            Fault::Wrong(format!(
                "text that is not JSON (line {line}, column {column})"
            ))
        }
    }
}

/// The parser has no code for its limit of depth. Brackets inside texts do not count.
fn is_too_deep(bytes: &[u8]) -> bool {
    let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
    bytes.iter().any(|byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_text,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth >= DEPTH_MAX
    })
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
        check(
            "{\"a\": secret}",
            Err("text that is not JSON (line 1, column 7)"),
        );
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(127).as_bytes()).is_ok());
        check(&nested(128), Err(TOO_DEEP));
        let brackets = format!("[\"{}\", x]", "[".repeat(200));
        check(&brackets, Err("text that is not JSON (line 1, column 206)"));
        check(&nested(1_000_000), Err(TOO_DEEP));
    }
}
