//! All backups of a run: plists first, then files, with the keys derived beside them.
//!
//! A key costs a second of one core. Derivations get half of the lanes while other backups still
//! wait to be checked, and all of them afterwards, so that a fleet of encrypted backups starves
//! nobody and leaves no core idle.

use std::collections::BTreeMap;

use super::crypto::keybag::Keybag;
use super::crypto::unlock::{self, Unlock};
use super::read::{Lock, Opened, ReadOptions};
use super::services::Helpers;
use crate::model::backup::{LocalBackup, Password, VerifyLevel};
use crate::model::found_backup::FoundBackup;
use crate::work::progress::Event;
use crate::work::queue::{Queue, in_order, in_turn};

/// Reads all backups, in the order they were found in, until cancelled.
pub fn read_all(
    found: &[FoundBackup],
    options: &ReadOptions,
    helpers: &Helpers<'_>,
) -> Vec<LocalBackup> {
    let progress = helpers.progress;
    let opened = in_turn(found, progress, |found| {
        Opened::new(found, options, helpers.memory)
    });
    let run = Run {
        plan: Plan::new(&opened, options, helpers),
        opened,
        options,
        helpers,
    };
    run.read()
}

/// Who can be read at once, and who waits for a key.
#[derive(Default)]
struct Plan {
    ready: Vec<(usize, Unlock)>,
    rings: Vec<Ring>,
}

/// A keybag and the backups that have it.
struct Ring {
    keybag: Keybag,
    backups: Vec<usize>,
}

impl Plan {
    fn new(opened: &[Opened<'_>], options: &ReadOptions, helpers: &Helpers<'_>) -> Self {
        let mut plan = Self::default();
        let mut known = BTreeMap::new();
        for (index, one) in opened.iter().enumerate() {
            let ready = match one.lock() {
                Lock::None => Unlock::only(Password::NotNeeded),
                Lock::Damaged(fault) => Unlock::damaged(fault),
                Lock::Keybag(keybag) => match recalled(one, &keybag, options, helpers) {
                    Some(unlock) => unlock,
                    None => {
                        let ring = *known
                            .entry(*keybag.fingerprint())
                            .or_insert(plan.rings.len());
                        plan.add_to_ring(ring, keybag, index);
                        continue;
                    }
                },
            };
            plan.ready.push((index, ready));
        }
        plan
    }

    fn add_to_ring(&mut self, ring: usize, keybag: Keybag, index: usize) {
        match self.rings.get_mut(ring) {
            Some(ring) => ring.backups.push(index),
            None => self.rings.push(Ring {
                keybag,
                backups: vec![index],
            }),
        }
    }
}

fn recalled(
    opened: &Opened<'_>,
    keybag: &Keybag,
    options: &ReadOptions,
    helpers: &Helpers<'_>,
) -> Option<Unlock> {
    if opened.needs_keys() || options.verify_again {
        return None;
    }
    let (memory, passwords) = (helpers.memory, helpers.passwords);
    unlock::remembered(keybag, &opened.identity(), memory, passwords, options.now)
}

struct Run<'a> {
    plan: Plan,
    opened: Vec<Opened<'a>>,
    options: &'a ReadOptions,
    helpers: &'a Helpers<'a>,
}

impl Run<'_> {
    fn read(&self) -> Vec<LocalBackup> {
        let (ready, rings) = (Queue::new(&self.plan.ready), Queue::new(&self.plan.rings));
        let progress = self.helpers.progress;
        let lanes = rayon::current_num_threads();
        let open = |lanes| rings.drain(lanes, progress, |ring| self.open_ring(ring));
        let ((mut done, late), early) = rayon::join(
            || {
                let work = |(index, unlock): &(usize, Unlock)| (*index, self.close(*index, unlock));
                (ready.drain(lanes, progress, work), open(lanes))
            },
            || open((lanes / 2).max(1)),
        );
        let opened = late.into_iter().chain(early).flat_map(|(_, ring)| ring);
        let mut all: Vec<(usize, LocalBackup)> = done.drain(..).map(|(_, one)| one).collect();
        all.extend(opened);
        in_order(all)
    }

    fn open_ring(&self, ring: &Ring) -> Vec<(usize, LocalBackup)> {
        let backups = ring.backups.iter().map(|index| &self.opened[*index]);
        let asking: Vec<_> = backups
            .map(|one| (one.identity(), one.found.path.as_path()))
            .collect();
        let asking = asking.iter().map(|(identity, path)| (identity, *path));
        let (passwords, now) = (self.helpers.passwords, self.options.now);
        let unlock = unlock::unlock(&ring.keybag, asking, passwords, now);
        let indices = ring.backups.iter();
        indices
            .take_while(|_| !self.helpers.progress.cancelled())
            .map(|index| (*index, self.close(*index, &unlock)))
            .collect()
    }

    fn close(&self, index: usize, unlock: &Unlock) -> LocalBackup {
        let progress = self.helpers.progress;
        let files_checked = |files| progress.tell(Event::FilesChecked(files));
        let opened = &self.opened[index];
        let backup = opened.close(self.options, unlock, &files_checked);
        let bytes = opened.bytes_read().saturating_add(payload_read(&backup));
        progress.tell(Event::BytesRead(bytes));
        progress.tell(Event::BackupRead);
        backup
    }
}

/// Bytes of the payloads, where they were read.
fn payload_read(backup: &LocalBackup) -> u64 {
    let is_read = backup.verified.level == VerifyLevel::Contents && !backup.recalled;
    let files = backup.files.filter(|_| is_read);
    files.and_then(|files| files.bytes).unwrap_or(0)
}
