//! What a source imports: its `use` lines and the paths that it spells out.
//!
//! Items under `#[cfg(test)]` are left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::tokens::{Token, tokens};

/// A path of names: `["crate", "source", "plist"]`.
pub(crate) type Path = Vec<String>;

/// What one source says.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    /// Imported paths, with the module of the source (below the file) that they stand in.
    pub(crate) uses: Vec<Use>,
    /// Paths spelled out in the code.
    pub(crate) inline: Vec<(Path, Path)>,
    /// Names that the source defines at any depth.
    pub(crate) defined: BTreeSet<String>,
    /// Modules that are there for tests only: `tests` for `#[cfg(test)] mod tests;`.
    pub(crate) test_modules: BTreeSet<String>,
}

/// One imported path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) path: Path,
    /// The name it has here; `*` for all that the path holds.
    pub(crate) name: String,
    pub(crate) is_public: bool,
    pub(crate) inside: Path,
}

/// Words before the name of what is defined.
const DEFINING: &[&str] = &[
    "fn",
    "struct",
    "enum",
    "trait",
    "type",
    "const",
    "static",
    "union",
    "macro_rules",
];

/// Reads a source.
pub(crate) fn imports(text: &str) -> Imports {
    let tokens = tokens(text);
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        inside: Vec::new(),
        imports: Imports::default(),
    };
    while reader.at < tokens.len() {
        reader.step();
    }
    reader.imports
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    /// Inline modules around this place, `None` for other braces.
    inside: Vec<Option<String>>,
    imports: Imports,
}

impl Reader<'_> {
    fn is(&self, ahead: usize, text: &str) -> bool {
        self.tokens
            .get(self.at + ahead)
            .is_some_and(|token| token.is(text))
    }

    fn word(&self, ahead: usize) -> Option<&str> {
        self.tokens.get(self.at + ahead)?.word()
    }

    fn step(&mut self) {
        if self.is(0, "#") && (self.is(1, "[") || self.is(2, "[")) {
            return self.attribute();
        }
        if self.is(0, "use") {
            return self.import(false);
        }
        if self.is(0, "pub") {
            return self.public();
        }
        if self.is(0, "mod") && self.is(2, "{") {
            self.inside.push(self.word(1).map(str::to_owned));
            self.at += 3;
            return;
        }
        if self.is(0, "{") {
            self.inside.push(None);
        } else if self.is(0, "}") {
            self.inside.pop();
        } else if self.starts_path() {
            return self.spelled_path();
        }
        self.definition();
        self.at += 1;
    }

    fn definition(&mut self) {
        let keyword = self.word(0).is_some_and(|word| DEFINING.contains(&word));
        let name = self.word(1).or(self.word(2)).map(str::to_owned);
        self.imports.defined.extend(name.filter(|_| keyword));
    }

    /// `pub use`, `pub(crate) use`, or any other public item.
    fn public(&mut self) {
        self.at += 1;
        if self.is(0, "(") {
            self.skip_group();
        }
        if self.is(0, "use") {
            self.import(true);
        }
    }

    /// Skips an attribute, and the item after one that is there for tests only.
    fn attribute(&mut self) {
        let is_inner = self.is(1, "!");
        self.at += if is_inner { 2 } else { 1 };
        let start = self.at;
        self.skip_group();
        let says = |text| {
            self.tokens[start..self.at]
                .iter()
                .any(|token: &Token| token.is(text))
        };
        if !is_inner && says("cfg") && says("test") && !says("not") {
            self.skip_item();
        }
    }

    /// Skips `( … )`, `[ … ]` or `{ … }`, whichever stands here.
    fn skip_group(&mut self) {
        let mut depth = 0;
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            if ["(", "[", "{"].iter().any(|open| token.is(open)) {
                depth += 1;
            } else if [")", "]", "}"].iter().any(|close| token.is(close)) {
                depth -= 1;
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Skips an item to its `;`, or over its braces.
    fn skip_item(&mut self) {
        let is_use = self.is(0, "use");
        while self.at < self.tokens.len() {
            if self.is(0, "mod") && self.is(2, ";") {
                let name = self.word(1).map(str::to_owned);
                self.imports.test_modules.extend(name);
            }
            if self.is(0, ";") {
                self.at += 1;
                return;
            }
            let braces = self.is(0, "{");
            if braces || self.is(0, "(") || self.is(0, "[") {
                self.skip_group();
                if braces && !is_use {
                    return;
                }
            } else {
                self.at += 1;
            }
        }
    }

    /// Does a path of more than one name begin here?
    fn starts_path(&self) -> bool {
        let after = self.at.checked_sub(1).map(|at| &self.tokens[at]);
        let continues = after.is_some_and(|token| token.is(":") || token.is("."));
        self.word(0).is_some() && !continues && self.is(1, ":") && self.is(2, ":")
    }

    fn spelled_path(&mut self) {
        let mut path = Path::new();
        while let Some(word) = self.word(0) {
            path.push(word.to_owned());
            self.at += 1;
            if !(self.is(0, ":") && self.is(1, ":") && self.word(2).is_some()) {
                break;
            }
            self.at += 2;
        }
        let inside = self.inside.iter().flatten().cloned().collect();
        self.imports.inline.push((path, inside));
    }

    fn import(&mut self, is_public: bool) {
        self.at += 1;
        let inside: Path = self.inside.iter().flatten().cloned().collect();
        let mut found = Vec::new();
        self.tree(&Path::new(), &mut found);
        let uses = found.into_iter().map(|(path, name)| Use {
            path,
            name,
            is_public,
            inside: inside.clone(),
        });
        self.imports.uses.extend(uses);
    }

    /// One branch of a `use`, up to its `,`, `}` or `;`.
    fn tree(&mut self, above: &Path, found: &mut Vec<(Path, String)>) {
        let mut path = above.clone();
        while self.at < self.tokens.len() {
            if self.is(0, "{") {
                self.at += 1;
                while !self.is(0, "}") && self.at < self.tokens.len() {
                    self.tree(&path, found);
                    self.at += usize::from(self.is(0, ","));
                }
                self.at += 1;
                return;
            }
            if self.is(0, ":") {
                self.at += 1;
            } else if self.is(0, "*") {
                self.at += 1;
                found.push((path, "*".to_owned()));
                return;
            } else if self.is(0, "as") {
                let name = self.word(1).unwrap_or("_").to_owned();
                self.at += 2;
                found.push((path, name));
                return;
            } else if let Some(word) = self.word(0).map(str::to_owned) {
                self.at += 1;
                // `{self, …}` means the path above.
                if word != "self" || path.is_empty() {
                    path.push(word);
                }
            } else {
                break;
            }
        }
        let name = path.last().cloned().unwrap_or_default();
        found.push((path, name));
    }
}

/// Names that a source imports, and what they stand for.
pub(crate) fn aliases(imports: &Imports) -> BTreeMap<&str, &Use> {
    let uses = imports.uses.iter();
    uses.map(|item| (item.name.as_str(), item)).collect()
}

#[test]
fn imports_are_found_in_every_form() {
    let check = |text: &str, wanted: &[&str]| {
        let found = imports(text);
        let used = found.uses.iter().map(|item| item.path.join("::"));
        let spelled = found.inline.iter().map(|(path, _)| path.join("::"));
        let all: Vec<String> = used.chain(spelled).collect();
        assert_eq!(all, wanted, "{text}");
    };
    check(
        "use crate::a::{self, b::C, d as e};",
        &["crate::a", "crate::a::b::C", "crate::a::d"],
    );
    check("pub(crate) use self::x::*;", &["self::x"]);
    check("fn f() { crate::a::g(); b.c(); }", &["crate::a::g"]);
    check(
        "#[cfg(test)] mod tests { use crate::up::X; } use crate::y;",
        &["crate::y"],
    );
    check(
        "#[cfg(test)] use crate::up::{X, Z}; use crate::y;",
        &["crate::y"],
    );
    check("#[cfg(not(test))] use crate::y;", &["crate::y"]);
    check("// use crate::z;\nconst A: &str = \"crate::b::c\";", &[]);
    check("#[cfg(test)]\nmod tests;\nuse super::q;", &["super::q"]);
    assert!(
        imports("#[cfg(test)] mod tests;")
            .test_modules
            .contains("tests")
    );
}
