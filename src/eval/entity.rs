//! Which rows there are, and how one leads to another. Takes the rows of sources and gives those of entities and events:
//! of an entity the ones that meet its condition, of an event also only what has happened, each once.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::expr::Frame;
use super::{DAY, Input, Row, Run, Stop, Value, calendar};
use crate::program::{ColumnId, Entity, EntityId, LinkBy, LinkId, Program, RowsOf, SourceId};

/// A row, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub over: RowsOf,
    pub place: usize,
}

impl<'a> Run<'a> {
    /// A run with the rows of every entity, before any field is computed.
    pub(super) fn new(program: &'a Program, input: &Input<'a>) -> Result<Self, Stop> {
        let sources = (0..program.sources.len() as u32).map(|id| {
            let mut rows: Vec<&Row> = input.rows.get(&SourceId(id)).into_iter().flatten().collect();
            rows.sort_by(|a, b| by_columns(a, b));
            rows
        });
        let mut run = Self {
            program,
            now: input.now,
            before: input.before,
            receipts: input.receipts,
            born: super::sequence::all_born(program, input.before, input.now),
            sources: sources.collect(),
            entities: Vec::new(),
            known: RefCell::new(BTreeMap::new()),
            entries: RefCell::new(BTreeMap::new()),
            channels: RefCell::new(BTreeMap::new()),
        };
        for id in 0..program.entities.len() as u32 {
            let rows = run.rows_of(EntityId(id))?;
            run.entities.push(rows);
        }
        Ok(run)
    }

    /// The rows of an entity, by key; of an event, by time and key.
    fn rows_of(&self, id: EntityId) -> Result<Vec<&'a Row>, Stop> {
        let entity = self.program.entity(id);
        let mut rows = Vec::new();
        for (place, row) in self.source_rows(entity.source).iter().copied().enumerate() {
            let frame = Frame::outer(At { over: RowsOf::Source(entity.source), place });
            let meets = entity.condition.as_ref().map_or(Ok(true), |condition| self.holds(condition, &[frame]))?;
            if meets && self.has_happened(entity, row)? {
                rows.push(row);
            }
        }
        rows.sort_by(|a, b| {
            let by = |id: ColumnId| column(a, id).nulls_last(column(b, id));
            entity.at.map_or(Ordering::Equal, by).then_with(|| by(entity.key))
        });
        if entity.at.is_some() {
            rows.dedup_by(|a, b| column(a, entity.key).equals(column(b, entity.key)));
        }
        Ok(rows)
    }

    /// Whether an event's time is not after now; a day begins in the project's zone.
    fn has_happened(&self, entity: &Entity, row: &Row) -> Result<bool, Stop> {
        let Some(at) = entity.at else { return Ok(true) };
        Ok(match column(row, at) {
            Value::Timestamp(at) => *at <= self.now,
            Value::Date(day) => *day <= self.today(&self.program.zone)?,
            _ => false,
        })
    }

    /// The day of the run in a zone.
    pub(super) fn today(&self, zone: &str) -> Result<i64, Stop> {
        Ok(calendar::to_local(self.now, zone)?.div_euclid(DAY))
    }

    /// The rows of a source.
    pub(super) fn source_rows(&self, id: SourceId) -> &[&'a Row] {
        self.sources.get(id.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The rows of an entity or event.
    pub(super) fn entity_rows(&self, id: EntityId) -> &[&'a Row] {
        self.entities.get(id.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The rows that a set is over.
    pub(super) fn all(&self, over: RowsOf) -> &[&'a Row] {
        match over {
            RowsOf::Entity(id) => self.entity_rows(id),
            RowsOf::Source(id) => self.source_rows(id),
        }
    }

    /// The order of two rows of one set by their key; of rows without one by all their columns.
    pub(super) fn by_key(&self, a: At, b: At) -> Ordering {
        match a.over {
            RowsOf::Entity(id) => {
                let key = self.program.entity(id).key;
                self.column(a, key).nulls_last(&self.column(b, key))
            }
            RowsOf::Source(_) => a.place.cmp(&b.place),
        }
    }

    /// A column's value of a row.
    pub(super) fn column(&self, at: At, id: ColumnId) -> Value {
        self.all(at.over).get(at.place).map_or(Value::Null, |row| column(row, id).clone())
    }

    /// The row to which links lead from a row, one after the other.
    pub(super) fn follow_all(&self, path: &[LinkId], from: At) -> Result<Option<At>, Stop> {
        let mut end = Some(from);
        for link in path {
            end = end.map_or(Ok(None), |from| self.follow(*link, from))?;
        }
        Ok(end)
    }

    /// The row to which a link leads from a row.
    pub(super) fn follow(&self, link: LinkId, from: At) -> Result<Option<At>, Stop> {
        let link = self.program.link(link);
        let over = RowsOf::Entity(link.to);
        match &link.by {
            LinkBy::Columns { on, equals, .. } => {
                let value = self.column(from, *on);
                let place = self.all(over).iter().position(|row| column(row, *equals).equals(&value));
                Ok(place.map(|place| At { over, place }))
            }
            LinkBy::Row(aggregate) => {
                let frames = [Frame::outer(from)];
                Ok(self.chosen(aggregate, &frames)?.map(|frame| frame.at))
            }
        }
    }
}

/// A column's value of a row.
fn column(row: &Row, id: ColumnId) -> &Value {
    row.get(id.0 as usize).unwrap_or(&Value::Null)
}

/// The order of rows without a key.
fn by_columns(a: &Row, b: &Row) -> Ordering {
    a.iter().zip(b).map(|(a, b)| a.nulls_last(b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
