//! Work shared out to the pool's threads, one item at a time.
//!
//! A plain parallel iterator would let a thread that waits for the files of one backup begin another
//! one meanwhile, and so hold many at once. Here every lane takes the next item when it is done with
//! its own, and two groups of lanes may take from the same queue.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use super::progress::Progress;

/// Items that wait for their turn.
pub(crate) struct Queue<'a, T> {
    items: &'a [T],
    next: AtomicUsize,
}

impl<'a, T: Sync> Queue<'a, T> {
    /// All of them, in this order.
    pub(crate) fn new(items: &'a [T]) -> Self {
        Self {
            items,
            next: AtomicUsize::new(0),
        }
    }

    /// The next one.
    pub(crate) fn take(&self) -> Option<&'a T> {
        self.items.get(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        let taken = self.next.load(Ordering::Relaxed);
        self.items.len().saturating_sub(taken)
    }

    /// Works on what is left, on so many lanes at most, until cancelled; each result with the
    /// position of its item.
    pub(crate) fn drain<R: Send>(
        &self,
        lanes: usize,
        progress: &dyn Progress,
        work: impl Fn(&'a T) -> R + Sync,
    ) -> Vec<(usize, R)> {
        let take = || {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let item = self.items.get(index).filter(|_| !progress.cancelled());
            item.map(|item| (index, item))
        };
        let one = |_| std::iter::from_fn(&take).map(|(index, item)| (index, work(item)));
        (0..lanes)
            .into_par_iter()
            .with_max_len(1)
            .flat_map_iter(one)
            .collect()
    }
}

/// Items that come while others are worked on.
pub(crate) struct Backlog<T>(Mutex<VecDeque<T>>);

impl<T> Backlog<T> {
    /// Behind those that wait.
    pub(crate) fn add(&self, item: T) {
        self.items().push_back(item);
    }

    /// The one that waits longest.
    pub(crate) fn take(&self) -> Option<T> {
        self.items().pop_front()
    }

    fn items(&self) -> MutexGuard<'_, VecDeque<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> FromIterator<T> for Backlog<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(Mutex::new(items.into_iter().collect()))
    }
}

/// Works on each item, in parallel and in the items' order, until cancelled.
pub(crate) fn in_turn<'a, T: Sync, R: Send>(
    items: &'a [T],
    progress: &dyn Progress,
    work: impl Fn(&'a T) -> R + Sync,
) -> Vec<R> {
    let queue = Queue::new(items);
    in_order(queue.drain(rayon::current_num_threads(), progress, work))
}

/// The results by the position of their items.
pub(crate) fn in_order<R>(mut results: Vec<(usize, R)>) -> Vec<R> {
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
