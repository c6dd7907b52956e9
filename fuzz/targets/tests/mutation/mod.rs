//! The corpus of a target, and small changes of it out of a seed.

use std::path::{Path, PathBuf};

use fleetback_testdata::rng::Rng;

pub(crate) fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Contents of a target's corpus, by name.
pub(crate) fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = fuzz_folder().join("corpus").join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// One to four changes: bytes, numbers at the edge, cuts, repetitions, pieces of a neighbour.
pub(crate) fn mutate(rng: &mut Rng, bytes: &mut Vec<u8>, neighbour: &[u8]) {
    const EDGES: &[&[u8]] = &[
        &[0],
        &[0xff],
        &[0x7f],
        &[0xff; 4],
        &[0; 8],
        &[0x80, 0, 0, 0],
        b"<",
        b"\"",
    ];
    for _ in 0..=rng.below(3) {
        let at = rng.below(bytes.len() as u64 + 1) as usize;
        let end = (at + rng.below(40) as usize).min(bytes.len());
        match rng.below(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => {
                let from = rng.below(neighbour.len() as u64 + 1) as usize;
                let piece = neighbour[from..(from + 60).min(neighbour.len())].to_vec();
                bytes.splice(at..end, piece);
            }
            4 => {
                let edge = *rng.pick(EDGES);
                let end = (at + edge.len()).min(bytes.len());
                bytes.splice(at..end, edge.iter().copied());
            }
            _ => bytes[at..end]
                .iter_mut()
                .take(1)
                .for_each(|byte| *byte ^= 1 << rng.below(8)),
        }
    }
}
