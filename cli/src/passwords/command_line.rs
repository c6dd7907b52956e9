//! A program and its arguments, as somebody typed them. No shell ever sees them.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// A program and its arguments: one text that is split as a shell would split it, or a list.
///
/// Its arguments may hold a token, so printing it, as `config show` does, prints the program only.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "Typed")]
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
    /// The program.
    pub(super) fn program(&self) -> &str {
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

impl TryFrom<Vec<String>> for CommandLine {
    type Error = String;

    fn try_from(words: Vec<String>) -> Result<Self, String> {
        match words.first() {
            Some(program) if !program.is_empty() => Ok(Self(words)),
            _ => Err("wanted a program, and arguments if it takes any; found nothing".to_owned()),
        }
    }
}

impl FromStr for CommandLine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = shell_words::split(text);
        let words = words.map_err(|_| {
            "wanted a program and its arguments; a quotation mark is not closed".to_owned()
        })?;
        Self::try_from(words)
    }
}

impl TryFrom<Typed> for CommandLine {
    type Error = String;

    fn try_from(typed: Typed) -> Result<Self, String> {
        match typed {
            Typed::Text(text) => text.parse(),
            Typed::List(words) => Self::try_from(words),
        }
    }
}
