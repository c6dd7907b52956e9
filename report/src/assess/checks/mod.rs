//! What is looked for, a file for each theme.

pub(crate) mod age;
pub(crate) mod all;
pub(crate) mod icloud;
pub(crate) mod identity;
pub(crate) mod inventory;
pub(crate) mod local;
pub(crate) mod local_content;
pub(crate) mod local_finding;
pub(crate) mod os;
pub(crate) mod planned_swap;
pub(crate) mod storage;
