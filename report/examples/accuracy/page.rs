//! The page: what was done, both tables, and what they cannot show.

use super::tally::{NIGHTS, run};

/// The seed of the page.
pub(crate) const SEED: u64 = 20_261_128;
/// The sizes: of the page, and of the smaller fleet that every run of the tests judges again.
pub(crate) const LARGE: usize = 2_000;
pub(crate) const SMALL: usize = 300;

/// The whole page.
pub(crate) fn page() -> String {
    let large = run(LARGE, SEED).page();
    let small = run(SMALL, SEED).page();
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "{HEAD}\n```\n{COMMAND}\n```\n\nfleetback {version}, seed {SEED}.\n{METHOD}\n## {LARGE} devices over {NIGHTS} nights\n\n{large}\n## {SMALL} devices over {NIGHTS} nights\n\nThe same in small, judged again by every run of the tests, which hold this table to the letter.\n\n{small}{RESTORABLE}{LIMITS}"
    )
}

const COMMAND: &str =
    "cargo run --release -p fleetback-report --example accuracy > docs/diagnosis-accuracy.md";

/// The section that testdata/check-with-peers.sh wrote: it needs programs that a build does not have.
pub(crate) const RESTORABLE: &str = include_str!("restorable.md");

const HEAD: &str = "# How accurate the diagnosis is

A simulated fleet with planted causes, judged every morning by the real judge with what it remembers
of the mornings before; and, at the end, whether it is right about what can be restored. This page is
written by
";

const METHOD: &str = "
**The fleet.** Ten sites with one computer each, four builds of iOS, every seventh device with a VPN
profile to come. Six of ten devices use iCloud alone, two a computer alone, two both. Each owner has
habits: on 55 to 98 % of the nights a device meets the conditions for iCloud, more when it has missed
some; on 60 to 95 % it is at its computer. Now and then one is away for one to four nights. The MDM
reaches 93 % of the devices in a night, half of those that are away, and its answers are minutes to
hours old.

**Planted**: full iCloud storage (code 303) and a restriction, each for single devices from a night of
their own; an outage of three nights that hits nine of ten (code 304); a firewall at one site for seven
nights (300); a build that stops backing up without a word for seven; a VPN profile for eight (300); a
computer that is off for fifteen; devices whose passcode nobody types; a site that is closed for nine
nights, four of five of its devices each night unseen. Codes reach the log that lies in a
local backup only where there is one, and are as old as it is. Causes overlap in time, and single
devices meet two at once.

**Counted** is each device on each morning after the first week on which its newest backup really is
more than three days old: what was planted, against what the device's first finding blames. *Left
open* are the rules that name no cause, and everything said with low confidence (watch it, restart
it). With *direct evidence* means, at any age of the backup: a log that holds the code of a full
storage at least three times in a row, or that ends with the code of an outage, or the restriction in
the MDM's answer. A closed site is no cause to act on; it is told rightly when nothing is blamed. Precision is
over all device-nights older than three days.
";

const LIMITS: &str = "
## What this cannot show

- It hands the judge the iCloud dates of earlier nights, as a scan with a history does; without them
  smaller and weaker patterns stay unseen ([patterns.md](patterns.md) says how many).
- The generator is a model. That its habits, gaps and answers are like those of a real fleet rests on
  one published log of a healthy telephone and on judgement, not on data of many fleets.
- Local backups that break, passwords, full disks and clocks are not simulated in the fleets of the first
  two tables; they are told by direct evidence, and the tests of the judge hold them.
- A full iCloud storage without a log in a local backup shows nothing but a date that stands still.
  Nothing tells it from other silent causes, and the tool leaves it open.
- Two causes at once are counted by the one that stopped the last attempt; the tool may name the
  other, which then counts as wrong.
- The night after an outage is still counted as outage until the device has backed up again.
- A device that missed by chance during an outage is blamed on it, and counts as wrong.
";
