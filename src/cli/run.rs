//! `plgc run`: takes a project and a target, gives one run: build, fold the state, deliver. Progress is a bar on a
//! terminal and JSON lines otherwise; at the end stands who entered, who left and what was sent.

mod options;
mod progress;
mod summary;
mod target;

pub(super) use options::instant;
pub(super) use target::without_destinations;

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use miette::Diagnostic;

use super::project::Project;
use super::terminal::Terminal;
use super::{Broken, Exit, Format, Outcome};
use crate::config::Secrets;
use crate::diagnostics::json;
use crate::manifest::Manifest;
use crate::run::error::Fault;
use crate::run::{self, Event, Progress as _, RunOptions};

/// Build every model, remember what changed, and deliver
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The target, as plg.toml names it
    #[arg(short, long)]
    target: Option<String>,
    /// The run's instant, as 2026-03-02T09:00Z; default: the clock
    #[arg(long, value_name = "INSTANT", value_parser = options::instant)]
    as_of: Option<i64>,
    /// Go on although a guard on this source, entity or sync would stop the run, or forget this, which is gone; may be repeated
    #[arg(long, value_name = "NAME")]
    accept: Vec<String>,
    /// Run a compiled manifest in place of the project's files
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Read the sources from this folder, in place of the target's `data`
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Send nothing, whatever the target says: count what there is to send, which then waits for the next run
    #[arg(long)]
    hold: bool,
    /// Do not ask before sending from a terminal
    #[arg(short, long)]
    yes: bool,
    /// How to show the result
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The person said no.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("nothing was run")]
#[diagnostic(code("run-declined"), help("`--yes` runs without asking"))]
struct Declined;

/// A run that is done, though not all was delivered.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("not all was delivered: {what}")]
#[diagnostic(
    code("run-undelivered"),
    help(
        "mend what the destination or the guard says; what waits is sent by the next run, or by one at the same instant"
    )
)]
struct Undelivered {
    what: String,
}

pub(super) fn main(args: &Args, folder: Option<&Path>, terminal: &Terminal) -> Outcome {
    let done = go(args, folder, terminal);
    if let (false, Err(broken)) = (terminal.live, &done) {
        // What is wrong before a run begins is said as the run says it: one object a line.
        progress::failed(broken, None, terminal, &Secrets::default());
        return Ok(broken.exit);
    }
    done
}

fn go(args: &Args, folder: Option<&Path>, terminal: &Terminal) -> Outcome {
    let mut project = match &args.manifest {
        Some(_) => Project::load_config(folder)?,
        None => Project::load(folder)?,
    };
    let (name, mut unresolved) = project.target(args.target.as_deref())?;
    let mut warned = 0;
    let manifest = match &args.manifest {
        Some(file) => options::manifest(file)?,
        None => {
            let (manifest, warnings) = project.compile(&unresolved.engine)?;
            warned = warnings.len();
            manifest
        }
    };
    if args.data.is_some() {
        unresolved.settings.remove("data");
    }
    let (mut target, secrets) = target::resolve(&project, &name, &unresolved, &manifest)?;
    if let Some(folder) = &args.data {
        options::folder(folder)?;
        target.data = Some(folder.clone());
    }
    target.deliver &= !args.hold;
    if target.deliver && !args.yes && !target::is_file(&target) && !confirmed(&name, &manifest, terminal) {
        return Err(Broken::new(Exit::Stopped, Declined));
    }
    let now = args.as_of.unwrap_or_else(|| jiff::Timestamp::now().as_second());
    let options = RunOptions { now, accept: args.accept.iter().cloned().collect::<BTreeSet<_>>() };
    let mut progress = progress::of(terminal, &secrets);
    if warned > 0 {
        let message = format!(
            "{warned} {} of the program: `plgc check` shows them",
            if warned == 1 { "warning" } else { "warnings" }
        );
        progress.event(&Event::Noticed { message });
    }
    let result = run::run(&manifest, &target, &options, &mut progress);
    let run = progress.run();
    match result {
        Ok(outcome) => done(&outcome, target.deliver, args.format, terminal, &secrets),
        Err(error) => {
            let exit = exit_of(error.fault());
            let cite = error.cite().map(str::to_owned);
            let broken = Broken { cite, ..Broken::new(exit, error) };
            if args.format == Format::Json {
                terminal.out(&secrets.hide(&json::document(&broken.data(), &[])))?;
            }
            progress::failed(&broken, run.as_deref(), terminal, &secrets);
            Ok(exit)
        }
    }
}

/// Shows what a run did. Where the summary is not read, the lines say why the command fails.
fn done(outcome: &run::Outcome, deliver: bool, format: Format, terminal: &Terminal, secrets: &Secrets) -> Outcome {
    let text = match format {
        Format::Text => summary::text(outcome, deliver),
        Format::Json => format!("{:#}\n", serde_json::json!(outcome)),
    };
    terminal.out(&secrets.hide(&text))?;
    if outcome.is_clean() {
        return Ok(Exit::Done);
    }
    if !terminal.live {
        let broken = Broken::new(Exit::Stopped, Undelivered { what: summary::undelivered(outcome) });
        progress::failed(&broken, Some(&outcome.run), terminal, secrets);
    }
    Ok(Exit::Stopped)
}

/// The exit code of what is to blame.
pub(super) const fn exit_of(fault: Fault) -> Exit {
    match fault {
        Fault::Data => Exit::Stopped,
        Fault::Setting => Exit::Usage,
        Fault::Outside => Exit::Outside,
    }
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
