//! Versions of iOS that no longer do, or that lag behind.

use crate::assess::context::DeviceContext;
use crate::assess::draft_finding::DraftFinding;
use crate::assess::os_support::currency;
use crate::format;
use crate::policy::Demand;
use crate::results::{Code, Evidence, Os, OsVerdict, Severity};
use crate::tables::os_version::OsVersion;

pub(crate) fn find(ctx: &DeviceContext<'_>) -> Vec<DraftFinding> {
    let os = currency(ctx);
    let mut evidence: Vec<_> = ctx.os().and_then(too_old).into_iter().collect();
    if os.verdict == OsVerdict::Unsupported {
        evidence.push(left_behind(&os));
    }
    if !evidence.is_empty() {
        return vec![DraftFinding::new(Code::OsUnsupported, evidence)];
    }
    let behind = matches!(os.verdict, OsVerdict::BehindMinor | OsVerdict::BehindMajor);
    let blamed = ctx.os().filter(|_| behind && !os.in_grace);
    let severity = match ctx.policy.os.currency {
        Demand::Required => Severity::Warning,
        Demand::Allowed => Severity::Info,
    };
    let outdated = blamed.map(|version| {
        DraftFinding::new(Code::OsOutdated, outdated(version, &os)).severity(severity)
    });
    outdated.into_iter().collect()
}

/// Where a device's own version was read.
fn own(text: String) -> Evidence {
    Evidence {
        text,
        source: "OSVersion of the MDM or ProductVersion of the newest backup".to_owned(),
        observed_at: None,
    }
}

/// What the list of releases says.
fn listed(text: String, os: &Os) -> Evidence {
    let source = os.source.clone().unwrap_or_default();
    Evidence {
        text,
        source: match os.source_date {
            Some(date) => format!("{source}, of {date}"),
            None => source,
        },
        observed_at: None,
    }
}

fn too_old(version: OsVersion) -> Option<Evidence> {
    let text = format!("the device runs iOS {version}; iCloud Backup needs iOS 9 or later");
    (!version.has_icloud_backup()).then(|| own(text))
}

fn left_behind(os: &Os) -> Evidence {
    listed(
        "no version of iOS is listed for its model any more".to_owned(),
        os,
    )
}

fn outdated(version: OsVersion, os: &Os) -> Vec<Evidence> {
    let newest = os.newest.as_deref().unwrap_or_default();
    if os.source_date.is_none() {
        let text = format!("the device runs {version}; another of its model runs {newest}");
        return vec![own(text)];
    }
    let since = os.days_behind.map_or_else(String::new, |days| {
        let days = format::plural(days.unsigned_abs(), "day", "days");
        format!(", and something newer than its own for {days} at least")
    });
    let text = format!("the device runs {version}; {newest} is out for its model{since}");
    vec![listed(text, os)]
}
