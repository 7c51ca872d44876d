//! Takes a program with its tests, gives a verdict on each. A test is played in a world of its own: on an engine, by the
//! statements and the runner that every run uses, or in the reference evaluator; what is expected is compared cell by cell.

pub mod compare;
mod engine;
pub mod mutate;
mod reference;
pub mod value;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;

use crate::dialect::Dialect;
use crate::engine::{Driver, EngineError, Location, Trouble};
use crate::manifest::Manifest;
use crate::program::{Expectation, Expected, Literal, Program, SourceId, Test, TestStep};
use crate::source::{Sources, Span};

pub use compare::Difference;

/// Where a test happens. Every instant is in microseconds since 1970-01-01T00:00Z.
pub trait World {
    /// From here on these are the rows of a source.
    ///
    /// # Errors
    /// Where they cannot be stored.
    fn given(&mut self, source: SourceId, rows: &[Vec<Literal>]) -> Result<(), String>;
    /// From here on a destination refuses what a sync sends, or takes it again.
    ///
    /// # Errors
    /// Where the run before it stops.
    fn answer(&mut self, sync: usize, accepts: bool) -> Result<(), String>;
    /// A run.
    ///
    /// # Errors
    /// Where it stops.
    fn run(&mut self, now: i64) -> Result<(), String>;
    /// The rows that the expectation is about, as the last run left them, in its columns.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn rows(&mut self, expectation: &Expectation) -> Result<Vec<compare::Row>, String>;
    /// What policies hold back of a sync after the last run: the policy, and the key of the row, of a sync from a step that of the
    /// firing.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn withheld(&mut self, sync: usize) -> Result<Vec<(String, String)>, String>;
    /// The test has ended.
    ///
    /// # Errors
    /// Where the last run stops.
    fn end(&mut self) -> Result<(), String>;
}

/// Which runs of a test an engine does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// All of them.
    All,
    /// Those that change anything, as the reference evaluator tells, and those that something looks at: a run of an hour in which
    /// nothing happens leaves the next one everything as it was.
    Changes,
}

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// What it shows.
    pub name: String,
    /// Where its name stands.
    #[serde(skip)]
    pub span: Span,
    /// How many runs it took.
    pub runs: usize,
    /// What is not as it is expected.
    pub failures: Vec<Failure>,
}

impl Verdict {
    /// Whether all is as expected.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// What is not as expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Failure {
    /// What it is about, as it is written: `marketable`; the test itself where a run stops.
    pub of: String,
    /// The item.
    #[serde(skip)]
    pub span: Span,
    /// The instant of the last run, in microseconds.
    #[serde(skip)]
    pub now: i64,
    /// Why a run stopped.
    pub stopped: Option<String>,
    /// Where what is there differs from what is expected.
    pub differences: Vec<Difference>,
    /// What policies hold back of the sync that it is about.
    pub withheld: Vec<Withheld>,
}

/// Rows that a policy holds back of a sync.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Withheld {
    /// The policy.
    pub policy: String,
    /// Their keys, of a sync from a step those of the firings.
    pub keys: Vec<String>,
}

/// By policy.
fn by_policy(held: Vec<(String, String)>) -> Vec<Withheld> {
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for (policy, key) in held {
        all.entry(policy).or_default().push(key);
    }
    all.into_iter().map(|(policy, keys)| Withheld { policy, keys }).collect()
}

/// Plays a test.
pub fn play(test: &Test, world: &mut dyn World) -> Verdict {
    let mut verdict = Verdict { name: test.name.clone(), span: test.span, runs: 0, failures: Vec::new() };
    let mut now = 0;
    let mut played = Ok(());
    for step in &test.steps {
        played = play_step(step, world, &mut now, &mut verdict);
        if played.is_err() {
            break;
        }
    }
    if let Err(why) = played.and_then(|()| world.end()) {
        let (of, span, stopped) = (test.name.clone(), test.span, Some(why));
        verdict.failures.push(Failure { of, span, now, stopped, differences: Vec::new(), withheld: Vec::new() });
    }
    verdict
}

fn play_step(step: &TestStep, world: &mut dyn World, now: &mut i64, verdict: &mut Verdict) -> Result<(), String> {
    match step {
        TestStep::Given { source, rows } => world.given(*source, rows),
        TestStep::Answer { sync, accepts } => world.answer(*sync, *accepts),
        TestStep::Run(at) => {
            *now = *at;
            verdict.runs += 1;
            world.run(*at)
        }
        TestStep::Expect(expectation) => {
            let rows = world.rows(expectation)?;
            let differences = compare::differences(expectation, &rows);
            if !differences.is_empty() {
                let (of, span, now) = (expectation.name.clone(), expectation.span, *now);
                let withheld = match expectation.of {
                    Expected::Objects(sync) => by_policy(world.withheld(sync)?),
                    _ => Vec::new(),
                };
                verdict.failures.push(Failure { of, span, now, stopped: None, differences, withheld });
            }
            Ok(())
        }
    }
}

/// Plays tests in the reference evaluator.
#[must_use]
pub fn in_reference(program: &Program, tests: &[&Test]) -> Vec<Verdict> {
    tests.iter().map(|test| play(test, &mut reference::Reference::new(program))).collect()
}

/// Where tests are played: each in a database of its own, in memory or on the server of a location.
#[derive(Debug, Clone)]
pub struct Place {
    /// The engine.
    pub driver: &'static Driver,
    /// What is there is not touched; nothing of an engine that needs no server.
    pub location: Location,
}

impl Place {
    /// The embedded engine.
    #[must_use]
    pub fn embedded() -> Self {
        Self { driver: crate::engine::embedded(), location: Location::memory() }
    }
}

/// Plays tests on an engine, several at a time.
///
/// # Errors
/// Where the engine gives no database.
pub fn on_engine(
    program: &Program,
    sources: &Sources,
    tests: &[&Test],
    (place, pace): (&Place, Pace),
) -> Result<Vec<Verdict>, EngineError> {
    let name = place.driver.name;
    let unknown = || EngineError::new(Trouble::Setting, format!("no dialect is called `{name}`"));
    let manifest = manifest(program, sources, crate::dialect::find(name).ok_or_else(unknown)?);
    in_parallel(tests, |test| engine::played(test, (program, &manifest), place, pace)).into_iter().collect()
}

/// What a function gives for each item, in their order; several at a time.
fn in_parallel<T: Sync, R: Send>(items: &[T], give: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(items.len().max(1));
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut given = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else { return given };
            given.push((place, give(item)));
        }
    };
    let mut given: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let done = workers.into_iter().map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        done.flatten().collect()
    });
    given.sort_by_key(|(place, _)| *place);
    given.into_iter().map(|(_, it)| it).collect()
}

/// The program with a table in the place of each source that is a query: who plays it gives its rows, too.
pub(crate) fn manifest(program: &Program, sources: &Sources, dialect: &Dialect) -> Manifest {
    let mut program = program.clone();
    for source in &mut program.sources {
        source.sql = None;
        source.reads.clear();
    }
    crate::emit(&program, sources, dialect)
}
