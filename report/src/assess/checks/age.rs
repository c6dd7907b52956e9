//! Too old, or never.
//!
//! Age depends on the newest good backup alone, not on the status word. Where the policy requires a
//! kind of backup, that kind is held to the same limits by itself.

use fleetback_scanner::model::backup::{LocalBackup, State};

use crate::assess::context::{DeviceContext, Good};
use crate::assess::draft_finding::{DraftEvidence, DraftFinding, from_backup, from_fact};
use crate::assess::good_backup::within;
use crate::assess::origin::Origin;
use crate::assess::status::status;
use crate::format::instant;
use crate::policy::Requirement;
use crate::results::{BackupKind, Code, Severity, Status};

pub(crate) fn find(ctx: &DeviceContext<'_>) -> Vec<DraftFinding> {
    let newest = ctx.last_good().and_then(|good| too_old(ctx, &good));
    let required = required_kinds(ctx).flat_map(|kind| match ctx.good_of(kind) {
        Some(good) => too_old(ctx, &good),
        None => required_never(ctx, kind),
    });
    newest
        .into_iter()
        .chain(never(ctx))
        .chain(required)
        .collect()
}

fn required_kinds(ctx: &DeviceContext<'_>) -> impl Iterator<Item = BackupKind> + use<> {
    let icloud = ctx.policy.backups.icloud == Requirement::Required;
    let kinds = [
        (BackupKind::Local, ctx.local_is_asked_for()),
        (BackupKind::Icloud, icloud),
    ];
    let required = kinds.into_iter().filter(|(_, asked_for)| *asked_for);
    required.map(|(kind, _)| kind)
}

fn too_old(ctx: &DeviceContext<'_>, good: &Good<'_>) -> Option<DraftFinding> {
    let limits = &ctx.policy.thresholds;
    let within = |days| within(good.date, ctx.now, days);
    let (code, severity) = if within(limits.aging_days) {
        return None;
    } else if within(limits.stale_days) {
        (Code::BackupAging, Severity::Warning)
    } else if within(limits.critical_days) {
        (Code::BackupStale, Severity::Error)
    } else {
        (Code::BackupStale, Severity::Critical)
    };
    Some(DraftFinding::new(code, vec![date_in_words(ctx, good)]).severity(severity))
}

/// Where the date of a good backup stands. Over an older copy that still stands, Status.plist is that
/// of the failed attempt; the copy's own date is the manifest's.
fn date_key(backup: &LocalBackup) -> &'static str {
    if backup.completed_at == backup.status_date {
        "Status.plist Date"
    } else {
        "Manifest.plist Date"
    }
}

fn date_in_words(ctx: &DeviceContext<'_>, good: &Good<'_>) -> DraftEvidence {
    let age = ctx.age(good.date).words();
    let when = instant(good.date);
    match (good.backup, &ctx.cloud.last) {
        (Some(backup), _) => from_backup(
            format!("the newest good local backup was completed on {when}, {age} ago"),
            backup,
            date_key(backup),
            Some(good.date),
        ),
        (None, Some(fact)) => from_fact(
            format!("the newest iCloud backup is of {when}, {age} ago"),
            fact,
        ),
        (None, None) => DraftEvidence {
            text: format!("the newest good backup is of {when}, {age} ago"),
            origin: Origin::named("the evidence of this device"),
            observed_at: Some(good.date),
        },
    }
}

/// Never a backup of any kind, and no folder that might once have held one.
fn never(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let nothing_local = ctx
        .real_locals()
        .all(|local| local.backup.state == State::InProgress);
    let never = match status(ctx) {
        Status::Never => true,
        Status::Failed => {
            ctx.cloud_never() && nothing_local && ctx.reported_computer_backup().is_none()
        }
        _ => false,
    };
    never.then(|| DraftFinding::new(Code::BackupNever, vec![cloud_never(ctx)]))
}

fn required_never(ctx: &DeviceContext<'_>, kind: BackupKind) -> Option<DraftFinding> {
    let evidence = match kind {
        BackupKind::Icloud => ctx.cloud_never().then(|| cloud_never(ctx)),
        BackupKind::Local => {
            // Where local backups are only what is left, a console's word of one rules never out.
            let required = ctx.policy.backups.local == Requirement::Required;
            let possible = required || ctx.reported_computer_backup().is_none();
            let none = ctx.fleet.has_roots && ctx.real_locals().next().is_none();
            if possible && none && ctx.fleet.left_out {
                return Some(not_found(ctx));
            }
            (possible && none).then(|| DraftEvidence {
                text: format!(
                    "{}, and none was found below the roots that were scanned",
                    why_local(ctx)
                ),
                origin: Origin::named("the roots of this scan"),
                observed_at: Some(ctx.now),
            })
        }
    };
    evidence.map(|evidence| DraftFinding::new(Code::BackupNever, vec![evidence]))
}

/// A backup that was not found, where it may lie in a place that was not searched.
fn not_found(ctx: &DeviceContext<'_>) -> DraftFinding {
    let evidence = DraftEvidence {
        text: format!(
            "{}, and none was found; but places below the roots were not searched",
            why_local(ctx)
        ),
        origin: Origin::named("the roots of this scan"),
        observed_at: Some(ctx.now),
    };
    DraftFinding::new(Code::BackupUnknown, vec![evidence])
}

fn why_local(ctx: &DeviceContext<'_>) -> &'static str {
    match ctx.policy.backups.local {
        Requirement::Required => "the policy requires a local backup",
        _ => "the policy forbids iCloud Backup, which leaves local backups",
    }
}

fn cloud_never(ctx: &DeviceContext<'_>) -> DraftEvidence {
    let inventory_date = ctx.mdm().and_then(|mdm| mdm.last_inventory.as_ref());
    DraftEvidence {
        text: "the MDM's answer tells of iCloud Backup and carries no date of a last backup"
            .to_owned(),
        origin: inventory_date.map_or_else(
            || Origin::named("the MDM's answer"),
            |inventory_date| {
                Origin::document(&inventory_date.source).key("LastCloudBackupDate (absent)")
            },
        ),
        observed_at: inventory_date.map(|inventory_date| inventory_date.value),
    }
}
