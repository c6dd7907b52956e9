//! Reads one payload to its end: is it what its row sealed, and does it begin as its name says?
//!
//! The SHA-1 is that of the bytes as stored, encrypted or not. Of an encrypted file the last two
//! blocks are decrypted and no more: nothing plain is ever made of a payload.

use std::ops::ControlFlow;
use std::path::Path;

use sha1::{Digest, Sha1};

use super::blocks::RepeatedBlocks;
use super::difference::How;
use super::expected::Integrity;
use super::first_bytes::HEAD_BYTES;
use super::looked_into::{Beginning, Seen};
use crate::backup::crypto::decrypt::{self, BLOCK};
use crate::backup::crypto::keybag::{ClassKeys, Key};
use crate::backup::file_list::content_kind::ContentKind;
use crate::source::file::{self, Fault};

/// Reads the file, of at most `bytes_max` bytes. `kind` is what its name promises.
pub(crate) fn read(
    path: &Path,
    bytes_max: u64,
    integrity: &Integrity,
    kind: Option<ContentKind>,
    encrypted: bool,
    keys: Option<&ClassKeys>,
) -> Result<Seen, Fault> {
    let mut hash = integrity.digest.map(|_| Sha1::new());
    let mut ends = Ends::default();
    let mut blocks = encrypted.then(RepeatedBlocks::default);
    file::read_through(path, bytes_max, |piece| {
        if let Some(hash) = &mut hash {
            hash.update(piece);
        }
        ends.push(piece);
        if let Some(blocks) = &mut blocks {
            blocks.push(piece);
        }
        ControlFlow::Continue(())
    })?;
    let found: Option<[u8; 20]> = hash.map(|hash| hash.finalize().into());
    if found != integrity.digest {
        return Ok(Seen::damaged(How::Digest));
    }
    if blocks.is_some_and(|blocks| blocks.found()) {
        return Ok(Seen::damaged(How::Repeats));
    }
    let seen = Seen {
        has_its_digest: found.is_some(),
        ..Seen::default()
    };
    Ok(match keys.zip(integrity.key) {
        // An empty file of iOS 27 has nothing that could end in a padding.
        _ if ends.length == 0 => seen,
        Some((keys, key)) => match keys.unwrap_with_class(&key) {
            Some(key) => ends.open(&key, kind, seen),
            None => Seen::damaged(How::Locked),
        },
        None => Seen {
            beginning: Beginning::of(kind.filter(|_| !encrypted), &ends.head),
            ..seen
        },
    })
}

/// The first bytes of a file, and its last two blocks; zeros before its first byte, as the cipher begins.
#[derive(Default)]
struct Ends {
    head: Vec<u8>,
    blocks: [u8; 2 * BLOCK],
    length: u64,
}

impl Ends {
    fn push(&mut self, piece: &[u8]) {
        self.length += piece.len() as u64;
        let missing = HEAD_BYTES - self.head.len();
        self.head
            .extend_from_slice(&piece[..missing.min(piece.len())]);
        match piece.last_chunk() {
            Some(last) => self.blocks = *last,
            None => {
                self.blocks.rotate_left(piece.len());
                let kept = self.blocks.len() - piece.len();
                self.blocks[kept..].copy_from_slice(piece);
            }
        }
    }

    /// What a ciphertext tells under its key.
    fn open(mut self, key: &Key, kind: Option<ContentKind>, seen: Seen) -> Seen {
        if !self.fit(key) {
            return Seen::damaged(How::Ending);
        }
        let is_whole = self.length == self.head.len() as u64;
        decrypt::decrypt_head(key, &mut self.head, is_whole);
        Seen {
            ends_rightly: true,
            beginning: Beginning::of(kind, &self.head),
            ..seen
        }
    }

    fn fit(&self, key: &Key) -> bool {
        let is_of_blocks = self.length.is_multiple_of(BLOCK as u64);
        let (before, last) = self.blocks.split_at(BLOCK);
        let (Ok(before), Ok(last)) = (before.try_into(), last.try_into()) else {
            return false;
        };
        is_of_blocks && decrypt::padding_fits(key, before, last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_end_is_that_of_the_whole_whatever_the_pieces(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..70), 0..6),
        ) {
            let mut end = Ends::default();
            pieces.iter().for_each(|piece| end.push(piece));
            let whole = [vec![0; 32], pieces.concat()].concat();
            prop_assert_eq!(&end.blocks[..], &whole[whole.len() - 32..]);
            prop_assert_eq!(end.length as usize, whole.len() - 32);
        }
    }
}
