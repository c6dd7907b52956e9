//! The rules S1 to S22.

mod backup;
mod complete;
mod handover;
mod losses;
mod table;
mod target;

pub use self::table::{Decides, Kind, RULES, Rule, answers};
