//! What `-h` shows: one screen with the options that most runs need, in groups, and examples.
//!
//! `--help` and `fleetback help COMMAND` show everything. A test holds that each text fits a screen and
//! that every flag in it exists.

/// The text below the usage line of a command; the empty name is fleetback itself.
pub(crate) const SHORT_HELP: &[(&str, &str)] = &[
    (
        "",
        "\
Examples: fleetback scan /backups --html fleet.html; fleetback help scan",
    ),
    (
        "scan",
        "\
What to read:
  ROOT...                  backup folders; none: the standard places (Mac, PC)
  --mdm PATH               exports of the MDM server
  --inventory FILE.csv     serial number, user, site, planned swap date
  --policy FILE            thresholds, groups, waivers
  --verify LEVEL           state, names, sizes (default) or contents
  --passwords FILE         passwords of encrypted backups
What to write (`-` is standard output; none: a short table):
  --html FILE  --csv FILE  --xlsx FILE  --json FILE
  --fail-on SEVERITY       warning, error (default), critical, never
Examples:
  fleetback scan /Volumes/Backups --mdm exports --html fleet.html
  fleetback scan --policy fleet.toml --csv fleet.csv --json fleet.json
A flag wins over FLEETBACK_* variables, these over fleetback.toml.
Exit: 0 fine, 1 findings, 2 usage, 3 incomplete, 4 nothing, 5 not written.
Everything: fleetback help scan",
    ),
    (
        "swap",
        "\
What to check:
  DEVICE...          serial number, UDID, IMEI, ECID or name
  --plan FILE.csv    every swap of a plan
  --to SERIAL|TYPE   the new device
From what (none: the results of the last scan):
  --results FILE     results of `scan --json`
  --root PATH  --mdm PATH   read now
What to write (none: text on the terminal):
  --details          every check
  --html FILE  --csv FILE  --xlsx FILE  --json FILE
  --accept-losses    losses are accepted    --after  may old backups go?
Examples:
  fleetback swap C39TEST00001 --to \"iPhone 16\"
  fleetback swap --plan plan.csv --html sheets.html
Exit: 0 ready, 1 not ready, 2 usage, 3 unknown, 5 not written.
Everything: fleetback help swap",
    ),
    (
        "verify",
        "\
How:
  --verify LEVEL     state, names, sizes or contents
  --passwords FILE   passwords of encrypted backups
  --json FILE        what was found, for programs
Examples:
  fleetback verify ~/Library/Application\\ Support/MobileSync/Backup
  fleetback verify backup --verify contents --passwords passwords.csv
Exit: 0 restorable, 1 not, 2 usage, 3 could not be checked, 4 no backup.
Everything: fleetback help verify",
    ),
    (
        "report",
        "\
What to write (`-` is standard output; none: a short table):
  --html FILE  --csv FILE  --xlsx FILE  --json FILE
  --timezone ZONE    zone of the dates, such as Europe/Berlin
  --since DATE       count changes from the run at or before this day
Examples:
  fleetback report fleet.json --html fleet.html --timezone Europe/Berlin
  fleetback report fleet.json
Everything: fleetback help report",
    ),
    (
        "diff",
        "\
What to write (none: text):
  --json FILE        what changed, for programs
Examples:
  fleetback diff monday.json tuesday.json
Exit: 0 nothing worse, 1 a device is worse or gone, 2 usage, 3 gaps.
Everything: fleetback help diff",
    ),
    (
        "done",
        "\
What was done:
  SERIAL FIX         a device and a fix, as the report names them
  --on DATE          the day [default: today]
  --undo             take the newest record of this fix back
Examples:
  fleetback done C39TEST00001 check-storage
  fleetback done C39TEST00001 restart-device --on 2026-11-20
  fleetback done C39TEST00001 restart-device --undo
Everything: fleetback help done",
    ),
    (
        "explain",
        "\
Examples:
  fleetback explain                    lists everything
  fleetback explain backup-stale       a finding
  fleetback explain check-storage      a fix
  fleetback explain C3                 a cause, as the JSON names it
  fleetback explain MBErrorDomain 303  an error number, also `explain 303`
  fleetback explain --mdm devices.csv  what was recognised in an export",
    ),
    (
        "doctor",
        "\
Takes the roots and flags of `fleetback scan`, reads folder listings only.
Examples:
  fleetback doctor
  fleetback doctor /Volumes/Backups --mdm exports
Everything: fleetback help doctor",
    ),
    (
        "schedule",
        "\
Examples:
  fleetback schedule print               what it would write
  fleetback schedule install --at 05:30  every night, for all users
  fleetback schedule install --user      every night, for this user
  fleetback schedule status              when, and how it ended
  fleetback schedule remove
What to read and write stands in fleetback.toml: `fleetback config init`.
Exit of status: 0 installed, 1 not.",
    ),
    (
        "config",
        "\
Examples:
  fleetback config init    writes fleetback.toml and fleetback-policy.toml
  fleetback config check   says what is wrong with them
  fleetback config show    the values in force, and where each comes from
A flag wins over FLEETBACK_* variables, these over fleetback.toml, that over
the default. fleetback.toml: --config, the working folder, the user's folder,
the system's.",
    ),
];

/// What stands at the end of every long help, after the exit codes.
pub(crate) const PRECEDENCE: &str = "\
Settings:
  A flag wins over its FLEETBACK_* variable, that over fleetback.toml, that over the default.
  fleetback.toml is the first found of: --config, the working folder, the user's, the system's.
  `fleetback config show` prints the values in force and where each comes from.
";

/// The definition with a short help of one screen for every command that has one.
pub(crate) fn with_short_help(command: clap::Command) -> clap::Command {
    let name = command.get_name().to_owned();
    let whole = name == "fleetback";
    let key = if whole { "" } else { name.as_str() };
    let text = SHORT_HELP.iter().find(|(command, _)| *command == key);
    let Some((_, text)) = text else {
        return command;
    };
    let long = match command.get_after_help() {
        Some(codes) => format!("{codes}\n{PRECEDENCE}"),
        None => PRECEDENCE.to_owned(),
    };
    let command = command
        .mut_args(|arg| arg.hide_short_help(true))
        .after_help(*text)
        .after_long_help(long);
    match whole {
        true => command.mut_subcommands(with_short_help),
        false => command,
    }
}
