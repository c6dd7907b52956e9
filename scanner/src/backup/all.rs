//! All backups of a run: plists first, then files, with the keys derived beside them.
//!
//! A key costs a second of one core, and a third of that where several are derived side by side. So
//! each lane takes up as many keybags at once as make it quicker, but no more than its share of them.
//! Half of the lanes derive keys while other backups still wait to be checked, and all of them
//! afterwards, so that a fleet of encrypted backups holds up no other and leaves no core idle. A
//! backup whose key is there is read by whichever lane is free.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::crypto::keybag::Keybag;
use super::crypto::unlock::{self, Attempts, Unlock};
use super::read::{KeybagState, OpenBackup, ReadOptions};
use super::services::{ReadBackups, ScanServices};
use crate::model::backup::{LocalBackup, Password, VerifyLevel};
use crate::model::found_backup::FoundBackup;
use crate::work::progress::Event;
use crate::work::queue::{Backlog, Queue, in_turn};

/// Reads all backups but those that are `kept` already, until cancelled, and gives all in the order they
/// were found in.
pub fn read_all(
    found: &[FoundBackup],
    options: &ReadOptions,
    services: &ScanServices<'_>,
    kept: &ReadBackups,
) -> Vec<LocalBackup> {
    let progress = services.progress;
    let unread: Vec<_> = found.iter().filter(|one| !kept.hold(&one.path)).collect();
    let opened = in_turn(&unread, progress, |found| {
        OpenBackup::new(found, options, services.cache)
    });
    let run = Run {
        plan: Plan::new(&opened, options, services),
        opened,
        options,
        services,
        kept,
    };
    run.read();
    kept.take(found)
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
                KeybagState::TooCostly(fault) => Unlock::not_tried(fault),
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
    kept: &'a ReadBackups,
}

/// What waits to be done: backups that can be read, and keybags that lock others.
struct Waiting<'p> {
    ready: Backlog<(usize, Unlock)>,
    groups: Queue<'p, KeybagGroup>,
}

/// A keybag and what is left to try of its passwords.
type Trying<'p> = (&'p KeybagGroup, Attempts<'p>);

impl Run<'_> {
    fn read(&self) {
        let waiting = Waiting {
            ready: self.plan.ready.iter().cloned().collect(),
            groups: Queue::new(&self.plan.groups),
        };
        let lanes = rayon::current_num_threads();
        let lane = |number| self.lane(&waiting, number < lanes / 2);
        let lanes = (0..lanes).into_par_iter().with_max_len(1);
        lanes.for_each(lane);
    }

    /// Works until nothing is left that it could do, or until cancelled.
    fn lane(&self, waiting: &Waiting<'_>, keys_first: bool) {
        while !self.services.progress.cancelled() {
            if keys_first && self.unlock_some(waiting) {
                continue;
            }
            match waiting.ready.take() {
                Some((index, unlock)) => self.close(index, &unlock),
                None if self.unlock_some(waiting) => {}
                None => break,
            }
        }
    }

    /// Tries the passwords of this lane's share of the keybags, whose backups can be read then; `false`
    /// where none was left.
    fn unlock_some(&self, waiting: &Waiting<'_>) -> bool {
        let left = waiting.groups.waiting();
        let share = left.div_ceil(rayon::current_num_threads());
        let mut trying = self.take_up(waiting, fleetback_kdf::at_once(share));
        while !trying.is_empty() && self.try_next(waiting, &mut trying) {}
        left > 0
    }

    /// Tries the next password of each, and settles those that are done; `false` when cancelled.
    fn try_next<'p>(&'p self, waiting: &Waiting<'p>, trying: &mut Vec<Trying<'p>>) -> bool {
        let go_on = || !self.services.progress.cancelled();
        let mut attempts: Vec<_> = trying.iter_mut().map(|(_, one)| one).collect();
        let Some(unlocks) = unlock::try_next(&mut attempts, self.options.now, &go_on) else {
            return false;
        };
        let mut unlocks = unlocks.into_iter();
        trying.retain_mut(|(group, attempts)| {
            let unlock = unlocks.next().flatten();
            let goes_on = unlock.is_none() && attempts.is_waiting(self.services.passwords);
            if !goes_on {
                waiting.settle(group, &unlock.unwrap_or_else(|| attempts.failed()));
            }
            goes_on
        });
        true
    }

    /// So many keybags for which there is a password. Those without one wait no longer.
    fn take_up<'p>(&'p self, waiting: &Waiting<'p>, count: usize) -> Vec<Trying<'p>> {
        let mut taken = Vec::new();
        while taken.len() < count
            && !self.services.progress.cancelled()
            && let Some(group) = waiting.groups.take()
        {
            let mut attempts = self.attempts(group);
            if attempts.is_waiting(self.services.passwords) {
                taken.push((group, attempts));
            } else {
                waiting.settle(group, &attempts.failed());
            }
        }
        taken
    }

    fn attempts<'p>(&'p self, group: &'p KeybagGroup) -> Attempts<'p> {
        let backups = group.backups.iter().map(|index| &self.opened[*index]);
        let asking = backups.map(|one| (one.identity(), one.found.path.as_path()));
        Attempts::new(&group.keybag, asking)
    }

    fn close(&self, index: usize, unlock: &Unlock) {
        let progress = self.services.progress;
        let files_checked = |files| progress.report(Event::FilesChecked(files));
        let opened = &self.opened[index];
        let backup = opened.close(self.options, unlock, &files_checked);
        let bytes = opened.bytes_read().saturating_add(payload_read(&backup));
        self.kept.keep(backup);
        progress.report(Event::BytesRead(bytes));
        progress.report(Event::BackupRead);
    }
}

impl Waiting<'_> {
    /// The backups of a keybag can be read, with keys or without.
    fn settle(&self, group: &KeybagGroup, unlock: &Unlock) {
        for index in &group.backups {
            self.ready.add((*index, unlock.clone()));
        }
    }
}

/// Bytes of the payloads, where they were read.
fn payload_read(backup: &LocalBackup) -> u64 {
    let is_read =
        backup.file_check.verified.level == VerifyLevel::Contents && !backup.check_from_cache;
    let files = backup.file_check.files.filter(|_| is_read);
    files.and_then(|files| files.bytes).unwrap_or(0)
}
