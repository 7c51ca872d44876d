//! A world on an engine: a database of the test's own, the compiled statements, and the runner that every run goes through.
//! Runs that change nothing may be left out; what is expected is read from the engine in any case.

use super::compare::Row;
use super::reference::Reference;
use super::{Pace, Place, Verdict, World, play, value};
use crate::destination::memory::{Fields, Memory};
use crate::engine::{self, EngineError, Location, Trouble};
use crate::eval::parse_instant;
use crate::manifest::Manifest;
use crate::program::{Expectation, Expected, ExpectedColumn, FieldId, Literal, Program, SourceId, Test};
use crate::run::bench::{Bench, Silent};
use crate::run::session::fresh;
use crate::run::{RunError, Target};
use crate::types::Type;

/// Plays a test in a database of its own: in memory, or beside that of a location, where it is dropped again.
///
/// # Errors
/// Where there is no such database.
pub fn played(
    test: &Test,
    (program, manifest): (&Program, &Manifest),
    place: &Place,
    pace: Pace,
) -> Result<Verdict, EngineError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| EngineError::new(Trouble::Unreachable, error.to_string()))?;
    let Some(scratch) = &place.driver.scratch else {
        return played_at(test, (program, manifest), Location::memory(), pace, &runtime);
    };
    let name = format!("plgc_test_{}", fresh(&test.name, 12));
    let location = runtime.block_on((scratch.create)(&place.location, &name))?;
    let verdict = played_at(test, (program, manifest), location, pace, &runtime);
    runtime.block_on((scratch.remove)(&place.location, &name))?;
    verdict
}

fn played_at(
    test: &Test,
    (program, manifest): (&Program, &Manifest),
    location: Location,
    pace: Pace,
    runtime: &tokio::runtime::Runtime,
) -> Result<Verdict, EngineError> {
    let target = Target::aside("test", &manifest.dialect, location);
    let (memory, mut silent) = (Memory::default(), Silent);
    let opened = runtime.block_on(Bench::open(manifest, &target, memory.clone(), &mut silent));
    let bench = opened.map_err(|error| EngineError::new(Trouble::Statement, error.to_string()))?;
    let foresight = (pace == Pace::Changes).then(|| Reference::new(program));
    let mut world = OnEngine { runtime, bench, memory, program, foresight, passed: None, now: 0 };
    Ok(play(test, &mut world))
}

/// Whether a value is what is looked for, in a run at an instant.
type Is = fn(&engine::Value, i64) -> bool;

/// A column, and what it must be.
type Only<'a> = Option<(&'a str, Type, Is)>;

struct OnEngine<'a> {
    runtime: &'a tokio::runtime::Runtime,
    bench: Bench<'a>,
    memory: Memory,
    program: &'a Program,
    /// What tells which runs change anything; nothing where all of them are to be done.
    foresight: Option<Reference<'a>>,
    /// The last run, where it was left out since it changes nothing.
    passed: Option<i64>,
    /// The instant of the last run.
    now: i64,
}

fn said(error: RunError) -> String {
    error.to_string()
}

impl OnEngine<'_> {
    /// The rows of a view; only those whose further column is so.
    fn read(&mut self, view: &str, columns: &[ExpectedColumn], only: Only<'_>) -> Result<Vec<Row>, String> {
        let mut wanted: Vec<(&str, Type)> =
            columns.iter().map(|column| (column.name.as_str(), column.typed.kind.clone())).collect();
        let is = only.as_ref().map(|(.., is)| *is);
        wanted.extend(only.map(|(name, kind, _)| (name, kind)));
        let rows = self.runtime.block_on(self.bench.rows(view, &wanted)).map_err(said)?;
        let now = self.now;
        let is_wanted = |row: &engine::Row| is.is_none_or(|is| row.last().is_some_and(|value| is(value, now)));
        let read = |row: engine::Row| {
            row.iter().zip(columns).map(|(it, column)| value::read(it, &column.typed.kind)).collect()
        };
        Ok(rows.into_iter().filter(is_wanted).map(read).collect())
    }

    /// Does the last run, if it was left out: now somebody looks, or what the next one reads is another thing.
    fn catch_up(&mut self) -> Result<(), String> {
        self.passed.take().map_or(Ok(()), |now| self.do_run(now))
    }

    fn do_run(&mut self, now: i64) -> Result<(), String> {
        let seconds = now.div_euclid(1_000_000);
        if !self.bench.has_run() {
            self.runtime.block_on(self.bench.begin(seconds)).map_err(said)?;
        }
        self.runtime.block_on(self.bench.run(seconds)).map(|_| ()).map_err(said)
    }
}

impl World for OnEngine<'_> {
    fn given(&mut self, source: SourceId, rows: &[Vec<Literal>]) -> Result<(), String> {
        self.catch_up()?;
        if let Some(foresight) = &mut self.foresight {
            foresight.given(source, rows)?;
        }
        // The run before the first one sees empty tables; which instant that is, is known with the first one.
        let rows = value::stored_rows(rows, self.program.source(source));
        self.runtime.block_on(self.bench.give(source.0 as usize, rows)).map_err(said)
    }

    fn answer(&mut self, sync: usize, accepts: bool) -> Result<(), String> {
        self.catch_up()?;
        if let Some(foresight) = &mut self.foresight {
            foresight.answer(sync, accepts)?;
        }
        if let Some(sync) = self.program.all_syncs().get(sync) {
            self.memory.answer(&sync.name, accepts);
        }
        Ok(())
    }

    fn run(&mut self, now: i64) -> Result<(), String> {
        // INVARIANT: a run that is left out leaves the next one everything as it was, so that leaving it out shows nowhere.
        let changes = self.foresight.as_mut().is_none_or(|foresight| foresight.run_changes(now).unwrap_or(true));
        (self.passed, self.now) = (Some(now), now);
        if changes { self.catch_up() } else { Ok(()) }
    }

    fn end(&mut self) -> Result<(), String> {
        self.catch_up()
    }

    fn withheld(&mut self, sync: usize) -> Result<Vec<(String, String)>, String> {
        let syncs = self.program.all_syncs();
        let Some(sync) = syncs.get(sync) else { return Ok(Vec::new()) };
        self.runtime.block_on(self.bench.gated(&sync.name)).map_err(said)
    }

    fn rows(&mut self, expectation: &Expectation) -> Result<Vec<Row>, String> {
        self.catch_up()?;
        let of_field = |id: FieldId| {
            let field = self.program.field(id);
            (self.program.entity(field.entity).name.as_str(), field.name.as_str())
        };
        match expectation.of {
            Expected::Members(id) => {
                let (entity, field) = of_field(id);
                let is_member: Is = |value, _| *value == engine::Value::Bool(true);
                self.read(entity, &expectation.columns, Some((field, Type::Bool, is_member)))
            }
            Expected::Happened(id) => {
                let (entity, step) = of_field(id);
                let has_happened: Is = |value, _| *value != engine::Value::Null;
                self.read(entity, &expectation.columns, Some((step, Type::Timestamp, has_happened)))
            }
            Expected::Fired(id) => {
                let (entity, step) = of_field(id);
                let is_now: Is = |value, now| value.text().and_then(|at| parse_instant(&at)) == Some(now);
                self.read(entity, &expectation.columns, Some((step, Type::Timestamp, is_now)))
            }
            Expected::Rows(id) => self.read(&self.program.entity(id).name, &expectation.columns, None),
            Expected::Followed(id) => self.read(&self.program.funnel(id).name, &expectation.columns, None),
            Expected::Objects(place) => {
                let syncs = self.program.all_syncs();
                let Some(sync) = syncs.get(place) else { return Ok(Vec::new()) };
                let row = |(key, fields): (String, Fields)| {
                    let value = |(place, column): (usize, &ExpectedColumn)| match place == expectation.key {
                        true => value::keyed(&key, &column.typed.kind),
                        false => {
                            value::read(fields.get(&column.name).unwrap_or(&engine::Value::Null), &column.typed.kind)
                        }
                    };
                    expectation.columns.iter().enumerate().map(value).collect()
                };
                Ok(self.memory.objects(&sync.name).into_iter().map(row).collect())
            }
        }
    }
}
