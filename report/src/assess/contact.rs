//! Contact with the MDM.

use super::case::Case;
use super::cloud::source_words;
use super::draft::{Draft, days_between};
use crate::format::day;
use crate::results::{Code, Evidence};

pub(crate) fn find(case: &Case<'_>) -> Vec<Draft> {
    let Some(told) = case.contact().filter(|told| !case.trusted(told.value)) else {
        return Vec::new();
    };
    let evidence = Evidence {
        text: format!(
            "the MDM last heard of the device on {}, {} ago",
            day(told.value),
            days_between(told.value, case.now)
        ),
        source: source_words(&told.source, ""),
        observed_at: Some(told.value),
    };
    vec![Draft::new(Code::DeviceNotSeen, vec![evidence])]
}
