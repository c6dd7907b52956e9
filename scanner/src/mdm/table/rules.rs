//! What the settings file says of tables: names of columns of one organisation, and the time zones of consoles that write dates without one.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::columns::{DeviceField, fold, fold_header};
use crate::mdm::date::written::DateOrder;

/// What the configuration says of device tables.
#[derive(Debug, Clone, Default)]
pub struct TableRules {
    columns: BTreeMap<String, DeviceField>,
    zones: BTreeMap<String, TimeZone>,
    orders: BTreeMap<String, DateOrder>,
}

impl TableRules {
    /// Headers as they stand in a table, or dotted keys of a record; case, blanks and dashes do not
    /// matter. `zones` go by the ids of [`super::consoles::ids`].
    pub fn new(
        columns: impl IntoIterator<Item = (String, DeviceField)>,
        zones: impl IntoIterator<Item = (String, TimeZone)>,
    ) -> Self {
        let both = |(name, field): (String, DeviceField)| {
            [(fold(&name), field), (fold_header(&name), field)]
        };
        Self {
            columns: columns.into_iter().flat_map(both).collect(),
            zones: zones.into_iter().collect(),
            orders: BTreeMap::new(),
        }
    }

    /// The same, with the order of day and month in columns, or in all dates of a source of
    /// [`super::consoles::ids`].
    pub fn with_date_orders(self, orders: impl IntoIterator<Item = (String, DateOrder)>) -> Self {
        let orders = orders
            .into_iter()
            .map(|(name, order)| (fold_header(&name), order));
        Self {
            orders: orders.collect(),
            ..self
        }
    }

    /// The order of day and month in a column, if the user has said so of it or of its source.
    pub(crate) fn date_order(&self, column: &str, console: &str) -> Option<DateOrder> {
        let settled = |name: &str| self.orders.get(&fold_header(name)).copied();
        settled(column).or_else(|| settled(console))
    }

    /// What a folded name means, if the settings file says so.
    pub(crate) fn column(&self, folded: &str) -> Option<DeviceField> {
        self.columns.get(folded).copied()
    }

    /// The zone of dates that carry none: UTC unless the user has said otherwise.
    pub(crate) fn zone(&self, console: &str) -> TimeZone {
        self.zones.get(console).cloned().unwrap_or(TimeZone::UTC)
    }
}
