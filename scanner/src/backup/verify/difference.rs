//! How a payload can differ from what its row says, and which differences are damage.
//!
//! Databases go on living while they are copied, and may be a little shorter than promised. What no
//! living file explains is damage: any other file that is shorter, stored bytes that are not those
//! the device hashed (Apple's restore ends with error 205 there), a file that its key does not open,
//! a ciphertext that no cipher wrote.

use crate::backup::file_list::catalog::Liveness;

/// A database of less than so many quarters of what was promised was cut: pages are given back while
/// it is copied, but not that many.
const DATABASE_QUARTERS_MIN: u64 = 3;

/// One difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// The stored bytes do not give the row's Digest.
    Digest,
    /// No class key opens its EncryptionKey.
    Locked,
    /// It is no whole number of cipher blocks, or its end is not a padding.
    Ending,
    /// It is no whole number of cipher blocks.
    Blocks {
        /// Bytes on disk.
        found: u64,
    },
    /// A cipher block repeats in it, which AES never writes.
    Repeats,
    /// It does not begin as its name says; the device may have stored it so.
    Beginning {
        /// It begins with zeros.
        zeros: bool,
    },
    /// Another length than the row's Size asks for.
    Length {
        /// Bytes on disk.
        found: u64,
        /// Bytes that should be.
        expected: u64,
        /// How the file lives while it is copied.
        liveness: Liveness,
    },
}

impl How {
    /// Is it more than a living file explains?
    pub(crate) fn is_damage(self) -> bool {
        match self {
            Self::Digest | Self::Locked | Self::Ending | Self::Blocks { .. } | Self::Repeats => {
                true
            }
            Self::Beginning { .. } => false,
            Self::Length {
                found,
                expected,
                liveness,
            } => is_another_length(found, expected, liveness),
        }
    }

    /// In plain words, without a full stop.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Digest => "its bytes do not give the Digest of its row".to_owned(),
            Self::Locked => "no key of the keybag opens its EncryptionKey".to_owned(),
            Self::Ending => "it does not decrypt to an end that was written so".to_owned(),
            Self::Blocks { found } => {
                format!(
                    "{} bytes, which is no whole number of cipher blocks",
                    grouped(found)
                )
            }
            Self::Repeats => "blocks of its ciphertext repeat, so it was overwritten".to_owned(),
            Self::Beginning { zeros: true } => {
                "it begins with zeros, which no file of its kind does".to_owned()
            }
            Self::Beginning { zeros: false } => {
                "it does not begin as a file of its kind does".to_owned()
            }
            Self::Length {
                found, expected, ..
            } => {
                let (found, expected) = (grouped(found), grouped(expected));
                format!("{found} bytes where {expected} are promised")
            }
        }
    }
}

fn is_another_length(found: u64, expected: u64, liveness: Liveness) -> bool {
    match liveness {
        Liveness::Fixed => found < expected,
        Liveness::Database => found < expected.saturating_mul(DATABASE_QUARTERS_MIN).div_ceil(4),
        Liveness::Log => false,
        Liveness::Media => found != expected,
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

    fn check(found: u64, expected: u64, damage: [bool; 4], words: &str) {
        let lives = [
            Liveness::Fixed,
            Liveness::Database,
            Liveness::Log,
            Liveness::Media,
        ];
        let found = lives.map(|liveness| How::Length {
            found,
            expected,
            liveness,
        });
        assert_eq!(
            (found.map(How::is_damage), found[0].words().as_str()),
            (damage, words)
        );
    }

    #[test]
    fn only_databases_may_be_shorter_than_promised_and_not_by_much() {
        let longer = [false, false, false, true];
        let (fixed, cut) = ([true, false, false, true], [true, true, false, true]);
        check(0, 8_192, cut, "0 bytes where 8,192 are promised");
        check(0, 1, cut, "0 bytes where 1 are promised");
        check(
            4_096,
            1_000_000,
            cut,
            "4,096 bytes where 1,000,000 are promised",
        );
        check(
            749_999,
            1_000_000,
            cut,
            "749,999 bytes where 1,000,000 are promised",
        );
        check(
            750_000,
            1_000_000,
            fixed,
            "750,000 bytes where 1,000,000 are promised",
        );
        check(122, 123, fixed, "122 bytes where 123 are promised");
        check(
            999_999,
            48_640,
            longer,
            "999,999 bytes where 48,640 are promised",
        );
        check(
            4_096,
            5_000_000_000,
            cut,
            "4,096 bytes where 5,000,000,000 are promised",
        );
    }
}
