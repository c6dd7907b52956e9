//! The name of a run: `20261123T004834Z-mac-mini-12-3f9c21aa`.
//!
//! When, where, and eight hex digits that keep two runs of one second apart. With `--now` the
//! digits come from `now`, the host and the roots alone, so that a repeated run has the same name
//! and the same bytes; without it the process id is mixed in too.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

/// A name is part of file names on every system; host names that are longer are cut.
const HOST_CHARS_MAX: usize = 63;

/// The name of a run.
pub(crate) fn run_id(now: Timestamp, host: &str, roots: &[PathBuf], clock: bool) -> String {
    let mut hash = Sha256::new();
    hash.update(now.as_nanosecond().to_le_bytes());
    hash.update(host.as_bytes());
    for root in roots {
        hash.update([0]);
        hash.update(root.as_os_str().as_encoded_bytes());
    }
    if clock {
        hash.update(std::process::id().to_le_bytes());
    }
    let digest = hash.finalize();
    let digits: String = digest.iter().take(4).map(|b| format!("{b:02x}")).collect();
    let second = now.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ");
    format!("{second}-{}-{digits}", file_name_part(host))
}

/// A host's name with everything that a file name could stumble over replaced.
fn file_name_part(host: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    host.chars()
        .take(HOST_CHARS_MAX)
        .map(|c| if safe(c) { c } else { '_' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_run_has_the_same_name() {
        let now: Timestamp = "2026-11-23T00:48:34Z".parse().unwrap();
        let roots = [PathBuf::from("/b")];
        let id = run_id(now, "mac mini/12", &roots, false);
        assert!(id.starts_with("20261123T004834Z-mac_mini_12-"), "{id}");
        assert_eq!(id, run_id(now, "mac mini/12", &roots, false));
        assert_ne!(id, run_id(now, "mac mini/12", &[], false));
        assert_ne!(id, run_id(now, "mac mini/13", &roots, false));
        assert_ne!(id, run_id(now, "mac mini/12", &roots, true));
    }
}
