//! What an MDM server exported, and the inventory table beside it: documents in, answers out.

pub(crate) mod date;
pub mod pair;
mod plist_file;
pub(crate) mod protocol;
pub mod read;
pub(crate) mod table;
pub(crate) mod wrapper;

pub use protocol::explain;
pub use table::{columns, consoles, inventory, rules, swap_plan};

pub use date::written::DateOrder;
