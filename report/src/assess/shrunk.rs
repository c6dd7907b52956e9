//! A backup that has become much smaller than the one before it: apps were offloaded, photos moved
//! to iCloud, or data is gone without anybody having noticed.

use fleetback_scanner::model::backup::LocalBackup;

use super::case::Case;
use super::draft::{Draft, from_backup, size};
use crate::format::day;
use crate::results::Code;

pub(crate) fn find(case: &Case<'_>) -> Vec<Draft> {
    shrunk(case).into_iter().collect()
}

fn shrunk(case: &Case<'_>) -> Option<Draft> {
    let (backup, bytes) = newest(case)?;
    let completed_at = backup.completed_at?;
    let sizes = case.past?.sizes.iter().rev();
    let before = sizes
        .into_iter()
        .find(|then| then.completed_at < completed_at)?;
    (bytes < before.bytes / 2).then(|| {
        let text = format!(
            "the backup of {} has {}, the one of {} had {}",
            day(completed_at),
            size(bytes),
            day(before.completed_at),
            size(before.bytes)
        );
        let evidence = from_backup(text, backup, "the sizes of its files", Some(completed_at));
        Draft::new(Code::BackupShrunk, vec![evidence])
    })
}

/// The newest good local backup that is no archived copy, and its bytes.
fn newest<'a>(case: &Case<'a>) -> Option<(&'a LocalBackup, u64)> {
    let good = case.locals.iter().filter(|local| local.good.is_some());
    let mut current = good.filter(|local| !local.backup.archived);
    let backup = current.next()?.backup;
    Some((backup, backup.files?.bytes?))
}
