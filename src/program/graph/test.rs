//! Tests, as plain data: what the sources hold, when it runs, and what is expected then. Every row has all its columns, every
//! instant is known; nothing of it is part of what a run does.

use super::{EntityId, FieldId, FunnelId, Literal, SourceId};
use crate::source::Span;
use crate::types::Typed;

/// A test.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// What it shows.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// What happens, in order. The sources are empty before.
    pub steps: Vec<TestStep>,
}

/// What happens in a test.
#[derive(Debug, Clone, PartialEq)]
pub enum TestStep {
    /// From here on these are the rows of a source: all columns, in declared order.
    Given {
        /// The source.
        source: SourceId,
        /// Its rows.
        rows: Vec<Vec<Literal>>,
    },
    /// From here on a destination refuses what a sync sends, or takes it again.
    Answer {
        /// The sync, by its place in [`super::Program::all_syncs`].
        sync: usize,
        /// Whether it is taken.
        accepts: bool,
    },
    /// A run at this instant, in microseconds since 1970-01-01T00:00Z; whole seconds, later than the one before.
    Run(i64),
    /// What the last run must have led to.
    Expect(Expectation),
}

/// What is expected: exactly these rows, in these columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// Of what.
    pub of: Expected,
    /// Its name, as it is written.
    pub name: String,
    /// The item.
    pub span: Span,
    /// The columns that are compared.
    pub columns: Vec<ExpectedColumn>,
    /// Which of them tells the rows apart.
    pub key: usize,
    /// The rows.
    pub rows: Vec<ExpectedRow>,
}

/// What something is expected of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The members of an audience; the one column is the entity's key.
    Members(FieldId),
    /// The rows in whose last entry a step has happened; the one column is the entity's key.
    Happened(FieldId),
    /// Those in which it has happened in the last run.
    Fired(FieldId),
    /// The rows of an entity.
    Rows(EntityId),
    /// The objects that a sync has written and that are there, by its place in [`super::Program::all_syncs`].
    Objects(usize),
    /// The members of a funnel, with how far each has come.
    Followed(FunnelId),
}

/// A column that is compared: of an entity's rows, or a field at a destination.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub typed: Typed,
}

/// A row that is expected.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedRow {
    /// A value for each column.
    pub cells: Vec<Literal>,
    /// Where it stands.
    pub span: Span,
}
