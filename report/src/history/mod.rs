//! Earlier runs and what they add: which device is which, incidents, comparison, two reports side by
//! side.

pub(crate) mod compare;
pub mod diff;
pub(crate) mod incident;
mod match_devices;
mod past_runs;
pub(crate) mod recovery;
pub(crate) mod run_days;
mod searched;

pub use self::compare::recompare;
pub use self::match_devices::{DeviceIds, match_devices};
pub use self::past_runs::{
    DoneFix, History, PastDevice, PastFinding, PastFolder, PastIcloud, PastRun, PastSize, PastState,
};
pub use self::recovery::ended_outcomes;
pub use self::searched::Searched;
