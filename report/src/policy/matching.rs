//! Which devices belong to a group: every condition that is given must hold.
//!
//! A missing value matches nothing. A device whose MDM does not say whether it is supervised is
//! neither in a group of supervised devices nor in one of others.

use fleetback_scanner::model::identity::Identity;
use schemars::JsonSchema;
use serde::Deserialize;

use super::values::{device_names, is_named, version};
use super::wildcard::{OneOrMore, Patterns};
use crate::tables::os_version::OsVersion;

/// The conditions of a group.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// Serial numbers or UDIDs, in any case.
    #[serde(deserialize_with = "device_names")]
    #[schemars(with = "OneOrMore")]
    pub device: Vec<String>,
    /// Device names; `*` stands for any letters, `?` for one, capitals make no difference.
    pub name: Patterns,
    /// Product types ("iPad13,*") or marketing names ("iPad Air*").
    pub model: Patterns,
    /// Users: their names or e-mail addresses, from the inventory table.
    pub user: Patterns,
    /// Departments, from the inventory table.
    pub department: Patterns,
    /// Sites, from the inventory table.
    pub site: Patterns,
    /// Groups, from the column of that name in the inventory table.
    pub group: Patterns,
    /// Tags, from the inventory table: one of the device's tags must match.
    pub tag: Patterns,
    /// Supervised, or not, as the MDM says.
    pub supervised: Option<bool>,
    /// This version of iOS or a later one.
    #[serde(deserialize_with = "version")]
    #[schemars(with = "Option<String>")]
    pub os_at_least: Option<OsVersion>,
    /// A version before this one.
    #[serde(deserialize_with = "version")]
    #[schemars(with = "Option<String>")]
    pub os_below: Option<OsVersion>,
}

/// What the conditions are held against.
#[derive(Debug, Clone)]
pub(crate) struct Subject<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) name: Option<&'a str>,
    pub(crate) product_type: Option<&'a str>,
    pub(crate) model: Option<&'a str>,
    pub(crate) user: Option<&'a str>,
    pub(crate) email: Option<&'a str>,
    pub(crate) department: Option<&'a str>,
    pub(crate) site: Option<&'a str>,
    pub(crate) group: Option<&'a str>,
    pub(crate) tags: &'a [String],
    pub(crate) supervised: Option<bool>,
    pub(crate) os: Option<OsVersion>,
}

/// A condition on texts.
pub(super) struct OnText {
    /// As it stands in the file.
    pub(super) key: &'static str,
    /// What the group wants.
    pub(super) patterns: fn(&Match) -> &Patterns,
    /// What the device says.
    texts: for<'a> fn(&Subject<'a>) -> Vec<&'a str>,
}

/// In the order of the file.
pub(super) const ON_TEXT: &[OnText] = &[
    on_text("name", |m| &m.name, |s| present([s.name])),
    on_text(
        "model",
        |m| &m.model,
        |s| present([s.product_type, s.model]),
    ),
    on_text("user", |m| &m.user, |s| present([s.user, s.email])),
    on_text("department", |m| &m.department, |s| present([s.department])),
    on_text("site", |m| &m.site, |s| present([s.site])),
    on_text("group", |m| &m.group, |s| present([s.group])),
    on_text(
        "tag",
        |m| &m.tag,
        |s| s.tags.iter().map(String::as_str).collect(),
    ),
];

const fn on_text(
    key: &'static str,
    patterns: fn(&Match) -> &Patterns,
    texts: for<'a> fn(&Subject<'a>) -> Vec<&'a str>,
) -> OnText {
    OnText {
        key,
        patterns,
        texts,
    }
}

fn present<const N: usize>(texts: [Option<&str>; N]) -> Vec<&str> {
    texts.into_iter().flatten().collect()
}

impl OnText {
    fn holds(&self, group: &Match, device: &Subject<'_>) -> bool {
        let patterns = (self.patterns)(group);
        patterns.is_empty() || patterns.any(&(self.texts)(device))
    }
}

impl Match {
    /// Is there a condition at all?
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Does every condition hold?
    pub(crate) fn covers(&self, device: &Subject<'_>) -> bool {
        self.lists(device.identity)
            && ON_TEXT
                .iter()
                .all(|condition| condition.holds(self, device))
            && (self.supervised.is_none() || self.supervised == device.supervised)
            && self.takes_os(device.os)
    }

    fn lists(&self, identity: &Identity) -> bool {
        self.device.is_empty() || self.device.iter().any(|name| is_named(name, identity))
    }

    fn takes_os(&self, os: Option<OsVersion>) -> bool {
        let at_least = self.os_at_least.is_none_or(|least| os >= Some(least));
        let below = self
            .os_below
            .is_none_or(|limit| os.is_some_and(|os| os < limit));
        at_least && below
    }
}
