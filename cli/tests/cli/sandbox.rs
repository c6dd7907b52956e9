//! A folder to work in, with backups in it, and the program run there without settings of the user.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::keybag::Kdf;
use tempfile::TempDir;

/// When all tests scan.
pub(crate) const NOW: &str = "2026-11-20T04:00:00Z";

/// An MDM export that a full disk cut short: evidence that should have been readable.
pub(crate) const HALF_A_PLIST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>CommandUUID</key><string>1</string><key>QueryRespo"#;

/// The folder.
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        Self { folder }
    }

    /// One with these backups below `backups`.
    pub(crate) fn with(backups: &[BackupBuilder]) -> Self {
        let sandbox = Self::new();
        for backup in backups {
            sandbox.add(backup);
        }
        sandbox
    }

    /// One more backup.
    pub(crate) fn add(&self, backup: &BackupBuilder) {
        backup.write(&self.path("backups")).unwrap();
    }

    /// A path below it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Scans its backups at 04:00 UTC of a day, counted from the 1st of November 2026.
    pub(crate) fn scan_on_day(&self, day: i64, args: &[&str]) -> Output {
        let first: jiff::Timestamp = "2026-11-01T04:00:00Z".parse().unwrap();
        let now = (first + jiff::SignedDuration::from_hours(24 * (day - 1))).to_string();
        let fixed = ["scan", "backups", "--now", &now, "--host", "desk"];
        self.run(&[&fixed[..], &["--timezone", "UTC"], args].concat())
    }

    /// The text of a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names in it, sorted; what an interrupted or failed write leaves behind would show.
    pub(crate) fn listing(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The program, to be run here: no settings of this computer, no variables of this shell.
    pub(crate) fn program(&self) -> Command {
        let mut command = Command::cargo_bin("fleetback").unwrap();
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("FLEETBACK_") {
                command.env_remove(name);
            }
        }
        for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "NO_COLOR", "COLUMNS"] {
            command.env_remove(name);
        }
        command
            .current_dir(self.folder.path())
            .env("HOME", self.path("home"))
            .env("APPDATA", self.path("home"))
            .env("FLEETBACK_DATA_DIR", self.path("home/data"))
            .env("TZ", "UTC")
            .timeout(std::time::Duration::from_secs(60));
        command
    }

    /// Runs it.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.program().args(args).output().unwrap()
    }

    /// Scans as of [`NOW`] on a computer with a name of its own.
    pub(crate) fn scan(&self, args: &[&str]) -> Output {
        let fixed = ["scan", "--now", NOW, "--host", "desk", "--timezone", "UTC"];
        self.run(&[&fixed[..], args].concat())
    }
}

/// A backup of the evening before that nothing is wrong with.
pub(crate) fn healthy(seed: u64) -> BackupBuilder {
    BackupBuilder::new(seed).encrypted("pw", Kdf::fast())
}

/// The exit code.
#[track_caller]
pub(crate) fn exit_code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("{output:?}"))
}

/// Standard error.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Standard output.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Every file and folder below a folder with its size and times: what a trace would change.
pub(crate) fn fingerprint(root: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(root).sort_by_file_name();
    entries
        .into_iter()
        .map(|entry| {
            let entry = entry.unwrap();
            let meta = entry.metadata().unwrap();
            let (modified, size) = (meta.modified().unwrap(), meta.len());
            format!("{} {size} {modified:?}", entry.path().display())
        })
        .collect()
}
