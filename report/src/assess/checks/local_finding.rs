//! What the findings of local backups share: how bad a failure is, and the evidence of a state.

use fleetback_scanner::model::backup::LocalBackup;

use crate::assess::context::DeviceContext;
use crate::assess::draft_finding::{DraftEvidence, DraftFinding, from_backup};
use crate::results::{Code, Severity};

/// A reason is never empty: evidence without words is none.
pub(crate) fn or_reason(text: String) -> String {
    if text.is_empty() {
        return "the folder fails its check".to_owned();
    }
    text
}

/// A failure of this folder: a warning while another good backup is in date, and for an archived
/// copy then only worth knowing.
pub(crate) fn failure(
    ctx: &DeviceContext<'_>,
    backup: &LocalBackup,
    code: Code,
    evidence: Vec<DraftEvidence>,
) -> DraftFinding {
    let draft = DraftFinding::new(code, evidence);
    match (ctx.in_date_beside(backup), backup.archived) {
        (true, true) => draft.severity(Severity::Info),
        (true, false) => draft.severity(Severity::Warning),
        (false, _) => draft,
    }
}

pub(crate) fn state_evidence(backup: &LocalBackup) -> DraftEvidence {
    let text = or_reason(backup.state_reason.clone());
    from_backup(text, backup, "Status.plist", backup.status_date)
}
