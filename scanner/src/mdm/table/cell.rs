//! What a cell means: a number with its unit, a version, a product type, or nothing at all.

use crate::mdm::protocol::device_family;
use crate::model::management::CapacityUnit;

/// What people and consoles write into a cell that has nothing to say.
const BLANKS: &[&str] = &[
    "",
    "-",
    "--",
    "n/a",
    "#n/a",
    "null",
    "unknown",
    "unbekannt",
    "not available",
    "not collected",
    "not applicable",
    "no data",
    "not reported",
    "nicht verfügbar",
    "k. a.",
    "desconocido",
    "inconnu",
    "不明",
    "未知",
];

/// The same where a number of a device belongs.
const NO_NUMBERS: &[&str] = &[
    "na", "none", "0", "tbd", "n.a.", "not set", "keine", "aucun", "ninguno",
];

/// Folded words for an enrolment by which the device hides UDID, serial number and backup keys.
const USER_ENROLMENTS: &[&str] = &[
    "userenrollment",
    "appleuserenrollment",
    "appleuserenrollmentwithserviceaccount",
    "accountdrivenuserenrollment",
    "profiledrivenuserenrollment",
];

/// Has the cell nothing to say?
pub(crate) fn is_blank(text: &str) -> bool {
    BLANKS.iter().any(|blank| text.eq_ignore_ascii_case(blank))
}

/// Has a cell that should name a device nothing to say? Zeros alone are a number that was hidden.
pub(crate) fn is_blank_number(text: &str) -> bool {
    is_blank(text)
        || NO_NUMBERS
            .iter()
            .any(|blank| text.eq_ignore_ascii_case(blank))
        || text.bytes().all(|byte| matches!(byte, b'0' | b'-'))
}

/// A cell without the wrapping that keeps a number text: `'123`, `="123"`.
pub(crate) fn unwrapped(text: &str) -> &str {
    let inner = text
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .or_else(|| text.strip_prefix('\''));
    inner.unwrap_or(text).trim()
}

/// `3.56789E+14` and its German form `3,56789E+14`; a serial number such as `1E23456789` is none.
pub(crate) fn is_scientific(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let number = digits
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','));
    let signed = power.strip_prefix(['+', '-']);
    let power = signed.unwrap_or(power);
    let whole = !power.is_empty() && power.bytes().all(|b| b.is_ascii_digit());
    !digits.is_empty() && number && whole && (signed.is_some() || digits.contains(['.', ',']))
}

/// A number and, where the cell has one, its unit: "93%", "64 GB", "12159".
pub(crate) fn amount(text: &str) -> Option<(f64, Option<Unit>)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ','))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = match unit.trim() {
        "" => None,
        unit => Some(Unit::named(unit)?),
    };
    Some((decimal(number)?, unit))
}

/// `1,234` may be a thousand or one and a bit: refused. `63,4` and `1.234,5` cannot.
fn decimal(text: &str) -> Option<f64> {
    match text.split_once(',') {
        None => text.parse().ok(),
        Some((whole, part)) if part.len() != 3 && !whole.contains('.') => {
            format!("{whole}.{part}").parse().ok()
        }
        Some(_) => None,
    }
}

/// A unit of storage, or of a share of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Of a hundred.
    Percent,
    /// Bytes.
    Bytes,
    /// Base 10 or base 2; consoles seldom say.
    Megabytes,
    /// Base 10 or base 2.
    Gigabytes,
    /// Base 10 or base 2.
    Terabytes,
}

impl Unit {
    fn named(text: &str) -> Option<Self> {
        match text.to_lowercase().as_str() {
            "%" | "percent" => Some(Self::Percent),
            "b" | "byte" | "bytes" => Some(Self::Bytes),
            "mb" | "mib" => Some(Self::Megabytes),
            "gb" | "gib" => Some(Self::Gigabytes),
            "tb" | "tib" => Some(Self::Terabytes),
            _ => None,
        }
    }

    /// The unit in a column's name.
    pub(crate) fn of_name(folded: &str) -> Option<Self> {
        if folded.ends_with("inbytes") || folded == "totaldiskcapacity" || folded == "freediskspace"
        {
            Some(Self::Bytes)
        } else if folded.ends_with("mb") {
            Some(Self::Megabytes)
        } else if folded.starts_with("gigs") {
            Some(Self::Gigabytes)
        } else {
            None
        }
    }

    /// How a capacity in it is kept; the factor, and the unit.
    pub(crate) fn of_capacity(self) -> Option<(f64, CapacityUnit)> {
        match self {
            Self::Percent => None,
            Self::Bytes => Some((1.0, CapacityUnit::Bytes)),
            Self::Megabytes => Some((1.0, CapacityUnit::Megabytes)),
            Self::Gigabytes => Some((1.0, CapacityUnit::Gigabytes)),
            Self::Terabytes => Some((1000.0, CapacityUnit::Gigabytes)),
        }
    }

    /// For a ratio only: into one unit, as far as units say.
    pub(crate) fn megabytes(self) -> f64 {
        match self {
            Self::Percent | Self::Megabytes => 1.0,
            Self::Bytes => 1e-6,
            Self::Gigabytes => 1e3,
            Self::Terabytes => 1e6,
        }
    }
}

/// The version out of "18.1", "iOS 18.1", "18.1 (22B83)", and the build where it is there.
pub(crate) fn version(text: &str) -> Option<(&str, Option<&str>)> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let text = &text[start..];
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (version, rest) = text.split_at(end);
    let build = rest
        .trim()
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let build =
        build.filter(|build| build.len() > 3 && build.bytes().all(|b| b.is_ascii_alphanumeric()));
    Some((version.trim_end_matches('.'), build))
}

/// "iPhone12,1"; other names of products are none.
pub(crate) fn is_product_type(text: &str) -> bool {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    device_family::is_ours(text)
        && digits
            .split_once(',')
            .is_some_and(|(a, b)| number(a) && number(b))
}

/// Does the word stand for a User Enrollment?
pub(crate) fn is_user_enrolment(text: &str) -> bool {
    USER_ENROLMENTS.contains(&super::columns::fold_header(text).as_str())
}

/// The tags of one cell, each once.
pub(crate) fn tags(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split([',', ';', '|', '\n']).map(str::trim) {
        if !tag.is_empty() && tags.iter().all(|known| known != tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_units() {
        assert_eq!(amount("93%"), Some((93.0, Some(Unit::Percent))));
        assert_eq!(amount("63.4 GB"), Some((63.4, Some(Unit::Gigabytes))));
        assert_eq!(amount("63,4 GB"), Some((63.4, Some(Unit::Gigabytes))));
        assert_eq!(amount("12159"), Some((12159.0, None)));
        assert_eq!(amount("256.0000000000"), Some((256.0, None)));
        for text in ["1,234", "1.234,5", "12 apples", "-1", "", "string"] {
            assert_eq!(amount(text), None, "{text}");
        }
    }

    #[test]
    fn versions() {
        assert_eq!(version("18.1"), Some(("18.1", None)));
        assert_eq!(version("iOS 17.4 (21E219)"), Some(("17.4", Some("21E219"))));
        assert_eq!(version("iPadOS 26"), Some(("26", None)));
        assert_eq!(version("none"), None);
    }

    #[test]
    fn product_types() {
        assert!(
            is_product_type("iPad8,12")
                && !is_product_type("iPad Air")
                && !is_product_type("Mac14,2")
        );
    }

    #[test]
    fn cells_that_say_nothing() {
        assert!(is_blank("N/A") && is_blank("") && !is_blank("0"));
        assert!(is_blank_number("0") && is_blank_number("000000") && is_blank_number("None"));
        assert!(!is_blank_number("F2LXK0ABCDEF"));
    }
}
