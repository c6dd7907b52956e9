//! What the MDM's own state of a device, and what it could not say, do to the verdict.

use fleetback_report::results::{Code, Listed, Severity, Status};
use fleetback_scanner::model::evidence::Sourced;
use fleetback_scanner::model::management::MdmState;

use crate::fleet::*;

const ALL: &str = "";

fn said(on: Option<bool>, unread: bool) -> Phone {
    phone().icloud(DAY).mdm(|mdm, source| {
        mdm.cloud_backup_enabled = on.map(|on| Sourced::new(on, source));
        mdm.cloud_unread = unread.then(|| Sourced::new("it could not be read".to_owned(), source));
    })
}

#[test]
fn a_date_counts_only_while_icloud_backup_is_on_and_readable() {
    for (phone, want) in [
        (said(Some(true), false), Status::Protected),
        (said(None, false), Status::Protected),
        (said(Some(false), false), Status::Unknown),
        (said(Some(true), true), Status::Unknown),
        (said(None, true), Status::Unknown),
    ] {
        let device = judged_alone(phone.clone(), ALL);
        assert_eq!(device.status, want, "{phone:?}");
    }
    let device = judged_alone(said(None, true), ALL);
    assert_eq!(
        device.icloud.unread.as_deref(),
        Some("it could not be read")
    );
    let unknown = device
        .findings
        .iter()
        .find(|finding| finding.code == Code::BackupUnknown);
    assert!(
        unknown.unwrap().evidence[0]
            .text
            .starts_with("it could not be read")
    );
}

fn in_state(state: MdmState) -> Phone {
    phone()
        .icloud(30 * DAY)
        .mdm(|mdm, source| mdm.state = Some(Sourced::new(state, source)))
}

#[test]
fn devices_that_have_left_are_no_alarm_and_are_told() {
    for state in [
        MdmState::Off,
        MdmState::Unmanaged,
        MdmState::Retired,
        MdmState::Removed,
        MdmState::Wiped,
        MdmState::InBin,
    ] {
        let device = judged_alone(in_state(state), ALL);
        assert!(device.listed == Listed::LeftMdm, "{state:?}");
        assert_eq!(device.severity, Some(Severity::Info), "{state:?}");
        assert!(codes(&device).contains(&"mdm-left"), "{state:?}");
    }
    for state in [
        MdmState::Enrolled,
        MdmState::Pending,
        MdmState::Leaving,
        MdmState::Lost,
    ] {
        let device = judged_alone(in_state(state), ALL);
        assert!(device.listed == Listed::Fleet, "{state:?}");
        assert!(device.severity > Some(Severity::Info), "{state:?}");
    }
}

#[test]
fn a_shared_ipad_is_not_told_to_turn_icloud_backup_on() {
    let shared = |is| {
        phone().icloud_never(false).mdm(|mdm, source| {
            mdm.shared_ipad = Some(Sourced::new(is, source));
        })
    };
    let has = |phone| codes(&judged_alone(phone, ALL)).contains(&"icloud-off");
    assert!(has(shared(false)));
    assert!(!has(shared(true)));
}

#[test]
fn not_now_is_told_as_such() {
    let device = judged_alone(phone().mdm(|mdm, _| mdm.not_now = true), ALL);
    let unknown = device
        .findings
        .iter()
        .find(|finding| finding.code == Code::BackupUnknown);
    assert!(
        unknown.unwrap().evidence[0]
            .text
            .contains("answered NotNow")
    );
}
