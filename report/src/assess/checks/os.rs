//! Versions of iOS that no longer do, or that lag behind.

use crate::assess::context::DeviceContext;
use crate::assess::draft_finding::{DraftEvidence, DraftFinding};
use crate::assess::origin::Origin;
use crate::assess::os_support::{Currency, currency};
use crate::format;
use crate::policy::Demand;
use crate::results::{Code, EvidenceSource, Os, OsVerdict, Severity};
use crate::tables::os_version::OsVersion;

pub(crate) fn find(ctx: &DeviceContext<'_>) -> Vec<DraftFinding> {
    let Currency { os, source } = currency(ctx);
    let mut evidence: Vec<_> = ctx.os().and_then(too_old).into_iter().collect();
    if os.verdict == OsVerdict::Unsupported {
        evidence.push(left_behind(source.as_ref()));
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
        DraftFinding::new(Code::OsOutdated, outdated(version, &os, source.as_ref()))
            .severity(severity)
    });
    outdated.into_iter().collect()
}

/// Where a device's own version was read.
fn own(text: String) -> DraftEvidence {
    DraftEvidence {
        text,
        origin: Origin::named("OSVersion of the MDM or ProductVersion of the newest backup"),
        observed_at: None,
    }
}

/// What the list of releases says.
fn listed(text: String, list: Option<&EvidenceSource>) -> DraftEvidence {
    DraftEvidence {
        text,
        origin: Origin {
            source: list.cloned().unwrap_or_default(),
            key: None,
        },
        observed_at: None,
    }
}

fn too_old(version: OsVersion) -> Option<DraftEvidence> {
    let text = format!("the device runs iOS {version}; iCloud Backup needs iOS 9 or later");
    (!version.has_icloud_backup()).then(|| own(text))
}

fn left_behind(list: Option<&EvidenceSource>) -> DraftEvidence {
    listed(
        "no version of iOS is listed for its model any more".to_owned(),
        list,
    )
}

fn outdated(version: OsVersion, os: &Os, source: Option<&EvidenceSource>) -> Vec<DraftEvidence> {
    let newest = os.newest.as_deref().unwrap_or_default();
    let list = source.filter(|source| source.date.is_some());
    if list.is_none() {
        let text = format!("the device runs {version}; another of its model runs {newest}");
        return vec![own(text)];
    }
    let since = os.days_behind.map_or_else(String::new, |days| {
        let days = format::plural(days.unsigned_abs(), "day", "days");
        format!(", and something newer than its own for {days} at least")
    });
    let text = format!("the device runs {version}; {newest} is out for its model{since}");
    vec![listed(text, list)]
}
