//! Property lists with a redacted value: data that is no base64 any more, in XML that is
//! whole otherwise.
//!
//! The parser refuses such a list. Here it costs the value alone: it is emptied, its key is reported, and
//! the rest is read. The key is kept: an empty value of a key that is read (a
//! certificate) must stay visible as evidence lost.

use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use memchr::memmem;
use plist::Dictionary;

use super::document::{Document, WANTED};
use crate::source::file::Fault;
use crate::source::plist as property_list;

/// Keys named in one problem.
const KEYS_MAX: usize = 5;

/// Letters of a key's name that are shown.
const KEY_MAX: usize = 40;

/// The property list, with a note where data had to be left out.
pub(crate) fn dictionary(document: &mut Document, bytes: &[u8]) -> Result<Dictionary, Fault> {
    let fault = match property_list::parse_dictionary(bytes) {
        Ok(root) => return Ok(root),
        Err(fault) => fault,
    };
    let Some((whole, keys)) = without_bad_data(bytes) else {
        return Err(fault);
    };
    let root = property_list::parse_dictionary(&whole).map_err(|_| fault)?;
    let named: Vec<&str> = keys.iter().take(KEYS_MAX).map(String::as_str).collect();
    let found = format!(
        "data that is not base64 at the key {}; the rest was read",
        named.join(", ")
    );
    let remedy = "export it again, if what is missing there is of use";
    document.add_shared_note(WANTED, &found, Some(remedy));
    Ok(root)
}

/// A property list in base64 inside JSON; `Err` says in plain words what it is instead.
pub(crate) fn dictionary_in_base64(
    document: &mut Document,
    text: &str,
) -> Result<Dictionary, String> {
    let bytes = decode(text).ok_or("not base64")?;
    dictionary(document, &bytes).map_err(|fault| fault.to_string())
}

/// Base64 of either alphabet, with or without padding and line breaks.
fn decode(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [alphabet::STANDARD, alphabet::URL_SAFE]
        .iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, lenient).decode(&text).ok())
}

/// The XML with all data emptied that is no base64, and the keys of those; `None` when there is none.
fn without_bad_data(xml: &[u8]) -> Option<(Vec<u8>, Vec<String>)> {
    let (mut whole, mut keys, mut rest) = (Vec::new(), Vec::<String>::new(), xml);
    while let Some(start) = memmem::find(rest, b"<data>") {
        let inside = &rest[start + b"<data>".len()..];
        let length = memmem::find(inside, b"</data>")?;
        let bare: Vec<u8> = inside[..length]
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let is_good = STANDARD.decode(&bare).is_ok();
        let kept = start + b"<data>".len() + if is_good { length } else { 0 };
        whole.extend_from_slice(&rest[..kept]);
        if !is_good {
            let key = key_before(&rest[..start]);
            if !keys.contains(&key) && keys.len() <= KEYS_MAX {
                keys.push(key);
            }
        }
        rest = &inside[length..];
    }
    whole.extend_from_slice(rest);
    (!keys.is_empty()).then_some((whole, keys))
}

/// The name of the last key.
fn key_before(xml: &[u8]) -> String {
    let from = memmem::rfind(xml, b"<key>").map_or(xml.len(), |at| at + b"<key>".len());
    let name = xml[from..].iter().take(KEY_MAX).copied();
    let name: Vec<u8> = name.take_while(u8::is_ascii_alphanumeric).collect();
    String::from_utf8_lossy(&name).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(xml: &str, want: Option<(&str, &[&str])>) {
        let got = without_bad_data(xml.as_bytes());
        let got = got.map(|(whole, keys)| (String::from_utf8(whole).unwrap(), keys));
        let want = want.map(|(whole, keys)| {
            let keys = keys.iter().map(|key| (*key).to_owned()).collect();
            (whole.to_owned(), keys)
        });
        assert_eq!(got, want, "{xml}");
    }

    #[test]
    fn only_what_is_no_base64_is_emptied() {
        check("<key>a</key><data>AAAA</data>", None);
        check("<key>a</key><data>\n\tAA\n\tAA\n</data>", None);
        check("<key>a</key><data></data>", None);
        check(
            "<key>a</key><data>***</data><key>b</key><data>AAAA</data><key>c</key><data>AAA</data>!",
            Some((
                "<key>a</key><data></data><key>b</key><data>AAAA</data><key>c</key><data></data>!",
                &["a", "c"],
            )),
        );
        check("<data>*</data>", Some(("<data></data>", &[""])));
        check("<key>a</key><data>***", None);
    }
}
