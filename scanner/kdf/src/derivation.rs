//! A derivation on its way, and the loop that takes several of them forward.
//!
//! The plain way, on any processor, is the block function of the `sha2` crate, one derivation after
//! another; where the processor has something better, `lanes` takes several forward at once.

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::lanes;

/// The state of SHA-256, or a digest, as words.
pub(crate) type Words = [u32; 8];

/// So many rounds are done before the caller is asked again; some hundredths of a second.
const ROUNDS_BETWEEN_QUESTIONS: u32 = 1 << 14;

/// One PBKDF2-HMAC-SHA256 with a key of 32 bytes as its result. Wiped when it goes.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Derivation {
    /// SHA-256 after the block that the password makes for the inner hash of HMAC, and for the outer.
    pub(crate) inner: Words,
    pub(crate) outer: Words,
    /// The digest of the last round, and the sum of all of them, which becomes the key.
    pub(crate) last: Words,
    pub(crate) sum: Words,
    rounds_left: u32,
}

impl Derivation {
    /// Does the first of `rounds` rounds; no rounds count as one.
    pub fn new(password: &[u8], salt: &[u8], rounds: u32) -> Self {
        let mut first = Zeroizing::new([0; 32]);
        pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, 1, &mut *first);
        let first = words(&first);
        Self {
            inner: keyed(password, 0x36),
            outer: keyed(password, 0x5c),
            last: first,
            sum: first,
            rounds_left: rounds.saturating_sub(1),
        }
    }

    /// The key, once all rounds are done.
    pub fn key(&self) -> Option<Zeroizing<[u8; 32]>> {
        let mut key = Zeroizing::new([0; 32]);
        for (bytes, word) in key.chunks_exact_mut(4).zip(self.sum) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        (self.rounds_left == 0).then_some(key)
    }

    /// The plain way.
    pub(crate) fn advance(&mut self, rounds: u32) {
        for _ in 0..rounds {
            hash(&self.inner, &mut self.last);
            hash(&self.outer, &mut self.last);
            for (sum, word) in self.sum.iter_mut().zip(self.last) {
                *sum ^= word;
            }
        }
    }
}

impl std::fmt::Debug for Derivation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Derivation({} rounds left)", self.rounds_left)
    }
}

/// Does all rounds of all derivations; `false`, with rounds left, as soon as the caller no longer
/// wants to `go_on`, which is asked many times a second.
#[must_use]
pub fn derive(derivations: &mut [Derivation], go_on: &dyn Fn() -> bool) -> bool {
    loop {
        let open = derivations.iter_mut().filter(|one| one.rounds_left > 0);
        let mut open: Vec<&mut Derivation> = open.collect();
        let Some(least) = open.iter().map(|one| one.rounds_left).min() else {
            return true;
        };
        if !go_on() {
            return false;
        }
        let rounds = least.min(ROUNDS_BETWEEN_QUESTIONS);
        lanes::advance(&mut open, rounds);
        open.iter_mut().for_each(|one| one.rounds_left -= rounds);
    }
}

/// How many derivations to take up at once where `wanted` could be: some more, where they cost nothing
/// more on this processor; fewer, where more of them at once would be no faster.
pub fn at_once(wanted: usize) -> usize {
    lanes::width(wanted)
}

/// SHA-256 after the first block of HMAC: the password, or its digest where it is longer than a block,
/// with every byte changed by `pad`.
fn keyed(password: &[u8], pad: u8) -> Words {
    let mut block = Zeroizing::new([0; 64]);
    match block.get_mut(..password.len()) {
        Some(start) => start.copy_from_slice(password),
        None => block[..32].copy_from_slice(&Sha256::digest(password)),
    }
    block.iter_mut().for_each(|byte| *byte ^= pad);
    let mut state = START;
    compress256(&mut state, &[*block]);
    state
}

/// The hash of one block of HMAC and the digest after it, which takes the place of the digest.
fn hash(keyed: &Words, digest: &mut Words) {
    let mut block = [0; 64];
    for (bytes, word) in block.chunks_exact_mut(4).zip(*digest) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    block[32] = END_OF_MESSAGE;
    block[60..].copy_from_slice(&MESSAGE_BITS.to_be_bytes());
    *digest = *keyed;
    compress256(digest, &[block]);
}

/// What follows the digest in its block: one bit, and at the block's end the length of all that was
/// hashed, a block and a digest.
const END_OF_MESSAGE: u8 = 0x80;
pub(crate) const MESSAGE_BITS: u32 = (64 + 32) * 8;

/// SHA-256 before anything was hashed (FIPS 180-4, 5.3.3).
const START: Words = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

fn words(bytes: &[u8; 32]) -> Words {
    let mut words = Words::default();
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    words
}
