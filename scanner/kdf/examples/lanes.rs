//! How much quicker derivations are side by side than one after another by the `pbkdf2` crate:
//! `lanes [ROUNDS [SAMPLES]]`. Prints, for each number at once, the median and the range of the ratios,
//! and derivations of ten million rounds per second and core.
//!
//! Both sides of a ratio are measured one after the other, in the time that this thread had the processor
//! (where Linux tells it), so that other programs disturb it little.

#![allow(clippy::print_stdout, reason = "a tool for measuring prints")]

use std::time::Instant;

use fleetback_kdf::{Derivation, derive};

const SALT: &[u8] = b"twenty bytes of salt";

fn main() {
    let mut arguments = std::env::args().skip(1).flat_map(|one| one.parse::<u32>());
    let rounds = arguments.next().unwrap_or(200_000);
    let samples = arguments.next().unwrap_or(15);
    println!("at once  ratio  (range)  keys of 10,000,000 rounds per second and core");
    for count in [1, 2, 3, 4, 6, 8, 12, 16] {
        let mut all: Vec<_> = (0..samples).map(|_| sample(count, rounds)).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (middle, least, most) = (all[all.len() / 2], all[0].0, all[all.len() - 1].0);
        println!(
            "{count:7}  {:5.2}  ({least:.2} to {most:.2})  {:.2}",
            middle.0, middle.1
        );
    }
}

/// How many times as many keys come in the same time as by the crate, and how many come per second.
fn sample(count: u32, rounds: u32) -> (f64, f64) {
    let alone = seconds(|| {
        std::hint::black_box(pbkdf2::pbkdf2_hmac_array::<sha2::Sha256, 32>(
            b"secret", SALT, rounds,
        ));
    });
    let mut derivations: Vec<_> = (0..count)
        .map(|_| Derivation::new(b"secret", SALT, rounds))
        .collect();
    let together = seconds(|| assert!(derive(&mut derivations, &|| true)));
    let each = together / f64::from(count);
    (alone / each, f64::from(rounds) / 1e7 / each)
}

fn seconds(work: impl FnOnce()) -> f64 {
    let (begun, busy) = (Instant::now(), busy_seconds());
    work();
    match busy.zip(busy_seconds()) {
        Some((before, after)) => after - before,
        None => begun.elapsed().as_secs_f64(),
    }
}

/// Linux tells how long this thread had the processor.
fn busy_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}
