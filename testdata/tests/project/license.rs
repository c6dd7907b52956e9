//! Expressions of licences (SPDX): "MIT OR Apache-2.0", "(MIT OR Zlib) AND BSD-3-Clause".

/// May a crate of this licence be built in, where these are allowed? A slash is an old way to write OR.
pub(crate) fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader {
        words: &words,
        allowed,
    };
    let is_allowed = reader.either();
    is_allowed && reader.words.is_empty()
}

struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [String],
}

impl<'a> Reader<'a> {
    fn take(&mut self) -> &'a str {
        let (first, rest) = self.words.split_first().unwrap_or((&"", &[]));
        self.words = rest;
        first
    }

    fn take_if(&mut self, word: &str) -> bool {
        let is_next = self.words.first() == Some(&word);
        if is_next {
            self.take();
        }
        is_next
    }

    fn either(&mut self) -> bool {
        let mut any = self.both();
        while self.take_if("OR") {
            any |= self.both();
        }
        any
    }

    fn both(&mut self) -> bool {
        let mut all = self.one();
        while self.take_if("AND") {
            all &= self.one();
        }
        all
    }

    /// A licence, with its exception; or an expression in brackets.
    fn one(&mut self) -> bool {
        if self.take_if("(") {
            let inside = self.either();
            return self.take_if(")") && inside;
        }
        let mut licence = self.take().to_owned();
        if self.take_if("WITH") {
            licence = format!("{licence} WITH {}", self.take());
        }
        self.allowed.contains(&licence)
    }
}

#[test]
fn a_licence_is_allowed_as_its_expression_says() {
    let allowed = ["MIT", "Zlib", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
    let check =
        |expression, want| assert_eq!(is_allowed(expression, &allowed), want, "{expression}");
    check("MIT", true);
    check("GPL-3.0", false);
    check("", false);
    check("MIT OR GPL-3.0", true);
    check("GPL-3.0/MIT", true);
    check("MIT AND GPL-3.0", false);
    check("MIT AND Zlib", true);
    check("(GPL-3.0 OR MIT) AND Zlib", true);
    check("(GPL-3.0 OR MIT) AND BSD-3-Clause", false);
    check("GPL-3.0 OR MIT AND Zlib", true);
    check("Apache-2.0 WITH LLVM-exception", true);
    check("Apache-2.0", false);
    check("MIT Zlib", false);
    check("(MIT", false);
}
