//! One value of a table, with its type.
//!
//! Writers format by cell type; they never format a date or an IMEI themselves.

use jiff::{Timestamp, civil};

use crate::format::{self, Label};

/// One value, with its type.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Not known, or not applicable: an empty cell, `null`, never 0.
    Unknown,
    /// Text from any source; it may be hostile.
    Text(String),
    /// A number or code that must stay text: written `exact` for programs and `pretty` for people.
    Id {
        /// "356789012345678".
        exact: String,
        /// "35-678901-234567-8".
        pretty: String,
    },
    /// A whole number.
    Whole(i64),
    /// A number with a fraction.
    Decimal(f64),
    /// A calendar date in the time zone of the view.
    Date(civil::Date),
    /// An exact instant, written RFC 3339 in UTC.
    Instant(Timestamp),
}

impl Cell {
    /// The exact value, for programs; empty when unknown.
    pub fn exact(&self) -> String {
        match self {
            Self::Unknown => String::new(),
            Self::Text(text) | Self::Id { exact: text, .. } => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Decimal(number) => number.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Instant(at) => format::instant(*at),
        }
    }

    /// The value as people like to read it; empty when unknown. Not yet escaped for any format.
    pub fn pretty(&self) -> String {
        match self {
            Self::Id { pretty, .. } => pretty.clone(),
            other => other.exact(),
        }
    }

    pub(crate) fn text(value: Option<impl Into<String>>) -> Self {
        value.map_or(Self::Unknown, |text| Self::Text(text.into()))
    }

    pub(crate) fn word(value: Option<impl Label>) -> Self {
        Self::text(value.map(Label::id))
    }

    pub(crate) fn yes_no(value: Option<bool>) -> Self {
        Self::text(value.map(format::yes_no))
    }

    pub(crate) fn whole(value: Option<i64>) -> Self {
        value.map_or(Self::Unknown, Self::Whole)
    }

    pub(crate) fn count(value: Option<u64>) -> Self {
        Self::whole(value.map(|count| i64::try_from(count).unwrap_or(i64::MAX)))
    }

    pub(crate) fn decimal(value: Option<f64>) -> Self {
        value
            .filter(|number| number.is_finite())
            .map_or(Self::Unknown, Self::Decimal)
    }

    /// An age in days: a whole number wherever it is one.
    pub(crate) fn age(days: Option<f64>) -> Self {
        #[allow(clippy::cast_possible_truncation)] // ages in days are far below 2^53
        let cell = |days: f64| match days.fract() == 0.0 {
            true => Self::Whole(days as i64),
            false => Self::Decimal(days),
        };
        days.map_or(Self::Unknown, cell)
    }

    pub(crate) fn instant(value: Option<Timestamp>) -> Self {
        value.map_or(Self::Unknown, Self::Instant)
    }

    pub(crate) fn id(exact: Option<&str>, pretty: impl FnOnce(&str) -> Option<String>) -> Self {
        exact.map_or(Self::Unknown, |exact| Self::Id {
            exact: exact.to_owned(),
            pretty: pretty(exact).unwrap_or_else(|| exact.to_owned()),
        })
    }
}

/// What the cells of a column hold: for alignment, sorting and the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// One of a fixed list of words.
    Word,
    /// A number or code that must stay text.
    Id,
    /// A number.
    Number,
    /// A calendar date, `yyyy-mm-dd`.
    Date,
    /// An instant, RFC 3339 in UTC.
    Instant,
}

impl Kind {
    /// As docs/output.md calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Word => "word",
            Self::Id => "id",
            Self::Number => "number",
            Self::Date => "date",
            Self::Instant => "instant",
        }
    }
}
