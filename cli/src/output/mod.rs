//! What leaves the program: report files, standard error, progress, stored results.

pub(crate) mod evidence_places;
pub(crate) mod files;
pub(crate) mod leftovers;
pub(crate) mod messages;
pub(crate) mod progress;
pub(crate) mod stored_results;
pub(crate) mod terminal;
pub(crate) mod verify_report;
