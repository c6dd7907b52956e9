//! The binary: all of it is [`fleetback::program`].

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    fleetback::program::run()
}
