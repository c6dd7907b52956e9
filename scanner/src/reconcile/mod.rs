//! Joins the evidence: which backup, MDM answer and table row belong to one device.

mod devices;
mod join;

pub use devices::reconcile;
