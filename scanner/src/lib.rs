//! Reads what is known of a fleet of iPhones and iPads: folders of local backups, MDM exports, an
//! inventory table. Disk in, [`model::fleet::Fleet`] out. Facts only: what is too old, what is
//! dangerous and what to do about it is judged in `fleetback-report`.
//!
//! Begin at [`scan::scan`], the only loop over everything. It calls, in this order:
//!
//! | module | what it does |
//! |---|---|
//! | [`discover`] | finds backup folders below the roots, and documents; opens none |
//! | [`backup`] | reads one backup folder: its plists, its list of files, its payload |
//! | [`mdm`] | reads one document: an MDM answer, an export, a table |
//! | [`reconcile`](mod@reconcile) | joins what speaks of one device |
//!
//! [`feed`] reads Apple's lists of iOS releases and of its services, which a scan does not need.
//! Below these stand [`source`] (bounded readers of files and formats), [`work`] (threads and
//! progress) and [`model`] (the facts). A module imports lower ones only.
//!
//! Nothing under a scanned root is ever opened for writing. No reader fails on bad input: what could
//! not be used is a [`model::problem::Problem`] beside what could.

#![forbid(unsafe_code)]

pub mod backup;
pub mod discover;
pub mod feed;
pub mod in_time;
pub mod mdm;
pub mod model;
pub mod reconcile;
pub mod scan;
pub mod source;
pub mod work;
