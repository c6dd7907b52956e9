//! From the answers to the one word.

use super::answer::{Answer, Outcome};
use super::rule_input::RuleInput;
use super::rules::answers;
use crate::results::Verdict;

/// The verdict of these answers. Evidence that is out of date gives no other than `unknown`: what stood
/// in the way then may be settled since, and what did not may stand there now.
pub fn verdict(answers: &[Answer], out_of_date: bool) -> Verdict {
    let any = |test: fn(&Answer) -> bool| answers.iter().any(test);
    match () {
        () if out_of_date => Verdict::Unknown,
        () if any(|answer| answer.answer == Outcome::Blocks) => Verdict::NotReady,
        () if any(|answer| answer.decides) => Verdict::Unknown,
        () if any(|answer| answer.answer == Outcome::Loses) => Verdict::ReadyWithLosses,
        () => Verdict::Ready,
    }
}

/// Verdict and why, for a device that no new device was named for.
pub(crate) fn judge_rules(input: &RuleInput<'_>) -> (Verdict, Vec<Answer>) {
    let answers = answers(input);
    (verdict(&answers, input.out_of_date()), answers)
}

/// Why, in one sentence: the first of the answers that made the verdict.
pub fn reason(verdict: Verdict, answers: &[Answer], input: &RuleInput<'_>) -> String {
    let first = |test: fn(&Answer) -> bool| answers.iter().find(|answer| test(answer));
    let leading = match verdict {
        Verdict::NotReady => first(|answer| answer.answer == Outcome::Blocks),
        Verdict::ReadyWithLosses => first(|answer| answer.answer == Outcome::Loses),
        Verdict::Unknown => first(|answer| answer.decides),
        Verdict::Ready => first(|answer| answer.rule == "S1"),
    };
    match leading {
        Some(answer) => answer.evidence.clone(),
        None => format!("the evidence is {} old", input.age(input.read_at)),
    }
}
