//! Runs one after the other over one connection, with destinations in memory: what tests of programs do. They go the way of
//! every run, but guards and freshness stop nothing, and receipts need no file.

use std::collections::BTreeMap;

use super::outcome::{Event, Outcome, Progress};
use super::session::{Run, Session};
use super::{RunError, RunOptions, Target, born, fits, go};
use crate::destination::memory::Memory;
use crate::engine::{Row, Slot, Value, quote, value};
use crate::manifest::{Manifest, Source};
use crate::types::Type;

/// An open target with a program.
pub struct Bench<'a> {
    session: Session<'a>,
    manifest: &'a Manifest,
    /// The last run.
    last: Option<Run>,
    /// Rows for the first run, by source, where one over empty tables goes before it.
    waiting: BTreeMap<usize, Vec<Row>>,
}

/// Hears nothing.
pub struct Silent;

impl Progress for Silent {
    fn event(&mut self, _: &Event) {}
}

impl<'a> Bench<'a> {
    /// Opens a target that holds nothing, and makes the tables of the sources.
    ///
    /// # Errors
    /// Where the target cannot do it.
    pub async fn open(
        manifest: &'a Manifest,
        target: &'a Target,
        memory: Memory,
        progress: &'a mut dyn Progress,
    ) -> Result<Self, RunError> {
        let session = Session::rehearse(fits(manifest, target)?, target, memory, progress).await?;
        let mut bench = Self { session, manifest, last: None, waiting: BTreeMap::new() };
        for source in &manifest.sources {
            bench.create(source).await?;
        }
        Ok(bench)
    }

    async fn create(&mut self, source: &Source) -> Result<(), RunError> {
        let driver = self.session.driver;
        if let (true, Some((schema, _))) = (driver.has_schemas, source.name.split_once('.')) {
            self.session.execute("source", &format!("CREATE SCHEMA IF NOT EXISTS {}", quote(schema))).await?;
        }
        let mut columns: Vec<(&str, Type)> =
            source.columns.iter().map(|column| (column.name.as_str(), column.typed.kind.clone())).collect();
        if let Some(fresh) = source.fresh.as_ref().filter(|it| !columns.iter().any(|(name, _)| *name == it.by)) {
            columns.push((&fresh.by, Type::Timestamp));
        }
        let columns = columns.iter().map(|(name, kind)| format!("{} {}", quote(name), (driver.type_name)(kind)));
        let sql = format!("CREATE TABLE {} ({})", source.table, columns.collect::<Vec<_>>().join(", "));
        self.session.execute("source", &sql).await.map(|_| ())
    }

    /// Puts these rows in the place of all rows of a source; they have its columns, in declared order.
    ///
    /// # Errors
    /// Where the target cannot do it.
    pub async fn fill(&mut self, source: usize, rows: &[Row]) -> Result<(), RunError> {
        let Some(source) = self.manifest.sources.get(source) else { return Ok(()) };
        self.session.execute("source", &format!("DELETE FROM {}", source.table)).await?;
        let slot =
            |column: &crate::manifest::Column| Slot { name: column.name.clone(), kind: column.typed.kind.clone() };
        let slots: Vec<Slot> = source.columns.iter().map(slot).collect();
        let done = self.session.engine.append(&source.table, &slots, rows).await;
        done.map_err(|error| RunError::statement("source", error))
    }

    /// Gives a source other rows: at once, or before anything has run once [`begin`](Self::begin) is done.
    ///
    /// # Errors
    /// Where the target cannot do it.
    pub async fn give(&mut self, source: usize, rows: Vec<Row>) -> Result<(), RunError> {
        if self.last.is_some() {
            return self.fill(source, &rows).await;
        }
        self.waiting.insert(source, rows);
        Ok(())
    }

    /// A run over empty tables, a second before the first one: so every declaration is there before the first row.
    ///
    /// # Errors
    /// Where it stops.
    pub async fn begin(&mut self, first: i64) -> Result<(), RunError> {
        self.run(first - 1).await?;
        for (source, rows) in std::mem::take(&mut self.waiting) {
            self.fill(source, &rows).await?;
        }
        Ok(())
    }

    /// Whether anything has run.
    #[must_use]
    pub const fn has_run(&self) -> bool {
        self.last.is_some()
    }

    /// Does a run at an instant, in seconds since 1970.
    ///
    /// # Errors
    /// Where it stops.
    pub async fn run(&mut self, now: i64) -> Result<Outcome, RunError> {
        self.session.options = RunOptions { now, ..RunOptions::default() };
        let outcome = go(&mut self.session, self.manifest).await?;
        let (id, now) = (outcome.run.clone(), value::instant_text(now));
        self.last = Some(Run { id, parent: outcome.parent.clone(), now, born: Vec::new() });
        Ok(outcome)
    }

    /// Columns of the rows that the last run built of a model, what no view shows included; where any are named in `only`, of
    /// those rows in which one of these is true. Nothing where the manifest has no such model.
    ///
    /// # Errors
    /// Where the target cannot do it.
    pub async fn built(&mut self, model: &str, columns: &[(&str, Type)], only: &[&str]) -> Result<Vec<Row>, RunError> {
        let model = self.manifest.models.iter().find(|it| it.name == model);
        let (Some(model), Some(run)) = (model, &self.last) else { return Ok(Vec::new()) };
        let only = only.iter().map(|name| format!("m.{}", quote(name))).collect::<Vec<_>>().join(" OR ");
        let table = run.bind(&model.table, self.session.driver);
        let from = if only.is_empty() { table } else { format!("(SELECT * FROM {table} AS m WHERE {only})") };
        self.session.columns(&from, columns).await
    }

    /// What policies hold back of a sync after the last run: the policy, and the key of the row, of a sync from a step that of the
    /// firing.
    ///
    /// # Errors
    /// Where the target cannot do it.
    pub async fn gated(&mut self, sync: &str) -> Result<Vec<(String, String)>, RunError> {
        let sync = self.manifest.syncs.iter().find(|it| it.spec.name == sync && !it.gated.is_empty());
        let (Some(sync), Some(last)) = (sync, self.last.clone()) else { return Ok(Vec::new()) };
        let run = Run { born: born::all(&mut self.session, self.manifest, &last.now).await?, ..last };
        let sql = run.bind(&sync.gated, self.session.driver);
        let rows = self.session.rows("what policies hold back", &sql, &[Type::Text, Type::Text]).await?;
        let text = |row: &Row, at: usize| row.get(at).and_then(Value::text);
        Ok(rows.iter().filter_map(|row| Some((text(row, 0)?, text(row, 1)?))).collect())
    }

    /// Columns of a table of the state.
    ///
    /// # Errors
    /// Where the target cannot do it.
    pub async fn state(&mut self, table: &str, columns: &[(&str, Type)]) -> Result<Vec<Row>, RunError> {
        let table = self.session.driver.table(super::state::SCHEMA, table);
        self.session.columns(&table, columns).await
    }

    /// Columns of an entity's rows, as people read them.
    ///
    /// # Errors
    /// Where the target cannot do it.
    pub async fn rows(&mut self, view: &str, columns: &[(&str, Type)]) -> Result<Vec<Row>, RunError> {
        let view = self.session.driver.table(super::state::PUBLIC, view);
        self.session.columns(&view, columns).await
    }
}
