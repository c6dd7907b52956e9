//! The program as a scheduler, a shell and a person see it: arguments in; files, streams and an
//! exit code out.
//!
//! What a report says is tested where it is made; here is what the command line does.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "the helpers of a test may stop it, or say that they skip it"
)]

mod advice;
mod config;
mod demo;
mod diff;
mod doctor;
mod done;
mod exit_codes;
mod explain;
mod fleets;
mod gone;
mod hangs;
mod help;
mod history;
mod json_size;
mod killed;
mod limits;
mod nights;
mod numbers;
mod one_verdict;
mod outputs;
mod passwords;
mod places;
mod read_only;
mod risk;
mod runs;
mod sandbox;
mod schedule;
mod secrets;
mod secrets_in_memory;
mod swap;
mod terminal;
mod traces;
mod verify;
mod zones;
