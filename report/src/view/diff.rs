//! What is said of the difference between two reports.

use crate::format::number;
use crate::history::diff::{DeviceDiff, Diff, DiffKind, Stand};
use crate::results::Code;

/// A word and a heading for each change, in the order in which they are listed.
pub(crate) const HEADINGS: [(DiffKind, &str, &str); 7] = [
    (DiffKind::New, "new", "Fail and did not"),
    (DiffKind::Worse, "worse", "Fail worse"),
    (DiffKind::Gone, "gone", "Gone: not in the new report"),
    (DiffKind::Better, "better", "Fail less"),
    (DiffKind::Fixed, "fixed", "Fail no more"),
    (
        DiffKind::Appeared,
        "appeared",
        "Not in the old report, and sound",
    ),
    (
        DiffKind::Same,
        "the same",
        "As bad or as good as before, and not quite the same",
    ),
];

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
