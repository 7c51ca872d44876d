//! Takes an expression of a sequence that reads the entry in view, gives it over what the run before left: of the open entry, of
//! one that would be fresh, or of the one that there is in this run.

use super::sequence::Fold;
use super::value::{all, case, coalesce, literal, not, now, null};
use crate::program::{
    Aggregate, AggregateOp, Expr, ExprKind, FieldId, FieldKind, Literal, Op, RowsOf, SequencePart, What,
};
use crate::types::Type;

/// Which entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// The one that the run before left open.
    Open,
    /// One that begins now.
    Fresh,
    /// The last one of this run.
    Entry,
}

/// The expression, over the entry in view.
pub(super) fn in_view(fold: &Fold<'_>, expr: &Expr, view: View) -> Expr {
    let mut it = expr.clone();
    see(fold, &mut it, view);
    it
}

fn see(fold: &Fold<'_>, expr: &mut Expr, view: View) {
    if let ExprKind::Read { what: What::InView(id), .. } = expr.kind {
        let span = expr.span;
        *expr = Expr { span, ..seen(fold, id, view) };
        return;
    }
    for part in expr.parts_mut() {
        see(fold, part, view);
    }
    if view == View::Fresh {
        if let ExprKind::Aggregate(aggregate) = &expr.kind
            && let Some(holds) = of_nothing(fold, aggregate)
        {
            expr.kind = ExprKind::Literal(Literal::Bool(holds));
        }
        settle(expr);
    }
}

/// What is asked of events that happened after now: there is none. `None`: something else is asked.
fn of_nothing(fold: &Fold<'_>, aggregate: &Aggregate) -> Option<bool> {
    let holds = match aggregate.op {
        AggregateOp::Any => false,
        AggregateOp::None => true,
        _ => return None,
    };
    let RowsOf::Entity(entity) = aggregate.set.over else { return None };
    let at = What::Column(fold.program.entity(entity).at?);
    let is_time = |it: &Expr| match &it.kind {
        ExprKind::Read { row, path, what } => *row == aggregate.set.row && path.is_empty() && *what == at,
        _ => false,
    };
    let is_later = |it: &Expr| match &it.kind {
        ExprKind::Op(Op::Greater, operands) => {
            matches!(operands.as_slice(), [a, b] if is_time(a) && b.kind == ExprKind::Now)
        }
        ExprKind::Op(Op::Less, operands) => {
            matches!(operands.as_slice(), [a, b] if a.kind == ExprKind::Now && is_time(b))
        }
        _ => false,
    };
    let condition = aggregate.set.condition.as_ref()?;
    let found = match &condition.kind {
        ExprKind::Op(Op::And, operands) => operands.iter().any(is_later),
        _ => is_later(condition),
    };
    found.then_some(holds)
}

/// What is read of a field.
fn seen(fold: &Fold<'_>, id: FieldId, view: View) -> Expr {
    let field = fold.program.field(id);
    let FieldKind::Sequence(_, part) = field.kind else { return null(field.typed.kind.clone()) };
    let no = || literal(Type::Bool, Literal::Bool(false));
    let was = || fold.was(id);
    let is_condition = matches!(part, SequencePart::Done | SequencePart::Expired(_));
    match (view, part) {
        (View::Open, _) if is_condition => coalesce(vec![was(), no()], Type::Bool.required()),
        // It is known of the entry as of this run.
        (View::Open, SequencePart::Sent(at)) => fold.sent(at, fold.was(fold.sequence.entry)),
        (View::Open, _) => was(),
        (View::Fresh, _) if is_condition => no(),
        (View::Fresh, SequencePart::EnteredAt) => now(),
        (View::Fresh, _) => null(field.typed.kind.clone()),
        (View::Entry, _) if is_condition => all(vec![not(fold.enters()), was()]),
        (View::Entry, SequencePart::EnteredAt | SequencePart::Sent(_)) => fold.field(id),
        (View::Entry, _) => case(vec![(not(fold.enters()), was())], null(field.typed.kind.clone())),
    }
}

/// Leaves out of `and`, `or` and `not` what is known not to hold.
pub(super) fn settle(expr: &mut Expr) {
    let known = |it: &Expr| match it.kind {
        ExprKind::Literal(Literal::Bool(it)) => Some(it),
        _ => None,
    };
    let ExprKind::Op(op, operands) = &mut expr.kind else { return };
    // What decides the whole, and what says nothing.
    let (decides, value) = match op {
        Op::And => (false, false),
        Op::Or => (true, true),
        Op::Not => {
            if let Some(it) = operands.first().and_then(known) {
                expr.kind = ExprKind::Literal(Literal::Bool(!it));
            }
            return;
        }
        _ => return,
    };
    if operands.iter().any(|it| known(it) == Some(decides)) {
        expr.kind = ExprKind::Literal(Literal::Bool(value));
        return;
    }
    operands.retain(|it| known(it).is_none());
    match operands.len() {
        0 => expr.kind = ExprKind::Literal(Literal::Bool(!value)),
        1 => {
            if let Some(only) = operands.pop() {
                *expr = only;
            }
        }
        _ => {}
    }
}
