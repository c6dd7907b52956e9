//! What of the facts a report repeats beside the verdict: backups, iCloud, MDM, names. Nothing is
//! judged here (`assess` has done that), and no telephone number or secret has a field to go to.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use fleetback_scanner::model::evidence::{Source, Sourced};
use fleetback_scanner::model::fleet::Fleet;
use fleetback_scanner::model::management::Management;

use crate::assess::context::{DeviceContext, Local};
use crate::assess::device_facts::{build_text, model_name, os_text};
use crate::assess::origin::Origin;
use crate::assess::os_support::currency;
use crate::assess::status::status;
use crate::format::Label;
use crate::results::{
    Backup, CapacityTold, ExportUsed, GoodBackup, Host, Icloud, IcloudAttempt, Mdm, Os, Proof,
    Root, SourceTable, Status, Unmatched,
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
    pub(crate) os: Os,
    pub(crate) status: Status,
    pub(crate) last_good_backup: Option<GoodBackup>,
    pub(crate) backups: Vec<Backup>,
    pub(crate) icloud: Icloud,
    pub(crate) mdm: Option<Mdm>,
}

impl DeviceFacts {
    pub(crate) fn new(ctx: &DeviceContext<'_>, sources: &mut SourceTable) -> Self {
        let device = ctx.device;
        let identity = &device.identity;
        Self {
            udid: identity.udid.as_ref().map(ToString::to_string),
            serial_number: identity.serial.as_ref().map(ToString::to_string),
            imei: identity.imeis.first().map(ToString::to_string),
            device_name: device.name().map(str::to_owned),
            product_type: ctx.product_type().map(str::to_owned),
            model: model_name(device),
            os_version: os_text(device).map(str::to_owned),
            build_version: build_text(device).map(str::to_owned),
            os: os(ctx, sources),
            status: status(ctx),
            last_good_backup: ctx.last_good().map(|good| GoodBackup {
                kind: good.kind,
                date: good.date,
                path: good.backup.map(|backup| backup.path.clone()),
            }),
            backups: backups(ctx),
            icloud: icloud(ctx, sources),
            mdm: mdm(ctx, sources),
        }
    }
}

/// The local backups of a device, in the order of the context.
fn backups(ctx: &DeviceContext<'_>) -> Vec<Backup> {
    let locals = ctx.locals.iter().enumerate();
    locals
        .map(|(at, local)| Backup {
            hard_linked: is_hard_linked(&ctx.locals, at),
            ..backup(local)
        })
        .collect()
}

/// Do the files of this backup stand in another folder of the device, which counts before it? Of folders
/// that share their list the first good one counts.
fn is_hard_linked(locals: &[Local<'_>], at: usize) -> bool {
    let rank = |at: usize| (locals[at].good.is_some(), Reverse(at));
    let number = |at: usize| locals[at].backup.list_number;
    let is_before = |other: usize| number(other) == number(at) && rank(other) > rank(at);
    number(at).is_some() && (0..locals.len()).any(is_before)
}

/// A local backup as the report shows it.
fn backup(local: &Local<'_>) -> Backup {
    let backup = local.backup;
    Backup {
        path: backup.path.clone(),
        host: backup.host.clone(),
        folder_name: backup.folder_name.clone(),
        udid: backup.identity.udid.as_ref().map(ToString::to_string),
        serial_number: backup.identity.serial.as_ref().map(ToString::to_string),
        named_by_folder_only: !backup.named_inside,
        archived: backup.archived,
        kind_of_host_tool: backup.host_tool,
        state: backup.state,
        state_reason: backup.state_reason.clone(),
        restorable: backup.restorable,
        restorable_reason: backup.restorable_reason.clone(),
        good: local.good.is_some(),
        encrypted: backup.encrypted,
        password: backup.password,
        completed_at: backup.completed_at,
        info_date: backup.info_date,
        manifest_date: backup.manifest_date,
        status_date: backup.status_date,
        os_version: backup.os_version.clone(),
        info_os_version: backup.info_os_version.clone(),
        required_os_version: backup.required_os_version.clone(),
        verified: backup.file_check.verified,
        files: backup.file_check.files,
        recalled: backup.check_from_cache,
        missing_sample: backup.file_check.missing_sample.clone(),
        extra_sample: backup.file_check.extra_sample.clone(),
        different_sample: backup.file_check.different_sample.clone(),
        listed_data: backup.listed,
        hard_linked: false,
        password_proof: backup.password_proof.as_ref().map(|proof| Proof {
            at: proof.at,
            source: proof.source.clone(),
        }),
        problems: backup.problems.clone(),
    }
}

/// How its version of iOS stands.
fn os(ctx: &DeviceContext<'_>, sources: &mut SourceTable) -> Os {
    let currency = currency(ctx);
    Os {
        source: (currency.source).map(|source| sources.place(&source)),
        ..currency.os
    }
}

/// The iCloud backups of a device.
pub(crate) fn icloud(ctx: &DeviceContext<'_>, sources: &mut SourceTable) -> Icloud {
    let cloud = ctx.cloud;
    let of_date = cloud
        .last
        .as_ref()
        .map(|fact| (&fact.origin, fact.observed_at));
    let of_switch = cloud
        .enabled
        .as_ref()
        .map(|fact| (&fact.origin, fact.observed_at));
    let dated = of_date.or(of_switch);
    Icloud {
        enabled: cloud.enabled.as_ref().map(|fact| fact.value),
        last_date: cloud.last.as_ref().map(|fact| fact.value),
        source: dated.map(|(origin, _)| sources.place(&origin.source)),
        key: dated.and_then(|(origin, _)| origin.key.clone()),
        observed_at: dated.map(|(_, at)| at),
        good: ctx.good_cloud().is_some(),
        unread: cloud.unread.as_ref().map(|fact| fact.value.clone()),
        attempts: cloud
            .attempts
            .iter()
            .map(|attempt| IcloudAttempt {
                at: attempt.entry.at,
                domain: attempt.entry.domain.clone(),
                code: attempt.entry.code,
                meaning: meaning(attempt.error_code()),
            })
            .collect(),
    }
}

fn meaning((domain, code): (&str, i64)) -> Option<String> {
    error_codes::explain(domain, code).map(|row| row.meaning.to_owned())
}

/// What the MDM knows of a device.
pub(crate) fn mdm(ctx: &DeviceContext<'_>, sources: &mut SourceTable) -> Option<Mdm> {
    let management = ctx.mdm()?;
    let contact = ctx.contact();
    Some(Mdm {
        last_seen: contact.map(|sourced| sourced.value),
        source: contact.map(|contact| sources.place(&Origin::document(&contact.source).source)),
        dated_by: contact.map(|contact| contact.source.clock),
        trusted: ctx.seen_lately() == Some(true),
        supervised: copied(&management.supervised),
        user_enrollment: copied(&management.user_enrollment),
        lost_mode: copied(&management.lost_mode),
        find_my: copied(&management.find_my),
        activation_lock: copied(&management.activation_lock),
        capacity: management
            .storage
            .as_ref()
            .map(|sourced| sourced.value.capacity),
        available: management
            .storage
            .as_ref()
            .map(|sourced| sourced.value.available),
        restrictions: restrictions(management),
        restriction_profiles: restriction_profiles(management),
        apps_barred_from_backup: list(&management.apps_barred_from_backup).unwrap_or_default(),
        apps_removed_with_enrolment: list(&management.apps_removed_with_enrolment)
            .unwrap_or_default(),
        enrolled_at: copied(&management.enrolled_at),
        enrolment_ended: copied(&management.enrolment_ended),
        state: copied(&management.state),
        awaiting_configuration: copied(&management.awaiting_configuration),
        shared_ipad: copied(&management.shared_ipad),
        esim: copied(&management.esim),
        activation_lock_manageable: copied(&management.activation_lock_manageable),
        passcode_present: copied(&management.passcode_present),
        skipped_panes: list(&management.skipped_panes),
        identity_certificates: list(&management.identity_certificates),
        capacity_told: copied(&management.capacity).map(|capacity| CapacityTold {
            amount: capacity.amount,
            unit: capacity.unit,
        }),
        battery: copied(&management.battery),
        supplemental_os_version: management
            .supplemental_os_version
            .as_ref()
            .map(|sourced| sourced.value.clone()),
        last_computer_backup: copied(&management.last_computer_backup),
        backup_will_be_encrypted: copied(&management.backup_will_be_encrypted),
        backup_queries_left_out: list(&management.backup_queries_left_out),
        restrictions_told: management.restrictions.is_some(),
        managed_apps_told: management.apps_removed_with_enrolment.is_some(),
    })
}

fn copied<T: Copy>(sourced: &Option<Sourced<T>>) -> Option<T> {
    sourced.as_ref().map(|sourced| sourced.value)
}

fn list<T: Clone>(sourced: &Option<Sourced<BTreeSet<T>>>) -> Option<Vec<T>> {
    sourced
        .as_ref()
        .map(|sourced| sourced.value.iter().cloned().collect())
}

fn restrictions(management: &Management) -> BTreeMap<String, bool> {
    let restrictions = management
        .restrictions
        .iter()
        .flat_map(|sourced| &sourced.value);
    restrictions
        .filter(|(key, _)| RESTRICTIONS.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), *value))
        .collect()
}

fn restriction_profiles(management: &Management) -> BTreeMap<String, Vec<String>> {
    management
        .restriction_profiles
        .iter()
        .filter(|(key, _)| RESTRICTIONS.contains(&key.as_str()))
        .map(|(key, names)| (key.clone(), names.iter().cloned().collect()))
        .collect()
}

/// "/srv/mdm/a.plist (DeviceInformation answer), dated by the file's time".
fn source(source: &Source) -> String {
    let clock = source.clock.label();
    format!("{}, {clock}", Origin::document(source).source)
}

/// The computers of a fleet.
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

/// The exports as they were named.
pub(crate) fn exports(fleet: &Fleet) -> Vec<ExportUsed> {
    let used = fleet.exports.iter().map(|export| ExportUsed {
        path: export.path.clone(),
        devices: export.devices,
        newest: export.newest,
    });
    used.collect()
}

/// The roots as given, in their order.
pub(crate) fn roots(fleet: &Fleet) -> Vec<Root> {
    fleet
        .roots
        .iter()
        .map(|root| Root {
            path: root.path.clone(),
            backups: root.backups,
        })
        .collect()
}

/// Evidence that belongs to no device.
pub(crate) fn unmatched(fleet: &Fleet) -> Vec<Unmatched> {
    fleet
        .unmatched
        .iter()
        .map(|document| Unmatched {
            reason: document.reason.clone(),
            source: source(&document.source),
        })
        .collect()
}
