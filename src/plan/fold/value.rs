//! Takes parts of expressions, gives expressions over the row itself: the short words of this folder. Each makes exactly the
//! node that it names, in the types that the graph promises.

use crate::program::{ColumnId, EntityId, Expr, ExprKind, Field, FieldId, Literal, OUTER, Op, Program, RowId, What};
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

/// A field that the program does not have yet.
pub(super) fn read_field(id: FieldId, typed: Typed) -> Expr {
    field_of(id, OUTER, typed)
}

/// The same, of a row in scope.
pub(super) fn field_of(id: FieldId, row: RowId, typed: Typed) -> Expr {
    expr(typed, ExprKind::Read { row, path: Vec::new(), what: What::Field(id) })
}

/// A column of a row in scope.
pub(super) fn column_of(id: ColumnId, row: RowId, typed: Typed) -> Expr {
    expr(typed, ExprKind::Read { row, path: Vec::new(), what: What::Column(id) })
}

/// The key of the row.
pub(super) fn key(program: &Program, entity: EntityId) -> Expr {
    let id = program.entity(entity).key;
    column_of(id, OUTER, program.column(entity, id).typed.kind.clone().required())
}

/// The value as text.
pub(super) fn as_text(value: Expr) -> Expr {
    if value.typed.kind == Type::Text {
        return value;
    }
    let typed = Typed { kind: Type::Text, nullable: value.typed.nullable };
    Expr { typed, ..call("text", vec![value], Type::Text) }
}

/// Since when the row is in an audience, as of this run.
pub(super) fn since(id: FieldId) -> Expr {
    expr(Type::Timestamp.optional(), ExprKind::Read { row: OUTER, path: Vec::new(), what: What::Since(id) })
}

/// The `now` of the first run that had what the field is of.
pub(super) fn born(id: FieldId) -> Expr {
    expr(Type::Timestamp.required(), ExprKind::Read { row: OUTER, path: Vec::new(), what: What::Born(id) })
}

/// What the firings of a step are known by, as text.
pub(super) fn mark(id: FieldId) -> Expr {
    expr(Type::Text.required(), ExprKind::Read { row: OUTER, path: Vec::new(), what: What::Mark(id) })
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

pub(super) fn at_most(a: Expr, b: Expr) -> Expr {
    condition(Op::LessEqual, vec![a, b])
}

pub(super) fn equal(a: Expr, b: Expr) -> Expr {
    condition(Op::Equal, vec![a, b])
}

pub(super) fn is_null(value: Expr) -> Expr {
    condition(Op::IsNull, vec![value])
}

pub(super) fn is_not_null(value: Expr) -> Expr {
    not(is_null(value))
}

/// Whether a value is one of these.
pub(super) fn one_of(value: Expr, others: Vec<Expr>) -> Expr {
    condition(Op::In, std::iter::once(value).chain(others).collect())
}

/// What never holds.
pub(super) fn none() -> Expr {
    literal(Type::Bool, Literal::Bool(false))
}

/// Whether it does not hold.
pub(super) fn not(condition: Expr) -> Expr {
    match condition.kind {
        ExprKind::Literal(Literal::Bool(holds)) => literal(Type::Bool, Literal::Bool(!holds)),
        _ => self::condition(Op::Not, vec![condition]),
    }
}

/// Whether all hold.
pub(super) fn all(mut conditions: Vec<Expr>) -> Expr {
    conditions.retain(|it| it.kind != ExprKind::Literal(Literal::Bool(true)));
    if conditions.iter().any(|it| it.kind == ExprKind::Literal(Literal::Bool(false))) {
        return none();
    }
    one_or(conditions, Op::And, true)
}

/// Whether one holds.
pub(super) fn any(mut conditions: Vec<Expr>) -> Expr {
    conditions.retain(|it| it.kind != ExprKind::Literal(Literal::Bool(false)));
    if conditions.iter().any(|it| it.kind == ExprKind::Literal(Literal::Bool(true))) {
        return not(none());
    }
    one_or(conditions, Op::Or, false)
}

fn one_or(mut conditions: Vec<Expr>, op: Op, empty: bool) -> Expr {
    match conditions.len() {
        0 => literal(Type::Bool, Literal::Bool(empty)),
        1 => conditions.remove(0),
        _ => condition(op, conditions),
    }
}

/// A number and a number, or an instant and a length of time.
pub(super) fn sum(a: Expr, b: Expr) -> Expr {
    let typed = Typed { kind: a.typed.kind.clone(), nullable: a.typed.nullable || b.typed.nullable };
    expr(typed, ExprKind::Op(Op::Add, vec![a, b]))
}

/// An instant, a length of time before.
pub(super) fn minus(a: Expr, b: Expr) -> Expr {
    expr(a.typed.clone(), ExprKind::Op(Op::Subtract, vec![a, b]))
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
