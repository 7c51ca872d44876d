//! Takes typed expressions and gives them in a normal form: no spans, and each set's row numbered by its depth
//! (the entity's row is 0, a set's in it 1, a set's in that 2). So what is the same is equal, and what an
//! aggregate reads of the rows outside is what it reads of smaller numbers.

use crate::program::{Aggregate, Expr, ExprKind, Link, LinkBy, LinkId, OUTER, Op, Program, RowId, What};
use crate::source::Span;
use crate::types::{Type, Typed};

/// The normal form.
pub(super) fn normal(expr: &Expr) -> Expr {
    let mut it = expr.clone();
    renumber(&mut it, &mut vec![OUTER]);
    it
}

fn renumber(expr: &mut Expr, scope: &mut Vec<RowId>) {
    expr.span = Span::default();
    match &mut expr.kind {
        ExprKind::Read { row, .. } => {
            if let Some(depth) = scope.iter().rposition(|it| it == row) {
                *row = RowId(depth as u32);
            }
        }
        ExprKind::Aggregate(aggregate) => renumber_aggregate(aggregate, scope),
        _ => {
            for child in expr.parts_mut() {
                renumber(child, scope);
            }
        }
    }
}

fn renumber_aggregate(aggregate: &mut Aggregate, scope: &mut Vec<RowId>) {
    aggregate.set.span = Span::default();
    for tie in &mut aggregate.set.ties {
        renumber(&mut tie.outer, scope);
    }
    scope.push(aggregate.set.row);
    aggregate.set.row = RowId(scope.len() as u32 - 1);
    for tie in &mut aggregate.set.ties {
        renumber(&mut tie.inner, scope);
    }
    for child in own_mut(aggregate) {
        renumber(child, scope);
    }
    scope.pop();
    // That a link has a row is here a value like any other, null where the set is empty; as such it stands apart from
    // what a path over a row link becomes: see `through_row_link`.
    if let Some(value) =
        aggregate.value.take_if(|value| matches!(value.kind, ExprKind::Read { what: What::Exists, .. }))
    {
        let (typed, span) = (value.typed.clone(), value.span);
        aggregate.value = Some(Expr { typed, span, kind: ExprKind::Op(Op::And, vec![value]) });
    }
}

/// What an aggregate evaluates in its set's rows, but for the ties.
pub(super) fn own(aggregate: &Aggregate) -> impl Iterator<Item = &Expr> {
    let order = aggregate.order.iter().map(|it| &it.by);
    aggregate.set.condition.iter().chain(&aggregate.value).chain(order)
}

fn own_mut(aggregate: &mut Aggregate) -> impl Iterator<Item = &mut Expr> {
    let order = aggregate.order.iter_mut().map(|it| &mut it.by);
    aggregate.set.condition.iter_mut().chain(&mut aggregate.value).chain(order)
}

/// Whether the expression or one in it is such.
pub(super) fn contains(expr: &Expr, is: &dyn Fn(&Expr) -> bool) -> bool {
    is(expr) || expr.parts().into_iter().any(|child| contains(child, is))
}

/// The deepest row outside that an aggregate reads; `None`: it is the same for all rows.
pub(super) fn deepest_outside(aggregate: &Aggregate) -> Option<RowId> {
    let mut deepest = None;
    let mut note = |row: RowId| {
        if row < aggregate.set.row {
            deepest = deepest.max(Some(row));
        }
    };
    for tie in &aggregate.set.ties {
        each_read(&tie.outer, &mut note);
    }
    for expr in own(aggregate) {
        each_read(expr, &mut note);
    }
    deepest
}

fn each_read(expr: &Expr, note: &mut dyn FnMut(RowId)) {
    if let ExprKind::Read { row, .. } = &expr.kind {
        note(*row);
    }
    for child in expr.parts() {
        each_read(child, note);
    }
}

/// What the expression takes of the rows above `row`: reads, and whole aggregates that are values of those rows.
pub(super) fn outside<'a>(expr: &'a Expr, row: RowId, found: &mut Vec<&'a Expr>) {
    match &expr.kind {
        ExprKind::Read { row: of, .. } if *of < row => found.push(expr),
        ExprKind::Aggregate(inner) if deepest_outside(inner).is_some_and(|it| it < row) => found.push(expr),
        _ => {
            for child in expr.parts() {
                outside(child, row, found);
            }
        }
    }
}

/// An aggregate of a row outside, as it is written at that row: its own rows move up to just below it.
pub(super) fn raised(expr: &Expr, to: RowId) -> Expr {
    let mut it = expr.clone();
    if let ExprKind::Aggregate(aggregate) = &mut it.kind {
        let by = aggregate.set.row.0.saturating_sub(to.0 + 1);
        let from = aggregate.set.row;
        shift(&mut it, &|row| if row >= from { RowId(row.0 - by) } else { row });
    }
    it
}

fn shift(expr: &mut Expr, to: &dyn Fn(RowId) -> RowId) {
    match &mut expr.kind {
        ExprKind::Read { row, .. } => *row = to(*row),
        ExprKind::Aggregate(aggregate) => aggregate.set.row = to(aggregate.set.row),
        _ => {}
    }
    for child in expr.parts_mut() {
        shift(child, to);
    }
}

/// A read over a link to one row of a set is an aggregate of that set: `latest.plan` is `last(plan from …)`.
/// `None` where the path holds no such link.
pub(super) fn through_row_link(program: &Program, expr: &Expr) -> Option<Expr> {
    let ExprKind::Read { row, path, what } = &expr.kind else { return None };
    let at = path.iter().position(|link| matches!(program.link(*link).by, LinkBy::Row(_)))?;
    let (before, rest) = path.split_at(at);
    let (link, after) = rest.split_first()?;
    let aggregate = row_link(program.link(*link))?;
    let mut aggregate = rebased(aggregate, *row, before);
    let typed = Typed { kind: expr.typed.kind.clone(), nullable: true };
    if *what == What::Exists && after.is_empty() {
        aggregate.op = crate::program::AggregateOp::Any;
        aggregate.order = Vec::new();
        let kind = ExprKind::Aggregate(Box::new(aggregate));
        return Some(Expr { typed: Type::Bool.required(), span: Span::default(), kind });
    }
    let value = ExprKind::Read { row: aggregate.set.row, path: after.to_vec(), what: *what };
    aggregate.value = Some(Expr { typed: typed.clone(), span: Span::default(), kind: value });
    Some(Expr { typed, span: Span::default(), kind: ExprKind::Aggregate(Box::new(aggregate)) })
}

/// The aggregate of a link to one row of a set, in normal form.
pub(super) fn row_link(link: &Link) -> Option<Aggregate> {
    let LinkBy::Row(aggregate) = &link.by else { return None };
    let mut it = (**aggregate).clone();
    renumber_aggregate(&mut it, &mut vec![OUTER]);
    Some(it)
}

/// The link's aggregate as written at `row`, for the row at the end of `before`.
fn rebased(aggregate: Aggregate, row: RowId, before: &[LinkId]) -> Aggregate {
    let mut it =
        Expr { typed: Type::Bool.required(), span: Span::default(), kind: ExprKind::Aggregate(Box::new(aggregate)) };
    rebase(&mut it, row, before);
    match it.kind {
        ExprKind::Aggregate(aggregate) => *aggregate,
        #[expect(clippy::unreachable, reason = "the kind was set three lines above and `rebase` keeps it")]
        _ => unreachable!("an aggregate stays one"),
    }
}

fn rebase(expr: &mut Expr, to: RowId, before: &[LinkId]) {
    match &mut expr.kind {
        ExprKind::Read { row, path, .. } if *row == OUTER => {
            *row = to;
            path.splice(0..0, before.iter().copied());
        }
        ExprKind::Read { row, .. } => row.0 += to.0,
        ExprKind::Aggregate(aggregate) => aggregate.set.row.0 += to.0,
        _ => {}
    }
    for child in expr.parts_mut() {
        rebase(child, to, before);
    }
}
