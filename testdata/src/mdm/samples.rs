//! One generated sample of every shape in which an MDM, or a program beside it, reports devices.

use anyhow::Result;
use plist::Value;

use super::answer::{Managed, SECRETS};
use super::asn1::{self, Encoding};
use super::console::{self, ConsoleDevice};
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

/// A shape that is one file.
fn single_file(name: &'static str, file: &str, bytes: impl Into<Vec<u8>>) -> Sample {
    Sample {
        name,
        files: vec![(file.to_owned(), bytes.into())],
    }
}

/// Telephone numbers in the samples; no output may show one.
pub fn phone_numbers() -> Vec<String> {
    let phone_numbers = console::devices().map(|device| device.ids.phone_number);
    phone_numbers.into_iter().flatten().collect()
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
fn tables(devices: &[ConsoleDevice]) -> Vec<Sample> {
    let [backed_up, ..] = devices else {
        return Vec::new();
    };
    vec![
        single_file(
            "jamf-classic-json",
            "jamf.json",
            console::jamf_classic_json(devices),
        ),
        single_file(
            "jamf-classic-xml",
            "jamf.xml",
            console::jamf_classic_xml(backed_up),
        ),
        single_file("jamf-table", "jamf.csv", console::jamf_table(devices)),
        single_file("jamf-api", "jamf-api.json", console::jamf_api(devices)),
        single_file("simplemdm", "simplemdm.json", console::simplemdm(devices)),
        single_file("mosyle", "mosyle.json", console::mosyle(devices)),
        single_file("intune-table", "intune.csv", console::intune_table(devices)),
        single_file("intune-graph", "graph.json", console::intune_graph(devices)),
        single_file("kandji", "kandji.json", console::kandji(devices)),
        single_file("workspace-one", "ws1.json", console::workspace_one(devices)),
        single_file("manageengine", "me.csv", console::manageengine(devices)),
        single_file(
            "business-manager",
            "abm.json",
            console::business_manager(devices),
        ),
        single_file(
            "business-manager-table",
            "abm.csv",
            console::business_manager_table(devices),
        ),
        single_file(
            "unknown-table",
            "geraete.csv",
            console::unknown_table(devices),
        ),
        single_file(
            "unknown-json",
            "devices.json",
            console::unknown_json(devices),
        ),
    ]
}

/// Outputs of programs that speak to a device over a cable, and profiles.
fn programs(console_device: &ConsoleDevice) -> Result<Vec<Sample>> {
    let ids = &console_device.ids;
    let asked_at = at("2026-03-01T07:30:00Z");
    let xml = |value: &Value| encode(value, Format::Xml);
    let backup = export::ideviceinfo_backup(at("2026-02-20T10:00:00Z"));
    let profile = xml(&export::restriction_profile("org.example.cis"))?;
    let enrolment = export::enrolment_profile("org.example.mdm", 8191 - 512);
    let automated = export::automated_enrolment(&[&ids.serial], &["Restore", "Siri"]);
    Ok(vec![
        single_file("cfgutil", "get.jsonl", export::cfgutil(ids)),
        single_file(
            "ideviceinfo",
            "info.plist",
            xml(&export::ideviceinfo(ids, asked_at))?,
        ),
        single_file(
            "ideviceinfo-backup",
            &format!("{}-backup.plist", ids.udid),
            xml(&backup)?,
        ),
        single_file(
            "status-report",
            "status.json",
            export::status_report(ids).to_string(),
        ),
        single_file("profile", "cis.mobileconfig", profile.clone()),
        single_file(
            "profile-signed",
            "signed.mobileconfig",
            asn1::signed(&profile, Encoding::Indefinite),
        ),
        single_file(
            "profile-of-enrolment",
            "enrol.mobileconfig",
            xml(&enrolment)?,
        ),
        single_file("automated-enrolment", "ade.json", automated.to_string()),
    ])
}

/// What servers keep of the messages of a device, and give out.
fn servers(console_device: &ConsoleDevice) -> Result<Vec<Sample>> {
    let device = Managed::new(7, &console_device.ids, &console_device.name)
        .last_cloud_backup(at("2026-03-01T02:10:00Z"));
    let command = device.device_information_command(&["UDID", "IsCloudBackupEnabled"]);
    let answer = device.device_information();
    let received_at = at("2026-03-02T07:30:00Z");
    let events = [
        device.authenticate(),
        answer.clone(),
        device.security_info(),
        device.not_now(),
    ];
    let events = |server| -> Result<String> {
        let texts = events
            .iter()
            .map(|message| webhook(server, received_at, message));
        Ok(texts.collect::<Result<Vec<_>>>()?.concat())
    };
    Ok(vec![
        nanomdm_store(console_device, &device, &command)?,
        single_file("micromdm-webhook", "events.json", events(Server::MicroMdm)?),
        single_file("nanomdm-webhook", "events.json", events(Server::NanoMdm)?),
        single_file(
            "fleet-results",
            "results.json",
            export::fleet_results(&console_device.ids, received_at, &command, &answer)?,
        ),
        single_file(
            "fleet-hosts",
            "hosts.json",
            export::fleet_hosts(&console_device.ids, received_at),
        ),
    ])
}

/// A NanoMDM `file` store with one device, whose command leaves the date of the backup out.
fn nanomdm_store(
    console_device: &ConsoleDevice,
    device: &Managed,
    command: &Value,
) -> Result<Sample> {
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
            console_device.ids.serial.clone().into_bytes(),
        ),
        ("UnlockToken.dat".to_owned(), SECRETS[1].into()),
        ("BootstrapToken.dat".to_owned(), SECRETS[3].into()),
    ];
    for (name, value) in plists {
        files.push((name, encode(&value, Format::Xml)?));
    }
    let below = |(name, bytes)| (format!("db/{}/{name}", console_device.ids.udid), bytes);
    Ok(Sample {
        name: "nanomdm-store",
        files: files.into_iter().map(below).collect(),
    })
}
