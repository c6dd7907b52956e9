//! The rules S1 to S22 as a table: what is asked, what it may come to, and who answers it.

use Decides::{Always, Never, WithTarget};
use Kind::{Blocks, ByHand, Info, Loses, Warns};

use super::{backup, complete, handover, losses, target};
use crate::format::labels;
use crate::swap::answer::{Answer, Outcome, Reply};
use crate::swap::rule_input::RuleInput;

/// What a rule comes to at worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It may stand against the swap.
    Blocks,
    /// Something may be lost.
    Loses,
    /// It may be worth knowing.
    Warns,
    /// It says how it will go, and nothing more.
    Info,
    /// No data answer it: a person has to look.
    ByHand,
}

labels! { Kind:
    Blocks "blocks",
    Loses  "loses",
    Warns  "warns",
    Info   "info",
    ByHand "by hand",
}

impl Kind {
    /// May a rule of this kind answer so?
    pub fn allows(self, outcome: Outcome) -> bool {
        let worst = match self {
            Self::Blocks => Outcome::Blocks,
            Self::Loses => Outcome::Loses,
            Self::Warns | Self::Info => Outcome::Warns,
            Self::ByHand => Outcome::Pass,
        };
        outcome == Outcome::CannotTell || outcome >= worst
    }
}

/// When a rule without an answer makes the verdict `unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decides {
    /// Always: it is about the backup itself.
    Always,
    /// Once a new device is named.
    WithTarget,
    /// Never: it is then for a person to look at.
    Never,
}

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its number, which never changes: "S1".
    pub id: &'static str,
    /// What is asked.
    pub asks: &'static str,
    /// What it comes to at worst.
    pub kind: Kind,
    /// What it means when it has no answer.
    pub decides: Decides,
    reply: fn(&RuleInput<'_>) -> Reply,
}

const fn rule(
    id: &'static str,
    asks: &'static str,
    kind: Kind,
    decides: Decides,
    reply: fn(&RuleInput<'_>) -> Reply,
) -> Rule {
    Rule {
        id,
        asks,
        kind,
        decides,
        reply,
    }
}

/// Every rule, in the order of its number.
#[rustfmt::skip] // one rule a line
pub const RULES: &[Rule] = &[
    rule("S1", "A backup after the last use", Blocks, Always, backup::recent),
    rule("S2", "The backup is complete", Blocks, Always, complete::complete),
    rule("S3", "The new device can read the backup's iOS", Blocks, WithTarget, target::runs_it),
    rule("S4", "The new device has room for it", Blocks, WithTarget, target::has_room),
    rule("S5", "The backup is encrypted", Loses, Never, losses::encrypted),
    rule("S6", "The backup's password is known", Blocks, Never, complete::password),
    rule("S7", "What no backup holds", Warns, Never, losses::never_in_a_backup),
    rule("S8", "Saved passwords come along", Loses, Never, losses::keychain),
    rule("S9", "Supervised like the old device", Warns, Never, target::supervision),
    rule("S10", "The way back under management", Info, Never, target::management),
    rule("S11", "Setup Assistant offers to restore", Blocks, Never, target::restore_pane),
    rule("S12", "The management record outlives the restore", Warns, Never, handover::certificate),
    rule("S13", "Managed apps come back with their data", Loses, Never, losses::managed_apps),
    rule("S14", "Find My and Activation Lock are off", Blocks, Never, handover::activation_lock),
    rule("S15", "The eSIM is taken care of", Warns, Never, handover::esim),
    rule("S16", "Who may erase the device", Info, Never, handover::erasing),
    rule("S17", "The iCloud backup will outlive the swap", Blocks, Never, backup::outlives),
    rule("S18", "Room in iCloud for a last backup", Info, Never, handover::icloud_full),
    rule("S19", "Authenticator apps, Apple Watch, bank apps", ByHand, Never, handover::by_hand),
    rule("S20", "A second copy", Warns, Never, backup::second_copy),
    rule("S21", "The backup is of this device", Blocks, Always, backup::of_this_device),
    rule("S22", "The old backup is kept until the new device has its own", ByHand, Never, handover::follow_up),
];

/// Every rule's answer for a device: what stands against it first, then what is unknown of the
/// backup itself, then losses, warnings, what is to be looked at by hand, and what is in order.
pub fn answers(input: &RuleInput<'_>) -> Vec<Answer> {
    let mut answers: Vec<Answer> = RULES.iter().map(|rule| rule.answer(input)).collect();
    answers.sort_by_key(rank);
    answers
}

impl Rule {
    fn answer(&self, input: &RuleInput<'_>) -> Answer {
        let reply = self.stale(input).unwrap_or_else(|| (self.reply)(input));
        let unknown = reply.outcome == Outcome::CannotTell;
        let decides = unknown
            && match self.decides {
                Always => true,
                WithTarget => input.target.is_some(),
                Never => false,
            };
        Answer {
            rule: self.id.to_owned(),
            asks: self.asks.to_owned(),
            answer: reply.outcome,
            evidence: reply.evidence,
            remedy: reply.remedy,
            decides,
            by_hand: unknown && !decides && reply.waits_for.is_none(),
            waits_for: reply.waits_for,
        }
    }

    /// What is said of the backup itself by evidence that is out of date.
    fn stale(&self, input: &RuleInput<'_>) -> Option<Reply> {
        (self.decides == Always && input.out_of_date()).then(|| backup::evidence_out_of_date(input))
    }
}

fn rank(answer: &Answer) -> u8 {
    match answer.answer {
        Outcome::Blocks => 0,
        Outcome::CannotTell if answer.decides => 1,
        Outcome::Loses => 2,
        Outcome::Warns => 3,
        Outcome::CannotTell if answer.by_hand => 4,
        Outcome::CannotTell => 5,
        Outcome::Pass => 6,
    }
}
