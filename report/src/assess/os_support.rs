//! Is a version of iOS the newest that its model can have?
//!
//! The list that answers grows old, and an old list makes every device look current: after 60 days
//! the confidence is lower, after 180 only the fleet itself is asked. A fleet that is old as a whole is
//! then not noticed, and the word is `unknown`, not `current`.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::context::DeviceContext;
use crate::format::days_between;
use crate::policy::span_of_days;
use crate::results::{Confidence, EvidenceSource, Os, OsVerdict};
use crate::tables::os_releases::{OsTable, OsTables, Release};
use crate::tables::os_version::OsVersion;

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Age in days above which the list lowers the confidence.
const SURE: i32 = 60;
/// A list older than this is not asked.
const ASKED: i32 = 180;
/// Grace period in days for devices with `forceDelayedSoftwareUpdates`. The length of the delay is no
/// boolean and is not kept; this is the longest that the restriction can ask for (Apple's schema of
/// com.apple.applicationaccess, `enforcedSoftwareUpdateDelay`).
const GRACE_HELD_BACK: i32 = 90;

/// What is asked of a device.
pub(crate) struct Question<'a> {
    pub(crate) product_type: Option<&'a str>,
    pub(crate) version: Option<OsVersion>,
    /// The newest version on the same model in this fleet.
    pub(crate) in_fleet: Option<OsVersion>,
    /// Does a restriction hold updates back?
    pub(crate) held_back: bool,
    /// Days after a release within which an older version is no finding.
    pub(crate) grace_days: f64,
    pub(crate) now: Timestamp,
}

/// iOS 27 no longer knows the restriction: delays are in the declaration `softwareupdate.settings`, which no
/// answer contains.
const NO_RESTRICTION_SINCE: u32 = 27;

fn updates_are_delayed(ctx: &DeviceContext<'_>) -> bool {
    let knows_it = ctx.os().is_none_or(|os| os.major < NO_RESTRICTION_SINCE);
    knows_it && ctx.restriction("forceDelayedSoftwareUpdates") == Some(true)
}

/// The word for a device, and what says which version is the newest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Currency {
    /// Without its source: that has a place only once the device is built.
    pub(crate) os: Os,
    pub(crate) source: Option<EvidenceSource>,
}

/// The word for a device.
pub(crate) fn currency(ctx: &DeviceContext<'_>) -> Currency {
    let product_type = ctx.product_type();
    let question = Question {
        product_type,
        version: ctx.os(),
        in_fleet: product_type.and_then(|name| ctx.fleet.newest_os(name)),
        held_back: updates_are_delayed(ctx),
        grace_days: ctx.policy.os.grace_days,
        now: ctx.now,
    };
    question.answer(&ctx.fleet.os_tables)
}

/// What the answer is taken from.
struct Reference {
    /// Newest first.
    releases: Vec<Release>,
    source: EvidenceSource,
    confidence: Confidence,
}

impl Question<'_> {
    pub(crate) fn answer(&self, tables: &OsTables<'_>) -> Currency {
        match self.product_type {
            None => Currency::default(),
            Some(name) => match self.reference(tables, name) {
                Some(reference) => self.compare(&reference),
                None => self.left_behind(tables, name).unwrap_or_default(),
            },
        }
    }

    /// The best list that is young enough; behind it, the fleet.
    fn reference(&self, tables: &OsTables<'_>, name: &str) -> Option<Reference> {
        let today = self.today();
        let young = |table: &OsTable<'_>| !self.is_older(table.date, ASKED);
        let listed = tables.best(name, today, young).map(|table| Reference {
            releases: table.released_by(name, today).collect(),
            source: list(table),
            confidence: self.confidence(table),
        });
        let left_behind = || tables.all().any(|t| young(t) && t.leaves_behind(name));
        match listed {
            Some(listed) if !self.fleet_knows_more(&listed) => Some(listed),
            None if left_behind() => None,
            _ => self.of_fleet(),
        }
    }

    /// A young list is believed: what is newer in the fleet is a beta. To an old one it is news.
    fn fleet_knows_more(&self, listed: &Reference) -> bool {
        let newest = listed.releases.first().map(|release| release.version);
        listed.confidence < Confidence::High && self.in_fleet > newest
    }

    /// That no device of the fleet is newer proves nothing.
    fn of_fleet(&self) -> Option<Reference> {
        let newest = self.in_fleet?;
        let releases = vec![Release {
            version: newest,
            released: None,
        }];
        Some(Reference {
            releases,
            source: EvidenceSource {
                name: "the newest on the same model in this fleet".to_owned(),
                ..EvidenceSource::default()
            },
            confidence: Confidence::Low,
        })
    }

    fn compare(&self, reference: &Reference) -> Currency {
        let Some((best, version)) = reference.releases.first().zip(self.version) else {
            return Currency::default();
        };
        let mut of_major = reference.releases.iter().map(|release| release.version);
        let same_major = of_major.find(|release| release.major == version.major);
        let verdict = verdict(version, best.version, same_major);
        let of_fleet_alone = reference.source.date.is_none() && verdict == OsVerdict::Current;
        let verdict = if of_fleet_alone {
            OsVerdict::Unknown
        } else {
            verdict
        };
        let first_newer = self.first_newer(reference, version, verdict);
        let os = Os {
            verdict,
            confidence: (verdict != OsVerdict::Unknown).then_some(reference.confidence),
            newest: Some(best.version.to_string()),
            newest_same_major: same_major.map(|release| release.to_string()),
            days_behind: first_newer.map(|at| days_between(at, self.now).max(0)),
            in_grace: first_newer.is_some_and(|at| self.in_grace(at)),
            source: None,
        };
        Currency {
            os,
            source: Some(reference.source.clone()),
        }
    }

    /// When the first release came out that is newer than what a device that is behind runs.
    fn first_newer(
        &self,
        reference: &Reference,
        version: OsVersion,
        verdict: OsVerdict,
    ) -> Option<Timestamp> {
        if !matches!(verdict, OsVerdict::BehindMinor | OsVerdict::BehindMajor) {
            return None;
        }
        let newer = reference
            .releases
            .iter()
            .filter(|release| release.version > version);
        midnight(newer.filter_map(|release| release.released).min()?)
    }

    fn in_grace(&self, released: Timestamp) -> bool {
        let own = span_of_days(self.grace_days);
        let grace = if self.held_back {
            own.max(DAY * GRACE_HELD_BACK)
        } else {
            own
        };
        released.duration_until(self.now) < grace
    }

    /// Older than every model that a whole and young list names.
    fn left_behind(&self, tables: &OsTables<'_>, name: &str) -> Option<Currency> {
        let mut young = tables
            .all()
            .filter(|table| !self.is_older(table.date, ASKED));
        let table = young.find(|table| table.leaves_behind(name))?;
        let os = Os {
            verdict: OsVerdict::Unsupported,
            confidence: Some(self.confidence(table)),
            ..Os::default()
        };
        Some(Currency {
            os,
            source: Some(list(table)),
        })
    }

    fn confidence(&self, table: &OsTable<'_>) -> Confidence {
        if self.is_older(table.date, SURE) {
            Confidence::Low
        } else {
            Confidence::High
        }
    }

    fn is_older(&self, date: Date, days: i32) -> bool {
        midnight(date).is_none_or(|at| at.duration_until(self.now) > DAY * days)
    }

    fn today(&self) -> Date {
        self.now.to_zoned(TimeZone::UTC).date()
    }
}

fn verdict(version: OsVersion, best: OsVersion, same_major: Option<OsVersion>) -> OsVerdict {
    if version >= best {
        OsVerdict::Current
    } else if version.major == best.major {
        OsVerdict::BehindMinor
    } else if same_major.is_some_and(|newest| version >= newest) {
        OsVerdict::SupportedOlder
    } else {
        OsVerdict::BehindMajor
    }
}

fn list(table: &OsTable<'_>) -> EvidenceSource {
    EvidenceSource {
        name: table.source.clone(),
        kind: None,
        date: Some(table.date),
    }
}

fn midnight(date: Date) -> Option<Timestamp> {
    let zoned = date.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use fleetback_scanner::model::os_feed::{OsFeed, OsFeedKind, OsRelease};

    const RELEASES: &[(&str, &str, &[&str])] = &[
        ("26.6.1", "2026-08-17", &["iPhone15,2"]),
        ("26.6", "2026-07-27", &["iPhone15,2"]),
        ("26.5", "2026-05-11", &["iPhone15,2"]),
        ("18.7.10", "2026-08-17", &["iPhone11,8"]),
        ("18.7.8", "2026-04-22", &["iPhone11,8", "iPhone15,2"]),
    ];

    /// A list that knows of nothing after a day.
    fn feed(date: &str) -> OsFeed {
        let release = |row: &(&str, &str, &[&str])| OsRelease {
            version: row.0.to_owned(),
            released: row.1.parse().ok(),
            product_types: row.2.iter().map(|name| (*name).to_owned()).collect(),
        };
        OsFeed {
            path: "/srv/feed.json".into(),
            kind: OsFeedKind::SofaV2,
            date: date.parse().unwrap(),
            releases: RELEASES.iter().map(release).collect(),
        }
    }

    struct Asked<'a> {
        model: &'a str,
        version: &'a str,
        in_fleet: &'a str,
        held_back: bool,
        now: &'a str,
        list: &'a str,
    }

    /// A phone of the day on which the list was fetched, ten days after the newest release.
    const TODAY: Asked<'_> = Asked {
        model: "iPhone15,2",
        version: "26.6.1",
        in_fleet: "",
        held_back: false,
        now: "2026-08-27T06:00:00Z",
        list: "2026-08-27",
    };

    fn answer(asked: &Asked<'_>) -> Currency {
        let feed = feed(asked.list);
        let question = Question {
            product_type: Some(asked.model),
            version: OsVersion::parse(asked.version),
            in_fleet: OsVersion::parse(asked.in_fleet),
            held_back: asked.held_back,
            grace_days: 14.0,
            now: asked.now.parse().unwrap(),
        };
        question.answer(&OsTables::from_feed(Some(&feed)))
    }

    /// "behind-minor high 31 d", with "grace" within the grace period.
    #[track_caller]
    fn check(asked: &Asked<'_>, want: &str) {
        let os = answer(asked).os;
        let verdict = serde_json::to_value(os.verdict).unwrap();
        let mut words = vec![verdict.as_str().unwrap().to_owned()];
        words.extend(os.confidence.map(|sure| sure.to_string()));
        words.extend(os.days_behind.map(|days| format!("{days} d")));
        words.extend(os.in_grace.then(|| "grace".to_owned()));
        assert_eq!(words.join(" "), want);
    }

    #[test]
    fn the_word_for_a_version() {
        let runs = |version, want| check(&Asked { version, ..TODAY }, want);
        runs("26.6.1", "current high");
        runs("27.0", "current high");
        runs("26.6.0", "behind-minor high 10 d grace");
        // Counted from the first release that the device does not have, not from the newest.
        runs("26.5", "behind-minor high 31 d");
        runs("18.7.8", "supported-older high");
        runs("18.7.9", "supported-older high");
        runs("18.7.7", "behind-major high 127 d");
        runs("17.7", "behind-major high 127 d");
        runs("", "unknown");
        let xr = |version, want| {
            let model = "iPhone11,8";
            check(
                &Asked {
                    model,
                    version,
                    ..TODAY
                },
                want,
            );
        };
        xr("18.7.10", "current high");
        xr("18.7.9", "behind-minor high 10 d grace");
        xr("18.7.7", "behind-minor high 127 d");
    }

    #[test]
    fn nobody_is_blamed_within_14_days_of_a_release() {
        let at = |version, now, want| {
            check(
                &Asked {
                    version,
                    now,
                    ..TODAY
                },
                want,
            );
        };
        at(
            "26.6",
            "2026-08-30T23:00:00Z",
            "behind-minor high 13 d grace",
        );
        at(
            "26.6",
            "2026-08-30T23:59:59Z",
            "behind-minor high 13 d grace",
        );
        at("26.6", "2026-08-31T00:00:00Z", "behind-minor high 14 d");
    }

    #[test]
    fn a_restriction_that_holds_updates_back_excuses_for_90_days() {
        let at = |now, want| {
            let asked = Asked {
                version: "26.6",
                list: "2026-11-01",
                held_back: true,
                now,
                ..TODAY
            };
            check(&asked, want);
        };
        at("2026-11-14T23:00:00Z", "behind-minor high 89 d grace");
        at("2026-11-15T00:00:00Z", "behind-minor high 90 d");
    }

    #[test]
    fn an_old_list_makes_nobody_sure_and_a_very_old_one_is_not_asked() {
        // The built-in table is of 2026-08-22.
        let at = |now, in_fleet, want| {
            let list = "2026-08-22";
            check(
                &Asked {
                    now,
                    in_fleet,
                    list,
                    ..TODAY
                },
                want,
            );
        };
        at("2026-10-21T00:00:00Z", "26.6.1", "current high");
        at("2026-10-21T00:00:01Z", "26.6.1", "current low");
        at("2027-02-18T00:00:00Z", "26.6.1", "current low");
        // The fleet alone cannot say that a version is the newest.
        at("2027-02-18T00:00:01Z", "26.6.1", "unknown");
        at("2027-02-18T00:00:01Z", "26.6.2", "behind-minor low");
    }

    #[test]
    fn the_fleet_is_news_to_an_old_list_and_a_beta_to_a_young_one() {
        let at = |now, want| {
            let (list, in_fleet) = ("2026-08-22", "27.1");
            check(
                &Asked {
                    now,
                    in_fleet,
                    list,
                    ..TODAY
                },
                want,
            );
        };
        at("2026-10-21T00:00:00Z", "current high");
        at("2026-10-21T00:00:01Z", "behind-major low");
    }

    #[test]
    fn a_model_below_every_list_is_unsupported_and_a_strange_one_is_unknown() {
        let of = |model, version, in_fleet, want| {
            let now = "2026-08-27T06:00:00Z";
            check(
                &Asked {
                    model,
                    version,
                    in_fleet,
                    now,
                    ..TODAY
                },
                want,
            );
        };
        of("iPhone5,1", "10.3.4", "10.3.4", "unsupported high");
        of("iPhone99,1", "30.1", "30.1", "unknown");
        of("iPhone99,1", "30.1", "30.2", "behind-minor low");
        of("iPhone99,1", "30.1", "31.0", "behind-major low");
        let old = Asked {
            model: "iPhone5,1",
            version: "10.3.4",
            now: "2027-02-18T00:00:01Z",
            list: "2026-08-22",
            ..TODAY
        };
        check(&old, "unknown");
    }

    #[test]
    fn who_says_it_is_told() {
        let summary = |Currency { os, source }| {
            let source = source.unwrap();
            let name = Some(source.name);
            (os.newest, os.newest_same_major, name, source.date)
        };
        let of_feed = answer(&Asked {
            version: "18.7.7",
            ..TODAY
        });
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            summary(of_feed),
            (
                text("26.6.1"),
                text("18.7.8"),
                text("SOFA feed v2 (/srv/feed.json)"),
                Some(Date::constant(2026, 8, 27)),
            )
        );
        let of_fleet = answer(&Asked {
            model: "iPhone99,1",
            version: "30.1",
            in_fleet: "30.2",
            ..TODAY
        });
        assert_eq!(
            summary(of_fleet),
            (
                text("30.2"),
                text("30.2"),
                text("the newest on the same model in this fleet"),
                None,
            )
        );
    }
}
