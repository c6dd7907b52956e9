//! Facts -> findings, a small file for each theme.

pub(crate) mod age;
pub(crate) mod case;
pub(crate) mod cloud;
pub(crate) mod contact;
pub(crate) mod currency;
pub(crate) mod draft;
pub(crate) mod fleet_view;
pub(crate) mod good;
pub(crate) mod icloud;
pub(crate) mod identity;
pub(crate) mod inventory;
pub(crate) mod local;
pub(crate) mod os;
pub(crate) mod outage;
pub(crate) mod planned;
pub(crate) mod rules;
pub(crate) mod shrunk;
pub(crate) mod status;
pub(crate) mod storage;
