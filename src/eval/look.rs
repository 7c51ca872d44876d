//! A run that is looked at row by row: nothing is computed but what is asked for, so that one row of many can be explained in
//! the time that it needs.

use super::entity::At;
use super::expr::Frame;
use super::{Input, Run, Stop, Value};
use crate::program::{Aggregate, EntityId, Expr, FieldId, Program, RowsOf};

/// A row of an entity, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowAt {
    entity: EntityId,
    place: usize,
}

/// A run that computes what it is asked for.
pub struct Look<'a>(Run<'a>);

impl<'a> Look<'a> {
    /// The rows of every entity, before any field is computed.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn new(program: &'a Program, input: &Input<'a>) -> Result<Self, Stop> {
        Run::new(program, input).map(Self)
    }

    /// The run's instant.
    #[must_use]
    pub const fn now(&self) -> i64 {
        self.0.now
    }

    /// The row with this key, as text.
    #[must_use]
    pub fn row(&self, entity: EntityId, key: &str) -> Option<RowAt> {
        let column = self.0.program.entity(entity).key;
        let at = |place| At { over: RowsOf::Entity(entity), place };
        let rows = 0..self.0.entity_rows(entity).len();
        let place = rows.into_iter().find(|place| self.0.column(at(*place), column).text().as_deref() == Some(key))?;
        Some(RowAt { entity, place })
    }

    /// A field of a row, and since when it has its value.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn field(&self, id: FieldId, row: RowAt) -> Result<(Value, Value), Stop> {
        self.0.field(id, row.place)
    }

    /// What the run before remembers of a field of the row that has memory.
    #[must_use]
    pub fn before(&self, id: FieldId, row: RowAt) -> Value {
        let field = self.0.program.field(id);
        self.0.remembered(field, row.place).0
    }

    /// The bucket of a row's key under a salt.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn bucket(&self, salt: &str, row: RowAt) -> Result<i64, Stop> {
        let key = self.0.program.entity(row.entity).key;
        self.0.bucket(salt, &self.0.column(At { over: RowsOf::Entity(row.entity), place: row.place }, key))
    }

    /// An expression over a row.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn value(&self, expr: &Expr, row: RowAt) -> Result<Value, Stop> {
        self.0.eval(expr, &[frame(row)])
    }

    /// How many rows a set has for a row, and the keys of the first few, as far as its rows have keys.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn members(&self, aggregate: &Aggregate, row: RowAt, most: usize) -> Result<(usize, Vec<String>), Stop> {
        let frames = self.0.rows_in(&aggregate.set, &[frame(row)])?;
        let key = match aggregate.set.over {
            RowsOf::Entity(id) => Some(self.0.program.entity(id).key),
            RowsOf::Source(_) => None,
        };
        let keys = key.into_iter().flat_map(|key| frames.iter().filter_map(move |it| self.0.column(it.at, key).text()));
        Ok((frames.len(), keys.take(most).collect()))
    }
}

const fn frame(row: RowAt) -> Frame {
    Frame::outer(At { over: RowsOf::Entity(row.entity), place: row.place })
}
