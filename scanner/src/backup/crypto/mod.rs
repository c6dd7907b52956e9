//! Keybag, passwords and decryption.

pub mod decrypt;
pub(crate) mod encrypted;
pub mod keybag;
pub(crate) mod unlock;
