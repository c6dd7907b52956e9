//! All sources of passwords of a run, in the order in which they are tried.

use std::path::Path;

use fleetback_scanner::backup::services::{Candidate, PasswordSource};
use fleetback_scanner::model::identity::Identity;
use fleetback_scanner::model::problem::Problem;

use super::command::PasswordCommand;
use super::environment::PasswordVariable;
use super::file::PasswordFile;

/// The sources of a run; without any, it opens no encrypted backup.
#[derive(Debug, Default)]
pub(crate) struct Passwords {
    /// `FLEETBACK_PASSWORD`, where one backup was named.
    pub(crate) variable: Option<PasswordVariable>,
    /// `--passwords`
    pub(crate) file: Option<PasswordFile>,
    /// `--password-command`
    pub(crate) command: Option<PasswordCommand>,
}

impl Passwords {
    /// What went wrong with the command; to be asked after the scan.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        self.command
            .as_ref()
            .map(PasswordCommand::problems)
            .unwrap_or_default()
    }
}

impl PasswordSource for Passwords {
    fn candidates(&self, identity: &Identity, backup: &Path) -> Vec<Candidate> {
        let variable = self.variable.iter().map(PasswordVariable::candidate);
        let file = self.file.iter().flat_map(|file| file.candidates(identity));
        let command = self
            .command
            .iter()
            .filter_map(|command| command.candidate(identity, backup));
        each_once(variable.chain(file).chain(command))
    }

    /// The variable is not among them: it is not known whether it still holds what it held when it
    /// proved something, so it proves it again.
    fn source_names(&self, identity: &Identity) -> Vec<String> {
        let file = self
            .file
            .iter()
            .flat_map(|file| file.source_names(identity));
        let command = self
            .command
            .iter()
            .filter(|_| PasswordCommand::can_be_asked(identity));
        file.chain(command.map(PasswordCommand::source)).collect()
    }
}

/// Trying a password costs seconds; the same one under two names is tried under the first.
fn each_once(candidates: impl Iterator<Item = Candidate>) -> Vec<Candidate> {
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        if kept
            .iter()
            .all(|other| other.password != candidate.password)
        {
            kept.push(candidate);
        }
    }
    kept
}
