//! What became of a device since an earlier run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Severity;

/// What became of a device since an earlier run. docs/history.md says the same to users.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It fails, and did not then, or was not there then.
    New,
    /// It fails as it did then, and worse.
    Worse,
    /// It fails as it did then, and less.
    Better,
    /// It failed then and does no more.
    Fixed,
    /// It was not there then, and does not fail.
    Appeared,
    /// None of the others.
    Same,
}

impl Change {
    /// Its name in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Fixed => "fixed",
            Self::Appeared => "appeared",
            Self::Same => "same",
        }
    }

    /// From the severity that it had, if it was there, to the one that it has.
    pub(crate) fn between(then: Option<Option<Severity>>, now: Option<Severity>) -> Self {
        let Some(then) = then else {
            return if fails(now) {
                Self::New
            } else {
                Self::Appeared
            };
        };
        match (fails(then), fails(now)) {
            (false, true) => Self::New,
            (true, false) => Self::Fixed,
            (true, true) if now > then => Self::Worse,
            (true, true) if now < then => Self::Better,
            _ => Self::Same,
        }
    }
}

/// Does a device fail whose worst finding without a waiver is this one?
pub(crate) fn fails(severity: Option<Severity>) -> bool {
    severity >= Some(Severity::Error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Severity::{Critical, Error, Warning};

    #[track_caller]
    fn check(then: Option<Option<Severity>>, now: Option<Severity>, want: Change) {
        assert_eq!(Change::between(then, now), want, "{then:?} -> {now:?}");
    }

    #[test]
    fn a_device_fails_from_error_on() {
        check(Some(Some(Warning)), Some(Error), Change::New);
        check(Some(None), Some(Warning), Change::Same);
        check(Some(Some(Error)), Some(Warning), Change::Fixed);
        check(Some(Some(Warning)), None, Change::Same);
    }

    #[test]
    fn what_fails_still_fails_worse_better_or_the_same() {
        check(Some(Some(Error)), Some(Critical), Change::Worse);
        check(Some(Some(Critical)), Some(Error), Change::Better);
        check(Some(Some(Error)), Some(Error), Change::Same);
    }

    #[test]
    fn what_was_not_there_is_new_when_it_fails() {
        check(None, Some(Error), Change::New);
        check(None, Some(Warning), Change::Appeared);
        check(None, None, Change::Appeared);
    }
}
