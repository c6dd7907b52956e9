//! The one view model: what every output prints, decided once.

pub mod advice;
pub mod attention;
pub mod cell;
pub mod columns;
pub(crate) mod coverage;
pub mod details;
pub mod device;
pub mod diff;
pub mod groups;
pub mod history;
pub(crate) mod labelled;
pub(crate) mod letter;
pub(crate) mod next_step;
pub(crate) mod nights;
pub(crate) mod panel;
pub mod patterns;
pub mod policy;
pub mod report;
pub(crate) mod rollup;
pub mod run_sheet;
pub(crate) mod since;
pub mod summary;
pub mod support_request;
pub mod ticket;
pub(crate) mod work_list;
pub(crate) mod workbook;
