//! What is known beside the fleet when it is judged. Everything here was read by somebody else and
//! is an argument: nothing is looked up while judging.

use fleetback_scanner::model::os_feed::OsFeed;
use fleetback_scanner::model::service_status::ServiceStatus;

use crate::history::History;

/// Knowledge beside the evidence of this run. The default knows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Knowledge<'a> {
    /// What earlier runs found; `None` for a run without a memory.
    pub history: Option<&'a History>,
    /// Which versions of iOS there are; without it the built-in table answers.
    pub os_feed: Option<&'a OsFeed>,
    /// What Apple said of its services; `None` when nobody asked.
    pub service_status: Option<&'a ServiceStatus>,
}
