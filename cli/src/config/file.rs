//! `fleetback.toml`: where it is looked for and how it is read.
//!
//! The first file found counts and no other is mixed in. An unknown key is an error that
//! points at its line: a mistyped `fail_on` must not turn an alarm off without a word.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::layer::Layer;
use super::output_settings::OutputSettings;
use super::settings::{MdmSettings, ScanSettings, TerminalSettings};
use crate::system::platform;

/// The name that is looked for.
pub(crate) const FILE_NAME: &str = "fleetback.toml";

/// No settings file of people is larger; in bytes.
const BYTES_MAX: u64 = 1 << 20;

/// Settings of fleetback. Every key may be left out; flags and FLEETBACK_* variables win over it.
/// Relative paths are taken from the folder of this file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// What to read, and how.
    pub(crate) scan: ScanSettings,
    /// What to write, and what to alarm on.
    pub(crate) output: OutputSettings,
    /// What to show while it runs.
    pub(crate) terminal: TerminalSettings,
    /// How to read device tables of MDM consoles.
    pub(crate) mdm: MdmSettings,
}

impl Layer for Config {
    fn with_fallback(self, under: Self) -> Self {
        Self {
            scan: self.scan.with_fallback(under.scan),
            output: self.output.with_fallback(under.output),
            terminal: self.terminal.with_fallback(under.terminal),
            mdm: self.mdm.with_fallback(under.mdm),
        }
    }
}

/// A settings file that was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    /// The file.
    pub(crate) path: PathBuf,
    /// What it says, paths taken from its folder.
    pub(crate) config: Config,
}

/// Why a settings file, or a file that it names, cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// It cannot be opened.
    #[error("Could not read {}. Name another file, or give this user the right to read it", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// It is no TOML, or says something that means nothing.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Wrong {
        path: PathBuf,
        line: usize,
        column: usize,
        message: String,
    },
}

/// The folders that are looked in, first one first.
pub(crate) fn folders() -> Vec<PathBuf> {
    let user = etcetera::choose_base_strategy().map(|dirs| dirs.config_dir().join("fleetback"));
    let mut folders = vec![PathBuf::from(".")];
    folders.extend(user.ok());
    folders.push(platform::system_config_folder());
    folders
}

/// Reads the file that was named, else the first that is found in `folders`.
pub(crate) fn load(
    named: Option<&Path>,
    folders: &[PathBuf],
) -> Result<Option<Found>, ConfigError> {
    let Some(path) = named.map(Path::to_owned).or_else(|| first(folders)) else {
        return Ok(None);
    };
    let text = read_text(&path)?;
    let config = parse(&path, &text)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let config = Config {
        scan: config.scan.relative_to(folder),
        output: config.output.relative_to(folder),
        terminal: config.terminal,
        mdm: config.mdm,
    };
    Ok(Some(Found { path, config }))
}

/// A file that may not be read is found too: skipping it would change what is judged.
fn first(folders: &[PathBuf]) -> Option<PathBuf> {
    let mut files = folders.iter().map(|folder| match folder.to_str() {
        Some(".") => PathBuf::from(FILE_NAME),
        _ => folder.join(FILE_NAME),
    });
    files.find(|file| file.is_file())
}

/// Reads a small text file that a person wrote.
pub(crate) fn read_text(path: &Path) -> Result<String, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    };
    // Opening a FIFO without a writer blocks for ever.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(unreadable(io::Error::other("it is not a regular file")));
    }
    let file = fs::File::open(path).map_err(unreadable)?;
    let mut text = String::new();
    let read = file.take(BYTES_MAX + 1).read_to_string(&mut text);
    match read.map_err(unreadable)? as u64 {
        0..=BYTES_MAX => {}
        _ => return Err(unreadable(io::Error::other("more than a megabyte"))),
    }
    // Editors on Windows write a byte order mark, which TOML does not allow.
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

/// Reads the text of a settings file.
pub(crate) fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
    toml::from_str(text).map_err(|e| {
        let start = e.span().map_or(0, |span| span.start);
        let (line, column) = line_and_column(text, start);
        ConfigError::Wrong {
            path: path.to_owned(),
            line,
            column,
            message: e.message().replace('\n', "; "),
        }
    })
}

/// Both count from 1, the column in characters.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before[line_start..].chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::table::SETTINGS;

    #[track_caller]
    fn wrong(text: &str, want: &str) {
        let got = parse(Path::new("f.toml"), text).unwrap_err().to_string();
        assert!(got.starts_with(want), "{text:?}\n got {got}\nwant {want}");
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        wrong(
            "\n\n[scan]\nvrify = \"names\"\n",
            "f.toml:4:1: unknown field `vrify`, expected one of `roots`",
        );
        wrong("[scna]\n", "f.toml:1:2: unknown field `scna`");
        wrong(
            "[scan]\nverify = \"name\"\n",
            "f.toml:2:10: unknown variant `name`, expected one of `state`, `names`, `sizes`",
        );
        wrong(
            "[mdm.columns]\n\"Cloud\" = \"last-cloud\"\n",
            "f.toml:2:11: unknown variant `last-cloud`, expected one of `ignore`",
        );
        wrong(
            "[mdm.zones]\njamf = \"UTC\"\n",
            "f.toml:2:1: \"jamf\" is not a source; write one such as jamf-pro",
        );
        wrong(
            "[mdm.zones]\njamf-pro = \"Europe/Berlinn\"\n",
            "f.toml:2:12: \"Europe/Berlinn\" is not a time zone, such as Europe/Berlin",
        );
        wrong("[scan]\nthreads = 0\n", "f.toml:2:11: invalid value");
        wrong("[output]\ncsv = \"a.csv\"\n", "f.toml:2:7: invalid type");
        wrong("[scan\n", "f.toml:1:6: ");
        wrong(
            "[scan]\nverify = \"names\"\nverify = \"state\"\n",
            "f.toml:3:1: duplicate key",
        );
    }

    #[test]
    fn relative_paths_are_meant_beside_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(FILE_NAME);
        fs::write(
            &file,
            "[scan]\nroots = [\"b\", \"/abs\"]\n[output]\ncsv = [\"out.csv\", \"-\"]\n",
        )
        .unwrap();
        let found = load(None, &[dir.path().join("none"), dir.path().to_owned()])
            .unwrap()
            .unwrap();
        assert_eq!(found.path, file);
        assert_eq!(
            found.config.scan.roots,
            [dir.path().join("b"), PathBuf::from("/abs")]
        );
        assert_eq!(
            found.config.output.csv,
            [dir.path().join("out.csv"), PathBuf::from("-")]
        );
    }

    /// "None" is no default that a person could write down.
    fn schema() -> String {
        let undefaulted = |schema: &mut schemars::Schema| drop(schema.remove("default"));
        let generator = schemars::generate::SchemaSettings::default()
            .with_transform(schemars::transform::RecursiveTransform(undefaulted))
            .into_generator();
        let mut schema = generator.into_root_schema_for::<Config>().to_value();
        for row in SETTINGS {
            let section = schema["properties"][row.section]["$ref"].as_str().unwrap();
            let section = section.rsplit('/').next().unwrap().to_owned();
            let field = &mut schema["$defs"][section]["properties"][row.key];
            if let Some(words) = row.default.words() {
                let meaning = field["description"].as_str().unwrap();
                field["description"] = format!("{meaning}\n\nDefault: {words}.").into();
            }
        }
        serde_json::to_string_pretty(&schema).unwrap() + "\n"
    }

    /// `UPDATE_SCHEMA=1 cargo test -p fleetback schema` writes it.
    #[test]
    fn the_schema_in_docs_is_this_one() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fleetback.schema.json");
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            fs::write(&path, schema()).unwrap();
        }
        let shipped = fs::read_to_string(&path).unwrap();
        assert_eq!(shipped, schema(), "docs/fleetback.schema.json is old");
    }
}
