//! Blocks of a ciphertext that repeat, which those of a cipher never do.
//!
//! A disk or a copy that failed leaves a run of equal bytes: zeros, or what the sector of a new disk
//! holds. In what AES wrote in CBC mode two neighbouring blocks are equal once in 10^38 pairs, so one
//! pair is damage, without a password.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use crate::source::file::{self, Fault, OpenFile};

const BLOCK: usize = 16;
/// So many bytes are looked at in three places of a payload; a page of a file system.
const SAMPLE_BYTES: usize = 4_096;

/// Goes through a ciphertext piece by piece and notices two neighbouring blocks that are equal.
#[derive(Debug, Default)]
pub(crate) struct RepeatedBlocks {
    /// What is left of a block that the next piece ends.
    begun: Vec<u8>,
    last: Option<[u8; BLOCK]>,
    found: bool,
}

impl RepeatedBlocks {
    /// Takes the next bytes.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        if self.found {
            return;
        }
        let mut rest = piece;
        if !self.begun.is_empty() {
            let missing = (BLOCK - self.begun.len()).min(rest.len());
            let (end, behind) = rest.split_at(missing);
            self.begun.extend_from_slice(end);
            rest = behind;
            if let Ok(block) = <[u8; BLOCK]>::try_from(self.begun.as_slice()) {
                self.begun.clear();
                self.add(block);
            }
        }
        let (blocks, rest) = rest.as_chunks::<BLOCK>();
        self.found |= first_repeats(self.last, blocks) || any_repeats(blocks);
        self.last = blocks.last().copied().or(self.last);
        self.begun.extend_from_slice(rest);
    }

    fn add(&mut self, block: [u8; BLOCK]) {
        self.found |= self.last == Some(block);
        self.last = Some(block);
    }

    /// Was there such a pair?
    pub(crate) fn found(&self) -> bool {
        self.found
    }
}

fn first_repeats(last: Option<[u8; BLOCK]>, blocks: &[[u8; BLOCK]]) -> bool {
    last.is_some() && blocks.first().copied() == last
}

fn any_repeats(blocks: &[[u8; BLOCK]]) -> bool {
    blocks
        .windows(2)
        .any(|pair| u128::from_ne_bytes(pair[0]) == u128::from_ne_bytes(pair[1]))
}

/// Does a block repeat anywhere in the file? It is read up to the first that does: a sparse file of
/// terabytes repeats at once.
pub(crate) fn repeat_in_file(path: &Path) -> Result<bool, Fault> {
    let mut blocks = RepeatedBlocks::default();
    file::read_through(path, u64::MAX, |piece| {
        blocks.push(piece);
        match blocks.found() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    Ok(blocks.found())
}

/// Does a block repeat at the beginning, in the middle or at the end of a file of so many bytes?
pub(crate) fn repeat_in_sample(path: &Path, bytes: u64) -> Result<bool, Fault> {
    let file = file::open(path)?;
    let last = bytes.saturating_sub(SAMPLE_BYTES as u64) / BLOCK as u64 * BLOCK as u64;
    let middle = last / 2 / BLOCK as u64 * BLOCK as u64;
    for at in [0, middle, last] {
        let length = SAMPLE_BYTES.min(usize::try_from(bytes - at).unwrap_or(SAMPLE_BYTES));
        if repeats_at(&file, at, length).map_err(|e| file::fault(&e))? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn repeats_at(file: &OpenFile, at: u64, length: usize) -> io::Result<bool> {
    let mut bytes = [0; SAMPLE_BYTES];
    file::read_exact_at(file, &mut bytes[..length], at)?;
    let (blocks, _) = bytes[..length].as_chunks::<BLOCK>();
    Ok(any_repeats(blocks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn repeats(bytes: &[u8], pieces: usize) -> bool {
        let mut blocks = RepeatedBlocks::default();
        bytes.chunks(pieces).for_each(|piece| blocks.push(piece));
        blocks.found()
    }

    /// Bytes in which no block repeats.
    fn ciphertext(length: usize) -> Vec<u8> {
        (0..length)
            .map(|at| (at / BLOCK * 31 + at % BLOCK * 7 + at / 4_096) as u8)
            .collect()
    }

    #[test]
    fn a_run_of_equal_bytes_is_found_and_nothing_else() {
        let sound = ciphertext(20_000);
        assert!(!repeats(&sound, 20_000));
        for (from, to, wanted) in [
            (512, 1_024, true),
            (0, 32, true),
            (16, 32, false),
            (8, 39, false),
            (8, 48, true),
        ] {
            let mut zeroed = sound.clone();
            zeroed[from..to].fill(0);
            assert_eq!(repeats(&zeroed, 20_000), wanted, "{from} to {to}");
        }
        assert!(!repeats(b"", 1));
        assert!(repeats(&[0; 32], 32));
        assert!(!repeats(&[0; 31], 31));
    }

    proptest! {
        #[test]
        fn the_pieces_change_nothing(at in 0_usize..2_000, length in 0_usize..80, pieces in 1_usize..300) {
            let mut bytes = ciphertext(2_100);
            bytes[at..at + length].fill(0xff);
            prop_assert_eq!(repeats(&bytes, pieces), repeats(&bytes, 2_100));
        }
    }

    #[test]
    fn samples_see_a_file_that_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("payload");
        for (bytes, wanted) in [
            (ciphertext(50_000), false),
            (vec![0; 50_000], true),
            (vec![0; 64], true),
            (vec![0; 16], false),
            (Vec::new(), false),
            ([ciphertext(40_000), vec![0; 10_000]].concat(), true),
            ([vec![0; 100], ciphertext(40_000)].concat(), true),
        ] {
            std::fs::write(&path, &bytes).unwrap();
            let found = repeat_in_sample(&path, bytes.len() as u64);
            assert_eq!(found, Ok(wanted), "{} bytes", bytes.len());
        }
    }
}
