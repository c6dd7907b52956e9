//! A label and its value.

/// A label and its value.
pub(crate) struct LabelledValue {
    pub(crate) label: String,
    pub(crate) value: String,
}

/// Several of them, in the order in which they are read.
pub(crate) type LabelledValues = Vec<LabelledValue>;

pub(crate) fn labelled(label: impl Into<String>, value: impl Into<String>) -> LabelledValue {
    LabelledValue {
        label: label.into(),
        value: value.into(),
    }
}
