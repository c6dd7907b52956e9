//! Property lists, XML and binary.

pub mod binary;
mod fields;
mod limits;
mod outline;
mod parse;
pub mod partial;
mod read;

pub use fields::{
    Field, array, boolean, data, date, dictionary, integer, real, string, timestamp, typed,
};
pub(crate) use outline::{count_entries, doubled_key};
pub use parse::{parse, parse_dictionary};
pub use read::parse_dictionary_without;
pub(crate) use read::{read_dictionary, read_dictionary_without};
