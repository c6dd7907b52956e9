//! A folder with a good backup that an earlier run saw, and that is not there any more.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::sandbox::{Sandbox, exit_code, healthy, stderr};

/// The name of the backup's folder.
const FOLDER: &str = "00008030-000000000000FB01";

/// One good backup of the 18th of November.
fn fleet_of_one() -> Sandbox {
    let backup = healthy(1).udid(FOLDER).completed("2026-11-18T21:00:00Z");
    Sandbox::with(&[backup])
}

impl Sandbox {
    fn backup(&self) -> PathBuf {
        self.path("backups").join(FOLDER)
    }

    /// Moves a folder of the sandbox, as a person does.
    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// The report of a day of November.
    #[track_caller]
    fn night(&self, day: i64) -> Value {
        let output = self.scan_on_day(day, &["--json", "out.json"]);
        let code = exit_code(&output);
        // 4: not a single device is left.
        assert!(matches!(code, 0 | 1 | 3 | 4), "{}", stderr(&output));
        serde_json::from_str(&self.read("out.json")).unwrap()
    }

    /// The evidence of `backup-gone` in the report of a day.
    #[track_caller]
    fn missed(&self, day: i64) -> Vec<String> {
        let report = self.night(day);
        let devices = report["devices"].as_array().unwrap().iter();
        let findings = devices.flat_map(|device| device["findings"].as_array().unwrap());
        let gone = findings.filter(|finding| finding["code"] == "backup-gone");
        let evidence = gone.flat_map(|finding| finding["evidence"].as_array().unwrap());
        let text = |row: &Value| row["text"].as_str().unwrap().to_owned();
        evidence.map(text).collect()
    }
}

#[test]
fn a_folder_that_is_gone_is_told_with_computer_and_night_until_it_is_back() {
    let sandbox = fleet_of_one();
    assert_eq!(sandbox.missed(19), [""; 0]);
    assert_eq!(sandbox.missed(20), [""; 0]);

    sandbox.rename("backups", "elsewhere");
    fs::create_dir(sandbox.path("backups")).unwrap();
    let gone = "the good backup of 2026-11-18T21:00:00Z on desk was there on 2026-11-20T04:00:00Z, the last run that saw it, and is gone";
    assert_eq!(sandbox.missed(21), [gone]);
    let report = sandbox.night(22);
    assert_eq!(report["summary"]["at_risk"], 1);
    assert_eq!(report["devices"][0]["udid"], FOLDER);
    assert_eq!(sandbox.missed(50), [gone]);

    fs::remove_dir(sandbox.path("backups")).unwrap();
    sandbox.rename("elsewhere", "backups");
    let report = sandbox.night(51);
    let device = &report["devices"][0];
    let codes = device["findings"].as_array().unwrap().iter();
    assert!(
        codes
            .clone()
            .all(|finding| finding["code"] != "backup-gone"),
        "{device}"
    );

    fs::remove_dir_all(sandbox.backup()).unwrap();
    assert_eq!(sandbox.missed(52).len(), 1, "gone again");
}

#[test]
fn a_device_whose_folder_is_back_has_recovered() {
    let sandbox = fleet_of_one();
    sandbox.night(19);
    sandbox.rename("backups", "elsewhere");
    fs::create_dir(sandbox.path("backups")).unwrap();
    assert_eq!(sandbox.night(20)["devices"][0]["change"], "new");
    fs::remove_dir(sandbox.path("backups")).unwrap();
    sandbox.rename("elsewhere", "backups");
    let report = sandbox.night(21);
    let device = &report["devices"][0];
    assert_eq!(device["change"], "fixed", "{device}");
    assert!(device["history"]["recovered"].is_object(), "{device}");
}

#[test]
fn a_folder_is_missed_for_thirty_days() {
    let sandbox = fleet_of_one();
    sandbox.night(19);
    fs::remove_dir_all(sandbox.backup()).unwrap();
    assert_eq!(sandbox.missed(40).len(), 1, "however long nobody looked");
    assert_eq!(sandbox.missed(70).len(), 1);
    assert_eq!(sandbox.missed(71), [""; 0]);
}

/// The folder of a home's backups is a link to a disk, which is not connected for two nights.
#[cfg(unix)]
#[test]
fn where_the_place_cannot_be_read_nothing_is_gone() {
    let sandbox = fleet_of_one();
    sandbox.rename("backups", "disk");
    let link = sandbox.path("backups/Library/Application Support/MobileSync/Backup");
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(sandbox.path("disk"), &link).unwrap();
    sandbox.night(19);
    sandbox.rename("disk", "elsewhere");
    assert_eq!(sandbox.missed(20), [""; 0]);
    assert_eq!(sandbox.missed(21), [""; 0]);
    fs::create_dir(sandbox.path("disk")).unwrap();
    let gone = sandbox.missed(22);
    assert!(gone[0].contains("was there on 2026-11-19"), "{gone:?}");
}

#[test]
fn a_folder_that_was_moved_or_replaced_is_not_gone() {
    let sandbox = fleet_of_one();
    sandbox.night(19);
    let renamed = format!("{FOLDER}-old");
    sandbox.rename(&format!("backups/{FOLDER}"), &format!("backups/{renamed}"));
    assert_eq!(sandbox.missed(20), [""; 0]);
    fs::remove_dir_all(sandbox.path("backups").join(renamed)).unwrap();
    let newer = healthy(1)
        .udid(FOLDER)
        .folder_name("newer")
        .completed("2026-11-20T21:00:00Z");
    sandbox.add(&newer);
    assert_eq!(sandbox.missed(21), [""; 0]);
}

#[test]
fn a_backup_that_was_no_longer_good_is_no_loss() {
    let sandbox = fleet_of_one();
    sandbox.night(19);
    fs::write(sandbox.backup().join("Manifest.db"), "").unwrap();
    sandbox.night(20);
    fs::remove_dir_all(sandbox.backup()).unwrap();
    assert_eq!(sandbox.missed(21), [""; 0]);
}
