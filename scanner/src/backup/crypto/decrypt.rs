//! Decrypts what a backup's keys open: AES-256 in CBC mode, an IV of zeros, PKCS#7 padding.
//!
//! CBC proves nothing about the middle of a file: a padding that fits says that the key is right and
//! that the end of the file is the end that was written. Where a row carries a Digest, the SHA-1 of
//! the stored bytes says the rest.

use std::io::{self, Read, Seek, SeekFrom};

use aes::Aes256;
use aes::cipher::array::Array;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use rayon::prelude::*;

use super::keybag::Key;
use crate::source::file::{self, OpenFile};

type Cbc = cbc::Decryptor<Aes256>;

/// Bytes of an AES block.
pub(crate) const BLOCK: usize = 16;

/// Bytes on disk of an encrypted file of `size` bytes: PKCS#7 always pads.
pub(crate) fn stored_size(size: u64) -> u64 {
    (size / BLOCK as u64 + 1).saturating_mul(BLOCK as u64)
}

/// Decrypts a whole file in place and cuts its padding off. `false`, with the bytes spoiled, when
/// the length is no whole number of blocks or the padding is not one.
#[must_use]
pub(crate) fn decrypt_in_place(key: &Key, bytes: &mut Vec<u8>) -> bool {
    let plain = Cbc::new((&**key).into(), &[0; BLOCK].into()).decrypt_padded::<Pkcs7>(bytes);
    let length = plain.map(<[u8]>::len).ok();
    bytes.truncate(length.unwrap_or(0));
    length.is_some()
}

/// Decrypts the first bytes of a file, a whole number of blocks, in place; of a `whole` file the padding
/// is cut off.
pub(crate) fn decrypt_head(key: &Key, head: &mut Vec<u8>, whole: bool) {
    if whole {
        let _ = decrypt_in_place(key, head);
        return;
    }
    head.truncate(head.len() / BLOCK * BLOCK);
    let (blocks, _) = Array::slice_as_chunks_mut(head);
    Cbc::new((&**key).into(), &[0; BLOCK].into()).decrypt_blocks(blocks);
}

/// Does the file end in valid padding? Needs its last block and the one before it (zeros before the
/// first): in CBC no other byte of the file takes part.
#[must_use]
pub(crate) fn padding_fits(
    key: &Key,
    block_before: &[u8; BLOCK],
    last_block: &[u8; BLOCK],
) -> bool {
    plain_end(key, block_before, last_block).is_some()
}

/// Bytes of the last block that are no padding; `None` when its end is none.
fn plain_end(key: &Key, block_before: &[u8; BLOCK], last_block: &[u8; BLOCK]) -> Option<usize> {
    let mut block = *last_block;
    let plain = Cbc::new((&**key).into(), block_before.into()).decrypt_padded::<Pkcs7>(&mut block);
    plain.map(<[u8]>::len).ok()
}

/// Plain bytes of an encrypted file, its length; `None` when its end is no padding.
pub(crate) fn plain_length(file: &mut (impl Read + Seek), key: &Key) -> io::Result<Option<u64>> {
    let stored = file.seek(SeekFrom::End(0))?;
    let Some(last) = stored.checked_sub(BLOCK as u64) else {
        return Ok(None);
    };
    let mut ends = [0; 2 * BLOCK];
    let missing = BLOCK - usize::try_from(last).unwrap_or(BLOCK).min(BLOCK);
    file.seek(SeekFrom::Start(last.saturating_sub(BLOCK as u64)))?;
    file.read_exact(&mut ends[missing..])?;
    file.seek(SeekFrom::Start(0))?;
    let (before, end) = ends.split_at(BLOCK);
    let (Ok(before), Ok(end)) = (before.try_into(), end.try_into()) else {
        return Ok(None);
    };
    let whole = stored.is_multiple_of(BLOCK as u64);
    Ok(plain_end(key, before, end)
        .filter(|_| whole)
        .map(|kept| last + kept as u64))
}

/// So many bytes are read and decrypted at once; a whole number of blocks.
const PIECE_BYTES: usize = 256 << 10;

/// Reads and decrypts a whole file into `plain`, which is as long as [`plain_length`] says. The pieces
/// are shared out to the threads: in CBC each needs no more of the one before it than its last block.
pub(crate) fn decrypt_into(file: &OpenFile, key: &Key, plain: &mut [u8]) -> io::Result<()> {
    let piece = |(number, piece)| decrypt_piece(file, key, number * PIECE_BYTES, piece);
    let pieces = plain.par_chunks_mut(PIECE_BYTES).enumerate();
    pieces.try_for_each(piece)
}

/// The piece that begins `at` so many bytes; its last block may reach beyond it.
fn decrypt_piece(file: &OpenFile, key: &Key, at: usize, piece: &mut [u8]) -> io::Result<()> {
    let mut before = [0; BLOCK];
    if let Some(at) = at.checked_sub(BLOCK) {
        file::read_exact_at(file, &mut before, at as u64)?;
    }
    let mut cipher = Cbc::new((&**key).into(), &before.into());
    let whole = piece.len() - piece.len() % BLOCK;
    let (whole, rest) = piece.split_at_mut(whole);
    file::read_exact_at(file, whole, at as u64)?;
    let (blocks, _) = Array::slice_as_chunks_mut(whole);
    cipher.decrypt_blocks(blocks);
    if !rest.is_empty() {
        let mut last = Array::from([0; BLOCK]);
        file::read_exact_at(file, &mut last, (at + whole.len()) as u64)?;
        cipher.decrypt_block(&mut last);
        rest.copy_from_slice(&last[..rest.len()]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use aes::cipher::BlockModeEncrypt;
    use proptest::prelude::*;

    use super::*;

    fn key(byte: u8) -> Key {
        Key::new([byte; 32])
    }

    fn encrypt(key: &Key, plain: &[u8]) -> Vec<u8> {
        cbc::Encryptor::<Aes256>::new((&**key).into(), &[0; BLOCK].into())
            .encrypt_padded_vec::<Pkcs7>(plain)
    }

    fn ends(bytes: &[u8]) -> ([u8; BLOCK], [u8; BLOCK]) {
        let padded = [&[0; BLOCK], bytes].concat();
        let (before, last) = padded[padded.len() - 32..].split_at(BLOCK);
        (before.try_into().unwrap(), last.try_into().unwrap())
    }

    #[test]
    fn stored_sizes() {
        for (size, stored) in [
            (0, 16),
            (1, 16),
            (15, 16),
            (16, 32),
            (17, 32),
            (31, 32),
            (32, 48),
        ] {
            assert_eq!(stored_size(size), stored, "{size}");
            assert_eq!(
                encrypt(&key(1), &vec![7; size as usize]).len() as u64,
                stored,
                "{size}"
            );
        }
    }

    #[test]
    fn lengths_that_are_no_blocks_are_refused() {
        for length in [0, 1, 15, 17, 33] {
            let mut file = io::Cursor::new(vec![0; length]);
            assert_eq!(plain_length(&mut file, &key(1)).unwrap(), None, "{length}");
            assert!(!decrypt_in_place(&key(1), &mut vec![0; length]), "{length}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encrypted_comes_back(plain in proptest::collection::vec(any::<u8>(), 0..200)) {
            let stored = encrypt(&key(3), &plain);
            let (before, last) = ends(&stored);
            prop_assert!(padding_fits(&key(3), &before, &last));
            let mut bytes = stored;
            prop_assert!(decrypt_in_place(&key(3), &mut bytes));
            prop_assert_eq!(bytes, plain);
        }

        #[test]
        fn the_head_is_that_of_the_whole(plain in proptest::collection::vec(any::<u8>(), 0..200), blocks in 0..20_usize) {
            let stored = encrypt(&key(3), &plain);
            let length = stored.len().min(blocks * BLOCK);
            let mut head = stored[..length].to_vec();
            decrypt_head(&key(3), &mut head, length == stored.len());
            let shown = plain.len().min(length);
            prop_assert_eq!(&head[..shown], &plain[..shown]);
            prop_assert!(head.len() <= plain.len() || length < stored.len());
        }

        #[test]
        fn the_short_check_agrees_with_the_whole_one(bytes in proptest::collection::vec(any::<u8>(), 1..6)) {
            let bytes = bytes.repeat(BLOCK);
            let (before, last) = ends(&bytes);
            let whole = decrypt_in_place(&key(9), &mut bytes.clone());
            prop_assert_eq!(padding_fits(&key(9), &before, &last), whole);
        }
    }

    mod slow {
        use super::*;

        proptest! {
            #[test]
            fn a_file_is_decrypted_in_pieces_as_in_one(
                length in prop_oneof![
                    0..100_usize, PIECE_BYTES - 20..PIECE_BYTES + 20, 0..3 * PIECE_BYTES,
                ],
            ) {
                let plain: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
                let path = tempfile::NamedTempFile::new().unwrap();
                path.as_file().write_all(&encrypt(&key(3), &plain)).unwrap();
                let mut stored = file::open(path.path()).unwrap();
                let in_plain = plain_length(&mut stored, &key(3)).unwrap();
                prop_assert_eq!(in_plain, Some(length as u64));
                let mut read = vec![0; length];
                decrypt_into(&stored, &key(3), &mut read).unwrap();
                prop_assert!(read == plain);
                path.as_file().set_len(length as u64 / 2).unwrap();
                prop_assert_eq!(decrypt_into(&stored, &key(3), &mut read).is_err(), length > 0);
            }
        }
    }
}
