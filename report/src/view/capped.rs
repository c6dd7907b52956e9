//! The beginning of a long list, and how much of it is left out.

use crate::format;

/// Rows of a list that stands in the page itself; the CSV and the JSON have them all.
const ROWS_MAX: usize = 500;

/// The beginning of a list.
pub(crate) struct Capped<T> {
    pub(crate) rows: Vec<T>,
    /// How long the whole list is.
    pub(crate) all: u64,
    /// "and 8,456 more, which the JSON lists"; empty when none is left out.
    pub(crate) more: String,
}

impl<T> Capped<T> {
    /// A row for each of the first items. `output` is what lists them all: "CSV file", "JSON".
    pub(crate) fn new<I>(
        mut items: impl Iterator<Item = I>,
        row: impl Fn(I) -> T,
        output: &str,
    ) -> Self {
        let rows: Vec<T> = items.by_ref().take(ROWS_MAX).map(row).collect();
        let left = items.count() as u64;
        let more = match left {
            0 => String::new(),
            left => format!(
                "and {} more, which the {output} lists",
                format::number(left)
            ),
        };
        let all = rows.len() as u64 + left;
        Self { rows, all, more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(items: usize, rows: usize, more: &str) {
        let list = Capped::new(0..items, |item| item, "JSON");
        assert_eq!((list.rows.len(), list.more.as_str()), (rows, more));
    }

    #[test]
    fn what_is_left_out_is_counted() {
        check(0, 0, "");
        check(500, 500, "");
        check(501, 500, "and 1 more, which the JSON lists");
        check(2_000, 500, "and 1,500 more, which the JSON lists");
    }
}
