//! What is written of the table of settings for people: the file of `config init`, and docs/settings.md. The
//! sentences are those of the fields, by way of their JSON Schema.

use std::fmt::Write as _;

use fleetback_report::render::terminal::page::wrapped_words;
use serde_json::Value;

use super::file::Config;
use super::table::{Setting, sections, settings_of};

/// What every setting means and may be, from the schema of its field.
struct Docs {
    schema: Value,
}

impl Docs {
    fn new() -> Self {
        Self {
            schema: schemars::schema_for!(Config).to_value(),
        }
    }

    fn field(&self, row: &Setting) -> &Value {
        let section = &self.schema["properties"][row.section];
        &self.referred(section)["properties"][row.key]
    }

    /// What the sentence of a section says.
    fn of_section(&self, section: &str) -> &str {
        let text = &self.schema["properties"][section]["description"];
        text.as_str().unwrap_or_default()
    }

    fn referred(&self, value: &Value) -> &Value {
        let name = value["$ref"]
            .as_str()
            .and_then(|path| path.rsplit('/').next());
        &self.schema["$defs"][name.unwrap_or_default()]
    }

    /// What it means, as one paragraph.
    fn meaning(&self, row: &Setting) -> String {
        let text = self.field(row)["description"].as_str().unwrap_or_default();
        let line = text.replace('\n', " ");
        match line.ends_with('.') {
            true => line,
            false => line + ".",
        }
    }

    /// The words that it may be, with what each means.
    fn choices(&self, row: &Setting) -> Vec<(&str, &str)> {
        let field = self.field(row);
        let any = field["anyOf"].as_array().and_then(|any| any.first());
        let all = self.referred(any.unwrap_or(field))["oneOf"].as_array();
        all.into_iter().flatten().filter_map(choice).collect()
    }
}

/// A word of the schema, and what it means.
fn choice(one: &Value) -> Option<(&str, &str)> {
    Some((one["const"].as_str()?, one["description"].as_str()?))
}

/// Columns of the settings file that `config init` writes.
const WIDTH: usize = 98;

/// What `config init` writes: every setting, explained, none of them set.
pub(crate) fn template() -> String {
    let docs = Docs::new();
    let mut text = String::from(HEAD);
    for section in sections() {
        text.push('\n');
        comment(&mut text, docs.of_section(section));
        let _ = writeln!(text, "[{section}]");
        for row in settings_of(section) {
            text.push('\n');
            comment(&mut text, &docs.meaning(row));
            for (word, meaning) in docs.choices(row) {
                comment(&mut text, &format!("\"{word}\": {meaning}"));
            }
            if let Some(words) = row.default.words() {
                comment(&mut text, &format!("Default: {words}"));
            }
            let _ = writeln!(text, "#: {} = {}", row.key, row.example);
        }
    }
    text
}

const HEAD: &str = "\
# Settings of fleetback. Take the \"#: \" off a line to set it.
#
# The first file found counts: --config FILE, ./fleetback.toml, the user's
# (~/.config/fleetback/fleetback.toml, %APPDATA%\\fleetback\\fleetback.toml), the system's
# (/etc/fleetback/, /Library/Application Support/fleetback/, %PROGRAMDATA%\\fleetback\\).
# A flag wins over a FLEETBACK_* variable, a variable wins over this file.
# Relative paths are taken from the folder of this file. A key that is not listed here is an error.
";

fn comment(text: &mut String, words: &str) {
    for line in wrapped_words(words, WIDTH - 2) {
        let _ = writeln!(text, "# {line}");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use clap::CommandFactory;
    use fleetback_report::render::csv::{Profile, Rows};
    use fleetback_scanner::model::backup::VerifyLevel;
    use fleetback_scanner::scan::ScanOptions;

    use super::*;
    use crate::config::args::Variables;
    use crate::config::file::parse;
    use crate::config::table::{DefaultValue, SETTINGS};

    /// "--verify", "FLEETBACK_VERIFY".
    fn flag_and_variable(row: &Setting) -> (Option<String>, Option<String>) {
        let command = Variables::command();
        let arg = command.get_arguments().find(|arg| arg.get_id() == row.key);
        let arg = arg.filter(|_| row.section != "mdm");
        let flag = arg.map(|arg| match arg.get_long() {
            Some(long) => format!("--{long}"),
            None => "ROOT".to_owned(),
        });
        let variable = arg.and_then(clap::Arg::get_env);
        (
            flag,
            variable.map(|name| name.to_string_lossy().into_owned()),
        )
    }

    /// docs/settings.md.
    fn page() -> String {
        let docs = Docs::new();
        let mut text = String::from(PAGE_HEAD);
        for section in sections() {
            let about = docs.of_section(section);
            let _ = write!(
                text,
                "\n## `[{section}]`\n\n{about}\n\n| key | flag | variable | default | what |\n|---|---|---|---|---|\n"
            );
            for row in settings_of(section) {
                let (flag, variable) = flag_and_variable(row);
                let code =
                    |text: Option<String>| text.map_or(String::new(), |text| format!("`{text}`"));
                let choices = docs.choices(row).into_iter();
                let choices: String = choices
                    .map(|(word, meaning)| format!(" `{word}`: {meaning}"))
                    .collect();
                let cells = [
                    format!("`{}`", row.key),
                    code(flag),
                    code(variable),
                    row.default.words().unwrap_or("").to_owned(),
                    docs.meaning(row) + &choices,
                ];
                let cells = cells.map(|cell| cell.replace('|', "\\|"));
                let _ = writeln!(text, "| {} |", cells.join(" | "));
            }
        }
        text
    }

    const PAGE_HEAD: &str = "\
# Settings

A flag wins over its `FLEETBACK_*` variable, that over `fleetback.toml`, that over the default. The file is
the first found of: `--config FILE`, `./fleetback.toml`, the user's (`~/.config/fleetback/fleetback.toml`,
`%APPDATA%\\fleetback\\fleetback.toml`), the system's (`/etc/fleetback/`, `/Library/Application
Support/fleetback/`, `%PROGRAMDATA%\\fleetback\\`). Relative paths are taken from its folder, and an unknown
key is an error that points at its line.

`fleetback config init` writes a file with all of these settings explained, `fleetback config check` says what
is wrong with yours, and `fleetback config show` prints every value in force and where it comes from. The JSON
Schema for editors is [fleetback.schema.json](fleetback.schema.json). This page is made of the table of the
settings in the program.
";

    fn keys() -> BTreeSet<(String, String)> {
        let rows = SETTINGS.iter();
        rows.map(|row| (row.section.to_owned(), row.key.to_owned()))
            .collect()
    }

    /// Every field of the settings file is a row, and every row a field.
    #[test]
    fn the_table_holds_every_setting() {
        let docs = Docs::new();
        let sections = docs.schema["properties"].as_object().unwrap();
        let fields = sections.iter().flat_map(|(section, value)| {
            let fields = docs.referred(value)["properties"].as_object().unwrap();
            fields.keys().map(|key| (section.clone(), key.clone()))
        });
        assert_eq!(fields.collect::<BTreeSet<_>>(), keys());
        for row in SETTINGS {
            assert!(docs.meaning(row).len() > 10, "{}", row.key);
            assert!(!docs.meaning(row).contains("efault"), "{}", row.key);
        }
    }

    #[test]
    fn the_template_sets_nothing_and_explains_everything() {
        let silent = parse(Path::new("t"), &template()).unwrap();
        assert_eq!(silent, Config::default());
        let awake = template().replace("#: ", "");
        let full = toml::Value::try_from(parse(Path::new("t"), &awake).unwrap()).unwrap();
        for (section, key) in keys() {
            assert!(full[&section].get(&key).is_some(), "[{section}] {key}");
        }
        assert!(template().lines().all(|line| line.chars().count() <= 120));
    }

    /// The defaults that are named are those that hold.
    #[test]
    fn a_default_is_what_holds() {
        let values = SETTINGS.iter().filter_map(|row| match row.default {
            DefaultValue::Value(value) => Some((row.section, format!("{} = {value}\n", row.key))),
            _ => None,
        });
        let mut file = String::new();
        for (section, line) in values {
            if !file.contains(&format!("[{section}]")) {
                let _ = writeln!(file, "[{section}]");
            }
            file += &line;
        }
        let named = parse(Path::new("t"), &file).unwrap();
        let verify = named.scan.verify.map(VerifyLevel::from);
        assert_eq!(verify, Some(VerifyLevel::default()));
        let days = named.scan.verify_again_days.map(u32::from);
        assert_eq!(days, Some(ScanOptions::VERIFY_AGAIN_DAYS));
        let csv = fleetback_report::render::csv::CsvOptions::default();
        let output = named.output;
        assert_eq!(output.csv_profile.map(Profile::from), Some(csv.profile));
        assert_eq!(output.csv_rows.map(Rows::from), Some(csv.rows));
        assert_eq!(output.csv_delimiter.unwrap().as_bytes(), [csv.delimiter]);
    }

    /// `UPDATE_SCHEMA=1 cargo test -p fleetback settings` writes it.
    #[test]
    fn the_page_of_settings_is_this_one() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/settings.md");
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            fs::write(&path, page()).unwrap();
        }
        let shipped = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(shipped, page(), "docs/settings.md is old");
        for row in SETTINGS {
            assert!(
                shipped.contains(&format!("| `{}` |", row.key)),
                "{}",
                row.key
            );
        }
    }
}
