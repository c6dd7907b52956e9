//! The judged fleet: what `--json` writes, what `report` reads again, and the one thing that every
//! renderer starts from.
//!
//! A stable format: fields may be added, none changes its meaning, unknown is `null` and never
//! 0, "" or a date in 1970. Instants are RFC 3339 in UTC.

mod backup;
mod codes;
mod device;
mod finding;
mod fix;
mod mdm;
mod pattern;
mod policy;
mod run;
mod source;

pub use self::backup::{Attempt, Backup, GoodBackup, Icloud, IcloudAttempt, Proof};
pub use self::codes::{
    BackupKind, Change, Code, Confidence, FixId, Focus, Listed, OsVerdict, PatternKind, Severity,
    Status, Verdict,
};
pub(crate) use self::codes::{Standing, fails};
pub(crate) use self::device::are_waived;
pub use self::device::{Device, DeviceHistory, DeviceRef, EarlierSize, Os, Recovered};
pub use self::finding::{EarlierFix, Evidence, Finding, FindingHistory, Reference, Waiver};
pub use self::fix::{FixStep, FixText};
pub use self::mdm::{CapacityTold, Mdm};
pub use self::pattern::Pattern;
pub use self::policy::{GroupUsed, PolicyUsed};
pub use self::run::{
    ComparedRun, ExportUsed, FixOutcome, Host, MissingDevice, PastNight, Results, Root, RunCounts,
    RunHistory, SCHEMA_VERSION, Summary, Unmatched, WaiverUse,
};
pub(crate) use self::source::SourceTable;
pub use self::source::{EvidenceSource, SourceId};
