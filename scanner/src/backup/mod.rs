//! Reads one backup folder.
pub mod decrypt;
pub mod keybag;
