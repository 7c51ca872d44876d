//! Takes a typed expression and visits its parts: which rows, fields and columns it reads. Rows that a set
//! brings are not among the rows that the expression reads.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    ColumnId, EntityId, Expr, ExprKind, Field, FieldKind, LinkBy, OUTER, Program, RowId, RowsOf, SourceId, What,
};
use crate::types::Type;

/// Calls `visit` with an expression and everything in it.
pub(super) fn visit<'e>(expr: &'e Expr, visit_one: &mut impl FnMut(&'e Expr)) {
    visit_one(expr);
    for part in expr.parts() {
        visit(part, visit_one);
    }
}

/// Calls `visit` with an expression and everything in it, to change it.
pub(super) fn visit_mut(expr: &mut Expr, visit_one: &mut impl FnMut(&mut Expr)) {
    visit_one(expr);
    expr.parts_mut().into_iter().for_each(|part| visit_mut(part, visit_one));
}

/// Whether something in an expression could not be resolved, so that what it says is not known.
pub(super) fn contains_error(expr: &Expr) -> bool {
    let mut found = false;
    visit(expr, &mut |part| found |= part.typed.kind == Type::Error);
    found
}

/// The expressions of a field.
pub(super) fn of_field<'p>(program: &'p Program, field: &'p Field) -> Vec<&'p Expr> {
    match &field.kind {
        FieldKind::Trait(expr) => vec![expr],
        FieldKind::Audience { condition, until, .. } => std::iter::once(condition).chain(until).collect(),
        FieldKind::Experiment(..) => Vec::new(),
        FieldKind::Sequence(id, part) => program.sequence(*id).exprs(*part),
        FieldKind::Status { stages, .. } => {
            stages.iter().flat_map(|stage| stage.when.iter().chain(&stage.until)).collect()
        }
    }
}

/// Every expression of the program with the entity whose row it is over.
pub(super) fn of_program(program: &Program) -> Vec<(EntityId, &Expr)> {
    let mut all = Vec::new();
    for (id, entity) in (0..).map(EntityId).zip(&program.entities) {
        all.extend(entity.condition.iter().map(|condition| (id, condition)));
    }
    for link in &program.links {
        if let LinkBy::Row(aggregate) = &link.by {
            all.extend(aggregate.parts().into_iter().map(|part| (link.from, part)));
        }
    }
    for field in program.fields.iter().filter(|field| !matches!(field.kind, FieldKind::Sequence(..))) {
        all.extend(of_field(program, field).into_iter().map(|expr| (field.entity, expr)));
    }
    for sequence in &program.sequences {
        all.extend(sequence.all_exprs().into_iter().map(|expr| (sequence.entity, expr)));
    }
    all
}

/// The rows that an expression reads, without those of the sets in it.
pub(super) fn rows_read(expr: &Expr) -> BTreeSet<RowId> {
    let mut rows = BTreeSet::new();
    let mut own = BTreeSet::new();
    visit(expr, &mut |part| match &part.kind {
        ExprKind::Read { row, .. } => {
            rows.insert(*row);
        }
        ExprKind::Aggregate(aggregate) => {
            own.insert(aggregate.set.row);
        }
        _ => {}
    });
    rows.retain(|row| !own.contains(row));
    rows
}

/// The source columns that an expression of a field of this entity reads, wherever they stand in it.
pub(super) fn columns_read(program: &Program, entity: EntityId, expr: &Expr) -> Vec<(SourceId, ColumnId)> {
    let mut rows = BTreeMap::from([(OUTER, RowsOf::Entity(entity))]);
    visit(expr, &mut |part| {
        if let ExprKind::Aggregate(aggregate) = &part.kind {
            rows.insert(aggregate.set.row, aggregate.set.over);
        }
    });
    let mut columns = Vec::new();
    visit(expr, &mut |part| {
        if let ExprKind::Read { row, path, what: What::Column(column) } = &part.kind {
            let own = rows.get(row).copied();
            match path.last().map(|link| RowsOf::Entity(program.link(*link).to)).or(own) {
                Some(RowsOf::Entity(id)) => columns.push((program.entity(id).source, *column)),
                Some(RowsOf::Source(id)) => columns.push((id, *column)),
                None => {}
            }
        }
    });
    columns
}

/// Whether a set, a window or the event before is read somewhere in an expression.
pub(super) fn contains_set(expr: &Expr) -> bool {
    let mut found = false;
    visit(expr, &mut |part| {
        found |= matches!(part.kind, ExprKind::Aggregate(_) | ExprKind::Window(_) | ExprKind::Previous(_));
    });
    found
}
