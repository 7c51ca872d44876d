//! Takes parts of expressions, gives expressions over the row itself: the short words of this folder. Each makes exactly the
//! node that it names, in the types that the graph promises.

use crate::program::{Expr, ExprKind, Field, FieldId, Literal, OUTER, Op, Program, What};
use crate::source::Span;
use crate::types::{Type, Typed};

/// What is folded stands in no file.
const NOWHERE: Span = Span { start: 0, end: 0 };

fn expr(typed: Typed, kind: ExprKind) -> Expr {
    Expr { typed, span: NOWHERE, kind }
}

fn read(field: &Field, what: What) -> Expr {
    let typed = field.typed.kind.clone().optional();
    expr(typed, ExprKind::Read { row: OUTER, path: Vec::new(), what })
}

/// A field of the row.
pub(super) fn field(program: &Program, id: FieldId) -> Expr {
    let field = program.field(id);
    Expr { typed: field.typed.clone(), ..read(field, What::Field(id)) }
}

/// What a field of the row was in the run before.
pub(super) fn was(program: &Program, id: FieldId) -> Expr {
    read(program.field(id), What::Was(id))
}

/// The run's instant.
pub(super) fn now() -> Expr {
    expr(Type::Timestamp.required(), ExprKind::Now)
}

/// A value of this type, which is never null.
pub(super) fn literal(kind: Type, value: Literal) -> Expr {
    expr(kind.required(), ExprKind::Literal(value))
}

pub(super) fn int(value: i64) -> Expr {
    literal(Type::Int, Literal::Int(value))
}

pub(super) fn text(value: &str) -> Expr {
    literal(Type::Text, Literal::Text(value.to_owned()))
}

/// A function of the language whose result is never null.
pub(super) fn call(name: &'static str, arguments: Vec<Expr>, kind: Type) -> Expr {
    expr(kind.required(), ExprKind::Call(name, arguments))
}

/// The value in another type, in which it is written alike.
pub(super) fn coerced(value: Expr, kind: Type) -> Expr {
    expr(kind.required(), ExprKind::Coerce(Box::new(value)))
}

/// The first of these that is not null.
pub(super) fn coalesce(values: Vec<Expr>, typed: Typed) -> Expr {
    expr(typed, ExprKind::Call("coalesce", values))
}

fn condition(op: Op, operands: Vec<Expr>) -> Expr {
    expr(Type::Bool.required(), ExprKind::Op(op, operands))
}

pub(super) fn less(a: Expr, b: Expr) -> Expr {
    condition(Op::Less, vec![a, b])
}

pub(super) fn at_least(a: Expr, b: Expr) -> Expr {
    condition(Op::GreaterEqual, vec![a, b])
}

pub(super) fn is_not_null(value: Expr) -> Expr {
    condition(Op::Not, vec![condition(Op::IsNull, vec![value])])
}

/// Whether all hold; `None`: nothing is asked.
pub(super) fn all(mut conditions: Vec<Expr>) -> Option<Expr> {
    match conditions.len() {
        0 | 1 => conditions.pop(),
        _ => Some(condition(Op::And, conditions)),
    }
}

/// The value of the first condition that holds.
pub(super) fn case(arms: Vec<(Expr, Expr)>, otherwise: Expr) -> Expr {
    if arms.is_empty() {
        return otherwise;
    }
    let typed = if arms.iter().any(|(_, value)| value.typed.nullable) {
        otherwise.typed.kind.clone().optional()
    } else {
        otherwise.typed.clone()
    };
    expr(typed, ExprKind::Case { arms, otherwise: Box::new(otherwise) })
}

pub(super) const fn null(kind: Type) -> Expr {
    Expr::null(kind, NOWHERE)
}
