//! Takes a typed expression and gives it in another type: int → decimal → float, a decimal at a larger scale, an
//! enum as text. Literals are folded, so that the plan sees no conversion of a constant.

use crate::program::context::make;
use crate::program::{Expr, ExprKind, Literal};
use crate::types::{Type, Typed};

const DAY: i64 = 86_400_000_000;

/// The expression in a type that it can become.
pub(in crate::program) fn to(expr: Expr, kind: &Type) -> Expr {
    if expr.typed.kind == *kind || expr.typed.kind == Type::Error || *kind == Type::Error || *kind == Type::Null {
        return expr;
    }
    let typed = Typed { kind: kind.clone(), nullable: expr.typed.nullable };
    if let ExprKind::Literal(literal) = &expr.kind
        && let Some(folded) = fold(literal, &expr.typed.kind, kind)
    {
        return make(ExprKind::Literal(folded), typed, expr.span);
    }
    if is_wider_only(&expr.typed.kind, kind) {
        return Expr { typed, ..expr };
    }
    let span = expr.span;
    make(ExprKind::Coerce(Box::new(expr)), typed, span)
}

/// Whether two decimals have one scale: then the same digits are of both types.
fn is_wider_only(from: &Type, to: &Type) -> bool {
    matches!((from, to), (Type::Decimal { scale: a, precision: p }, Type::Decimal { scale: b, precision: q }) if a == b && p <= q)
}

fn fold(literal: &Literal, from: &Type, to: &Type) -> Option<Literal> {
    match (literal, from, to) {
        (Literal::Null, _, _) => Some(Literal::Null),
        (Literal::Int(value), _, Type::Float) => Some(Literal::Float(*value as f64)),
        (Literal::Int(value), _, Type::Decimal { scale, .. }) => {
            Some(Literal::Decimal(value.checked_mul(10_i64.checked_pow(u32::from(*scale))?)?))
        }
        (Literal::Decimal(digits), Type::Decimal { scale, .. }, Type::Float) => {
            Some(Literal::Float(*digits as f64 / 10_f64.powi(i32::from(*scale))))
        }
        (Literal::Decimal(digits), Type::Decimal { scale: here, .. }, Type::Decimal { scale: there, .. }) => {
            let more = there.checked_sub(*here)?;
            Some(Literal::Decimal(digits.checked_mul(10_i64.checked_pow(u32::from(more))?)?))
        }
        (Literal::Text(value), Type::Enum(_), Type::Text) => Some(Literal::Text(value.clone())),
        _ => None,
    }
}

/// A date literal as the instant of its midnight in UTC; everything else as it is.
pub(in crate::program) fn fold_date(expr: Expr) -> Expr {
    if let ExprKind::Literal(Literal::Date(days)) = expr.kind {
        let kind = ExprKind::Literal(Literal::Timestamp(i64::from(days) * DAY));
        return make(kind, Type::Timestamp.required(), expr.span);
    }
    expr
}
