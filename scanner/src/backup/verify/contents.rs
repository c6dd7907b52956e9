//! Reads one payload to its end: is it what its row sealed?
//!
//! The SHA-1 is that of the bytes as stored, encrypted or not. Of an encrypted file the last two
//! blocks are decrypted and no more: nothing plain is ever made of a payload.

use std::path::Path;

use sha1::{Digest, Sha1};

use super::blocks::RepeatedBlocks;
use super::difference::How;
use super::expected::Integrity;
use crate::backup::crypto::decrypt::{self, BLOCK};
use crate::backup::crypto::keybag::ClassKeys;
use crate::source::file::{self, Fault};

/// Reads the file; the difference, if it is not what was sealed.
pub(crate) fn read(
    path: &Path,
    integrity: &Integrity,
    encrypted: bool,
    keys: Option<&ClassKeys>,
) -> Result<Option<How>, Fault> {
    let mut hash = integrity.digest.map(|_| Sha1::new());
    let mut end = End::default();
    let mut blocks = encrypted.then(RepeatedBlocks::default);
    file::read_through(path, |piece| {
        if let Some(hash) = &mut hash {
            hash.update(piece);
        }
        end.push(piece);
        if let Some(blocks) = &mut blocks {
            blocks.push(piece);
        }
    })?;
    let found: Option<[u8; 20]> = hash.map(|hash| hash.finalize().into());
    if found != integrity.digest {
        return Ok(Some(How::Digest));
    }
    if blocks.is_some_and(|blocks| blocks.found()) {
        return Ok(Some(How::Repeats));
    }
    // An empty file of iOS 27 has nothing that could end in a padding.
    let keys = keys.filter(|_| end.length > 0);
    Ok(keys
        .zip(integrity.key)
        .and_then(|(keys, key)| end.check(keys, &key)))
}

/// The last two blocks of a file; zeros before its first byte, as the cipher begins.
#[derive(Default)]
struct End {
    blocks: [u8; 2 * BLOCK],
    length: u64,
}

impl End {
    fn push(&mut self, piece: &[u8]) {
        self.length += piece.len() as u64;
        match piece.last_chunk() {
            Some(last) => self.blocks = *last,
            None => {
                self.blocks.rotate_left(piece.len());
                let kept = self.blocks.len() - piece.len();
                self.blocks[kept..].copy_from_slice(piece);
            }
        }
    }

    fn check(&self, keys: &ClassKeys, key: &[u8; 44]) -> Option<How> {
        let Some(key) = keys.unwrap_with_class(key) else {
            return Some(How::Locked);
        };
        let (before, last) = self.blocks.split_first_chunk::<BLOCK>()?;
        let whole = self.length > 0 && self.length.is_multiple_of(BLOCK as u64);
        let fits = whole && decrypt::padding_fits(&key, before, last.first_chunk()?);
        (!fits).then_some(How::Ending)
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
            let mut end = End::default();
            pieces.iter().for_each(|piece| end.push(piece));
            let whole = [vec![0; 32], pieces.concat()].concat();
            prop_assert_eq!(&end.blocks[..], &whole[whole.len() - 32..]);
            prop_assert_eq!(end.length as usize, whole.len() - 32);
        }
    }
}
