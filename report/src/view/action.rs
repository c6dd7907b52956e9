//! What to do about a finding: the fix, who acts, the steps for the device.

use super::advice;
use super::groups::may_destroy;
use crate::format;
use crate::results::{Device, Finding};

/// What to do about a finding.
pub(crate) struct Action {
    pub(crate) title: String,
    /// "User acts; confidence high: direct evidence".
    pub(crate) who_and_how_sure: String,
    pub(crate) steps: Vec<String>,
    pub(crate) may_destroy: Option<String>,
    /// "If it persists: Restart the device".
    pub(crate) next: Option<String>,
}

/// What to do about a finding of a device; `None` for a remark that asks for nothing.
pub(super) fn action(device: &Device, finding: &Finding) -> Option<Action> {
    let about = finding.fix()?;
    let who = format::capital(about.who);
    let sure = finding.confidence.label();
    Some(Action {
        title: about.title.to_owned(),
        who_and_how_sure: format!("{who} acts; confidence {sure}"),
        steps: advice::steps(device, finding),
        may_destroy: about.may_destroy.map(may_destroy),
        next: (finding.next_fix).map(|next| format!("If it persists: {}", next.about().title)),
    })
}
