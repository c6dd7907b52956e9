//! Passwords of encrypted backups: a file, a command, or a variable. Never an argument: every user
//! of a computer can read the arguments of its programs.

mod command;
mod command_line;
mod environment;
mod file;
mod guard;
mod sources;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use command::PasswordCommand;
pub(crate) use command_line::CommandLine;
pub(crate) use environment::{PASSWORD_VARIABLE, PasswordVariable};
pub(crate) use file::PasswordFile;
pub(crate) use sources::Passwords;
