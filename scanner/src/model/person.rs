//! Whose device it is, from `--inventory FILE.csv`.

use std::sync::Arc;

use jiff::civil::Date;

use super::evidence::Source;
use super::identity::Identity;

/// One row of the inventory table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InventoryRow {
    /// Which device the row speaks of.
    pub identity: Identity,
    /// The user's name as the table has it.
    pub user: Option<String>,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Site or building.
    pub site: Option<String>,
    /// The group of devices that the table puts it in.
    pub group: Option<String>,
    /// Tags of the device, each once, in the table's order.
    pub tags: Vec<String>,
    /// The day on which the device is to be swapped.
    pub planned_swap: Option<Date>,
    /// Device name, where the table has one.
    pub device_name: Option<String>,
    /// The table says of other rows what kind of device they are about, and of this one it does not: it
    /// counts only where other evidence knows the device.
    pub kind_unsure: bool,
    /// The table.
    pub source: Arc<Source>,
}

/// Whose a device is as an MDM's table says. It stands in where the inventory table is silent.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assigned {
    /// The user's name.
    pub user: Option<String>,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Site or building.
    pub site: Option<String>,
    /// Group of devices.
    pub group: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
}
