//! `plgc fmt`: takes a project, gives its files in the canonical layout. A file with syntax errors is left alone, and
//! one that is laid out already is not written.

use std::path::Path;

use super::project::{Project, files};
use super::terminal::Terminal;
use super::{Exit, Outcome, diff, write};
use crate::diagnostics::Diagnostics;
use crate::syntax;

/// Lay out every file in the one canonical way
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Write nothing; show what would change, and fail if anything would
    #[arg(long)]
    check: bool,
}

pub(super) fn main(args: &Args, folder: Option<&Path>, terminal: &Terminal) -> Outcome {
    let mut project = Project::load(folder)?;
    let mut exit = Exit::Done;
    let mut changed = 0;
    let mut diags = Diagnostics::default();
    for (file, path) in files(&project) {
        let text = match syntax::fmt::format(file) {
            Ok(text) => text,
            Err(mistakes) => {
                diags.absorb(mistakes);
                continue;
            }
        };
        if text == file.text {
            continue;
        }
        changed += 1;
        if args.check {
            exit = Exit::Program;
            terminal.out(&diff::unified(&file.text, &text, &file.name, "in the canonical layout"))?;
        } else {
            write::whole(path, &text)?;
            terminal.say(&format!("formatted {}\n", file.name));
        }
    }
    let items = project.with_unread(diags);
    let verb = if args.check { "to be formatted" } else { "formatted" };
    terminal.mistakes(&items, &project.sources);
    terminal.say(&format!("{changed} of {} files {verb}\n", project.paths.len()));
    Ok(if super::exit_of(&items) == Exit::Done { exit } else { Exit::Program })
}
