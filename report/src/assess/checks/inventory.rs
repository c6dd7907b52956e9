//! Devices that only one side knows: backups without an inventory, an inventory without backups;
//! and devices to which every way of backing up is closed.

use fleetback_scanner::model::management::MdmState;

use super::icloud::{is_blocked, restriction_evidence};
use crate::assess::context::DeviceContext;
use crate::assess::draft_finding::{DraftEvidence, DraftFinding, from_backup};
use crate::assess::origin::Origin;
use crate::assess::status::status;
use crate::format::instant;
use crate::policy::Requirement;
use crate::results::{Code, Severity, Status};

pub(crate) fn find(ctx: &DeviceContext<'_>) -> Vec<DraftFinding> {
    let all = [not_in_inventory(ctx), left(ctx), no_path(ctx)];
    all.into_iter().flatten().collect()
}

fn not_in_inventory(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let backup = ctx.only_in_backups().then(|| ctx.locals.first())??.backup;
    let text = "only local backups know this device";
    let evidence = from_backup(text, backup, "its identity", backup.completed_at);
    Some(DraftFinding::new(Code::NotInInventory, vec![evidence]))
}

fn left(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let state = ctx.left_mdm()?;
    let how = match state.value {
        MdmState::Off => "its management is off",
        MdmState::Retired => "it was retired",
        MdmState::Removed => "it was removed",
        MdmState::Wiped => "it was wiped",
        MdmState::InBin => "its record lies in the bin",
        _ => "it is no longer managed",
    };
    let evidence = DraftEvidence {
        text: format!("the device has left the MDM: {how}"),
        origin: Origin::document(&state.source),
        observed_at: Some(state.observed_at()),
    };
    Some(DraftFinding::new(Code::MdmLeft, vec![evidence]))
}

/// Is the device kept from pairing with a computer?
pub(crate) fn pairing_is_blocked(ctx: &DeviceContext<'_>) -> bool {
    ctx.restriction("allowHostPairing") == Some(false)
}

fn no_path(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let required = ctx.policy.backups;
    let icloud = way_closed(
        ctx,
        required.icloud,
        is_blocked(ctx),
        "allowCloudBackup",
        "iCloud",
    )?;
    let local = way_closed(
        ctx,
        required.local,
        pairing_is_blocked(ctx),
        "allowHostPairing",
        "backups to a computer",
    )?;
    // A supervision identity may pair all the same: a good backup in date proves a way.
    (!ctx.local_in_date()).then(|| DraftFinding::new(Code::NoBackupPath, vec![icloud, local]))
}

/// Reason a way is closed; `None` when it is open.
fn way_closed(
    ctx: &DeviceContext<'_>,
    requirement: Requirement,
    restricted: bool,
    key: &str,
    what: &str,
) -> Option<DraftEvidence> {
    if restricted {
        return restriction_evidence(ctx, key);
    }
    (requirement == Requirement::Forbidden).then(|| DraftEvidence {
        text: format!("the policy forbids {what}"),
        origin: Origin::named(format!("the policy {}", ctx.policy.name)),
        observed_at: Some(ctx.now),
    })
}

/// Errors that say nothing about whether there is a backup.
const ASIDE: [Code; 3] = [
    Code::LocalNotEncrypted,
    Code::IcloudForbidden,
    Code::IdentityConflict,
];

/// A device that could be lost always has an error that says why: one of which it is unknown whether
/// it has a backup, and one whose attempts failed without a trace, get this.
pub(crate) fn status_unknown(
    ctx: &DeviceContext<'_>,
    drafts: &[DraftFinding],
) -> Option<DraftFinding> {
    let says_why =
        |draft: &DraftFinding| draft.severity >= Severity::Error && !ASIDE.contains(&draft.code);
    let status = status(ctx);
    if !status.is_at_risk() || drafts.iter().any(says_why) {
        return None;
    }
    let text = match status {
        Status::Unknown => open_questions(ctx),
        _ => "no good backup in date is known, and the evidence does not say what became of the attempts".to_owned(),
    };
    let evidence = DraftEvidence {
        text,
        origin: Origin::named("all evidence of this scan"),
        observed_at: Some(ctx.now),
    };
    Some(DraftFinding::new(Code::BackupUnknown, vec![evidence]))
}

/// What the MDM and the folders leave open.
fn open_questions(ctx: &DeviceContext<'_>) -> String {
    let mdm = match ctx.mdm() {
        Some(_) if ctx.policy.backups.icloud == Requirement::Forbidden => {
            "the policy forbids iCloud Backup, so what the MDM says of it counts for nothing"
        }
        Some(_) if ctx.is_shared_ipad() => {
            "it is a Shared iPad, whose users keep their data in iCloud each by themselves"
        }
        Some(mdm) if mdm.not_now => {
            "the device answered NotNow (it was locked or busy); ask it again"
        }
        Some(_) => "the MDM did not say whether there is an iCloud backup that counts",
        None => "no MDM answer mentions this device",
    };
    let local = match (ctx.locals.first(), ctx.reported_computer_backup()) {
        (Some(_), _) => "no local backup of it could be judged".to_owned(),
        (None, Some(contact)) => format!(
            "it was backed up to a computer on {}, and that backup was not among what was scanned",
            instant(contact.value)
        ),
        (None, None) => "no local backup of it was found".to_owned(),
    };
    let unread = ctx.cloud.unread.as_ref();
    let mdm = unread.map_or(mdm, |unread| unread.value.as_str());
    format!("{mdm}, and {local}")
}

pub(crate) fn not_seen(ctx: &DeviceContext<'_>) -> Vec<DraftFinding> {
    let Some(contact) = ctx.contact().filter(|contact| !ctx.trusted(contact.value)) else {
        return Vec::new();
    };
    let evidence = DraftEvidence {
        text: format!(
            "the MDM last heard of the device on {}, {} ago",
            instant(contact.value),
            ctx.age(contact.value).words()
        ),
        origin: Origin::document(&contact.source),
        observed_at: Some(contact.value),
    };
    vec![DraftFinding::new(Code::DeviceNotSeen, vec![evidence])]
}
