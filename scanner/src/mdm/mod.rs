//! What an MDM server exported, and the inventory table beside it: documents in, answers out.

pub mod inventory;
pub mod read;
