//! Apple's lists (iOS releases, service status), read once for judging. What is wrong with one of
//! them is a problem in the report: a download that was cut off must not end the run.

use std::path::PathBuf;

use fleetback_scanner::feed;
use fleetback_scanner::model::os_feed::OsFeed;
use fleetback_scanner::model::problem::Problem;
use fleetback_scanner::model::service_status::ServiceStatus;
use jiff::Timestamp;

/// Where the files are, as far as they were named.
#[derive(Debug, Default)]
pub(crate) struct FeedFiles {
    /// `--os-feed`
    pub(crate) os_feed: Option<PathBuf>,
    /// `--system-status`
    pub(crate) system_status: Option<PathBuf>,
}

/// What they say.
#[derive(Debug, Default)]
pub(crate) struct Feeds {
    /// Which versions of iOS there are.
    pub(crate) os_feed: Option<OsFeed>,
    /// What Apple said of its services.
    pub(crate) service_status: Option<ServiceStatus>,
    /// What could not be used.
    pub(crate) problems: Vec<Problem>,
}

impl FeedFiles {
    /// Reads them.
    pub(crate) fn read(&self, now: Timestamp) -> Feeds {
        let os_feed = self.os_feed.as_deref().map(feed::os_releases::read);
        let status = self.system_status.as_deref();
        let status = status.map(|path| feed::system_status::read(path, now));
        let (os_feed, mut problems) = os_feed.unwrap_or_default();
        let (service_status, more) = status.unwrap_or_default();
        problems.extend(more);
        Feeds {
            os_feed,
            service_status,
            problems,
        }
    }
}
