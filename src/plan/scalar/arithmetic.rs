//! Takes an operator with its operands, or a change of type, and gives the named operation that `sql` has a
//! template for: the operand types decide which one.

use super::{Leaves, value};
use crate::plan::rel::{Constant, Scalar};
use crate::program::{Expr, ExprKind, Literal, Op};
use crate::types::Type;

/// An arithmetic operator on its operands; `kind` is the result's type.
pub(super) fn lower(op: Op, operands: &[Expr], kind: &Type, leaves: &mut dyn Leaves) -> Scalar {
    match (op, operands) {
        (Op::Negate, [it]) => negate(it, kind, leaves),
        (Op::Add, [a, b]) => match (&a.typed.kind, &b.typed.kind) {
            (Type::Duration | Type::Months, Type::Timestamp | Type::Date) => shift(b, a, false, kind, leaves),
            (Type::Timestamp | Type::Date, _) => shift(a, b, false, kind, leaves),
            _ => both("add", a, b, kind, leaves),
        },
        (Op::Subtract, [a, b]) => match (&a.typed.kind, &b.typed.kind) {
            (Type::Timestamp, Type::Timestamp) => call("timestamp_diff", a, b, kind, leaves),
            (Type::Date, Type::Date) => call("date_diff", a, b, kind, leaves),
            (Type::Timestamp | Type::Date, _) => shift(a, b, true, kind, leaves),
            _ => both("subtract", a, b, kind, leaves),
        },
        (Op::Multiply, [a, b]) => match (&a.typed.kind, &b.typed.kind) {
            (Type::Duration, _) => scaled("duration_scale", a, b, kind, leaves),
            (_, Type::Duration) => scaled("duration_scale", b, a, kind, leaves),
            _ => both("multiply", a, b, kind, leaves),
        },
        (Op::Divide, [a, b]) => match (&a.typed.kind, &b.typed.kind) {
            (Type::Duration, Type::Duration) => call("duration_ratio", a, b, kind, leaves),
            (Type::Duration, _) => scaled("duration_divide", a, b, kind, leaves),
            _ => {
                let operands = vec![coerce(a, &Type::Float, leaves), coerce(b, &Type::Float, leaves)];
                Scalar::Call("float_divide".to_owned(), operands, Type::Float)
            }
        },
        _ => Scalar::Constant(Constant::Null(None)),
    }
}

fn call(name: &str, a: &Expr, b: &Expr, kind: &Type, leaves: &mut dyn Leaves) -> Scalar {
    Scalar::Call(name.to_owned(), vec![value(a, leaves), value(b, leaves)], kind.clone())
}

/// A duration by a number.
fn scaled(name: &str, duration: &Expr, number: &Expr, kind: &Type, leaves: &mut dyn Leaves) -> Scalar {
    let operands = vec![value(duration, leaves), coerce(number, &Type::Float, leaves)];
    Scalar::Call(name.to_owned(), operands, kind.clone())
}

/// Two operands of one kind.
fn both(what: &str, a: &Expr, b: &Expr, kind: &Type, leaves: &mut dyn Leaves) -> Scalar {
    let prefix = prefix(kind);
    let (a, b) = match kind {
        Type::Float => (coerce(a, kind, leaves), coerce(b, kind, leaves)),
        Type::Decimal { .. } if what != "multiply" => {
            (at_scale(a, scale(kind), leaves), at_scale(b, scale(kind), leaves))
        }
        Type::Decimal { .. } => (at_scale(a, scale(&a.typed.kind), leaves), at_scale(b, scale(&b.typed.kind), leaves)),
        _ => (value(a, leaves), value(b, leaves)),
    };
    if let Some(known) = known(what, &a, &b) {
        return Scalar::Constant(known);
    }
    Scalar::Call(format!("{prefix}_{what}"), vec![a, b], kind.clone())
}

/// What two constants give, where they are whole numbers and 64 bits suffice.
fn known(what: &str, a: &Scalar, b: &Scalar) -> Option<Constant> {
    let (Scalar::Constant(a), Scalar::Constant(b)) = (a, b) else { return None };
    let apply = |a: i64, b: i64| match what {
        "add" => a.checked_add(b),
        "subtract" => a.checked_sub(b),
        _ => a.checked_mul(b),
    };
    match (a, b) {
        (Constant::Int(a), Constant::Int(b)) => apply(*a, *b).map(Constant::Int),
        (Constant::Duration(a), Constant::Duration(b)) => apply(*a, *b).map(Constant::Duration),
        _ => None,
    }
}

/// A number as a decimal of this scale.
fn at_scale(expr: &Expr, scale: u8, leaves: &mut dyn Leaves) -> Scalar {
    match &expr.typed.kind {
        Type::Decimal { scale: own, .. } if *own == scale => value(expr, leaves),
        _ => coerce(expr, &Type::Decimal { precision: 18, scale }, leaves),
    }
}

const fn prefix(kind: &Type) -> &'static str {
    match kind {
        Type::Float => "float",
        Type::Decimal { .. } => "decimal",
        Type::Duration => "duration",
        _ => "int",
    }
}

/// An instant or a date, moved by a duration or by months.
fn shift(from: &Expr, by: &Expr, back: bool, kind: &Type, leaves: &mut dyn Leaves) -> Scalar {
    let what = if from.typed.kind == Type::Date { "date" } else { "timestamp" };
    let base = value(from, leaves);
    if by.typed.kind == Type::Months {
        let months = match (value(by, leaves), back) {
            (Scalar::Constant(Constant::Int(it)), true) => Scalar::int(-it),
            (other, true) => Scalar::Call("int_negate".to_owned(), vec![other], Type::Int),
            (other, false) => other,
        };
        return Scalar::Call(format!("{what}_add_months"), vec![base, months], kind.clone());
    }
    let verb = if back { "subtract" } else { "add" };
    Scalar::Call(format!("{what}_{verb}"), vec![base, value(by, leaves)], kind.clone())
}

fn negate(expr: &Expr, kind: &Type, leaves: &mut dyn Leaves) -> Scalar {
    match value(expr, leaves) {
        Scalar::Constant(Constant::Int(it)) if it != i64::MIN => Scalar::int(-it),
        Scalar::Constant(Constant::Decimal(digits, scale)) => Scalar::Constant(Constant::Decimal(-digits, scale)),
        Scalar::Constant(Constant::Float(it)) => Scalar::Constant(Constant::Float(-it)),
        Scalar::Constant(Constant::Duration(it)) => Scalar::Constant(Constant::Duration(-it)),
        other => Scalar::Call(format!("{}_negate", prefix(kind)), vec![other], kind.clone()),
    }
}

/// The digits after the point.
pub(super) const fn scale(kind: &Type) -> u8 {
    match kind {
        Type::Decimal { scale, .. } => *scale,
        _ => 0,
    }
}

/// A value in another type; literals are converted here.
pub(super) fn coerce(inner: &Expr, to: &Type, leaves: &mut dyn Leaves) -> Scalar {
    let from = &inner.typed.kind;
    if let ExprKind::Literal(literal) = &inner.kind
        && let Some(it) = converted(literal, from, to)
    {
        return Scalar::Constant(it);
    }
    let it = value(inner, leaves);
    match (from, to) {
        (a, b) if a == b => it,
        (Type::Enum(_) | Type::Json | Type::Text, Type::Enum(_) | Type::Json | Type::Text) => it,
        (Type::Decimal { scale: a, .. }, Type::Decimal { scale: b, .. }) if a == b => it,
        (Type::Null | Type::Error, _) | (_, Type::Null | Type::Error) => it,
        _ => Scalar::Cast(Box::new(it), from.clone(), to.clone()),
    }
}

fn converted(literal: &Literal, from: &Type, to: &Type) -> Option<Constant> {
    match (literal, to) {
        (Literal::Null, Type::Null | Type::Error) => None,
        (Literal::Null, _) => Some(Constant::Null(Some(to.clone()))),
        (Literal::Int(it), Type::Decimal { scale, .. }) => {
            Some(Constant::Decimal(it.checked_mul(10_i64.checked_pow(u32::from(*scale))?)?, *scale))
        }
        #[expect(clippy::cast_precision_loss, reason = "an int beside a float is a float")]
        (Literal::Int(it), Type::Float) => Some(Constant::Float(*it as f64)),
        (Literal::Decimal(digits), Type::Decimal { scale: wanted, .. }) => {
            let more = wanted.checked_sub(scale(from))?;
            Some(Constant::Decimal(digits.checked_mul(10_i64.checked_pow(u32::from(more))?)?, *wanted))
        }
        (Literal::Decimal(digits), Type::Float) => {
            format!("{digits}e-{}", scale(from)).parse().ok().map(Constant::Float)
        }
        _ => None,
    }
}
