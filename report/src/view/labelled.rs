//! A label and its value.

/// A label and its value.
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) value: String,
}

pub(crate) fn fact(label: &'static str, value: String) -> Fact {
    Fact { label, value }
}
