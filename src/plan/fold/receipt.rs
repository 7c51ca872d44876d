//! What destinations have accepted, as a source of the folded program: so that when a firing was accepted is the least instant of a
//! set that is tied to the row, like any other.

use super::log::Log;
use super::sequence::Fold;
use super::value::{all, as_text, call, equal, key, less, mark, now, text};
use crate::plan::sync;
use crate::program::{Aggregate, AggregateOp, Expr, ExprKind, RowId, RowsOf, Set, Stream, Tie};
use crate::source::Span;
use crate::types::Type;

/// What destinations said.
pub(super) const RECEIPTS: Log = Log {
    name: "receipts",
    columns: &[
        ("sync", Type::Text),
        ("object", Type::Text),
        ("key", Type::Text),
        ("accepted", Type::Bool),
        ("happened_at", Type::Timestamp),
    ],
};

/// The row of a receipt: no set of a program has this number.
const RECEIPT: RowId = RowId(u32::MAX);

/// When a firing was accepted, in the entry of this number.
pub(super) fn of(fold: &Fold<'_>, stream: &Stream, entry: Expr) -> Expr {
    let program = fold.program;
    let receipt = |name: &str| RECEIPTS.read(RECEIPT, name);
    let place = sync::place(program, stream);
    let step = fold.sequence.steps.get(stream.step).map_or(fold.sequence.entry, |step| step.at);
    let condition = all(vec![
        RECEIPTS.names(RECEIPT, "sync", (&stream.name, stream.was.as_ref())),
        equal(receipt("object"), text(&place)),
        receipt("accepted"),
        // What this run itself sends is known from the next one on.
        less(receipt("happened_at"), now()),
    ]);
    let key = as_text(key(program, fold.sequence.entity));
    let mut firing =
        call("concat", vec![mark(step), text("/"), key, text("/"), call("text", vec![entry], Type::Text)], Type::Text);
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
