//! Versions of iOS that no longer do, or that lag behind.
//!
//! "Outdated" rests on one thing only: a newer version was seen on the same product type in this
//! fleet. A fleet that is old as a whole is not noticed.

use super::case::Case;
use super::draft::Draft;
use crate::finding::Code;
use crate::results::Evidence;

pub(crate) fn find(case: &Case<'_>) -> Vec<Draft> {
    let Some(version) = case.os() else {
        return Vec::new();
    };
    let told = |text: String| Evidence {
        text,
        source: "OSVersion of the MDM or ProductVersion of the newest backup".to_owned(),
        observed_at: None,
    };
    if !version.has_icloud_backup() {
        let text = format!("the device runs iOS {version}; iCloud Backup needs iOS 9 or later");
        return vec![Draft::new(Code::OsUnsupported, vec![told(text)])];
    }
    let newest = case.product_type().and_then(|t| case.fleet.newest_os(t));
    let newer = newest.filter(|newest| *newest > version);
    let outdated = newer.map(|newest| {
        let text = format!("the device runs {version}; another of its model runs {newest}");
        Draft::new(Code::OsOutdated, vec![told(text)])
    });
    outdated.into_iter().collect()
}
