//! One local backup folder: its plists, its manifest, its payload files.

pub mod access;
mod activity;
pub mod all;
mod cloud_log;
pub mod crypto;
mod evidence;
pub mod file_list;
mod file_number;
mod identity;
mod plists;
mod problems;
pub mod read;
mod recalled_info;
mod restorable;
pub mod services;
mod state;
mod top_level;
mod verify;
mod witness;
