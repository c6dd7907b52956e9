//! Two drawings: a strip of the statuses and bars of the ages. DeviceIds in, places on the page out;
//! the templates `strip.svg` and `chart.svg` draw them.
//!
//! Colour says only what the words beside it say too: what could be lost is red, and the number at
//! the end of its bar names it.

use crate::view::summary::Age;

/// Where the bars begin, how long the longest is, and how far apart they stand.
const BAR_X: u64 = 126;
const BAR_LENGTH: u64 = 130;
const BAR_STEP: u64 = 26;
const STRIP_LENGTH: u64 = 1000;

/// The bars of the age chart.
pub(super) struct Chart {
    pub(super) height: u64,
    pub(super) said: String,
    pub(super) bars: Vec<Bar>,
}

/// One age and its devices.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) y: u64,
    pub(super) text_y: u64,
    pub(super) calm_width: u64,
    pub(super) risk_x: u64,
    pub(super) risk_width: u64,
    pub(super) number_x: u64,
    pub(super) number: String,
}

/// Bars for the ages, the longest [`BAR_LENGTH`] long.
pub(super) fn chart(ages: &[Age]) -> Chart {
    let most = ages.iter().map(|age| age.devices).max().unwrap_or(0);
    Chart {
        height: BAR_STEP * ages.len() as u64,
        said: said(ages),
        bars: ages
            .iter()
            .zip(0..)
            .map(|(age, row)| bar(age, row, most))
            .collect(),
    }
}

fn bar(age: &Age, row: u64, most: u64) -> Bar {
    let whole = length(age.devices, most, BAR_LENGTH);
    let risk_width = length(age.at_risk, most, BAR_LENGTH).min(whole);
    let calm_width = if age.at_risk == age.devices {
        0
    } else {
        whole - risk_width
    };
    Bar {
        label: age.label.clone(),
        y: BAR_STEP * row + 6,
        text_y: BAR_STEP * row + 18,
        calm_width,
        risk_x: BAR_X + calm_width,
        risk_width,
        number_x: BAR_X + calm_width + risk_width + 8,
        number: number(age),
    }
}

fn number(age: &Age) -> String {
    match age.at_risk {
        0 => age.devices.to_string(),
        at_risk if at_risk == age.devices => format!("{at_risk} at risk"),
        at_risk => format!("{}, {at_risk} at risk", age.devices),
    }
}

fn said(ages: &[Age]) -> String {
    let parts: Vec<_> = ages
        .iter()
        .map(|age| format!("{}: {}", age.label, number(age)))
        .collect();
    parts.join("; ")
}

/// One status in the strip.
pub(super) struct Piece {
    pub(super) tone: &'static str,
    pub(super) x: u64,
    pub(super) width: u64,
}

/// The statuses side by side, each as wide as its share; a gap of 3 keeps neighbours apart.
pub(super) fn strip(counts: &[(&'static str, u64)]) -> Vec<Piece> {
    let all: u64 = counts.iter().map(|(_, number)| number).sum();
    let mut before = 0;
    counts
        .iter()
        .filter(|(_, number)| *number > 0)
        .map(|&(tone, number)| {
            let x = before * STRIP_LENGTH / all;
            before += number;
            let end = before * STRIP_LENGTH / all;
            Piece {
                tone,
                x,
                width: (end - x).saturating_sub(3).max(1),
            }
        })
        .collect()
}

/// A number as a length; what is not 0 is never drawn as nothing.
fn length(number: u64, most: u64, longest: u64) -> u64 {
    if number == 0 {
        return 0;
    }
    (number.saturating_mul(longest) / most.max(1)).clamp(2, longest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn age(devices: u64, at_risk: u64) -> Age {
        Age {
            label: "0 to 1 d".into(),
            devices,
            at_risk,
        }
    }

    #[test]
    fn the_longest_bar_is_full_and_one_device_is_seen() {
        let chart = chart(&[age(10_000, 0), age(1, 1), age(0, 0)]);
        assert_eq!(chart.bars[0].calm_width, BAR_LENGTH);
        assert_eq!((chart.bars[1].calm_width, chart.bars[1].risk_width), (0, 2));
        assert_eq!((chart.bars[2].calm_width, chart.bars[2].risk_width), (0, 0));
    }

    #[test]
    fn the_words_name_what_is_at_risk() {
        let words: Vec<_> = [age(3, 0), age(3, 1), age(3, 3)]
            .iter()
            .map(number)
            .collect();
        assert_eq!(words, ["3", "3, 1 at risk", "3 at risk"]);
    }

    proptest! {
        #[test]
        fn the_strip_stays_on_the_page(counts in prop::collection::vec(0u64..20_000, 0..7)) {
            let counts: Vec<_> = counts.into_iter().map(|number| ("good", number)).collect();
            for piece in strip(&counts) {
                prop_assert!(piece.width > 0 && piece.x + piece.width <= STRIP_LENGTH + 1);
            }
        }
    }
}
