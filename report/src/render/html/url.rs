//! Texts inside addresses: the mail that a link opens, and the filters of a link into the table.

use std::fmt::Write as _;

use crate::view::letter::Letter;

/// Mail programs and Windows cut an address near 2,000 letters: a longer one leaves parts out.
const LENGTH_MAX: usize = 1_900;

/// A link that opens a mail: with its addresses as blind copies where there are several. What would
/// make the link too long is left out: first the body, then the addresses, which the page can copy.
pub(super) fn mailto(letter: &Letter) -> String {
    let subject = format!("subject={}", encoded(&letter.subject));
    let body = format!("&body={}", encoded(&letter.body.replace('\n', "\r\n")));
    let to: Vec<_> = letter.to.iter().map(|address| encoded(address)).collect();
    let addressed = match to.as_slice() {
        [] => "mailto:?".to_owned(),
        [only] => format!("mailto:{only}?"),
        many => format!("mailto:?bcc={}&", many.join(",")),
    };
    let tries = [
        format!("{addressed}{subject}{body}"),
        format!("{addressed}{subject}"),
        format!("mailto:?{subject}{body}"),
    ];
    let fits = tries.into_iter().find(|link| link.len() <= LENGTH_MAX);
    fits.unwrap_or_else(|| format!("mailto:?{subject}"))
}

/// Percent-encoded, all but letters, digits and `-._~@`.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                out.push(char::from(byte));
            }
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(to: &[&str], body: &str) -> Letter {
        Letter {
            to: to.iter().map(ToString::to_string).collect(),
            subject: "Help & thanks".to_owned(),
            body: body.to_owned(),
        }
    }

    #[test]
    fn an_address_cannot_add_a_field() {
        let link = mailto(&letter(&["a@b.example?bcc=c@d.example&x"], "Hello,\n"));
        assert_eq!(
            link,
            "mailto:a@b.example%3Fbcc%3Dc@d.example%26x?subject=Help%20%26%20thanks&body=Hello%2C%0D%0A"
        );
    }

    #[test]
    fn many_addresses_are_blind_copies_and_a_long_link_leaves_parts_out() {
        let two = mailto(&letter(&["a@b.example", "c@d.example"], "x"));
        assert!(
            two.starts_with("mailto:?bcc=a@b.example,c@d.example&subject="),
            "{two}"
        );
        let long_body = mailto(&letter(&["a@b.example"], &"x".repeat(3_000)));
        assert!(
            long_body.starts_with("mailto:a@b.example?subject=") && !long_body.contains("body")
        );
        let addresses = vec!["someone@example.org"; 500];
        let many = mailto(&letter(&addresses, "x"));
        assert_eq!(many, "mailto:?subject=Help%20%26%20thanks&body=x");
    }
}
