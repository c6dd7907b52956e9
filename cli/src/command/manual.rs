//! `fleetback completions` and `fleetback man`: generated from the definition of the command line,
//! so that they cannot say anything else.

use std::io;

use anyhow::{Context, Result};
use clap_mangen::Man;

use crate::config::args::{self, Completions, Man as ManArgs};
use crate::output::files;
use crate::system::exit::Exit;

/// Prints the completions of a shell.
pub(crate) fn completions(args: &Completions) -> Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut args::definition(), "fleetback", &mut text);
    Ok(files::print(&text))
}

/// Prints the manual page of fleetback, or of one of its commands.
pub(crate) fn man(args: &ManArgs) -> Result<Exit> {
    let page = page(args.command.as_deref())?;
    Ok(files::print(&page))
}

fn page(command: Option<&str>) -> Result<Vec<u8>> {
    let mut whole = args::definition();
    whole.build();
    let subject = match command {
        None => whole,
        Some(name) => {
            let names: Vec<_> = whole
                .get_subcommands()
                .map(clap::Command::get_name)
                .collect();
            let known = || format!("{name:?} is not one of {}", names.join(", "));
            let command = whole.find_subcommand(name).with_context(known)?.clone();
            command.display_name(format!("fleetback-{name}"))
        }
    };
    render(subject).context("the manual page could not be made")
}

fn render(command: clap::Command) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let source = concat!("fleetback ", env!("CARGO_PKG_VERSION"));
    Man::new(command).source(source).render(&mut text)?;
    Ok(text)
}
