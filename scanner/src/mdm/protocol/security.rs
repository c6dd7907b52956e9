//! The `SecurityInfo` answer: the passcode, and of what kind the enrolment is.

use plist::Dictionary;

use super::answer::Draft;

/// Reads `SecurityInfo`.
pub(crate) fn read(draft: &mut Draft, root: &Dictionary) {
    let Some(info) = draft.dict(root, "SecurityInfo") else {
        return;
    };
    let passcode = draft.bool(info, "PasscodePresent");
    draft.management.passcode_present = passcode.map(|value| draft.told(value));
    let Some(status) = draft.dict(info, "ManagementStatus") else {
        return;
    };
    if let Some(value) = draft.bool(status, "IsUserEnrollment") {
        draft.management.user_enrollment = Some(draft.told(value));
    }
    let manageable = draft.bool(status, "IsActivationLockManageable");
    draft.management.activation_lock_manageable = manageable.map(|value| draft.told(value));
}
