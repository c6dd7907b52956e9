//! The likely fixes: the article's eight, and the actions for what none of the eight fits.
//!
//! Menu paths differ between
//! versions of iOS: a step names the versions it is for, and a device of unknown version
//! gets both, each with its versions in front.

use std::fmt::Write as _;

use super::fix_steps::{About, DeviceTraits};
use super::{article_fixes, other_fixes};
use crate::results::{Finding, FixId};

/// The row of a fix by its place in the enumeration.
const fn table_row(place: usize) -> &'static About {
    match place.checked_sub(article_fixes::TABLE.len()) {
        None => &article_fixes::TABLE[place],
        Some(place) => &other_fixes::TABLE[place],
    }
}

impl Finding {
    /// What there is to say of its likely fix.
    pub fn fix(&self) -> Option<&'static About> {
        self.likely_fix.map(FixId::about)
    }
}

impl FixId {
    /// What there is to say of it.
    pub fn about(self) -> &'static About {
        table_row(self as usize)
    }

    /// The steps that suit a device.
    ///
    /// ```
    /// use fleetback_report::results::FixId;
    /// use fleetback_report::tables::fix_steps::DeviceTraits;
    /// use fleetback_report::tables::os_version::OsVersion;
    ///
    /// let traits = DeviceTraits {
    ///     os: OsVersion::parse("17.7"),
    ///     ..DeviceTraits::default()
    /// };
    /// let steps = FixId::ResetNetworkSettings.steps(&traits);
    /// assert!(steps.iter().any(|step| step.contains("Transfer or Reset iPhone")));
    /// ```
    pub fn steps(self, situation: &DeviceTraits) -> Vec<String> {
        self.about()
            .steps
            .iter()
            .filter_map(|step| step.for_device(situation))
            .collect()
    }

    /// The same for the device's user: without the steps for its administrator.
    pub fn steps_for_user(self, situation: &DeviceTraits) -> Vec<String> {
        let steps = self.about().steps.iter().filter(|step| !step.aside);
        steps
            .filter_map(|step| step.for_device(situation))
            .collect()
    }

    /// A message ready to send to the device's user, in plain text; `None` where no user is asked.
    /// `device` is what the device is called there: "your iPhone 13 (serial number F2LX0000TEST)".
    pub fn message(self, situation: &DeviceTraits, device: &str) -> Option<String> {
        let about = self.about();
        let ask = about.ask?;
        let mut text = format!("Hello,\n\n{device} needs your help: {ask}\n");
        if let Some(harm) = about.may_destroy {
            let _ = writeln!(
                text,
                "\nBefore you begin, please note that this may destroy: {harm}."
            );
        }
        text.push_str("\nPlease do this, one step after the other:\n");
        for (number, step) in (1..).zip(self.steps_for_user(situation)) {
            let _ = writeln!(text, "{number}. {step}");
        }
        text.push_str(
            "\nIf something looks different on your screen, stop and ask us. Thank you.\n",
        );
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Focus;
    use crate::tables::os_version::OsVersion;

    #[test]
    fn the_table_stands_in_the_order_of_the_fixes() {
        for (row, about) in FixId::ALL.map(FixId::about).into_iter().enumerate() {
            assert_eq!(about.fix as usize, row, "{}", about.fix);
            assert_eq!(
                serde_json::to_string(&about.fix).unwrap(),
                format!("\"{}\"", about.fix)
            );
            assert_eq!(about.fix.id().parse(), Ok(about.fix));
            let step = u8::try_from(row + 1).unwrap();
            assert_eq!(about.article_step, (step <= 8).then_some(step));
            assert!(["user", "admin", "Apple"].contains(&about.who));
        }
    }

    #[test]
    fn only_our_own_fixes_have_a_related_fix_and_it_is_the_articles() {
        for about in FixId::ALL
            .map(FixId::about)
            .into_iter()
            .filter(|about| about.related.is_some())
        {
            assert_eq!(about.article_step, None, "{}", about.fix);
            let related = about.related.unwrap().about();
            assert!(related.article_step.is_some(), "{}", about.fix);
        }
    }

    /// The steps for one device, a line each.
    #[track_caller]
    fn steps(fix: FixId, os: Option<&str>, product_type: &str, want: &[&str], unwanted: &[&str]) {
        let situation = DeviceTraits {
            os: os.and_then(OsVersion::parse),
            home_button: crate::tables::models::model(product_type).map(|model| model.home_button),
            focus: None,
        };
        let steps = fix.steps(&situation).join("\n");
        for text in want {
            assert!(steps.contains(text), "{text} not in\n{steps}");
        }
        for text in unwanted {
            assert!(!steps.contains(text), "{text} in\n{steps}");
        }
    }

    #[test]
    fn steps_suit_the_version() {
        let reset = FixId::ResetNetworkSettings;
        steps(
            reset,
            Some("14.8.1"),
            "",
            &["General > Reset > Reset Network"],
            &["Transfer", "iOS 1", "Stolen"],
        );
        steps(
            reset,
            Some("15.0"),
            "",
            &["Transfer or Reset iPhone"],
            &["General > Reset > Reset", "iOS 1"],
        );
        steps(
            reset,
            None,
            "",
            &["iOS 15 and later: Open", "iOS 14 and earlier: Open"],
            &[],
        );
        let sign_out = FixId::SignOutIcloud;
        steps(
            sign_out,
            Some("17.7"),
            "",
            &["Apple ID", "Turn Off"],
            &["Apple Account", "Erasing"],
        );
        steps(
            sign_out,
            Some("18.0"),
            "",
            &["Apple Account", "Turn Off"],
            &["Apple ID", "Erasing"],
        );
        steps(
            sign_out,
            Some("26.0"),
            "",
            &["Apple Account", "Sign Out Without Erasing"],
            &["Turn Off"],
        );
        let storage = FixId::CheckStorage;
        steps(
            storage,
            Some("17.7"),
            "",
            &["Manage Storage (iCloud Storage"],
            &["iCloud > Manage Account"],
        );
        steps(
            storage,
            Some("18.2"),
            "",
            &["iCloud > Manage Account Storage."],
            &["Manage Storage (iCloud Storage"],
        );
    }

    #[test]
    fn steps_suit_the_buttons() {
        let restart = FixId::RestartDevice;
        steps(
            restart,
            None,
            "iPhone12,1",
            &["Hold the side or top button together"],
            &["alone", "Home button"],
        );
        steps(
            restart,
            None,
            "iPhone12,8",
            &["Hold the side or top button alone"],
            &["together", "Home button"],
        );
        steps(
            restart,
            None,
            "iPhone99,9",
            &["With a Home button: Hold", "Without a Home button: Hold"],
            &[],
        );
    }

    /// Words of administrators, of this program, and of what a user should not be asked to do.
    const JARGON: &[&str] = &[
        "MDM",
        "supervis",
        "profile",
        "waiver",
        "scan",
        "evidence",
        "keybag",
        "UDID",
        "restriction",
        "firewall",
        "policy",
        "fleetback",
        "plist",
    ];

    #[test]
    fn a_message_is_for_people() {
        for fix in FixId::ALL {
            let message = fix.message(&DeviceTraits::default(), "Your iPad");
            let is_for_user = fix.about().who == "user";
            assert_eq!(message.is_some(), is_for_user, "{fix}");
            let Some(message) = message else { continue };
            for word in JARGON {
                assert!(!message.contains(word), "{fix}: {word} in\n{message}");
            }
            assert!(
                message.starts_with("Hello,\n\nYour iPad needs your help: "),
                "{fix}"
            );
            assert!(message.contains("\n1. "), "{fix} asks for nothing");
            let harm = fix.about().may_destroy;
            assert!(
                harm.is_none_or(|harm| message.contains(harm)),
                "{fix} hides its harm"
            );
        }
    }

    #[test]
    fn a_message_suits_the_device() {
        let message = |os| {
            let situation = DeviceTraits {
                os: OsVersion::parse(os),
                ..DeviceTraits::default()
            };
            FixId::SignOutIcloud
                .message(&situation, "Your iPhone")
                .unwrap()
        };
        assert!(message("26.1").contains("never Erase This Device"));
        assert!(!message("17.7").contains("Erase This Device."));
        assert!(message("17.7").contains("Apple ID"));
    }

    #[test]
    fn steps_suit_the_kind_of_storage() {
        let of = |focus| {
            let situation = DeviceTraits {
                focus,
                ..DeviceTraits::default()
            };
            FixId::CheckStorage.steps(&situation).join("\n")
        };
        assert!(!of(Some(Focus::IcloudStorage)).contains("iPhone Storage"));
        assert!(!of(Some(Focus::DeviceStorage)).contains("Manage"));
        assert!(of(None).contains("iPhone Storage") && of(None).contains("Manage"));
    }
}
