//! A label and its value.

/// A label and its value.
pub(crate) struct Fact {
    pub(crate) label: String,
    pub(crate) value: String,
}

/// Several of them, in the order in which they are read.
pub(crate) type Facts = Vec<Fact>;

pub(crate) fn fact(label: impl Into<String>, value: impl Into<String>) -> Fact {
    Fact {
        label: label.into(),
        value: value.into(),
    }
}
