//! `fleetback schedule`: the job of every night, given to the system's own scheduler.

use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::config;
use crate::config::args::{Common, JobFlags, Schedule, SchedulerFlags};
use crate::output::files::{self, Target};
use crate::output::messages::{self, Verbosity};
use crate::schedule::{Job, JobFile, Plan, Scheduler, Scope, Step};
use crate::system::exit::Exit;

/// Runs it.
pub(crate) fn run(action: &Schedule, common: &Common) -> Result<Exit> {
    match action {
        Schedule::Print(flags) => print(flags, common),
        Schedule::Install(flags) => install(flags, common),
        Schedule::Remove(flags) => remove(flags),
        Schedule::Status(flags) => status(flags),
    }
}

/// The files, each below its path, and the commands that make them count.
fn print(flags: &JobFlags, common: &Common) -> Result<Exit> {
    let plan = scheduler(&flags.which)?.plan(&job(flags, common)?)?;
    let mut text = String::new();
    for file in &plan.files {
        // One file alone is printed as it is, so that it can be kept with `>`.
        if plan.files.len() > 1 {
            let _ = writeln!(text, "# {}", file.path.display());
        }
        let _ = writeln!(text, "{}", file.text);
    }
    let exit = files::print(text.as_bytes());
    let verbosity = Verbosity {
        quiet: common.quiet,
        verbose: common.verbose,
    };
    for file in &plan.files {
        verbosity.note(&format!("to be kept as {}", file.path.display()));
    }
    for step in &plan.start {
        verbosity.note(&format!("then run: {step}"));
    }
    Ok(exit)
}

fn install(flags: &JobFlags, common: &Common) -> Result<Exit> {
    let scheduler = scheduler_here(&flags.which)?;
    let job = job(flags, common)?;
    let plan = scheduler.plan(&job)?;
    ensure_ours(&plan)?;
    for file in &plan.files {
        if let Some(unwritten) = write(file).err() {
            messages::error(&unwritten);
            return Ok(Exit::Unwritten);
        }
    }
    perform(&plan.start)?;
    let text = format!(
        "{}{}: every night at {}, up to {} minutes later\nnext: fleetback schedule status; fleetback doctor as the account that the job runs as\n",
        listing("wrote", &plan),
        scheduler.id(),
        job.at.strftime("%H:%M"),
        job.spread_minutes,
    );
    Ok(files::print(text.as_bytes()))
}

fn remove(flags: &SchedulerFlags) -> Result<Exit> {
    let plan = scheduler_here(flags)?.plan(&any_job(flags)?)?;
    if !is_installed(&plan) {
        return Ok(files::print(b"nothing was installed\n"));
    }
    ensure_ours(&plan)?;
    perform(&plan.stop)?;
    for file in &plan.files {
        match fs::remove_file(&file.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                let path = file.path.display();
                bail!("Could not remove {path}: {error}. Remove it by hand");
            }
            _ => {}
        }
    }
    perform(&plan.forget)?;
    Ok(files::print(listing("removed", &plan).as_bytes()))
}

/// Ends with 0 where the job is installed, with 1 where it is not.
fn status(flags: &SchedulerFlags) -> Result<Exit> {
    let scheduler = scheduler_here(flags)?;
    let plan = scheduler.plan(&any_job(flags)?)?;
    if !is_installed(&plan) {
        let message = format!(
            "{}: not installed, {} is not there\nnext: fleetback schedule install\n",
            scheduler.id(),
            plan.files
                .first()
                .map_or(Path::new(""), |file| &file.path)
                .display()
        );
        return Ok(match files::print(message.as_bytes()) {
            Exit::Complete => Exit::Findings,
            unwritten => unwritten,
        });
    }
    let mut text = listing("installed:", &plan);
    if flags.root.is_none() {
        for step in &plan.ask {
            let _ = write!(text, "\n{step}\n{}", answer(step));
        }
    }
    Ok(files::print(text.as_bytes()))
}

/// The first file of a job that is installed here, for the system or for this user.
pub(crate) fn installed() -> Option<PathBuf> {
    let scheduler = Scheduler::of_this_system()?;
    let plans = [false, true].into_iter().filter_map(|user| {
        let flags = SchedulerFlags {
            scheduler: None,
            user,
            root: None,
        };
        scheduler.plan(&any_job(&flags).ok()?).ok()
    });
    let mut files = plans.flat_map(|plan| plan.files).map(|file| file.path);
    files.find(|path| path.exists())
}

/// The job that the flags and the settings file describe.
fn job(flags: &JobFlags, common: &Common) -> Result<Job> {
    let found = config::load(common.config.as_deref(), &config::folders())?;
    let Some(found) = found else {
        bail!(
            "there is no fleetback.toml, which says what to read and where the reports go. `fleetback config init FOLDER` writes one; then name it with --config"
        );
    };
    if flags.run_as.is_some() && flags.which.user {
        bail!("a job of one user runs as this user. Leave --user or --run-as out");
    }
    let program = match &flags.program {
        Some(program) => program.clone(),
        None => std::env::current_exe()
            .context("the path of this program is not known; name it with --program")?,
    };
    Ok(Job {
        program: absolute(&program)?,
        settings: absolute(&found.path)?,
        at: flags.at,
        spread_minutes: flags.spread,
        account: flags.run_as.clone(),
        ..any_job(&flags.which)?
    })
}

/// A job of which only the places of its files and its name count.
fn any_job(flags: &SchedulerFlags) -> Result<Job> {
    let scope = if flags.user {
        Scope::User
    } else {
        Scope::System
    };
    let home = match etcetera::home_dir() {
        Ok(home) => home,
        Err(_) if scope == Scope::System => PathBuf::new(),
        Err(_) => {
            bail!("this user has no home folder; install the job for the system, without --user")
        }
    };
    Ok(Job {
        program: PathBuf::from("fleetback"),
        settings: PathBuf::from(config::FILE_NAME),
        at: jiff::civil::Time::midnight(),
        spread_minutes: 0,
        scope,
        account: None,
        home,
        root: flags.root.clone(),
        host: gethostname::gethostname().to_string_lossy().into_owned(),
    })
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path)
        .with_context(|| format!("{}: its folder is not known", path.display()))
}

fn scheduler(flags: &SchedulerFlags) -> Result<Scheduler> {
    match flags.scheduler.or_else(Scheduler::of_this_system) {
        Some(scheduler) => Ok(scheduler),
        None => bail!(
            "this system has none of the schedulers that are known; name one with --scheduler, or use cron as docs/scheduling.md shows"
        ),
    }
}

/// The scheduler, where it is this system's.
fn scheduler_here(flags: &SchedulerFlags) -> Result<Scheduler> {
    let scheduler = scheduler(flags)?;
    if Some(scheduler) != Scheduler::of_this_system() {
        let id = scheduler.id();
        bail!(
            "{id} is not this system's scheduler. `fleetback schedule print --scheduler {id}` prints what it would read"
        );
    }
    if flags.root.is_some() && scheduler != Scheduler::Systemd {
        bail!("--root is for systemd alone. Leave it out");
    }
    Ok(scheduler)
}

fn is_installed(plan: &Plan) -> bool {
    plan.files.iter().any(|file| file.path.exists())
}

/// Nothing that another hand wrote is replaced or removed.
fn ensure_ours(plan: &Plan) -> Result<()> {
    for file in &plan.files {
        let path = file.path.display();
        match fs::read(&file.path) {
            Ok(bytes) if JobFile::is_ours(&bytes) => {}
            Ok(_) => bail!(
                "{path} was not made by `fleetback schedule`. Move it away, or change it by hand"
            ),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => bail!("Could not read {path}: {error}. Run this as one who may"),
        }
    }
    Ok(())
}

fn write(file: &JobFile) -> Result<Target, files::Unwritten> {
    // A folder that cannot be made shows at once below, with its reason.
    let _ = file.path.parent().map(fs::create_dir_all);
    let bytes = file.bytes();
    files::stage(&Target::Path(file.path.clone()), &|out| {
        out.write_all(&bytes)
    })?
    .commit()
}

/// Runs commands in order; the first that fails ends it.
fn perform(steps: &[Step]) -> Result<()> {
    for step in steps {
        let done = command(step)
            .output()
            .with_context(|| format!("Could not start `{step}`. Run it by hand, as one who may"))?;
        if !done.status.success() {
            let said = String::from_utf8_lossy(&done.stderr);
            bail!(
                "`{step}` failed: {}. The files are written; run it by hand, as one who may",
                said.trim()
            );
        }
    }
    Ok(())
}

/// What the scheduler says of the job, in its own words.
fn answer(step: &Step) -> String {
    match command(step).output() {
        Ok(done) => [done.stdout, done.stderr]
            .map(|part| String::from_utf8_lossy(&part).into_owned())
            .concat(),
        Err(error) => format!("could not be asked: {error}\n"),
    }
}

fn command(step: &Step) -> Command {
    let mut words = step.0.iter();
    let mut command = Command::new(words.next().map_or_else(Default::default, Clone::clone));
    command.args(words);
    command
}

fn listing(verb: &str, plan: &Plan) -> String {
    let lines = plan
        .files
        .iter()
        .map(|file| format!("{verb} {}\n", file.path.display()));
    lines.collect()
}
