//! Files about Apple's side of things: lists of iOS releases in their three shapes, and the JSON of
//! its System Status page.
//!
//! Shapes after Apple's list of 2026-08-22 (<https://gdmf.apple.com/v2/pmv>) and the feeds of the
//! SOFA project of the same day (macadmins/sofa, Apache-2.0), with as many entries as a test needs.

use serde_json::{Value, json};

/// One release: version, day, models; `None` leaves the list of models out.
pub type Release<'a> = (&'a str, &'a str, Option<&'a [&'a str]>);

/// Apple's list: `public` for everybody, `managed` for what an MDM can install. Watches and Macs
/// stand beside the phones, as they do there.
pub fn gdmf(public: &[Release<'_>], managed: &[Release<'_>]) -> Value {
    let ios = |releases: &[Release<'_>]| -> Vec<Value> {
        let watch = entry(
            "PostingDate",
            &("11.6.2", "2026-07-27", Some(&["Watch6,1"])),
        );
        let phones = releases.iter().map(|release| entry("PostingDate", release));
        [watch].into_iter().chain(phones).collect()
    };
    let mac = ("26.6", "2026-07-27", Some(&["J152FAP"][..]));
    let macs = vec![entry("PostingDate", &mac)];
    json!({
        "PublicAssetSets": { "iOS": ios(public), "macOS": macs },
        "AssetSets": { "iOS": ios(managed), "macOS": macs },
    })
}

/// A SOFA feed, older shape; one major version after the other.
pub fn sofa_v1(majors: &[(&str, Release<'_>, &[Release<'_>])]) -> Value {
    json!({ "UpdateHash": "0".repeat(64), "OSVersions": os_versions(majors) })
}

/// A SOFA feed as it is today. `checked` is when the project last asked Apple.
pub fn sofa_v2(checked: &str, majors: &[(&str, Release<'_>, &[Release<'_>])]) -> Value {
    json!({
        "SchemaVersion": "2026.04.11.2",
        "Version": "2.0",
        "UpdateHash": "0".repeat(64),
        "LastCheck": checked,
        "OSVersions": os_versions(majors),
        "Devices": { "iPhone12,1": { "MarketingName": "iPhone 11" } },
        "BackgroundSecurityImprovements": {},
    })
}

fn os_versions(majors: &[(&str, Release<'_>, &[Release<'_>])]) -> Vec<Value> {
    let of_major = |(major, latest, releases): &(&str, Release<'_>, &[Release<'_>])| {
        let releases: Vec<_> = releases.iter().map(|release| sofa_entry(release)).collect();
        json!({
            "OSVersion": major,
            "Latest": sofa_entry(latest),
            "SecurityReleases": releases,
        })
    };
    majors.iter().map(of_major).collect()
}

fn sofa_entry(release: &Release<'_>) -> Value {
    let (version, day, models) = release;
    let day = format!("{day}T00:00:00Z");
    entry("ReleaseDate", &(version, &day, *models))
}

/// The build is a filler, as it is in SOFA's older shape.
fn entry(day_key: &str, (version, day, models): &Release<'_>) -> Value {
    let mut entry = json!({ "ProductVersion": version, "Build": "26A000", day_key: day });
    if let Some(models) = models {
        entry["SupportedDevices"] = json!(models);
    }
    entry
}

/// One event of Apple's status page: service, kind, status, beginning and end in milliseconds.
pub type Event<'a> = (&'a str, &'a str, &'a str, Option<i64>, Option<i64>);

/// Apple's System Status page as JSON. Undocumented; the shape that public clients read. Services
/// without an event stand there too, with an empty list.
pub fn system_status(events: &[Event<'_>]) -> Value {
    let quiet = json!({ "serviceName": "App Store", "redirectUrl": null, "events": [] });
    let service = |event: &Event<'_>| {
        let (service, kind, status, start, end) = event;
        json!({
            "serviceName": service,
            "redirectUrl": "http://www.apple.com/icloud",
            "events": [{
                "statusType": kind,
                "eventStatus": status,
                "epochStartDate": start,
                "epochEndDate": end,
                "usersAffected": "Some users are affected",
                "message": "Users are experiencing a problem with this service.",
                "affectedServices": null,
            }],
        })
    };
    let troubled = events.iter().map(service);
    let services: Vec<_> = [quiet].into_iter().chain(troubled).collect();
    json!({ "services": services })
}
