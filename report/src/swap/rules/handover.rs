//! What else must be settled before a device is handed over, and after.

use fleetback_scanner::model::management::Validity;
use jiff::Timestamp;

use crate::results::Mdm;
use crate::swap::answer::Reply;
use crate::swap::rule_input::{RuleInput, hours};
use crate::tables::error_codes::{self, Class};
use crate::tables::models;
use crate::tables::os_version::OsVersion;

/// An identity certificate of an MDM is good for about a year; a restored device comes back with the
/// one it had at the time of the backup (Intune documentation, "backup and restore").
const CERTIFICATE_DAYS: f64 = 365.0;

/// "Prepare for New iPhone" lends iCloud storage since iOS 15.
const LENDS_SINCE: OsVersion = OsVersion::new(15, 0, 0);

/// S12
pub(super) fn certificate(input: &RuleInput<'_>) -> Reply {
    let Some(mdm) = input.mdm() else {
        return Reply::cannot_tell(
            "no MDM document that was read knows the device: whether it is managed is unknown",
        );
    };
    let Some(copy) = input.chosen() else {
        return Reply::no_backup();
    };
    const SO: &str =
        "Keep the device's record in the MDM until it has come back, and see that it checks in";
    if copy.date.duration_until(input.now) > hours(CERTIFICATE_DAYS * 24.0) {
        return Reply::warns(
            "the backup is more than a year old, so the MDM's certificate in it has run out",
        )
        .remedy(SO);
    }
    match mdm.identity_certificates.as_deref() {
        None | Some([]) => Reply::cannot_tell(
            "no MDM answer tells of the certificate with which the restored device would answer its MDM",
        )
        .remedy(SO),
        Some(all) => match against_certificates(input, mdm, all, copy.date) {
            Some(why) => Reply::warns(why).remedy(SO),
            None => Reply::pass(
                "an identity certificate that the backup holds is valid; device-to-device transfer is not for devices of automated enrolment",
            ),
        },
    }
}

/// What speaks against the certificate with which the restored device would answer its MDM. Which of
/// several identities is that one, no answer says: a Wi-Fi network or a VPN may have one too. One that
/// ran out is not it, when the device has been heard of since; and one that came after the backup is not
/// in it.
fn against_certificates(
    input: &RuleInput<'_>,
    mdm: &Mdm,
    all: &[Validity],
    backup: Timestamp,
) -> Option<String> {
    let inside: Vec<&Validity> = all.iter().filter(|valid| valid.from <= backup).collect();
    if inside.is_empty() {
        return Some(
            "every identity certificate of the device is younger than the backup".to_owned(),
        );
    }
    let ended: Vec<_> = inside.iter().filter(|one| one.until <= input.now).collect();
    let heard_since = |until: Timestamp| mdm.last_seen.is_some_and(|seen| seen > until);
    let last = ended.iter().map(|one| one.until).max()?;
    let harmless = ended.len() < inside.len() && ended.iter().all(|one| heard_since(one.until));
    (!harmless).then(|| {
        format!(
            "an identity certificate of the device ran out {} ago",
            input.age(last)
        )
    })
}

/// S14
pub(super) fn activation_lock(input: &RuleInput<'_>) -> Reply {
    const LOOK: &str =
        "On the device: Settings, the name at the top, Find My: turn it off before erasing";
    let mdm = input.mdm();
    let heard = mdm.and_then(|mdm| mdm.last_seen);
    let heard_lately = heard.is_some_and(|at| input.is_young(at));
    let find_my = mdm.and_then(|mdm| mdm.find_my);
    let locked = mdm.and_then(|mdm| mdm.activation_lock);
    let manageable = mdm.and_then(|mdm| mdm.activation_lock_manageable);
    let what = match (find_my, locked) {
        (Some(true), _) => "Find My is on",
        (_, Some(true)) => "Activation Lock is on",
        (Some(false), _) if heard_lately => return Reply::pass("Find My is off"),
        (Some(false), _) => {
            let reason = "Find My was off when the MDM heard of the device, which is too long ago to rely on";
            return Reply::cannot_tell(reason).remedy(LOOK);
        }
        (None, _) => return Reply::cannot_tell("Find My status unknown").remedy(LOOK),
    };
    if manageable == Some(true) {
        return Reply::warns(format!(
            "{what}; the MDM says that it can lift Activation Lock"
        ))
        .remedy("Fetch the bypass code from the MDM before erasing");
    }
    Reply::blocks(format!(
        "{what} (Settings, the name at the top): the erased device would ask for the user's Apple Account"
    ))
    .remedy("Have the user turn Find My off, or fetch the bypass code from the MDM")
}

/// S15
pub(super) fn esim(input: &RuleInput<'_>) -> Reply {
    const LOOK: &str = "On the device: Settings, Mobile Service: transfer an eSIM to the new device before erasing";
    let mdm = input.mdm();
    let barred =
        mdm.is_some_and(|mdm| mdm.restrictions.get("allowESIMOutgoingTransfers") == Some(&false));
    match mdm.and_then(|mdm| mdm.esim) {
        Some(true) if barred => Reply::warns(
            "the device can hold an eSIM, no backup holds one, and a restriction forbids to transfer it",
        )
        .remedy("Have the carrier issue the new eSIM, or lift allowESIMOutgoingTransfers first"),
        Some(true) => Reply::warns(
            "the device can hold an eSIM, and no backup holds one: erasing may keep it or delete it",
        )
        .remedy("Decide: transfer it to the new device first, or erase with PreserveDataPlan"),
        _ if has_no_esim(input) => Reply::pass("its model holds no eSIM"),
        Some(false) => Reply::cannot_tell("the MDM's answer names no eSIM, and no backup holds one")
            .remedy(LOOK),
        None => Reply::cannot_tell("unknown whether the device has an eSIM, which no backup holds")
            .remedy(LOOK),
    }
}

/// Does the model hold no eSIM? Unknown is no.
fn has_no_esim(input: &RuleInput<'_>) -> bool {
    let model = input.device.product_type;
    model.and_then(models::can_hold_esim) == Some(false)
}

/// S16
pub(super) fn erasing(input: &RuleInput<'_>) -> Reply {
    match input.mdm() {
        Some(mdm) if mdm.restrictions.get("allowEraseContentAndSettings") == Some(&false) => {
            Reply::warns("a restriction keeps the user from erasing the device: only the MDM can")
                .remedy("Erase it from the MDM")
        }
        Some(mdm) if mdm.restrictions_told => {
            Reply::pass("no restriction keeps the user from erasing it")
        }
        _ => Reply::cannot_tell("unknown whether a restriction keeps the user from erasing it"),
    }
}

/// S18
pub(super) fn icloud_full(input: &RuleInput<'_>) -> Reply {
    let os = input.device.os_version.and_then(OsVersion::parse);
    match (is_full(input), os.is_some_and(|os| os >= LENDS_SINCE)) {
        (false, _) => room_in_icloud(input),
        (true, true) => Reply::warns("the iCloud storage is full")
            .remedy("Settings, General, Transfer or Reset, Get Started: Apple lends the storage for 21 days"),
        (true, false) => Reply::warns("the iCloud storage is full, and Apple lends none to this version of iOS")
            .remedy("Back up to a computer, encrypted"),
    }
}

/// Did the newest attempt say that the storage is full?
fn is_full(input: &RuleInput<'_>) -> bool {
    let newest = input.device.icloud.attempts.first();
    let failed = newest.filter(|attempt| attempt.code != 0);
    failed.is_some_and(|attempt| {
        let known = error_codes::explain(&attempt.domain, attempt.code);
        known.is_some_and(|row| row.class == Class::Quota)
    })
}

/// Nothing says that the storage is full. That there is room only a backup tells, and where none is made
/// in iCloud none is needed.
fn room_in_icloud(input: &RuleInput<'_>) -> Reply {
    let icloud = input.device.icloud;
    let young = |at: Timestamp| input.is_young(at);
    let succeeded = icloud.attempts.first().filter(|attempt| attempt.code == 0);
    let ended = icloud.last_date.filter(|_| icloud.good);
    let ended = ended
        .max(succeeded.map(|attempt| attempt.at))
        .filter(|at| young(*at));
    let restored = input.chosen().filter(|copy| young(copy.date));
    match ended {
        Some(at) => Reply::pass(format!(
            "an iCloud backup ended {} ago, so there was room for it",
            input.age(at)
        )),
        None if restored.is_some() => {
            Reply::pass("what will be restored lies on a computer: no room in iCloud is needed")
        }
        None if icloud.enabled == Some(false) => {
            Reply::pass("iCloud Backup is off: no room in iCloud is needed")
        }
        None => Reply::cannot_tell("no data tell whether iCloud has room for a last backup").remedy(
            "On the device: Settings, the name at the top, iCloud: see how much is left; or back up to a computer",
        ),
    }
}

/// S19
pub(super) fn by_hand(_: &RuleInput<'_>) -> Reply {
    Reply::cannot_tell("no data tell whether second factors and paired things were moved").remedy(
        "Authenticator apps: export or move their accounts. Apple Watch: unpair it. Bank apps and Wallet: know how to sign in anew",
    )
}

/// S22
pub(super) fn follow_up(_: &RuleInput<'_>) -> Reply {
    Reply::cannot_tell("the new device has to have a complete backup of its own first")
        .remedy("Keep the old backups; `fleetback swap OLD --to NEW --after` says when they may go")
}
