//! What a `source`, and the columns of an object, say, without meaning. A type is a name with its arguments; one that could
//! not be read has an empty name.

use super::{Expr, Name, Path, Text};
use crate::source::Span;

/// `source x [as sql $$ … $$] { columns }`
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The table: one or two names.
    pub name: Path,
    /// The text between the `$$`, where the source is a query.
    pub sql: Option<Text>,
    /// The columns.
    pub columns: Vec<Column>,
    /// `fresh within D by column`
    pub fresh: Option<Fresh>,
    /// Whether it has a column whose name could not be read.
    pub broken: bool,
}

/// `name type [label l]`
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The `///` lines above.
    pub doc: Option<String>,
    /// The column.
    pub name: Name,
    /// Its type.
    pub kind: TypeName,
    /// Its labels.
    pub labels: Vec<Name>,
}

/// A type as it is written: `enum(free, pro)?`
#[derive(Debug, Clone, PartialEq)]
pub struct TypeName {
    /// `text`, `decimal`, `enum`, …; empty where it could not be read.
    pub name: Name,
    /// What stands in the parentheses: values of an enum, precision and scale.
    pub arguments: Vec<Name>,
    /// Whether a `?` follows.
    pub nullable: bool,
    /// All of it.
    pub span: Span,
}

/// `fresh within D by column`
#[derive(Debug, Clone, PartialEq)]
pub struct Fresh {
    /// How old the newest row may be.
    pub within: Expr,
    /// The column that says when a row arrived.
    pub by: Name,
    /// The item.
    pub span: Span,
}
