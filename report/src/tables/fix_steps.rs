//! A fix as a row of the tables: its steps, and the devices each step is for.

use super::os_version::OsVersion;
use crate::results::{FixId, FixStep, FixText, Focus};

/// What there is to say of a fix, whatever the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The fix.
    pub fix: FixId,
    /// What to do, in a few words.
    pub title: &'static str,
    /// 1 to 8 for the article's fixes.
    pub article_step: Option<u8>,
    /// "user", "admin" or "Apple".
    pub who: &'static str,
    /// What it may destroy; `None` when nothing.
    pub may_destroy: Option<&'static str>,
    /// When it must not be advised; `None` when it never hurts.
    pub not_when: Option<&'static str>,
    /// The article's nearest fix, where this one is beyond the article.
    pub related: Option<FixId>,
    /// What the device's user reads after "needs your help:"; `None` where no user is asked.
    pub ask: Option<&'static str>,
    /// What to do, step by step.
    pub steps: &'static [Step],
}

impl About {
    /// The same for the results.
    pub fn text(&self) -> FixText {
        FixText {
            title: self.title.to_owned(),
            article_step: self.article_step,
            who_acts: self.who.to_owned(),
            may_destroy: self.may_destroy.map(str::to_owned),
            ask: self.ask.map(str::to_owned),
            steps: self.steps.iter().map(Step::stored).collect(),
        }
    }
}

/// One step, and the devices it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    text: &'static str,
    versions: Versions,
    home_button: Option<bool>,
    focus: Option<Focus>,
    /// For the administrator of the device, and not for its user.
    pub(super) aside: bool,
}

impl Step {
    pub(super) const fn aside(mut self) -> Self {
        self.aside = true;
        self
    }

    pub(super) const fn before(mut self, major: u32) -> Self {
        self.versions = Versions::Before(major);
        self
    }

    pub(super) const fn from(mut self, major: u32) -> Self {
        self.versions = Versions::From(major);
        self
    }

    pub(super) const fn home_button(mut self, has: bool) -> Self {
        self.home_button = Some(has);
        self
    }

    pub(super) const fn focus(mut self, focus: Focus) -> Self {
        self.focus = Some(focus);
        self
    }

    fn stored(&self) -> FixStep {
        let (from_ios, before_ios) = match self.versions {
            Versions::All => (None, None),
            Versions::Before(major) => (None, Some(major)),
            Versions::From(major) => (Some(major), None),
        };
        FixStep {
            text: self.text.to_owned(),
            from_ios,
            before_ios,
            home_button: self.home_button,
            focus: self.focus,
            admin_only: self.aside,
        }
    }

    /// The step in words for a device, with what it is for in front where it is unknown whether the
    /// device is such a one; `None` when it is not for this device.
    pub fn for_device(&self, situation: &DeviceTraits) -> Option<String> {
        let focus_fits = match (self.focus, situation.focus) {
            (Some(step), Some(device)) => step == device,
            _ => true,
        };
        if !focus_fits {
            return None;
        }
        let versions = match situation.os {
            Some(os) => self.versions.contain(os).then(String::new)?,
            None => self.versions.describe(),
        };
        let button = match (self.home_button, situation.home_button) {
            (Some(step), Some(device)) if step != device => return None,
            (Some(true), None) => "With a Home button: ",
            (Some(false), None) => "Without a Home button: ",
            _ => "",
        };
        Some(format!("{versions}{button}{}", self.text))
    }
}

/// The versions of iOS that a step is for, by their first number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Versions {
    All,
    Before(u32),
    From(u32),
}

impl Versions {
    fn contain(self, os: OsVersion) -> bool {
        match self {
            Self::All => true,
            Self::Before(major) => os.major < major,
            Self::From(major) => os.major >= major,
        }
    }

    fn describe(self) -> String {
        match self {
            Self::All => String::new(),
            // No version bears a number between 18 and 26.
            Self::Before(26) => "iOS 18 and earlier: ".to_owned(),
            Self::Before(major) => format!("iOS {} and earlier: ", major - 1),
            Self::From(major) => format!("iOS {major} and later: "),
        }
    }
}

/// What decides which steps are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeviceTraits {
    /// The device's version of iOS; `None` shows the steps of all.
    pub os: Option<OsVersion>,
    /// Has it a Home button? `None` shows both ways.
    pub home_button: Option<bool>,
    /// Which half the evidence points to; `None` shows both.
    pub focus: Option<Focus>,
}

pub(super) const fn step(text: &'static str) -> Step {
    Step {
        text,
        versions: Versions::All,
        home_button: None,
        focus: None,
        aside: false,
    }
}
