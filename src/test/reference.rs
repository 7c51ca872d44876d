//! A world in the reference evaluator: rows and destinations in memory, and no statement. Also tells which runs change
//! anything.

use std::collections::BTreeMap;

use super::compare::Row;
use super::{World, value};
use crate::eval::{self, Deliveries, Input, Output, Value};
use crate::program::{Expectation, Expected, Literal, Program, SourceId};

/// A program as it goes on, in memory.
pub struct Reference<'a> {
    program: &'a Program,
    rows: BTreeMap<SourceId, Vec<eval::Row>>,
    before: Output,
    deliveries: Deliveries,
    has_run: bool,
    /// The instant of the last run.
    now: i64,
}

impl<'a> Reference<'a> {
    /// Empty tables.
    pub fn new(program: &'a Program) -> Self {
        let (rows, before, deliveries) = (BTreeMap::new(), Output::default(), Deliveries::default());
        Self { program, rows, before, deliveries, has_run: false, now: 0 }
    }

    fn columns(
        &self,
        entity: &str,
        expectation: &Expectation,
        only: impl Fn(&eval::Row, &eval::Table) -> bool,
    ) -> Vec<Row> {
        self.before.entities.get(entity).map_or_else(Vec::new, |table| of_table(table, expectation, only))
    }
}

/// The expected columns of some rows of a table.
fn of_table(
    table: &eval::Table,
    expectation: &Expectation,
    only: impl Fn(&eval::Row, &eval::Table) -> bool,
) -> Vec<Row> {
    let value = |row: &eval::Row, name: &str| table.value(row, name).cloned().unwrap_or(Value::Null);
    let rows = table.rows.iter().filter(|row| only(row, table));
    rows.map(|row| expectation.columns.iter().map(|column| value(row, &column.name)).collect()).collect()
}

impl Reference<'_> {
    /// A run; whether it changes anything that a later run or a destination would notice.
    ///
    /// # Errors
    /// Where it stops.
    pub fn run_changes(&mut self, now: i64) -> Result<bool, String> {
        let (is_first, sent) = (!self.has_run, self.deliveries.clone());
        let before = self.go(now)?;
        Ok(is_first || sent != self.deliveries || !self.before.is_remembered_like(&before, self.program))
    }

    /// A run; gives what the one before left.
    fn go(&mut self, now: i64) -> Result<Output, String> {
        if !self.has_run {
            // Everything was declared before, over empty tables.
            let rows = BTreeMap::new();
            let input = Input { rows: &rows, now: now - 1_000_000, before: &self.before, receipts: &[] };
            self.before = eval::evaluate(self.program, &input).map_err(|stop| stop.to_string())?;
            self.has_run = true;
        }
        self.now = now;
        let receipts = self.deliveries.receipts.clone();
        let input = Input { rows: &self.rows, now, before: &self.before, receipts: &receipts };
        let done = eval::evaluate_and_deliver(self.program, &input, &mut self.deliveries);
        Ok(std::mem::replace(&mut self.before, done.map_err(|stop| stop.to_string())?))
    }
}

impl World for Reference<'_> {
    fn given(&mut self, source: SourceId, rows: &[Vec<Literal>]) -> Result<(), String> {
        let columns = &self.program.source(source).columns;
        let row = |row: &Vec<Literal>| {
            row.iter().zip(columns).map(|(it, column)| Value::of(it, &column.typed.kind)).collect()
        };
        self.rows.insert(source, rows.iter().map(row).collect());
        Ok(())
    }

    fn answer(&mut self, sync: usize, accepts: bool) -> Result<(), String> {
        let name = self.program.all_syncs().get(sync).map(|sync| sync.name.clone());
        if accepts {
            self.deliveries.refused.retain(|refused| Some(refused) != name.as_ref());
        } else {
            self.deliveries.refused.extend(name);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn withheld(&mut self, sync: usize) -> Result<Vec<(String, String)>, String> {
        let syncs = self.program.all_syncs();
        let is_own = |it: &&eval::Withheld| syncs.get(sync).is_some_and(|sync| sync.name == it.sync);
        Ok(self.deliveries.withheld.iter().filter(is_own).map(|it| (it.policy.clone(), it.key.clone())).collect())
    }

    fn run(&mut self, now: i64) -> Result<(), String> {
        self.go(now).map(|_| ())
    }

    fn rows(&mut self, expectation: &Expectation) -> Result<Vec<Row>, String> {
        match expectation.of {
            Expected::Members(id) => {
                let field = self.program.field(id);
                let entity = &self.program.entity(field.entity).name;
                let is_member =
                    |row: &eval::Row, table: &eval::Table| table.value(row, &field.name).is_some_and(Value::holds);
                Ok(self.columns(entity, expectation, is_member))
            }
            Expected::Happened(id) | Expected::Fired(id) => {
                let field = self.program.field(id);
                let entity = &self.program.entity(field.entity).name;
                let is_it = |at: &Value| match expectation.of {
                    Expected::Fired(_) => *at == Value::Timestamp(self.now),
                    _ => !at.is_null(),
                };
                let wanted = |row: &eval::Row, table: &eval::Table| table.value(row, &field.name).is_some_and(is_it);
                Ok(self.columns(entity, expectation, wanted))
            }
            Expected::Rows(id) => Ok(self.columns(&self.program.entity(id).name, expectation, |_, _| true)),
            Expected::Followed(id) => {
                let followed = self.before.funnels.get(&self.program.funnel(id).name);
                Ok(followed.map_or_else(Vec::new, |it| of_table(&it.members, expectation, |_, _| true)))
            }
            Expected::Objects(place) => {
                let syncs = self.program.all_syncs();
                let Some(sync) = syncs.get(place) else { return Ok(Vec::new()) };
                let objects = self.deliveries.objects(self.program, sync).into_iter();
                let row = |(key, fields): (String, eval::Fields)| {
                    let value =
                        |(place, column): (usize, &crate::program::ExpectedColumn)| match place == expectation.key {
                            true => value::keyed(&key, &column.typed.kind),
                            false => fields.get(&column.name).cloned().unwrap_or(Value::Null),
                        };
                    expectation.columns.iter().enumerate().map(value).collect()
                };
                Ok(objects.map(row).collect())
            }
        }
    }
}
