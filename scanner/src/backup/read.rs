//! Reads one backup folder: every fact that its files tell, what they claim, and what is on disk.
//!
//! Never fails. A file that cannot be used is a problem of this backup and hides nothing else; a
//! file that is absent is a fact, which the state tells.

use std::path::Path;

use jiff::Timestamp;

use super::catalog::{self, Catalog, Glance, Layout};
use super::compare::Depth;
use super::found::FoundBackup;
use super::info::{self, Info};
use super::manifest::{self, Manifest};
use super::restorable::{self, Cipher, Payload};
use super::state::{self, Readings};
use super::status::{self, BackupState, SnapshotState, Status};
use super::verify::{self, Check};
use super::{activity, cloud_log, identity, problems};
use crate::model::backup::{HostTool, LocalBackup, Password, State, Verified, VerifyLevel};
use crate::model::cloud::CloudLog;
use crate::source::database::Look;
use crate::source::file::Fault;

/// How to read.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// The run's clock.
    pub now: Timestamp,
    /// How deep to check.
    pub verify: VerifyLevel,
}

/// Everything that the files of a folder gave.
#[derive(Debug)]
pub(super) struct Evidence {
    pub(super) info: Result<Info, Fault>,
    pub(super) status: Result<Status, Fault>,
    pub(super) manifest: Result<Manifest, Fault>,
    pub(super) glance: Glance,
    pub(super) cipher: Cipher,
    /// The manifest's file list, as deep as it was read.
    pub(super) catalog: Result<(), Fault>,
    pub(super) check: Option<Check>,
    /// Of an encrypted backup whose rows cannot be read.
    pub(super) payload: Payload,
}

/// Reads a backup. `files_checked` hears how many files were compared, folder by folder.
pub fn read(
    found: &FoundBackup,
    options: &ReadOptions,
    files_checked: &(dyn Fn(u64) + Sync),
) -> LocalBackup {
    let first_look = activity::look(&found.path);
    let evidence = gather(&found.path, options.verify, files_checked);
    let mut backup = put_together(found, options, &evidence);
    let changed = activity::look(&found.path) != first_look;
    activity::judge(&mut backup, &evidence.status, changed, options.now);
    backup
}

fn gather(folder: &Path, level: VerifyLevel, files_checked: &(dyn Fn(u64) + Sync)) -> Evidence {
    let status = status::read(folder);
    let manifest = manifest::read(folder);
    let glance = catalog::glance(folder);
    let cipher = restorable::cipher(manifest.as_ref().ok(), &glance);
    let mut evidence = Evidence {
        info: info::read(folder),
        catalog: first_sight(&glance, cipher),
        check: None,
        payload: Payload::NotLooked,
        status,
        manifest,
        glance,
        cipher,
    };
    if level >= VerifyLevel::Names && evidence.is_worth_checking() {
        evidence.look_deeper(folder, level, files_checked);
    }
    evidence
}

impl Evidence {
    /// In a first backup that never ended and among files half moved, every difference is expected.
    fn is_worth_checking(&self) -> bool {
        let in_between = self.status.as_ref().is_ok_and(|status| {
            status.backup == BackupState::Empty || status.snapshot == SnapshotState::Moving
        });
        self.catalog.is_ok() && !in_between
    }

    fn look_deeper(
        &mut self,
        folder: &Path,
        level: VerifyLevel,
        files_checked: &(dyn Fn(u64) + Sync),
    ) {
        if self.cipher == Cipher::Everything {
            self.payload = restorable::look_at_payload(folder);
            return;
        }
        let depth = Depth {
            level,
            encrypted: self.cipher.is_encrypted() == Some(true),
            keys: None,
            files_checked,
        };
        let check = Catalog::open(folder, &self.glance)
            .and_then(|catalog| verify::check(folder, &catalog, &depth));
        match check {
            Ok(check) => self.check = Some(check),
            Err(fault) => self.catalog = Err(fault),
        }
    }

    fn readings(&self) -> Readings<'_> {
        Readings {
            status: self.status.as_ref(),
            manifest: self.manifest.as_ref(),
            catalog: self.catalog.as_ref().copied(),
        }
    }
}

/// What the first bytes of the manifest's file list say.
fn first_sight(glance: &Glance, cipher: Cipher) -> Result<(), Fault> {
    let look = match glance {
        Glance::None => return Err(Fault::Absent),
        Glance::Mbdb(found) => return found.clone(),
        Glance::Database(look) => look.clone()?,
    };
    match look {
        Look::Sqlite { .. } => Ok(()),
        Look::Empty => Err(Fault::Wrong(Fault::ZERO_BYTES.to_owned())),
        Look::Other { bytes } if cipher == Cipher::Everything => restorable::whole_blocks(bytes),
        Look::Other { .. } => Err(Fault::Wrong("not an SQLite database".to_owned())),
    }
}

fn put_together(found: &FoundBackup, options: &ReadOptions, evidence: &Evidence) -> LocalBackup {
    let (state, state_reason) = state::state(&evidence.readings());
    let (restorable, restorable_reason) = restorable::judge(state, options.verify, evidence);
    let (info, manifest) = (evidence.info.as_ref().ok(), evidence.manifest.as_ref().ok());
    let completed_at = completed_at(state, evidence);
    let text = |from_manifest: fn(&Manifest) -> &Option<String>,
                from_info: fn(&Info) -> &Option<String>| {
        let of_manifest = manifest.and_then(|m| from_manifest(m).clone());
        of_manifest.or_else(|| info.and_then(|i| from_info(i).clone()))
    };
    let mut backup = LocalBackup {
        path: found.path.clone(),
        host: found.host.clone(),
        folder_name: found.folder_name.clone(),
        archived: found
            .name
            .as_ref()
            .is_some_and(|name| name.archive_stamp.is_some()),
        host_tool: host_tool(state, evidence),
        identity: identity::of(found, info, manifest),
        identity_disagrees: identity::disagreement(found, info, manifest),
        device_name: text(|m| &m.device_name, |i| &i.device_name),
        product_type: text(|m| &m.product_type, |i| &i.product_type),
        os_version: text(|m| &m.os_version, |i| &i.os_version),
        build_version: text(|m| &m.build_version, |i| &i.build_version),
        iccid: info.and_then(|i| i.iccid.clone()),
        state,
        state_reason,
        restorable,
        restorable_reason,
        encrypted: evidence.cipher.is_encrypted(),
        password: password(evidence.cipher),
        passcode_was_set: manifest.and_then(|m| m.passcode_was_set),
        completed_at,
        status_date: evidence.status.as_ref().ok().map(|status| status.date),
        info_date: info.and_then(|i| i.date),
        manifest_date: manifest.and_then(|m| m.date),
        newest_mtime: None,
        verified: Verified {
            level: level_reached(evidence),
            at: options.now,
        },
        files: evidence.check.as_ref().map(|check| check.files),
        missing_sample: sample(evidence, |check| &check.missing_sample),
        extra_sample: sample(evidence, |check| &check.extra_sample),
        different_sample: sample(evidence, |check| &check.different_sample),
        check: None,
        recalled: false,
        password_proof: None,
        cloud_log: None,
        problems: problems::of(&found.path, evidence),
    };
    add_cloud_log(&mut backup, evidence, options.now);
    backup
}

/// Freshness comes from the device's own clock in Status.plist, or from Manifest.plist where an older
/// copy stands; never from the computer's Info.plist, never from an mtime.
fn completed_at(state: State, evidence: &Evidence) -> Option<Timestamp> {
    match state {
        State::Complete | State::CleanupUnfinished => {
            evidence.status.as_ref().ok().map(|status| status.date)
        }
        State::AttemptFailed => evidence.manifest.as_ref().ok()?.date,
        _ => None,
    }
}

fn sample<T: Clone>(evidence: &Evidence, of: impl Fn(&Check) -> &Vec<T>) -> Vec<T> {
    evidence.check.as_ref().map(of).cloned().unwrap_or_default()
}

fn level_reached(evidence: &Evidence) -> VerifyLevel {
    let check = evidence.check.as_ref();
    check.map_or(VerifyLevel::State, |check| check.level)
}

fn password(cipher: Cipher) -> Password {
    match cipher.is_encrypted() {
        Some(true) => Password::Missing,
        _ => Password::NotNeeded,
    }
}

fn host_tool(state: State, evidence: &Evidence) -> HostTool {
    match (&evidence.info, state, evidence.cipher) {
        (_, State::Fake, _) => HostTool::Fake,
        (_, _, Cipher::DecryptedCopy) => HostTool::Decryptor,
        (Ok(info), ..) => info.host_tool,
        (Err(Fault::Absent), ..) => HostTool::NoInfo,
        (Err(_), ..) => HostTool::Unknown,
    }
}

/// The log is dated by the backup that holds it, else by the newest date that its plists tell.
fn add_cloud_log(backup: &mut LocalBackup, evidence: &Evidence, now: Timestamp) {
    if backup.encrypted == Some(true) || matches!(evidence.catalog, Err(Fault::Denied(_))) {
        return;
    }
    let layout = match evidence.glance {
        Glance::Mbdb(_) => Layout::Flat,
        _ => Layout::Buckets,
    };
    let date = backup
        .completed_at
        .or(backup.manifest_date)
        .or(backup.status_date)
        .or(backup.info_date)
        .unwrap_or(now);
    let reading = cloud_log::read(&backup.path, layout, date);
    backup
        .problems
        .extend(problems::of_cloud_log(&backup.path, &reading));
    backup.cloud_log = reading.log.filter(|log| *log != CloudLog::default());
}
