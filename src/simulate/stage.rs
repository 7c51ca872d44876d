//! The place of a simulation: a database in memory with the tables of the sources, and destinations that accept at once. Does runs,
//! looks after each at what no log keeps, and tells in the end what has happened.

use std::collections::BTreeMap;

use super::gates::{Gates, firing};
use super::happening::{Happening, Node, What, is_counted};
use super::watch::Watch;
use super::{Simulation, entries, sizes};
use crate::destination::memory::Memory;
use crate::engine::{Row, Value, value};
use crate::manifest::Manifest;
use crate::program::{ExperimentPart, FieldId, FieldKind, Program, Test, TestStep};
use crate::run::bench::{Bench, Silent};
use crate::run::{RunError, Target};
use crate::test::value::stored_rows;
use crate::types::Type;

/// A second, in the unit of tests.
const SECOND: i64 = 1_000_000;

pub(super) struct Stage<'a> {
    pub(super) program: &'a Program,
    pub(super) bench: Bench<'a>,
    memory: Memory,
    watch: Watch<'a>,
    gates: Gates<'a>,
    /// The instants of the first and the last run, in seconds.
    runs: Option<(i64, i64)>,
    count: usize,
}

impl<'a> Stage<'a> {
    pub(super) async fn open(
        program: &'a Program,
        manifest: &'a Manifest,
        target: &'a Target,
        silent: &'a mut Silent,
    ) -> Result<Self, RunError> {
        let memory = Memory::default();
        let bench = Bench::open(manifest, target, memory.clone(), silent).await?;
        let (watch, gates) = (Watch::new(program), Gates::new(program));
        Ok(Self { program, bench, memory, watch, gates, runs: None, count: 0 })
    }

    /// Puts rows in the place of all rows of all sources.
    pub(super) async fn fill(&mut self, rows: &[Vec<Row>]) -> Result<(), RunError> {
        for (source, rows) in rows.iter().enumerate() {
            self.bench.fill(source, rows).await?;
        }
        Ok(())
    }

    /// The run over empty tables before the first one, of which nothing is told.
    pub(super) async fn begin(&mut self, first: i64) -> Result<(), RunError> {
        self.bench.begin(first).await
    }

    /// A run.
    pub(super) async fn run(&mut self, now: i64) -> Result<(), RunError> {
        let outcome = self.bench.run(now).await?;
        self.watch.look(&mut self.bench, now).await?;
        self.gates.look(&mut self.bench, &outcome, now).await?;
        self.runs = Some((self.runs.map_or(now, |(first, _)| first), now));
        self.count += 1;
        Ok(())
    }

    /// Plays a test; what it expects is not looked at. Gives the instant of its last run.
    pub(super) async fn play(&mut self, test: &Test) -> Result<i64, RunError> {
        for step in &test.steps {
            match step {
                TestStep::Given { source, rows } => {
                    let rows = stored_rows(rows, self.program.source(*source));
                    self.bench.give(source.0 as usize, rows).await?;
                }
                TestStep::Answer { sync, accepts } => {
                    if let Some(sync) = self.program.all_syncs().get(*sync) {
                        self.memory.answer(&sync.name, *accepts);
                    }
                }
                TestStep::Run(at) => {
                    let now = at.div_euclid(SECOND);
                    if !self.bench.has_run() {
                        self.begin(now).await?;
                    }
                    self.run(now).await?;
                }
                TestStep::Expect(_) => {}
            }
        }
        Ok(self.runs.map_or(0, |(_, last)| last))
    }

    /// What has happened, from the first run on.
    pub(super) async fn told(mut self) -> Result<Simulation, RunError> {
        let (from, to) = self.runs.unwrap_or_default();
        let mut happenings = self.changed().await?;
        let entries = entries::read(self.program, &mut self.bench).await?;
        entries::happenings(&entries, &mut happenings);
        let sent = self.sent().await?;
        let (withheld, waiting) = self.gates.told(&sent);
        happenings.extend(withheld.into_iter().chain(sent));
        happenings.extend(self.watch.told(self.program, &entries));
        happenings.retain(|it| it.at >= from);
        happenings.sort();
        let (sizes, keys) = sizes::read(self.program, &mut self.bench).await?;
        let open = entries.into_iter().filter_map(entries::Entry::open).collect();
        Ok(Simulation { from, to, runs: self.count, happenings, sizes, open, waiting, keys })
    }

    /// What the log of changes says of audiences, statuses and arms.
    async fn changed(&mut self) -> Result<Vec<Happening>, RunError> {
        let columns = [
            ("field", Type::Text),
            ("key", Type::Text),
            ("was", Type::Text),
            ("became", Type::Text),
            ("happened_at", Type::Timestamp),
        ];
        let all = (0..).map(FieldId).take(self.program.fields.len());
        let names: BTreeMap<String, FieldId> = all
            .filter(|id| is_counted(self.program, *id))
            .map(|id| {
                let field = self.program.field(id);
                (format!("{}.{}", self.program.entity(field.entity).name, field.name), id)
            })
            .collect();
        let rows = self.bench.state("changes", &columns).await?;
        let read = |row: Row| {
            let text = |at: usize| row.get(at).and_then(Value::text);
            let id = *names.get(&text(0)?)?;
            let (was, became) = (text(2), text(3));
            let what = match &self.program.field(id).kind {
                FieldKind::Experiment(_, ExperimentPart::Arm) => What::Enrolled(became?),
                FieldKind::Status { .. } => What::Moved { was, became },
                FieldKind::Audience { .. }
                | FieldKind::Trait(_)
                | FieldKind::Experiment(..)
                | FieldKind::Sequence(..) => {
                    if became.as_deref() == Some("true") {
                        What::Joined
                    } else {
                        What::Left
                    }
                }
            };
            let at = value::instant_seconds(&text(4)?)?;
            Some(Happening { at, what, node: Node::Field(id), key: text(1)?, entry: 0 })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// What destinations have accepted of what steps made.
    async fn sent(&mut self) -> Result<Vec<Happening>, RunError> {
        let columns =
            [("sync", Type::Text), ("key", Type::Text), ("accepted", Type::Bool), ("happened_at", Type::Timestamp)];
        let rows = self.bench.state("receipts", &columns).await?;
        let read = |row: Row| {
            let text = |at: usize| row.get(at).and_then(Value::text);
            let stream = self.program.streams.iter().find(|stream| Some(&stream.name) == text(0).as_ref())?;
            let known = text(1).filter(|_| row.get(2) == Some(&Value::Bool(true)))?;
            let (key, entry) = firing(&known)?;
            let at = value::instant_seconds(&text(3)?)?;
            let node = Node::Step(stream.sequence, stream.step);
            Some(Happening { at, what: What::Sent(stream.name.clone()), node, key: key.to_owned(), entry })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }
}
