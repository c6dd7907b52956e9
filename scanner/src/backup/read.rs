//! Stands in for the backup room's reader until that branch is merged.

use crate::backup::found::FoundBackup;
use crate::model::backup::*;
use crate::model::identity::Identity;
use jiff::Timestamp;

/// How to read.
pub struct ReadOptions {
    /// The run's clock.
    pub now: Timestamp,
    /// How deep.
    pub verify: VerifyLevel,
}

/// Reads one folder.
pub fn read(found: &FoundBackup, options: &ReadOptions, _on: &(dyn Fn(u64) + Sync)) -> LocalBackup {
    let udid = found.name.as_ref().map(|n| n.udid.clone());
    LocalBackup {
        path: found.path.clone(),
        host: found.host.clone(),
        folder_name: found.folder_name.clone(),
        archived: false,
        host_tool: HostTool::Unknown,
        identity: Identity {
            udid,
            ..Identity::default()
        },
        identity_disagrees: None,
        device_name: None,
        product_type: None,
        os_version: None,
        build_version: None,
        iccid: None,
        state: State::Unknown,
        state_reason: String::new(),
        restorable: Restorable::Unknown,
        restorable_reason: String::new(),
        encrypted: None,
        password: Password::NotNeeded,
        passcode_was_set: None,
        completed_at: None,
        status_date: None,
        info_date: None,
        manifest_date: None,
        newest_mtime: None,
        verified: Verified {
            level: VerifyLevel::State,
            at: options.now,
        },
        files: None,
        missing_sample: vec![],
        cloud_log: None,
        problems: vec![],
    }
}
