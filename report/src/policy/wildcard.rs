//! Texts with `*` and `?`, as a group of devices is described.
//!
//! Capitals make no difference. There is no escape: a name that bears a `*` is matched by a `*`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use wildmatch::WildMatch;

use super::settings::quoted;
use super::values::one_or_more;

/// Any of these; a condition that is not given has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patterns(Vec<WildMatch>);

impl Patterns {
    /// Was the condition left out?
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Does any of the patterns match any of the texts? A missing text matches nothing.
    pub(crate) fn any(&self, texts: &[&str]) -> bool {
        let matches = |text: &&str| self.0.iter().any(|pattern| pattern.matches(text.trim()));
        texts.iter().any(matches)
    }

    /// As TOML.
    pub(crate) fn shown(&self) -> String {
        let each: Vec<String> = self
            .0
            .iter()
            .map(|wildcard| quoted(&wildcard.pattern()))
            .collect();
        format!("[{}]", each.join(", "))
    }
}

impl<'de> Deserialize<'de> for Patterns {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let texts = one_or_more(
            input,
            "a text, or a list of texts, with * and ? for any letters",
        )?;
        if texts.iter().any(|text| text.trim().is_empty()) {
            return Err(D::Error::custom("the text to match is empty"));
        }
        let pattern = |text: &String| WildMatch::new_case_insensitive(text.trim());
        Ok(Self(texts.iter().map(pattern).collect()))
    }
}

impl JsonSchema for Patterns {
    fn schema_name() -> Cow<'static, str> {
        "Patterns".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<OneOrMore>()
    }
}

/// How the schema says that one text needs no list.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[allow(dead_code)] // a shape for the schema, never a value
pub(crate) enum OneOrMore {
    /// One text.
    One(String),
    /// Any of several.
    Several(Vec<String>),
}
