//! What expressions say of several rows, as plain data: sets with their ties, the aggregates that read them, and the
//! places of a row among others. No set is read but through an aggregate.

use super::{EntityId, Expr, FieldId, RowId, SourceId};
use crate::source::Span;

/// One value of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Which.
    pub op: AggregateOp,
    /// Of which rows.
    pub set: Set,
    /// Of what; absent for `any`, `none`, `count(SET)` and row links.
    pub value: Option<Expr>,
    /// `pick … by`: the best row first; nulls last, ties by the key.
    pub order: Vec<Order>,
}

/// Which value of a set. `all(C from S where P)` is `none(S where P and not C)`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "each variant is the aggregate of that name in docs/language.md")]
pub enum AggregateOp {
    Any,
    None,
    Count,
    CountDistinct,
    Sum,
    Min,
    Max,
    Avg,
    Median,
    First,
    Last,
    Mode,
    /// `percentile(0.9, x from …)`: the fraction, 0 to 1.
    Percentile(f64),
    Pick,
}

/// The rows that an aggregate reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    /// The set's own row.
    pub row: RowId,
    /// What its rows are.
    pub over: RowsOf,
    /// What ties them to the rows outside: all must be equal. Empty: computed once.
    pub ties: Vec<Tie>,
    /// Which of them; may read rows outside (it is then grouped by the outer row's identity).
    pub condition: Option<Expr>,
    /// Where it is written.
    pub span: Span,
}

/// What a set's rows are. The rows of an event are those at or before now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowsOf {
    /// An entity's or event's.
    Entity(EntityId),
    /// A source's.
    Source(SourceId),
}

/// `inner = outer`, both of one type; the inner side reads the set's row only, the outer side only rows outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Tie {
    /// Over the set's row.
    pub inner: Expr,
    /// Over rows outside.
    pub outer: Expr,
}

/// By what, and in which direction; nulls last in both. Enums go in declared order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// By what.
    pub by: Expr,
    /// The largest first.
    pub descending: bool,
}

/// The place of a row among the rows of its entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Which place.
    pub op: WindowOp,
    /// By what; a null has no place.
    pub order: Order,
    /// Among the rows that agree in these.
    pub per: Vec<Expr>,
    /// Among the members only; others have no place.
    pub among: Option<FieldId>,
}

/// Which place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowOp {
    /// 1, 1, 3.
    Rank,
    /// (rank − 1) ÷ (rows − 1); 0 for a single row.
    PercentRank,
    /// The number of the tile among this many; larger tiles first, ties by the key.
    Ntile(i64),
}
