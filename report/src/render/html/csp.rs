//! The content-security policy: one style and one script, each named by the hash of its bytes.
//!
//! The hash must be that of what the browser sees. A browser reads CR LF as LF before it hashes, so
//! an asset that a checkout on Windows gave CR LF is made LF here, in the page and in the hash.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The style sheet as it stands in the page.
pub(super) fn style() -> String {
    lines_ended_by_lf(include_str!("../../../assets/report.css"))
}

/// The script as it stands in the page.
pub(super) fn script() -> String {
    lines_ended_by_lf(include_str!("../../../assets/report.js"))
}

/// A policy that lets this style and this script run and nothing else: no request, no frame, no form.
pub(super) fn policy(style: &str, script: &str) -> String {
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        source(style),
        source(script)
    )
}

/// The same for a page without a script.
pub(super) fn policy_of_style(style: &str) -> String {
    format!(
        "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'",
        source(style)
    )
}

fn source(text: &str) -> String {
    format!(
        "sha256-{}",
        STANDARD.encode(Sha256::digest(text.as_bytes()))
    )
}

pub(super) fn lines_ended_by_lf(text: &str) -> String {
    text.replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published example of a script hash (W3C, Content Security Policy Level 3, 8.4).
    #[test]
    fn a_source_is_the_hash_of_the_bytes() {
        assert_eq!(
            source("alert('Hello, world.');"),
            "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="
        );
    }

    #[test]
    fn line_ends_of_windows_change_nothing() {
        assert_eq!(lines_ended_by_lf("a\r\nb\n"), "a\nb\n");
    }

    #[test]
    fn no_asset_closes_its_own_element_or_names_another_file() {
        let run_sheets = lines_ended_by_lf(include_str!("../../../assets/run-sheets.css"));
        let barred = [
            "</style",
            "</script",
            "<!--",
            "@import",
            "innerhtml",
            "fetch(",
        ];
        for asset in [style(), script(), run_sheets.clone()] {
            let lower = asset.to_lowercase();
            for barred in barred {
                assert!(!lower.contains(barred), "{barred}");
            }
        }
        for style in [style(), run_sheets] {
            assert!(!style.to_lowercase().contains("url("));
        }
    }
}
