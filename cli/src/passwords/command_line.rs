//! A program and its arguments, as they were typed. No shell is involved.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// A program and its arguments: one text that is split as a shell would split it, or a list.
///
/// Its arguments may hold a token, so printing it, as `config show` does, prints the program only.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(from = "Typed")]
#[schemars(with = "Typed")]
pub(crate) struct CommandLine(Vec<String>);

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum Typed {
    /// Split at blanks, with quotes and backslashes as in a shell; nothing is expanded.
    Text(String),
    /// The program, then its arguments, taken as they are.
    List(Vec<String>),
}

impl CommandLine {
    /// The program; empty where none was named.
    pub(crate) fn program(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// What follows it.
    pub(super) fn arguments(&self) -> &[String] {
        self.0.get(1..).unwrap_or_default()
    }
}

impl fmt::Debug for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommandLine of {}", self.program())
    }
}

impl Serialize for CommandLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let more = (!self.arguments().is_empty()).then_some("...");
        serializer.collect_seq(std::iter::once(self.program()).chain(more))
    }
}

impl From<Vec<String>> for CommandLine {
    fn from(words: Vec<String>) -> Self {
        Self(words)
    }
}

/// What cannot be split becomes a command without a program, which is refused where it would be
/// used: a parser of arguments repeats what it refuses, and this may hold a token.
impl FromStr for CommandLine {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(shell_words::split(text).unwrap_or_default()))
    }
}

impl From<Typed> for CommandLine {
    fn from(typed: Typed) -> Self {
        match typed {
            Typed::Text(text) => Self(shell_words::split(&text).unwrap_or_default()),
            Typed::List(words) => Self(words),
        }
    }
}
