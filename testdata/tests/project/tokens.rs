//! Rust as words and marks: comments, literals and lifetimes are left out.

/// A word or a mark of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Word(String),
    Mark(char),
}

impl Token {
    pub(crate) fn is(&self, text: &str) -> bool {
        match self {
            Self::Word(word) => word == text,
            Self::Mark(mark) => text.len() == 1 && text.starts_with(*mark),
        }
    }

    pub(crate) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Mark(_) => None,
        }
    }
}

/// The tokens of a source.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut rest = text;
    let mut found = Vec::new();
    while let Some(first) = rest.chars().next() {
        let skipped = literal_or_comment(rest);
        let len = if skipped > 0 {
            skipped
        } else if is_word(first) {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            found.push(Token::Word(rest[..end].to_owned()));
            end
        } else {
            if !first.is_whitespace() {
                found.push(Token::Mark(first));
            }
            first.len_utf8()
        };
        rest = &rest[len..];
    }
    found
}

/// What stands between quotation marks in a source, comments left out.
pub(crate) fn strings(text: &str) -> Vec<&str> {
    let mut rest = text;
    let mut found = Vec::new();
    while let Some(first) = rest.chars().next() {
        let len = match literal_or_comment(rest) {
            0 if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            0 => first.len_utf8(),
            skipped => skipped,
        };
        if string(rest) == len {
            found.push(&rest[..len]);
        }
        rest = &rest[len..];
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Bytes of the comment, literal or lifetime at the start; 0 when there is none.
fn literal_or_comment(text: &str) -> usize {
    if text.starts_with("//") {
        text.find('\n').unwrap_or(text.len())
    } else if text.starts_with("/*") {
        block_comment(text)
    } else if text.starts_with('\'') {
        character_or_lifetime(text)
    } else {
        string(text)
    }
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    loop {
        match (text[at..].find("/*"), text[at..].find("*/")) {
            (Some(open), Some(close)) if open < close => (depth, at) = (depth + 1, at + open + 2),
            (_, Some(close)) => (depth, at) = (depth - 1, at + close + 2),
            _ => return text.len(),
        }
        if depth == 0 {
            return at;
        }
    }
}

fn character_or_lifetime(text: &str) -> usize {
    let mut letters = text.char_indices().skip(1);
    let (Some((_, first)), Some((second_at, second))) = (letters.next(), letters.next()) else {
        return text.len();
    };
    if first == '\\' {
        return second_at + 1 + text[second_at + 1..].find('\'').map_or(0, |end| end + 1);
    }
    if second == '\'' {
        return second_at + 1;
    }
    1 + text[1..].find(|c| !is_word(c)).unwrap_or(text.len() - 1)
}

/// "…", b"…", c"…", r"…", r#"…"#, br#"…"#.
fn string(text: &str) -> usize {
    let prefix = text.len() - text.trim_start_matches(['b', 'c', 'r']).len();
    if prefix > 2 {
        return 0;
    }
    let raw = text[..prefix].contains('r');
    let hashes = text[prefix..].len() - text[prefix..].trim_start_matches('#').len();
    let body = prefix + hashes;
    if !text[body..].starts_with('"') || (hashes > 0 && !raw) {
        return 0;
    }
    let inner = &text[body + 1..];
    if raw {
        let end = format!("\"{}", "#".repeat(hashes));
        return body + 1 + inner.find(&end).map_or(inner.len(), |at| at + end.len());
    }
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return body + 1 + at + 1,
            _ => {}
        }
    }
    text.len()
}

#[test]
fn strings_without_comments() {
    let text = r##"f("a \" b", 'c', r#"d"#); // "e""##;
    assert_eq!(strings(text), [r#""a \" b""#, "r#\"d\"#"]);
}

#[test]
fn words_and_marks_without_literals() {
    let check = |text: &str, wanted: &str| {
        let found: Vec<String> = tokens(text)
            .into_iter()
            .map(|token| match token {
                Token::Word(word) => word,
                Token::Mark(mark) => mark.to_string(),
            })
            .collect();
        assert_eq!(found.join(" "), wanted, "{text}");
    };
    check("use a::b; // c", "use a : : b ;");
    check("/* a /* b */ c */ d", "d");
    check(r##"x = r#"use crate::y;"#; "##, "x = ;");
    check(r#"f("a \" use b", b"c", 'd', '\'')"#, "f ( , , , )");
    check("fn f<'a>(x: &'a str)", "fn f < > ( x : & str )");
    check("let brc = rb;", "let brc = rb ;");
}
