//! An answer in the making, and the typed look at a key that every reader of an answer goes through.
//!
//! A key that is absent is silence; a key whose value has the wrong type is evidence lost, and is
//! reported. Only keys that a reader names are ever looked at: tokens and phone numbers stay outside.

use std::collections::BTreeSet;
use std::sync::Arc;

use plist::{Dictionary, Value};

use crate::mdm::date::instant::{self, Dated};
use crate::model::evidence::{Source, Sourced};
use crate::model::identity::Identity;
use crate::model::management::Management;
use crate::model::problem::{Problem, ProblemKind};
use crate::source::plist::{self as property_list, Field};

/// An answer in the making.
#[derive(Debug)]
pub(crate) struct AnswerBuilder {
    /// Which device.
    pub(crate) identity: Identity,
    /// What was read so far.
    pub(crate) management: Management,
    /// The document.
    pub(crate) source: Arc<Source>,
    /// Why it names no device, where that is known better than by the message itself.
    pub(crate) hidden: Option<&'static str>,
    /// The keys that were looked at and were there; kept only for `explain`.
    pub(crate) looked_at: Option<BTreeSet<String>>,
    /// Keys that could not be used.
    pub(crate) problems: Vec<Problem>,
}

impl AnswerBuilder {
    /// An answer of which nothing was read yet.
    pub(crate) fn new(source: Arc<Source>) -> Self {
        Self {
            identity: Identity::default(),
            management: Management::default(),
            source,
            hidden: None,
            looked_at: None,
            problems: Vec::new(),
        }
    }

    /// A fact of this document.
    pub(crate) fn sourced<T>(&self, value: T) -> Sourced<T> {
        Sourced::new(value, &self.source)
    }

    /// True or false.
    pub(crate) fn bool(&mut self, dict: &Dictionary, key: &str) -> Option<bool> {
        self.field(dict, key, property_list::boolean(dict, key))
    }

    /// Text without blanks around it; empty text is silence, as Apple writes it for "none".
    pub(crate) fn text(&mut self, dict: &Dictionary, key: &str) -> Option<String> {
        let text = self.typed(dict, key, "text", Value::as_string)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A number, whole or not.
    pub(crate) fn number(&mut self, dict: &Dictionary, key: &str) -> Option<f64> {
        self.field(dict, key, property_list::real(dict, key))
    }

    /// A date, or a way to write none.
    pub(crate) fn date(&mut self, dict: &Dictionary, key: &str) -> Option<Dated> {
        self.typed(dict, key, "a date", |value| {
            match instant::of_plist(value) {
                Dated::Unreadable => None,
                dated => Some(dated),
            }
        })
    }

    /// A dictionary.
    pub(crate) fn dict<'d>(&mut self, dict: &'d Dictionary, key: &str) -> Option<&'d Dictionary> {
        self.field(dict, key, property_list::dictionary(dict, key))
    }

    /// An array.
    pub(crate) fn array<'d>(&mut self, dict: &'d Dictionary, key: &str) -> Option<&'d [Value]> {
        self.field(dict, key, property_list::array(dict, key))
    }

    /// A value as `read` takes it.
    pub(crate) fn typed<'d, T>(
        &mut self,
        dict: &'d Dictionary,
        key: &str,
        wanted: &'static str,
        read: impl FnOnce(&'d Value) -> Option<T>,
    ) -> Option<T> {
        self.field(dict, key, property_list::typed(dict, key, wanted, read))
    }

    /// A value of another type is a problem.
    fn field<T>(&mut self, dict: &Dictionary, key: &str, field: Field<T>) -> Option<T> {
        let value = dict.get(key)?;
        if let Some(looked_at) = &mut self.looked_at {
            looked_at.insert(key.to_owned());
        }
        field.unwrap_or_else(|wrong| {
            let wanted = format!("{key} as {} in a {}", wrong.wanted, self.source.kind);
            self.add_problem(wanted, type_name(value));
            None
        })
    }

    /// Notes evidence that should have been readable.
    pub(crate) fn add_problem(&mut self, wanted: impl Into<String>, found: impl Into<String>) {
        let problem = Problem::incomplete(self.source.path.clone(), wanted, found)
            .with_kind(ProblemKind::WrongShape)
            .with_remedy("export this answer again");
        self.problems.push(problem);
    }

    /// Notes what is worth knowing.
    pub(crate) fn note(&mut self, wanted: impl Into<String>, found: impl Into<String>) {
        let problem = Problem::note(self.source.path.clone(), wanted, found)
            .with_kind(ProblemKind::WrongShape);
        self.problems.push(problem);
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "an array",
        Value::Dictionary(_) => "a dictionary",
        Value::Boolean(_) => "true or false",
        Value::Data(_) => "data",
        Value::Date(_) => "a date",
        Value::Real(_) | Value::Integer(_) => "a number",
        Value::String(_) => "text of another form",
        _ => "something else",
    }
}
