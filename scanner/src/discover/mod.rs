//! Finds what there is to read below the roots and among the exports; opens no backup.

pub mod documents;
mod folder;
mod hosts;
mod notes;
mod real;
pub mod roots;
mod trouble;
mod walk;
