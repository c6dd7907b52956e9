//! Every setting once more as a row: where it stands in `fleetback.toml`, what holds where it is not set,
//! and an example. `config init` writes the rows, `config show` prints them, `--help` and the JSON Schema
//! name the defaults, and docs/settings.md lists them all. What a setting means stands at its field.

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// Its table in the file: "scan".
    pub(crate) section: &'static str,
    /// Its key there: "verify_again_days".
    pub(crate) key: &'static str,
    /// What holds where no place sets it.
    pub(crate) default: DefaultValue,
    /// A value as it may stand in the file.
    pub(crate) example: &'static str,
}

/// What holds where a setting is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DefaultValue {
    /// Nothing is read, written or asked for.
    Nothing,
    /// A value, as it would stand in the file.
    Value(&'static str),
    /// What a computer or another setting gives.
    Words(&'static str),
}

use DefaultValue::{Nothing, Value as Is, Words};

const fn row(
    section: &'static str,
    key: &'static str,
    default: DefaultValue,
    example: &'static str,
) -> Setting {
    Setting {
        section,
        key,
        default,
        example,
    }
}

const HISTORY: &str = "history.sqlite3 in FLEETBACK_DATA_DIR or the user's data directory";

/// Every setting, in the order of the file.
#[rustfmt::skip] // one setting a line
pub(crate) const SETTINGS: &[Setting] = &[
    row("scan", "roots", Words("every standard location of every user (macOS and Windows)"), r#"["/srv/backups"]"#),
    row("scan", "mdm", Nothing, r#"["/srv/mdm"]"#),
    row("scan", "inventory", Nothing, r#""inventory.csv""#),
    row("scan", "policy", Words("the built-in policy"), r#""fleetback-policy.toml""#),
    row("scan", "os_feed", Words("the built-in list"), r#""gdmf.json""#),
    row("scan", "system_status", Nothing, r#""system_status_en_US.js""#),
    row("scan", "verify", Is(r#""sizes""#), r#""names""#),
    row("scan", "verify_again_days", Is("30"), "14"),
    row("scan", "passwords", Nothing, r#""passwords.csv""#),
    row("scan", "password_command", Nothing, r#"["/usr/local/bin/backup-password", "{serial}"]"#),
    row("scan", "history", Words(HISTORY), r#""/var/lib/fleetback/history.sqlite3""#),
    row("scan", "no_history", Is("false"), "true"),
    row("scan", "threads", Words("one for each processor"), "4"),
    row("scan", "read_timeout", Is("60"), "30"),
    row("scan", "host", Words("this computer's host name"), r#""mac-mini-12""#),
    row("output", "csv", Nothing, r#"["/srv/reports/fleet.csv"]"#),
    row("output", "html", Nothing, r#"["/srv/reports/fleet.html"]"#),
    row("output", "json", Nothing, r#"["/srv/reports/fleet.json"]"#),
    row("output", "xlsx", Nothing, r#"["/srv/reports/fleet.xlsx"]"#),
    row("output", "csv_profile", Is(r#""excel""#), r#""raw""#),
    row("output", "csv_delimiter", Is(r#"",""#), r#""auto""#),
    row("output", "csv_rows", Is(r#""device""#), r#""backup""#),
    row("output", "timezone", Words("this computer's"), r#""Europe/Berlin""#),
    row("output", "fail_on", Is(r#""error""#), r#""warning""#),
    row("terminal", "progress", Is(r#""auto""#), r#""never""#),
    row("terminal", "color", Is(r#""auto""#), r#""never""#),
    row("mdm", "columns", Nothing, r#"{ "Letzte iCloud-Sicherung" = "last-cloud-backup", "Kostenstelle" = "department" }"#),
    row("mdm", "zones", Words("UTC"), r#"{ manageengine = "Asia/Kolkata" }"#),
    row("mdm", "dates", Nothing, r#"{ "Last Check-in" = "day-first", table = "month-first" }"#),
];

impl DefaultValue {
    /// In words, for a person; `None` where nothing holds.
    pub(crate) fn words(self) -> Option<&'static str> {
        match self {
            Nothing => None,
            Is(value) => Some(value.trim_matches('"')),
            Words(words) => Some(words),
        }
    }
}

/// The sections of the file, each once.
pub(crate) fn sections() -> impl Iterator<Item = &'static str> {
    let mut last = "";
    SETTINGS.iter().filter_map(move |setting| {
        let is_new = setting.section != last;
        last = setting.section;
        is_new.then_some(last)
    })
}

/// The settings of a section.
pub(crate) fn settings_of(section: &str) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |row| row.section == section)
}

/// The same command with the default of every setting in its help.
pub(crate) fn with_defaults(command: clap::Command) -> clap::Command {
    command
        .mut_args(with_default)
        .mut_subcommands(with_defaults)
}

fn with_default(arg: clap::Arg) -> clap::Arg {
    let row = SETTINGS.iter().find(|row| row.key == arg.get_id().as_str());
    let words = row.and_then(|row| row.default.words());
    let help = arg.get_help().map(ToString::to_string);
    match words.zip(help).filter(|_| takes_value(&arg)) {
        Some((words, help)) => arg.help(format!("{help} [default: {words}]")),
        None => arg,
    }
}

/// A switch has no default that would have to be named.
fn takes_value(arg: &clap::Arg) -> bool {
    !matches!(arg.get_action(), clap::ArgAction::SetTrue)
}
