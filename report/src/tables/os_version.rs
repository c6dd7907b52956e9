//! Version numbers of iOS and iPadOS, compared as numbers: 9.3.5 is older than 10.0, and 18.10 is
//! newer than 18.9.

use std::fmt;

/// "18.6.2" as numbers; parts that are not given are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OsVersion {
    /// 18
    pub major: u32,
    /// 6
    pub minor: u32,
    /// 2
    pub patch: u32,
}

impl OsVersion {
    /// Reads "18", "18.6", "18.6.2" and "18.6.2 (a)", the letter of a rapid response left out;
    /// `None` for anything that does not start so.
    ///
    /// ```
    /// use fleetback_report::tables::os_version::OsVersion;
    ///
    /// assert_eq!(OsVersion::parse("18.6.2 (a)").unwrap().to_string(), "18.6.2");
    /// assert!(OsVersion::parse("18.6") < OsVersion::parse("18.10"));
    /// assert_eq!(OsVersion::parse("iOS"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.split_whitespace().next()?;
        let mut parts = number.split('.').map(str::parse::<u32>);
        let major = parts.next()?.ok()?;
        let mut part = || parts.next().map_or(Some(0), Result::ok);
        let (minor, patch) = (part()?, part()?);
        Some(Self {
            major,
            minor,
            patch,
        })
    }

    /// The version with these numbers.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// Since 16.1, and on the old line since 15.7.1, every local backup wants the passcode typed on
    /// the device (libimobiledevice issue 1380).
    pub(crate) fn asks_for_passcode(self) -> bool {
        self >= Self::new(16, 1, 0) || (self.major == 15 && self >= Self::new(15, 7, 1))
    }

    /// iCloud Backup ended for iOS 8 and earlier on 18 December 2024.
    pub(crate) fn has_icloud_backup(self) -> bool {
        self.major >= 9
    }
}

impl fmt::Display for OsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch > 0 {
            write!(f, ".{}", self.patch)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: Option<&str>) {
        let got = OsVersion::parse(text).map(|version| version.to_string());
        assert_eq!(got.as_deref(), want, "{text:?}");
    }

    #[test]
    fn versions_are_read() {
        check("18", Some("18.0"));
        check("18.6", Some("18.6"));
        check("18.6.2", Some("18.6.2"));
        check(" 16.4.1 (a) ", Some("16.4.1"));
        check("", None);
        check("iOS 18", None);
        check("18.x", None);
        check("99999999999", None);
        check("-1", None);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let parse = |text| OsVersion::parse(text).unwrap();
        assert!(parse("9.3.5") < parse("10.0"));
        assert!(parse("18.9") < parse("18.10"));
        assert_eq!(parse("18"), parse("18.0.0"));
    }

    #[track_caller]
    fn passcode(text: &str, want: bool) {
        assert_eq!(OsVersion::parse(text).unwrap().asks_for_passcode(), want);
    }

    #[test]
    fn the_passcode_is_asked_for_since_16_1_and_15_7_1() {
        passcode("15.7", false);
        passcode("15.7.1", true);
        passcode("15.8.2", true);
        passcode("16.0", false);
        passcode("16.0.3", false);
        passcode("16.1", true);
        passcode("26.1", true);
    }

    #[test]
    fn icloud_backup_needs_ios_9() {
        assert!(!OsVersion::new(8, 4, 1).has_icloud_backup());
        assert!(OsVersion::new(9, 0, 0).has_icloud_backup());
    }
}
