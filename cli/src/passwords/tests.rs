//! Every source from outside, and that no password is ever repeated.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fleetback_scanner::backup::services::{Candidate, PasswordSource};
use fleetback_scanner::model::identity::{Identity, Serial, Udid};
use tempfile::TempDir;

use super::command::PasswordCommand;
use super::environment::PasswordVariable;
use super::file::PasswordFile;
use super::sources::Passwords;
use super::table::{self, Id};
use crate::passwords::CommandLine;

const UDID: &str = "00008030-001A35E40212345E";
const SERIAL: &str = "F2LXK1AAAAAA";
/// No message may ever hold this.
const SENTINEL: &str = "s3ntinel,p\u{e4}ss \"word\"";

fn device() -> Identity {
    Identity {
        udid: Udid::parse(UDID),
        serial: Serial::parse(SERIAL),
        ..Identity::default()
    }
}

fn other_device() -> Identity {
    Identity {
        udid: Udid::parse("00008030-0000000000000001"),
        ..Identity::default()
    }
}

fn texts(candidates: &[Candidate]) -> Vec<String> {
    let text = |c: &Candidate| String::from_utf8(c.password.to_vec()).unwrap();
    candidates.iter().map(text).collect()
}

#[track_caller]
fn csv(text: &str, want: &[(u64, &str, &str)]) {
    let got = table::csv(text.as_bytes()).unwrap();
    assert_eq!(got.len(), want.len(), "{text:?}");
    for (entry, (line, id, password)) in got.iter().zip(want) {
        let id = match *id {
            "*" => Id::Any,
            id => Udid::parse(id).map_or_else(|| Id::Serial(Serial::parse(id).unwrap()), Id::Udid),
        };
        assert_eq!((entry.line, &entry.id), (*line, &id), "{text:?}");
        assert_eq!(*entry.password, password.as_bytes(), "{text:?}");
    }
}

#[test]
fn csv_files() {
    csv("id,password\n", &[]);
    csv(
        "id,password\nF2LXK1AAAAAA,hunter2\n",
        &[(2, SERIAL, "hunter2")],
    );
    csv(
        "id,password\nF2LXK1AAAAAA,hunter2",
        &[(2, SERIAL, "hunter2")],
    );
    csv(
        "\u{feff}ID, Password\r\n*,a b\r\n\r\n* , c \r\n",
        &[(2, "*", "a b"), (4, "*", " c ")],
    );
    csv(
        "id,password\n00008030001a35e40212345e,x\n",
        &[(2, UDID, "x")],
    );
    csv(
        "id,password\nf2lxk1aaaaaa,\"a,\"\"b\"\" c\"\n",
        &[(2, SERIAL, "a,\"b\" c")],
    );
    csv(
        "id,password\n*,pa\"ss\n*,'q'\n*,\u{1f511}=+@\n",
        &[
            (2, "*", "pa\"ss"),
            (3, "*", "'q'"),
            (4, "*", "\u{1f511}=+@"),
        ],
    );
    csv("id,password\n*,\" \"\n", &[(2, "*", " ")]);
}

#[track_caller]
fn wrong(parse: fn(&[u8]) -> Result<Vec<table::Entry>, table::Fault>, text: &[u8], want: &str) {
    let fault = parse(text).unwrap_err();
    assert_eq!(fault.found, want, "{}", String::from_utf8_lossy(text));
    assert!(!format!("{fault:?}").contains("s3ntinel"));
}

#[test]
fn csv_mistakes_name_their_line_and_quote_nothing() {
    let check = |text: &str, want| wrong(table::csv, text.as_bytes(), want);
    check("", "an empty file");
    check("udid,password\nx,s3ntinel\n", "the header udid,password");
    check("password,id\n", "the header password,id");
    check(
        "id;password\nx;s3ntinel\n",
        "a header whose columns are not separated by commas",
    );
    check(
        "F2LXK1AAAAAA,s3ntinel\n",
        "a first line of 2 columns that is no header",
    );
    check(
        "F2LXK1AAAAAA;s3ntinel\n",
        "a first line of 1 columns that is no header",
    );
    check(
        "id,password\nF2LXK1AAAAAA,s3nt,inel\n",
        "line 2 with 3 columns",
    );
    check("id,password\n\nF2LXK1AAAAAA\n", "line 3 with 1 columns");
    check("id,password\n*,\n", "line 2, without a password");
    check(
        "id,password\ns3ntinel-word,F2LXK1AAAAAA\n",
        "line 2, whose id is neither a UDID nor a serial number nor *",
    );
    check(
        "id,password\n*,\"s3ntinel\n*,b\n",
        "line 2, whose password goes on over the end of the line",
    );
    let long = format!("id,password\n*,\"{}", "s3ntinel".repeat(2000));
    check(&long, "line 2, of more than 8192 bytes");
    wrong(
        table::csv,
        b"id,password\n*,s3ntinel\xE4\n",
        "line 2, which is not UTF-8",
    );
    let columns = format!("id,password\n*{}\n", ",s3ntinel".repeat(20));
    check(&columns, "line 2 with more than 16 columns");
}

#[test]
fn toml_files() {
    let text = format!(
        "# ours\n[[password]]\nid = \"{SERIAL}\"\npassword = 'a,\"b'\n\n[[password]]\nid = \"*\"\npassword = \"\\u00e4\"\n"
    );
    let entries = table::toml(text.as_bytes()).unwrap();
    let got: Vec<_> = entries
        .iter()
        .map(|e| (e.line, String::from_utf8(e.password.to_vec()).unwrap()))
        .collect();
    assert_eq!(got, [(2, "a,\"b".to_owned()), (6, "\u{e4}".to_owned())]);
    assert!(table::toml(b"").unwrap().is_empty());

    let check = |text: &str, want| wrong(table::toml, text.as_bytes(), want);
    check(
        "[[password]]\nid = \"*\"\npassword = s3ntinel\n",
        "line 3, which means nothing here",
    );
    check(
        "[[password]]\nid = [\"s3ntinel\"]\npassword = \"a\"\n",
        "line 2, which means nothing here",
    );
    check(
        "[[password]]\nid = \"*\"\npass = \"s3ntinel\"\n",
        "line 3, which means nothing here",
    );
    check(
        "[[passwords]]\nid = \"*\"\n",
        "line 1, which means nothing here",
    );
    check(
        "[[password]]\nid = \"s3ntinel\"\npassword = \"a-\"\n[[password]]\n",
        "line 4, which means nothing here",
    );
    check(
        "[[password]]\nid = \"s3ntinel-word\"\npassword = \"a\"\n",
        "line 1, whose id is neither a UDID nor a serial number nor *",
    );
    wrong(table::toml, b"\xE4", "a text that is not UTF-8");
}

struct Sandbox(TempDir);

impl Sandbox {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn private(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
        path
    }

    #[cfg(unix)]
    fn script(&self, text: &str) -> PathBuf {
        let path = self.private("ask", &format!("#!/bin/sh\n{text}\n"));
        set_mode(&path, 0o700);
        path
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) {}

#[test]
fn a_file_is_asked_for_the_device_first_and_then_for_any() {
    let sandbox = Sandbox::new();
    let text = format!(
        "id,password\n*,any1\n{SERIAL},own1\n{UDID},own2\n*,any2\n{SERIAL},own1\nF2LXK1BBBBBB,no\n"
    );
    let path = sandbox.private("passwords.csv", &text);
    let passwords = Passwords {
        file: Some(PasswordFile::read(&path).unwrap()),
        ..Passwords::default()
    };
    let candidates = passwords.candidates(&device(), Path::new("b"));
    assert_eq!(texts(&candidates), ["own1", "own2", "any1", "any2"]);
    assert!(
        candidates[0].source.starts_with("passwords.csv of 20"),
        "{}",
        candidates[0].source
    );
    assert!(
        candidates[0].source.ends_with(" line 3"),
        "{}",
        candidates[0].source
    );
    let names = passwords.source_names(&device());
    assert!(
        candidates
            .iter()
            .all(|candidate| names.contains(&candidate.source))
    );
    assert_eq!(
        texts(&passwords.candidates(&other_device(), Path::new("b"))),
        ["any1", "any2"]
    );
}

#[test]
fn an_edited_file_is_another_source() {
    let sandbox = Sandbox::new();
    let path = sandbox.private("p.csv", "id,password\n*,a\n");
    let names = || {
        let file = Some(PasswordFile::read(&path).unwrap());
        Passwords {
            file,
            ..Passwords::default()
        }
        .source_names(&device())
    };
    let before = names();
    assert_eq!(before, names());
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(std::time::SystemTime::now() + Duration::from_millis(10))
        .unwrap();
    assert_ne!(before, names());
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused() {
    let sandbox = Sandbox::new();
    let path = sandbox.private("p.csv", "id,password\n*,s3ntinel\n");
    let check = |mode: u32, want: bool| {
        set_mode(&path, mode);
        let read = PasswordFile::read(&path);
        assert_eq!(read.is_ok(), want, "{mode:o}: {read:?}");
        if let Err(error) = read {
            let message = error.to_string();
            assert!(message.contains(&format!("mode {mode:04o}")), "{message}");
            assert!(message.contains("chmod 600 "), "{message}");
        }
    };
    check(0o600, true);
    check(0o400, true);
    for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666] {
        check(mode, false);
    }
}

#[cfg(unix)]
#[test]
fn a_file_of_another_user_is_refused() {
    let sandbox = Sandbox::new();
    let path = sandbox.private("p.csv", "id,password\n*,a\n");
    if std::os::unix::fs::chown(&path, Some(12_345), None).is_err() {
        println!("skipped: only root can give a file away");
        return;
    }
    let message = PasswordFile::read(&path).unwrap_err().to_string();
    assert!(message.contains("another user (number 12345)"), "{message}");
}

#[test]
fn what_is_no_file_is_refused() {
    let sandbox = Sandbox::new();
    let message = PasswordFile::read(sandbox.0.path())
        .unwrap_err()
        .to_string();
    assert!(message.contains("not a regular file"), "{message}");
    let message = PasswordFile::read(&sandbox.0.path().join("none.csv"))
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("Could not read the passwords in"),
        "{message}"
    );
}

#[test]
fn words_of_a_command() {
    let check = |text: &str, program: &str, arguments: &[&str]| {
        let line: CommandLine = text.parse().unwrap();
        assert_eq!(line.program(), program, "{text:?}");
        assert_eq!(line.arguments(), arguments, "{text:?}");
    };
    check("pass show", "pass", &["show"]);
    check(
        "pass 'a b' \"c d\" e\\ f $HOME `x`",
        "pass",
        &["a b", "c d", "e f", "$HOME", "`x`"],
    );
    check("", "", &[]);
    check("pass 'a", "", &[]);
    let line: CommandLine = "vault --token s3ntinel".parse().unwrap();
    assert_eq!(format!("{line:?}"), "CommandLine of vault");
    assert_eq!(serde_json::to_string(&line).unwrap(), r#"["vault","..."]"#);
    let list: CommandLine = serde_json::from_str(r#"["vault", "a b"]"#).unwrap();
    assert_eq!(list.arguments(), ["a b"]);
}

#[cfg(unix)]
struct Asked {
    candidates: Vec<Candidate>,
    problem: Option<String>,
    took: Duration,
}

#[cfg(unix)]
fn ask(script: &str, timeout: Duration) -> Asked {
    let sandbox = Sandbox::new();
    let line = CommandLine::from(vec![
        sandbox.script(script).display().to_string(),
        "{serial}/{udid}".to_owned(),
    ]);
    let command = PasswordCommand::with_timeout(line, timeout);
    let passwords = Passwords {
        command: Some(command),
        ..Passwords::default()
    };
    let begun = Instant::now();
    let candidates = passwords.candidates(&device(), Path::new("/b"));
    let took = begun.elapsed();
    let problem = passwords
        .problems()
        .pop()
        .map(|p| format!("{} {}", p.found, p.remedy.unwrap()));
    Asked {
        candidates,
        problem,
        took,
    }
}

#[cfg(unix)]
#[track_caller]
fn answers(script: &str, want: &[&str]) {
    let asked = ask(script, Duration::from_secs(10));
    assert_eq!(asked.problem, None, "{script}");
    assert_eq!(texts(&asked.candidates), want, "{script}");
}

#[cfg(unix)]
#[track_caller]
fn fails(script: &str, want: &str) {
    let asked = ask(script, Duration::from_secs(10));
    assert!(asked.candidates.is_empty(), "{script}");
    let problem = asked.problem.unwrap();
    assert!(problem.contains(want), "{script}: {problem}");
    assert!(!problem.contains("s3ntinel"), "{problem}");
}

#[cfg(unix)]
#[test]
fn what_a_command_answers() {
    answers("echo hunter2", &["hunter2"]);
    answers("printf 'a\\r\\n'", &["a"]);
    answers("printf ' a \\n\\n'", &[" a \n"]);
    answers("printf 'a'", &["a"]);
    answers("exit 0", &[]);
    answers("echo", &[]);
    answers("echo \"$1\"", &[&format!("{SERIAL}/{UDID}")]);
    answers(
        "echo \"$FLEETBACK_SERIAL $FLEETBACK_UDID\"",
        &[&format!("{SERIAL} {UDID}")],
    );
    answers("cat; echo end of input", &["end of input"]);
    answers("echo a; yes complaint | head -c 1000000 >&2", &["a"]);
}

#[cfg(unix)]
#[test]
fn how_a_command_fails() {
    fails(
        "echo; echo vault is locked >&2; exit 3",
        "exit status: 3 run it by hand: its messages are not repeated",
    );
    fails("exit 44", "exit status: 44 run it by hand");
    fails(
        "echo s3ntinel >&2; yes s3ntinel | head -c 1000000 >&2; exit 1",
        "exit status: 1 run it by hand",
    );
    fails("kill -9 $$", "signal: 9");
}

#[cfg(unix)]
#[test]
fn what_a_command_prints_is_bounded() {
    fails("yes s3ntinel | head -c 5000", "more than 4096 bytes");
    let asked = ask("printf '%4096s' a", Duration::from_secs(10));
    assert_eq!(asked.candidates[0].password.len(), 4096);
}

/// Is a process with this in its command line alive?
#[cfg(target_os = "linux")]
fn alive(mark: &str) -> bool {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let mut lines = processes.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.any(|line| String::from_utf8_lossy(&line).contains(mark))
}

#[cfg(unix)]
#[test]
fn a_command_that_hangs_is_stopped_with_its_children() {
    let short = Duration::from_millis(400);
    for script in [
        "sleep 98.7531",
        "sleep 98.7531 & wait",
        "sleep 98.7531 & echo s3ntinel",
    ] {
        let asked = ask(script, short);
        assert!(asked.candidates.is_empty(), "{script}");
        assert!(
            asked.problem.unwrap().contains("not ended after 0.4 s"),
            "{script}"
        );
        assert!(
            asked.took < Duration::from_secs(20),
            "{script}: {:?}",
            asked.took
        );
        #[cfg(target_os = "linux")]
        {
            let begun = Instant::now();
            while alive("98.7531") {
                assert!(
                    begun.elapsed() < Duration::from_secs(5),
                    "{script} left a child behind"
                );
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

/// Asks a command that hangs for the devices whose position is in `slow` about `devices` of them: how
/// often it was run, and the last problem.
#[cfg(unix)]
fn ask_about(devices: usize, slow: &[usize]) -> (usize, String) {
    let sandbox = Sandbox::new();
    let log = sandbox.0.path().join("runs");
    let case = slow
        .iter()
        .map(|at| format!("F2LXK1ABCD{at:02}) sleep 97.1;; "))
        .collect::<String>();
    let script = format!(
        "echo run >> {}; case \"$1\" in {case} *) ;; esac",
        log.display()
    );
    let line = CommandLine::from(vec![
        sandbox.script(&script).display().to_string(),
        "{serial}".to_owned(),
    ]);
    let passwords = Passwords {
        command: Some(PasswordCommand::with_timeout(
            line,
            Duration::from_millis(300),
        )),
        ..Passwords::default()
    };
    for number in 0..devices {
        let identity = Identity {
            serial: Serial::parse(&format!("F2LXK1ABCD{number:02}")),
            ..Identity::default()
        };
        assert!(passwords.candidates(&identity, Path::new("/b")).is_empty());
    }
    let runs = fs::read_to_string(&log).unwrap().lines().count();
    let last = passwords.problems().pop();
    (runs, last.map_or_else(String::new, |problem| problem.found))
}

#[cfg(unix)]
#[test]
fn a_command_that_hangs_three_times_in_a_row_is_asked_no_more_and_that_is_told_once() {
    let check = |slow: &[usize], wanted_runs: usize, wanted: &str| {
        let (runs, last) = ask_about(6, slow);
        assert_eq!(runs, wanted_runs, "{slow:?}: {last}");
        assert!(last.ends_with(wanted), "{slow:?}: {last}");
    };
    check(&[0, 1, 3, 4], 6, "it was stopped");
    check(&[0, 1, 2, 3, 4, 5], 3, "so it was not asked about 3 more");
    check(&[1, 2, 3], 4, "so it was not asked about 2 more");
}

#[test]
fn a_command_that_is_not_there_is_told() {
    let line: CommandLine = "/nowhere/ask --token s3ntinel".parse().unwrap();
    let passwords = Passwords {
        command: Some(PasswordCommand::new(line)),
        ..Passwords::default()
    };
    assert!(passwords.candidates(&device(), Path::new("/b")).is_empty());
    let problems = passwords.problems();
    let [problem] = &problems[..] else {
        panic!("{problems:?}")
    };
    assert_eq!(problem.wanted, "a password from the password command ask");
    assert!(
        problem.found.starts_with("that it cannot be started"),
        "{problem:?}"
    );
    assert!(!format!("{problem:?} {passwords:?}").contains("s3ntinel"));
}

#[cfg(unix)]
#[test]
fn a_command_is_run_once_for_a_device_and_never_for_its_name() {
    let sandbox = Sandbox::new();
    let runs = sandbox.0.path().join("runs");
    let script = sandbox.script(&format!("echo run >> {}; echo x", runs.display()));
    let line = CommandLine::from(vec![script.display().to_string()]);
    let passwords = Passwords {
        command: Some(PasswordCommand::new(line)),
        ..Passwords::default()
    };
    assert_eq!(passwords.source_names(&device()), ["password command ask"]);
    assert!(!runs.exists(), "a name is told without a run");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let candidates = passwords.candidates(&device(), Path::new("b"));
                assert_eq!(texts(&candidates), ["x"]);
            });
        }
    });
    assert_eq!(fs::read_to_string(&runs).unwrap(), "run\n");
    passwords.candidates(&other_device(), Path::new("b"));
    assert_eq!(fs::read_to_string(&runs).unwrap(), "run\nrun\n");
    assert!(
        passwords
            .candidates(&Identity::default(), Path::new("b"))
            .is_empty()
    );
    assert!(passwords.source_names(&Identity::default()).is_empty());
}

#[test]
fn the_variable_is_tried_first_and_proves_anew_each_time() {
    let sandbox = Sandbox::new();
    let path = sandbox.private("p.csv", "id,password\n*,a\n*,v\n");
    let passwords = Passwords {
        variable: Some(PasswordVariable::holding("v")),
        file: Some(PasswordFile::read(&path).unwrap()),
        command: None,
    };
    let candidates = passwords.candidates(&device(), Path::new("b"));
    assert_eq!(texts(&candidates), ["v", "a"]);
    assert_eq!(candidates[0].source, "FLEETBACK_PASSWORD");
    assert!(
        !passwords
            .source_names(&device())
            .contains(&"FLEETBACK_PASSWORD".to_owned())
    );
}

#[test]
fn no_debug_text_holds_a_password() {
    let sandbox = Sandbox::new();
    let quoted = SENTINEL.replace('"', "\"\"");
    let path = sandbox.private("p.csv", &format!("id,password\n*,\"{quoted}\"\n"));
    let passwords = Passwords {
        variable: Some(PasswordVariable::holding(SENTINEL)),
        file: Some(PasswordFile::read(&path).unwrap()),
        command: Some(PasswordCommand::new("ask s3ntinel".parse().unwrap())),
    };
    let candidates = passwords.candidates(&device(), Path::new("b"));
    assert_eq!(
        texts(&candidates)[0],
        SENTINEL,
        "it is read as it was written"
    );
    let all = format!(
        "{passwords:?} {passwords:#?} {candidates:?} {:?}",
        passwords.problems()
    );
    assert!(
        !all.contains("s3ntinel") && !all.contains("115, 51"),
        "{all}"
    );
}
