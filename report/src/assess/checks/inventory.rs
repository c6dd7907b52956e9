//! Devices that only one side knows: backups without an inventory, an inventory without backups;
//! and devices to which every way of backing up is closed.

use super::icloud::{is_blocked, restriction_evidence};
use crate::assess::context::Case;
use crate::assess::draft_finding::{Draft, days_between, from_backup};
use crate::assess::icloud_evidence::source_words;
use crate::assess::status::status;
use crate::format::day;
use crate::policy::Requirement;
use crate::results::{Code, Evidence, Severity, Status};

pub(crate) fn find(case: &Case<'_>) -> Vec<Draft> {
    let all = [not_in_inventory(case), no_path(case)];
    all.into_iter().flatten().collect()
}

fn not_in_inventory(case: &Case<'_>) -> Option<Draft> {
    let backup = case.listed_apart().then(|| case.locals.first())??.backup;
    let text = "only local backups know this device";
    let evidence = from_backup(text, backup, "its identity", backup.completed_at);
    Some(Draft::new(Code::NotInInventory, vec![evidence]))
}

/// Is the device kept from pairing with a computer?
pub(crate) fn pairing_is_blocked(case: &Case<'_>) -> bool {
    case.restriction("allowHostPairing") == Some(false)
}

fn no_path(case: &Case<'_>) -> Option<Draft> {
    let wanted = case.policy.backups;
    let icloud = way_closed(
        case,
        wanted.icloud,
        is_blocked(case),
        "allowCloudBackup",
        "iCloud",
    )?;
    let local = way_closed(
        case,
        wanted.local,
        pairing_is_blocked(case),
        "allowHostPairing",
        "backups to a computer",
    )?;
    // A supervision identity may pair all the same: a good backup in date proves a way.
    (!case.local_in_date()).then(|| Draft::new(Code::NoBackupPath, vec![icloud, local]))
}

/// Why a way is closed; `None` when it is open.
fn way_closed(
    case: &Case<'_>,
    requirement: Requirement,
    restricted: bool,
    key: &str,
    what: &str,
) -> Option<Evidence> {
    if restricted {
        return restriction_evidence(case, key);
    }
    (requirement == Requirement::Forbidden).then(|| Evidence {
        text: format!("the policy forbids {what}"),
        source: format!("the policy {}", case.policy.name),
        observed_at: Some(case.now),
    })
}

/// Errors that say nothing about whether there is a backup.
const ASIDE: [Code; 3] = [
    Code::LocalNotEncrypted,
    Code::IcloudForbidden,
    Code::IdentityConflict,
];

/// A device of which nobody can tell whether it has a backup, and no other finding says why.
pub(crate) fn nobody_can_tell(case: &Case<'_>, drafts: &[Draft]) -> Option<Draft> {
    let explained = drafts.iter().any(|draft| {
        let says_why = matches!(
            draft.code,
            Code::DeviceNotSeen | Code::EvidenceUnreadable | Code::BackupInProgress
        );
        says_why || draft.severity >= Severity::Error && !ASIDE.contains(&draft.code)
    });
    (status(case) == Status::Unknown && !explained).then(|| {
        let mdm = match case.mdm() {
            Some(_) if case.policy.backups.icloud == Requirement::Forbidden => {
                "the policy forbids iCloud Backup, so what the MDM says of it counts for nothing"
            }
            Some(_) => "the MDM did not say whether there is an iCloud backup that counts",
            None => "no MDM answer speaks of this device",
        };
        let local = match (case.locals.first(), case.told_of_computer_backup()) {
            (Some(_), _) => "no local backup of it could be judged".to_owned(),
            (None, Some(told)) => format!(
                "it was backed up to a computer on {}, and that backup was not among what was scanned",
                day(told.value)
            ),
            (None, None) => "no local backup of it was found".to_owned(),
        };
        let evidence = Evidence {
            text: format!("{mdm}, and {local}"),
            source: "all evidence of this scan".to_owned(),
            observed_at: Some(case.now),
        };
        Draft::new(Code::BackupUnknown, vec![evidence])
    })
}

pub(crate) fn not_seen(case: &Case<'_>) -> Vec<Draft> {
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
