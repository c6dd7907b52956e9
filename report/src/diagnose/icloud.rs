//! Why iCloud backups fail: codes first, then windows, then patterns, then the usual order of
//! trying, the least destructive fix first. Rules C1 to C22 of docs/findings.md; those that the
//! whole fleet tells are in `others`.

use jiff::{SignedDuration, Timestamp};

use super::outage::covering;
use super::pattern_rules::fails_with_others;
use super::rule::{Reason, Row, row};
use super::safety::has_fresh_local;
use super::trial::did_not_help;
use crate::assess::checks::icloud::{self, failure_that_counts, is_blocked, is_off};
use crate::assess::context::DeviceContext;
use crate::assess::fleet_index::is_outage;
use crate::assess::icloud_evidence::{Attempt, TRANSIENT_RUN};
use crate::assess::os_support::{Currency, currency};
use crate::format::{instant, plural};
use crate::policy::{Requirement, span_of_days};
use crate::results::Confidence::{High, Low, Medium};
use crate::results::Focus;
use crate::results::{Code, FixId, OsVerdict};
use crate::tables::error_codes::{self, Class};

const STALE: &[Code] = &[Code::BackupNever, Code::BackupStale, Code::BackupAging];
const FAILING: &[Code] = &[
    Code::IcloudAttemptsFailing,
    Code::BackupNever,
    Code::BackupStale,
    Code::BackupAging,
    Code::IcloudExpiring,
];
const EXPIRING: &[Code] = &[Code::IcloudExpiring];
const ATTEMPTS: &[Code] = &[Code::IcloudAttemptsFailing];

/// Causes that the evidence names directly.
pub(crate) const CERTAIN: &[Row] = &[
    row("C21", &[Code::IcloudExpiring, Code::BackupStale], expiring_alone, "Apple deletes an iCloud backup that was not renewed for 180 days: make a local backup first, then look for the cause.", FixId::StartFreshBackup, High).next(FixId::CheckStorage),
    row("C1", STALE, blocked, "A restriction stops iCloud Backup, and there is no local backup to stand in for it.", FixId::ReviewRestriction, High).next(FixId::StartFreshBackup),
    row("C2", STALE, switched_off, "iCloud Backup is switched off.", FixId::TurnOnIcloudBackup, High).next(FixId::CheckStorage),
    row("C2", EXPIRING, is_off_why, "iCloud Backup is switched off.", FixId::TurnOnIcloudBackup, High).next(FixId::CheckStorage),
    row("C3", FAILING, quota, "The iCloud storage of the account is full.", FixId::CheckStorage, High).next(FixId::ContactAppleSupport).focus(Focus::IcloudStorage),
    row("C4", FAILING, device_full_by_code, "The device has too little free storage to make a backup.", FixId::CheckStorage, High).next(FixId::RestartDevice).focus(Focus::DeviceStorage),
    row("C4", STALE, device_full_by_ratio, "The device has too little free storage to make a backup.", FixId::CheckStorage, Medium).next(FixId::RestartDevice).focus(Focus::DeviceStorage),
    row("C5", FAILING, known_outage, "Apple reported trouble with iCloud that covers every missed night.", FixId::CheckIcloudStatus, High).next(FixId::Wait),
    row("C6", FAILING, shared_outage, "Apple's servers failed several devices in the same night.", FixId::CheckIcloudStatus, High).next(FixId::Wait),
    row("C11", FAILING, account_refused, "iCloud does not accept the account any more.", FixId::SignOutIcloud, High).next(FixId::ContactAppleSupport),
    row("C11", FAILING, account_locked, "iCloud does not accept the account, and a restriction keeps the user from signing in again.", FixId::ReviewRestriction, High).next(FixId::ContactAppleSupport),
    row("C11", FAILING, account_without_net, "iCloud does not accept the account; before signing out, a local backup must stand.", FixId::StartFreshBackup, High).next(FixId::ContactAppleSupport),
    row("C11", FAILING, account_refused, "iCloud does not accept the account any more.", FixId::ContactAppleSupport, Medium),
    row("C14b", FAILING, network_of_its_own, "The network fails this device and not the others of its site.", FixId::ResetNetworkSettings, Medium).next(FixId::UpdateIos),
    row("C13", FAILING, wifi_drops, "The Wi-Fi connection ends before a backup can be made.", FixId::StableWifi, High).next(FixId::ResetNetworkSettings),
    row("C12", FAILING, no_window, "The device is never long enough on power, locked and on Wi-Fi at once.", FixId::StableWifi, High).next(FixId::RestartDevice),
    row("C14", FAILING, network, "The connection to iCloud fails again and again.", FixId::StableWifi, High).next(FixId::ResetNetworkSettings),
    row("C15", FAILING, keys, "Files were locked, as they are until the device is unlocked once after a start.", FixId::RestartDevice, Medium).next(FixId::UpdateIos),
    row("C16", &[Code::IcloudAttemptsFailing, Code::BackupNever, Code::BackupStale, Code::BackupAging, Code::IcloudExpiring, Code::OsUnsupported], os_too_old, "iCloud Backup has ended for iOS 8 and earlier.", FixId::UpdateIos, High).next(FixId::StartFreshBackup),
    row("C16b", &[Code::OsUnsupported], left_behind, "Apple makes no version of iOS for this model any more.", FixId::PlanReplacement, High).next(FixId::StartFreshBackup),
    row("E8", FAILING, strange_code, "The device reports an error again and again that only Apple can explain.", FixId::ContactAppleSupport, Medium),
];

/// What a code says that no row above speaks of, and that no other device shares.
pub(crate) const CODES: &[Row] = &[
    row(
        "M1",
        ATTEMPTS,
        |ctx| of_class(ctx, Class::Service),
        "Apple's servers refused the backup.",
        FixId::CheckIcloudStatus,
        Medium,
    )
    .next(FixId::Wait),
    row(
        "M2",
        ATTEMPTS,
        |ctx| of_class(ctx, Class::Network),
        "The connection ended during the backup.",
        FixId::StableWifi,
        Medium,
    )
    .next(FixId::ResetNetworkSettings),
    row(
        "M3",
        ATTEMPTS,
        |ctx| of_class(ctx, Class::Deferred),
        "The conditions for a backup end before it is made.",
        FixId::StableWifi,
        Medium,
    )
    .next(FixId::RestartDevice),
    row(
        "M4",
        ATTEMPTS,
        |ctx| of_class(ctx, Class::Device),
        "The device could not read or write its own files.",
        FixId::RestartDevice,
        Medium,
    )
    .next(FixId::ContactAppleSupport),
    row(
        "M5",
        ATTEMPTS,
        |ctx| of_code(ctx, 22),
        "Backup is disabled on the device.",
        FixId::TurnOnIcloudBackup,
        Medium,
    ),
    row(
        "M6",
        ATTEMPTS,
        |ctx| of_class(ctx, Class::Version),
        "The version of iOS does not fit.",
        FixId::UpdateIos,
        Medium,
    )
    .next(FixId::ContactAppleSupport),
    row(
        "M7",
        ATTEMPTS,
        any_failure,
        "iCloud backups fail with an error that points nowhere in particular.",
        FixId::RestartDevice,
        Low,
    )
    .next(FixId::ContactAppleSupport),
];

/// Patterns and the usual order of trying, for a device whose way is iCloud.
pub(crate) const LIKELY: &[Row] = &[
    row(
        "C11",
        STALE,
        store_account_inactive,
        "The account on the device may not be signed in any more.",
        FixId::SignOutIcloud,
        Low,
    )
    .next(FixId::ContactAppleSupport),
    row(
        "C18",
        &[Code::BackupNever],
        never_done,
        "The first backup has never ended: it is the largest, and the 5 GB that come with an account may not hold it.",
        FixId::CheckStorage,
        Medium,
    )
    .next(FixId::StableWifi)
    .focus(Focus::IcloudStorage),
    row(
        "C19",
        &[Code::BackupAging],
        first_miss,
        "The device has missed a few nights; nothing points to a fault.",
        FixId::Wait,
        Low,
    )
    .next(FixId::RestartDevice),
    row(
        "C22",
        &[Code::BackupStale],
        quota_guess,
        "The iCloud storage of the account may be full: likely, not seen.",
        FixId::CheckStorage,
        Low,
    )
    .next(FixId::StableWifi)
    .focus(Focus::IcloudStorage),
    row(
        "C20",
        &[Code::BackupStale, Code::BackupNever, Code::IcloudExpiring],
        stuck,
        "iCloud Backup is on and does not run; the evidence does not say why.",
        FixId::RestartDevice,
        Low,
    )
    .next(FixId::StableWifi),
];

/// Is iCloud a way that this device uses?
fn uses_icloud(ctx: &DeviceContext<'_>) -> bool {
    let cloud = ctx.cloud;
    let traces = cloud.last.is_some() || !cloud.attempts.is_empty();
    let on = cloud.enabled.as_ref().map_or(traces, |fact| fact.value);
    on && !is_blocked(ctx) && ctx.policy.backups.icloud != Requirement::Forbidden
}

/// Is a computer a way that this device uses?
fn uses_computer(ctx: &DeviceContext<'_>) -> bool {
    ctx.real_locals().next().is_some() && ctx.policy.backups.local != Requirement::Forbidden
}

/// The iCloud backup is about to go, and neither a younger nor a good local backup in date is there.
fn expiring_alone(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let fact = ctx.cloud.last.as_ref()?;
    let limit = span_of_days(ctx.policy.thresholds.icloud_expiring_days);
    let allowed = ctx.policy.backups.icloud != Requirement::Forbidden;
    let old = fact.value.duration_until(ctx.now) >= limit;
    (allowed && old && !ctx.local_in_date()).then(|| {
        Reason::new(format!(
            "the last iCloud backup is of {}, {} ago",
            instant(fact.value),
            ctx.age(fact.value).words()
        ))
        .limited_if_old(!ctx.trusted(fact.observed_at))
    })
}

fn blocked(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let applies = is_blocked(ctx)
        && !uses_computer(ctx)
        && ctx.policy.backups.icloud != Requirement::Forbidden;
    applies.then(|| {
        Reason::new(
            "the restriction allowCloudBackup = false is in force, and no local backup was found",
        )
    })
}

fn switched_off(ctx: &DeviceContext<'_>) -> Option<Reason> {
    (!uses_computer(ctx)).then(|| is_off_why(ctx))?
}

fn is_off_why(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let fact = ctx.cloud.enabled.as_ref().filter(|_| is_off(ctx))?;
    Some(
        Reason::new(format!(
            "on {} the switch for iCloud Backup was off",
            instant(fact.observed_at)
        ))
        .limited_if_old(!ctx.trusted(fact.observed_at)),
    )
}

/// A failure that counts, by a test of what its code says.
fn failure<'a>(
    ctx: &DeviceContext<'a>,
    test: impl Fn(&Attempt<'a>) -> bool,
) -> Option<Attempt<'a>> {
    failure_that_counts(ctx).filter(test)
}

/// "the last 4 attempts of iCloud Backup ended with code 303 (not enough iCloud storage), the newest on 2026-11-19".
fn answered(ctx: &DeviceContext<'_>, newest: &Attempt<'_>) -> Reason {
    let when = instant(newest.entry.at);
    let says = newest.describe();
    let text = match ctx.cloud.same_again() {
        0 | 1 => format!("the last attempt of iCloud Backup, on {when}, ended with {says}"),
        n => format!(
            "the last {n} attempts of iCloud Backup ended with {says}, the newest on {when}"
        ),
    };
    Reason::new(text).limited_if_old(!ctx.trusted(newest.entry.at))
}

fn of_class(ctx: &DeviceContext<'_>, class: Class) -> Option<Reason> {
    let newest = failure(ctx, |attempt| attempt.class() == Some(class))?;
    Some(answered(ctx, &newest))
}

fn of_code(ctx: &DeviceContext<'_>, code: i64) -> Option<Reason> {
    let newest = failure(ctx, |attempt| {
        attempt.error_code() == (error_codes::MB, code)
    })?;
    Some(answered(ctx, &newest))
}

fn any_failure(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let newest = failure(ctx, |_| true)?;
    Some(answered(ctx, &newest))
}

fn quota(ctx: &DeviceContext<'_>) -> Option<Reason> {
    of_class(ctx, Class::Quota)
}

fn device_full_by_code(ctx: &DeviceContext<'_>) -> Option<Reason> {
    of_class(ctx, Class::DeviceStorage)
}

fn device_full_by_ratio(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let storage = ctx.mdm()?.storage.as_ref()?;
    let percent = storage.value.free_ratio()? * 100.0;
    (percent < ctx.policy.thresholds.storage_low_percent).then(|| {
        Reason::new(format!(
            "on {} only {percent:.1} % of the device's storage was free",
            instant(storage.observed_at())
        ))
    })
}

/// Apple's word, from a file that the admin saved.
fn known_outage(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let status = ctx.fleet.service_status.filter(|_| uses_icloud(ctx))?;
    let covering = covering(ctx, status)?;
    let (event, until) = (covering.event, covering.until);
    let end = match event.end {
        Some(_) => format!("to {}", instant(until)),
        None => format!("and still at {}", instant(until)),
    };
    Some(Reason::new(format!(
        "Apple's status page tells of an event of {} ({}) from {} {end}; every backup missed since {} falls into it",
        event.service,
        event.kind,
        instant(event.start),
        ctx.cloud.last_success().map(instant).unwrap_or_default()
    )))
}

fn shared_outage(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let newest = failure(ctx, |attempt| {
        is_outage(attempt.error_code()) && ctx.fleet.shared_outage(ctx.index, attempt.entry.at)
    })?;
    let why = answered(ctx, &newest);
    let text = format!(
        "{}; another device met the like in the same night",
        why.text
    );
    Some(Reason { text, ..why })
}

fn account_refused(ctx: &DeviceContext<'_>) -> Option<Reason> {
    of_class(ctx, Class::Account)
}

fn account_locked(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let why = account_refused(ctx)?;
    let locked = ctx.restriction("allowAccountModification") == Some(false);
    locked.then(|| Reason {
        text: format!("{}; allowAccountModification = false is in force", why.text),
        ..why
    })
}

fn account_without_net(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let why = account_refused(ctx)?;
    (!has_fresh_local(ctx)).then(|| Reason {
        text: format!(
            "{}; signing out of iCloud, the usual remedy, may lose data, and no restorable local backup of the last 3 days stands",
            why.text
        ),
        ..why
    })
}

/// Half an hour: a shorter window is too short for a backup.
const WINDOW_SECONDS: u64 = 30 * 60;

fn no_window(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let longest = ctx.cloud.windows_since_success().map(|w| w.seconds).max()?;
    let trying = uses_icloud(ctx) && longest < WINDOW_SECONDS;
    trying.then(|| {
        let windows = ctx.cloud.windows_since_success().count();
        let text = format!(
            "since the last success all conditions were met {}, for {} at most",
            plural(windows as u64, "time", "times"),
            plural(longest / 60, "minute", "minutes")
        );
        Reason::new(text).limited_if_old(log_is_old(ctx))
    })
}

fn wifi_drops(ctx: &DeviceContext<'_>) -> Option<Reason> {
    if fails_with_others(ctx) || !uses_icloud(ctx) {
        return None;
    }
    let (drops, windows) = icloud::wifi_drops(ctx)?;
    let text = format!(
        "since the last success {drops} of {windows} windows for a backup ended because the Wi-Fi was lost"
    );
    Some(Reason::new(text).limited_if_old(log_is_old(ctx)))
}

fn log_is_old(ctx: &DeviceContext<'_>) -> bool {
    let newest = ctx.cloud.windows_since_success().map(|window| window.start);
    newest
        .max()
        .is_none_or(|start: Timestamp| !ctx.trusted(start))
}

/// Errors of the network in the last ten attempts, and healthy devices beside it, that together
/// say: it is this device.
const NETWORK_ERRORS: usize = 8;
const LAST_ATTEMPTS: usize = 10;
const HEALTHY_OTHERS: usize = 5;

/// Where the device's own settings are to blame: the others of its site succeed, or a stable Wi-Fi was
/// tried and did not help.
fn network_of_its_own(ctx: &DeviceContext<'_>) -> Option<Reason> {
    if fails_with_others(ctx) {
        return None;
    }
    fails_alone(ctx).or_else(|| fails_on_stable_wifi(ctx))
}

/// The codes under which a stable Wi-Fi is advised.
const NETWORK_CODES: &[Code] = &[Code::BackupStale, Code::IcloudAttemptsFailing];

fn fails_on_stable_wifi(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let newest = failure(ctx, |attempt| {
        attempt.error_code() == (error_codes::MB, 300)
    })?;
    let repeated = ctx.cloud.same_again() >= TRANSIENT_RUN;
    (repeated && did_not_help(ctx, NETWORK_CODES, FixId::StableWifi)).then(|| {
        let why = answered(ctx, &newest);
        let text = format!(
            "{}; a stable Wi-Fi connection was advised before and did not help",
            why.text
        );
        Reason { text, ..why }
    })
}

fn fails_alone(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let newest = failure(ctx, |attempt| {
        attempt.error_code() == (error_codes::MB, 300)
    })?;
    let last = ctx.cloud.attempts.iter().take(LAST_ATTEMPTS);
    let errors = last
        .filter(|attempt| attempt.error_code() == (error_codes::MB, 300))
        .count();
    let others = ctx.fleet.healthy_others_at(ctx.site()?, ctx.index);
    (errors >= NETWORK_ERRORS && others >= HEALTHY_OTHERS).then(|| {
        let why = answered(ctx, &newest);
        let text = format!(
            "{errors} of the last {LAST_ATTEMPTS} attempts of iCloud Backup ended with {}, the newest on {}, while {others} other devices of the site succeed",
            newest.describe(),
            instant(newest.entry.at)
        );
        Reason { text, ..why }
    })
}

fn network(ctx: &DeviceContext<'_>) -> Option<Reason> {
    if fails_with_others(ctx) {
        return None;
    }
    let newest = failure(ctx, |attempt| {
        matches!(attempt.error_code(), (error_codes::MB, 300 | 217..=220))
    })?;
    (ctx.cloud.same_again() >= TRANSIENT_RUN).then(|| answered(ctx, &newest))
}

fn keys(ctx: &DeviceContext<'_>) -> Option<Reason> {
    of_code(ctx, 209)
}

fn os_too_old(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let version = ctx.os().filter(|version| !version.has_icloud_backup())?;
    Some(Reason::new(format!("the device runs iOS {version}")))
}

fn left_behind(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let Currency { os, source } = currency(ctx);
    let source = source.filter(|_| os.verdict == OsVerdict::Unsupported)?;
    let name = &source.name;
    let date = source
        .date
        .map_or_else(String::new, |date| format!(" of {date}"));
    let at_most = os.confidence.unwrap_or(Low);
    let text = format!("{name}{date} lists no version for its model, and lists newer models");
    Some(Reason {
        at_most,
        ..Reason::new(text)
    })
}

/// A code without a meaning must come so often before Apple is asked.
const STRANGE_RUN: usize = 5;

fn strange_code(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let newest = failure(ctx, |attempt| {
        let (domain, code) = attempt.error_code();
        let says_nothing = domain == error_codes::MB && matches!(code, 1 | 100);
        says_nothing || error_codes::explain(domain, code).is_none()
    })?;
    (ctx.cloud.same_again() >= STRANGE_RUN).then(|| answered(ctx, &newest))
}

fn store_account_inactive(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let account = ctx.mdm()?.store_account_active.as_ref();
    let inactive = account.filter(|account| !account.value)?;
    let frozen = ctx
        .cloud
        .last
        .as_ref()
        .filter(|fact| !ctx.in_date(fact.value))?;
    uses_icloud(ctx).then(|| {
        Reason::new(format!(
            "the MDM said on {} that the App Store account is not active, and the iCloud date stands at {}",
            instant(inactive.observed_at()),
            instant(frozen.value)
        ))
    })
}

fn never_done(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let on = ctx.cloud.enabled.as_ref().filter(|fact| fact.value)?;
    (uses_icloud(ctx) && ctx.cloud.last.is_none()).then(|| {
        Reason::new(format!(
            "on {} iCloud Backup was switched on, and the device named no backup that was ever completed",
            instant(on.observed_at)
        ))
    })
}

fn first_miss(ctx: &DeviceContext<'_>) -> Option<Reason> {
    (uses_icloud(ctx) && ctx.cloud.failures().is_empty()).then(|| {
        Reason::new("iCloud Backup is on, no error was reported, and the last backup is only a few days too old")
    })
}

/// Nights of a row of backups that makes its end a sudden one.
const ROW_OF_BACKUPS: usize = 3;
/// Its backups lie within this span before the last.
const ROW_SPAN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A device that was heard of so lately is heard of daily.
const HEARD: SignedDuration = SignedDuration::from_hours(48);
/// What comes with an account, in bytes.
const FREE_OF_CHARGE: f64 = 5e9;

/// C22: no log, a row of backups that ends at once, a device that holds more than comes with an
/// account and is heard of daily, and a site whose other devices succeed.
fn quota_guess(ctx: &DeviceContext<'_>) -> Option<Reason> {
    let last = ctx.cloud.last.as_ref()?;
    let heard = ctx.contact()?.value.duration_until(ctx.now) <= HEARD;
    let others = ctx.fleet.healthy_others_at(ctx.site()?, ctx.index);
    let used = used_bytes(ctx)?;
    let fits = uses_icloud(ctx)
        && ctx.cloud.attempts.is_empty()
        && heard
        && others >= HEALTHY_OTHERS
        && used > FREE_OF_CHARGE
        && row_of_backups(ctx, last.value) >= ROW_OF_BACKUPS;
    fits.then(|| {
        Reason::new(format!(
            "iCloud backups came night after night until {} and then no more, the device is heard of and holds more than the 5 GB that come with an account, and {others} other devices of its site succeed; nothing names the cause",
            instant(last.value)
        ))
    })
}

/// The least that the device can hold, by the MDM's figures.
fn used_bytes(ctx: &DeviceContext<'_>) -> Option<f64> {
    let mdm = ctx.mdm()?;
    let (least, _) = mdm.capacity.as_ref()?.value.bytes()?;
    let free = mdm.storage.as_ref()?.value.free_ratio()?;
    Some(least * (1.0 - free))
}

/// How many backups earlier runs knew of in the days up to the last one.
fn row_of_backups(ctx: &DeviceContext<'_>, last: Timestamp) -> usize {
    let backups = ctx.past.into_iter().flat_map(|past| &past.icloud);
    let within = |date: &Timestamp| {
        let before = date.duration_until(last);
        !before.is_negative() && before <= ROW_SPAN
    };
    backups.map(|backup| backup.date).filter(within).count()
}

fn stuck(ctx: &DeviceContext<'_>) -> Option<Reason> {
    uses_icloud(ctx).then(|| {
        Reason::new("iCloud Backup is on, no lasting error was reported, and storage and contact with the MDM give no reason; this is the mildest thing to try")
    })
}
