//! Takes the values of a sync and gives scalars over the entity's model under the alias `w`. Everything that is not a
//! constant or the run's instant is a column there by now.

use crate::plan::rel::{Scalar, Sort};
use crate::plan::row::Row;
use crate::plan::scalar;
use crate::program::{Column, EntityId, Expr, ExprKind, Literal, Order, Program, What};
use crate::types::Type;

/// The alias of the model in every statement of a sync.
pub const ROW: &str = "w";

/// The value in its own type.
pub fn value(program: &Program, entity: EntityId, expr: &Expr) -> Scalar {
    scalar::value(expr, &mut Row { program, entity, alias: ROW })
}

/// The value in the type of its destination.
pub fn value_as(program: &Program, entity: EntityId, expr: &Expr, target: &Type) -> Scalar {
    match &expr.kind {
        ExprKind::Literal(Literal::Null) => Scalar::null(target.clone()),
        _ => converted(value(program, entity, expr), &expr.typed.kind, target),
    }
}

/// Whether the value is the run's instant, which alone is no change.
pub fn is_now(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Now => true,
        ExprKind::Coerce(inner) => is_now(inner),
        _ => false,
    }
}

/// What a destination must allow to receive the value.
pub fn labels(program: &Program, entity: EntityId, expr: &Expr) -> Vec<String> {
    match &expr.kind {
        ExprKind::Read { what: What::Column(id), .. } => program.column(entity, *id).labels.clone(),
        ExprKind::Read { what: What::Field(id), .. } => program.field(*id).labels.clone(),
        ExprKind::Coerce(inner) => labels(program, entity, inner),
        _ => Vec::new(),
    }
}

/// `pick by`: the best row first; enums in declared order, nulls last, ties by the key.
pub fn best_first(program: &Program, entity: EntityId, pick: &[Order]) -> Vec<Sort> {
    let key: &Column = program.column(entity, program.entity(entity).key);
    let sorts = pick.iter().map(|order| {
        let (by, kind) = placed(value(program, entity, &order.by), &order.by.typed.kind);
        Sort { by, kind, descending: order.descending, nulls_first: false }
    });
    sorts.chain([Scalar::column(ROW, &key.name).ascending(key.typed.kind.clone())]).collect()
}

/// An enum's place among its values; anything else as it is.
fn placed(value: Scalar, kind: &Type) -> (Scalar, Type) {
    let Type::Enum(values) = kind else {
        return (value, kind.clone());
    };
    let arms = (0..)
        .zip(values)
        .map(|(place, name)| (value.clone().equals(kind.clone(), Scalar::text(name)), Scalar::int(place)))
        .collect();
    (Scalar::Case(arms, None), Type::Int)
}

fn converted(value: Scalar, from: &Type, to: &Type) -> Scalar {
    let is_same = from == to || !(from.is_number() && to.is_number());
    if is_same { value } else { Scalar::Cast(Box::new(value), from.clone(), to.clone()) }
}
