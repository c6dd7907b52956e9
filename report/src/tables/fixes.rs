//! The likely fixes: the article's eight, and the actions for what none of the eight fits.
//!
//! The article knows iCloud and the phone in the hand. At least ten conditions that a scan can see
//! have no fix there (a full computer disk, a passcode nobody typed, a restriction); they get an
//! action of their own and are never forced into one of the eight. Menu paths differ between
//! versions of iOS: a step names the versions it is for, and a device whose version nobody knows
//! gets both, each with its versions in front.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use super::fix_steps::{Focus, Situation, Step, step};
use crate::results::{FixId, LikelyFix, NoSuchName};

/// What there is to say of a fix, whatever the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The fix.
    pub fix: FixId,
    /// Its name in files: "check-storage".
    pub id: &'static str,
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
    /// What the device's user is told, after "needs your help:"; `None` where no user is asked.
    pub ask: Option<&'static str>,
    /// What to do, step by step.
    pub steps: &'static [Step],
}

impl FixId {
    /// Every fix: the article's eight in its order, then ours.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::CheckStorage; TABLE.len()];
        let mut row = 0;
        while row < TABLE.len() {
            all[row] = TABLE[row].fix;
            row += 1;
        }
        all
    };

    /// What there is to say of it.
    pub fn about(self) -> &'static About {
        &TABLE[self as usize]
    }

    /// Its name in files: "check-storage".
    pub fn id(self) -> &'static str {
        self.about().id
    }

    /// The fix with the steps that suit a device.
    pub fn made_ready(self, situation: &Situation) -> LikelyFix {
        let about = self.about();
        LikelyFix {
            id: self,
            title: about.title.to_owned(),
            article_step: about.article_step,
            steps: about
                .steps
                .iter()
                .filter_map(|step| step.for_device(situation))
                .collect(),
            who: about.who.to_owned(),
            may_destroy: about.may_destroy.map(str::to_owned),
            message: None,
            hand_over: None,
        }
    }

    /// A message ready to send to the device's user, in plain text; `None` where no user is asked.
    /// `device` is what the device is called there: "your iPhone 13 (serial number F2LX0000TEST)".
    pub fn message(self, situation: &Situation, device: &str) -> Option<String> {
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
        let steps = about.steps.iter().filter(|step| !step.aside);
        let steps = steps.filter_map(|step| step.for_device(situation));
        for (number, step) in (1..).zip(steps) {
            let _ = writeln!(text, "{number}. {step}");
        }
        text.push_str(
            "\nIf something looks different on your screen, stop and ask us. Thank you.\n",
        );
        Some(text)
    }
}

impl fmt::Display for FixId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for FixId {
    type Err = NoSuchName;

    fn from_str(text: &str) -> Result<Self, NoSuchName> {
        let row = TABLE.iter().find(|about| about.id == text);
        row.map(|about| about.fix).ok_or_else(|| NoSuchName {
            wanted: "a fix such as check-storage",
            found: text.to_owned(),
        })
    }
}

/// One row a fix, in the order of the enumeration.
const TABLE: [About; 29] = [
    About {
        fix: FixId::CheckStorage,
        id: "check-storage",
        title: "Check the storage space",
        article_step: Some(1),
        who: "user",
        may_destroy: Some(
            "an iCloud backup that is deleted to make room, for good; iCloud Backup is then also turned off on the device it came from",
        ),
        not_when: Some("the backup that would be deleted is the device's own and only one"),
        related: None,
        ask: Some("it could not be backed up, probably because too little storage is free."),
        steps: &[
            step("Open Settings, tap the name at the top, then iCloud > Manage Account Storage.").from(18).focus(Focus::IcloudStorage),
            step("Open Settings, tap the name at the top, then iCloud > Manage Storage (iCloud Storage or Manage Account Storage on some versions).").before(18).focus(Focus::IcloudStorage),
            step("Delete what is no longer needed, or choose a larger storage plan. Under Backups, delete only backups of devices that nobody uses any more, never the backup of this device.").focus(Focus::IcloudStorage),
            step("On the device, open Settings > General > iPhone Storage (iPad Storage on an iPad).").focus(Focus::DeviceStorage),
            step("Offload apps that nobody uses, and move large videos off the device, until at least a tenth of the storage is free.").focus(Focus::DeviceStorage),
            step("Start a backup again and watch it to its end."),
        ],
    },
    About {
        fix: FixId::StableWifi,
        id: "stable-wifi",
        title: "Give it a stable Wi-Fi connection",
        article_step: Some(2),
        who: "user",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: Some("it could not be backed up, probably because it is too seldom locked, on power and on Wi-Fi at once."),
        steps: &[
            step("Open Settings > Wi-Fi and check that the device is on a network that it can also reach at night."),
            step("Leave the device locked, on power and within reach of that Wi-Fi overnight: iCloud Backup needs all three at once."),
            step("If the connection is weak, move nearer to the access point, or restart the router."),
            step("If several devices of one site fail, look at the site's firewall, proxy and sign-in page instead of the devices.").aside(),
        ],
    },
    About {
        fix: FixId::UpdateIos,
        id: "update-ios",
        title: "Update iOS",
        article_step: Some(3),
        who: "user",
        may_destroy: None,
        not_when: Some("the device is about to be swapped against one that runs an older version: a backup cannot be restored to an older iOS"),
        related: None,
        ask: Some("an update of its software is waiting."),
        steps: &[
            step("Put the device on power and Wi-Fi, and open Settings > General > Software Update."),
            step("Install the update that is offered."),
            step("On a supervised device the MDM may hold an update back, or send it.").aside(),
            step("If none is offered, the model has reached its last version: back it up to a computer, and plan its replacement.").aside(),
        ],
    },
    About {
        fix: FixId::RestartDevice,
        id: "restart-device",
        title: "Restart the device",
        article_step: Some(4),
        who: "user",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: Some("it has not been backed up for some time, and a restart often helps."),
        steps: &[
            step("Hold the side or top button together with either volume button until the power-off slider appears.").home_button(false),
            step("Hold the side or top button alone until the power-off slider appears.").home_button(true),
            step("Drag the slider, wait until the screen is dark, then hold the side or top button until the Apple logo appears."),
            step("Unlock the device once with its passcode: before that, many files cannot be read for a backup."),
            step("Start a backup again."),
        ],
    },
    About {
        fix: FixId::ResetNetworkSettings,
        id: "reset-network-settings",
        title: "Reset the network settings",
        article_step: Some(5),
        who: "user",
        may_destroy: Some("saved Wi-Fi networks and their passwords, and VPN settings made by hand"),
        not_when: Some("the device reaches its MDM only over a Wi-Fi network that was joined by hand"),
        related: None,
        ask: Some("its network connection fails again and again when it is backed up."),
        steps: &[
            step("First make sure that the device can reach its MDM afterwards: over mobile data, or over a Wi-Fi network that a profile installs. Else it is cut off until somebody joins a network by hand.").aside(),
            step("Have the Wi-Fi password at hand."),
            step("Open Settings > General > Transfer or Reset iPhone (iPad on an iPad; plain Reset on some versions) > Reset > Reset Network Settings.").from(15),
            step("Open Settings > General > Reset > Reset Network Settings.").before(15),
            step("Away from familiar places, Stolen Device Protection may make you wait an hour.").from(17),
            step("Join the Wi-Fi network again and start a backup."),
        ],
    },
    About {
        fix: FixId::SignOutIcloud,
        id: "sign-out-icloud",
        title: "Sign out of iCloud and in again",
        article_step: Some(6),
        who: "user",
        may_destroy: Some("iCloud data that the device has not sent up yet; from iOS 26 on also everything on the device, if Erase This Device is chosen"),
        not_when: Some("there is no restorable local backup of the last 3 days, or the restriction allowAccountModification = false is in force"),
        related: None,
        ask: Some("iCloud does not accept its account any more, so it is not backed up."),
        steps: &[
            step("First try the milder way: open Settings, tap the name at the top, enter the password of the Apple Account again, and accept terms or verify the e-mail address if asked.").from(18),
            step("First try the milder way: open Settings, tap the name at the top, enter the password of the Apple ID again, and accept terms or verify the e-mail address if asked.").before(18),
            step("If backups still fail, scroll down and tap Sign Out. Choose Sign Out Without Erasing, never Erase This Device.").from(26),
            step("If backups still fail, scroll down, tap Sign Out, enter the password and tap Turn Off.").before(26),
            step("Away from familiar places, Stolen Device Protection may make you wait an hour.").from(17),
            step("Restart the device, sign in again, and check that iCloud Backup is on."),
        ],
    },
    About {
        fix: FixId::CheckIcloudStatus,
        id: "check-icloud-status",
        title: "Check whether iCloud has an outage",
        article_step: Some(7),
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: None,
        steps: &[
            step("Open https://www.apple.com/support/systemstatus/ and look for iCloud Backup and iCloud Account & Sign In."),
            step("If an outage is shown, do nothing on the devices: wait for its end and look at the next scan."),
            step("If none is shown, wait one night: outages that hit few accounts are not shown."),
        ],
    },
    About {
        fix: FixId::ContactAppleSupport,
        id: "contact-apple-support",
        title: "Contact Apple Support",
        article_step: Some(8),
        who: "Apple",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: None,
        steps: &[
            step("Have ready: model, serial number, version of iOS, the date of the last good backup, every error code with its date, and what was tried."),
            step("Contact Apple Support at https://support.apple.com, or your organisation's AppleCare contact."),
            step("Do not erase the device until a good backup stands."),
        ],
    },
    About {
        fix: FixId::TurnOnIcloudBackup,
        id: "turn-on-icloud-backup",
        title: "Turn on iCloud Backup",
        article_step: None,
        who: "user",
        may_destroy: None,
        not_when: Some("the policy forbids iCloud, or allowCloudBackup = false is in force"),
        related: Some(FixId::CheckStorage),
        ask: Some("its backup to iCloud is switched off."),
        steps: &[
            step("Open Settings, tap the name at the top, then iCloud > iCloud Backup."),
            step("Turn on the switch for this device, and tap Back Up Now."),
            step("No MDM command can do this: it takes the user.").aside(),
            step("If the switch turns itself off again, look at the iCloud storage: it is often turned off when the storage is full, or when a backup was deleted."),
        ],
    },
    About {
        fix: FixId::ReviewRestriction,
        id: "review-restriction",
        title: "Review the restriction",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: None,
        steps: &[
            step("Find the profile that sets the restriction; the device's details in this report name it where the MDM said so."),
            step("If the restriction is wanted, say so in the policy and make sure that the other kind of backup works."),
            step("If it is not wanted, change the profile in the MDM and let the device check in."),
        ],
    },
    About {
        fix: FixId::FreeComputerDisk,
        id: "free-computer-disk",
        title: "Free space on the computer's disk",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: Some(FixId::CheckStorage),
        ask: None,
        steps: &[
            step("Free space on the computer named in the evidence, or move its backup folder to a larger volume. Do not delete a device's only backup."),
            step("On a Mac the space shown here leaves out what macOS can free by itself; the Finder may show more."),
            step("Back up the device again."),
        ],
    },
    About {
        fix: FixId::EnterPasscode,
        id: "enter-passcode",
        title: "Enter the passcode on the device",
        article_step: None,
        who: "user",
        may_destroy: None,
        not_when: None,
        related: Some(FixId::RestartDevice),
        ask: Some("its backup to the computer waits for the passcode."),
        steps: &[
            step("Connect the device to the computer that backs it up, and unlock it."),
            step("Start the backup, and enter the passcode on the device as soon as it asks. Since iOS 16.1 and 15.7.1 every backup to a computer asks for it."),
            step("Stay until the backup has begun: without the passcode it gives up after some minutes."),
        ],
    },
    About {
        fix: FixId::AllowPairing,
        id: "allow-pairing",
        title: "Allow the device to pair with the computer",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: None,
        steps: &[
            step("Allow pairing (allowHostPairing) in the profile that forbids it, or back up with a Mac that holds the supervision identity."),
            step("Connect the device, unlock it, and answer Trust on the device."),
        ],
    },
    About {
        fix: FixId::StartFreshBackup,
        id: "start-fresh-backup",
        title: "Make a fresh local backup",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: Some("the policy forbids local backups, or pairing is not allowed"),
        related: Some(FixId::RestartDevice),
        ask: None,
        steps: &[
            step("If the backup folder named in the evidence is broken, move it aside. Do not delete it: it may be all there is."),
            step("Connect the device to a computer by cable, unlock it, and start a backup; enter the passcode on the device when it asks."),
            step("Scan again. Delete the old folder only when the new backup is reported as good."),
        ],
    },
    About {
        fix: FixId::EncryptBackup,
        id: "encrypt-backup",
        title: "Encrypt the local backup",
        article_step: None,
        who: "user",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: Some("its backup on the computer is not protected by a password."),
        steps: &[
            step("Connect the device, and turn on encryption for its local backup in the Finder, iTunes or Apple Devices."),
            step("Choose a password and record it where your organisation keeps such things: without it the backup cannot be restored."),
            step("Make a new backup."),
            step("An MDM can demand encryption with the restriction forceEncryptedBackup.").aside(),
        ],
    },
    About {
        fix: FixId::RecordBackupPassword,
        id: "record-backup-password",
        title: "Find and record the backup password",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: None,
        steps: &[
            step("Ask the user, and look in the password store and in the keychain of the computer that made the backup."),
            step("Try the password on the backup, and record it where your organisation keeps such things."),
        ],
    },
    About {
        fix: FixId::ResetBackupPassword,
        id: "reset-backup-password",
        title: "Reset the backup password",
        article_step: None,
        who: "user",
        may_destroy: Some("settings such as the layout of the Home Screen, and the saved Wi-Fi networks with their passwords; backups made before stay locked with the lost password"),
        not_when: Some("the old backup is the only one and its password may still be found"),
        related: None,
        ask: Some("nobody knows the password of its backup any more."),
        steps: &[
            step("Open Settings > General > Transfer or Reset iPhone (iPad on an iPad) > Reset > Reset All Settings. Do not choose to erase the content.").from(15),
            step("Open Settings > General > Reset > Reset All Settings. Do not choose to erase the content.").before(15),
            step("Connect the device to a computer, set a new backup password, record it, and make a new backup."),
        ],
    },
    About {
        fix: FixId::CheckHost,
        id: "check-host",
        title: "Check the computer that holds the backup",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: None,
        steps: &[
            step("Check that the computer runs, that its user is signed in, and that its backup software starts."),
            step("Check the health of its disk."),
            step("Keep antivirus and folder synchronisation away from the backup folder: both are known to take files out of it."),
            step("Back up one device by hand and scan again."),
        ],
    },
    About {
        fix: FixId::Wait,
        id: "wait",
        title: "Wait for the next scan",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: None,
        steps: &[step("Do nothing now, and look at the next scan.")],
    },
    About {
        fix: FixId::BringDeviceOnline,
        id: "bring-device-online",
        title: "Bring the device online",
        article_step: None,
        who: "user",
        may_destroy: None,
        not_when: None,
        related: Some(FixId::StableWifi),
        ask: Some("we have not heard from it for some time."),
        steps: &[
            step("Find the device, switch it on, and connect it to power and Wi-Fi."),
            step("Let it check in with the MDM, ask for its information again, and scan the new answer.").aside(),
            step("If it is lost or retired, leave it out with a waiver in the policy that says so.").aside(),
        ],
    },
    About {
        fix: FixId::GrantFullDiskAccess,
        id: "grant-full-disk-access",
        title: "Let the scanner read the backups",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: None,
        steps: &[
            step("On a Mac, open System Settings > Privacy & Security > Full Disk Access and add the program that starts the scan; being root is not enough."),
            step("On Windows, Linux or a share, give the account that scans the right to read the folder."),
            step("Scan again. Until then nobody knows what these backups hold."),
        ],
    },
    About {
        fix: FixId::FixClock,
        id: "fix-clock",
        title: "Set the clock right",
        article_step: None,
        who: "user",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: Some("its date and time seem to be wrong."),
        steps: &[
            step("On the device, open Settings > General > Date & Time and turn on Set Automatically."),
            step("On the computer, turn on time synchronisation.").aside(),
            step("Make a new backup: the wrong date stays in the old one."),
        ],
    },
    About {
        fix: FixId::ResolveIdentity,
        id: "resolve-identity",
        title: "Find out which device this is",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: None,
        steps: &[
            step("Compare the numbers in the evidence with those on the device under Settings > General > About."),
            step("If a backup folder was copied or renamed, give it back the name of its device's UDID."),
            step("If a repair changed the board of the device, retire the old record in the MDM and waive the old device in the policy."),
        ],
    },
    About {
        fix: FixId::UpdateHostSoftware,
        id: "update-host-software",
        title: "Update the computer's backup software",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: Some(FixId::UpdateIos),
        ask: None,
        steps: &[
            step("Update macOS, iTunes, Apple Devices or the tool that makes the backups on the computer named in the evidence."),
            step("Make a new backup and scan again."),
        ],
    },
    About {
        fix: FixId::MatchInventory,
        id: "match-inventory",
        title: "Match the backup with the inventory",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: None,
        steps: &[
            step("Look the serial number up in the MDM and in the asset list."),
            step("If the device is in use, enrol it or add it to the inventory table."),
            step("If it is retired, archive its backup as your rules ask."),
        ],
    },
    About {
        fix: FixId::QueryBackupState,
        id: "query-backup-state",
        title: "Ask for the backup state",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: None,
        steps: &[
            step("Let the MDM ask the device for IsCloudBackupEnabled and LastCloudBackupDate (DeviceInformation), export the answer, and scan it."),
            step("If the device is backed up to a computer, scan that computer too."),
            step("Where the enrolment hides these keys (User Enrollment), ask the user to look at Settings, their name, iCloud > iCloud Backup."),
        ],
    },
    About {
        fix: FixId::VerifyBackup,
        id: "verify-backup",
        title: "Check the backup's files",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: None,
        steps: &[
            step("Scan again with --verify names, which is the default: it looks for every file that the backup names."),
            step("Or check this one backup in depth: fleetback verify, with its folder."),
        ],
    },
    About {
        fix: FixId::PlanReplacement,
        id: "plan-replacement",
        title: "Plan the device's replacement",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: Some(FixId::UpdateIos),
        ask: None,
        steps: &[
            step("Make a local backup of the device now, and keep it: security updates have ended for this model."),
            step("Give its user a newer device, and restore the backup there. Its version of iOS must not be older than the one that the backup was made on."),
            step("Until then, leave the device out with a waiver in the policy that says so and has an end."),
        ],
    },
    About {
        fix: FixId::AskSwapDesk,
        id: "ask-swap-desk",
        title: "Ask the swap desk before the device is wiped",
        article_step: None,
        who: "admin",
        may_destroy: None,
        not_when: None,
        related: None,
        ask: None,
        steps: &[
            step("Run `fleetback swap` with the serial number, and name the new device with `--to`: it lists what stands in the way, each with its remedy, and what is to be looked at by hand."),
            step("Settle that, have a new backup made, and ask again right before the device is wiped."),
            step("Where it cannot be settled in time, move the day of the swap. Nothing is wiped while the answer is NOT READY or UNKNOWN."),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::os_version::OsVersion;

    #[test]
    fn the_table_stands_in_the_order_of_the_fixes() {
        for (row, about) in TABLE.iter().enumerate() {
            assert_eq!(about.fix as usize, row, "{}", about.id);
            assert_eq!(
                serde_json::to_string(&about.fix).unwrap(),
                format!("\"{}\"", about.id)
            );
            assert_eq!(about.id.parse(), Ok(about.fix));
            let step = u8::try_from(row + 1).unwrap();
            assert_eq!(about.article_step, (step <= 8).then_some(step));
            assert!(["user", "admin", "Apple"].contains(&about.who));
        }
    }

    #[test]
    fn only_our_own_fixes_have_a_related_fix_and_it_is_the_articles() {
        for about in TABLE.iter().filter(|about| about.related.is_some()) {
            assert_eq!(about.article_step, None, "{}", about.id);
            let related = about.related.unwrap().about();
            assert!(related.article_step.is_some(), "{}", about.id);
        }
    }

    /// The steps for one device, a line each.
    #[track_caller]
    fn steps(fix: FixId, os: Option<&str>, product_type: &str, want: &[&str], unwanted: &[&str]) {
        let situation = Situation {
            os: os.and_then(OsVersion::parse),
            home_button: crate::tables::models::model(product_type).map(|model| model.home_button),
            focus: None,
        };
        let steps = fix.made_ready(&situation).steps.join("\n");
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
            let message = fix.message(&Situation::default(), "Your iPad");
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
            let situation = Situation {
                os: OsVersion::parse(os),
                ..Situation::default()
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
            let situation = Situation {
                focus,
                ..Situation::default()
            };
            FixId::CheckStorage.made_ready(&situation).steps.join("\n")
        };
        assert!(!of(Some(Focus::IcloudStorage)).contains("iPhone Storage"));
        assert!(!of(Some(Focus::DeviceStorage)).contains("Manage"));
        assert!(of(None).contains("iPhone Storage") && of(None).contains("Manage"));
    }
}
