//! A service that scans once and a timer that starts it (systemd.service(5), systemd.timer(5)).

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::job::{Job, Scope};
use super::plan::{JobFile, MARK, Plan, Step, text};

const SERVICE: &str = "fleetback.service";
const TIMER: &str = "fleetback.timer";

/// The two units, and the calls of systemctl.
pub(crate) fn plan(job: &Job) -> Result<Plan> {
    let folder = folder(job);
    let files = vec![
        JobFile::new(folder.join(SERVICE), service(job)?),
        JobFile::new(folder.join(TIMER), timer(job)),
    ];
    match &job.root {
        Some(root) => Ok(plan_in_image(root, files)),
        None => Ok(plan_here(job.scope, files)),
    }
}

fn plan_here(scope: Scope, files: Vec<JobFile>) -> Plan {
    let systemctl = |words: &[&str]| match scope {
        Scope::System => Step::new([&["systemctl"], words].concat()),
        Scope::User => Step::new([&["systemctl", "--user"], words].concat()),
    };
    Plan {
        files,
        start: vec![
            systemctl(&["daemon-reload"]),
            systemctl(&["enable", "--now", TIMER]),
        ],
        stop: vec![systemctl(&["disable", "--now", TIMER])],
        forget: vec![systemctl(&["daemon-reload"])],
        ask: vec![
            systemctl(&["list-timers", "--all", "--no-pager", TIMER]),
            systemctl(&[
                "show",
                SERVICE,
                "--property=Result,ExecMainStatus,ExecMainExitTimestamp",
            ]),
        ],
    }
}

/// In a tree that does not run, a timer can be switched on and off and nothing more.
fn plan_in_image(root: &Path, files: Vec<JobFile>) -> Plan {
    let systemctl = |verb: &str| {
        let words = [
            "systemctl".into(),
            "--root".into(),
            root.into(),
            verb.into(),
            TIMER.into(),
        ];
        Step::new::<OsString>(words)
    };
    Plan {
        files,
        start: vec![systemctl("enable")],
        stop: vec![systemctl("disable")],
        forget: Vec::new(),
        ask: vec![systemctl("is-enabled")],
    }
}

fn folder(job: &Job) -> PathBuf {
    match (&job.root, job.scope) {
        (Some(root), _) => root.join("etc/systemd/system"),
        (None, Scope::System) => PathBuf::from("/etc/systemd/system"),
        (None, Scope::User) => job.home.join(".config/systemd/user"),
    }
}

fn service(job: &Job) -> Result<String> {
    let (program, settings) = (quoted(text(&job.program)?), quoted(text(&job.settings)?));
    let account = job.account.as_deref().map(account_lines);
    let of_system = match job.scope {
        Scope::System => SYSTEM_LINES,
        Scope::User => "",
    };
    Ok(format!(
        "\
# {MARK}: `fleetback schedule remove` takes it away.
[Unit]
Description=Which iPhones and iPads could be lost tonight
Documentation=man:fleetback(1)
# The unit fails on every exit code but 0. Name who is told of it in a drop-in:
#   systemctl edit {SERVICE}    with    OnFailure=alert@%n.service    below [Unit]

[Service]
Type=oneshot
ExecStart={program} scan --config {settings}
{}UMask=0027
TimeoutStartSec=4h
Nice=10
IOSchedulingClass=idle
NoNewPrivileges=yes
{of_system}",
        account.unwrap_or_default()
    ))
}

/// The history of the system's job lies in /var/lib/fleetback; reports may go anywhere but /usr, /boot and /etc.
const SYSTEM_LINES: &str = "\
ProtectSystem=full
PrivateTmp=yes
StateDirectory=fleetback
StateDirectoryMode=0700
Environment=FLEETBACK_DATA_DIR=/var/lib/fleetback
";

fn account_lines(account: &str) -> String {
    format!("User={}\n", account.replace('%', "%%"))
}

fn timer(job: &Job) -> String {
    format!(
        "\
# {MARK}: `fleetback schedule remove` takes it away.
[Unit]
Description=Scan the backups of iPhones and iPads every night

[Timer]
OnCalendar=*-*-* {}
RandomizedDelaySec={}min
# A computer that was off or asleep at that time scans when it is on again.
Persistent=true

[Install]
WantedBy=timers.target
",
        job.at.strftime("%H:%M:%S"),
        job.spread_minutes
    )
}

/// A word of ExecStart. `%` begins a specifier, `$` a variable, `\` and `"` are read as in C.
fn quoted(word: &str) -> String {
    let inner: String = word
        .chars()
        .map(|letter| match letter {
            '%' => "%%".to_owned(),
            '$' => "$$".to_owned(),
            '\\' | '"' => format!("\\{letter}"),
            letter => letter.to_string(),
        })
        .collect();
    format!("\"{inner}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, wanted: &str) {
        assert_eq!(quoted(word), wanted);
    }

    #[test]
    fn words_of_a_unit_stay_one_word() {
        check("/usr/bin/fleetback", "\"/usr/bin/fleetback\"");
        check("/srv/a b/100%", "\"/srv/a b/100%%\"");
        check("/srv/$HOME", "\"/srv/$$HOME\"");
        check(r#"/srv/"x"\y"#, r#""/srv/\"x\"\\y""#);
    }
}
