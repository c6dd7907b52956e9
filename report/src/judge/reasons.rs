//! Why a finding has its cause: said once where it repeats.
//!
//! Most reasons are the same for every device, or say what the evidence says. A finding keeps its own only
//! where it is another.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::results::{Device, Finding};

/// The reason that most findings of a cause have, by the id of the cause. These findings do not repeat it, nor
/// does one whose first piece of evidence says the same; of one cause either the table speaks or the
/// evidence.
pub(crate) fn shared(devices: &mut [Device]) -> BTreeMap<String, String> {
    let evident = evident(devices);
    let shared = most_frequent(devices, &evident);
    for finding in devices.iter_mut().flat_map(|device| &mut device.findings) {
        let is_said = match shared.get(&finding.cause) {
            Some(reason) => finding.why.as_ref() == Some(reason),
            None => says_its_evidence(finding),
        };
        if is_said {
            finding.why = None;
        }
    }
    shared
}

/// The causes of findings whose reason is their evidence.
fn evident(devices: &[Device]) -> BTreeSet<String> {
    let findings = devices.iter().flat_map(|device| &device.findings);
    let evident = findings.filter(|finding| says_its_evidence(finding));
    evident.map(|finding| finding.cause.clone()).collect()
}

fn says_its_evidence(finding: &Finding) -> bool {
    let first = finding.evidence.first();
    first.map(|fact| &fact.text) == finding.why.as_ref()
}

/// Of each other cause the reason that is given most often, more than once; of two the first in the
/// alphabet.
fn most_frequent(devices: &[Device], evident: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut counts: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    let findings = devices.iter().flat_map(|device| &device.findings);
    for finding in findings.filter(|finding| !evident.contains(&finding.cause)) {
        let of_cause = counts.entry(&finding.cause).or_default();
        let why = finding.why.as_deref().unwrap_or_default();
        *of_cause.entry(why).or_default() += 1;
    }
    let most = counts.into_iter().filter_map(|(cause, reasons)| {
        let (reason, count) = reasons
            .into_iter()
            .max_by_key(|(reason, count)| (*count, Reverse(*reason)))?;
        (count > 1).then(|| (cause.to_owned(), reason.to_owned()))
    });
    most.collect()
}
