//! The binary: all of it is [`fleetback::program`].

use std::process::ExitCode;

fn main() -> ExitCode {
    fleetback::program::run()
}
