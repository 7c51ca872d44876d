//! What a file says of destinations and syncs: what is written where, to whom, and what happens to those who leave. Plain
//! and owned, like all of the tree.

use super::{Column, Exempt, Expr, Guard, Name, Path, Text};
use crate::source::Span;

/// `destination name = kind { allows …; object { field type, … } }`
#[derive(Debug, Clone, PartialEq)]
pub struct Destination {
    /// Its name.
    pub name: Name,
    /// The system: `webhook`, …
    pub system: Name,
    /// The labels that it may receive.
    pub allows: Vec<Name>,
    /// Objects with their fields.
    pub objects: Vec<Object>,
    /// Whether an item could not be read.
    pub broken: bool,
}

/// `contacts { plg_stage text, … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The object.
    pub name: Name,
    /// Its fields.
    pub fields: Vec<Column>,
}

/// `sync name [was old] from base [as alias] [where cond] to destination.object[('argument')] { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Sync {
    /// Its name.
    pub name: Name,
    /// Its name in earlier runs.
    pub was: Option<Name>,
    /// An audience or an entity.
    pub from: Path,
    /// Another name for the row.
    pub alias: Option<Name>,
    /// Which of its rows.
    pub condition: Option<Expr>,
    /// Destination and object.
    pub to: Path,
    /// The text in parentheses after the object.
    pub argument: Option<Text>,
    /// Its items.
    pub items: Vec<SyncItem>,
    /// Whether an item could not be read, or there is no block.
    pub broken: bool,
}

/// One line of a sync.
#[derive(Debug, Clone, PartialEq)]
pub enum SyncItem {
    /// `match email = owner.email`
    Match(Assign),
    /// `pick by usage desc`
    Pick(Vec<Order>, Span),
    /// `set a = x, b = y`
    Set(Vec<Assign>),
    /// `create` or `update` alone: only these; both words: both.
    Only(Name),
    /// `leave delete | clear | keep | set a = x`
    Leave(Leave),
    /// `guard deletes <= 10%`
    Guard(Guard),
    /// `exempt hands_off because '…'`
    Exempt(Exempt),
}

/// `name = expr`
#[derive(Debug, Clone, PartialEq)]
pub struct Assign {
    /// The destination's field.
    pub name: Name,
    /// Its value.
    pub value: Expr,
}

/// What happens to those who leave.
#[derive(Debug, Clone, PartialEq)]
pub struct Leave {
    /// `delete`, `clear`, `keep` or `set`.
    pub action: Name,
    /// What `leave set` writes.
    pub set: Vec<Assign>,
    /// The item.
    pub span: Span,
}

/// `expr [desc]`
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// By what.
    pub by: Expr,
    /// Whether the largest comes first.
    pub descending: bool,
}
