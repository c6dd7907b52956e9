//! `fleetback done`: a person records that a fix was made.

use anyhow::{Result, bail, ensure};
use fleetback_report::format::escaped;
use fleetback_report::results::FixId;
use jiff::civil::Date;

use crate::config::args::{Common, Done};
use crate::history::{KnownDevice, Store};
use crate::options::DonePlan;
use crate::output::files;
use crate::system::exit::Exit;
use crate::system::nearest::nearest;

/// Runs it. An error is a usage error: nothing was recorded.
pub(crate) fn run(args: &Done, common: &Common) -> Result<Exit> {
    let fix = fix(&args.fix)?;
    let plan = DonePlan::new(args, common)?;
    let mut store = Store::open(&plan.history)?;
    let known = store.known_devices()?;
    let devices = called(&known, args.device.trim())?;
    if args.undo {
        return undo(
            &mut store,
            &devices,
            (fix, args.on),
            &plan,
            args.device.trim(),
        );
    }
    let newest = store.newest_run()?;
    let last = newest.map(|at| plan.zone.to_datetime(at).date());
    ensure!(
        plan.on <= plan.today.max(last.unwrap_or(plan.today)),
        "--on: write a day up to today, {}; {} is later. Record a fix once it is done",
        plan.today,
        plan.on
    );
    store.record_done(&devices, (fix, plan.on), plan.now)?;
    let title = fix.about().title;
    let text = format!(
        "Recorded: \"{title}\" was done for {} on {}. If a later run still finds the problem, it advises the next fix.\n",
        escaped(args.device.trim()),
        plan.on
    );
    Ok(files::print(text.as_bytes()))
}

/// Takes a record back. It stays in the history as withdrawn.
fn undo(
    store: &mut Store,
    devices: &[&KnownDevice],
    (fix, on): (FixId, Option<Date>),
    plan: &DonePlan,
    name: &str,
) -> Result<Exit> {
    let title = fix.about().title;
    let Some(day) = store.withdraw_done(devices, (fix, on), plan.now)? else {
        let when = on.map_or_else(String::new, |on| format!(" on {on}"));
        bail!(
            "it is not recorded that \"{title}\" was done for {}{when}; name the fix and the day as they were recorded",
            escaped(name)
        );
    };
    let text = format!(
        "Withdrawn: \"{title}\" was not done for {} on {day}. The next run does not count it.\n",
        escaped(name)
    );
    Ok(files::print(text.as_bytes()))
}

fn fix(typed: &str) -> Result<FixId> {
    let typed = typed.trim();
    if let Ok(fix) = typed.parse() {
        return Ok(fix);
    }
    let ids = FixId::ALL.map(FixId::id);
    match nearest(typed, ids) {
        Some(id) => bail!("there is no fix {typed:?}; did you mean {id}?"),
        None => bail!("there is no fix {typed:?}; `fleetback explain` lists all"),
    }
}

/// The rows of the device with this number.
fn called<'a>(known: &'a [KnownDevice], typed: &str) -> Result<Vec<&'a KnownDevice>> {
    let devices: Vec<_> = known.iter().filter(|each| each.is_called(typed)).collect();
    if !devices.is_empty() {
        return Ok(devices);
    }
    let numbers = known.iter().flat_map(|device| &device.numbers);
    match nearest(typed, numbers.map(String::as_str)) {
        Some(number) => bail!("no run has seen a device {typed:?}; did you mean {number}?"),
        None => bail!(
            "no run has seen a device {typed:?}; name it by its serial number or UDID as the report does, and the history of those runs with --history FILE"
        ),
    }
}
