//! Takes the fields in order and gives each the labels that flow into its value. A condition carries none: who is
//! in an audience says nothing of what a labelled column holds.

use std::collections::BTreeSet;

use super::cycle::Node;
use super::walk::{columns_read, visit};
use super::{AggregateOp, EntityId, Expr, ExprKind, FieldKind, Program, RowId, RowsOf, What};
use crate::source::Span;
use crate::types::Type;

/// Gives every field its labels; each comes after what it needs.
pub(super) fn flow(program: &mut Program, order: &[Node]) {
    for node in order {
        let Node::Field(id) = node else { continue };
        let field = program.field(*id);
        let labels = match &field.kind {
            FieldKind::Trait(expr) => of(program, field.entity, expr),
            FieldKind::Audience { .. }
            | FieldKind::Status { .. }
            | FieldKind::Experiment(..)
            | FieldKind::Sequence(..) => BTreeSet::new(),
        };
        if let Some(field) = program.fields.get_mut(id.0 as usize) {
            field.labels = labels.into_iter().collect();
        }
    }
}

/// The labels of an expression's value, in a field of this entity.
pub(super) fn of(program: &Program, entity: EntityId, expr: &Expr) -> BTreeSet<String> {
    let mut labels = BTreeSet::new();
    let mut rows = vec![(super::OUTER, RowsOf::Entity(entity))];
    add(program, &mut rows, expr, &mut labels);
    labels
}

/// Where a column that brings a label into an expression's value is declared.
pub(super) fn origin(program: &Program, entity: EntityId, expr: &Expr, label: &str) -> Option<Span> {
    let mut seen = BTreeSet::new();
    let mut next = vec![(entity, expr)];
    while let Some((entity, expr)) = next.pop() {
        for (source, column) in columns_read(program, entity, expr) {
            let column = program.source(source).columns.get(column.0 as usize);
            if let Some(column) = column.filter(|column| column.labels.iter().any(|it| it == label)) {
                return Some(column.span);
            }
        }
        visit(expr, &mut |part| {
            if let ExprKind::Read { what: What::Field(id), .. } = part.kind
                && seen.insert(id)
                && let FieldKind::Trait(value) = &program.field(id).kind
            {
                next.push((program.field(id).entity, value));
            }
        });
    }
    None
}

fn add(program: &Program, rows: &mut Vec<(RowId, RowsOf)>, expr: &Expr, labels: &mut BTreeSet<String>) {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Now | ExprKind::Window(_) | ExprKind::Error => {}
        ExprKind::Read { row, path, what } => match what {
            What::Field(id) => labels.extend(program.field(*id).labels.iter().cloned()),
            What::Column(column) => {
                let own = rows.iter().find(|(known, _)| known == row).map(|(_, over)| *over);
                let over = path.last().map(|link| RowsOf::Entity(program.link(*link).to)).or(own);
                let source = match over {
                    Some(RowsOf::Entity(id)) => program.source(program.entity(id).source),
                    Some(RowsOf::Source(id)) => program.source(id),
                    None => return,
                };
                labels
                    .extend(source.columns.get(column.0 as usize).into_iter().flat_map(|it| it.labels.iter().cloned()));
            }
            What::Since(_) | What::InView(_) | What::Was(_) | What::Born(_) | What::Mark(_) | What::Exists => {}
        },
        ExprKind::Op(_, operands) | ExprKind::Call(_, operands) => {
            if expr.typed.kind != Type::Bool {
                operands.iter().for_each(|operand| add(program, rows, operand, labels));
            }
        }
        ExprKind::Case { arms, otherwise } => {
            arms.iter().for_each(|(_, value)| add(program, rows, value, labels));
            add(program, rows, otherwise, labels);
        }
        ExprKind::Coerce(inner) | ExprKind::Previous(inner) => add(program, rows, inner, labels),
        ExprKind::Aggregate(aggregate) => {
            if aggregate.op != AggregateOp::CountDistinct
                && let Some(value) = &aggregate.value
            {
                rows.push((aggregate.set.row, aggregate.set.over));
                add(program, rows, value, labels);
                rows.pop();
            }
        }
    }
}
