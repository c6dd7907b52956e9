//! Did Apple report an iCloud outage for the days that a device missed?
//!
//! An event explains a device only when it covers *every* missed day: an outage of yesterday is no
//! reason for three weeks without a backup.

use fleetback_scanner::model::service_status::{ServiceEvent, ServiceStatus};
use jiff::{SignedDuration, Timestamp};

use crate::assess::context::DeviceContext;

/// iCloud Backup aims at one backup a day (`BackupPeriod`, 86,400 seconds, in its own settings).
const NIGHT: SignedDuration = SignedDuration::from_hours(24);

/// The services without which no iCloud backup is made, as Apple's page names them.
const SERVICES: [&str; 2] = ["icloud backup", "icloud account & sign in"];

/// An event that covers every missed day, and how far it is known to reach.
pub(crate) struct Covering<'a> {
    pub(crate) event: &'a ServiceEvent,
    /// Its end, or the age of the file that says that it goes on.
    pub(crate) until: Timestamp,
}

/// The event that explains why a device has no younger iCloud backup, if one does.
pub(crate) fn covering<'a>(
    ctx: &DeviceContext<'_>,
    status: &'a ServiceStatus,
) -> Option<Covering<'a>> {
    let success = ctx.cloud.last_success()?;
    let events = status.events.iter().map(|event| Covering {
        event,
        until: event.end.unwrap_or(status.observed_at),
    });
    let ours = events.filter(|outage| bears_on_backup(outage.event));
    ours.filter(|outage| covers(outage.event.start, outage.until, success, ctx.now))
        .max_by_key(|outage| outage.until)
}

fn bears_on_backup(event: &ServiceEvent) -> bool {
    let name = event.service.trim().to_lowercase();
    SERVICES.contains(&name.as_str())
}

/// The first missed day is the one that begins a day after the last success, the last is the one
/// that ends now. Each must meet the event.
fn covers(start: Timestamp, until: Timestamp, success: Timestamp, now: Timestamp) -> bool {
    let first_night_ends = success + NIGHT * 2;
    let last_night_begins = now - NIGHT;
    let missed = first_night_ends <= now;
    missed && start < first_night_ends && until > last_night_begins
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hours after the last success.
    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[track_caller]
    fn check(start: i64, until: i64, now: i64, want: bool) {
        assert_eq!(covers(at(start), at(until), at(0), at(now)), want);
    }

    #[test]
    fn an_event_covers_every_missed_night_or_explains_nothing() {
        // Nights 24-48, 48-72 and 72-96 were missed.
        check(30, 90, 96, true);
        check(47, 90, 96, true);
        check(48, 90, 96, false);
        check(30, 73, 96, true);
        check(30, 72, 96, false);
        // Nothing was missed yet.
        check(10, 40, 47, false);
        check(10, 40, 48, true);
    }
}
