//! One local backup folder: its plists, its manifest, its payload files.

mod activity;
pub mod all;
pub mod archive;
pub mod catalog;
mod cloud_log;
mod compare;
mod contents;
pub mod decrypt;
mod difference;
mod encrypted;
mod identity;
mod info;
pub mod keybag;
mod keyring;
mod manifest;
pub mod mbdb;
mod payload;
mod problems;
mod promises;
pub mod read;
mod restorable;
pub mod services;
mod signs;
mod stamp;
mod state;
mod status;
mod verify;
