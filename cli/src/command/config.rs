//! `fleetback config`: the settings file and the policy file, written, checked, shown.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use fleetback_report::format::{escaped, plural};
use fleetback_report::policy::{Policy, Preset, WaiverRule};
use jiff::Timestamp;

use crate::config::args::{Common, Config as Action, Variables};
use crate::config::layer::Layer;
use crate::config::{self, Config, FILE_NAME, Found, TEMPLATE};
use crate::history;
use crate::options::{self, Reports};
use crate::output::files;
use crate::system::exit::Exit;

/// Where `config init` puts the policy.
const POLICY_NAME: &str = "fleetback-policy.toml";

/// In the order of the template.
const SECTIONS: [&str; 4] = ["scan", "output", "terminal", "mdm"];

/// Runs it. An error is one of configuration.
pub(crate) fn run(action: &Action, common: &Common) -> Result<Exit> {
    match action {
        Action::Init { folder, preset } => init(folder, preset.unwrap_or_default()),
        Action::Check => check(common),
        Action::Show => show(common),
    }
}

fn init(folder: &Path, preset: Preset) -> Result<Exit> {
    let policy = Policy::from_preset(preset).to_toml();
    let files = [(FILE_NAME, TEMPLATE), (POLICY_NAME, policy.as_str())];
    let mut message = String::new();
    for (name, text) in files {
        let path = folder.join(name);
        create(&path, text).with_context(|| {
            let path = path.display();
            format!("{path}: cannot be written; name a folder that exists and does not hold it yet")
        })?;
        let _ = writeln!(message, "wrote {}", path.display());
    }
    let _ = writeln!(
        message,
        "next: set what you need, then run fleetback config check"
    );
    Ok(files::print(message.as_bytes()))
}

/// Never replaces a file.
fn create(path: &Path, text: &str) -> io::Result<()> {
    File::create_new(path)?.write_all(text.as_bytes())
}

fn check(common: &Common) -> Result<Exit> {
    let force = InForce::load(common)?;
    let policy = options::policy(force.config.scan.policy.as_deref())?;
    Reports::new(&force.config.output)?;
    let mut message = format!(
        "settings: {}\npolicy: {}, preset {}, {}, {}\n",
        force.file_name(),
        escaped(&policy.name),
        policy.preset.id(),
        plural(policy.groups.len() as u64, "group", "groups"),
        plural(policy.waivers.len() as u64, "waiver", "waivers"),
    );
    let now = Timestamp::now();
    for note in policy
        .waivers
        .iter()
        .filter_map(|waiver| ends(waiver, &policy, now))
    {
        let _ = writeln!(message, "  {}", escaped(&note));
    }
    message.push_str("no mistakes\n");
    Ok(files::print(message.as_bytes()))
}

/// Notes about the end of a waiver.
fn ends(waiver: &WaiverRule, policy: &Policy, now: Timestamp) -> Option<String> {
    let whom = match (&waiver.device, &waiver.group) {
        (Some(device), _) => device.clone(),
        (None, group) => format!("the group {}", group.as_deref().unwrap_or_default()),
    };
    let until = waiver.until?;
    if waiver.expired(now) {
        let what = "take it out, or give it a new end";
        return Some(format!("the waiver for {whom} ended with {until}; {what}"));
    }
    let soon = waiver.ends_within(now, policy.waiver_warning_days);
    soon.then(|| format!("the waiver for {whom} ends with {until}"))
}

fn show(common: &Common) -> Result<Exit> {
    let force = InForce::load(common)?;
    Ok(files::print(force.listing()?.as_bytes()))
}

/// The settings that a `fleetback scan` without flags would have, and where each comes from.
struct InForce {
    /// Flags of this call and variables.
    typed: Config,
    /// The file.
    found: Option<Found>,
    /// Both.
    config: Config,
}

impl InForce {
    fn load(common: &Common) -> Result<Self> {
        let found = config::load(common.config.as_deref(), &config::folders())?;
        let file = found.as_ref().map(|found| found.config.clone());
        let typed = typed(common)?;
        let config = typed.clone().with_fallback(file.unwrap_or_default());
        Ok(Self {
            typed,
            found,
            config,
        })
    }

    fn file_name(&self) -> String {
        let path = self.found.as_ref().map(|found| found.path.clone());
        let none = PathBuf::from("no file; flags, variables and defaults only");
        path.unwrap_or(none).display().to_string()
    }

    /// As a settings file, with the origin of each line as its comment.
    fn listing(&self) -> Result<String> {
        let (typed, all) = (table(&self.typed)?, table(&self.config)?);
        let mut text = format!("# {}\n", self.file_name());
        for section in SECTIONS {
            let lines = section_lines(section, &typed, &all);
            let defaults = self.defaults(section, &all);
            if !lines.is_empty() || !defaults.is_empty() {
                let _ = write!(text, "\n[{section}]\n{lines}{defaults}");
            }
        }
        let policy = options::policy(self.config.scan.policy.as_deref())?;
        let name = escaped(&policy.name);
        let _ = write!(
            text,
            "\n# The policy in force ({name}), as a policy file:\n\n"
        );
        for line in policy.to_toml().lines() {
            let _ = writeln!(text, "#   {line}");
        }
        Ok(text)
    }

    /// One line for each setting of a section that has its default.
    fn defaults(&self, section: &str, all: &toml::Table) -> String {
        let set = all.get(section).and_then(toml::Value::as_table);
        let rows = DEFAULTS.iter().filter(|row| row.section == section);
        let rows = rows.filter(|row| !set.is_some_and(|set| set.contains_key(row.key)));
        let lines = rows.filter_map(|row| {
            let value = (row.value)(self)?;
            Some(format!("{} = {value}  # default\n", row.key))
        });
        lines.collect()
    }
}

/// A setting that has a default.
struct Default {
    section: &'static str,
    key: &'static str,
    /// The default as TOML; `None` where this system has none.
    value: fn(&InForce) -> Option<toml::Value>,
}

const fn default(
    section: &'static str,
    key: &'static str,
    value: fn(&InForce) -> Option<toml::Value>,
) -> Default {
    Default {
        section,
        key,
        value,
    }
}

#[rustfmt::skip] // one setting a line
const DEFAULTS: &[Default] = &[
    default("scan", "verify", |_| Some("sizes".into())),
    default("scan", "verify_again_days", |_| Some(30.into())),
    default("scan", "history", |_| history::default_path().map(|path| path.to_string_lossy().into_owned().into())),
    default("scan", "host", |force| Some(options::host(&force.config.scan).into())),
    default("output", "csv_profile", |_| Some("excel".into())),
    default("output", "csv_rows", |_| Some("device".into())),
    default("output", "fail_on", |_| Some("error".into())),
    default("output", "timezone", |_| jiff::tz::TimeZone::system().iana_name().map(Into::into)),
    default("terminal", "progress", |_| Some("auto".into())),
    default("terminal", "color", |_| Some("auto".into())),
];

/// What the variables say to a scan without flags.
fn typed(common: &Common) -> Result<Config> {
    let Variables { scan, output } = Variables::read()?;
    Ok(Config {
        scan,
        output,
        terminal: common.terminal.clone(),
        ..Config::default()
    })
}

fn table(config: &Config) -> Result<toml::Table> {
    toml::Table::try_from(config).context("a path is not Unicode and cannot be shown")
}

/// One line for each setting that is set, with where it is set.
fn section_lines(section: &str, typed: &toml::Table, all: &toml::Table) -> String {
    let keys = |table: &toml::Table| table.get(section).and_then(toml::Value::as_table).cloned();
    let typed = keys(typed).unwrap_or_default();
    let made = keys(all)
        .unwrap_or_default()
        .into_iter()
        .filter(|(_, value)| !value.as_array().is_some_and(Vec::is_empty));
    made.map(|(key, value)| {
        let by_hand = typed.get(&key) == Some(&value);
        let origin = if by_hand { "flag or variable" } else { "file" };
        format!("{key} = {value}  # {origin}\n")
    })
    .collect()
}
