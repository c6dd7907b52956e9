//! The judged fleet: what `--json` writes, what `report` reads again, and the one thing that every
//! renderer starts from.
//!
//! A promise to users: fields may be added, none changes its meaning, unknown is `null` and never
//! 0, "" or a date in 1970. Instants are RFC 3339 in UTC.

mod backup;
mod codes;
mod device;
mod finding;
mod mdm;
mod pattern;
mod policy;
mod run;

pub use self::backup::{Attempt, Backup, GoodBackup, Icloud, IcloudAttempt, Proof};
pub(crate) use self::codes::fails;
pub use self::codes::{
    BackupKind, Change, Code, Confidence, FixId, NoSuchName, OsVerdict, PatternKind, Severity,
    Status, Verdict,
};
pub(crate) use self::device::who;
pub use self::device::{Device, Os, PastOfDevice, Recovered, SizeThen, Who};
pub use self::finding::{Evidence, Finding, LikelyFix, PastOfFinding, Reference, Tried, Waiver};
pub use self::mdm::{CapacityTold, Mdm};
pub use self::pattern::Pattern;
pub use self::policy::{GroupUsed, PolicyUsed};
pub use self::run::{
    ComparedRun, FixOutcome, Gone, Host, Past, Results, Root, SCHEMA_VERSION, Summary, Unmatched,
    WaiverUse,
};
