//! What the results say once for all devices: every fix and every cause that they name.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnose::causes;
use crate::results::{Device, Finding, FixId, FixText, Pattern, RunHistory};

/// Every fix that is named.
pub(crate) fn fixes(
    devices: &[Device],
    patterns: &[Pattern],
    history: Option<&RunHistory>,
) -> BTreeMap<FixId, FixText> {
    let findings = devices.iter().flat_map(|device| &device.findings);
    let of_findings = findings.flat_map(of_finding);
    let of_patterns = patterns
        .iter()
        .flat_map(|pattern| pattern.next_fix.into_iter().chain([pattern.likely_fix]));
    let pasts = devices.iter().filter_map(|device| device.history.as_ref());
    let recovered = pasts.filter_map(|past| Some(past.recovered.as_ref()?.fix));
    let outcomes = history.into_iter().flat_map(|past| &past.fixes);
    let outcomes = outcomes.map(|outcome| outcome.fix);
    let named: BTreeSet<FixId> = (of_findings.chain(of_patterns))
        .chain(recovered)
        .chain(outcomes)
        .collect();
    named
        .into_iter()
        .map(|fix| (fix, fix.about().text()))
        .collect()
}

fn of_finding(finding: &Finding) -> impl Iterator<Item = FixId> {
    let tried = finding.history.iter().flat_map(|past| &past.tried);
    let tried = tried.map(|tried| tried.fix);
    tried.chain(finding.next_fix).chain(finding.likely_fix)
}

/// Every cause that is named.
pub(crate) fn causes(devices: &[Device], patterns: &[Pattern]) -> BTreeMap<String, String> {
    let findings = devices.iter().flat_map(|device| &device.findings);
    let of_findings = findings.map(|finding| finding.cause.as_str());
    let of_patterns = patterns.iter().map(|pattern| pattern.cause.as_str());
    let named: BTreeSet<&str> = of_findings.chain(of_patterns).collect();
    let texts = causes::texts().filter(|(id, _)| named.contains(id));
    texts
        .map(|(id, text)| (id.to_owned(), text.to_owned()))
        .collect()
}
