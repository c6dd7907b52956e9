//! One local backup: what it is made of, and how it is written.

pub mod alter;
pub mod apps;
pub mod builder;
pub mod catalog;
pub mod cloud_log;
pub mod damage;
pub mod file_type;
pub mod info;
pub mod keybag;
pub mod manifest;
pub mod mbdb;
pub mod payload;
pub mod status;
pub mod write;
