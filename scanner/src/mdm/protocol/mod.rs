//! Messages of Apple's MDM protocol: answers, check-ins, commands, profiles.

pub(crate) mod answer;
pub(crate) mod der;
pub(crate) mod device_family;
pub(crate) mod device_information;
pub(crate) mod document;
pub(crate) mod envelope;
pub mod explain;
pub(crate) mod key_map;
pub(crate) mod kinds;
pub(crate) mod message;
pub(crate) mod other_files;
pub(crate) mod profile;
pub(crate) mod redacted;
pub(crate) mod small_answers;
pub(crate) mod status_report;
