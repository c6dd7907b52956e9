//! One row of the diagnosis: what must be seen, and what it points to.

use super::pattern::wording::reason;
use crate::assess::context::DeviceContext;
use crate::assess::fleet_patterns::Pattern;
use crate::results::Focus;
use crate::results::{Code, Confidence, FixId};

/// One row. Rows that mention a code are tried in order; the first whose condition holds, and whose
/// fix may be advised for this device, gives the cause and the fix.
pub(crate) struct Row {
    /// Its name in docs/findings.md: "C3".
    pub(crate) rule: &'static str,
    /// The findings it can explain.
    pub(crate) codes: &'static [Code],
    /// Holds it for this device, and why?
    pub(crate) when: fn(&DeviceContext<'_>) -> Option<Reason>,
    /// What the evidence points to, in one sentence.
    pub(crate) cause: &'static str,
    /// What to do.
    pub(crate) fix: FixId,
    /// How sure, at most.
    pub(crate) confidence: Confidence,
    /// What to try if it persists.
    pub(crate) next: Option<FixId>,
    /// Which half of the fix is meant.
    pub(crate) focus: Option<Focus>,
}

/// Why a row holds, with the evidence in it.
pub(crate) struct Reason {
    pub(crate) text: String,
    /// Old evidence lowers the confidence.
    pub(crate) at_most: Confidence,
    /// The pattern of the fleet that it rests on.
    pub(crate) pattern: Option<String>,
}

impl Reason {
    /// A reason as good as its row.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            at_most: Confidence::High,
            pattern: None,
        }
    }

    /// A reason that lies in what many devices have in common.
    pub(crate) fn shared(pattern: &Pattern) -> Self {
        Self {
            text: reason(pattern),
            at_most: pattern.confidence,
            pattern: Some(pattern.id()),
        }
    }

    /// The same reason from evidence that is old, when it is.
    pub(crate) fn limited_if_old(self, old: bool) -> Self {
        Self {
            at_most: if old {
                Confidence::Medium
            } else {
                self.at_most
            },
            ..self
        }
    }
}

/// A row without a next fix.
pub(crate) const fn row(
    rule: &'static str,
    codes: &'static [Code],
    when: fn(&DeviceContext<'_>) -> Option<Reason>,
    cause: &'static str,
    fix: FixId,
    confidence: Confidence,
) -> Row {
    Row {
        rule,
        codes,
        when,
        cause,
        fix,
        confidence,
        next: None,
        focus: None,
    }
}

impl Row {
    /// The same row with what to try if the fix does not help.
    pub(crate) const fn next(mut self, fix: FixId) -> Self {
        self.next = Some(fix);
        self
    }

    /// The same row, meaning one half of its fix.
    pub(crate) const fn focus(mut self, focus: Focus) -> Self {
        self.focus = Some(focus);
        self
    }
}
