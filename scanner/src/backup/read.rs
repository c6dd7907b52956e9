//! Reads one backup folder: every fact in its files, what they claim, and what is on disk.
//!
//! Never fails. A file that cannot be used is a problem of this backup and hides nothing else; a
//! file that is absent is a fact, which the state says.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::activity::FolderSnapshot;
use super::cloud_log::{PayloadReader, Reading};
use super::crypto::encrypted;
use super::crypto::keybag::{Keybag, KeybagFault};
use super::crypto::unlock::Unlock;
use super::evidence::{self, BackupFiles, Checked, Cipher};
use super::file_number;
use super::plists::info::Info;
use super::plists::manifest::Manifest;
use super::services::{CheckCache, NoCache};
use super::verify::check::Check;
use super::verify::fingerprint;
use super::{activity, cloud_log, identity, problems, restorable, state, witness};
use crate::model::backup::{
    CheckRecord, DecomposedPaths, FileCheck, FileNumber, FolderContent, HostTool, LocalBackup,
    Password, Restorable, State, Verified, VerifyLevel,
};
use crate::model::cloud::CloudLog;
use crate::model::found_backup::FoundBackup;
use crate::model::identity::Identity;
use crate::source::file::Fault;
use crate::source::plist as source;

/// How to read.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// The run's clock.
    pub now: Timestamp,
    /// How deep to check.
    pub verify: VerifyLevel,
    /// Check again whatever earlier runs found?
    pub verify_again: bool,
    /// A check of an earlier run is made again after so many days.
    pub verify_again_days: u32,
}

impl ReadOptions {
    /// Options that ignore the check cache.
    pub fn new(now: Timestamp, verify: VerifyLevel) -> Self {
        Self {
            now,
            verify,
            verify_again: true,
            verify_again_days: 0,
        }
    }

    fn is_still_valid(&self, record: &CheckRecord, fingerprint: &str) -> bool {
        let checked = record.file_check.verified;
        self.is_recalled(checked.at) && checked.level >= self.verify && record.stamp == fingerprint
    }

    /// Is what was read then still taken over, where the files are the same?
    fn is_recalled(&self, at: Timestamp) -> bool {
        let age = self.now.duration_since(at);
        let kept = SignedDuration::from_hours(24 * i64::from(self.verify_again_days));
        !self.verify_again && !age.is_negative() && age < kept
    }
}

/// A backup whose plists were read and whose files were not looked at yet.
#[derive(Debug)]
pub(super) struct OpenBackup<'a> {
    pub(super) found: &'a FoundBackup,
    first_snapshot: FolderSnapshot,
    /// Of the time before anything was read; `None` where no check is asked for.
    fingerprint: Option<String>,
    files: BackupFiles,
}

/// What has to be unlocked before a backup can be read in full.
pub(super) enum KeybagState {
    None,
    /// With what is wrong with it.
    Damaged(String),
    /// It asks for more work than is done; with what it asks for.
    TooCostly(String),
    Keybag(Keybag),
}

/// Reads one backup alone: without passwords, and without checks of earlier runs.
/// `files_checked` is called with how many files were compared, folder by folder.
pub fn read(
    found: &FoundBackup,
    options: &ReadOptions,
    files_checked: &(dyn Fn(u64) + Sync),
) -> LocalBackup {
    let opened = OpenBackup::new(found, options, &NoCache);
    let unlock = match opened.lock() {
        KeybagState::None => Unlock::only(Password::NotNeeded),
        KeybagState::Damaged(fault) => Unlock::damaged(fault),
        KeybagState::TooCostly(fault) => Unlock::not_tried(fault),
        KeybagState::Keybag(_) => Unlock::only(Password::Missing),
    };
    opened.close(options, &unlock, files_checked)
}

impl<'a> OpenBackup<'a> {
    /// Reads the plists, and asks the cache whether the rest need be looked at.
    pub(super) fn new(
        found: &'a FoundBackup,
        options: &ReadOptions,
        cache: &dyn CheckCache,
    ) -> Self {
        let first_snapshot = activity::snapshot(&found.path);
        let earlier = cache.info(&found.path);
        let earlier = earlier.filter(|record| options.is_recalled(record.read_at));
        let mut files = evidence::gather(&found.path, options.verify, options.now, earlier);
        let checks = options.verify >= VerifyLevel::Names && files.is_worth_checking();
        let fingerprint = checks.then(|| fingerprint::fingerprint(&found.path, files.layout()));
        let record = fingerprint.as_deref().and_then(|fingerprint| {
            let record = cache.check(&found.path)?;
            options
                .is_still_valid(&record, fingerprint)
                .then(|| Box::new(record))
        });
        files.check = record.map(Checked::Earlier);
        Self {
            found,
            first_snapshot,
            fingerprint,
            files,
        }
    }

    /// Which device it says it is.
    pub(super) fn identity(&self) -> Identity {
        let files = &self.files;
        identity::identity(
            self.found,
            files.info.as_ref().ok(),
            files.manifest.as_ref().ok(),
        )
    }

    /// What locks it. The keybag of an unencrypted backup is not looked at.
    pub(super) fn lock(&self) -> KeybagState {
        if self.files.cipher.is_encrypted() != Some(true) {
            return KeybagState::None;
        }
        let manifest = self.files.manifest.as_ref().ok();
        match manifest.and_then(|manifest| manifest.keybag.as_deref()) {
            None => KeybagState::Damaged("Manifest.plist has no BackupKeyBag".to_owned()),
            Some(bytes) => match Keybag::parse(bytes) {
                Ok(keybag) => KeybagState::Keybag(keybag),
                Err(fault @ KeybagFault::TooManyRounds { .. }) => {
                    KeybagState::TooCostly(fault.to_string())
                }
                Err(fault) => KeybagState::Damaged(fault.to_string()),
            },
        }
    }

    /// Must something be decrypted, so that a remembered proof is not enough?
    pub(super) fn needs_keys(&self) -> bool {
        let list = self.files.check.as_ref().map(Checked::is_of_the_list);
        self.fingerprint.is_some() && list != Some(true)
    }

    /// Looks at the files as deep as asked and puts together what is known.
    ///
    /// A folder that changed meanwhile is read once more. If it is still not quiet and whole then,
    /// it is being written, which is no damage.
    pub(super) fn close(
        &self,
        options: &ReadOptions,
        unlock: &Unlock,
        files_checked: &(dyn Fn(u64) + Sync),
    ) -> LocalBackup {
        let (mut backup, changed) = self.read_rest(options, unlock, files_checked);
        if !changed {
            return backup;
        }
        let again = OpenBackup::new(self.found, options, &NoCache);
        if again.keybag_bytes() == self.keybag_bytes() {
            let (second, changed) = again.read_rest(options, unlock, files_checked);
            if !changed && second.restorable != Restorable::No && is_root_copy(second.state) {
                return second;
            }
        }
        activity::being_written(&mut backup);
        backup
    }

    /// Bytes that every check reads of it.
    pub(super) fn bytes_read(&self) -> u64 {
        self.first_snapshot.bytes()
    }

    fn keybag_bytes(&self) -> Option<&[u8]> {
        self.files.manifest.as_ref().ok()?.keybag.as_deref()
    }

    /// The second half of the reading; and did the folder change since the first?
    fn read_rest(
        &self,
        options: &ReadOptions,
        unlock: &Unlock,
        files_checked: &(dyn Fn(u64) + Sync),
    ) -> (LocalBackup, bool) {
        let folder = &self.found.path;
        let mut files = self.files.clone();
        files.unlock = unlock.clone();
        let is_new = files.check.is_none() || unlock.keys.is_some();
        if self.needs_keys() && is_new {
            files.check = None;
            files.look_deeper(folder, options.verify, files_checked);
        }
        let mut backup = assemble(self.found, options, &files);
        let snapshot = activity::snapshot(folder);
        let changed = snapshot != self.first_snapshot;
        activity::judge(&mut backup, &files.status, &snapshot, options.now);
        backup.check = match &files.check {
            Some(checked) => self.record(&backup, &files, checked),
            None => self.record_of_unopened(&backup, &files, options),
        };
        (backup, changed)
    }

    /// What a cache should keep of the check: only what was looked at in full and is quiet.
    fn record(
        &self,
        backup: &LocalBackup,
        files: &BackupFiles,
        checked: &Checked,
    ) -> Option<CheckRecord> {
        let fingerprint = self.fingerprint.as_ref()?;
        let settled = match checked {
            Checked::Now(check) => !check.is_incomplete() && self.is_as_before(files),
            Checked::Earlier(record) if !checked.is_of_the_list() => {
                return Some((**record).clone());
            }
            Checked::Earlier(_) => true,
        };
        // Of a decrypted copy it stays unknown, however often its files are looked at.
        let judged =
            backup.restorable != Restorable::Unknown || files.cipher == Cipher::DecryptedCopy;
        (is_root_copy(backup.state) && judged && settled).then(|| CheckRecord {
            stamp: fingerprint.clone(),
            file_check: backup.file_check.clone(),
            restorable: backup.restorable,
            restorable_reason: backup.restorable_reason.clone(),
            password: backup.password,
            cloud_log: backup
                .cloud_log
                .clone()
                .filter(|_| backup.encrypted == Some(true)),
            odd_rows: checked.odd_rows(),
            no_files: checked.no_files(),
            decomposed_paths: backup.decomposed_paths.clone(),
            listed: backup.listed,
        })
    }

    /// The record of an encrypted backup whose list was not opened and which looked sound.
    fn record_of_unopened(
        &self,
        backup: &LocalBackup,
        files: &BackupFiles,
        options: &ReadOptions,
    ) -> Option<CheckRecord> {
        let stamp = self.fingerprint.clone()?;
        files.unopened.as_ref()?;
        let looked_at = options.verify.min(VerifyLevel::Sizes);
        let sound = backup.restorable == Restorable::NeedsPassword && is_root_copy(backup.state);
        (sound && self.is_as_before(files)).then(|| CheckRecord {
            stamp,
            file_check: FileCheck::new(looked_at, options.now, None),
            restorable: backup.restorable,
            restorable_reason: backup.restorable_reason.clone(),
            password: backup.password,
            cloud_log: None,
            odd_rows: None,
            no_files: 0,
            decomposed_paths: DecomposedPaths::default(),
            listed: None,
        })
    }

    fn is_as_before(&self, files: &BackupFiles) -> bool {
        let now = fingerprint::fingerprint(&self.found.path, files.layout());
        self.fingerprint == Some(now)
    }
}

/// Does the root of the folder hold a whole backup, by what it claims?
fn is_root_copy(state: State) -> bool {
    matches!(
        state,
        State::Complete | State::AttemptFailed | State::CleanupUnfinished
    )
}

fn assemble(found: &FoundBackup, options: &ReadOptions, files: &BackupFiles) -> LocalBackup {
    let mut backup = unchecked(found, files, conclude(options, files), options.now);
    backup.problems = problems::all(&found.path, files, backup.restorable, &backup.doubts);
    add_check(&mut backup, files, options.now);
    add_cloud_log(&mut backup, files, options.now);
    backup
}

/// What the files of a folder amount to.
struct Conclusion {
    state: State,
    state_reason: String,
    restorable: Restorable,
    restorable_reason: String,
    doubts: Vec<String>,
}

fn conclude(options: &ReadOptions, files: &BackupFiles) -> Conclusion {
    let (state, state_reason) = state_of(files);
    let (restorable, restorable_reason) = restorable::judge(state, options.verify, files);
    let doubts = doubts(state, restorable, options, files);
    let (restorable, restorable_reason) = match doubts.first() {
        Some(doubt) if is_positive(restorable) => (Restorable::Unknown, doubt.clone()),
        _ => (restorable, restorable_reason),
    };
    Conclusion {
        state,
        state_reason,
        restorable,
        restorable_reason,
        doubts,
    }
}

/// The backup without what the check of its files found.
fn unchecked(
    found: &FoundBackup,
    files: &BackupFiles,
    conclusion: Conclusion,
    now: Timestamp,
) -> LocalBackup {
    let (info, manifest) = (files.info.as_ref().ok(), files.manifest.as_ref().ok());
    let text = |from_manifest: fn(&Manifest) -> &Option<String>,
                from_info: fn(&Info) -> &Option<String>| {
        let of_manifest = manifest.and_then(|m| from_manifest(m).clone());
        of_manifest.or_else(|| info.and_then(|i| from_info(i).clone()))
    };
    let name = found.name.as_ref();
    LocalBackup {
        path: found.path.clone(),
        host: found.host.clone(),
        folder_name: found.folder_name.clone(),
        archived: name.is_some_and(|name| name.archive_stamp.is_some()),
        host_tool: host_tool(conclusion.state, files),
        identity: identity::identity(found, info, manifest),
        named_inside: identity::is_named_inside(info, manifest),
        identity_disagrees: identity::disagreement(found, info, manifest),
        device_name: text(|m| &m.device_name, |i| &i.device_name),
        product_type: text(|m| &m.product_type, |i| &i.product_type),
        os_version: text(|m| &m.os_version, |i| &i.os_version),
        build_version: text(|m| &m.build_version, |i| &i.build_version),
        info_os_version: info.and_then(|i| i.os_version.clone()),
        required_os_version: manifest.and_then(|m| m.required_os_version.clone()),
        content: files.content,
        iccid: info.and_then(|i| i.iccid.clone()),
        state: conclusion.state,
        state_reason: conclusion.state_reason,
        restorable: conclusion.restorable,
        restorable_reason: conclusion.restorable_reason,
        encrypted: files.cipher.is_encrypted(),
        password: files.unlock.password,
        passcode_was_set: manifest.and_then(|m| m.passcode_was_set),
        completed_at: completed_at(conclusion.state, files),
        status_date: files.status.as_ref().ok().map(|status| status.date),
        info_date: info.and_then(|i| i.date),
        manifest_date: manifest.and_then(|m| m.date),
        newest_mtime: None,
        file_check: FileCheck::new(VerifyLevel::State, now, None),
        doubts: conclusion.doubts,
        not_downloaded: files.not_downloaded(),
        decomposed_paths: DecomposedPaths::default(),
        listed: None,
        list_number: list_number(&found.path),
        check: None,
        info_record: files.info_record.clone(),
        check_from_cache: false,
        password_proof: files.unlock.proof.clone(),
        cloud_log: None,
        problems: Vec::new(),
    }
}

/// What the check found, of this run or of an earlier one.
fn add_check(backup: &mut LocalBackup, files: &BackupFiles, now: Timestamp) {
    match &files.check {
        None => {}
        Some(Checked::Now(check)) => {
            backup.file_check = file_check(check, now);
            backup.decomposed_paths.clone_from(&check.decomposed_paths);
            backup.listed = Some(check.listed);
        }
        Some(Checked::Earlier(record)) => {
            backup.check_from_cache = true;
            backup.file_check.clone_from(&record.file_check);
            if record.file_check.files.is_none() {
                backup.file_check.verified.level = VerifyLevel::State;
            }
            backup.cloud_log.clone_from(&record.cloud_log);
            backup.decomposed_paths.clone_from(&record.decomposed_paths);
            backup.listed = record.listed;
        }
    }
}

/// Of the list of files, which every copy of a backup has.
fn list_number(folder: &Path) -> Option<FileNumber> {
    let lists = ["Manifest.db", "Manifest.mbdb"];
    lists
        .iter()
        .find_map(|name| file_number::of(&folder.join(name)))
}

/// What the files claim, unless witnesses contradict it.
fn state_of(files: &BackupFiles) -> (State, String) {
    let (state, reason) = state::state(&files.readings());
    if let Some(contradicted) = witness::state(state, files) {
        return contradicted;
    }
    match files.content {
        FolderContent::Nothing => (state, "the folder holds nothing of a backup".to_owned()),
        FolderContent::OnlyInfo => (
            State::Unfinished,
            "the computer wrote Info.plist, and the device never began to write".to_owned(),
        ),
        FolderContent::Backup => (state, reason),
    }
}

fn is_positive(restorable: Restorable) -> bool {
    matches!(restorable, Restorable::Yes | Restorable::NeedsPassword)
}

/// Why the answer is not the last word, in plain words.
fn doubts(
    state: State,
    restorable: Restorable,
    options: &ReadOptions,
    files: &BackupFiles,
) -> Vec<String> {
    let checked = match &files.check {
        Some(Checked::Now(check)) => check.doubts.clone(),
        _ => Vec::new(),
    };
    let asked = is_root_copy(state) && restorable != Restorable::No;
    let others = asked.then(|| witness::doubts(state, files, options.now));
    checked
        .into_iter()
        .chain(others.into_iter().flatten())
        .collect()
}

/// Freshness comes from the device's own clock in Status.plist, or from Manifest.plist where an older
/// copy stands; never from the computer's Info.plist, never from an mtime.
fn completed_at(state: State, files: &BackupFiles) -> Option<Timestamp> {
    match state {
        State::Complete | State::CleanupUnfinished => {
            files.status.as_ref().ok().map(|status| status.date)
        }
        State::AttemptFailed => files.manifest.as_ref().ok()?.date,
        _ => None,
    }
}

fn file_check(check: &Check, at: Timestamp) -> FileCheck {
    FileCheck {
        verified: Verified {
            level: check.level,
            at,
        },
        files: Some(check.files),
        missing_sample: check.missing_sample.clone(),
        extra_sample: check.extra_sample.clone(),
        different_sample: check.different_sample.clone(),
    }
}

fn host_tool(state: State, files: &BackupFiles) -> HostTool {
    match (&files.info, state, files.cipher) {
        (_, State::Fake, _) => HostTool::Fake,
        (_, _, Cipher::DecryptedCopy) => HostTool::Decryptor,
        (Ok(info), ..) => info.host_tool,
        (Err(Fault::Absent), ..) => HostTool::NoInfo,
        (Err(_), ..) => HostTool::Unknown,
    }
}

/// The log is dated by the backup that holds it, else by the newest date in its plists.
fn add_cloud_log(backup: &mut LocalBackup, files: &BackupFiles, now: Timestamp) {
    if files.catalog.as_ref().is_err_and(Fault::is_unreadable) {
        return;
    }
    let date = backup
        .completed_at
        .or(backup.manifest_date)
        .or(backup.status_date)
        .or(backup.info_date)
        .unwrap_or(now);
    let Some(reading) = read_cloud_log(&backup.path, files, date) else {
        return;
    };
    backup
        .problems
        .extend(problems::cloud_log_problems(&backup.path, &reading));
    backup.cloud_log = reading.log.filter(|log| *log != CloudLog::default());
}

/// `None` where the payloads are encrypted and were not opened in this run.
fn read_cloud_log(folder: &Path, files: &BackupFiles, date: Timestamp) -> Option<Reading> {
    let mut reader = PayloadReader {
        folder,
        layout: files.layout(),
        open: &cloud_log::open_plain,
    };
    if files.cipher.is_encrypted() != Some(true) {
        return Some(cloud_log::read(&reader, date));
    }
    let (log_keys, keys) = (files.log_keys?, files.unlock.keys.as_deref()?);
    let open = |id: &str, path: &Path, bytes_max: u64| {
        let at = cloud_log::PAYLOADS.iter().position(|known| *known == id);
        let key = at.and_then(|at| log_keys[at]).ok_or(Fault::Absent)?;
        let bytes = encrypted::read_payload(path, bytes_max, &key, keys)?;
        source::parse_dictionary(&bytes)
    };
    reader.open = &open;
    Some(cloud_log::read(&reader, date))
}
