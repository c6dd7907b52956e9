//! What a whole fleet can have in common: the kinds of pattern, as a table.

use crate::results::{Confidence, FixId, PatternKind};

/// What there is to say of a kind, whatever the fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The kind.
    pub kind: PatternKind,
    /// The row of the diagnosis that points to it: "C9".
    pub rule: &'static str,
    /// A few words, for headings: "One site".
    pub title: &'static str,
    /// What it points to, in one sentence.
    pub cause: &'static str,
    /// What to do.
    pub fix: FixId,
    /// How sure, at most.
    pub confidence: Confidence,
    /// What to try if it persists.
    pub next: Option<FixId>,
}

/// Of two kinds that fit equally well, the one that stands first is meant.
const TABLE: [About; 6] = [
    About {
        kind: PatternKind::Outage,
        rule: "C7",
        title: "Apple service outage (likely)",
        cause: "Devices of several sites and versions stopped backing up to iCloud in the same night: the trouble is Apple's servers, or something that all networks share.",
        fix: FixId::CheckIcloudStatus,
        confidence: Confidence::High,
        next: Some(FixId::StableWifi),
    },
    About {
        kind: PatternKind::Site,
        rule: "C8",
        title: "One site",
        cause: "The devices of one site stopped backing up to iCloud in the same night and the others did not: the trouble is the network of the site, or the site was closed.",
        fix: FixId::StableWifi,
        confidence: Confidence::Medium,
        next: Some(FixId::ResetNetworkSettings),
    },
    About {
        kind: PatternKind::OsBuild,
        rule: "C9",
        title: "One version of iOS",
        cause: "The devices of one build of iOS stopped backing up to iCloud and the others did not: the trouble is that version.",
        fix: FixId::UpdateIos,
        confidence: Confidence::Medium,
        next: Some(FixId::ContactAppleSupport),
    },
    About {
        kind: PatternKind::ProfileSet,
        rule: "C10",
        title: "One profile",
        cause: "The devices that hold the same profile stopped backing up to iCloud and the others did not: the trouble is what that profile sets, such as a VPN, a proxy, allowed networks or restrictions.",
        fix: FixId::ReviewRestriction,
        confidence: Confidence::Medium,
        next: Some(FixId::StableWifi),
    },
    About {
        kind: PatternKind::Host,
        rule: "L5",
        title: "One computer has stopped",
        cause: "All backups to this computer stopped at about the same time: the trouble is the computer, not the devices.",
        fix: FixId::CheckHost,
        confidence: Confidence::Medium,
        next: None,
    },
    About {
        kind: PatternKind::HostBreaking,
        rule: "L14",
        title: "One computer breaks backups",
        cause: "Backups of several devices break on this one computer although its disk has room: something on it holds or takes their files, such as security software, folder synchronisation or a failing disk.",
        fix: FixId::CheckHost,
        confidence: Confidence::Low,
        next: Some(FixId::StartFreshBackup),
    },
];

impl PatternKind {
    /// What there is to say of it.
    pub const fn about(self) -> &'static About {
        &TABLE[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_kinds() {
        for (kind, about) in PatternKind::ALL.into_iter().zip(TABLE) {
            assert_eq!(kind, about.kind);
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{kind}\""));
        }
    }
}
