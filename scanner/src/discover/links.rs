//! Links that were not followed, each reported once; one in the place of a home, of a computer or of the
//! folder of backups hides what lies behind it, so the report is incomplete.

use std::collections::BTreeSet;
use std::path::Path;

use super::folder;
use super::hosts;
use super::path_sample::Sample;
use super::walk::{Link, Walked};
use crate::model::problem::{Problem, ProblemKind};
use crate::source::watched;

const CONNECT: &str = "Connect the volume that the link leads to, or remove the link";
const NAME_IT: &str = "Name the folder that the link leads to as a ROOT of its own";

/// Turns the links of one root into problems.
pub(super) fn add_problems(root: &Path, walked: &mut Walked) {
    let mut nowhere = Sample::default();
    let mut places = Sample::default();
    let mut others = Sample::default();
    let holds_hosts = hosts::holds_hosts(root, walked);
    let of_homes: BTreeSet<&Path> = walked
        .homes
        .iter()
        .filter_map(|home| home.parent())
        .collect();
    let of_backups: BTreeSet<&Path> = walked
        .candidates
        .iter()
        .filter_map(|found| found.path.parent())
        .collect();
    for ((parent, kind), links) in &walked.links {
        let is_place = parent == root && holds_hosts
            || walked.places.contains(parent)
            || of_homes.contains(parent.as_path())
            || folder::is_folder_of_homes(parent);
        let is_beside_backups = of_backups.contains(parent.as_path());
        let sample = match kind {
            Link::Awaited => &mut nowhere,
            Link::Broken if is_place || is_beside_backups => &mut nowhere,
            Link::OnTheWay => &mut places,
            Link::Folder if is_place => &mut places,
            Link::Broken | Link::Folder | Link::Harmless => &mut others,
        };
        sample.add_all(links);
        walked.left_out |= *kind == Link::Folder;
    }
    let backups = "a folder of backups";
    let problems = &mut walked.problems;
    problems.extend(problems_of(root, &nowhere, |link| {
        let found = format!("a link{} that leads nowhere", target_of(link));
        Problem::incomplete(link, backups, found)
            .with_kind(ProblemKind::Link)
            .with_remedy(CONNECT)
    }));
    problems.extend(problems_of(root, &places, |link| {
        let found = format!(
            "a link{} in the place of a folder that holds backups; links are not followed here",
            target_of(link)
        );
        Problem::incomplete(link, backups, found)
            .with_kind(ProblemKind::Link)
            .with_remedy(NAME_IT)
    }));
    problems.extend(problems_of(root, &others, |link| {
        let found = format!("a link{}; links are not followed here", target_of(link));
        Problem::note(link, "a folder", found).with_kind(ProblemKind::Link)
    }));
}

/// One problem for each link that is named, and one for the others.
fn problems_of(root: &Path, links: &Sample, one: impl Fn(&Path) -> Problem) -> Vec<Problem> {
    let mut problems: Vec<Problem> = links.named().map(&one).collect();
    if let (Some(last), true) = (problems.last(), links.unnamed() > 0) {
        let found = format!("{} more links, which were not followed", links.unnamed());
        problems.push(Problem {
            path: root.to_owned(),
            wanted: "folders".to_owned(),
            found,
            ..last.clone()
        });
    }
    problems
}

/// " to /Volumes/Backups", or nothing where the link cannot be read.
fn target_of(link: &Path) -> String {
    watched::read_link(link).map_or_else(
        |_| String::new(),
        |target| format!(" to {}", target.display()),
    )
}
