//! `--password-command`: a program that prints the password of one device at a time.
//!
//! It is run at most once for each device, however many keybags the device has, and never through a
//! shell. Pitfall: a program that hangs, or leaves a child behind that holds the pipe open, must not
//! stop the run. So its whole process group is ended, and one that hangs for several devices in a row
//! is asked no more.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use fleetback_scanner::backup::services::Candidate;
use fleetback_scanner::model::identity::{Identity, Serial, Udid};
use fleetback_scanner::model::problem::{Problem, ProblemKind};
use zeroize::Zeroizing;

use super::command_line::CommandLine;
use super::environment::PASSWORD_VARIABLE;
use crate::system::{interrupt, platform};

/// How long it may take for one device.
const TIMEOUT: Duration = Duration::from_secs(30);

/// After so many devices in a row for which it did not end in time, it is asked no more: a thousand
/// devices would cost eight hours.
const SLOW_MAX: u32 = 3;

/// How often its end is looked for.
const POLL: Duration = Duration::from_millis(5);

/// No password is longer; in bytes.
const PASSWORD_BYTES_MAX: usize = 4096;

/// Which device: UDID and serial number.
type Device = (Option<Udid>, Option<Serial>);

/// The answer for one device: a password, or that there is none.
type Answer = Option<Zeroizing<Vec<u8>>>;

/// The command, and what it has answered so far.
pub(crate) struct PasswordCommand {
    line: CommandLine,
    timeout: Duration,
    answers: Mutex<HashMap<Device, Arc<OnceLock<Answer>>>>,
    problems: Mutex<Vec<Problem>>,
    /// Devices in a row for which it did not end in time.
    slow: AtomicU32,
    /// Devices about which it was not asked for that.
    unasked: AtomicU64,
}

impl std::fmt::Debug for PasswordCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.source())
    }
}

impl PasswordCommand {
    /// One that has not been asked yet.
    pub(crate) fn new(line: CommandLine) -> Self {
        Self::with_timeout(line, TIMEOUT)
    }

    /// The same with a timeout of its own.
    pub(super) fn with_timeout(line: CommandLine, timeout: Duration) -> Self {
        Self {
            line,
            timeout,
            answers: Mutex::default(),
            problems: Mutex::default(),
            slow: AtomicU32::default(),
            unasked: AtomicU64::default(),
        }
    }

    /// Its name in reports: the program alone, for an argument may be a token.
    pub(super) fn source(&self) -> String {
        let program = Path::new(self.line.program());
        let name = program.file_name().unwrap_or(program.as_os_str());
        format!("password command {}", name.to_string_lossy())
    }

    /// Can it be asked about this device at all?
    pub(super) fn can_be_asked(identity: &Identity) -> bool {
        identity.udid.is_some() || identity.serial.is_some()
    }

    /// Asks, or repeats what was answered before. Threads that ask about one device wait for one run.
    pub(super) fn candidate(&self, identity: &Identity, backup: &Path) -> Option<Candidate> {
        if !Self::can_be_asked(identity) {
            return None;
        }
        let device = (identity.udid.clone(), identity.serial.clone());
        let answer = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(answers.entry(device.clone()).or_default())
        };
        let password = answer.get_or_init(|| self.ask(&device, backup)).clone()?;
        Some(Candidate {
            password,
            source: self.source(),
        })
    }

    fn ask(&self, device: &Device, backup: &Path) -> Answer {
        if self.slow.load(Ordering::Relaxed) >= SLOW_MAX {
            self.unasked.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        let answer = self.run(device);
        match answer {
            Err(Fault::TooSlow(_)) => self.slow.fetch_add(1, Ordering::Relaxed),
            _ => self.slow.swap(0, Ordering::Relaxed),
        };
        match answer {
            Ok(answer) => answer,
            Err(fault) => {
                let problem = Problem::incomplete(
                    backup,
                    format!("a password from the {}", self.source()),
                    fault.to_string(),
                )
                .with_kind(ProblemKind::Password)
                .with_remedy(fault.remedy());
                let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
                problems.push(problem);
                None
            }
        }
    }

    fn run(&self, device: &Device) -> Result<Answer, Fault> {
        let mut child = self.command(device).spawn().map_err(Fault::NotStarted)?;
        let deadline = Instant::now() + self.timeout;
        let printed = match read_aside(child.stdout.take()) {
            Ok(printed) => printed,
            Err(no_thread) => {
                platform::kill_group(&mut child);
                return Err(no_thread.into());
            }
        };
        let ended = wait(&mut child, deadline);
        let printed = ended
            .is_some()
            .then(|| receive(&printed, deadline))
            .flatten();
        let (Some(status), Some(printed)) = (ended, printed) else {
            platform::kill_group(&mut child);
            return Err(Fault::TooSlow(self.timeout));
        };
        answer(status, &printed?)
    }

    fn command(&self, (udid, serial): &Device) -> Command {
        let udid = udid.as_ref().map_or("", Udid::as_str);
        let serial = serial.as_ref().map_or("", Serial::as_str);
        let filled = |word: &String| word.replace("{udid}", udid).replace("{serial}", serial);
        let mut command = Command::new(self.line.program());
        command
            .args(self.line.arguments().iter().map(filled))
            .env("FLEETBACK_UDID", udid)
            .env("FLEETBACK_SERIAL", serial)
            .env_remove(PASSWORD_VARIABLE)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        platform::lead_a_group(&mut command);
        command
    }

    /// What went wrong with it so far.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        let given_up = self.given_up();
        problems.iter().cloned().chain(given_up).collect()
    }

    /// That it was asked no more, where that is so.
    fn given_up(&self) -> Option<Problem> {
        let unasked = self.unasked.load(Ordering::Relaxed);
        let too_slow = Fault::TooSlow(self.timeout);
        let problem = Problem::incomplete(
            self.line.program(),
            format!("passwords from the {}", self.source()),
            format!(
                "{too_slow}, for {SLOW_MAX} devices in a row, so it was not asked about {unasked} more"
            ),
        );
        let problem = problem.with_kind(ProblemKind::Password);
        (unasked > 0).then(|| problem.with_remedy(too_slow.remedy()))
    }

    /// Where its program lies, for `doctor`; `None` when it cannot be found.
    pub(crate) fn program(line: &CommandLine) -> Option<PathBuf> {
        let program = Path::new(line.program());
        if program.components().count() > 1 {
            return program.is_file().then(|| program.to_owned());
        }
        let folders = std::env::var_os("PATH")?;
        let mut places = std::env::split_paths(&folders).flat_map(|folder| {
            let plain = folder.join(program);
            [
                plain.clone(),
                plain.with_extension(std::env::consts::EXE_EXTENSION),
            ]
        });
        places.find(|place| place.is_file())
    }
}

/// Why a command gave no password. Holds nothing of its output.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("that it cannot be started ({0})")]
    NotStarted(io::Error),
    #[error("that it had not ended after {} s; it was stopped", .0.as_secs_f32())]
    TooSlow(Duration),
    #[error("that it ended with {0}")]
    Failed(ExitStatus),
    #[error("that it printed more than {PASSWORD_BYTES_MAX} bytes")]
    TooLong,
    #[error("that its output cannot be read ({0})")]
    Unreadable(#[from] io::Error),
}

impl Fault {
    fn remedy(&self) -> &'static str {
        match self {
            Self::NotStarted(_) => "check the path and the rights of the program",
            Self::TooSlow(_) => "it must not prompt: run it by hand with </dev/null",
            Self::Failed(_) => {
                "run it by hand: its messages are not repeated here, for they may hold the password; where it knows none it should print nothing and end with 0"
            }
            Self::TooLong => "it should print the password and nothing else",
            Self::Unreadable(_) => "run it by hand",
        }
    }
}

/// Nothing printed and a good end: it knows no password of this device.
fn answer(status: ExitStatus, printed: &Output) -> Result<Answer, Fault> {
    if !status.success() {
        return Err(Fault::Failed(status));
    }
    if printed.cut_off {
        return Err(Fault::TooLong);
    }
    let password = printed.trimmed();
    Ok((!password.is_empty()).then(|| Zeroizing::new(password.to_vec())))
}

/// What a program printed; wiped when it goes.
struct Output {
    bytes: Zeroizing<Vec<u8>>,
    cut_off: bool,
}

impl Output {
    /// Without the line break at its end: one, and no blank, for a password may end in them.
    fn trimmed(&self) -> &[u8] {
        let bytes = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        bytes.strip_suffix(b"\r").unwrap_or(bytes)
    }
}

/// Reads a pipe to its end on a thread of its own, and keeps as much of it as a password may be long.
fn read_aside(
    pipe: Option<impl Read + Send + 'static>,
) -> io::Result<Receiver<io::Result<Output>>> {
    let (sender, receiver) = channel();
    thread::Builder::new().spawn(move || {
        // The receiver may have given up.
        let _ = sender.send(read(pipe));
    })?;
    Ok(receiver)
}

fn read(pipe: Option<impl Read>) -> io::Result<Output> {
    let mut pipe = pipe.ok_or_else(|| io::Error::other("no pipe"))?;
    // A vector that grew would leave what it held in memory.
    let mut bytes = Zeroizing::new(vec![0; PASSWORD_BYTES_MAX + 1]);
    let mut filled = 0;
    while filled < bytes.len() {
        match pipe.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    // A full pipe would block the program before its end.
    let rest = io::copy(&mut pipe, &mut io::sink())?;
    let cut_off = filled > PASSWORD_BYTES_MAX || rest > 0;
    bytes.truncate(filled.min(PASSWORD_BYTES_MAX));
    Ok(Output { bytes, cut_off })
}

fn receive<T>(from: &Receiver<T>, deadline: Instant) -> Option<T> {
    from.recv_timeout(deadline.saturating_duration_since(Instant::now()))
        .ok()
}

/// Its end, if it comes in time.
fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline && !interrupt::is_raised() => thread::sleep(POLL),
            _ => return None,
        }
    }
}
