//! Takes a program, the rows of its sources and a clock; gives what happens to each row while only time passes: the fold over many
//! runs, on an embedded database of its own, by the statements and the runner that every run uses. Nothing is read or sent elsewhere.

mod entries;
mod gates;
pub mod happening;
mod sizes;
mod stage;
pub mod totals;
mod watch;

use std::collections::{BTreeMap, BTreeSet};

pub use entries::Open;
pub use gates::Waiting;
pub use happening::{Happening, Node, Over, What};
pub use totals::Totals;

use crate::engine::{self, EngineError, Location, Row, Trouble};
use crate::program::{FieldId, Program, Test};
use crate::run::{RunError, Target};
use crate::source::Sources;
use crate::{dialect, test};
use stage::Stage;

/// When runs are. All in seconds, instants since 1970-01-01T00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The first run; of a test, its own first run is.
    pub from: i64,
    /// How long it goes on; of a test, from its last run on.
    pub span: i64,
    /// How long after a run the next one is.
    pub every: i64,
}

/// What the sources hold.
#[derive(Debug, Clone, Copy)]
pub enum Data<'a> {
    /// These rows of each source, and nothing happened before.
    Rows(&'a [Vec<Row>]),
    /// These, after a run over empty tables a second earlier: every row is a new one.
    Newcomers(&'a [Vec<Row>]),
    /// What a test gives, run by run.
    Test(&'a Test),
}

/// What has happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Simulation {
    /// The instant of the first run.
    pub from: i64,
    /// The instant of the last run.
    pub to: i64,
    /// How many runs there were.
    pub runs: usize,
    /// What happened, by time; within a run in the order of [`What`], then as it is declared, then by key.
    pub happenings: Vec<Happening>,
    /// How many rows have each value of an audience (`true`), a status or an experiment after the last run.
    pub sizes: BTreeMap<FieldId, BTreeMap<String, u64>>,
    /// The entries that are open after the last run, by sequence and key.
    pub open: Vec<Open>,
    /// What policies hold back in the last run, by node and key.
    pub waiting: Vec<Waiting>,
    /// The keys of all rows.
    pub keys: BTreeSet<String>,
}

impl Clock {
    /// How many runs there are.
    #[must_use]
    pub const fn runs(self) -> i64 {
        self.span / self.every + 1 + (self.span % self.every != 0) as i64
    }

    /// The runs after the first, in order; the end is one in any case.
    fn later(self, from: i64) -> impl Iterator<Item = i64> {
        let end = from + self.span;
        (1..self.runs()).map(move |number| (from + number * self.every).min(end))
    }
}

/// Plays a program on. `hears` is told how many runs are done, and of how many.
///
/// # Errors
/// Where a run stops.
pub fn simulate(
    program: &Program,
    sources: &Sources,
    data: Data<'_>,
    clock: Clock,
    hears: &mut dyn FnMut(usize, usize),
) -> Result<Simulation, RunError> {
    let name = engine::embedded().name;
    let unknown = || EngineError::new(Trouble::Setting, format!("no dialect is called `{name}`"));
    let dialect = dialect::find(name).ok_or_else(|| RunError::statement("compiling", unknown()))?;
    let manifest = test::manifest(program, sources, dialect);
    let target = Target::aside("simulation", name, Location::memory());
    let runtime = crate::run::runtime(&target)?;
    runtime.block_on(async {
        let mut silent = crate::run::bench::Silent;
        let mut stage = Stage::open(program, &manifest, &target, &mut silent).await?;
        let from = match data {
            Data::Rows(rows) => {
                stage.fill(rows).await?;
                stage.run(clock.from).await?;
                clock.from
            }
            Data::Newcomers(rows) => {
                stage.begin(clock.from).await?;
                stage.fill(rows).await?;
                stage.run(clock.from).await?;
                clock.from
            }
            Data::Test(test) => stage.play(test).await?,
        };
        let of = clock.runs() as usize;
        hears(1, of);
        for (number, now) in clock.later(from).enumerate() {
            stage.run(now).await?;
            hears(number + 2, of);
        }
        stage.told().await
    })
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn the_end_is_a_run_in_any_case() {
        let runs = |every: i64| {
            let clock = Clock { from: 0, span: 10, every };
            let all: Vec<i64> = std::iter::once(0).chain(clock.later(0)).collect();
            assert_eq!(all.len() as i64, clock.runs());
            all
        };
        assert_eq!(runs(5), [0, 5, 10]);
        assert_eq!(runs(4), [0, 4, 8, 10]);
        assert_eq!(runs(20), [0, 10]);
    }
}
