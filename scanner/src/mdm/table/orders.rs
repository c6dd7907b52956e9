//! Whether a column writes day or month first: by its own cells, by what the user says, by what is known of
//! the console, by the other columns, by the marks of the file's country. What none of them settles is
//! refused.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::mdm::date::written::{self, DateOrder, Written};

/// Hands every date cell of a file, with the name of its column, to a listener.
pub(super) type Cells<'f> = Box<dyn Fn(&mut dyn FnMut(&str, &str)) + 'f>;

/// What the user or the console says of a column.
pub(super) type SettledOrder<'f> = Box<dyn Fn(&str) -> Option<DateOrder> + 'f>;

/// What the cells of one column prove.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Votes {
    day_first: bool,
    month_first: bool,
}

impl Votes {
    /// The order, where the cells agree.
    fn order(self) -> Option<DateOrder> {
        match (self.day_first, self.month_first) {
            (true, false) => Some(DateOrder::DayFirst),
            (false, true) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    fn add(&mut self, order: DateOrder) {
        match order {
            DateOrder::DayFirst => self.day_first = true,
            DateOrder::MonthFirst => self.month_first = true,
        }
    }
}

/// What a whole file proves.
#[derive(Debug, Default)]
struct Ballot {
    columns: BTreeMap<String, Votes>,
    us_clock: bool,
}

/// The orders of a file's columns. The file is read for them only once a cell needs it.
pub(super) struct Orders<'f> {
    cells: Cells<'f>,
    ballot: OnceCell<Ballot>,
    /// What the user or the console says of a column.
    settled: SettledOrder<'f>,
    /// Is the file of a country that writes a decimal comma?
    decimal_comma: bool,
}

impl<'f> Orders<'f> {
    pub(super) fn new(cells: Cells<'f>, settled: SettledOrder<'f>, decimal_comma: bool) -> Self {
        Self {
            cells,
            ballot: OnceCell::new(),
            settled,
            decimal_comma,
        }
    }

    /// The order of a column; `None` where nothing settles it.
    pub(super) fn of(&self, column: &str) -> Option<DateOrder> {
        let ballot = self.ballot.get_or_init(|| self.count());
        let own = ballot.columns.get(column).copied().unwrap_or_default();
        if own.day_first && own.month_first {
            return (self.settled)(column);
        }
        own.order()
            .or_else(|| (self.settled)(column))
            .or_else(|| ballot.of_the_others())
            .or_else(|| self.by_country(ballot.us_clock))
    }

    fn count(&self) -> Ballot {
        let mut ballot = Ballot::default();
        (self.cells)(&mut |column, text| ballot.add(column, text));
        ballot
    }

    /// A decimal comma goes with the day first, `AM` and `PM` in capitals with the month.
    fn by_country(&self, us_clock: bool) -> Option<DateOrder> {
        match (self.decimal_comma, us_clock) {
            (true, false) => Some(DateOrder::DayFirst),
            (false, true) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

impl Ballot {
    fn add(&mut self, column: &str, text: &str) {
        let order = match written::read(text) {
            Some(Written::One(_, Some(order))) => Some(order),
            Some(Written::Two { .. }) => None,
            _ => return,
        };
        self.us_clock |= written::has_us_clock(text);
        if let Some(order) = order {
            self.columns
                .entry(column.to_owned())
                .or_default()
                .add(order);
        }
    }

    /// What all columns that prove anything agree on.
    fn of_the_others(&self) -> Option<DateOrder> {
        let mut all = Votes::default();
        for votes in self.columns.values() {
            all.day_first |= votes.day_first;
            all.month_first |= votes.month_first;
        }
        all.order()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cells: &[(&str, &str)], decimal_comma: bool, want: Option<DateOrder>) {
        let owned: Vec<_> = cells
            .iter()
            .map(|(c, t)| ((*c).to_owned(), (*t).to_owned()))
            .collect();
        let all =
            move |take: &mut dyn FnMut(&str, &str)| owned.iter().for_each(|(c, t)| take(c, t));
        let orders = Orders::new(Box::new(all), Box::new(|_| None), decimal_comma);
        assert_eq!(orders.of("a"), want, "{cells:?}");
    }

    #[test]
    fn what_settles_an_order() {
        check(
            &[("a", "5/11/2026"), ("a", "29/11/2026")],
            false,
            Some(DateOrder::DayFirst),
        );
        check(
            &[("a", "5/11/2026"), ("a", "11/29/2026")],
            false,
            Some(DateOrder::MonthFirst),
        );
        check(&[("a", "29/11/2026"), ("a", "11/29/2026")], true, None);
        check(
            &[("a", "5/11/2026"), ("b", "11/29/2026")],
            true,
            Some(DateOrder::MonthFirst),
        );
        check(&[("a", "5/11/2026")], true, Some(DateOrder::DayFirst));
        check(
            &[("a", "5/11/2026 9:05 AM")],
            false,
            Some(DateOrder::MonthFirst),
        );
        check(&[("a", "5/11/2026 9:05 AM")], true, None);
        check(&[("a", "5/11/2026 9:05 am")], false, None);
        check(&[("a", "5/11/2026"), ("a", "29.11.2026")], false, None);
    }

    #[test]
    fn the_user_is_asked_before_the_country() {
        let settled = |_: &str| Some(DateOrder::MonthFirst);
        let orders = Orders::new(Box::new(|_| {}), Box::new(settled), true);
        assert_eq!(orders.of("a"), Some(DateOrder::MonthFirst));
    }
}
