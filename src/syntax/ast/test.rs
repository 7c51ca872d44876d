//! What a `test` says, without meaning: fixtures as tables of cells that are still text. Every row of a table has a cell for
//! each name; a line that had not was reported, and is absent.

use super::{Expr, Name, Path, Text};
use crate::source::Span;

/// `test 'text' at @2026-01-15 [every 1 hour] { items }`
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// What it shows.
    pub name: Text,
    /// The instant of the first run.
    pub at: Expr,
    /// How often it runs; an hour where it is not said.
    pub every: Option<Expr>,
    /// Its items, in order.
    pub items: Vec<TestItem>,
    /// Whether an item could not be read, or there is no block.
    pub broken: bool,
}

/// One item of a test.
#[derive(Debug, Clone, PartialEq)]
pub enum TestItem {
    /// `given app.workspaces` and a table
    Given(Given),
    /// `after 3 days`
    After(Expr, Span),
    /// `reject emails`: the sync's destination refuses from here on; `accept emails` ends it.
    Answer {
        /// `reject` or `accept`.
        word: Name,
        /// Of which sync.
        sync: Name,
        /// The item.
        span: Span,
    },
    /// `expect [fired] path = { a, b }`
    ExpectKeys(ExpectKeys),
    /// `expect path` and a table
    ExpectRows(Given),
}

/// A path and a table: rows of a source, or what is expected of an entity or a sync.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The source; the entity, sync or funnel.
    pub of: Path,
    /// The names in the first line.
    pub columns: Vec<Name>,
    /// The lines below, a cell for each name.
    pub rows: Vec<TableRow>,
    /// The item.
    pub span: Span,
}

/// A line of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// The line.
    pub span: Span,
}

/// A cell of a table; it may be empty. A text with blanks at its ends, or with a pipe, is quoted: `'a | b'`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The text between the pipes, without the blanks around it; quotes as they are written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// `expect [fired] path = { a, b }`
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectKeys {
    /// `fired`: in this very run.
    pub fired: Option<Span>,
    /// An audience or a step.
    pub of: Path,
    /// The keys.
    pub keys: Vec<Key>,
    /// The item.
    pub span: Span,
}

/// A key between the braces of `expect`.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// The key.
    pub text: String,
    /// Where, quotes included.
    pub span: Span,
}
