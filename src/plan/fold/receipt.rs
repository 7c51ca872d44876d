//! What destinations have accepted, as a source of the folded program: so that when a firing was accepted is the least instant of a
//! set that is tied to the row, like any other.

use super::sequence::Fold;
use super::value::{all, call, equal, less, now, text};
use crate::plan::sync;
use crate::program::{
    Aggregate, AggregateOp, Column, ColumnId, Expr, ExprKind, OUTER, Op, RowId, RowsOf, Set, Source, Stream, Tie, What,
};
use crate::source::Span;
use crate::types::Type;

/// The columns of `plg_state.receipts` that are read.
const COLUMNS: [(&str, Type); 5] = [
    ("sync", Type::Text),
    ("object", Type::Text),
    ("key", Type::Text),
    ("accepted", Type::Bool),
    ("happened_at", Type::Timestamp),
];

/// The row of a receipt: no set of a program has this number.
const RECEIPT: RowId = RowId(u32::MAX);

/// The source.
pub(super) fn source(span: Span) -> Source {
    let column = |(name, kind): (&str, Type)| Column {
        name: name.to_owned(),
        doc: None,
        typed: kind.optional(),
        labels: Vec::new(),
        span,
    };
    Source {
        name: ["plg_state", "receipts"].map(str::to_owned).into(),
        doc: None,
        span,
        sql: None,
        reads: Vec::new(),
        columns: COLUMNS.into_iter().map(column).collect(),
        fresh: None,
    }
}

/// When a firing was accepted, in the entry of this number.
pub(super) fn of(fold: &Fold<'_>, stream: &Stream, entry: Expr) -> Expr {
    let program = fold.program;
    let receipt = |name: &str| {
        let at = COLUMNS.iter().position(|(column, _)| *column == name).unwrap_or_default();
        let kind = COLUMNS.get(at).map_or(Type::Text, |(_, kind)| kind.clone());
        let what = What::Column(ColumnId(at as u32));
        let kind_of = ExprKind::Read { row: RECEIPT, path: Vec::new(), what };
        Expr { typed: kind.optional(), span: Span::default(), kind: kind_of }
    };
    let place = sync::place(program, &stream.as_sync(program));
    let names = std::iter::once(&stream.name).chain(&stream.was).map(|name| text(name));
    let is_own: Vec<Expr> = [receipt("sync")].into_iter().chain(names).collect();
    let condition = all(vec![
        Expr { typed: Type::Bool.required(), span: Span::default(), kind: ExprKind::Op(Op::In, is_own) },
        equal(receipt("object"), text(&place)),
        receipt("accepted"),
        // What this run itself sends is known from the next one on.
        less(receipt("happened_at"), now()),
    ]);
    let entity = fold.sequence.entity;
    let id = program.entity(entity).key;
    let kind = program.column(entity, id).typed.kind.clone();
    let what = ExprKind::Read { row: OUTER, path: Vec::new(), what: What::Column(id) };
    let key = Expr { typed: kind.clone().required(), span: Span::default(), kind: what };
    let key = if kind == Type::Text { key } else { call("text", vec![key], Type::Text) };
    let mut firing = call("concat", vec![key, text("/"), call("text", vec![entry], Type::Text)], Type::Text);
    firing.typed.nullable = true;
    let set = Set {
        row: RECEIPT,
        over: RowsOf::Source(fold.receipts),
        ties: vec![Tie { inner: receipt("key"), outer: firing }],
        condition: Some(condition),
        span: Span::default(),
    };
    let value = Some(receipt("happened_at"));
    let aggregate = Aggregate { op: AggregateOp::Min, set, value, order: Vec::new() };
    let kind = ExprKind::Aggregate(Box::new(aggregate));
    Expr { typed: Type::Timestamp.optional(), span: Span::default(), kind }
}
