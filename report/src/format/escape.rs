//! Text that is not ours, made safe to print.

use std::fmt::Write as _;

/// Text from a device or a file, made safe for a terminal: control characters, and characters that
/// change the direction or the visibility of text, become escapes (`\x1b`, `\n`, `\u{202e}`).
pub fn escaped(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if c.is_ascii_control() => _ = write!(safe, "\\x{:02x}", u32::from(c)),
            c if c.is_control() || is_unsafe_to_print(c) => {
                _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    safe
}

/// Nothing but letters, digits, signs and spaces of ASCII, as most texts are: nothing to be escaped.
pub(crate) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Characters that are not drawn, or that change how their neighbours are: bidi controls
/// (Unicode UAX #9), line and paragraph separators, zero-width characters, tags. The joiners
/// U+200C and U+200D stay: emoji and Persian names need them.
pub(crate) fn is_unsafe_to_print(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Made safe, and cut with `…` in place of the rest.
pub(crate) fn cut(text: &str, letters: usize) -> String {
    let safe = escaped(text);
    match safe.char_indices().nth(letters) {
        None => safe,
        Some((end, _)) => format!("{}…", safe[..end].trim_end()),
    }
}
