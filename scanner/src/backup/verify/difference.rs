//! How a payload can differ from what its row says, and which differences are damage.
//!
//! A length that differs is a note: databases go on living while they are copied. What no living
//! file explains is damage: a stub where a whole file was promised, stored bytes that are not those
//! the device hashed (Apple's restore ends with error 205 there), a file that its key does not open.

/// A file shorter than this where at least [`WHOLE_BYTES_MIN`] were promised is a stub: a page of a
/// file system, the least that a file cut off by a full disk or a broken copy is left with.
const PAGE_BYTES: u64 = 4_096;
const WHOLE_BYTES_MIN: u64 = 8_192;

/// One difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// The stored bytes do not give the row's Digest.
    Digest,
    /// No class key opens its EncryptionKey.
    Locked,
    /// It is no whole number of cipher blocks, or its end is not a padding.
    Ending,
    /// Another length than the row's Size asks for.
    Length {
        /// Bytes on disk.
        found: u64,
        /// Bytes that should be.
        expected: u64,
    },
}

impl How {
    /// Is it more than a living file explains?
    pub(crate) fn is_damage(self) -> bool {
        match self {
            Self::Digest | Self::Locked | Self::Ending => true,
            Self::Length { found, expected } => found < PAGE_BYTES && expected >= WHOLE_BYTES_MIN,
        }
    }

    /// In plain words, without a full stop.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Digest => "its bytes do not give the Digest of its row".to_owned(),
            Self::Locked => "no key of the keybag opens its EncryptionKey".to_owned(),
            Self::Ending => "it does not decrypt to an end that was written so".to_owned(),
            Self::Length { found, expected } => {
                let (found, expected) = (grouped(found), grouped(expected));
                format!("{found} bytes where {expected} are promised")
            }
        }
    }
}

/// 48640 as "48,640".
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(found: u64, expected: u64, damage: bool, words: &str) {
        let how = How::Length { found, expected };
        assert_eq!((how.is_damage(), how.words().as_str()), (damage, words));
    }

    #[test]
    fn only_a_stub_of_a_whole_file_is_damage() {
        check(0, 8_192, true, "0 bytes where 8,192 are promised");
        check(0, 8_191, false, "0 bytes where 8,191 are promised");
        check(
            4_095,
            1_000_000,
            true,
            "4,095 bytes where 1,000,000 are promised",
        );
        check(
            4_096,
            1_000_000,
            false,
            "4,096 bytes where 1,000,000 are promised",
        );
        check(
            999_999,
            48_640,
            false,
            "999,999 bytes where 48,640 are promised",
        );
        check(12, 123, false, "12 bytes where 123 are promised");
    }
}
