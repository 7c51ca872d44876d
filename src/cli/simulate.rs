//! `plgc simulate`: takes a project and how many days, plays the program on over the rows that a target holds now, or a test gives, on
//! an embedded database of its own; gives who gets what and when if only time passes. Reads the target, changes nothing, sends nothing.

mod json;
mod names;
mod report;
mod rows;
mod timeline;
mod withheld;

use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget};
use miette::Diagnostic;

use super::project::Project;
use super::run;
use super::terminal::Terminal;
use super::{Broken, Exit, Format, Outcome};
use crate::config::Secrets;
use crate::diagnostics::did_you_mean;
use crate::program::Program;
use crate::simulate::{Clock, Data, Simulation, simulate};
use crate::types::written;

/// A day, in seconds.
const DAY: i64 = 86_400;
const SECOND: i64 = 1_000_000;
/// 9999-01-01: runs are before it.
const END: i64 = 253_370_764_800;
/// The most days: a hundred years.
const MOST_DAYS: i64 = 36_500;
/// More runs than this are refused.
const MOST: i64 = 20_000;

/// Show who gets what and when over the next days, if only time passes
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these: sequences and syncs, or audiences, statuses and experiments as NAME or ENTITY.NAME
    names: Vec<String>,
    /// How many days
    #[arg(long, value_name = "N", value_parser = days, default_value = "30")]
    days: i64,
    /// Whose rows to play on, as they are now; as plg.toml names it
    #[arg(short, long)]
    target: Option<String>,
    /// The instant of the first run, as 2026-03-02T09:00Z; default: the clock
    #[arg(long, value_name = "INSTANT", value_parser = run::instant)]
    from: Option<i64>,
    /// The time between runs, as '6 hours'; default: the target's `every`, or a day
    #[arg(long, value_name = "TIME", value_parser = every)]
    every: Option<i64>,
    /// Take all rows as new ones: a run over empty tables goes before
    #[arg(long)]
    newcomers: bool,
    /// Play the test with this in its name, and go on from its last run, in place of a target
    #[arg(long, value_name = "NAME", conflicts_with_all = ["target", "from", "newcomers"])]
    test: Option<String>,
    /// Show all that happens to the row with this key, in order
    #[arg(long, value_name = "KEY", allow_negative_numbers = true)]
    member: Option<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,
}

fn days(text: &str) -> Result<i64, String> {
    let days = text.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    days.ok_or_else(|| format!("write a whole number of days, from 1 to {MOST_DAYS}"))
}

fn every(text: &str) -> Result<i64, String> {
    let every = crate::config::duration(text).map(|micros| micros / SECOND);
    every.ok_or_else(|| "write a number and a unit: '20 minutes', '6 hours' or '1 day'".to_owned())
}

/// A simulation that would take too long.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{days} with a run every {every} are {runs} runs; a simulation does at most {MOST}")]
#[diagnostic(
    code("too-many-runs"),
    help("let more time pass between runs, as `--every '{help}'`, or simulate fewer days")
)]
struct TooManyRuns {
    days: String,
    every: String,
    runs: i64,
    help: String,
}

/// A simulation that would go on beyond the last run that there can be.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("its last run would be after 9998-12-31")]
#[diagnostic(
    code("simulation-too-late"),
    help("begin earlier with `--from`, or simulate fewer days: no engine has instants outside of the years 1 to 9999")
)]
struct TooLate;

/// A key that no row has.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("no row has the key `{key}`")]
#[diagnostic(code("unknown-simulate-key"))]
struct UnknownKey {
    key: String,
    #[help]
    help: String,
}

/// What is shown.
struct Shown<'a> {
    program: &'a Program,
    project: &'a Project,
    simulation: &'a Simulation,
    args: &'a Args,
    clock: Clock,
    /// Over which rows: the data of a target, or a test.
    over: String,
    wanted: names::Wanted,
}

pub(super) fn main(args: &Args, folder: Option<&Path>, terminal: &Terminal) -> Outcome {
    let mut project = Project::load(folder)?;
    let program = project.program()?;
    let wanted = names::Wanted::of(&program, &args.names)?;
    let (given, secrets) = match &args.test {
        Some(name) => (rows::Given::Test(rows::test(&program, name)?), Secrets::default()),
        None => {
            let (name, every) = rows::target(&project, args.target.as_deref())?;
            let now = args.from.unwrap_or_else(|| jiff::Timestamp::now().as_second());
            // Before anything is read.
            clock(args, every, now)?;
            rows::of_target(&mut project, &name, (every, now))?
        }
    };
    let (data, every, from, over) = match &given {
        rows::Given::Test(test) => (Data::Test(test), None, 0, format!("test '{}'", test.name)),
        rows::Given::Target { name, rows, every, now } if args.newcomers => {
            (Data::Newcomers(rows), *every, *now, format!("the data of target `{name}`, every row a new one"))
        }
        rows::Given::Target { name, rows, every, now } => {
            (Data::Rows(rows), *every, *now, format!("the data of target `{name}`"))
        }
    };
    let clock = clock(args, every, from)?;
    let bar = if terminal.live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(clock.runs().unsigned_abs()), bar);
    let mut hears = |done: usize, _: usize| bar.set_position(done as u64);
    let done = simulate(&program, &project.sources, data, clock, &mut hears);
    bar.finish_and_clear();
    let simulation = done.map_err(|error| Broken::new(run::exit_of(error.fault()), error))?;
    if let Some(key) = &args.member {
        known(key, &simulation)?;
    }
    let shown = Shown { program: &program, project: &project, simulation: &simulation, args, clock, over, wanted };
    let text = match (args.format, &args.member) {
        (Format::Text, None) => report::text(&shown),
        (Format::Text, Some(key)) => timeline::text(&shown, key),
        (Format::Json, _) => json::document(&shown),
    };
    terminal.out(&secrets.hide(&text))?;
    Ok(Exit::Done)
}

fn clock(args: &Args, every: Option<i64>, from: i64) -> Result<Clock, Broken> {
    let every = args.every.or_else(|| every.map(|micros| micros / SECOND)).unwrap_or(DAY).max(1);
    let clock = Clock { from, span: args.days * DAY, every };
    if from + clock.span >= END {
        return Err(Broken::new(Exit::Usage, TooLate));
    }
    if clock.runs() <= MOST {
        return Ok(clock);
    }
    let longer = [3_600, 6 * 3_600, DAY].into_iter().find(|every| Clock { every: *every, ..clock }.runs() <= MOST);
    let mistake = TooManyRuns {
        days: written::duration(clock.span * SECOND),
        every: written::duration(every * SECOND),
        runs: clock.runs(),
        help: written::duration(longer.unwrap_or(7 * DAY) * SECOND),
    };
    Err(Broken::new(Exit::Usage, mistake))
}

/// The key is one of a row, or of one to which something happened.
fn known(key: &String, simulation: &Simulation) -> Result<(), Broken> {
    if simulation.keys.contains(key) || simulation.happenings.iter().any(|it| it.key == *key) {
        return Ok(());
    }
    let similar = did_you_mean(key, simulation.keys.iter().map(String::as_str));
    let help = similar.map_or_else(
        || "write the key of a row of an entity, as it is in the source".to_owned(),
        |similar| format!("did you mean `{similar}`?"),
    );
    Err(Broken::new(Exit::Stopped, UnknownKey { key: key.clone(), help }))
}
