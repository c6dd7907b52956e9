//! Finds what there is to read below the roots and among the exports; opens no backup.

mod access_problem;
mod bins;
pub mod documents;
mod folder;
pub mod folder_id;
mod hosts;
mod inside;
mod links;
pub mod locations;
mod path_sample;
pub mod roots;
mod walk;
