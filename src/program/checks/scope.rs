//! Takes a program and visits the parts of its expressions, each with the rows that are in scope there, as the prover wants
//! them. What a visitor leaves is left with all its parts.

use crate::program::walk::of_program;
use crate::program::{EntityId, Expr, ExprKind, OUTER, Program, RowId, RowsOf};

/// The rows in scope, and what they are.
pub(super) type Rows = Vec<(RowId, RowsOf)>;

/// What to do with the parts of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// Visit them too.
    Go,
    /// Leave them.
    Skip,
}

/// Calls `visit_one` with every expression of the program and, where that says so, with its parts.
pub(super) fn visit_program<'p>(program: &'p Program, visit_one: &mut impl FnMut(&'p Expr, &Rows) -> Within) {
    for (entity, expr) in of_program(program) {
        visit(expr, &of_entity(entity), visit_one);
    }
}

/// The row of an entity alone.
pub(super) fn of_entity(entity: EntityId) -> Rows {
    vec![(OUTER, RowsOf::Entity(entity))]
}

fn visit<'p>(expr: &'p Expr, rows: &Rows, visit_one: &mut impl FnMut(&'p Expr, &Rows) -> Within) {
    if visit_one(expr, rows) == Within::Skip {
        return;
    }
    match &expr.kind {
        ExprKind::Aggregate(aggregate) => {
            let set = &aggregate.set;
            let mut inner = rows.clone();
            inner.push((set.row, set.over));
            set.ties.iter().for_each(|tie| visit(&tie.outer, rows, visit_one));
            let order = aggregate.order.iter().map(|order| &order.by);
            for part in set.condition.iter().chain(&aggregate.value).chain(order) {
                visit(part, &inner, visit_one);
            }
        }
        _ => expr.parts().into_iter().for_each(|part| visit(part, rows, visit_one)),
    }
}
