//! The ids that distinguish one iPhone from another, normalised so that they can be compared.
//!
//! A device is joined by UDID, then serial number, then IMEI or MEID, then ECID, and never by its
//! name: half a fleet is called "iPhone". Strings as found cannot be compared: the same
//! UDID comes as `00008030-001A…`, `00008030001a…` and in upper case from Info.plist.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Unique device identifier: 40 hex digits (before A12), or 8, a dash and 16 (A12 and later).
///
/// Kept in Apple's usual spelling: lower case for the old form, upper case with its dash for the
/// new one. Two spellings of one UDID parse to equal values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Udid(String);

impl Udid {
    /// Reads either form, in any case, with or without the dash, with white space around it.
    ///
    /// ```
    /// use fleetback_scanner::model::identity::Udid;
    ///
    /// let udid = Udid::parse(" 00008030001a35e40212345e").unwrap();
    /// assert_eq!(udid.as_str(), "00008030-001A35E40212345E");
    /// assert_eq!(Udid::parse("iPhone of Ada"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let bare: String = text.trim().chars().filter(|c| *c != '-').collect();
        if !bare.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        match bare.len() {
            40 => Some(Self(bare.to_ascii_lowercase())),
            24 => Some(Self(
                format!("{}-{}", &bare[..8], &bare[8..]).to_ascii_uppercase(),
            )),
            _ => None,
        }
    }

    /// The canonical spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The exclusive chip id, which is the second half of a UDID of A12 and later.
    pub fn ecid(&self) -> Option<Ecid> {
        let (_, chip) = self.0.split_once('-')?;
        u64::from_str_radix(chip, 16).ok().map(Ecid)
    }
}

/// Serial number as Apple prints it: letters and digits, upper case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Serial(String);

impl Serial {
    /// Folds case and drops white space; refuses what cannot be a serial number of a device
    /// (anything but 8 to 14 letters and digits, a run of one character, scientific notation
    /// such as `1.2E+11`).
    pub fn parse(text: &str) -> Option<Self> {
        let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let sane = (8..=14).contains(&bare.len())
            && bare.bytes().all(|b| b.is_ascii_alphanumeric())
            && bare.bytes().any(|b| b != bare.as_bytes()[0]);
        sane.then(|| Self(bare.to_ascii_uppercase()))
    }

    /// The canonical spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// International mobile equipment identity. Two are equal when their first 14 digits are: the
/// 15th is a check digit, and some sources print 14, others 16 with a software version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Imei(String);

impl Imei {
    /// Reads 14 to 16 digits, with spaces, dashes or slashes between them; refuses scientific
    /// notation and a number of one repeated digit.
    pub fn parse(text: &str) -> Option<Self> {
        let bare: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '/' | '\u{a0}'))
            .collect();
        let sane = (14..=16).contains(&bare.len())
            && bare.bytes().all(|b| b.is_ascii_digit())
            && bare.bytes().any(|b| b != bare.as_bytes()[0]);
        sane.then_some(Self(bare))
    }

    /// All digits as read.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 14 digits that identify the device.
    pub fn body(&self) -> &str {
        &self.0[..14]
    }
}

impl PartialEq for Imei {
    fn eq(&self, other: &Self) -> bool {
        self.body() == other.body()
    }
}
impl Eq for Imei {}
impl PartialOrd for Imei {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Imei {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.body().cmp(other.body())
    }
}
impl std::hash::Hash for Imei {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.body().hash(state);
    }
}

/// Mobile equipment identifier of CDMA devices: 14 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Meid(String);

impl Meid {
    /// Reads 14 hex digits with spaces or dashes between them. All-decimal values are taken too:
    /// they are then the first 14 digits of the IMEI of the same device.
    pub fn parse(text: &str) -> Option<Self> {
        let bare: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '\u{a0}'))
            .collect();
        let sane = bare.len() == 14
            && bare.bytes().all(|b| b.is_ascii_hexdigit())
            && bare.bytes().any(|b| b != bare.as_bytes()[0]);
        sane.then(|| Self(bare.to_ascii_uppercase()))
    }

    /// The canonical spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Exclusive chip id, a 64-bit number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ecid(pub u64);

impl Ecid {
    /// Reads `0x1A75D23A2B803A` or a decimal number; refuses 0 and scientific notation.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(hex) => u64::from_str_radix(hex, 16).ok()?,
            None => text.parse().ok()?,
        };
        (number != 0).then_some(Self(number))
    }
}

impl fmt::Display for Udid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Display for Imei {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Display for Meid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Display for Ecid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:X}", self.0)
    }
}

/// Everything one piece of evidence says about which device it speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// UDID.
    pub udid: Option<Udid>,
    /// Serial number.
    pub serial: Option<Serial>,
    /// IMEI of every SIM slot.
    pub imeis: BTreeSet<Imei>,
    /// MEID.
    pub meid: Option<Meid>,
    /// ECID; also part of a UDID of A12 and later, see [`Identity::ecid`].
    pub ecid: Option<Ecid>,
}

impl Identity {
    /// The ECID as it stands, else the one inside the UDID.
    pub fn ecid(&self) -> Option<Ecid> {
        self.ecid
            .or_else(|| self.udid.as_ref().and_then(Udid::ecid))
    }

    /// Does it name any device at all?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The name of a backup folder: `<UDID>`, or `<UDID>-yyyyMMdd-HHmmss` for an archived copy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FolderName {
    /// The UDID that the name begins with.
    pub udid: Udid,
    /// `yyyyMMdd-HHmmss` of an archived copy: local time of the archiving, not of the backup.
    pub archive_stamp: Option<String>,
}

impl FolderName {
    /// Reads a folder name; `None` when it is not the name of a backup.
    ///
    /// ```
    /// use fleetback_scanner::model::identity::FolderName;
    ///
    /// let archived = FolderName::parse("00008030-001A2B3C4D5E6F70-20261130-211000");
    /// let stamp = archived.and_then(|name| name.archive_stamp);
    /// assert_eq!(stamp.as_deref(), Some("20261130-211000"));
    /// assert_eq!(FolderName::parse("Documents"), None);
    /// ```
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(udid) = Udid::parse(name).filter(|_| name.trim() == name) {
            return Some(Self {
                udid,
                archive_stamp: None,
            });
        }
        let cut = name
            .len()
            .checked_sub(16)
            .filter(|cut| name.is_char_boundary(*cut))?;
        let (udid, stamp) = name.split_at(cut);
        let stamp = stamp.strip_prefix('-')?;
        let (day, time) = stamp.split_once('-')?;
        let digits =
            |text: &str, len| text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(day, 8) || !digits(time, 6) {
            return None;
        }
        Some(Self {
            udid: Udid::parse(udid)?,
            archive_stamp: Some(stamp.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn udid(text: &str, want: Option<&str>) {
        assert_eq!(
            Udid::parse(text).as_ref().map(Udid::as_str),
            want,
            "{text:?}"
        );
    }

    #[test]
    fn udids() {
        udid(
            "00008030-001a35e40212345e",
            Some("00008030-001A35E40212345E"),
        );
        udid(
            "00008030001A35E40212345E",
            Some("00008030-001A35E40212345E"),
        );
        udid(
            " 00008030-001A35E40212345E\n",
            Some("00008030-001A35E40212345E"),
        );
        udid(
            "ABCDEF0123456789ABCDEF0123456789ABCDEF01",
            Some("abcdef0123456789abcdef0123456789abcdef01"),
        );
        udid("abcdef0123456789abcdef0123456789abcdef0", None);
        udid("abcdef0123456789abcdef0123456789abcdef012", None);
        udid("0000803g-001A35E40212345E", None);
        udid("", None);
        udid("ééééééééééééééééééééé", None);
    }

    #[test]
    fn ecid_is_the_second_half_of_a_new_udid() {
        let new = Udid::parse("00008130-001A75D23A2B803A").unwrap();
        assert_eq!(new.ecid(), Ecid::parse("0x1A75D23A2B803A"));
        assert_eq!(
            Udid::parse("abcdef0123456789abcdef0123456789abcdef01")
                .unwrap()
                .ecid(),
            None
        );
    }

    #[test]
    fn scientific_notation_is_refused() {
        assert_eq!(Imei::parse("3.56789E+14"), None);
        assert_eq!(Serial::parse("1.2E+11"), None);
        assert_eq!(Ecid::parse("7.4E+15"), None);
    }

    #[test]
    fn imeis_are_equal_by_14_digits() {
        assert_eq!(
            Imei::parse("35 678901 234567 8"),
            Imei::parse("35678901234567")
        );
        assert_eq!(
            Imei::parse("35-678901-234567-8"),
            Imei::parse("3567890123456701")
        );
        assert_ne!(
            Imei::parse("356789012345678"),
            Imei::parse("356789012345688")
        );
        assert_eq!(Imei::parse("3567890123456"), None);
        assert_eq!(Imei::parse("000000000000000"), None);
    }

    #[track_caller]
    fn folder(name: &str, want: Option<(&str, Option<&str>)>) {
        let got = FolderName::parse(name);
        let got = got
            .as_ref()
            .map(|f| (f.udid.as_str(), f.archive_stamp.as_deref()));
        assert_eq!(got, want, "{name:?}");
    }

    #[test]
    fn folder_names() {
        let new = "00008030-001A35E40212345E";
        let old = "abcdef0123456789abcdef0123456789abcdef01";
        folder(new, Some((new, None)));
        folder(old, Some((old, None)));
        folder(
            &format!("{new}-20220907-105238"),
            Some((new, Some("20220907-105238"))),
        );
        folder(
            &format!("{old}-20220907-105238"),
            Some((old, Some("20220907-105238"))),
        );
        folder(&format!("{old}-20220907-1052"), None);
        folder(&format!("{old}-archived"), None);
        folder(&format!("{old} copy"), None);
        folder("iMazing.Versions", None);
        folder(".DS_Store", None);
        folder("", None);
        folder("éééééééééééééééé", None);
    }
}
