//! Evidence that contradicts itself about the device, and dates that cannot be true.

use fleetback_scanner::model::backup::{LocalBackup, State};
use jiff::Timestamp;

use crate::assess::context::DeviceContext;
use crate::assess::draft_finding::{DraftEvidence, DraftFinding, from_backup};
use crate::assess::good_backup::is_plausible;
use crate::assess::origin::Origin;
use crate::format::instant;
use crate::results::Code;

pub(crate) fn find(ctx: &DeviceContext<'_>) -> Vec<DraftFinding> {
    let drafts = [
        (Code::IdentityConflict, conflicts(ctx)),
        (Code::ClockWrong, impossible_dates(ctx)),
    ];
    let drafts = drafts
        .into_iter()
        .filter(|(_, evidence)| !evidence.is_empty());
    drafts
        .map(|(code, evidence)| DraftFinding::new(code, evidence))
        .collect()
}

fn conflicts(ctx: &DeviceContext<'_>) -> Vec<DraftEvidence> {
    let between = ctx.device.conflicts.iter().map(|conflict| {
        let paths: Vec<String> = conflict
            .paths
            .iter()
            .map(|p| p.display().to_string())
            .collect();
        DraftEvidence {
            text: in_words_of(&conflict.text),
            origin: Origin::named(paths.join(", ")),
            observed_at: None,
        }
    });
    let within = ctx.locals.iter().filter_map(|local| {
        let text = in_words_of(local.backup.identity_disagrees.as_deref()?);
        Some(from_backup(
            text,
            local.backup,
            "its plists and its name",
            None,
        ))
    });
    between.chain(within).collect()
}

/// What disagrees; evidence without words is none.
fn in_words_of(text: &str) -> String {
    match text {
        "" => "its numbers disagree".to_owned(),
        text => text.to_owned(),
    }
}

fn impossible_dates(ctx: &DeviceContext<'_>) -> Vec<DraftEvidence> {
    // A make-believe backup bears 1970 on purpose; that is no clock.
    let backups = ctx.locals.iter().map(|local| local.backup);
    let backups = backups.filter(|backup| backup.state != State::Fake);
    let mut evidence: Vec<DraftEvidence> = backups
        .flat_map(|backup| impossible_dates_of(ctx, backup))
        .collect();
    let cloud_date = ctx.mdm().and_then(|mdm| mdm.last_cloud_backup.as_ref());
    if let Some(cloud_date) =
        cloud_date.filter(|cloud_date| !is_plausible(cloud_date.value, ctx.now))
    {
        evidence.push(DraftEvidence {
            text: describe("the iCloud backup", cloud_date.value, ctx.now),
            origin: Origin::document(&cloud_date.source).key("LastCloudBackupDate"),
            observed_at: Some(cloud_date.observed_at()),
        });
    }
    evidence
}

fn impossible_dates_of(ctx: &DeviceContext<'_>, backup: &LocalBackup) -> Vec<DraftEvidence> {
    let dates = [
        (backup.status_date, "Status.plist Date"),
        (backup.manifest_date, "Manifest.plist Date"),
        (backup.info_date, "Info.plist Last Backup Date"),
        (backup.completed_at, "the date of completion"),
    ];
    let mut seen: Vec<Timestamp> = Vec::new();
    let mut evidence = Vec::new();
    for (date, key) in dates {
        let Some(date) = date.filter(|date| !is_plausible(*date, ctx.now)) else {
            continue;
        };
        if !seen.contains(&date) {
            seen.push(date);
            let text = describe("the local backup", date, ctx.now);
            evidence.push(from_backup(text, backup, key, None));
        }
    }
    evidence
}

fn describe(what: &str, date: Timestamp, now: Timestamp) -> String {
    let why = if date > now {
        "which is still to come"
    } else {
        "when there was no iPhone"
    };
    format!("{what} bears the date {}, {why}", instant(date))
}
