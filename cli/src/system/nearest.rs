//! What somebody who typed a word wrong may have meant.

/// More slips than this, and it is another word.
const SLIPS_MAX: usize = 3;

/// The nearest of these words; `None` when none is near.
pub(crate) fn nearest<'a>(
    typed: &str,
    words: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let typed: Vec<char> = typed.to_lowercase().chars().collect();
    let limit = SLIPS_MAX.min(typed.len() / 2);
    let slips = words
        .into_iter()
        .map(|word| (slips(&typed, &word.to_lowercase()), word));
    let near = slips.filter(|(slips, _)| *slips <= limit);
    near.min_by_key(|(slips, _)| *slips).map(|(_, word)| word)
}

/// How many letters must be put in, left out or changed to make one word of the other.
fn slips(typed: &[char], word: &str) -> usize {
    let mut row: Vec<usize> = (0..=typed.len()).collect();
    for (place, letter) in word.chars().enumerate() {
        let mut before = row[0];
        row[0] = place + 1;
        for (at, own) in typed.iter().enumerate() {
            let changed = before + usize::from(*own != letter);
            before = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(before + 1);
        }
    }
    row[typed.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, want: Option<&str>) {
        let words = ["check-storage", "restart-device", "wait"];
        assert_eq!(nearest(typed, words), want, "{typed}");
    }

    #[test]
    fn a_slip_is_forgiven_and_another_word_is_not() {
        check("check-storage", Some("check-storage"));
        check("chek-storage", Some("check-storage"));
        check("Check-Storge", Some("check-storage"));
        check("restart_device", Some("restart-device"));
        check("weit", Some("wait"));
        check("so", None);
        check("storage", None);
        check("", None);
    }
}
