//! Takes the command line, gives an exit code; one file per command. What a command produces goes to standard
//! output, what it has to say to standard error. Files, clock and environment are read here, below it they are data.

mod check;
mod compile;
mod completions;
mod diff;
mod explain;
mod fmt;
mod init;
mod lineage;
pub mod points;
mod project;
mod run;
mod settings;
mod simulate;
mod terminal;
mod test;
mod why;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use miette::Diagnostic;

use crate::diagnostics::{Diagnostics, Mistake, is_error, json};
use crate::source::Sources;
use terminal::{Color, Terminal};

/// Product-led growth in the warehouse: compiles .plg files to SQL and syncs, and runs them.
#[derive(Debug, Parser)]
#[command(name = "plgc", version, about, propagate_version = false, max_term_width = 100)]
struct Args {
    #[command(subcommand)]
    command: Command,
    /// The project's folder, or one inside it
    #[arg(short = 'C', long = "project", value_name = "DIR", global = true)]
    project: Option<PathBuf>,
    /// Whether the output has colours
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto, global = true)]
    color: Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Check(check::Args),
    Compile(compile::Args),
    Run(run::Args),
    Test(test::Args),
    Why(why::Args),
    Simulate(simulate::Args),
    Fmt(fmt::Args),
    Lineage(lineage::Args),
    Explain(explain::Args),
    Completions(completions::Args),
}

/// How a result is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// How a command ended; the numbers are part of what users rely on (`docs/operating.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All went well.
    Done = 0,
    /// The program has errors, a test fails, or files are stale or not in the canonical layout.
    Program = 1,
    /// The command line or `plg.toml` is wrong.
    Usage = 2,
    /// A guard or a check stopped the run, or a destination refused rows.
    Stopped = 3,
    /// A server, disk or permission failed.
    Outside = 4,
}

/// Why a command could not do its work: mistakes to show, and the exit code that they mean.
#[derive(Debug)]
struct Broken {
    exit: Exit,
    items: Vec<Mistake>,
    sources: Sources,
    /// `file:line` of the declaration that a mistake without a place is about.
    cite: Option<String>,
}

impl Broken {
    /// A mistake without a place.
    fn new(exit: Exit, mistake: impl Diagnostic + Send + Sync + 'static) -> Self {
        let mut diags = Diagnostics::default();
        diags.push(mistake);
        Self { exit, items: diags.finish(), sources: Sources::default(), cite: None }
    }

    /// The mistakes as data.
    fn data(&self) -> Vec<json::Item> {
        let mut items = json::items(&self.items, &self.sources);
        let label = self.cite.as_deref().and_then(json::Label::of);
        for item in items.iter_mut().filter(|item| item.labels.is_empty()) {
            item.labels.extend(label.clone());
        }
        items
    }

    /// Mistakes that point into sources.
    fn within(exit: Exit, diags: Diagnostics, sources: Sources) -> Self {
        Self { exit, items: diags.finish(), sources, cite: None }
    }
}

/// An option that names what is not on the disk.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("`{option} {path}`: {what}")]
#[diagnostic(code("option-path"))]
struct NotThere {
    option: &'static str,
    path: String,
    what: &'static str,
    #[help]
    help: &'static str,
}

impl NotThere {
    fn broken(option: &'static str, path: &std::path::Path, what: &'static str, help: &'static str) -> Broken {
        Broken::new(Exit::Usage, Self { option, path: path.display().to_string(), what, help })
    }
}

/// What every command gives.
type Outcome = Result<Exit, Broken>;

/// Something outside of the program failed: a file, a folder, a server.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{what}: {why}")]
#[diagnostic(code("outside-failed"))]
struct Outside {
    what: String,
    why: String,
    #[help]
    help: Option<String>,
}

impl Outside {
    /// A file that could not be read or written.
    fn file(what: &str, path: &std::path::Path, error: &std::io::Error) -> Broken {
        let what = format!("cannot {what} `{}`", path.display());
        let help = match error.kind() {
            std::io::ErrorKind::PermissionDenied => Some("give this account the right to it".to_owned()),
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded | std::io::ErrorKind::FileTooLarge => {
                Some("free some space and repeat the command: nothing was half written".to_owned())
            }
            _ => None,
        };
        Broken::new(Exit::Outside, Self { what, why: plain(error), help })
    }
}

/// The text of an error of the operating system, without its number.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    outlive_file_limits();
    let args = Args::parse();
    let terminal = Terminal::new(args.color);
    let project = args.project.as_deref();
    let outcome = match args.command {
        Command::Init(args) => init::main(&args, project, &terminal),
        Command::Check(args) => check::main(&args, project, &terminal),
        Command::Compile(args) => compile::main(&args, project, &terminal),
        Command::Run(args) => run::main(&args, project, &terminal),
        Command::Test(args) => test::main(&args, project, &terminal),
        Command::Why(args) => why::main(&args, project, &terminal),
        Command::Simulate(args) => simulate::main(&args, project, &terminal),
        Command::Fmt(args) => fmt::main(&args, project, &terminal),
        Command::Lineage(args) => lineage::main(&args, project, &terminal),
        Command::Explain(args) => explain::main(&args, &terminal),
        Command::Completions(args) => completions::main(&args, &terminal),
    };
    let exit = outcome.unwrap_or_else(|broken| {
        terminal.mistakes(&broken.items, &broken.sources);
        broken.exit
    });
    ExitCode::from(exit as u8)
}

/// A file that may not grow any more (`ulimit -f`) is an error like a full disk, which says so, and not the process's end.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the standard library cannot ignore a signal")]
fn outlive_file_limits() {
    unsafe extern "C" {
        fn signal(number: std::ffi::c_int, action: usize) -> usize;
    }
    const SIGXFSZ: std::ffi::c_int = 25;
    const IGNORE: usize = 1;
    // SAFETY: SIG_IGN is 1, and SIGXFSZ 25, on Linux, macOS and the BSDs; no other thread runs yet.
    unsafe { signal(SIGXFSZ, IGNORE) };
}

#[cfg(not(unix))]
const fn outlive_file_limits() {}

/// The exit code of a program with these mistakes.
fn exit_of(items: &[Mistake]) -> Exit {
    if items.iter().any(|item| is_error(item.as_ref())) { Exit::Program } else { Exit::Done }
}
