//! Is this a whole device's backup, and does what is known of it fit together?
//!
//! A list that was cut down to a few files restores without a complaint, and restores a few files. Only
//! what every device writes distinguishes it from a whole one: no number of files does.

use jiff::{SignedDuration, Timestamp};

use super::evidence::{BackupFiles, Checked};
use super::file_list::catalog::FileListProbe;
use super::file_list::row_facts::Domains;
use super::plists::info::Info;
use super::plists::manifest::Manifest;
use crate::model::backup::{HostTool, State};

/// Two plists so much older than the third belong to another backup.
const APART: SignedDuration = SignedDuration::from_hours(60 * 24);
/// A clock may be ahead by so much.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// The start of 2007: there was no iPhone before it.
const FIRST_YEAR: Timestamp = Timestamp::constant(1_167_609_600, 0);
/// `Version` of a Manifest.plist that is known: "9.1" before iOS 10, "10.0" since.
const VERSION_MAX: f64 = 11.0;
/// Manifest.db came with iOS 10.
const DATABASE_SINCE: u32 = 10;

/// The state, where witnesses contradict a folder that says it is whole.
pub(super) fn state(state: State, files: &BackupFiles) -> Option<(State, String)> {
    if !matches!(
        state,
        State::Complete | State::CleanupUnfinished | State::AttemptFailed
    ) {
        return None;
    }
    let manifest = files.manifest.as_ref().ok()?;
    let part = match files.probe {
        FileListProbe::None => None,
        // Of the other witnesses nobody has seen a backup of that time.
        FileListProbe::Mbdb(_) => domains(files).and_then(without_home),
        FileListProbe::Database(_) => {
            if let Some(reason) = invented(manifest, files.info.as_ref().ok()) {
                return Some((State::Fake, reason));
            }
            let lacking = lacking(manifest).filter(|_| state != State::AttemptFailed);
            lacking.or_else(|| too_little(manifest, files))
        }
    };
    part.map(|reason| (State::Partial, format!("{reason}{}", tools(files))))
}

/// No device wrote it: neither a keybag nor a date, or an Info.plist that names no device.
fn invented(manifest: &Manifest, info: Option<&Info>) -> Option<String> {
    let bare = manifest.keybag.is_none() && manifest.date.is_none();
    let names_none = info.is_some_and(|info| !info.names_a_device());
    bare.then(|| {
        let info = if names_none {
            ", and Info.plist says nothing of a device"
        } else {
            ""
        };
        format!("Manifest.plist has neither a keybag nor a date, which every device writes{info}")
    })
}

fn lacking(manifest: &Manifest) -> Option<String> {
    let key = match (manifest.keybag.is_some(), manifest.date.is_some()) {
        (true, true) => return None,
        (false, _) => "keybag",
        (_, false) => "date",
    };
    Some(format!(
        "Manifest.plist has no {key}, which every device since iOS 10 writes"
    ))
}

fn too_little(manifest: &Manifest, files: &BackupFiles) -> Option<String> {
    if matches!(files.check, Some(Checked::Now(_))) {
        return domains(files).and_then(|domains| too_few_domains(domains, manifest.apps));
    }
    let seen = files.unopened.as_ref()?;
    let payloads = seen.payloads + seen.not_downloaded;
    (payloads > 0 && payloads < manifest.apps).then(|| {
        format!(
            "Manifest.plist lists {} apps, and {payloads} files are here",
            manifest.apps
        )
    })
}

/// The domains of a list whose every row can be used: what the others name is unknown.
fn domains(files: &BackupFiles) -> Option<&Domains> {
    match &files.check {
        Some(Checked::Now(check)) if check.doubts.is_empty() && check.files.expected > 0 => {
            Some(&check.domains)
        }
        _ => None,
    }
}

fn without_apps(domains: &Domains, apps: u64) -> Option<String> {
    (apps > 0 && !domains.apps).then(|| {
        format!("Manifest.plist lists {apps} apps, and the list of files has no row of any")
    })
}

fn without_home(domains: &Domains) -> Option<String> {
    let reason = "the list of files names no file of HomeDomain, which every device fills";
    (!domains.home).then(|| reason.to_owned())
}

fn too_few_domains(domains: &Domains, apps: u64) -> Option<String> {
    let first = without_apps(domains, apps).or_else(|| without_home(domains));
    first.or_else(|| without_system(domains))
}

fn without_system(domains: &Domains) -> Option<String> {
    let others = [
        (domains.root, "RootDomain"),
        (domains.system, "SystemPreferencesDomain"),
        (domains.wireless, "WirelessDomain"),
    ];
    let missing: Vec<&str> = others
        .iter()
        .filter(|(has, _)| !has)
        .map(|(_, name)| *name)
        .collect();
    (missing.len() > 1).then(|| {
        format!(
            "the list of files names no file of {}, which every device fills",
            missing.join(" and ")
        )
    })
}

/// Tools that leave such a backup.
fn tools(files: &BackupFiles) -> &'static str {
    match files.info.as_ref().map(|info| info.host_tool) {
        Ok(HostTool::Pymobiledevice3) => {
            "; pymobiledevice3 leaves this after a filtered backup (--only)"
        }
        _ => {
            "; filtered backups of pymobiledevice3 and partial exports of iMazing or TouchCopy look so"
        }
    }
}

/// What does not fit together, in plain words: then the answer is `unknown`.
pub(super) fn doubts(state: State, files: &BackupFiles, now: Timestamp) -> Vec<String> {
    let Ok(manifest) = &files.manifest else {
        return Vec::new();
    };
    [
        apps_of_mbdb(manifest, files),
        layout(manifest, files),
        version(manifest, files),
        doubled_key(files),
        dates(state, manifest, files, now),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Each app had a domain before iOS 10 too, but no list of that time is known that would show it for an
/// app without a file: the witness is too weak to condemn.
fn apps_of_mbdb(manifest: &Manifest, files: &BackupFiles) -> Option<String> {
    let of_mbdb = matches!(files.probe, FileListProbe::Mbdb(_));
    let domains = domains(files).filter(|_| of_mbdb)?;
    without_apps(domains, manifest.apps)
}

fn layout(manifest: &Manifest, files: &BackupFiles) -> Option<String> {
    let version = manifest.os_version.as_deref()?;
    let major: u32 = version.split('.').next()?.trim().parse().ok()?;
    let (list, fits) = match files.probe {
        FileListProbe::Mbdb(_) => ("Manifest.mbdb", major < DATABASE_SINCE),
        FileListProbe::Database(_) => ("Manifest.db", major >= DATABASE_SINCE),
        FileListProbe::None => return None,
    };
    (!fits).then(|| format!("the list of files is a {list}, which iOS {version} does not write"))
}

fn version(manifest: &Manifest, files: &BackupFiles) -> Option<String> {
    if !matches!(files.probe, FileListProbe::Database(_)) {
        return None;
    }
    match &manifest.version {
        None => Some("Manifest.plist has no Version, which every device writes".to_owned()),
        Some(text) => match text.trim().parse::<f64>() {
            Ok(version) if version > 0.0 && version < VERSION_MAX => None,
            _ => Some(format!(
                "Manifest.plist has the Version {text}, which is unknown"
            )),
        },
    }
}

fn doubled_key(files: &BackupFiles) -> Option<String> {
    let key = files.status.as_ref().ok()?.doubled_key.as_ref()?;
    Some(format!("Status.plist has the key {key} twice"))
}

/// A failed attempt has a newer Status.plist than the rest; a whole backup has not.
fn dates(state: State, manifest: &Manifest, files: &BackupFiles, now: Timestamp) -> Option<String> {
    if state == State::AttemptFailed {
        return None;
    }
    let status = files.status.as_ref().ok()?.date;
    let own = manifest.date?;
    if status.duration_until(own) > AHEAD {
        return Some(
            "Manifest.plist is dated after Status.plist, which the device writes last".to_owned(),
        );
    }
    let info = files.info.as_ref().ok()?.date?;
    let mut dates = [status, own, info];
    dates.sort_unstable();
    let plausible = |date: &Timestamp| *date >= FIRST_YEAR && now.duration_until(*date) <= AHEAD;
    let [_, middle, newest] = dates;
    let apart = middle.duration_until(newest);
    (dates.iter().all(plausible) && apart > APART).then(|| {
        format!(
            "two of the three plists are {} days older than the third",
            apart.as_hours() / 24
        )
    })
}
