//! Which device a backup folder belongs to: Manifest.plist, then Info.plist, then the folder's name.
//!
//! People rename and copy backup folders, so the device's own word comes before the computer's and
//! both before the name; where they differ, that is reported.

use std::collections::BTreeMap;

use super::plists::info::Info;
use super::plists::manifest::Manifest;
use crate::model::found_backup::FoundBackup;
use crate::model::identity::Identity;

/// All numbers, best witness first.
pub(super) fn identity(
    found: &FoundBackup,
    info: Option<&Info>,
    manifest: Option<&Manifest>,
) -> Identity {
    let of_manifest = manifest.and_then(|m| m.udid.clone());
    let of_info = || info.and_then(|i| i.udid.clone());
    let of_name = || Some(found.name.as_ref()?.udid.clone());
    Identity {
        udid: of_manifest.or_else(of_info).or_else(of_name),
        serial: manifest
            .and_then(|m| m.serial.clone())
            .or_else(|| info.and_then(|i| i.serial.clone())),
        imeis: info.map(|i| i.imeis.clone()).unwrap_or_default(),
        meid: info.and_then(|i| i.meid.clone()),
        ecid: None,
    }
}

/// Does a plist name the device? The folder's name is no witness of its own.
pub(super) fn is_named_inside(info: Option<&Info>, manifest: Option<&Manifest>) -> bool {
    let manifest = manifest.is_some_and(|m| m.udid.is_some() || m.serial.is_some());
    let info = info.is_some_and(|i| {
        i.udid.is_some() || i.serial.is_some() || i.meid.is_some() || !i.imeis.is_empty()
    });
    manifest || info
}

/// The witnesses that name different devices, in words.
pub(super) fn disagreement(
    found: &FoundBackup,
    info: Option<&Info>,
    manifest: Option<&Manifest>,
) -> Option<String> {
    let name = found.name.as_ref().map(|name| name.udid.to_string());
    let of_manifest = |take: fn(&Manifest) -> Option<String>| manifest.and_then(take);
    let of_info = |take: fn(&Info) -> Option<String>| info.and_then(take);
    let udids = [
        (
            "Manifest.plist",
            of_manifest(|m| Some(m.udid.as_ref()?.to_string())),
        ),
        (
            "Info.plist",
            of_info(|i| Some(i.udid.as_ref()?.to_string())),
        ),
        ("the folder's name", name),
    ];
    let serials = [
        (
            "Manifest.plist",
            of_manifest(|m| Some(m.serial.as_ref()?.to_string())),
        ),
        (
            "Info.plist",
            of_info(|i| Some(i.serial.as_ref()?.to_string())),
        ),
    ];
    let texts: Vec<String> = [("UDID", &udids[..]), ("serial number", &serials[..])]
        .into_iter()
        .filter_map(|(what, witnesses)| differing(what, witnesses))
        .collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

fn differing(what: &str, witnesses: &[(&str, Option<String>)]) -> Option<String> {
    let mut claims: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (witness, number) in witnesses {
        if let Some(number) = number {
            claims.entry(number).or_default().push(witness);
        }
    }
    let parts: Vec<String> = claims
        .iter()
        .map(|(number, witnesses)| format!("{number} ({})", witnesses.join(", ")))
        .collect();
    (parts.len() > 1).then(|| format!("more than one {what}: {}", parts.join(", ")))
}
