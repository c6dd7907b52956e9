//! A task of Windows (MS-TSCH, 2.5: the XML schema of tasks, version 1.2).
//!
//! Task Scheduler keeps nothing that a task prints: the command interpreter appends it to a log.

use std::path::PathBuf;

use anyhow::{Result, bail};
use quick_xml::escape::escape;

use super::job::{Job, Scope};
use super::plan::{JobFile, MARK, Plan, Step, log, text};
use crate::system::platform;

const NAME: &str = "fleetback";

/// The task as XML, and the calls of schtasks.
pub(crate) fn plan(job: &Job) -> Result<Plan> {
    if job.account.is_some() {
        bail!(
            "a task for another account needs its password. Leave --run-as out and set the account in Task Scheduler"
        );
    }
    let path = folder(job).join("fleetback-task.xml");
    let file = JobFile {
        is_utf16: true,
        ..JobFile::new(path.clone(), task(job)?)
    };
    let path = text(&path)?;
    Ok(Plan {
        files: vec![file],
        start: vec![Step::new([
            "schtasks", "/Create", "/TN", NAME, "/XML", path, "/F",
        ])],
        stop: vec![Step::new(["schtasks", "/Delete", "/TN", NAME, "/F"])],
        forget: Vec::new(),
        ask: vec![Step::new([
            "schtasks", "/Query", "/TN", NAME, "/V", "/FO", "LIST",
        ])],
    })
}

fn folder(job: &Job) -> PathBuf {
    match job.scope {
        Scope::System => platform::system_config_folder(),
        Scope::User => job.home.join("AppData").join("Roaming").join(NAME),
    }
}

fn task(job: &Job) -> Result<String> {
    let principal = match job.scope {
        // SYSTEM, which reads the backups of every user.
        Scope::System => "<UserId>S-1-5-18</UserId>\n      <RunLevel>HighestAvailable</RunLevel>",
        // Whoever registers it, while logged on.
        Scope::User => {
            "<LogonType>InteractiveToken</LogonType>\n      <RunLevel>LeastPrivilege</RunLevel>"
        }
    };
    Ok(format!(
        "\
<?xml version=\"1.0\" encoding=\"UTF-16\"?>
<!-- {MARK}: `fleetback schedule remove` takes it away. -->
<Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">
  <RegistrationInfo>
    <Description>Which iPhones and iPads could be lost tonight ({MARK})</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T{}</StartBoundary>
      <Enabled>true</Enabled>
      <RandomDelay>PT{}M</RandomDelay>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id=\"Author\">
      {principal}
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT4H</ExecutionTimeLimit>
    <Priority>8</Priority>
  </Settings>
  <Actions Context=\"Author\">
    <Exec>
      <Command>%SystemRoot%\\System32\\cmd.exe</Command>
      <Arguments>{}</Arguments>
    </Exec>
  </Actions>
</Task>
",
        job.at.strftime("%H:%M:%S"),
        job.spread_minutes,
        escape(arguments(job)?)
    ))
}

/// The words for the command interpreter: with `/s` it takes off the outermost quotes and nothing else, and it
/// ends with the exit code of the program.
fn arguments(job: &Job) -> Result<String> {
    let log = log(job, r"AppData\Local");
    let paths = [job.program.as_path(), job.settings.as_path(), log.as_path()];
    let [program, settings, log] = paths.map(word);
    let (program, settings, log) = (program?, settings?, log?);
    Ok(format!(
        "/d /s /c \"{program} scan --config {settings} 2>> {log}\""
    ))
}

/// The command interpreter replaces `%NAME%` within quotes too, and a quote ends them.
fn word(path: &std::path::Path) -> Result<String> {
    match text(path)? {
        path if path.contains(['%', '"']) => {
            bail!(
                "{path}: Task Scheduler cannot start this. Move it to a path without % and quotes"
            )
        }
        path => Ok(format!("\"{path}\"")),
    }
}
