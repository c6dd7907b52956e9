//! Where facts were read. Each document stands once, in `sources` of the results; facts refer to it.

use std::collections::HashMap;
use std::fmt;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in `sources` of the results, counted from 0.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct SourceId(pub u32);

/// A document, a folder or a list that facts were read from.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[schemars(rename = "Source")]
pub struct EvidenceSource {
    /// Its path; in words where it is no file.
    pub name: String,
    /// What kind of document it is: "DeviceInformation answer".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The last day that it knows of, where it is a list of releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
}

/// "/srv/mdm/a.plist (DeviceInformation answer)", "the built-in table, of 2026-08-22".
impl fmt::Display for EvidenceSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(kind) = &self.kind {
            write!(f, " ({kind})")?;
        }
        match self.date {
            Some(date) => write!(f, ", of {date}"),
            None => Ok(()),
        }
    }
}

/// Gives each source its place while devices are judged.
#[derive(Debug, Default)]
pub(crate) struct SourceTable {
    places: HashMap<EvidenceSource, SourceId>,
}

impl SourceTable {
    /// The place of a source, a new one where it is not known yet.
    pub(crate) fn place(&mut self, source: &EvidenceSource) -> SourceId {
        if let Some(place) = self.places.get(source) {
            return *place;
        }
        // More than four thousand million sources fit no memory.
        let place = SourceId(u32::try_from(self.places.len()).unwrap_or(u32::MAX));
        self.places.insert(source.clone(), place);
        place
    }

    /// The sources in order, and for each place until now the place in that order: so that the results
    /// do not depend on which device was judged first.
    pub(crate) fn sorted(self) -> (Vec<EvidenceSource>, Vec<SourceId>) {
        let mut all: Vec<_> = self.places.into_iter().collect();
        all.sort();
        let mut places = vec![SourceId::default(); all.len()];
        for (now, (_, before)) in (0..).zip(&all) {
            if let Some(place) = places.get_mut(before.0 as usize) {
                *place = SourceId(now);
            }
        }
        (all.into_iter().map(|(source, _)| source).collect(), places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> EvidenceSource {
        EvidenceSource {
            name: name.to_owned(),
            ..EvidenceSource::default()
        }
    }

    #[test]
    fn each_source_has_one_place_and_the_order_is_that_of_the_names() {
        let mut table = SourceTable::default();
        let asked = ["b", "a", "b", "c"].map(|name| table.place(&named(name)).0);
        assert_eq!(asked, [0, 1, 0, 2]);
        let (sources, places) = table.sorted();
        assert_eq!(sources, ["a", "b", "c"].map(named));
        assert_eq!(places, [1, 0, 2].map(SourceId));
    }

    #[test]
    fn a_source_in_words() {
        let check = |kind: Option<&str>, date: Option<Date>, text: &str| {
            let source = EvidenceSource {
                name: "list".to_owned(),
                kind: kind.map(str::to_owned),
                date,
            };
            assert_eq!(source.to_string(), text);
        };
        check(None, None, "list");
        check(Some("table"), None, "list (table)");
        check(
            None,
            Some(Date::constant(2026, 8, 22)),
            "list, of 2026-08-22",
        );
    }
}
