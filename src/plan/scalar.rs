//! Takes typed expressions and gives scalars of SQL; what a row in scope holds is answered by [`Leaves`].
//! Two-valued logic is spent here: a [`Truth`] may be null where it does not hold, and pays for the third
//! value (one `COALESCE` or `IS NOT TRUE`) only where it would leak: under `not`, and as a value.

mod arithmetic;

use super::call;
use super::rel::{Compare, Constant, Parameter, Scalar};
use crate::program::{AggregateOp, Expr, ExprKind, Literal, Op, What};
use crate::types::Type;

/// Answers what an expression needs of the rows in scope: reads, aggregates, windows, `previous`.
pub trait Leaves {
    /// The scalar of such an expression.
    fn leaf(&mut self, expr: &Expr) -> Scalar;
}

/// A condition: true exactly where it holds; where it does not hold, false or, if `nullable`, null.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// The condition.
    pub scalar: Scalar,
    /// Whether it may be null.
    pub nullable: bool,
}

impl Truth {
    /// A condition that is never null.
    #[must_use]
    pub const fn sure(scalar: Scalar) -> Self {
        Self { scalar, nullable: false }
    }

    /// The condition as a value: true or false.
    #[must_use]
    pub fn exact(self) -> Scalar {
        if self.nullable {
            Scalar::Coalesce(vec![self.scalar, Scalar::Constant(Constant::Bool(false))])
        } else {
            self.scalar
        }
    }

    /// Whether it does not hold.
    #[must_use]
    pub fn fails(self) -> Self {
        if self.nullable {
            return Self::sure(Scalar::IsTrue(Box::new(self.scalar), true));
        }
        Self::sure(match self.scalar {
            Scalar::Not(inner) => *inner,
            Scalar::IsNull(inner, negated) => Scalar::IsNull(inner, !negated),
            Scalar::IsTrue(inner, negated) => Scalar::IsTrue(inner, !negated),
            Scalar::In(inner, list, negated) => Scalar::In(inner, list, !negated),
            Scalar::Distinct(a, b, distinct) => Scalar::Distinct(a, b, !distinct),
            Scalar::Compare(compare, kind, a, b) => Scalar::Compare(opposite(compare), kind, a, b),
            Scalar::Constant(Constant::Bool(it)) => Scalar::Constant(Constant::Bool(!it)),
            other => Scalar::Not(Box::new(other)),
        })
    }

    /// Whether all hold.
    #[must_use]
    pub fn all(parts: Vec<Self>) -> Self {
        let nullable = parts.iter().any(|part| part.nullable);
        let mut flat = Vec::new();
        for part in parts {
            match part.scalar {
                Scalar::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        Self { scalar: one_or(flat, Scalar::And, true), nullable }
    }

    /// Whether one holds.
    #[must_use]
    pub fn any(parts: Vec<Self>) -> Self {
        let nullable = parts.iter().any(|part| part.nullable);
        let mut flat = Vec::new();
        for part in parts {
            match part.scalar {
                Scalar::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        Self { scalar: one_or(flat, Scalar::Or, false), nullable }
    }
}

fn one_or(mut parts: Vec<Scalar>, many: fn(Vec<Scalar>) -> Scalar, empty: bool) -> Scalar {
    match parts.len() {
        0 => Scalar::Constant(Constant::Bool(empty)),
        1 => parts.remove(0),
        _ => many(parts),
    }
}

const fn opposite(compare: Compare) -> Compare {
    match compare {
        Compare::Equal => Compare::NotEqual,
        Compare::NotEqual => Compare::Equal,
        Compare::Less => Compare::GreaterEqual,
        Compare::LessEqual => Compare::Greater,
        Compare::Greater => Compare::LessEqual,
        Compare::GreaterEqual => Compare::Less,
    }
}

/// The run's instant.
#[must_use]
pub const fn now() -> Scalar {
    Scalar::Parameter(Parameter::Now)
}

/// An expression's value.
pub fn value(expr: &Expr, leaves: &mut dyn Leaves) -> Scalar {
    match &expr.kind {
        ExprKind::Literal(literal) => constant(literal, &expr.typed.kind),
        ExprKind::Now => now(),
        ExprKind::Read { .. } | ExprKind::Aggregate(_) | ExprKind::Window(_) | ExprKind::Previous(_) => {
            leaves.leaf(expr)
        }
        ExprKind::Op(op, operands) => match op {
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Negate => {
                arithmetic::lower(*op, operands, &expr.typed.kind, leaves)
            }
            Op::And
            | Op::Or
            | Op::Not
            | Op::Equal
            | Op::NotEqual
            | Op::Less
            | Op::LessEqual
            | Op::Greater
            | Op::GreaterEqual
            | Op::IsNull
            | Op::In => truth(expr, leaves).exact(),
        },
        ExprKind::Call(name, arguments) => {
            let arguments = arguments.iter().map(|it| (value(it, leaves), it.typed.kind.clone())).collect();
            call::function(name, arguments, expr.typed.kind.clone())
        }
        ExprKind::Case { arms, otherwise } => {
            let arms = arms.iter().map(|(when, then)| (condition(when, leaves), value(then, leaves))).collect();
            let otherwise = match otherwise.kind {
                ExprKind::Literal(Literal::Null) => None,
                _ => Some(Box::new(value(otherwise, leaves))),
            };
            Scalar::Case(arms, otherwise)
        }
        ExprKind::Coerce(inner) => arithmetic::coerce(inner, &expr.typed.kind, leaves),
        ExprKind::Error => Scalar::Constant(Constant::Null(None)),
    }
}

/// An expression as a condition where a null counts as false: `WHERE`, `CASE WHEN`, `ON`.
pub fn condition(expr: &Expr, leaves: &mut dyn Leaves) -> Scalar {
    truth(expr, leaves).scalar
}

/// An expression as a condition.
pub fn truth(expr: &Expr, leaves: &mut dyn Leaves) -> Truth {
    match &expr.kind {
        ExprKind::Literal(Literal::Null) => Truth::sure(Scalar::Constant(Constant::Bool(false))),
        ExprKind::Op(op, operands) => match (op, operands.as_slice()) {
            (Op::And, all) => Truth::all(all.iter().map(|it| truth(it, leaves)).collect()),
            (Op::Or, all) => Truth::any(all.iter().map(|it| truth(it, leaves)).collect()),
            (Op::Not, [it]) => negated(it, leaves),
            (Op::NotEqual, [a, b]) => unequal(a, b, leaves),
            (Op::IsNull, [it]) => Truth::sure(Scalar::IsNull(Box::new(value(it, leaves)), false)),
            (Op::In, [it, list @ ..]) => {
                let nullable = operands.iter().any(is_nullable);
                let list = list.iter().map(|it| value(it, leaves)).collect();
                Truth { scalar: Scalar::In(Box::new(value(it, leaves)), list, false), nullable }
            }
            (op, [a, b]) => match comparison(*op) {
                Some(compare) => {
                    let (left, right) = (Box::new(value(a, leaves)), Box::new(value(b, leaves)));
                    let scalar = Scalar::Compare(compare, a.typed.kind.clone(), left, right);
                    Truth { scalar, nullable: is_nullable(a) || is_nullable(b) }
                }
                None => Truth { scalar: value(expr, leaves), nullable: true },
            },
            _ => Truth { scalar: value(expr, leaves), nullable: true },
        },
        _ => Truth { scalar: value(expr, leaves), nullable: is_nullable(expr) },
    }
}

const fn comparison(op: Op) -> Option<Compare> {
    Some(match op {
        Op::Equal => Compare::Equal,
        Op::Less => Compare::Less,
        Op::LessEqual => Compare::LessEqual,
        Op::Greater => Compare::Greater,
        Op::GreaterEqual => Compare::GreaterEqual,
        Op::And
        | Op::Or
        | Op::Not
        | Op::NotEqual
        | Op::IsNull
        | Op::In
        | Op::Add
        | Op::Subtract
        | Op::Multiply
        | Op::Divide
        | Op::Negate => return None,
    })
}

fn negated(expr: &Expr, leaves: &mut dyn Leaves) -> Truth {
    match &expr.kind {
        ExprKind::Op(Op::Not, operands) => match operands.as_slice() {
            [it] => truth(it, leaves),
            _ => truth(expr, leaves).fails(),
        },
        ExprKind::Op(Op::Equal, operands) => match operands.as_slice() {
            [a, b] => unequal(a, b, leaves),
            _ => truth(expr, leaves).fails(),
        },
        ExprKind::Op(Op::NotEqual, operands) => match operands.as_slice() {
            [a, b] => Truth {
                scalar: value(a, leaves).equals(a.typed.kind.clone(), value(b, leaves)),
                nullable: is_nullable(a) || is_nullable(b),
            },
            _ => truth(expr, leaves).fails(),
        },
        _ => truth(expr, leaves).fails(),
    }
}

/// `not (a = b)`: where one side cannot be null, that is `IS DISTINCT FROM`.
fn unequal(a: &Expr, b: &Expr, leaves: &mut dyn Leaves) -> Truth {
    let (left, right) = (Box::new(value(a, leaves)), Box::new(value(b, leaves)));
    let kind = a.typed.kind.clone();
    match (is_nullable(a), is_nullable(b)) {
        (false, false) => Truth::sure(Scalar::Compare(Compare::NotEqual, kind, left, right)),
        (true, true) => Truth { scalar: Scalar::Compare(Compare::Equal, kind, left, right), nullable: true }.fails(),
        (true, false) | (false, true) => Truth::sure(Scalar::Distinct(left, right, true)),
    }
}

/// Whether a value may be null.
#[must_use]
pub fn is_nullable(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(literal) => *literal == Literal::Null,
        ExprKind::Now => false,
        ExprKind::Read { what: What::Exists, .. } => false,
        ExprKind::Read { path, .. } => expr.typed.nullable || !path.is_empty(),
        ExprKind::Op(op, operands) => match op {
            Op::Add | Op::Subtract | Op::Multiply | Op::Negate => operands.iter().any(is_nullable),
            Op::Divide => true,
            Op::And
            | Op::Or
            | Op::Not
            | Op::Equal
            | Op::NotEqual
            | Op::Less
            | Op::LessEqual
            | Op::Greater
            | Op::GreaterEqual
            | Op::IsNull
            | Op::In => false,
        },
        ExprKind::Coerce(inner) => is_nullable(inner),
        ExprKind::Aggregate(aggregate) => match aggregate.op {
            AggregateOp::Any
            | AggregateOp::None
            | AggregateOp::Count
            | AggregateOp::CountDistinct
            | AggregateOp::Sum => false,
            AggregateOp::Min
            | AggregateOp::Max
            | AggregateOp::Avg
            | AggregateOp::Median
            | AggregateOp::First
            | AggregateOp::Last
            | AggregateOp::Mode
            | AggregateOp::Percentile(_)
            | AggregateOp::Pick => true,
        },
        ExprKind::Previous(_) | ExprKind::Error => true,
        ExprKind::Call(..) | ExprKind::Case { .. } | ExprKind::Window(_) => expr.typed.nullable,
    }
}

/// A constant; a null has the type.
#[must_use]
pub fn constant(literal: &Literal, kind: &Type) -> Scalar {
    Scalar::Constant(match literal {
        Literal::Null => Constant::Null(match kind {
            Type::Null | Type::Error => None,
            typed => Some(typed.clone()),
        }),
        Literal::Bool(it) => Constant::Bool(*it),
        Literal::Int(it) => Constant::Int(*it),
        Literal::Decimal(digits) => Constant::Decimal(*digits, arithmetic::scale(kind)),
        Literal::Float(it) => Constant::Float(*it),
        Literal::Text(it) => Constant::Text(it.clone()),
        Literal::Date(it) => Constant::Date(*it),
        Literal::Timestamp(it) => Constant::Timestamp(*it),
        Literal::Duration(it) => Constant::Duration(*it),
        Literal::Months(it) => Constant::Int(i64::from(*it)),
    })
}
