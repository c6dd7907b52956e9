//! Settings come from several places: flags, variables, the settings file.

/// A place that settings come from, laid over one of lower rank.
pub(crate) trait Layer {
    /// What is said here, and where nothing is said here, what `under` says.
    #[must_use]
    fn with_fallback(self, under: Self) -> Self;
}

impl<T> Layer for Option<T> {
    fn with_fallback(self, under: Self) -> Self {
        self.or(under)
    }
}

impl<T> Layer for Vec<T> {
    fn with_fallback(self, under: Self) -> Self {
        if self.is_empty() { under } else { self }
    }
}
