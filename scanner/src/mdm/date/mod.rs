//! Dates as MDM servers and spreadsheets write them, and how old a document is.

pub(crate) mod age;
pub(crate) mod day;
pub(crate) mod instant;
pub(crate) mod written;
