//! `plgc run`: takes a project and a target, gives one run: build, fold the state, deliver. Progress is a bar on a
//! terminal and JSON lines otherwise; at the end stands who entered, who left and what was sent.

mod progress;
mod summary;
mod target;

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use miette::Diagnostic;

use super::project::Project;
use super::terminal::Terminal;
use super::{Broken, Exit, Outcome, Outside};
use crate::diagnostics::json;
use crate::manifest::Manifest;
use crate::run::{self, RunError, RunOptions};
use crate::source::Sources;

/// Build every model, remember what changed, and deliver
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The target, as plg.toml names it
    #[arg(short, long)]
    target: Option<String>,
    /// The run's instant, as 2026-03-02T09:00Z; default: the clock
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    as_of: Option<i64>,
    /// Go on although a guard on this source, entity or sync would stop the run; may be repeated
    #[arg(long, value_name = "NAME")]
    accept: Vec<String>,
    /// Run a compiled manifest in place of the project's files
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Read the sources from this folder, in place of the target's `data`
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Do not ask before sending from a terminal
    #[arg(short, long)]
    yes: bool,
    /// How to show the result
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// The person said no.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("nothing was run")]
#[diagnostic(code("run-declined"), help("`--yes` runs without asking"))]
struct Declined;

pub(super) fn main(args: &Args, folder: Option<&Path>, terminal: &Terminal) -> Outcome {
    let mut project = match &args.manifest {
        Some(_) => Project::load_config(folder)?,
        None => Project::load(folder)?,
    };
    let (name, unresolved) = project.target(args.target.as_deref())?;
    let manifest = match &args.manifest {
        Some(file) => read(file)?,
        None => {
            let (manifest, warnings) = project.compile(&unresolved.engine)?;
            terminal.mistakes(&warnings, &project.sources);
            manifest
        }
    };
    let (mut target, secrets) = target::resolve(&project, &name, &unresolved, &manifest)?;
    if let Some(folder) = &args.data {
        target.data = Some(folder.clone());
    }
    if target.deliver && !args.yes && !target::is_file(&target) && !confirmed(&name, &manifest, terminal) {
        return Err(Broken::new(Exit::Stopped, Declined));
    }
    let now = args.as_of.unwrap_or_else(|| jiff::Timestamp::now().as_second());
    let options = RunOptions { now, accept: args.accept.iter().cloned().collect::<BTreeSet<_>>() };
    let mut progress = progress::of(terminal);
    let result = run::run(&manifest, &target, &options, progress.as_mut());
    drop(progress);
    match result {
        Ok(outcome) => {
            let text = match args.format {
                Format::Text => summary::text(&outcome, target.deliver),
                Format::Json => format!("{:#}\n", serde_json::json!(outcome)),
            };
            terminal.out(&secrets.hide(&text))?;
            Ok(if outcome.is_clean() { Exit::Done } else { Exit::Stopped })
        }
        Err(error) => {
            let exit = exit_of(&error);
            let broken = Broken::new(exit, error);
            if args.format == Format::Json {
                terminal.out(&secrets.hide(&json::render(&broken.items, &Sources::default())))?;
            }
            terminal.say(&secrets.hide(&crate::diagnostics::text::render(
                &broken.items,
                &Sources::default(),
                terminal.err,
            )));
            Ok(exit)
        }
    }
}

/// What an error of a run means for whoever started it.
fn exit_of(error: &RunError) -> Exit {
    match error {
        RunError::Source { .. } | RunError::Check { .. } | RunError::Guard { .. } | RunError::Load(_) => Exit::Stopped,
        RunError::Manifest { .. } | RunError::Setting { .. } | RunError::Earlier { .. } => Exit::Usage,
        RunError::Unreachable { .. }
        | RunError::Locked { .. }
        | RunError::StateVersion { .. }
        | RunError::Lost { .. }
        | RunError::Statement { .. }
        | RunError::ViewInUse { .. }
        | RunError::File { .. } => Exit::Outside,
    }
}

fn read(file: &Path) -> Result<Manifest, Broken> {
    let bytes = std::fs::read(file).map_err(|error| Outside::file("read", file, &error))?;
    Manifest::read(&String::from_utf8_lossy(&bytes)).map_err(|error| Broken::new(Exit::Usage, error))
}

/// Asks on a terminal; a scheduler has none and is not asked.
fn confirmed(name: &str, manifest: &Manifest, terminal: &Terminal) -> bool {
    if !terminal.live || !std::io::stdin().is_terminal() || manifest.syncs.is_empty() {
        return true;
    }
    let to: Vec<&str> = manifest.destinations.keys().map(String::as_str).collect();
    terminal.say(&format!("target `{name}` sends to {}. Go on? [y/N] ", to.join(", ")));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

/// An instant to the second: a date, or a date and time with an offset.
fn instant(text: &str) -> Result<i64, String> {
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let is_day = !text.contains(['T', 't', ' ']);
    text.parse::<jiff::Timestamp>()
        .ok()
        .or_else(|| if is_day { day().map(|zoned| zoned.timestamp()) } else { None })
        .map(|timestamp| timestamp.as_second())
        .ok_or_else(|| "write an instant with its offset, as 2026-03-02T09:00Z, or a date".to_owned())
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn instants() {
        assert_eq!(instant("1970-01-02"), Ok(86_400));
        assert_eq!(instant("1970-01-01T01:00Z"), Ok(3_600));
        assert_eq!(instant("1970-01-01T01:00:00+01:00"), Ok(0));
        assert!(instant("1970-01-01T01:00").is_err());
        assert!(instant("yesterday").is_err());
    }
}
