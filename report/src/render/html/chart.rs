//! Drawings: bars that compare devices, and the line of the last nights. Numbers in, places on the
//! page out; the templates draw them.
//!
//! Colour says only what the words beside it say too: what could be lost is red, and the number at
//! the end of its bar names it.

use crate::format;
use crate::view::nights::{Night, range};
use crate::view::rollup::{Place, Rollup};
use crate::view::summary::Age;

use super::url::encoded;

/// How long the longest bar is.
const BAR_LENGTH: u64 = 1_000;

/// Rows of one kind, each with a bar.
pub(super) struct Bars {
    pub(super) title: &'static str,
    pub(super) rows: Vec<Bar>,
    pub(super) more: String,
}

/// Devices of one kind, and those of them that could be lost.
pub(super) struct Bar {
    pub(super) label: String,
    /// The link that shows them in the table, without its `#`.
    pub(super) link: String,
    pub(super) risk_width: u64,
    pub(super) calm_width: u64,
    pub(super) at_risk: String,
    pub(super) devices: String,
}

/// The ages of the last good backups.
pub(super) fn ages(ages: &[Age]) -> Bars {
    let most = ages.iter().map(|age| age.devices).max().unwrap_or(0);
    let rows = ages.iter().zip(0..);
    Bars {
        title: "Age of the last good backup",
        rows: rows
            .map(|(age, bucket)| {
                let link = format!("age={bucket}");
                bar(&age.label, link, (age.devices, age.at_risk), most)
            })
            .collect(),
        more: String::new(),
    }
}

/// One roll-up of the fleet.
pub(super) fn rollup(rollup: &Rollup) -> Bars {
    let most = rollup
        .places
        .iter()
        .map(|place| place.devices)
        .max()
        .unwrap_or(0);
    let row = |place: &Place| {
        let link = format!("{}={}", rollup.id, encoded(&place.name));
        bar(&place.name, link, (place.devices, place.at_risk), most)
    };
    Bars {
        title: rollup.title,
        rows: rollup.places.iter().map(row).collect(),
        more: rollup.more.clone(),
    }
}

fn bar(label: &str, link: String, (devices, at_risk): (u64, u64), most: u64) -> Bar {
    let whole = length(devices, most);
    let risk_width = length(at_risk, most).min(whole);
    let calm_width = if at_risk == devices {
        0
    } else {
        whole - risk_width
    };
    Bar {
        label: label.to_owned(),
        link,
        risk_width,
        calm_width,
        at_risk: format::number(at_risk),
        devices: format::number(devices),
    }
}

/// A number as a length; what is not 0 is never drawn as nothing.
fn length(number: u64, most: u64) -> u64 {
    if number == 0 {
        return 0;
    }
    (number.saturating_mul(BAR_LENGTH) / most.max(1)).clamp(8, BAR_LENGTH)
}

const NIGHT_WIDTH: u64 = 10;
const LINE_HEIGHT: u64 = 40;

/// The line of the last nights.
pub(super) struct Line {
    pub(super) width: u64,
    /// The points of each unbroken run of nights, as a polyline takes them.
    pub(super) pieces: Vec<String>,
    /// Where fleetback did not run.
    pub(super) gaps: Vec<u64>,
    /// Where it ran, and the history does not know what it counted.
    pub(super) unknown: Vec<u64>,
    pub(super) last: (u64, u64),
    /// "last 28 nights: between 14 and 31".
    pub(super) caption: String,
    /// Where each night begins, and what is said of it.
    pub(super) nights: Vec<(u64, String)>,
    pub(super) description: String,
}

/// The line; `None` where there are fewer than two nights to join.
pub(super) fn line(nights: &[Night]) -> Option<Line> {
    let most = nights.iter().filter_map(|night| night.at_risk).max()?;
    let runs = nights
        .iter()
        .filter(|night| night.at_risk.is_some())
        .count();
    let points: Vec<_> = (0..)
        .zip(nights)
        .map(|(place, night)| point(place, night, most))
        .collect();
    let pieces = points
        .split(Option::is_none)
        .filter(|piece| !piece.is_empty());
    let marks = |holds: fn(&Night) -> bool| {
        let marked = (0..).zip(nights).filter(|(_, night)| holds(night));
        marked
            .map(|(place, _)| NIGHT_WIDTH * place + NIGHT_WIDTH / 2)
            .collect()
    };
    let words = nights.iter().map(Night::words);
    (runs > 1).then(|| Line {
        width: NIGHT_WIDTH * nights.len() as u64,
        pieces: pieces
            .map(|piece| polyline(&piece.iter().flatten().copied().collect::<Vec<_>>()))
            .collect(),
        gaps: marks(|night| !night.ran),
        unknown: marks(|night| night.ran && night.at_risk.is_none()),
        last: points
            .iter()
            .rev()
            .flatten()
            .next()
            .copied()
            .unwrap_or_default(),
        caption: format!(
            "last {} nights: {}",
            nights.len(),
            range(nights).unwrap_or_default()
        ),
        description: words.clone().collect::<Vec<_>>().join("; "),
        nights: (0..).step_by(NIGHT_WIDTH as usize).zip(words).collect(),
    })
}

fn point(place: u64, night: &Night, most: u64) -> Option<(u64, u64)> {
    let height = night.at_risk? * (LINE_HEIGHT - 8) / most.max(1);
    Some((
        NIGHT_WIDTH * place + NIGHT_WIDTH / 2,
        LINE_HEIGHT - 4 - height,
    ))
}

/// The points; a single night is a short line of its own.
fn polyline(piece: &[(u64, u64)]) -> String {
    let text = |(x, y): (u64, u64)| format!("{x},{y}");
    match piece {
        [(x, y)] => format!("{} {}", text((x - 2, *y)), text((x + 2, *y))),
        many => many
            .iter()
            .map(|point| text(*point))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn widths(devices: u64, at_risk: u64, most: u64) -> (u64, u64) {
        let bar = bar("0 to 1 d", String::new(), (devices, at_risk), most);
        (bar.calm_width, bar.risk_width)
    }

    #[test]
    fn the_longest_bar_is_full_and_one_device_is_seen() {
        assert_eq!(widths(10_000, 0, 10_000), (BAR_LENGTH, 0));
        assert_eq!(widths(1, 1, 10_000), (0, 8));
        assert_eq!(widths(0, 0, 10_000), (0, 0));
    }

    fn night(at_risk: Option<u64>) -> Night {
        Night {
            date: String::new(),
            ran: at_risk.is_some(),
            at_risk,
        }
    }

    #[test]
    fn the_line_has_a_gap_where_fleetback_did_not_run() {
        let mut nights = [Some(4), Some(2), None, Some(4), None].map(night);
        nights[4].ran = true;
        let line = line(&nights).unwrap();
        assert_eq!(line.pieces, ["5,4 15,20", "33,4 37,4"]);
        assert_eq!(line.gaps, [25]);
        assert_eq!(
            line.unknown,
            [45],
            "it ran, and what it counted was not kept"
        );
        assert_eq!(line.last, (35, 4));
        assert_eq!(line.caption, "last 5 nights: between 2 and 4");
    }

    #[test]
    fn one_night_makes_no_line() {
        assert!(line(&[night(Some(4)), night(None)]).is_none());
        assert!(line(&[]).is_none());
    }

    proptest! {
        #[test]
        fn bars_stay_in_their_cell(devices in 0u64..50_001, part in 0u64..50_001, more in 0u64..9) {
            let (calm, risk) = widths(devices, part.min(devices), devices + more);
            prop_assert!(calm + risk <= BAR_LENGTH);
        }
    }
}
