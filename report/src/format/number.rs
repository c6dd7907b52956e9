//! Numbers, amounts and lists as people read them.

/// "41", "1,204": digits in groups of three.
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// "1 device", "1,204 devices".
pub fn plural(count: impl Into<u64>, one: &str, many: &str) -> String {
    let count = count.into();
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// "812 bytes", "4.0 MB", "5.5 GB": decimal units, as Finder counts.
pub fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 4] = [
        (1_000_000_000_000, "TB"),
        (1_000_000_000, "GB"),
        (1_000_000, "MB"),
        (1_000, "kB"),
    ];
    match UNITS.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / *unit as f64),
        None => plural(bytes, "byte", "bytes"),
    }
}

/// Gigabytes (10^9 bytes), rounded to two digits after the point.
pub fn gigabytes(bytes: u64) -> f64 {
    (bytes as f64 / 1e7).round() / 100.0
}

/// The same of a size that was calculated.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // one decimal is shown
pub(crate) fn rounded(bytes: f64) -> String {
    size(bytes as u64)
}

/// "94 %": a part of 1, without a fraction.
pub(crate) fn percent(part: f64) -> String {
    format!("{:.0} %", part * 100.0)
}

/// "a, b and 12 more": at most `most` items, and how many were left out.
pub fn list<T: AsRef<str>>(items: &[T], most: usize) -> String {
    let named: Vec<&str> = items.iter().take(most).map(AsRef::as_ref).collect();
    match items.len().saturating_sub(most) {
        0 => named.join(", "),
        more => format!("{} and {} more", named.join(", "), number(more as u64)),
    }
}

/// Lines named one by one; the rest are counted.
const LINES_MAX: usize = 10;

/// "line 3", "lines 3, 4 and 9", "lines 1, 2, … and 5 more".
pub(crate) fn list_of_lines(lines: &[u64]) -> String {
    let named: Vec<_> = lines.iter().take(LINES_MAX).map(u64::to_string).collect();
    let more = lines.len().saturating_sub(LINES_MAX);
    match named.as_slice() {
        [only] => format!("line {only}"),
        [first @ .., last] if more == 0 => format!("lines {} and {last}", first.join(", ")),
        named => format!("lines {} and {more} more", named.join(", ")),
    }
}

/// "yes" or "no".
pub(crate) fn yes_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}
