//! Texts inside addresses: the filters of a link into the table.

use std::fmt::Write as _;

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

    #[test]
    fn a_text_adds_no_filter() {
        assert_eq!(encoded("R&D=1#x y/é"), "R%26D%3D1%23x%20y%2F%C3%A9");
        assert_eq!(encoded("a-b.c_d~e@f"), "a-b.c_d~e@f");
    }
}
