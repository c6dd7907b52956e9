//! The ids of causes. A rule may name several: the results hold each sentence once, under its id.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::lookup::all_rows;

/// "C1" for the first cause of a rule, "C1.2" for the second, by rule and sentence.
static IDS: LazyLock<BTreeMap<(&'static str, &'static str), String>> = LazyLock::new(|| {
    let mut ids = BTreeMap::new();
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for row in all_rows() {
        ids.entry((row.rule, row.cause)).or_insert_with(|| {
            let count = counts.entry(row.rule).or_default();
            *count += 1;
            match *count {
                1 => row.rule.to_owned(),
                n => format!("{}.{n}", row.rule),
            }
        });
    }
    ids
});

/// The id of a rule's cause.
pub(crate) fn id(rule: &'static str, cause: &'static str) -> String {
    let known = IDS.get(&(rule, cause));
    known.map_or_else(|| rule.to_owned(), Clone::clone)
}

/// Every cause by its id.
pub(crate) fn texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    IDS.iter().map(|((_, cause), id)| (id.as_str(), *cause))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_cause_has_an_id_of_its_own_that_begins_with_its_rule() {
        let ids: BTreeSet<&str> = texts().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), IDS.len());
        for row in all_rows() {
            let id = id(row.rule, row.cause);
            assert_eq!(id.split('.').next(), Some(row.rule));
            assert!(texts().any(|(each, text)| each == id && text == row.cause));
        }
    }
}
