//! What the results say once for all devices: every fix and every cause that they name.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnose::causes;
use crate::results::{
    Device, EvidenceSource, Finding, FixId, FixText, Pattern, RunHistory, SourceId, SourceTable,
};

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

/// Every source in order; the devices refer to the places in that order from now on.
pub(crate) fn sources(table: SourceTable, devices: &mut [Device]) -> Vec<EvidenceSource> {
    let (sources, places) = table.sorted();
    let all = devices.iter_mut().flat_map(of_device);
    for source in all {
        if let Some(place) = places.get(source.0 as usize) {
            *source = *place;
        }
    }
    sources
}

/// Every reference to a source.
fn of_device(device: &mut Device) -> impl Iterator<Item = &mut SourceId> {
    let mdm = device.mdm.as_mut().and_then(|mdm| mdm.source.as_mut());
    let facts = [
        mdm,
        device.icloud.source.as_mut(),
        device.os.source.as_mut(),
    ];
    let evidence = device.findings.iter_mut().flat_map(|f| &mut f.evidence);
    let evidence = evidence.map(|evidence| &mut evidence.source);
    facts.into_iter().flatten().chain(evidence)
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
