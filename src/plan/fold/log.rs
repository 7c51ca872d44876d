//! Takes a table of `plg_state` and the columns of it that are read, gives it as a source of the folded program, and what is read of
//! its rows: so that what earlier runs did is counted as the rows of any other set.

use super::value::{column_of, one_of, text};
use crate::program::{Column, ColumnId, Expr, RowId, Source};
use crate::source::Span;
use crate::types::Type;

/// A table of `plg_state`, with the columns of it that are read.
#[derive(Debug)]
pub(super) struct Log {
    /// Its name.
    pub(super) name: &'static str,
    /// Its columns.
    pub(super) columns: &'static [(&'static str, Type)],
}

impl Log {
    /// The table as a source.
    pub(super) fn source(&self, span: Span) -> Source {
        let column = |(name, kind): &(&str, Type)| Column {
            name: (*name).to_owned(),
            doc: None,
            typed: kind.clone().optional(),
            labels: Vec::new(),
            span,
        };
        Source {
            name: ["plg_state", self.name].map(str::to_owned).into(),
            doc: None,
            span,
            sql: None,
            reads: Vec::new(),
            columns: self.columns.iter().map(column).collect(),
            fresh: None,
        }
    }

    /// A column of a row of it.
    pub(super) fn read(&self, row: RowId, name: &str) -> Expr {
        let at = self.columns.iter().position(|(column, _)| *column == name).unwrap_or_default();
        let kind = self.columns.get(at).map_or(Type::Text, |(_, kind)| kind.clone());
        column_of(ColumnId(at as u32), row, kind.optional())
    }

    /// Whether a column of a row is a declaration's name, or its earlier one.
    pub(super) fn names(&self, row: RowId, column: &str, (name, was): (&str, Option<&String>)) -> Expr {
        let names = std::iter::once(name).chain(was.map(String::as_str)).map(text);
        one_of(self.read(row, column), names.collect())
    }
}
