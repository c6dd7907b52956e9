//! Reads one backup folder.
pub mod keybag;
