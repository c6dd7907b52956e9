//! Too little free storage: on the device, or on the computer that takes its backups.

use fleetback_scanner::model::backup::LocalBackup;

use crate::assess::context::DeviceContext;
use crate::assess::draft_finding::{DraftEvidence, DraftFinding, from_backup};
use crate::assess::origin::Origin;
use crate::format::{instant, size};
use crate::results::{Code, Severity};
use crate::tables::error_codes::Class;

pub(crate) fn find(ctx: &DeviceContext<'_>) -> Vec<DraftFinding> {
    let device = [device_by_ratio(ctx), device_by_code(ctx)];
    device.into_iter().flatten().chain(host_disk(ctx)).collect()
}

fn device_by_ratio(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let limits = &ctx.policy.thresholds;
    let storage = ctx.mdm()?.storage.as_ref()?;
    let percent = storage.value.free_ratio()? * 100.0;
    let severity = if percent < limits.storage_critical_percent {
        Severity::Error
    } else if percent < limits.storage_low_percent {
        Severity::Warning
    } else {
        return None;
    };
    let evidence = DraftEvidence {
        text: format!("{percent:.1} % of the device's storage is free"),
        origin: Origin::document(&storage.source).key("AvailableDeviceCapacity"),
        observed_at: Some(storage.observed_at()),
    };
    Some(DraftFinding::new(Code::DeviceStorageLow, vec![evidence]).severity(severity))
}

fn device_by_code(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let newest = ctx.cloud.lasting_failure()?;
    (newest.class() == Some(Class::DeviceStorage)).then(|| {
        let evidence = DraftEvidence {
            text: format!(
                "the device reported {} on {}",
                newest.describe(),
                instant(newest.entry.at)
            ),
            origin: Origin::log(newest.backup, "com.apple.MobileBackup.plist"),
            observed_at: Some(newest.entry.at),
        };
        DraftFinding::new(Code::DeviceStorageLow, vec![evidence])
    })
}

/// What the next backup may need: a tenth more than the last, and space to work, in bytes.
pub(crate) fn need(backup: &LocalBackup) -> u64 {
    let bytes = backup
        .file_check
        .files
        .and_then(|files| files.bytes)
        .unwrap_or(0);
    let room = bytes.saturating_add(bytes / 10);
    room.saturating_add(1 << 30)
}

/// The backup whose disk is too full for the next one, and the free bytes there.
pub(crate) fn full_disk<'a>(ctx: &DeviceContext<'a>) -> Option<(&'a LocalBackup, u64)> {
    let backup = ctx.newest_local()?;
    let free = ctx.fleet.host(&backup.host)?.disk?.free;
    (free < need(backup)).then_some((backup, free))
}

fn host_disk(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let (backup, free) = full_disk(ctx)?;
    let text = format!(
        "the disk of {} has {} free, and the next backup may need {}",
        backup.host,
        size(free),
        size(need(backup))
    );
    let evidence = from_backup(text, backup, "the volume it lies on", Some(ctx.now));
    Some(DraftFinding::new(Code::HostDiskLow, vec![evidence]))
}
