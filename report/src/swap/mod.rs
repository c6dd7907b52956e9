//! The swap check: may this device be wiped or handed over now?
//!
//! `Results x what was typed x target -> verdict`. Works on judged devices, so a live scan and stored
//! results take one way. [`rules`] is the table; nothing else decides.

pub mod answer;
pub mod copies;
pub mod evaluate;
pub mod lookup;
pub mod plan;
pub mod request;
pub mod retention;
pub mod rule_input;
pub mod rules;
pub mod target;
pub mod ticket;
pub mod verdict;
