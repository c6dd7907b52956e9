//! What an MDM server exported, and the inventory table beside it: documents in, answers out.

mod age;
mod apps;
mod certificates;
mod command;
mod content;
mod dates;
mod day;
mod der;
mod document;
mod draft;
mod envelope;
mod foreign;
mod gather;
mod information;
pub mod inventory;
mod kind;
mod load;
mod platform;
mod profiles;
pub mod read;
mod restrictions;
mod security;
mod table;
mod webhook;
