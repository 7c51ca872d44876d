//! `plgc check`: takes a project, gives every mistake of every file in the format that the reader needs. Touches no
//! warehouse and asks for no secret.

mod policies;

use std::path::Path;

pub use policies::{Policy, of as policies_of};

use super::project::{Checked, Project};
use super::terminal::Terminal;
use super::{Broken, Exit, Outcome, exit_of};
use crate::diagnostics::{Mistake, github, json, sarif, text};
use crate::source::Sources;

/// Show every error of every file
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How to show them
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// Annotations of a GitHub workflow
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

pub(super) fn main(args: &Args, folder: Option<&Path>, terminal: &Terminal) -> Outcome {
    let (checked, below, n_files) = match Project::load(folder) {
        Ok(mut project) => (project.check(), project.within_repository(), project.paths.len()),
        Err(broken) if args.format == Format::Text => return Err(broken),
        Err(Broken { exit, items, sources, cite: _ }) => {
            (Checked { items, sources, exit, policies: Vec::new() }, String::new(), 0)
        }
    };
    let Checked { items, sources, exit, policies } = checked;
    let shown = match args.format {
        Format::Text => people(&items, &sources, terminal, n_files) + &policies::text(&policies),
        Format::Json => json::render(&items, &sources, &[("policies", serde_json::json!(policies))]),
        Format::Github => github::render(&items, &sources, &below),
        Format::Sarif => sarif::render(&items, &sources, &below),
    };
    terminal.out(&shown)?;
    Ok(exit)
}

fn people(items: &[Mistake], sources: &Sources, terminal: &Terminal, n_files: usize) -> String {
    let files = if n_files == 1 { "1 file".to_owned() } else { format!("{n_files} files") };
    let has_errors = exit_of(items) != Exit::Done;
    let count = text::count(items).unwrap_or_else(|| "no errors".to_owned());
    let mut shown = text::render(items, sources, terminal.out);
    shown.push_str(&format!("{files} checked: {count}\n"));
    if has_errors {
        shown.push_str("`plgc explain CODE` explains an error with an example\n");
    }
    shown
}
