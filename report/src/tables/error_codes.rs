//! What the error codes of Apple's backup mean, as far as it is known outside Apple.
//!
//! None of this is documented by Apple; the meanings come from published reverse engineering of
//! MobileBackup and from public issue threads (docs/findings.md names them). They may change with
//! any version of iOS, so every sentence built on one says "the device reported". A code that is
//! not in the table is shown as it is and never guessed.

use std::ops::RangeInclusive;

use crate::results::FixId;

/// The domain of the backup's own errors.
pub const MB: &str = "MBErrorDomain";
/// The domain of CloudKit, on which iCloud Backup is built.
pub(crate) const CK: &str = "CKErrorDomain";

/// What a code speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The backup succeeded.
    Success,
    /// Several errors in one; the inner codes count.
    Bundle,
    /// The iCloud storage of the account.
    Quota,
    /// The storage of the device.
    DeviceStorage,
    /// The disk of the computer.
    HostStorage,
    /// Apple's servers.
    Service,
    /// The account.
    Account,
    /// The network.
    Network,
    /// The conditions for a backup ended; iOS takes it as normal and tries again.
    Deferred,
    /// The device itself.
    Device,
    /// The folder of a local backup, or its disk.
    Folder,
    /// The password of a local backup.
    Password,
    /// The device was locked or not set up.
    User,
    /// The version of iOS.
    Version,
}

/// What is known of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    domain: &'static str,
    codes: RangeInclusive<i64>,
    /// In plain words, to stand in "code 303 (…)".
    pub meaning: &'static str,
    /// What it speaks of.
    pub class: Class,
    /// What usually helps; `None` where the code alone does not show it.
    pub fix: Option<FixId>,
}

/// What a code means; `None` for an unknown one.
///
/// ```
/// use fleetback_report::tables::error_codes::{Class, MB, explain};
///
/// assert_eq!(explain(MB, 303).map(|known| known.class), Some(Class::Quota));
/// assert_eq!(explain("SomeOtherDomain", 303), None);
/// ```
pub fn explain(domain: &str, code: i64) -> Option<&'static Meaning> {
    TABLE
        .iter()
        .find(|row| row.domain == domain && row.codes.contains(&code))
}

/// Is it one of the codes that Apple's own code takes as passing? One of them in one run means
/// nothing; the same one three times in a row does.
/// "Busy" is not in that set, and passes all the same.
pub fn is_transient(domain: &str, code: i64) -> bool {
    domain == MB && (code == BUSY || TRANSIENT.contains(&code))
}

const BUSY: i64 = 14;

/// Every code with a known meaning.
pub fn all() -> impl Iterator<Item = &'static Meaning> {
    TABLE.iter()
}

impl Meaning {
    /// "MBErrorDomain".
    pub fn domain(&self) -> &'static str {
        self.domain
    }

    /// The codes that mean it.
    pub fn codes(&self) -> RangeInclusive<i64> {
        self.codes.clone()
    }
}

impl Class {
    /// What it speaks of, in a word or two.
    pub fn words(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Bundle => "bundle",
            Self::Quota => "iCloud storage",
            Self::DeviceStorage => "storage of the device",
            Self::HostStorage => "disk of the computer",
            Self::Service => "Apple's servers",
            Self::Account => "account",
            Self::Network => "network",
            Self::Deferred => "conditions",
            Self::Device => "device",
            Self::Folder => "backup folder",
            Self::Password => "password",
            Self::User => "user",
            Self::Version => "version",
        }
    }
}

/// The transient set of Apple's own test, from its bit masks. 303 is not among them.
const TRANSIENT: [i64; 19] = [
    17, 19, 20, 105, 106, 202, 208, 217, 218, 219, 220, 300, 302, 304, 305, 308, 310, 556, 557,
];

const fn mb(
    codes: RangeInclusive<i64>,
    class: Class,
    fix: Option<FixId>,
    meaning: &'static str,
) -> Meaning {
    Meaning {
        domain: MB,
        codes,
        meaning,
        class,
        fix,
    }
}

const TABLE: &[Meaning] = &[
    mb(0..=0, Class::Success, None, "the backup succeeded"),
    mb(
        1..=1,
        Class::Device,
        Some(FixId::RestartDevice),
        "an internal error",
    ),
    mb(2..=2, Class::Bundle, None, "several errors at once"),
    mb(
        3..=7,
        Class::Device,
        Some(FixId::RestartDevice),
        "a file was not what it should be",
    ),
    mb(
        9..=9,
        Class::Device,
        None,
        "a file changed while it was read",
    ),
    mb(
        11..=11,
        Class::Folder,
        Some(FixId::StartFreshBackup),
        "a property list of the backup has an invalid format",
    ),
    mb(
        13..=13,
        Class::Service,
        Some(FixId::CheckIcloudStatus),
        "the backup is locked on the server",
    ),
    mb(
        14..=14,
        Class::Device,
        Some(FixId::RestartDevice),
        "the device was busy",
    ),
    mb(
        15..=15,
        Class::Network,
        Some(FixId::StableWifi),
        "the connection ended",
    ),
    mb(
        17..=17,
        Class::Service,
        Some(FixId::CheckIcloudStatus),
        "the service is unavailable for now",
    ),
    mb(
        22..=22,
        Class::User,
        Some(FixId::TurnOnIcloudBackup),
        "backup is disabled",
    ),
    mb(
        24..=24,
        Class::Device,
        Some(FixId::RestartDevice),
        "an operation was not permitted",
    ),
    mb(
        25..=25,
        Class::Deferred,
        Some(FixId::Wait),
        "a restore from iCloud is still running",
    ),
    mb(
        26..=26,
        Class::Device,
        Some(FixId::RestartDevice),
        "a file could not be moved",
    ),
    mb(
        100..=100,
        Class::Device,
        Some(FixId::RestartDevice),
        "reading or writing failed",
    ),
    mb(
        101..=102,
        Class::Device,
        Some(FixId::RestartDevice),
        "the device could not read or write a file",
    ),
    mb(
        103..=104,
        Class::Folder,
        Some(FixId::StartFreshBackup),
        "files could not be read or written at the place of the backup",
    ),
    mb(
        105..=105,
        Class::HostStorage,
        Some(FixId::FreeComputerDisk),
        "no room on the disk that takes the backup",
    ),
    mb(
        106..=106,
        Class::DeviceStorage,
        Some(FixId::CheckStorage),
        "not enough free storage on the device",
    ),
    mb(
        200..=200,
        Class::Folder,
        None,
        "a restore failed; a path in decomposed Unicode has been seen to stop one",
    ),
    mb(
        202..=202,
        Class::Deferred,
        Some(FixId::StableWifi),
        "the backup was cancelled",
    ),
    mb(
        203..=203,
        Class::Version,
        Some(FixId::UpdateIos),
        "the versions do not fit",
    ),
    mb(
        204..=204,
        Class::Folder,
        Some(FixId::StartFreshBackup),
        "there is no usable backup",
    ),
    mb(
        205..=205,
        Class::Folder,
        Some(FixId::StartFreshBackup),
        "the backup is corrupt",
    ),
    mb(
        207..=207,
        Class::Password,
        Some(FixId::RecordBackupPassword),
        "the backup password is wrong or missing",
    ),
    mb(
        208..=208,
        Class::User,
        Some(FixId::EnterPasscode),
        "the device was locked",
    ),
    mb(
        209..=209,
        Class::Device,
        Some(FixId::RestartDevice),
        "the key of a file was not available",
    ),
    mb(
        211..=211,
        Class::User,
        None,
        "Find My must be turned off first",
    ),
    mb(
        212..=212,
        Class::User,
        None,
        "the Setup Assistant was not finished",
    ),
    mb(
        217..=224,
        Class::Deferred,
        Some(FixId::StableWifi),
        "the conditions for a backup ended",
    ),
    mb(
        300..=300,
        Class::Network,
        Some(FixId::StableWifi),
        "a network error",
    ),
    mb(
        301..=301,
        Class::Service,
        Some(FixId::CheckIcloudStatus),
        "the server refused the request",
    ),
    mb(
        302..=302,
        Class::Service,
        Some(FixId::CheckIcloudStatus),
        "the server failed",
    ),
    mb(
        303..=303,
        Class::Quota,
        Some(FixId::CheckStorage),
        "not enough iCloud storage",
    ),
    mb(
        304..=304,
        Class::Service,
        Some(FixId::CheckIcloudStatus),
        "the service is unavailable for now",
    ),
    mb(
        305..=305,
        Class::Account,
        Some(FixId::SignOutIcloud),
        "the account was not accepted",
    ),
    mb(
        307..=307,
        Class::Account,
        Some(FixId::SignOutIcloud),
        "the account has moved",
    ),
    Meaning {
        domain: CK,
        codes: 25..=25,
        meaning: "not enough iCloud storage",
        class: Class::Quota,
        fix: Some(FixId::CheckStorage),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(domain: &str, code: i64, want: Option<(Class, Option<FixId>)>, transient: bool) {
        let got = explain(domain, code).map(|row| (row.class, row.fix));
        assert_eq!(got, want, "{domain} {code}");
        assert_eq!(is_transient(domain, code), transient, "{domain} {code}");
    }

    #[test]
    fn codes() {
        check(MB, 0, Some((Class::Success, None)), false);
        check(MB, 2, Some((Class::Bundle, None)), false);
        check(
            MB,
            106,
            Some((Class::DeviceStorage, Some(FixId::CheckStorage))),
            true,
        );
        check(
            MB,
            209,
            Some((Class::Device, Some(FixId::RestartDevice))),
            false,
        );
        check(
            MB,
            14,
            Some((Class::Device, Some(FixId::RestartDevice))),
            true,
        );
        check(MB, 211, Some((Class::User, None)), false);
        check(MB, 216, None, false);
        check(
            MB,
            217,
            Some((Class::Deferred, Some(FixId::StableWifi))),
            true,
        );
        check(
            MB,
            224,
            Some((Class::Deferred, Some(FixId::StableWifi))),
            false,
        );
        check(MB, 225, None, false);
        check(
            MB,
            300,
            Some((Class::Network, Some(FixId::StableWifi))),
            true,
        );
        check(
            MB,
            303,
            Some((Class::Quota, Some(FixId::CheckStorage))),
            false,
        );
        check(
            MB,
            304,
            Some((Class::Service, Some(FixId::CheckIcloudStatus))),
            true,
        );
        check(
            MB,
            305,
            Some((Class::Account, Some(FixId::SignOutIcloud))),
            true,
        );
        check(
            MB,
            307,
            Some((Class::Account, Some(FixId::SignOutIcloud))),
            false,
        );
        check(
            CK,
            25,
            Some((Class::Quota, Some(FixId::CheckStorage))),
            false,
        );
        check(CK, 303, None, false);
        check("NSCocoaErrorDomain", 4, None, false);
        check(MB, i64::MIN, None, false);
    }

    #[test]
    fn no_code_stands_twice() {
        for (n, row) in TABLE.iter().enumerate() {
            for other in &TABLE[n + 1..] {
                let apart = row.domain != other.domain
                    || row.codes.end() < other.codes.start()
                    || other.codes.end() < row.codes.start();
                assert!(apart, "{row:?} {other:?}");
            }
        }
    }
}
