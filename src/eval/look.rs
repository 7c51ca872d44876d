//! A run that is looked at row by row: nothing is computed but what is asked for, so that one row of many can be explained in
//! the time that it needs.

use super::entity::At;
use super::expr::Frame;
use super::{Input, Receipt, Run, Stop, Turn, Value, operator, sequence};
use crate::program::{
    Aggregate, EntityId, Expr, FieldId, Hash, LinkId, Op, Program, RowsOf, Sequence, SequenceId, SequencePart, Stream,
    Sync,
};

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

    /// Where a hash puts a row's key under a salt.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn place(&self, hash: Hash, salt: &str, row: RowAt) -> Result<i64, Stop> {
        let key = self.0.program.entity(row.entity).key;
        self.0.place(hash, salt, &self.0.column(At { over: RowsOf::Entity(row.entity), place: row.place }, key))
    }

    /// An expression over a row; of a sequence, over an entry that begins in this run where `fresh`.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn value(&self, expr: &Expr, row: RowAt, fresh: bool) -> Result<Value, Stop> {
        self.0.eval(expr, &[Frame { fresh, ..frame(row) }])
    }

    /// Whether the last entry of the row began in this run.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn is_fresh(&self, id: SequenceId, row: RowAt) -> Result<bool, Stop> {
        self.0.entry(id, row.place).map(|entry| entry.fresh)
    }

    /// Whether the last entry of the row is closed in this run by being done.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn is_ended(&self, id: SequenceId, row: RowAt) -> Result<bool, Stop> {
        self.0.is_ended(id, row.place)
    }

    /// The `now` of the first run that had a sequence.
    #[must_use]
    pub fn first_run(&self, sequence: &Sequence) -> i64 {
        self.0.first_run(sequence)
    }

    /// An instant moved by a constant length of time.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn moved(&self, at: &Value, by: &Expr) -> Result<Value, Stop> {
        operator::arithmetic(Op::Add, &[at.clone(), self.0.eval(by, &[])?])
    }

    /// The row to which links lead, if there is one.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn follow(&self, path: &[LinkId], row: RowAt) -> Result<Option<RowAt>, Stop> {
        let end = self.0.follow_all(path, At { over: RowsOf::Entity(row.entity), place: row.place })?;
        let entity = path.last().map_or(row.entity, |link| self.0.program.link(*link).to);
        Ok(end.map(|at| RowAt { entity, place: at.place }))
    }

    /// The key of the row that a sync picks among those with the match key of a row; nothing where it wants none of them.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn picked(&self, sync: &Sync, row: RowAt) -> Result<Option<String>, Stop> {
        let Some(key) = self.value(&sync.matches.1, row, false)?.text() else { return Ok(None) };
        Ok(self.0.best(sync, &key)?.map(|place| self.key(RowAt { entity: sync.entity, place })))
    }

    /// The row's key.
    #[must_use]
    pub fn key(&self, row: RowAt) -> String {
        self.0.key_of(At { over: RowsOf::Entity(row.entity), place: row.place }).text().unwrap_or_default()
    }

    /// When what a sync from a step sent of the last entry of the row was accepted, of what was.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn accepted(&self, stream: &Stream, row: RowAt, all: &[Receipt]) -> Result<Option<i64>, Stop> {
        let sequence = self.0.program.sequence(stream.sequence);
        let entry = self.0.field(sequence.entry, row.place)?.0;
        let firing = self.0.firing_of(stream, &self.key(row), entry.as_int());
        Ok(all.iter().find(|it| it.firing == firing && self.0.is_of(it, stream)).map(|it| it.at))
    }

    /// What its channel says of a step; nothing of one that goes through none.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn turn(&self, id: SequenceId, step: usize, row: RowAt) -> Result<Option<Turn>, Stop> {
        let via = self.0.program.sequence(id).steps.get(step).and_then(|step| step.via.as_ref());
        via.map(|via| self.0.turn(via, (id, step, row.place))).transpose()
    }

    /// The `now` of the first run that had a step or a branch, where an edit passed it over in the last entry of the row.
    ///
    /// # Errors
    /// Where a value does not fit into its type.
    pub fn skipped_since(&self, id: SequenceId, part: SequencePart, row: RowAt) -> Result<Option<i64>, Stop> {
        self.0.skipped_since(id, part, row.place)
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

impl Run<'_> {
    /// The first run that had a step or a branch, where an edit passed it over in the last entry.
    pub(super) fn skipped_since(&self, id: SequenceId, part: SequencePart, place: usize) -> Result<Option<i64>, Stop> {
        let of = self.program.sequence(id);
        let (names, late, due) = match part {
            SequencePart::Step(at) | SequencePart::Sent(at) | SequencePart::Expired(at) => {
                let step = sequence::step_at(of, at)?;
                (sequence::step_names(of, at), step.late, step.due.as_ref())
            }
            SequencePart::Arm(at) | SequencePart::DecidedAt(at) => {
                let branch = of.branches.get(at).ok_or_else(|| Stop::new("no such branch"))?;
                (sequence::branch_names(of, at), branch.late, branch.due.as_ref())
            }
            SequencePart::Entry
            | SequencePart::EnteredAt
            | SequencePart::ExitedAt
            | SequencePart::Cause
            | SequencePart::Active
            | SequencePart::Held
            | SequencePart::Done => return Ok(None),
        };
        let entry = self.entry(id, place)?;
        let due = self.due(of, due, &entry, place)?;
        Ok(self.is_skipped(&names, late, &entry, &due).then(|| self.born(&names)))
    }
}

const fn frame(row: RowAt) -> Frame {
    Frame::outer(At { over: RowsOf::Entity(row.entity), place: row.place })
}
