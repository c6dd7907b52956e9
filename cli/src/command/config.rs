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
use crate::config::settings_docs::template;
use crate::config::table::{DefaultValue, Setting, sections, settings_of};
use crate::config::{self, Config, FILE_NAME, Found};
use crate::history;
use crate::options::{self, Reports};
use crate::output::files;
use crate::system::exit::Exit;

/// Where `config init` puts the policy.
const POLICY_NAME: &str = "fleetback-policy.toml";

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
    let settings = template();
    let files = [(FILE_NAME, &settings), (POLICY_NAME, &policy)];
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
    options::check_settings(&force.config.scan)?;
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
    /// The variables.
    environment: Config,
    /// Flags of this call over the variables.
    typed: Config,
    /// The file.
    found: Option<Found>,
    /// All of them.
    config: Config,
}

impl InForce {
    fn load(common: &Common) -> Result<Self> {
        let found = config::load(common.config.as_deref(), &config::folders())?;
        let file = found.as_ref().map(|found| found.config.clone());
        let environment = environment()?;
        let typed = Config {
            terminal: common.terminal.clone(),
            ..environment.clone()
        };
        let config = typed.clone().with_fallback(file.unwrap_or_default());
        Ok(Self {
            environment,
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
        let origins = Origins::new(self)?;
        let mut text = format!("# {}\n", self.file_name());
        for section in sections() {
            let _ = writeln!(text, "\n[{section}]");
            for row in settings_of(section) {
                let _ = writeln!(text, "{}", self.line(row, &origins));
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

    /// One setting: its value and origin, or that nothing sets it.
    fn line(&self, row: &Setting, origins: &Origins) -> String {
        let key = row.key;
        if let Some((value, origin)) = origins.of(row) {
            return format!("{key} = {value}  # {origin}");
        }
        match (self.default_value(row), row.default.words()) {
            (Some(value), _) => format!("{key} = {value}  # default"),
            (None, Some(words)) => format!("# {key} is not set; default: {words}"),
            (None, None) => format!("# {key} is not set"),
        }
    }

    /// The default as it would stand in the file; `None` where there is none to write down.
    fn default_value(&self, row: &Setting) -> Option<String> {
        let scan = &self.config.scan;
        let value: toml::Value = match (row.default, row.key) {
            (DefaultValue::Value(value), _) => return Some(value.to_owned()),
            (_, "history") if !scan.no_history => {
                let path = history::default_path()?;
                path.to_string_lossy().into_owned().into()
            }
            (_, "host") => options::host(scan).into(),
            (_, "timezone") => jiff::tz::TimeZone::system().iana_name()?.into(),
            _ => return None,
        };
        Some(value.to_string())
    }
}

/// The places that settings come from, as tables, the weightiest first.
struct Origins {
    environment: toml::Table,
    typed: toml::Table,
    all: toml::Table,
}

impl Origins {
    fn new(force: &InForce) -> Result<Self> {
        Ok(Self {
            environment: table(&force.environment)?,
            typed: table(&force.typed)?,
            all: table(&force.config)?,
        })
    }

    /// The value in force, and the place that it comes from; `None` where no place sets it.
    fn of(&self, row: &Setting) -> Option<(&toml::Value, &'static str)> {
        let value = set(&self.all, row)?;
        let is_in = |table| set(table, row) == Some(value);
        let origin = match (is_in(&self.environment), is_in(&self.typed)) {
            (true, _) => "environment",
            (false, true) => "flag",
            (false, false) => "file",
        };
        Some((value, origin))
    }
}

/// What a place says of a setting; an empty list says nothing.
fn set<'a>(table: &'a toml::Table, row: &Setting) -> Option<&'a toml::Value> {
    let value = table.get(row.section)?.get(row.key)?;
    let is_empty = match value {
        toml::Value::Array(list) => list.is_empty(),
        toml::Value::Table(table) => table.is_empty(),
        _ => false,
    };
    (!is_empty).then_some(value)
}

/// What the variables say to a scan without flags.
fn environment() -> Result<Config> {
    let Variables {
        scan,
        output,
        terminal,
    } = Variables::read()?;
    Ok(Config {
        scan,
        output,
        terminal,
        ..Config::default()
    })
}

fn table(config: &Config) -> Result<toml::Table> {
    toml::Table::try_from(config).context("a path is not Unicode and cannot be shown")
}
