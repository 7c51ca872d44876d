//! `plgc test`: takes a project, plays the tests of its files on the embedded engine, gives what passed and where the others
//! differ, cell by cell.

mod mutants;
mod report;

use std::path::Path;

use miette::Diagnostic;

use super::project::Project;
use super::terminal::Terminal;
use super::{Broken, Exit, Format, Outcome, Outside, run};
use crate::config::Secrets;
use crate::diagnostics::did_you_mean;
use crate::engine::{self, EngineError, Trouble};
use crate::program::{Program, Test};
use crate::test::{self, Pace, Place};

/// Play the tests of the program, on the embedded engine or a target's
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only tests whose names contain one of these
    names: Vec<String>,
    /// Play them on the engine of this target, in databases that are made for it; default: the embedded engine
    #[arg(short, long)]
    target: Option<String>,
    /// Change one condition of the program at a time, and show the changes that no test notices
    #[arg(long)]
    mutate: bool,
    /// How to show the result
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// A name that no test contains.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("no test is called `{name}`")]
#[diagnostic(code("unknown-test"))]
struct UnknownTest {
    name: String,
    #[help]
    help: String,
}

pub(super) fn main(args: &Args, folder: Option<&Path>, terminal: &Terminal) -> Outcome {
    let mut project = Project::load(folder)?;
    let program = project.program()?;
    let tests = chosen(&program, &args.names)?;
    let (place, secrets) = match &args.target {
        Some(target) => place(&mut project, target)?,
        None => (Place::embedded(), Secrets::default()),
    };
    let verdicts = test::on_engine(&program, &project.sources, &tests, (&place, Pace::Changes));
    let verdicts = verdicts.map_err(|error| failed(&error, &secrets))?;
    let is_passed = verdicts.iter().all(test::Verdict::is_passed);
    let text = match (args.mutate && is_passed, args.format) {
        (true, format) => {
            let found = test::mutate::unnoticed(&program, &project.sources, &tests);
            match format {
                Format::Text => mutants::text(found, &project.sources, terminal.out),
                Format::Json => mutants::json(&found, &project.sources),
            }
        }
        (false, Format::Text) => report::text(&verdicts, &project.sources, terminal.out),
        (false, Format::Json) => report::json(&verdicts, &project.sources),
    };
    terminal.out(&secrets.hide(&text))?;
    Ok(if is_passed { Exit::Done } else { Exit::Program })
}

/// The engine of a target, and where its server is.
fn place(project: &mut Project, name: &str) -> Result<(Place, Secrets), Broken> {
    let (name, mut written) = project.target(Some(name))?;
    // Rows come from the tests, and destinations are in memory.
    written.settings.remove("data");
    let (_, target, secrets) = run::without_destinations(project, (name, written))?;
    let driver = engine::find(&target.engine).unwrap_or_else(engine::embedded);
    Ok((Place { driver, location: target.location }, secrets))
}

fn failed(error: &EngineError, secrets: &Secrets) -> Broken {
    let help = match error.trouble {
        Trouble::Denied => "give the account the right to make databases: each test has one of its own",
        _ => "check the connection, and that the account may make databases: each test has one of its own",
    };
    let what = "no database can be had for a test".to_owned();
    Broken::new(Exit::Outside, Outside { what, why: secrets.hide(&error.to_string()), help: Some(help.to_owned()) })
}

/// The tests that are named, or all.
fn chosen<'p>(program: &'p Program, names: &[String]) -> Result<Vec<&'p Test>, Broken> {
    let fits = |test: &Test, name: &String| test.name.contains(name.as_str());
    if let Some(name) = names.iter().find(|name| !program.tests.iter().any(|test| fits(test, name))) {
        let similar = did_you_mean(name, program.tests.iter().map(|test| test.name.as_str()));
        let help = match (similar, program.tests.is_empty()) {
            (Some(similar), _) => format!("did you mean `{similar}`?"),
            (None, true) => "the program has no tests".to_owned(),
            (None, false) => "`plgc test` lists all of them".to_owned(),
        };
        return Err(Broken::new(Exit::Usage, UnknownTest { name: name.clone(), help }));
    }
    let is_chosen = |test: &&Test| names.is_empty() || names.iter().any(|name| fits(test, name));
    Ok(program.tests.iter().filter(is_chosen).collect())
}
