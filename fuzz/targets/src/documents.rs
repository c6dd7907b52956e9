//! Readers of what an MDM server, a spreadsheet and Apple's servers gave out.

use fleetback_report::tables::os_releases::OsTables;
use fleetback_report::tables::os_version::OsVersion;
use fleetback_scanner::feed;
use fleetback_scanner::mdm::{inventory, pair, read, swap_plan};
use fleetback_testdata::when::at;

use crate::invariant::are_readable;
use crate::sandbox::{NOW, with_file};

/// One exported document, read and held against itself.
pub fn mdm(bytes: &[u8]) {
    with_file(&["answer.plist"], bytes, |path| {
        let document = read::read_document(path, at(NOW));
        let (answers, problems) = pair::pair(vec![document]);
        // The smallest row of a table is longer than this.
        assert!(answers.len() <= bytes.len() / 8 + 1);
        are_readable(&problems, path.parent().unwrap_or(path));
    });
}

/// The inventory table: no more rows than lines.
pub fn inventory(bytes: &[u8]) {
    with_file(&["inventory.csv"], bytes, |path| {
        let (rows, problems) = inventory::read(path, at(NOW));
        let ends = bytes.iter().filter(|byte| b"\r\n".contains(byte)).count();
        assert!(rows.len() <= ends, "{} rows", rows.len());
        are_readable(&problems, path);
    });
}

/// A plan of swaps: no row without an old device, no more rows than lines, in their order.
pub fn plan(bytes: &[u8]) {
    with_file(&["plan.csv"], bytes, |path| {
        let plan = match swap_plan::read(path) {
            Ok(plan) => plan,
            Err(problem) => return are_readable(&[*problem], path),
        };
        are_readable(&plan.problems, path);
        let ends = bytes.iter().filter(|byte| b"\r\n".contains(byte)).count();
        assert!(plan.swaps.len() + plan.unusable.len() <= ends + 1);
        let lines: Vec<_> = plan.swaps.iter().map(|swap| swap.line).collect();
        assert!(lines.is_sorted() && plan.unusable.is_sorted());
        assert!(plan.unusable.is_empty() || !plan.problems.is_empty());
        for swap in &plan.swaps {
            assert!(matches!(swap.old.chars().count(), 1..=200));
            assert!(
                swap.new_os
                    .as_deref()
                    .is_none_or(|os| OsVersion::parse(os).is_some())
            );
            assert!(swap.new_capacity_gb.is_none_or(|gigabytes| gigabytes > 0));
        }
    });
}

/// A list of iOS releases: entries that are whole, and no more names than the file has letters for.
pub fn os_feed(bytes: &[u8]) {
    with_file(&["feed.json"], bytes, |path| {
        let (feed, problems) = feed::os_releases::read(path);
        are_readable(&problems, path);
        let Some(feed) = feed else {
            assert!(!problems.is_empty(), "refused without a word");
            return;
        };
        // `Latest` lends its models to releases of a handful of letters, and to no other.
        for release in &feed.releases {
            assert!(matches!(release.version.len(), 1..=20));
            assert!(!release.product_types.is_empty());
            assert!(release.product_types.len() <= bytes.len() / 8);
        }
        assert!(feed.releases.len() <= bytes.len() / 8);
        let knowledge = OsTables::from_feed(Some(&feed));
        for name in ["iPhone12,1", "iPad7,11", "iPhone5,1"] {
            let newest = knowledge.newest(name, feed.date);
            assert!(newest.is_none_or(|newest| !newest.source.is_empty()));
        }
    });
}

/// Apple's status page: events that begin before they end, and a file no younger than the scan.
pub fn system_status(bytes: &[u8]) {
    with_file(&["status.js"], bytes, |path| {
        let (status, problems) = feed::system_status::read(path, at(NOW));
        are_readable(&problems, path);
        let Some(status) = status else {
            assert!(!problems.is_empty(), "refused without a word");
            return;
        };
        assert!(status.observed_at <= at(NOW));
        assert!(status.events.len() <= bytes.len() / 8);
        for event in &status.events {
            assert!(event.end.is_none_or(|end| end >= event.start));
            assert!(event.service.chars().count() <= 80);
        }
    });
}
