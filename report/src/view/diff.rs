//! What is said of the difference between two reports.

use crate::format::number;
use crate::history::diff::{DeviceDiff, Diff, DiffKind, Stand};
use crate::results::Code;

/// A word and a heading for each change, in the order in which they are listed.
pub(crate) const HEADINGS: [(DiffKind, &str, &str); 7] = [
    (
        DiffKind::New,
        "new",
        "New: could be lost or fail, and did not",
    ),
    (DiffKind::Worse, "worse", "Worse than before"),
    (DiffKind::Gone, "gone", "Gone: not in the new report"),
    (DiffKind::Better, "better", "Better than before"),
    (
        DiffKind::Fixed,
        "fixed",
        "Fixed: could be lost or failed, and no more",
    ),
    (
        DiffKind::Appeared,
        "appeared",
        "Not in the old report, and in order",
    ),
    (DiffKind::Same, "the same", "As before, with other findings"),
];

/// "16 could be lost, 14 before: 3 new, 1 no more".
pub(crate) fn at_risk(diff: &Diff) -> String {
    let counts = [
        (diff.newly_at_risk().count(), "new"),
        (diff.no_more_at_risk().count(), "no more"),
    ];
    let moved = super::history::counted(&counts.map(|(count, word)| (count as u64, word)));
    format!(
        "{} could be lost, {} before: {}",
        number(diff.new.at_risk),
        number(diff.old.at_risk),
        moved.as_deref().unwrap_or("the same devices")
    )
}

/// "2 new, 1 fixed, 40 the same".
pub(crate) fn sums(diff: &Diff) -> String {
    let counts = HEADINGS
        .iter()
        .map(|(kind, word, ..)| (diff.count(*kind), word));
    let counts: Vec<String> = counts
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", number(count)))
        .collect();
    if counts.is_empty() {
        "no device in either report".to_owned()
    } else {
        counts.join(", ")
    }
}

/// "stale, was protected"; "was stale"; "protected".
pub(crate) fn standing(device: &DeviceDiff) -> String {
    let word = |stand: &Option<Stand>| stand.as_ref().map(|stand| stand.status.label());
    match (word(&device.then), word(&device.now)) {
        (Some(then), Some(now)) if then == now => format!("still {now}"),
        (Some(then), Some(now)) => format!("{now}, was {then}"),
        (Some(then), None) => format!("was {then}"),
        (None, Some(now)) => now.to_owned(),
        (None, None) => String::new(),
    }
}

pub(crate) fn titles(codes: &[Code]) -> String {
    let titles: Vec<&str> = codes.iter().map(|code| code.about().title).collect();
    titles.join("; ")
}
