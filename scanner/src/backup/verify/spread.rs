//! How evenly payload names lie over the 256 folders: what a lost folder looks like without the list.
//!
//! A payload is named by a SHA-1 and lies in the folder of its first byte, so names spread as evenly
//! as chance lets them. With 30 files to a folder on average, an empty one happens by chance in fewer
//! than one of ten thousand million backups.

/// Payload folders of a backup.
const FOLDERS: u32 = 256;

/// Chances below this are no accident: one in a thousand million.
const CHANCE_MAX_LN: f64 = -20.72;

/// Folders without a payload, where chance does not explain them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Gap {
    /// So many of the 256 folders are absent or empty.
    pub(crate) empty: u32,
    /// Natural logarithm of the chance that as many are empty, or more; an upper bound.
    chance_ln: f64,
}

impl Gap {
    /// The gap in a backup of so many payloads; `None` where chance explains it.
    pub(crate) fn find(payloads: u64, empty: u32) -> Option<Self> {
        let chance_ln = chance_ln(payloads, empty);
        (empty > 0 && chance_ln < CHANCE_MAX_LN).then_some(Self { empty, chance_ln })
    }

    /// "3 of 256 payload folders hold nothing, which happens by chance in fewer than 1 of 10^12 backups".
    pub(crate) fn in_words(self) -> String {
        let Self { empty, chance_ln } = self;
        let digits = (-chance_ln / std::f64::consts::LN_10).floor();
        format!(
            "{empty} of {FOLDERS} payload folders hold nothing, which happens by chance in fewer than 1 of 10^{digits} backups"
        )
    }
}

/// The chance that some choice of so many folders stays empty: the number of choices times the chance of one.
fn chance_ln(payloads: u64, empty: u32) -> f64 {
    if empty >= FOLDERS {
        return if payloads == 0 {
            0.0
        } else {
            f64::NEG_INFINITY
        };
    }
    let choices: f64 = (1..=empty)
        .map(|nth| (f64::from(FOLDERS - empty + nth) / f64::from(nth)).ln())
        .sum();
    let others = 1.0 - f64::from(empty) / f64::from(FOLDERS);
    (choices + payloads as f64 * others.ln()).min(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(payloads: u64, empty: u32, is_a_gap: bool) {
        let gap = Gap::find(payloads, empty);
        assert_eq!(
            gap.is_some(),
            is_a_gap,
            "{payloads} files, {empty} empty: {gap:?}"
        );
    }

    #[test]
    fn only_gaps_that_chance_does_not_explain_are_told() {
        check(0, 256, false);
        check(40, 219, false);
        check(256, 94, false);
        check(2_560, 0, false);
        check(2_560, 1, false);
        check(7_680, 1, true);
        check(7_680, 0, false);
        check(1_000, 253, true);
        check(100, 250, true);
        let gap = Gap::find(7_680, 1).unwrap();
        assert_eq!(
            gap.in_words(),
            "1 of 256 payload folders hold nothing, which happens by chance in fewer than 1 of 10^10 backups"
        );
    }

    /// Names that are spread by chance leave no gap, however many there are.
    #[test]
    fn even_names_have_no_gap() {
        let mut state = 7_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as usize
        };
        for payloads in [1_u64, 5, 30, 100, 300, 1_000, 3_000, 8_000, 30_000] {
            for _ in 0..20 {
                let mut folders = [0_u32; 256];
                (0..payloads).for_each(|_| folders[next()] += 1);
                let empty = folders.iter().filter(|count| **count == 0).count();
                check(payloads, empty as u32, false);
            }
        }
    }
}
