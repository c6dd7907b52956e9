//! The policy as a file, with every key explained: what `config init` writes.

use std::fmt::Write as _;

use super::file::Policy;
use super::waiver::WaiverRule;

impl Policy {
    /// The whole policy as a commented TOML file, which [`Policy::parse`] reads back.
    pub fn to_toml(&self) -> String {
        let mut out = String::from(HEAD);
        let mut table = "";
        for key in KEYS {
            if key.table != table {
                table = key.table;
                let _ = writeln!(out, "\n[{table}]");
            }
            for line in key.comment.lines() {
                let _ = writeln!(out, "# {line}");
            }
            let _ = writeln!(out, "{} = {}", key.name, (key.show)(self));
        }
        out.push_str(WAIVER_HELP);
        for waiver in &self.waivers {
            waiver.write_toml(&mut out);
        }
        out
    }
}

impl WaiverRule {
    fn write_toml(&self, out: &mut String) {
        let _ = writeln!(out, "\n[[waiver]]\ndevice = {}", quoted(&self.device));
        if let Some(code) = self.code {
            let _ = writeln!(out, "code = \"{code}\"");
        }
        let _ = writeln!(out, "reason = {}", quoted(&self.reason));
        if let Some(until) = self.until {
            let _ = writeln!(out, "until = {until}");
        }
    }
}

/// One key of the file, for writing it.
struct Key {
    table: &'static str,
    name: &'static str,
    comment: &'static str,
    show: fn(&Policy) -> String,
}

const HEAD: &str = "\
# A fleetback policy: what this organisation asks of its backups.
# Every key may be left out; it then keeps the value that stands in the built-in policy.
# Ages are days, fractions allowed: 0.5 is twelve hours. They are compared exactly.

";

const KEYS: &[Key] = &[
    Key {
        table: "",
        name: "name",
        comment: "What reports call this policy. Left out: the name of the file.",
        show: |p| quoted(&p.name),
    },
    Key {
        table: "thresholds",
        name: "aging_days",
        comment: "A good backup older than this is aging (a warning).",
        show: |p| p.thresholds.aging_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "stale_days",
        comment: "Older than this it is stale (an error).",
        show: |p| p.thresholds.stale_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "critical_days",
        comment: "Older than this, stale is critical.",
        show: |p| p.thresholds.critical_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "icloud_expiring_days",
        comment: "An iCloud backup of this age is told as expiring: Apple deletes one that was not\nrenewed for 180 days.",
        show: |p| p.thresholds.icloud_expiring_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "icloud_expiring_error_days",
        comment: "Older than this, expiring is an error.",
        show: |p| p.thresholds.icloud_expiring_error_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "icloud_ignored_days",
        comment: "Older than this, an iCloud backup no longer counts at all.",
        show: |p| p.thresholds.icloud_ignored_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "inventory_trusted_days",
        comment: "What the MDM said counts for this long; older answers prove nothing.",
        show: |p| p.thresholds.inventory_trusted_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "swap_hours",
        comment: "`fleetback swap`: a device may be wiped when its backup is no older than this. Stored\nresults older than this answer nothing.",
        show: |p| p.thresholds.swap_hours.to_string(),
    },
    Key {
        table: "thresholds",
        name: "swap_planned_days",
        comment: "A device whose swap is planned for no more than so many days ahead is told, with what the swap\ndesk says of it (a warning where it is not ready).",
        show: |p| p.thresholds.swap_planned_days.to_string(),
    },
    Key {
        table: "thresholds",
        name: "storage_low_percent",
        comment: "A device with less of its storage free than this is told (a warning).",
        show: |p| p.thresholds.storage_low_percent.to_string(),
    },
    Key {
        table: "thresholds",
        name: "storage_critical_percent",
        comment: "Less free than this is an error.",
        show: |p| p.thresholds.storage_critical_percent.to_string(),
    },
    Key {
        table: "backups",
        name: "icloud",
        comment: "Backups to iCloud: \"required\", \"allowed\" or \"forbidden\".\nRequired: each device needs one in date, whatever else it has. Forbidden: it counts for\nnothing, and having it on is a finding.",
        show: |p| quoted(p.backups.icloud.word()),
    },
    Key {
        table: "backups",
        name: "local",
        comment: "Backups to a computer: \"required\", \"allowed\" or \"forbidden\".",
        show: |p| quoted(p.backups.local.word()),
    },
    Key {
        table: "backups",
        name: "encryption",
        comment: "Must local backups be encrypted? \"required\" or \"allowed\".",
        show: |p| quoted(p.backups.encryption.word()),
    },
    Key {
        table: "backups",
        name: "password",
        comment: "Must somebody have proven that the password opens an encrypted backup?\n\"required\": one that nobody has proven does not count. \"allowed\": it counts, with a remark.",
        show: |p| quoted(p.backups.password.word()),
    },
];

const WAIVER_HELP: &str = "
# Waivers: what somebody has decided to live with, and why. They lower the severity of a device,
# never its status, and the report shows them. Without `code` a waiver covers the whole device:
# this is how a lost or retired one is left out. `until` is the last day it holds (UTC).
#
# [[waiver]]
# device = \"F2LX0000TEST\"        # serial number or UDID
# code = \"local-not-encrypted\"
# reason = \"kiosk iPad, holds no data of its own\"
# until = 2026-12-31
";

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_file_names_every_key() {
        let json = serde_json::to_value(Policy::builtin()).unwrap();
        for table in ["thresholds", "backups"] {
            for key in json[table].as_object().unwrap().keys() {
                assert!(
                    KEYS.iter().any(|k| k.table == table && k.name == key),
                    "{table}.{key}"
                );
            }
        }
    }
}
