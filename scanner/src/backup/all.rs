//! All backups of a run: plists first, then files, with the keys derived beside them.
//!
//! A key costs a second of one core. Derivations get half of the lanes while other backups still
//! wait to be checked, and all of them afterwards, so that a fleet of encrypted backups holds
//! up no other and leaves no core idle.

use std::collections::BTreeMap;

use super::crypto::keybag::Keybag;
use super::crypto::unlock::{self, Unlock};
use super::read::{KeybagState, OpenBackup, ReadOptions};
use super::services::ScanServices;
use crate::model::backup::{LocalBackup, Password, VerifyLevel};
use crate::model::found_backup::FoundBackup;
use crate::work::progress::Event;
use crate::work::queue::{Queue, in_order, in_turn};

/// Reads all backups, in the order they were found in, until cancelled.
pub fn read_all(
    found: &[FoundBackup],
    options: &ReadOptions,
    services: &ScanServices<'_>,
) -> Vec<LocalBackup> {
    let progress = services.progress;
    let opened = in_turn(found, progress, |found| {
        OpenBackup::new(found, options, services.cache)
    });
    let run = Run {
        plan: Plan::new(&opened, options, services),
        opened,
        options,
        services,
    };
    run.read()
}

/// Which backups can be read at once, and which wait for a key.
#[derive(Default)]
struct Plan {
    ready: Vec<(usize, Unlock)>,
    groups: Vec<KeybagGroup>,
}

/// A keybag and the backups that have it.
struct KeybagGroup {
    keybag: Keybag,
    backups: Vec<usize>,
}

impl Plan {
    fn new(opened: &[OpenBackup<'_>], options: &ReadOptions, services: &ScanServices<'_>) -> Self {
        let mut plan = Self::default();
        let mut known = BTreeMap::new();
        for (index, one) in opened.iter().enumerate() {
            let ready = match one.lock() {
                KeybagState::None => Unlock::only(Password::NotNeeded),
                KeybagState::Damaged(fault) => Unlock::damaged(fault),
                KeybagState::Keybag(keybag) => match cached_unlock(one, &keybag, options, services)
                {
                    Some(unlock) => unlock,
                    None => {
                        let group = *known
                            .entry(*keybag.fingerprint())
                            .or_insert(plan.groups.len());
                        plan.add_to_group(group, keybag, index);
                        continue;
                    }
                },
            };
            plan.ready.push((index, ready));
        }
        plan
    }

    fn add_to_group(&mut self, group: usize, keybag: Keybag, index: usize) {
        match self.groups.get_mut(group) {
            Some(group) => group.backups.push(index),
            None => self.groups.push(KeybagGroup {
                keybag,
                backups: vec![index],
            }),
        }
    }
}

fn cached_unlock(
    opened: &OpenBackup<'_>,
    keybag: &Keybag,
    options: &ReadOptions,
    services: &ScanServices<'_>,
) -> Option<Unlock> {
    if opened.needs_keys() || options.verify_again {
        return None;
    }
    let (cache, passwords) = (services.cache, services.passwords);
    unlock::cached_proof(keybag, &opened.identity(), cache, passwords, options.now)
}

struct Run<'a> {
    plan: Plan,
    opened: Vec<OpenBackup<'a>>,
    options: &'a ReadOptions,
    services: &'a ScanServices<'a>,
}

impl Run<'_> {
    fn read(&self) -> Vec<LocalBackup> {
        let (ready, groups) = (Queue::new(&self.plan.ready), Queue::new(&self.plan.groups));
        let progress = self.services.progress;
        let lanes = rayon::current_num_threads();
        let open = |lanes| groups.drain(lanes, progress, |group| self.open_group(group));
        let ((mut done, late), early) = rayon::join(
            || {
                let work = |(index, unlock): &(usize, Unlock)| (*index, self.close(*index, unlock));
                (ready.drain(lanes, progress, work), open(lanes))
            },
            || open((lanes / 2).max(1)),
        );
        let opened = late.into_iter().chain(early).flat_map(|(_, group)| group);
        let mut all: Vec<(usize, LocalBackup)> = done.drain(..).map(|(_, one)| one).collect();
        all.extend(opened);
        in_order(all)
    }

    fn open_group(&self, group: &KeybagGroup) -> Vec<(usize, LocalBackup)> {
        let backups = group.backups.iter().map(|index| &self.opened[*index]);
        let asking: Vec<_> = backups
            .map(|one| (one.identity(), one.found.path.as_path()))
            .collect();
        let asking = asking.iter().map(|(identity, path)| (identity, *path));
        let (passwords, now) = (self.services.passwords, self.options.now);
        let unlock = unlock::unlock(&group.keybag, asking, passwords, now);
        group
            .backups
            .iter()
            .take_while(|_| !self.services.progress.cancelled())
            .map(|index| (*index, self.close(*index, &unlock)))
            .collect()
    }

    fn close(&self, index: usize, unlock: &Unlock) -> LocalBackup {
        let progress = self.services.progress;
        let files_checked = |files| progress.report(Event::FilesChecked(files));
        let opened = &self.opened[index];
        let backup = opened.close(self.options, unlock, &files_checked);
        let bytes = opened.bytes_read().saturating_add(payload_read(&backup));
        progress.report(Event::BytesRead(bytes));
        progress.report(Event::BackupRead);
        backup
    }
}

/// Bytes of the payloads, where they were read.
fn payload_read(backup: &LocalBackup) -> u64 {
    let is_read =
        backup.file_check.verified.level == VerifyLevel::Contents && !backup.check_from_cache;
    let files = backup.file_check.files.filter(|_| is_read);
    files.and_then(|files| files.bytes).unwrap_or(0)
}
