//! Joins claims about devices by the numbers that they share, the strongest number first.
//!
//! Not everything that shares a number is one device. A repaired phone keeps its serial number and
//! may change its UDID, and a typing error in one export would melt two phones into one: a weaker number never unites what a stronger one keeps apart.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

use jiff::Timestamp;

use crate::model::fleet::Conflict;
use crate::model::identity::{Ecid, Identity, Imei, Meid, Serial, Udid};

/// What one piece of evidence says about which device it speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim {
    pub(super) identity: Identity,
    /// The newest date that the evidence carries.
    pub(super) at: Timestamp,
    pub(super) path: PathBuf,
}

/// Claims that speak of one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// Positions in the claims that were joined.
    pub(super) members: Vec<usize>,
    /// All their numbers; of two that contradict each other, the newer evidence's.
    pub(super) identity: Identity,
    pub(super) conflicts: Vec<Conflict>,
}

/// A kind of number, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Udid,
    Serial,
    Phone,
    Ecid,
}

const STRONGEST_FIRST: [Number; 4] = [Number::Udid, Number::Serial, Number::Phone, Number::Ecid];

impl Number {
    /// The values that a claim gives, in a form that is equal for equal devices.
    fn values(self, identity: &Identity) -> BTreeSet<String> {
        match self {
            Self::Udid => identity.udid.iter().map(Udid::to_string).collect(),
            Self::Serial => identity.serial.iter().map(Serial::to_string).collect(),
            // An all-decimal MEID is the body of the same device's IMEI.
            Self::Phone => (identity.imeis.iter().map(|imei| imei.body().to_owned()))
                .chain(identity.meid.iter().map(Meid::to_string))
                .collect(),
            Self::Ecid => ecids(identity).map(|ecid| ecid.to_string()).collect(),
        }
    }

    fn words(self, value: &str) -> String {
        let name = match self {
            Self::Udid => "UDID",
            Self::Serial => "serial number",
            Self::Phone if value.bytes().all(|b| b.is_ascii_digit()) => "IMEI",
            Self::Phone => "MEID",
            Self::Ecid => "ECID",
        };
        format!("{name} {value}")
    }
}

/// The ECID as it stands and the one inside the UDID, which ought to be the same.
fn ecids(identity: &Identity) -> impl Iterator<Item = Ecid> {
    let inside = identity.udid.as_ref().and_then(Udid::ecid);
    identity.ecid.into_iter().chain(inside)
}

/// Joins the claims; the groups and everything in them do not depend on the claims' order.
pub(super) fn join(claims: &[Claim]) -> Vec<Group> {
    let mut order: Vec<usize> = (0..claims.len()).collect();
    order.sort_by(|a, b| exactly(&claims[*a], &claims[*b]));
    let sorted: Vec<&Claim> = order.iter().map(|index| &claims[*index]).collect();
    let mut joiner = Joiner::new(&sorted);
    for number in STRONGEST_FIRST {
        joiner.join_by(number);
    }
    joiner.groups(&order)
}

/// Claims by their last digits: two IMEIs are equal by 14, and the 15th must not be left to chance.
fn exactly(a: &Claim, b: &Claim) -> Ordering {
    let [imeis_a, imeis_b] = [a, b].map(|claim| claim.identity.imeis.iter().map(Imei::as_str));
    a.cmp(b).then_with(|| imeis_a.cmp(imeis_b))
}

/// What is known of the device that a set of claims speaks of, kept at the set's root.
#[derive(Debug, Clone)]
struct Known {
    udid: Option<Udid>,
    serials: BTreeSet<Serial>,
    newest: Timestamp,
}

struct Joiner<'a> {
    claims: &'a [&'a Claim],
    parent: Vec<usize>,
    known: Vec<Known>,
    conflicts: Vec<(usize, Conflict)>,
    /// Sets of devices whose contradiction a stronger number has reported already.
    reported: HashSet<Vec<usize>>,
}

impl<'a> Joiner<'a> {
    fn new(claims: &'a [&'a Claim]) -> Self {
        let known = |claim: &&Claim| Known {
            udid: claim.identity.udid.clone(),
            serials: claim.identity.serial.iter().cloned().collect(),
            newest: claim.at,
        };
        Self {
            claims,
            parent: (0..claims.len()).collect(),
            known: claims.iter().map(known).collect(),
            conflicts: Vec::new(),
            reported: HashSet::new(),
        }
    }

    fn root(&mut self, mut claim: usize) -> usize {
        while self.parent[claim] != claim {
            self.parent[claim] = self.parent[self.parent[claim]];
            claim = self.parent[claim];
        }
        claim
    }

    /// Unites two sets; the lower root stays, whatever the order of the arguments.
    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let (stays, goes) = (a.min(b), a.max(b));
        self.parent[goes] = stays;
        let gone = self.known[goes].clone();
        let known = &mut self.known[stays];
        known.udid = known.udid.take().or(gone.udid);
        known.serials.extend(gone.serials);
        known.newest = known.newest.max(gone.newest);
    }

    fn join_by(&mut self, number: Number) {
        let mut holders: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, claim) in self.claims.iter().enumerate() {
            for value in number.values(&claim.identity) {
                holders.entry(value).or_default().push(index);
            }
        }
        for (value, claims) in holders {
            self.settle(number, &value, &claims);
        }
    }

    /// Unites what shares a value, as far as no stronger number keeps it apart.
    fn settle(&mut self, number: Number, value: &str, claims: &[usize]) {
        let roots: BTreeSet<usize> = claims.iter().map(|claim| self.root(*claim)).collect();
        if roots.len() < 2 {
            return;
        }
        let clusters = self.clusters(number, roots);
        let followed = self.has_followers(number, &clusters[0]);
        let devices: Vec<usize> = clusters
            .iter()
            .map(|cluster| self.unite_all(cluster))
            .collect();
        let mut same = devices.clone();
        same.sort_unstable();
        if devices.len() > 1 && self.reported.insert(same) {
            self.note_contradiction(number, value, claims, &devices, followed);
        }
    }

    /// Sorts sets into devices: those with a UDID each stand alone, the newest first; a set without
    /// one goes to the first device that it does not contradict.
    fn clusters(&self, number: Number, roots: BTreeSet<usize>) -> Vec<Vec<usize>> {
        let mut roots: Vec<usize> = roots.into_iter().collect();
        roots.sort_by_key(|root| self.rank(*root));
        let mut clusters = Clusters::default();
        for root in roots {
            let known = &self.known[root];
            // Sets that share a UDID have nothing above it that could keep them apart.
            let stands_alone = known.udid.is_some() && number != Number::Udid;
            let may_differ = matches!(number, Number::Udid | Number::Serial);
            clusters.place(root, &known.serials, stands_alone, may_differ);
        }
        clusters.members
    }

    /// Does the first device get evidence that could speak of another one as well?
    fn has_followers(&self, number: Number, cluster: &[usize]) -> bool {
        cluster[1..]
            .iter()
            .map(|root| &self.known[*root])
            .any(|known| {
                known.udid.is_none() && (number == Number::Serial || known.serials.is_empty())
            })
    }

    fn rank(&self, root: usize) -> (bool, Reverse<Timestamp>, bool, usize) {
        let known = &self.known[root];
        (
            known.udid.is_none(),
            Reverse(known.newest),
            known.serials.is_empty(),
            root,
        )
    }

    fn unite_all(&mut self, cluster: &[usize]) -> usize {
        for pair in cluster.windows(2) {
            self.unite(pair[0], pair[1]);
        }
        self.root(cluster[0])
    }

    /// Notes the contradiction at every device concerned.
    fn note_contradiction(
        &mut self,
        number: Number,
        value: &str,
        claims: &[usize],
        devices: &[usize],
        followed: bool,
    ) {
        let paths = self.newest_paths(claims);
        let names: Vec<String> = devices.iter().map(|device| self.name(*device)).collect();
        let first = first(&names);
        let what = number.words(value);
        for (device, name) in devices.iter().zip(&names) {
            let mut text = format!(
                "{} devices bear the {what}: {}",
                devices.len(),
                list(&first, names.len(), name)
            );
            if followed {
                text += &format!(
                    "; evidence that names no other number is counted to {}",
                    names[0]
                );
            }
            let paths = some_paths(devices, *device, &paths);
            self.conflicts.push((*device, Conflict { text, paths }));
        }
    }

    /// For each device, the file of its newest claim among `claims`.
    fn newest_paths(&mut self, claims: &[usize]) -> BTreeMap<usize, PathBuf> {
        let mut newest: BTreeMap<usize, (Timestamp, Reverse<usize>)> = BTreeMap::new();
        for claim in claims {
            let root = self.root(*claim);
            let this = (self.claims[*claim].at, Reverse(*claim));
            let best = newest.entry(root).or_insert(this);
            *best = (*best).max(this);
        }
        newest
            .into_iter()
            .map(|(root, (_, claim))| (root, self.claims[claim.0].path.clone()))
            .collect()
    }

    /// The strongest number of a device, in words.
    fn name(&self, device: usize) -> String {
        let known = &self.known[device];
        match (&known.udid, known.serials.first()) {
            (Some(udid), _) => Number::Udid.words(udid.as_str()),
            (None, Some(serial)) => Number::Serial.words(serial.as_str()),
            (None, None) => "one without UDID and serial number".to_owned(),
        }
    }

    fn groups(mut self, order: &[usize]) -> Vec<Group> {
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for claim in 0..self.claims.len() {
            members.entry(self.root(claim)).or_default().push(claim);
        }
        let mut conflicts: BTreeMap<usize, Vec<Conflict>> = BTreeMap::new();
        for (device, conflict) in std::mem::take(&mut self.conflicts) {
            conflicts
                .entry(self.root(device))
                .or_default()
                .push(conflict);
        }
        let group = |(root, members): (usize, Vec<usize>)| {
            let claims: Vec<&Claim> = members.iter().map(|member| self.claims[*member]).collect();
            let mut conflicts = conflicts.remove(&root).unwrap_or_default();
            let identity = put_together(&claims);
            conflicts.extend(contradictions(&identity, &claims));
            conflicts.sort();
            Group {
                members: members.iter().map(|member| order[*member]).collect(),
                identity,
                conflicts,
            }
        };
        members.into_iter().map(group).collect()
    }
}

/// The devices that hold one value, while they are separated.
#[derive(Default)]
struct Clusters {
    members: Vec<Vec<usize>>,
    by_serial: BTreeMap<Serial, usize>,
    without_serial: BTreeSet<usize>,
}

impl Clusters {
    fn place(
        &mut self,
        root: usize,
        serials: &BTreeSet<Serial>,
        stands_alone: bool,
        may_differ: bool,
    ) {
        let at = if stands_alone {
            None
        } else if may_differ || serials.is_empty() {
            (!self.members.is_empty()).then_some(0)
        } else {
            let same = serials
                .iter()
                .find_map(|serial| self.by_serial.get(serial).copied());
            same.or_else(|| self.without_serial.first().copied())
        };
        let at = at.unwrap_or_else(|| {
            self.members.push(Vec::new());
            self.without_serial.insert(self.members.len() - 1);
            self.members.len() - 1
        });
        self.members[at].push(root);
        if !serials.is_empty() {
            self.without_serial.remove(&at);
            self.by_serial
                .extend(serials.iter().map(|serial| (serial.clone(), at)));
        }
    }
}

/// How many devices and files one conflict names.
const NAMED_MAX: usize = 5;

/// The names that come first, in their order; once for all devices that share a number, which may be
/// half of a fleet.
fn first(names: &[String]) -> Vec<&str> {
    let mut first: Vec<&str> = names.iter().map(String::as_str).collect();
    first.sort_unstable();
    first.truncate(NAMED_MAX);
    first
}

/// "UDID a, UDID b and 3 more", with `own` always among them.
fn list(first: &[&str], count: usize, own: &str) -> String {
    let mut first = first.to_vec();
    if !first.contains(&own) {
        first[0] = own;
    }
    match count - first.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn some_paths(devices: &[usize], own: usize, paths: &BTreeMap<usize, PathBuf>) -> Vec<PathBuf> {
    let others = devices
        .iter()
        .filter(|device| **device != own)
        .take(NAMED_MAX - 1);
    let named = std::iter::once(&own).chain(others);
    let mut some: Vec<PathBuf> = named
        .filter_map(|device| paths.get(device).cloned())
        .collect();
    some.sort();
    some.dedup();
    some
}

/// All numbers of one device; the newest evidence is asked first.
fn put_together(claims: &[&Claim]) -> Identity {
    let mut newest_first = claims.to_vec();
    newest_first.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| exactly(a, b)));
    let mut identity = Identity::default();
    let mut imeis: Vec<&Imei> = Vec::new();
    for claim in newest_first {
        let one = &claim.identity;
        identity.udid = identity.udid.or_else(|| one.udid.clone());
        identity.serial = identity.serial.or_else(|| one.serial.clone());
        identity.meid = identity.meid.or_else(|| one.meid.clone());
        identity.ecid = identity.ecid.or(one.ecid);
        imeis.extend(&one.imeis);
    }
    // Of the spellings of one IMEI, the one with its check digit.
    imeis.sort_by_key(|imei| (imei.as_str().len() != 15, imei.as_str()));
    for imei in imeis {
        if !identity.imeis.contains(imei) {
            identity.imeis.insert(imei.clone());
        }
    }
    identity
}

/// Numbers of which a device has one, and its evidence has several.
fn contradictions(identity: &Identity, claims: &[&Claim]) -> Vec<Conflict> {
    let several = |number: Number, words: &str| {
        let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
        for claim in claims {
            for value in number.values(&claim.identity) {
                files.entry(value).or_insert_with(|| claim.path.clone());
            }
        }
        (files.len() > 1).then(|| conflict(identity, words, files))
    };
    [(Number::Serial, "serial numbers"), (Number::Ecid, "ECIDs")]
        .into_iter()
        .filter_map(|(number, words)| several(number, words))
        .collect()
}

fn conflict(identity: &Identity, words: &str, files: BTreeMap<String, PathBuf>) -> Conflict {
    let device = match (&identity.udid, &identity.serial) {
        (Some(udid), _) => Number::Udid.words(udid.as_str()),
        (None, Some(serial)) => Number::Serial.words(serial.as_str()),
        (None, None) => "one device".to_owned(),
    };
    let (values, mut paths): (Vec<String>, Vec<PathBuf>) = files.into_iter().unzip();
    let own = values.first().cloned().unwrap_or_default();
    paths.truncate(NAMED_MAX);
    paths.sort();
    paths.dedup();
    Conflict {
        text: format!(
            "{device} appears with {} {words}: {}",
            values.len(),
            list(&first(&values), values.len(), &own)
        ),
        paths,
    }
}
