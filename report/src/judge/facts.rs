//! What of the facts a report repeats beside the verdict: backups, iCloud, MDM, names. Nothing is
//! judged here (`assess` has done that), and no telephone number or secret has a field to go to.

use std::collections::{BTreeMap, BTreeSet};

use fleetback_scanner::model::evidence::{Source, Sourced, TimestampSource};
use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::model::management::Management;

use crate::assess::context::{Case, Local};
use crate::assess::device_facts::{build_text, model_name, os_text};
use crate::assess::status::status;
use crate::results::{
    Backup, CapacityTold, GoodBackup, Host, Icloud, IcloudAttempt, Mdm, Proof, Root, Status,
    Unmatched,
};
use crate::tables::error_codes;

/// Restrictions that bear on backup, restore or swap.
const RESTRICTIONS: [&str; 11] = [
    "allowAccountModification",
    "allowCloudBackup",
    "allowCloudDocumentSync",
    "allowESIMOutgoingTransfers",
    "allowEnterpriseBookBackup",
    "allowEraseContentAndSettings",
    "allowHostPairing",
    "allowManagedAppsCloudSync",
    "allowUSBRestrictedMode",
    "forceEncryptedBackup",
    "forceWiFiToAllowedNetworksOnly",
];

/// What the steps of judging a device share.
pub(crate) struct DeviceFacts {
    pub(crate) udid: Option<String>,
    pub(crate) serial_number: Option<String>,
    pub(crate) imei: Option<String>,
    pub(crate) device_name: Option<String>,
    pub(crate) product_type: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) os_version: Option<String>,
    pub(crate) build_version: Option<String>,
    pub(crate) status: Status,
    pub(crate) last_good_backup: Option<GoodBackup>,
    pub(crate) backups: Vec<Backup>,
    pub(crate) icloud: Icloud,
    pub(crate) mdm: Option<Mdm>,
}

impl DeviceFacts {
    pub(crate) fn of(case: &Case<'_>) -> Self {
        let device = case.device;
        let identity = &device.identity;
        Self {
            udid: identity.udid.as_ref().map(ToString::to_string),
            serial_number: identity.serial.as_ref().map(ToString::to_string),
            imei: identity.imeis.first().map(ToString::to_string),
            device_name: device.name().map(str::to_owned),
            product_type: case.product_type().map(str::to_owned),
            model: model_name(device),
            os_version: os_text(device).map(str::to_owned),
            build_version: build_text(device).map(str::to_owned),
            status: status(case),
            last_good_backup: case.last_good().map(|good| GoodBackup {
                kind: good.kind,
                date: good.date,
                path: good.backup.map(|backup| backup.path.clone()),
            }),
            backups: case.locals.iter().map(backup).collect(),
            icloud: icloud(case),
            mdm: mdm(case),
        }
    }
}

/// A local backup as the report shows it.
pub(crate) fn backup(local: &Local<'_>) -> Backup {
    let known = local.backup;
    Backup {
        path: known.path.clone(),
        host: known.host.clone(),
        folder_name: known.folder_name.clone(),
        udid: known.identity.udid.as_ref().map(ToString::to_string),
        serial_number: known.identity.serial.as_ref().map(ToString::to_string),
        archived: known.archived,
        kind_of_host_tool: known.host_tool,
        state: known.state,
        state_reason: known.state_reason.clone(),
        restorable: known.restorable,
        restorable_reason: known.restorable_reason.clone(),
        good: local.good.is_some(),
        encrypted: known.encrypted,
        password: known.password,
        completed_at: known.completed_at,
        info_date: known.info_date,
        manifest_date: known.manifest_date,
        status_date: known.status_date,
        os_version: known.os_version.clone(),
        verified: known.verified,
        files: known.files,
        recalled: known.recalled,
        missing_sample: known.missing_sample.clone(),
        extra_sample: known.extra_sample.clone(),
        different_sample: known.different_sample.clone(),
        password_proof: known.password_proof.as_ref().map(|proof| Proof {
            at: proof.at,
            source: proof.source.clone(),
        }),
        problems: known.problems.clone(),
    }
}

/// The iCloud backups of a device.
pub(crate) fn icloud(case: &Case<'_>) -> Icloud {
    let cloud = case.cloud;
    let of_date = cloud.last.as_ref().map(|fact| (&fact.source, fact.told_at));
    let of_switch = cloud
        .enabled
        .as_ref()
        .map(|fact| (&fact.source, fact.told_at));
    let told = of_date.or(of_switch);
    Icloud {
        enabled: cloud.enabled.as_ref().map(|fact| fact.value),
        last_date: cloud.last.as_ref().map(|fact| fact.value),
        source: told.map(|(source, _)| source.clone()),
        observed_at: told.map(|(_, at)| at),
        good: case.good_cloud().is_some(),
        attempts: cloud
            .attempts
            .iter()
            .map(|attempt| IcloudAttempt {
                at: attempt.entry.at,
                domain: attempt.entry.domain.clone(),
                code: attempt.entry.code,
                meaning: meaning(attempt.says()),
            })
            .collect(),
    }
}

fn meaning((domain, code): (&str, i64)) -> Option<String> {
    error_codes::explain(domain, code).map(|row| row.meaning.to_owned())
}

/// What the MDM knows of a device.
pub(crate) fn mdm(case: &Case<'_>) -> Option<Mdm> {
    let known = case.mdm()?;
    let contact = case.contact();
    Some(Mdm {
        last_seen: contact.map(|told| told.value),
        source: contact.map(|told| source(&told.source)),
        trusted: case.seen_lately() == Some(true),
        supervised: copied(&known.supervised),
        user_enrollment: copied(&known.user_enrollment),
        lost_mode: copied(&known.lost_mode),
        find_my: copied(&known.find_my),
        activation_lock: copied(&known.activation_lock),
        capacity: known.storage.as_ref().map(|told| told.value.capacity),
        available: known.storage.as_ref().map(|told| told.value.available),
        restrictions: restrictions(known),
        restriction_profiles: restriction_profiles(known),
        apps_barred_from_backup: list(&known.apps_barred_from_backup).unwrap_or_default(),
        apps_removed_with_enrolment: list(&known.apps_removed_with_enrolment).unwrap_or_default(),
        enrolled_at: copied(&known.enrolled_at),
        enrolment_ended: copied(&known.enrolment_ended),
        awaiting_configuration: copied(&known.awaiting_configuration),
        shared_ipad: copied(&known.shared_ipad),
        esim: copied(&known.esim),
        activation_lock_manageable: copied(&known.activation_lock_manageable),
        passcode_present: copied(&known.passcode_present),
        skipped_panes: list(&known.skipped_panes),
        identity_certificates: list(&known.identity_certificates),
        capacity_told: copied(&known.capacity).map(|capacity| CapacityTold {
            amount: capacity.amount,
            unit: capacity.unit,
        }),
        battery: copied(&known.battery),
        supplemental_os_version: known
            .supplemental_os_version
            .as_ref()
            .map(|told| told.value.clone()),
        last_computer_backup: copied(&known.last_computer_backup),
        backup_will_be_encrypted: copied(&known.backup_will_be_encrypted),
        backup_queries_left_out: list(&known.backup_queries_left_out),
        restrictions_told: known.restrictions.is_some(),
        managed_apps_told: known.apps_removed_with_enrolment.is_some(),
    })
}

fn copied<T: Copy>(told: &Option<Sourced<T>>) -> Option<T> {
    told.as_ref().map(|told| told.value)
}

fn list<T: Clone>(told: &Option<Sourced<BTreeSet<T>>>) -> Option<Vec<T>> {
    told.as_ref()
        .map(|told| told.value.iter().cloned().collect())
}

fn restrictions(known: &Management) -> BTreeMap<String, bool> {
    let told = known.restrictions.iter().flat_map(|told| &told.value);
    told.filter(|(key, _)| RESTRICTIONS.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), *value))
        .collect()
}

fn restriction_profiles(known: &Management) -> BTreeMap<String, Vec<String>> {
    let profiles = known.restriction_profiles.iter();
    profiles
        .filter(|(key, _)| RESTRICTIONS.contains(&key.as_str()))
        .map(|(key, names)| (key.clone(), names.iter().cloned().collect()))
        .collect()
}

/// "/srv/mdm/a.plist (DeviceInformation answer), dated by the file's time".
fn source(source: &Source) -> String {
    let clock = match source.clock {
        TimestampSource::Wrapper => "dated by its wrapper",
        TimestampSource::Row => "dated by its row",
        TimestampSource::NewestDateInside => "dated by the newest date inside",
        TimestampSource::FileTime => "dated by the file's time",
        TimestampSource::FileTimeInFuture => {
            "the file's time lies in the future and was taken as now"
        }
    };
    format!("{} ({}), {clock}", source.path.display(), source.kind)
}

/// The computers, the roots and the strangers of a fleet.
pub(crate) fn hosts(fleet: &Fleet) -> Vec<Host> {
    let mut hosts: Vec<Host> = fleet
        .hosts
        .iter()
        .map(|host| Host {
            name: host.name.clone(),
            backups: host.backups,
            disk_free: host.disk.map(|disk| disk.free),
            disk_total: host.disk.map(|disk| disk.total),
        })
        .collect();
    hosts.sort_by(|a, b| a.name.cmp(&b.name));
    hosts
}

/// The roots as given, in their order.
pub(crate) fn roots(fleet: &Fleet) -> Vec<Root> {
    let roots = fleet.roots.iter();
    roots
        .map(|root| Root {
            path: root.path.clone(),
            backups: root.backups,
        })
        .collect()
}

/// Evidence that belongs to no device.
pub(crate) fn unmatched(fleet: &Fleet) -> Vec<Unmatched> {
    let unmatched = fleet.unmatched.iter();
    unmatched
        .map(|known| Unmatched {
            reason: known.reason.clone(),
            source: source(&known.source),
        })
        .collect()
}
