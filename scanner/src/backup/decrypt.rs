//! Decrypts what a backup's keys open: AES-256 in CBC mode, an IV of zeros, PKCS#7 padding.
//!
//! CBC proves nothing about the middle of a file: a padding that fits says that the key is right and
//! that the end of the file is the end that was written. Where a row carries a Digest, the SHA-1 of
//! the stored bytes says the rest.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use aes::Aes256;
use aes::cipher::array::Array;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};

use super::keybag::Key;

type Cbc = cbc::Decryptor<Aes256>;

/// Bytes of an AES block.
pub const BLOCK: usize = 16;

/// Bytes on disk of an encrypted file of `size` bytes: PKCS#7 always pads.
pub fn stored_size(size: u64) -> u64 {
    (size / BLOCK as u64 + 1).saturating_mul(BLOCK as u64)
}

/// Decrypts a whole file in place and cuts its padding off. `false`, with the bytes spoiled, when
/// the length is no whole number of blocks or the padding is not one.
#[must_use]
pub fn decrypt_in_place(key: &Key, bytes: &mut Vec<u8>) -> bool {
    let plain = Cbc::new((&**key).into(), &[0; BLOCK].into()).decrypt_padded::<Pkcs7>(bytes);
    let length = plain.map(<[u8]>::len).ok();
    bytes.truncate(length.unwrap_or(0));
    length.is_some()
}

/// Does the file end in valid padding? Needs its last block and the one before it (zeros before the
/// first): in CBC no other byte of the file takes part.
#[must_use]
pub fn padding_fits(key: &Key, block_before: &[u8; BLOCK], last_block: &[u8; BLOCK]) -> bool {
    plain_end(key, block_before, last_block).is_some()
}

/// Bytes of the last block that are no padding; `None` when its end is none.
fn plain_end(key: &Key, block_before: &[u8; BLOCK], last_block: &[u8; BLOCK]) -> Option<usize> {
    let mut block = *last_block;
    let plain = Cbc::new((&**key).into(), block_before.into()).decrypt_padded::<Pkcs7>(&mut block);
    plain.map(<[u8]>::len).ok()
}

/// Plain bytes of an encrypted file, whose length this tells; `None` when its end is no padding.
pub fn plain_length(file: &mut (impl Read + Seek), key: &Key) -> io::Result<Option<u64>> {
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

/// Decrypts while it reads. Gives the padding too: whoever reads knows how long the plain file is.
pub struct Decrypting<R> {
    source: R,
    cipher: Cbc,
    piece: Vec<u8>,
    /// Plain bytes of the piece that nobody has taken yet.
    left: Range<usize>,
}

const PIECE_BYTES: usize = 64 << 10;

impl<R: Read> Decrypting<R> {
    /// Reads from the file's first byte.
    pub fn new(source: R, key: &Key) -> Self {
        Self {
            source,
            cipher: Cbc::new((&**key).into(), &[0; BLOCK].into()),
            piece: vec![0; PIECE_BYTES],
            left: 0..0,
        }
    }

    fn next_piece(&mut self) -> io::Result<()> {
        let mut filled = 0;
        while filled < self.piece.len() {
            match self.source.read(&mut self.piece[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        let (blocks, _) = Array::slice_as_chunks_mut(&mut self.piece[..filled]);
        self.cipher.decrypt_blocks(blocks);
        self.left = 0..filled - filled % BLOCK;
        Ok(())
    }
}

impl<R: Read> Read for Decrypting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.is_empty() {
            self.next_piece()?;
        }
        let count = buffer.len().min(self.left.len());
        let from = self.left.start;
        buffer[..count].copy_from_slice(&self.piece[from..from + count]);
        self.left.start += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
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
        fn a_file_is_decrypted_while_it_is_read(
            length in prop_oneof![0..100_usize, PIECE_BYTES - 20..PIECE_BYTES + 20, 0..200_000_usize],
        ) {
            let plain: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let mut stored = io::Cursor::new(encrypt(&key(3), &plain));
            let told = plain_length(&mut stored, &key(3)).unwrap();
            prop_assert_eq!(told, Some(length as u64));
            let mut read = vec![0; length];
            Decrypting::new(stored, &key(3)).read_exact(&mut read).unwrap();
            prop_assert!(read == plain);
        }

        #[test]
        fn the_short_check_agrees_with_the_whole_one(bytes in proptest::collection::vec(any::<u8>(), 1..6)) {
            let bytes = bytes.repeat(BLOCK);
            let (before, last) = ends(&bytes);
            let whole = decrypt_in_place(&key(9), &mut bytes.clone());
            prop_assert_eq!(padding_fits(&key(9), &before, &last), whole);
        }
    }
}
