//! Takes a target or the name of a test, gives the rows that a simulation is over: those that the target holds now, read and not touched,
//! or those of the test.

use miette::Diagnostic;

use crate::cli::project::Project;
use crate::cli::{Broken, Exit, run};
use crate::config::{Secrets, Written};
use crate::diagnostics::did_you_mean;
use crate::engine::{self, Row};
use crate::program::{Program, Test};
use crate::run::gather;
use crate::source::Span;

/// What a simulation is over.
pub(super) enum Given<'a> {
    /// A test of the program.
    Test(&'a Test),
    /// The rows of a target.
    Target {
        /// Its name.
        name: String,
        /// The rows of each source.
        rows: Vec<Vec<Row>>,
        /// How often it runs, in microseconds, where it says so.
        every: Option<i64>,
        /// The instant of the first run, in seconds.
        now: i64,
    },
}

/// A target without rows.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("target `{target}` has no rows: {why}")]
#[diagnostic(code("no-rows-yet"), help("load its sources first, or play a test on: `--test NAME`"))]
struct NoRowsYet {
    target: String,
    why: &'static str,
}

/// No test of this name, or more than one.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{what}")]
#[diagnostic(code("unknown-simulate-test"))]
struct UnknownTest {
    what: String,
    #[help]
    help: String,
}

/// The test of this name, or the only one that has it in its name.
pub(super) fn test<'p>(program: &'p Program, name: &str) -> Result<&'p Test, Broken> {
    if let Some(test) = program.tests.iter().find(|test| test.name == name) {
        return Ok(test);
    }
    let fitting: Vec<&Test> = program.tests.iter().filter(|test| test.name.contains(name)).collect();
    let (what, help) = match fitting.as_slice() {
        [test] => return Ok(test),
        [first, ..] => (
            format!("{} tests have `{name}` in their names", fitting.len()),
            format!("name one of them whole, as `{}`", first.name),
        ),
        [] => {
            let similar = did_you_mean(name, program.tests.iter().map(|test| test.name.as_str()));
            let help = similar.map_or_else(
                || "`plgc test` lists all tests; without `--test` the rows are a target's".to_owned(),
                |similar| format!("did you mean `{similar}`?"),
            );
            (format!("no test is called `{name}`"), help)
        }
    };
    Err(Broken::new(Exit::Usage, UnknownTest { what, help }))
}

/// The name of a target, and how often it runs.
pub(super) fn target(project: &Project, name: Option<&str>) -> Result<(String, Option<i64>), Broken> {
    let (name, written) = project.target(name)?;
    Ok((name, written.every))
}

/// The rows of a target as they are now.
pub(super) fn of_target<'a>(
    project: &mut Project,
    name: &str,
    (every, now): (Option<i64>, i64),
) -> Result<(Given<'a>, Secrets), Broken> {
    let written = project.target(Some(name))?;
    let (mut manifest, target, secrets) = run::without_destinations(project, written)?;
    let embedded = engine::embedded().name;
    if target.data.is_some() && target.engine != embedded {
        // Files are read by the embedded engine.
        (manifest, _) = project.compile(&Written { text: embedded.to_owned(), span: Span::default() })?;
    }
    let none = |why| Broken::new(Exit::Stopped, NoRowsYet { target: target.name.clone(), why });
    if let (Some(path), None) = (target.location.file(), &target.data)
        && !path.exists()
    {
        return Err(none("its database is not there"));
    }
    let gathered = gather::rows(&manifest, &target, now);
    let rows = gathered.map_err(|error| {
        let cite = error.cite().map(str::to_owned);
        Broken { cite, ..Broken::new(run::exit_of(error.fault()), error) }
    })?;
    if rows.iter().all(Vec::is_empty) {
        return Err(none("all its sources are empty"));
    }
    Ok((Given::Target { name: target.name, rows, every, now }, secrets))
}
