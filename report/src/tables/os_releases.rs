//! Which versions of iOS a model can run: a feed that the admin gave, and the table that is built in.
//!
//! The newest version of a model is the greatest over *all* entries that list it: the newest of a
//! major version (18.7.8) is not the newest for every model of that version (18.7.10 for an iPhone
//! XS). Versions never vanish, so of two tables that list a model the one with the greater version is
//! believed. docs/os-versions.md says where the tables come from and how far they are trusted.
//!
//! The swap check asks here too: [`OsTables::runs`] and [`OsTables::newest`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use fleetback_scanner::model::os_feed::OsFeed;
use jiff::civil::Date;

use super::os_version::OsVersion;

/// What is built in; written by `report/os-table/regenerate.py`.
const BUILT_IN: &str = include_str!("../../os-table/table.tsv");

static BUILT_IN_TABLE: LazyLock<OsTable<'static>> = LazyLock::new(|| OsTable::from_tsv(BUILT_IN));

/// A version and the day it came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// The version.
    pub version: OsVersion,
    /// Its first day; `None` when the table has none.
    pub released: Option<Date>,
}

/// The newest version of a model, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    /// The version.
    pub release: Release,
    /// "the built-in table", "Apple's GDMF list (/srv/gdmf.json)".
    pub source: String,
    /// The last day that this source knows of.
    pub source_date: Date,
}

/// Can a model run a version?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// It, or a newer one, is listed for the model.
    Yes,
    /// The model stopped at an older major version.
    No,
    /// No table knows the model, or the version is newer than the tables.
    Unknown,
}

/// The tables at hand; by default the built-in one alone.
#[derive(Debug, Clone, Default)]
pub struct OsTables<'a> {
    feed: Option<OsTable<'a>>,
}

/// The releases of one source, by model.
#[derive(Debug, Clone)]
pub(crate) struct OsTable<'a> {
    pub(crate) source: String,
    pub(crate) date: Date,
    /// Does a model that is left out get no version any more?
    complete: bool,
    /// Newest first, each version once, with the first of its days.
    releases: BTreeMap<&'a str, Vec<Release>>,
    majors: BTreeSet<u32>,
}

impl<'a> OsTables<'a> {
    /// The built-in table, and the feed if there is one.
    pub fn from_feed(feed: Option<&'a OsFeed>) -> Self {
        Self {
            feed: feed.map(OsTable::from_feed),
        }
    }

    /// The feed first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &OsTable<'a>> {
        self.feed.iter().chain([built_in()])
    }

    /// The newest version out on a day that any table lists for a model, however old the table is.
    pub fn newest(&self, product_type: &str, today: Date) -> Option<Newest> {
        let table = self.best(product_type, today, |_| true)?;
        Some(Newest {
            release: table.newest(product_type, today)?,
            source: table.source.clone(),
            source_date: table.date,
        })
    }

    /// Can a model run a version? Asks for a backup made on that version: an older version than the
    /// model was sold with counts as `Yes`, for a backup of it can be restored.
    pub fn runs(&self, product_type: &str, version: OsVersion) -> Runs {
        let of_model = self.all().flat_map(|table| table.releases(product_type));
        let newest = of_model.map(|release| release.version).max();
        // Which models get a major version is decided when it comes out.
        let is_listed = || self.all().any(|table| version.major <= table.last_major());
        let below_all = || {
            let mut tables = self.all();
            tables.any(|table| {
                table.leaves_behind(product_type) && version.major >= table.first_major()
            })
        };
        match newest {
            Some(newest) if newest >= version => Runs::Yes,
            Some(newest) if newest.major < version.major && is_listed() => Runs::No,
            None if is_listed() && below_all() => Runs::No,
            _ => Runs::Unknown,
        }
    }

    /// Of the tables that list a model and pass a test, the one with the newest version; of equals the
    /// younger.
    pub(crate) fn best(
        &self,
        product_type: &str,
        today: Date,
        test: impl Fn(&OsTable<'a>) -> bool,
    ) -> Option<&OsTable<'a>> {
        let listing = self.all().filter(|table| test(table));
        let dated = listing.filter_map(|table| {
            let newest = table.newest(product_type, today)?;
            Some(((newest.version, table.date), table))
        });
        // `max_by_key` would take the last of equals.
        let best = dated.reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map(|(_, table)| table)
    }
}

/// The table that is built in.
pub(crate) fn built_in() -> &'static OsTable<'static> {
    &BUILT_IN_TABLE
}

impl<'a> OsTable<'a> {
    fn from_feed(feed: &'a OsFeed) -> Self {
        let source = format!("{} ({})", feed.kind.describe(), feed.path.display());
        let mut table = Self::empty(source, feed.date, feed.kind.is_complete());
        for release in &feed.releases {
            let Some(version) = OsVersion::parse(&release.version) else {
                continue;
            };
            let types = release.product_types.iter().map(String::as_str);
            table.add(version, release.released, types);
        }
        table
    }

    /// Rows that cannot be read are left out; a test holds that there are none.
    fn from_tsv(text: &'a str) -> Self {
        let header = |name| text.lines().find_map(|line| line.strip_prefix(name));
        let date = header("#date\t").and_then(|day| day.parse().ok());
        let complete = header("#complete\t") == Some("yes");
        let source = "the built-in table".to_owned();
        let mut table = Self::empty(source, date.unwrap_or_default(), complete);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut cells = line.split('\t');
            let cells = (cells.next(), cells.next(), cells.next());
            let (Some(version), Some(day), Some(types)) = cells else {
                continue;
            };
            if let Some(version) = OsVersion::parse(version) {
                table.add(version, day.parse().ok(), types.split(' '));
            }
        }
        table
    }

    fn empty(source: String, date: Date, complete: bool) -> Self {
        Self {
            source,
            date,
            complete,
            releases: BTreeMap::new(),
            majors: BTreeSet::new(),
        }
    }

    fn add(
        &mut self,
        version: OsVersion,
        released: Option<Date>,
        product_types: impl Iterator<Item = &'a str>,
    ) {
        self.majors.insert(version.major);
        let new = Release { version, released };
        for product_type in product_types {
            let releases = self.releases.entry(product_type).or_default();
            match releases.binary_search_by(|release| version.cmp(&release.version)) {
                Err(place) => releases.insert(place, new),
                Ok(place) => {
                    let listed = releases[place].released;
                    let first = listed.into_iter().chain(released).min();
                    releases[place].released = first;
                }
            }
        }
    }

    fn first_major(&self) -> u32 {
        self.majors.first().copied().unwrap_or(u32::MAX)
    }

    fn last_major(&self) -> u32 {
        self.majors.last().copied().unwrap_or(0)
    }

    /// The releases for a model, newest first.
    pub(crate) fn releases(&self, product_type: &str) -> &[Release] {
        self.releases.get(product_type).map_or(&[], Vec::as_slice)
    }

    /// The releases for a model that were out on a day, newest first.
    pub(crate) fn released_by(
        &self,
        product_type: &str,
        today: Date,
    ) -> impl Iterator<Item = Release> {
        let releases = self.releases(product_type).iter().copied();
        releases.filter(move |release| release.released.is_none_or(|day| day <= today))
    }

    fn newest(&self, product_type: &str, today: Date) -> Option<Release> {
        self.released_by(product_type, today).next()
    }

    /// Is the model older than every model of its family in a list that leaves no line out? Between
    /// its models a gap proves nothing: it may be filled by a model that is newer than the list.
    pub(crate) fn leaves_behind(&self, product_type: &str) -> bool {
        let Some((family, generation)) = generation(product_type) else {
            return false;
        };
        let listed = self
            .releases
            .keys()
            .filter_map(|name| generation_of(name, family));
        self.complete && listed.min().is_some_and(|oldest| generation < oldest)
    }
}

/// "iPhone12,1" is generation 12 of the iPhones.
fn generation(product_type: &str) -> Option<(&'static str, u32)> {
    let families = ["iPhone", "iPad", "iPod"];
    families
        .into_iter()
        .find_map(|family| Some((family, generation_of(product_type, family)?)))
}

fn generation_of(product_type: &str, family: &str) -> Option<u32> {
    let number = product_type.strip_prefix(family)?;
    number.split_once(',')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fleetback_scanner::model::os_feed::{OsFeedKind, OsRelease};

    fn feed(kind: OsFeedKind, date: &str, rows: &[(&str, &str, &str)]) -> OsFeed {
        let release = |row: &(&str, &str, &str)| OsRelease {
            version: row.0.to_owned(),
            released: row.1.parse().ok(),
            product_types: row.2.split(' ').map(str::to_owned).collect(),
        };
        OsFeed {
            path: "/srv/feed.json".into(),
            kind,
            date: date.parse().unwrap(),
            releases: rows.iter().map(release).collect(),
        }
    }

    fn version(text: &str) -> OsVersion {
        OsVersion::parse(text).unwrap()
    }

    #[test]
    fn the_built_in_table_is_whole() {
        let rows = BUILT_IN.lines().filter(|line| !line.starts_with('#'));
        for row in rows {
            let cells: Vec<_> = row.split('\t').collect();
            assert_eq!(cells.len(), 3, "{row}");
            assert!(OsVersion::parse(cells[0]).is_some(), "{row}");
            assert!(cells[1].parse::<Date>().is_ok(), "{row}");
            for name in cells[2].split(' ') {
                assert!(generation(name).is_some(), "{name} in {row}");
                let named = crate::tables::models::model(name);
                assert!(named.is_some(), "{name} has no name in model_name.tsv");
            }
        }
        let table = built_in();
        assert!(table.date > Date::constant(2026, 1, 1) && table.complete);
    }

    /// The trap that the newest of a major version is: facts of the feeds of 2026-08-22.
    #[test]
    fn the_newest_is_taken_over_all_entries_of_a_model() {
        let day = Date::constant(2026, 8, 22);
        let tables = OsTables::from_feed(None);
        let newest = |name: &str| {
            tables
                .newest(name, day)
                .map(|n| n.release.version.to_string())
        };
        assert_eq!(newest("iPhone11,2").as_deref(), Some("18.7.10"));
        assert_eq!(newest("iPad7,11").as_deref(), Some("18.7.10"));
        assert_eq!(newest("iPhone15,2").as_deref(), Some("26.6.1"));
        assert_eq!(newest("iPhone10,3").as_deref(), Some("16.7.16"));
        assert_eq!(newest("iPad7,5").as_deref(), Some("17.7.11"));
        assert_eq!(newest("iPod9,1").as_deref(), Some("15.8.8"));
        assert_eq!(newest("iPhone6,1").as_deref(), Some("12.5.8"));
        assert_eq!(newest("iPhone5,1"), None);
        assert_eq!(newest("iPhone99,1"), None);
        assert_eq!(newest("Watch6,1"), None);
    }

    #[test]
    fn a_release_of_tomorrow_is_not_out() {
        let feed = feed(
            OsFeedKind::Gdmf,
            "2027-01-05",
            &[("26.9", "2027-01-05", "iPhone15,2")],
        );
        let tables = OsTables::from_feed(Some(&feed));
        let newest = |day: &str| {
            let newest = tables.newest("iPhone15,2", day.parse().unwrap()).unwrap();
            (newest.release.version.to_string(), newest.source)
        };
        let built_in = "the built-in table".to_owned();
        let of_feed = "Apple's GDMF list (/srv/feed.json)".to_owned();
        assert_eq!(newest("2027-01-04"), ("26.6.1".to_owned(), built_in));
        assert_eq!(newest("2027-01-05"), ("26.9".to_owned(), of_feed));
    }

    #[test]
    fn a_feed_that_leaves_models_out_does_not_hide_them() {
        let feed = feed(
            OsFeedKind::SofaV2,
            "2027-01-05",
            &[("26.6.1", "2026-08-17", "iPhone15,2 iPhone12,1")],
        );
        let tables = OsTables::from_feed(Some(&feed));
        let day = Date::constant(2027, 1, 5);
        let newest = |name| tables.newest(name, day).unwrap();
        assert_eq!(newest("iPhone10,3").release.version, version("16.7.16"));
        // Of equal versions the younger table counts.
        assert_eq!(newest("iPhone15,2").source_date, day);
        // A list of three major versions says nothing of older models.
        assert!(!OsTable::from_feed(&feed).leaves_behind("iPhone10,3"));
    }

    #[track_caller]
    fn runs(tables: &OsTables<'_>, name: &str, os: &str, want: Runs) {
        assert_eq!(tables.runs(name, version(os)), want, "{name} {os}");
    }

    #[test]
    fn what_a_model_can_run() {
        let tables = OsTables::from_feed(None);
        runs(&tables, "iPhone15,2", "26.6.1", Runs::Yes);
        runs(&tables, "iPhone15,2", "18.7.10", Runs::Yes);
        // Newer than the table: unknown.
        runs(&tables, "iPhone15,2", "26.6.2", Runs::Unknown);
        runs(&tables, "iPhone15,2", "27.0", Runs::Unknown);
        runs(&tables, "iPhone11,2", "18.7.10", Runs::Yes);
        runs(&tables, "iPhone11,2", "26.0", Runs::No);
        // A later update of its own line may have come since.
        runs(&tables, "iPhone11,2", "18.7.11", Runs::Unknown);
        // A version between the lines that are still served.
        runs(&tables, "iPhone6,1", "13.1", Runs::No);
        runs(&tables, "iPhone5,1", "12.0", Runs::No);
        runs(&tables, "iPhone5,1", "10.3.4", Runs::Unknown);
        runs(&tables, "iPhone99,1", "12.0", Runs::Unknown);
    }

    #[test]
    fn a_model_is_left_behind_below_all_others_only() {
        let table = built_in();
        assert!(table.leaves_behind("iPhone5,4"));
        assert!(!table.leaves_behind("iPhone6,1"));
        assert!(table.leaves_behind("iPad3,6"));
        assert!(table.leaves_behind("iPod5,1"));
        assert!(!table.leaves_behind("iPhone99,1"));
        assert!(!table.leaves_behind("Watch1,1"));
    }
}
