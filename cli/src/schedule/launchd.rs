//! A daemon or an agent of launchd (launchd.plist(5)).
//!
//! launchd starts no second run while one goes on, and catches up after sleep, not after the computer was off. It
//! has no random delay: the start differs from computer to computer instead.

use std::path::PathBuf;

use anyhow::{Context, Result};
use plist::{Dictionary, Value};

use super::job::{Job, Scope};
use super::plan::{JobFile, MARK, Plan, Step, log, text};

const LABEL: &str = "org.fleetback.scan";
const DOCTYPE_END: &str = "PropertyList-1.0.dtd\">\n";

/// The property list, and the calls of launchctl.
pub(crate) fn plan(job: &Job) -> Result<Plan> {
    let path = folder(job).join(format!("{LABEL}.plist"));
    let file = text(&path)?.to_owned();
    let domain = match job.scope {
        Scope::System => "system".to_owned(),
        // The shell that reads the printed commands knows the number; `install` asks for it.
        Scope::User => format!(
            "gui/{}",
            crate::system::platform::user_number().unwrap_or_default()
        ),
    };
    let service = format!("{domain}/{LABEL}");
    Ok(Plan {
        files: vec![JobFile::new(path.clone(), property_list(job)?)],
        start: vec![Step::new(["launchctl", "bootstrap", &domain, &file])],
        stop: vec![Step::new(["launchctl", "bootout", &service])],
        forget: Vec::new(),
        ask: vec![Step::new(["launchctl", "print", &service])],
    })
}

fn folder(job: &Job) -> PathBuf {
    match job.scope {
        Scope::System => PathBuf::from("/Library/LaunchDaemons"),
        Scope::User => job.home.join("Library/LaunchAgents"),
    }
}

fn property_list(job: &Job) -> Result<String> {
    let start = job.start_of_this_host();
    let arguments = [
        text(&job.program)?,
        "scan",
        "--config",
        text(&job.settings)?,
    ];
    let log = log(job, "Library/Logs");
    let log = text(&log)?;
    let mut root = Dictionary::new();
    let mut set = |key: &str, value: Value| root.insert(key.to_owned(), value);
    set("Label", LABEL.into());
    set(
        "ProgramArguments",
        Value::Array(arguments.map(Value::from).into()),
    );
    set(
        "StartCalendarInterval",
        Value::Dictionary(calendar(start.hour(), start.minute())),
    );
    set("ProcessType", "Background".into());
    set("LowPriorityIO", true.into());
    set("Nice", 10.into());
    // 0027: launchd takes the number, not its octal digits.
    set("Umask", 0o027.into());
    set("StandardErrorPath", log.into());
    if let Some(account) = &job.account {
        set("UserName", account.as_str().into());
    }
    let mut bytes = Vec::new();
    plist::to_writer_xml(&mut bytes, &root).context("the property list could not be made")?;
    let xml = String::from_utf8(bytes).context("the property list could not be made")?;
    let comment =
        format!("{DOCTYPE_END}<!-- {MARK}: `fleetback schedule remove` takes it away. -->\n");
    Ok(xml.replacen(DOCTYPE_END, &comment, 1) + "\n")
}

fn calendar(hour: i8, minute: i8) -> Dictionary {
    let mut calendar = Dictionary::new();
    calendar.insert("Hour".to_owned(), i64::from(hour).into());
    calendar.insert("Minute".to_owned(), i64::from(minute).into());
    calendar
}
