//! One generated sample of every shape in which an MDM, or a program beside it, tells of devices.

use anyhow::Result;
use plist::Value;

use super::answer::{Managed, SECRETS};
use super::asn1::{self, Encoding};
use super::console::{self, Known};
use super::export;
use super::wrapper::{Server, webhook};
use crate::plists::{Format, encode};
use crate::when::at;

/// The files of one shape; most have one.
#[derive(Debug, Clone)]
pub struct Sample {
    /// A name of its own.
    pub name: &'static str,
    /// Paths below a folder, and contents.
    pub files: Vec<(String, Vec<u8>)>,
}

fn one(name: &'static str, file: &str, bytes: impl Into<Vec<u8>>) -> Sample {
    Sample {
        name,
        files: vec![(file.to_owned(), bytes.into())],
    }
}

/// Telephone numbers in the samples; no output may show one.
pub fn phone_numbers() -> Vec<String> {
    let numbers = console::devices().map(|known| known.numbers.phone_number);
    numbers.into_iter().flatten().collect()
}

/// All of them.
pub fn all() -> Result<Vec<Sample>> {
    let devices = console::devices();
    Ok([
        tables(&devices),
        programs(&devices[0])?,
        servers(&devices[0])?,
    ]
    .concat())
}

/// Tables of consoles.
fn tables(devices: &[Known]) -> Vec<Sample> {
    let [backed_up, ..] = devices else {
        return Vec::new();
    };
    vec![
        one(
            "jamf-classic-json",
            "jamf.json",
            console::jamf_classic_json(devices),
        ),
        one(
            "jamf-classic-xml",
            "jamf.xml",
            console::jamf_classic_xml(backed_up),
        ),
        one("jamf-table", "jamf.csv", console::jamf_table(devices)),
        one("jamf-api", "jamf-api.json", console::jamf_api(devices)),
        one("simplemdm", "simplemdm.json", console::simplemdm(devices)),
        one("mosyle", "mosyle.json", console::mosyle(devices)),
        one("intune-table", "intune.csv", console::intune_table(devices)),
        one("intune-graph", "graph.json", console::intune_graph(devices)),
        one("kandji", "kandji.json", console::kandji(devices)),
        one("workspace-one", "ws1.json", console::workspace_one(devices)),
        one("manageengine", "me.csv", console::manageengine(devices)),
        one(
            "business-manager",
            "abm.json",
            console::business_manager(devices),
        ),
        one(
            "business-manager-table",
            "abm.csv",
            console::business_manager_table(devices),
        ),
        one(
            "unknown-table",
            "geraete.csv",
            console::unknown_table(devices),
        ),
        one(
            "unknown-json",
            "devices.json",
            console::unknown_json(devices),
        ),
    ]
}

/// Outputs of programs that speak to a device over a cable, and profiles.
fn programs(known: &Known) -> Result<Vec<Sample>> {
    let numbers = &known.numbers;
    let asked_at = at("2026-03-01T07:30:00Z");
    let xml = |value: &Value| encode(value, Format::Xml);
    let backup = export::ideviceinfo_backup(at("2026-02-20T10:00:00Z"));
    let profile = xml(&export::restriction_profile("org.example.cis"))?;
    let enrolment = export::enrolment_profile("org.example.mdm", 8191 - 512);
    let automated = export::automated_enrolment(&[&numbers.serial], &["Restore", "Siri"]);
    Ok(vec![
        one("cfgutil", "get.jsonl", export::cfgutil(numbers)),
        one(
            "ideviceinfo",
            "info.plist",
            xml(&export::ideviceinfo(numbers, asked_at))?,
        ),
        one(
            "ideviceinfo-backup",
            &format!("{}-backup.plist", numbers.udid),
            xml(&backup)?,
        ),
        one(
            "status-report",
            "status.json",
            export::status_report(numbers).to_string(),
        ),
        one("profile", "cis.mobileconfig", profile.clone()),
        one(
            "profile-signed",
            "signed.mobileconfig",
            asn1::signed(&profile, Encoding::Indefinite),
        ),
        one(
            "profile-of-enrolment",
            "enrol.mobileconfig",
            xml(&enrolment)?,
        ),
        one("automated-enrolment", "ade.json", automated.to_string()),
    ])
}

/// What servers keep of the messages of a device, and give out.
fn servers(known: &Known) -> Result<Vec<Sample>> {
    let device =
        Managed::new(7, &known.numbers, &known.name).last_cloud_backup(at("2026-03-01T02:10:00Z"));
    let command = device.device_information_command(&["UDID", "IsCloudBackupEnabled"]);
    let answer = device.device_information();
    let heard_at = at("2026-03-02T07:30:00Z");
    let events = [
        device.authenticate(),
        answer.clone(),
        device.security_info(),
        device.not_now(),
    ];
    let events = |server| -> Result<String> {
        let texts = events
            .iter()
            .map(|message| webhook(server, heard_at, message));
        Ok(texts.collect::<Result<Vec<_>>>()?.concat())
    };
    Ok(vec![
        nanomdm_store(known, &device, &command)?,
        one("micromdm-webhook", "events.json", events(Server::MicroMdm)?),
        one("nanomdm-webhook", "events.json", events(Server::NanoMdm)?),
        one(
            "fleet-results",
            "results.json",
            export::fleet_results(&known.numbers, heard_at, &command, &answer)?,
        ),
        one(
            "fleet-hosts",
            "hosts.json",
            export::fleet_hosts(&known.numbers, heard_at),
        ),
    ])
}

/// A NanoMDM `file` store with one device, whose command leaves the date of the backup out.
fn nanomdm_store(known: &Known, device: &Managed, command: &Value) -> Result<Sample> {
    let uuid = device.command_uuid("DeviceInformation");
    let done = |ending: &str| format!("QueueDone/{uuid}{ending}");
    let plists = [
        ("Authenticate.plist".to_owned(), device.authenticate()),
        ("TokenUpdate.plist".to_owned(), device.token_update()),
        (done(".plist"), command.clone()),
        (
            done(".result.plist"),
            device
                .clone()
                .without("LastCloudBackupDate")
                .device_information(),
        ),
        ("QueueNotNow/1.result.plist".to_owned(), device.not_now()),
    ];
    let mut files = vec![
        (
            "SerialNumber.txt".to_owned(),
            known.numbers.serial.clone().into_bytes(),
        ),
        ("UnlockToken.dat".to_owned(), SECRETS[1].into()),
        ("BootstrapToken.dat".to_owned(), SECRETS[3].into()),
    ];
    for (name, value) in plists {
        files.push((name, encode(&value, Format::Xml)?));
    }
    let below = |(name, bytes)| (format!("db/{}/{name}", known.numbers.udid), bytes);
    Ok(Sample {
        name: "nanomdm-store",
        files: files.into_iter().map(below).collect(),
    })
}
