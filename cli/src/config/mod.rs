//! What was typed: flags, `FLEETBACK_*` variables, the settings file.

pub(crate) mod args;
mod file;
pub(crate) mod layer;
pub(crate) mod output_settings;
pub(crate) mod settings;
pub(crate) mod settings_docs;
pub(crate) mod short_help;
pub(crate) mod since;
pub(crate) mod swap_args;
pub(crate) mod table;

pub(crate) use file::{Config, FILE_NAME, Found, folders, load, parse, read_text};
