//! A plan of swaps as questions, and what its rows say against each other.
//!
//! Rows must not be judged alone. Two old devices that are both to be restored to one new one are
//! each READY alone, and one of the two people gets nothing: such rows are held against each other
//! first, and a row that another contradicts is never ready.

use std::collections::BTreeMap;

use fleetback_scanner::model::plan::{PlannedDay, PlannedSwap, SwapPlan};

use super::lookup::{Directory, folded_text};
use super::request::{SwapRequest, TargetSpec};
use super::target::is_product;
use crate::format::list_of_lines;
use crate::tables::os_version::OsVersion;

/// The rows of a plan as questions; what a row does not say of the new device, `target_spec` says for all.
pub fn asked(plan: &SwapPlan, target_spec: &TargetSpec) -> Vec<SwapRequest> {
    let one = |swap: &PlannedSwap| SwapRequest {
        text: swap.old.clone(),
        target_spec: wish_of(swap).with_fallback(target_spec.clone()),
        user: swap.user.clone(),
        planned: match swap.day {
            PlannedDay::On(day) => Some(day),
            PlannedDay::Unknown | PlannedDay::Unreadable => None,
        },
        day_unreadable: swap.day == PlannedDay::Unreadable,
        line: Some(swap.line),
    };
    plan.swaps.iter().map(one).collect()
}

fn wish_of(swap: &PlannedSwap) -> TargetSpec {
    TargetSpec {
        to: swap.new.clone(),
        product_type: swap.new_type.clone(),
        os_version: swap.new_os.as_deref().and_then(OsVersion::parse),
        capacity_gb: swap.new_capacity_gb.map(f64::from),
    }
}

/// What the rest of the plan says of one of its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanCheck {
    /// What contradicts the row: it is never ready.
    pub conflicts: Vec<String>,
    /// What is worth knowing.
    pub notes: Vec<String>,
}

/// A device as a row means it: known, or as it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Meant {
    Known(usize),
    Written(String),
}

/// One row, as far as it is held against others.
struct Row {
    line: u64,
    old: Meant,
    new: Option<Meant>,
}

/// What the rows of a plan say of each other, one for each of `asked`. What was typed by hand has no
/// line and is held against nothing.
pub(crate) fn check_plan(asked: &[SwapRequest], directory: &Directory<'_>) -> Vec<PlanCheck> {
    let rows: Vec<Option<Row>> = asked.iter().map(|one| row(one, directory)).collect();
    let known = || rows.iter().flatten();
    let by_old = grouped(known().map(|row| (&row.old, row)));
    let by_new = grouped(known().filter_map(|row| Some((row.new.as_ref()?, row))));
    let tickets = rows.iter().zip(asked).map(|(row, one)| {
        let mut check = match row {
            Some(row) => of_row(row, &by_old, &by_new),
            None => PlanCheck::default(),
        };
        if one.day_unreadable {
            check
                .notes
                .push("the day of the plan could not be read".to_owned());
        }
        check
    });
    tickets.collect()
}

fn row(asked: &SwapRequest, directory: &Directory<'_>) -> Option<Row> {
    let meant = |text: &str| match directory.place(text) {
        Some(place) => Meant::Known(place),
        None => Meant::Written(folded_text(text)),
    };
    let to = asked.target_spec.to.as_deref();
    let certain = to.filter(|to| directory.place(to).is_some() || !is_product(to));
    Some(Row {
        line: asked.line?,
        old: meant(&asked.text),
        new: certain.map(meant),
    })
}

type Groups<'r> = BTreeMap<&'r Meant, Vec<&'r Row>>;

fn grouped<'r>(rows: impl Iterator<Item = (&'r Meant, &'r Row)>) -> Groups<'r> {
    let mut groups = Groups::new();
    for (meant, row) in rows {
        groups.entry(meant).or_default().push(row);
    }
    groups
}

fn of_row(row: &Row, by_old: &Groups<'_>, by_new: &Groups<'_>) -> PlanCheck {
    let mut check = PlanCheck::default();
    let same_old = by_old.get(&row.old).map_or(&[][..], Vec::as_slice);
    let other_new = same_old.iter().any(|other| other.new != row.new);
    let lines = |rows: &[&Row]| list_of_lines(&rows.iter().map(|row| row.line).collect::<Vec<_>>());
    if other_new {
        let text = format!(
            "the plan swaps this device into different ones: {}",
            lines(same_old)
        );
        check.conflicts.push(text);
    } else if same_old.len() > 1 {
        check.notes.push(format!(
            "the plan has this swap more than once: {}",
            lines(same_old)
        ));
    }
    let Some(new) = &row.new else { return check };
    let same_new = by_new.get(new).map_or(&[][..], Vec::as_slice);
    if same_new.iter().any(|other| other.old != row.old) {
        let text = format!(
            "the plan gives this new device to different old ones: {}",
            lines(same_new)
        );
        check.conflicts.push(text);
    }
    let handed_on = by_old.get(new).filter(|_| *new != row.old);
    check.notes.extend(handed_on.map(|rows| {
        format!(
            "the new device is itself to be swapped, and must be first: {}",
            lines(rows)
        )
    }));
    check
}
