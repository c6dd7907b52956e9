//! iCloud Backup: off, blocked, forbidden, failing, about to be deleted.
//!
//! "Off" is compliance where the policy forbids iCloud, and a remark where a good local backup
//! stands in for it.

use crate::assess::context::DeviceContext;
use crate::assess::draft_finding::{DraftEvidence, DraftFinding, from_fact};
use crate::assess::fleet_index::is_outage;
use crate::assess::good_backup::within;
use crate::assess::icloud_evidence::{Attempt, log_date};
use crate::assess::origin::Origin;
use crate::format::instant;
use crate::policy::{Requirement, span_of_days};
use crate::results::{Code, Severity};

pub(crate) fn find(ctx: &DeviceContext<'_>) -> Vec<DraftFinding> {
    if ctx.policy.backups.icloud == Requirement::Forbidden {
        return forbidden(ctx).into_iter().collect();
    }
    let all = [
        blocked(ctx),
        off(ctx),
        failing(ctx),
        silent(ctx),
        expiring(ctx),
    ];
    all.into_iter().flatten().collect()
}

fn forbidden(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let fact = ctx.cloud.enabled.as_ref().filter(|fact| fact.value)?;
    let text = "iCloud Backup is on, and the policy forbids it";
    Some(DraftFinding::new(
        Code::IcloudForbidden,
        vec![from_fact(text, fact)],
    ))
}

/// The restriction that stops iCloud Backup, in words.
pub(crate) fn restriction_evidence(ctx: &DeviceContext<'_>, key: &str) -> Option<DraftEvidence> {
    let mdm = ctx.mdm()?;
    let restrictions = mdm.restrictions.as_ref()?;
    let value = restrictions.value.get(key)?;
    let by = mdm
        .restriction_profiles
        .get(key)
        .map_or_else(String::new, |profiles| {
            let names: Vec<&str> = profiles.iter().map(String::as_str).collect();
            format!(", set by {}", names.join(", "))
        });
    Some(DraftEvidence {
        text: format!("the restriction {key} = {value} is in force{by}"),
        origin: Origin::document(&restrictions.source).key(format!("restrictedBool.{key}")),
        observed_at: Some(restrictions.observed_at()),
    })
}

/// Is iCloud Backup stopped by a restriction?
pub(crate) fn is_blocked(ctx: &DeviceContext<'_>) -> bool {
    ctx.restriction("allowCloudBackup") == Some(false)
}

fn blocked(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let evidence = is_blocked(ctx).then(|| restriction_evidence(ctx, "allowCloudBackup"))??;
    let draft = DraftFinding::new(Code::IcloudBlocked, vec![evidence]);
    Some(if ctx.local_stands_in() {
        draft.severity(Severity::Warning)
    } else {
        draft
    })
}

/// Is the switch off?
pub(crate) fn is_off(ctx: &DeviceContext<'_>) -> bool {
    ctx.cloud.enabled.as_ref().is_some_and(|fact| !fact.value)
}

fn off(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let fact = ctx.cloud.enabled.as_ref().filter(|fact| !fact.value)?;
    if is_blocked(ctx) || ctx.is_shared_ipad() {
        return None;
    }
    let draft = DraftFinding::new(
        Code::IcloudOff,
        vec![from_fact("iCloud Backup is switched off", fact)],
    );
    Some(if ctx.local_stands_in() {
        draft.severity(Severity::Info)
    } else {
        draft
    })
}

/// The newest failure of iCloud Backup, when it means something: it lasts; or Apple's servers failed
/// other devices of the fleet within twelve hours; or there is no good backup that would make a
/// passing failure harmless.
pub(crate) fn failure_that_counts<'a>(ctx: &DeviceContext<'a>) -> Option<Attempt<'a>> {
    ctx.cloud.lasting_failure().or_else(|| {
        let newest = *ctx.cloud.failures().first()?;
        let shared =
            is_outage(newest.error_code()) && ctx.fleet.shared_outage(ctx.index, newest.entry.at);
        let alone = ctx.last_good().is_none() && ctx.cloud.newest_real_failure().is_some();
        (shared || alone).then_some(newest)
    })
}

/// Of the ten windows that are kept, so many must have ended with the Wi-Fi.
const WIFI_DROPS: usize = 5;

/// Windows for a backup that the loss of the Wi-Fi ended since the last success, of how many; `None`
/// for fewer than count.
pub(crate) fn wifi_drops(ctx: &DeviceContext<'_>) -> Option<(usize, usize)> {
    let windows = || ctx.cloud.windows_since_success();
    let drops = windows().filter(|window| !window.on_wifi).count();
    (drops >= WIFI_DROPS).then(|| (drops, windows().count()))
}

/// iCloud Backup has been silent for days because the Wi-Fi is lost each time, and a younger local
/// backup hides that from the age of the device.
fn silent(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let (drops, windows) = wifi_drops(ctx)?;
    let (_, backup) = ctx.cloud.log?;
    let aging = ctx.policy.thresholds.aging_days;
    let silent = |date| !within(date, ctx.now, aging);
    let hidden = ctx.last_good().is_some_and(|good| !silent(good.date));
    let off = is_blocked(ctx) || is_off(ctx) || failure_that_counts(ctx).is_some();
    let since = ctx.cloud.last_success();
    (hidden && !off && since.is_none_or(silent)).then(|| {
        let since = since.map_or_else(
            || "no success of iCloud Backup is known".to_owned(),
            |at| format!("the last success of iCloud Backup was on {}", instant(at)),
        );
        let text = format!(
            "{since}, and {drops} of the {windows} times when a backup could have begun ended because the Wi-Fi was lost"
        );
        let evidence = DraftEvidence {
            text,
            origin: Origin::log(backup, "com.apple.MobileBackup.plist"),
            observed_at: log_date(backup, ctx.now),
        };
        DraftFinding::new(Code::IcloudAttemptsFailing, vec![evidence])
    })
}

fn failing(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    failure_that_counts(ctx)?;
    let failures = ctx.cloud.failures();
    let evidence = failures
        .iter()
        .take(EVIDENCE_ATTEMPTS)
        .map(|attempt| DraftEvidence {
            text: format!(
                "the device reported {} for iCloud Backup on {}",
                attempt.describe(),
                instant(attempt.entry.at)
            ),
            origin: Origin::log(attempt.backup, "com.apple.MobileBackup.plist"),
            observed_at: Some(attempt.entry.at),
        });
    let draft = DraftFinding::new(Code::IcloudAttemptsFailing, evidence.collect());
    let alone = ctx.last_good().is_none();
    Some(if alone {
        draft.severity(Severity::Error)
    } else {
        draft
    })
}

/// Attempts shown as evidence; the device's details list them all.
const EVIDENCE_ATTEMPTS: usize = 3;

fn expiring(ctx: &DeviceContext<'_>) -> Option<DraftFinding> {
    let limits = &ctx.policy.thresholds;
    let fact = ctx.cloud.last.as_ref()?;
    if fact.value.duration_until(ctx.now) < span_of_days(limits.icloud_expiring_days) {
        return None;
    }
    let gone = !within(fact.value, ctx.now, limits.icloud_ignored_days);
    let fate = if gone {
        "Apple has probably deleted it"
    } else {
        "Apple deletes it when it is 180 days old"
    };
    let text = format!(
        "the last iCloud backup is of {}, {} ago: {fate}",
        instant(fact.value),
        ctx.age(fact.value).words()
    );
    let near_its_end = !within(fact.value, ctx.now, limits.icloud_expiring_error_days);
    let severity = match (ctx.local_stands_in(), near_its_end) {
        (true, _) if gone => Severity::Info,
        (true, _) | (false, false) => Severity::Warning,
        (false, true) => Severity::Error,
    };
    Some(DraftFinding::new(Code::IcloudExpiring, vec![from_fact(text, fact)]).severity(severity))
}
