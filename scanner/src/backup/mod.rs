//! One local backup folder: its plists, its manifest, its payload files.

mod activity;
pub mod archive;
pub mod catalog;
mod cloud_log;
mod compare;
mod contents;
pub mod decrypt;
mod difference;
pub mod found;
mod identity;
mod info;
pub mod keybag;
mod manifest;
pub mod mbdb;
pub mod memory;
pub mod password;
mod payload;
mod problems;
mod promises;
pub mod read;
mod restorable;
mod signs;
mod state;
mod status;
mod verify;
