//! Which profile sets a restriction, where no device was asked for it: a device's `ProfileList` names
//! the profiles that it has, and a file of one of them says what that one sets.
//!
//! Whether a restriction is in force only a `Restrictions` answer tells; here it gets the name of the
//! profile that an admin has to change. A device that was asked for `ProfileRestrictions` knows better.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::protocol::document::{Document, Reply};
use crate::model::identity::Udid;

/// Profile -> the restrictions that it sets.
type Sets = BTreeMap<String, BTreeSet<&'static str>>;

/// Names the profiles behind the restrictions of every device that has one of the profiles.
pub(super) fn name_setters(documents: &mut [Document]) {
    let mut sets = Sets::new();
    for profile in documents.iter().flat_map(|document| &document.profiles) {
        let known = sets.entry(profile.identifier.clone()).or_default();
        known.extend(&profile.sets);
    }
    if sets.is_empty() {
        return;
    }
    let asked = asked(documents);
    let replies = documents
        .iter_mut()
        .flat_map(|document| &mut document.replies);
    for reply in replies {
        let udid = reply.answer.identity.udid.as_ref();
        if udid.is_none_or(|udid| !asked.contains(udid)) {
            name_setters_of(reply, &sets);
        }
    }
}

/// Devices that told themselves which profile sets what.
fn asked(documents: &[Document]) -> BTreeSet<Udid> {
    let replies = documents.iter().flat_map(|document| &document.replies);
    let told = replies.filter(|reply| {
        reply
            .answer
            .management
            .restriction_profiles_source
            .is_some()
    });
    told.filter_map(|reply| reply.answer.identity.udid.clone())
        .collect()
}

fn name_setters_of(reply: &mut Reply, sets: &Sets) {
    let management = &mut reply.answer.management;
    let Some(profiles) = &management.profiles else {
        return;
    };
    let installed = profiles.value.keys();
    let known: Vec<_> = installed
        .filter_map(|name| sets.get_key_value(name))
        .collect();
    for (name, keys) in &known {
        for key in *keys {
            let setters = management.restriction_profiles.entry((*key).to_owned());
            setters.or_default().insert((*name).clone());
        }
    }
    if !known.is_empty() {
        management.restriction_profiles_source = Some(Arc::clone(&profiles.source));
    }
}
