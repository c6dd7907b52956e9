//! Property lists in base64 inside JSON.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use plist::Dictionary;

use super::document::Document;
use super::redacted;

/// The property list; `Err` says in plain words what it is instead.
pub(crate) fn dictionary(document: &mut Document, text: &str) -> Result<Dictionary, String> {
    let bytes = decode(text).ok_or("not base64")?;
    redacted::dictionary(document, &bytes).map_err(|fault| fault.to_string())
}

/// Base64 of either alphabet, with or without padding and line breaks.
fn decode(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [STANDARD, URL_SAFE]
        .iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, lenient).decode(&text).ok())
}
