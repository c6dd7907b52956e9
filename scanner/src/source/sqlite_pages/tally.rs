//! A sum over the entries of a table's column or of an index, to hold one against the other.
//!
//! `PRAGMA quick_check` looks at the form of every page and not at whether an index says the same as
//! its table; `integrity_check` does, and looks every row up in every index: five times the cost of
//! the rest of a check. A sum over all entries needs each page once. Two different lists of entries
//! with the same sum are as likely as a guessed 64-bit number.

use rusqlite::types::ValueRef;

/// How many entries there are, and their sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    entries: u64,
    sum: u64,
}

impl Tally {
    /// Adds one entry: a value and the row that has it.
    pub(crate) fn add(&mut self, value: ValueRef<'_>, rowid: i64) {
        let hash = Hash::of(rowid);
        self.add_hash(match value {
            ValueRef::Null => hash.number(0, 0),
            ValueRef::Integer(number) => hash.number(1, number.cast_unsigned()),
            ValueRef::Real(number) => hash.number(2, number.to_bits()),
            ValueRef::Text(bytes) => hash.bytes(3, bytes),
            ValueRef::Blob(bytes) => hash.bytes(4, bytes),
        });
    }

    /// Adds the entries of another part.
    pub(crate) fn add_all(&mut self, other: &Self) {
        self.entries += other.entries;
        self.sum = self.sum.wrapping_add(other.sum);
    }

    fn add_hash(&mut self, hash: Hash) {
        self.entries += 1;
        self.sum = self.sum.wrapping_add(hash.0);
    }
}

/// A hash that is quick on short texts: one multiplication for eight bytes.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    fn of(rowid: i64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15).mixed(rowid.cast_unsigned())
    }

    fn mixed(self, word: u64) -> Self {
        const FACTOR: u128 = 0xd6e8_feb8_6659_fd93_a076_1d64_78bd_642f;
        let product = u128::from(self.0 ^ word).wrapping_mul(FACTOR);
        Self((product as u64) ^ (product >> 64) as u64 ^ self.0.rotate_left(23))
    }

    fn number(self, kind: u64, number: u64) -> Self {
        self.mixed(kind).mixed(number)
    }

    fn bytes(self, kind: u64, bytes: &[u8]) -> Self {
        let (words, rest) = bytes.as_chunks::<8>();
        let start = self.mixed(kind).mixed(bytes.len() as u64);
        let hash = words
            .iter()
            .fold(start, |hash, word| hash.mixed(u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        hash.mixed(u64::from_le_bytes(last))
    }
}
