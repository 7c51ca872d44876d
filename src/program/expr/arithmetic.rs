//! Takes arithmetic as it is written and gives operators by the types of their operands. Constant durations and
//! months are folded: what is added to an instant is clamped once. A decimal keeps every digit, or is an error.

use miette::Diagnostic;
use thiserror::Error;

use super::coerce::to;
use super::operator::{WrongType, dates_aligned};
use crate::program::context::{Ctx, error, is_error, make};
use crate::program::scope::Scope;
use crate::program::{Expr, ExprKind, Literal, Op};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp};
use crate::types::{Type, Typed};

const DAY: i64 = 86_400_000_000;

#[derive(Debug, Error, Diagnostic)]
#[error("`{symbol}` does not work on {one} and {other}")]
#[diagnostic(code("bad-operands"))]
struct BadOperands {
    symbol: &'static str,
    one: String,
    other: String,
    #[label(primary, "this is {one}")]
    left: Span,
    #[label("this is {other}")]
    right: Span,
    #[help]
    help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("the product could need {digits} digits, and 18 are the most")]
#[diagnostic(code("decimal-overflow"))]
struct DecimalOverflow {
    digits: u8,
    #[label(primary, "{p1} and {p2} digits")]
    at: Span,
    p1: u8,
    p2: u8,
    #[help]
    help: &'static str,
}

impl Ctx<'_> {
    pub(super) fn minus(&mut self, scope: &mut Scope, operand: &ast::Expr, span: Span) -> Expr {
        let operand = self.expr(scope, operand, None);
        let typed = operand.typed.clone();
        let folded = match &operand.kind {
            ExprKind::Literal(Literal::Int(value)) => Some(Literal::Int(-*value)),
            ExprKind::Literal(Literal::Decimal(value)) => Some(Literal::Decimal(-*value)),
            ExprKind::Literal(Literal::Duration(value)) => Some(Literal::Duration(-*value)),
            ExprKind::Literal(Literal::Months(value)) => Some(Literal::Months(-*value)),
            _ => None,
        };
        match typed.kind {
            _ if folded.is_some() => make(folded.map_or(ExprKind::Error, ExprKind::Literal), typed, span),
            Type::Int | Type::Decimal { .. } | Type::Float | Type::Duration => {
                make(ExprKind::Op(Op::Negate, vec![operand]), typed, span)
            }
            Type::Error => error(span),
            kind => {
                self.diags.push(WrongType {
                    wanted: "a number or a duration".to_owned(),
                    found: kind.to_string(),
                    at: operand.span,
                    declared: self.declared(operand.span),
                    help: "remove the `-`".to_owned(),
                });
                error(span)
            }
        }
    }

    pub(super) fn arithmetic(
        &mut self,
        scope: &mut Scope,
        (op, _): (BinaryOp, Span),
        (left, right): (&ast::Expr, &ast::Expr),
        span: Span,
    ) -> Expr {
        if let Some(moved) = self.moved_by_business_days(scope, op, (left, right), span) {
            return moved;
        }
        let left = self.expr(scope, left, None);
        let right = self.expr(scope, right, None);
        self.operation(op, left, right, span)
    }

    /// Arithmetic on two typed operands.
    pub(super) fn operation(&mut self, op: BinaryOp, left: Expr, right: Expr, span: Span) -> Expr {
        if is_error(&left) || is_error(&right) {
            return error(span);
        }
        let (left, right) = if op == BinaryOp::Subtract { dates_aligned(left, right) } else { (left, right) };
        let nullable = left.typed.nullable || right.typed.nullable;
        let build =
            |op: Op, kind: Type, operands: Vec<Expr>| make(ExprKind::Op(op, operands), Typed { kind, nullable }, span);
        match (op, &left.typed.kind, &right.typed.kind) {
            (_, a, b) if a.is_number() && b.is_number() => self.number_operation(op, left, right, span),
            (BinaryOp::Add, Type::Duration | Type::Months, Type::Timestamp | Type::Date) => {
                self.operation(op, right, left, span)
            }
            (BinaryOp::Add | BinaryOp::Subtract, Type::Timestamp, Type::Duration) => {
                build(sum_op(op), Type::Timestamp, vec![left, right])
            }
            (BinaryOp::Add | BinaryOp::Subtract, Type::Date, Type::Duration) => {
                self.shifted_date(op, left, right, span)
            }
            (BinaryOp::Add | BinaryOp::Subtract, Type::Timestamp | Type::Date, Type::Months) => {
                shifted_by_months(op, left, right, span)
            }
            (BinaryOp::Subtract, Type::Timestamp, Type::Timestamp) | (BinaryOp::Subtract, Type::Date, Type::Date) => {
                build(Op::Subtract, Type::Duration, vec![left, right])
            }
            (BinaryOp::Add | BinaryOp::Subtract, Type::Duration, Type::Duration)
            | (BinaryOp::Add | BinaryOp::Subtract, Type::Months, Type::Months) => match folded_sum(op, &left, &right) {
                Some(literal) => make(ExprKind::Literal(literal), left.typed, span),
                None => build(sum_op(op), left.typed.kind.clone(), vec![left, right]),
            },
            (BinaryOp::Multiply, a, Type::Duration | Type::Months) if a.is_number() => {
                self.operation(op, right, left, span)
            }
            (BinaryOp::Multiply | BinaryOp::Divide, Type::Duration, b) if b.is_number() => {
                scaled(op, left, right, span)
            }
            (BinaryOp::Multiply, Type::Months, Type::Int) if folded_product(&left, &right).is_some() => {
                make(folded_product(&left, &right).map_or(ExprKind::Error, ExprKind::Literal), left.typed, span)
            }
            (BinaryOp::Divide, Type::Duration, Type::Duration) => {
                let typed = Type::Float.optional();
                make(ExprKind::Op(Op::Divide, vec![left, right]), typed, span)
            }
            _ => self.bad_operands(op, &left, &right, span),
        }
    }

    fn number_operation(&mut self, op: BinaryOp, left: Expr, right: Expr, span: Span) -> Expr {
        let nullable = left.typed.nullable || right.typed.nullable;
        let build = |op: Op, kind: Type, operands| make(ExprKind::Op(op, operands), Typed { kind, nullable }, span);
        if op == BinaryOp::Divide {
            let typed = Typed { kind: Type::Float, nullable: nullable || !is_nonzero(&right) };
            let operands = vec![to(left, &Type::Float), to(right, &Type::Float)];
            return make(ExprKind::Op(Op::Divide, operands), typed, span);
        }
        let Some(met) = left.typed.kind.meet(&right.typed.kind) else { return error(span) };
        match (op, &met) {
            (BinaryOp::Multiply, Type::Decimal { .. }) => self.product(left, right, span),
            (BinaryOp::Multiply, _) => build(Op::Multiply, met.clone(), vec![to(left, &met), to(right, &met)]),
            (_, Type::Decimal { scale, .. }) => {
                let (a, b) = (as_decimal(left), as_decimal(right));
                let whole = [&a, &b].iter().map(|it| digits(&it.typed.kind)).map(|(p, s)| p - s).max().unwrap_or(0);
                let kind = Type::Decimal { precision: (whole + scale + 1).min(18), scale: *scale };
                build(sum_op(op), kind.clone(), vec![to(a, &kind), to(b, &kind)])
            }
            _ => build(sum_op(op), met.clone(), vec![to(left, &met), to(right, &met)]),
        }
    }

    fn product(&mut self, left: Expr, right: Expr, span: Span) -> Expr {
        let nullable = left.typed.nullable || right.typed.nullable;
        let counted =
            left.typed.kind == Type::Int && !is_literal(&left) || right.typed.kind == Type::Int && !is_literal(&right);
        let (left, right) = (as_decimal(left), as_decimal(right));
        let ((p1, s1), (p2, s2)) = (digits(&left.typed.kind), digits(&right.typed.kind));
        if s1 + s2 > 18 || p1 + p2 > 18 && !counted {
            let help = "round an operand to fewer digits first: `round(x, 2)`";
            self.diags.push(DecimalOverflow { digits: p1 + p2, at: span, p1, p2, help });
            return error(span);
        }
        let kind = Type::Decimal { precision: (p1 + p2).min(18), scale: s1 + s2 };
        make(ExprKind::Op(Op::Multiply, vec![left, right]), Typed { kind, nullable }, span)
    }

    fn shifted_date(&mut self, op: BinaryOp, date: Expr, by: Expr, span: Span) -> Expr {
        if let ExprKind::Literal(Literal::Duration(micros)) = by.kind
            && micros % DAY != 0
        {
            self.diags.push(WrongType {
                wanted: "a number of whole days".to_owned(),
                found: "a part of a day".to_owned(),
                at: by.span,
                declared: self.declared(by.span),
                help: "a date has no time of day: use `timestamp(x)`".to_owned(),
            });
            return error(span);
        }
        let nullable = date.typed.nullable || by.typed.nullable;
        make(ExprKind::Op(sum_op(op), vec![date, by]), Typed { kind: Type::Date, nullable }, span)
    }

    fn bad_operands(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Expr {
        let help = match (&left.typed.kind, &right.typed.kind) {
            (Type::Months, Type::Duration) | (Type::Duration, Type::Months) => {
                "months differ in length: add each to the instant by itself"
            }
            (Type::Text, _) | (_, Type::Text) if op == BinaryOp::Add => "join text with `concat(a, b)`",
            (Type::Text, _) | (_, Type::Text) => "make a number of the text with `int(x)` or `float(x)`",
            (Type::Date, Type::Timestamp) | (Type::Timestamp, Type::Date) => "make both dates with `date(x)`",
            (Type::Date | Type::Timestamp, b) if b.is_number() => "say of what: `3 days`",
            (Type::Null, _) | (_, Type::Null) => "the result is always null: remove it",
            (Type::Months, _) | (_, Type::Months) => "months are only added to instants and dates",
            _ => "use two numbers, or an instant and a duration",
        };
        self.diags.push(BadOperands {
            symbol: op.symbol(),
            one: left.typed.kind.to_string(),
            other: right.typed.kind.to_string(),
            left: left.span,
            right: right.span,
            help,
        });
        error(span)
    }
}

fn sum_op(op: BinaryOp) -> Op {
    if op == BinaryOp::Add { Op::Add } else { Op::Subtract }
}

/// Whether it is a constant number other than zero.
fn is_nonzero(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(Literal::Int(value) | Literal::Decimal(value)) => *value != 0,
        ExprKind::Literal(Literal::Float(value)) => *value != 0.0,
        _ => false,
    }
}

const fn is_literal(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(_))
}

/// Precision and scale of a decimal.
const fn digits(kind: &Type) -> (u8, u8) {
    match kind {
        Type::Decimal { precision, scale } => (*precision, *scale),
        _ => (18, 0),
    }
}

/// An int as a decimal without fraction.
fn as_decimal(expr: Expr) -> Expr {
    if expr.typed.kind != Type::Int {
        return expr;
    }
    let precision = match expr.kind {
        ExprKind::Literal(Literal::Int(value)) => value.unsigned_abs().to_string().len().min(18) as u8,
        _ => 18,
    };
    to(expr, &Type::Decimal { precision, scale: 0 })
}

fn folded_sum(op: BinaryOp, left: &Expr, right: &Expr) -> Option<Literal> {
    match (&left.kind, &right.kind) {
        (ExprKind::Literal(Literal::Duration(a)), ExprKind::Literal(Literal::Duration(b))) => {
            Some(Literal::Duration(if op == BinaryOp::Add { a.checked_add(*b)? } else { a.checked_sub(*b)? }))
        }
        (ExprKind::Literal(Literal::Months(a)), ExprKind::Literal(Literal::Months(b))) => {
            Some(Literal::Months(if op == BinaryOp::Add { a.checked_add(*b)? } else { a.checked_sub(*b)? }))
        }
        _ => None,
    }
}

fn folded_product(left: &Expr, right: &Expr) -> Option<Literal> {
    match (&left.kind, &right.kind) {
        (ExprKind::Literal(Literal::Months(a)), ExprKind::Literal(Literal::Int(b))) => {
            Some(Literal::Months(a.checked_mul(i32::try_from(*b).ok()?)?))
        }
        (ExprKind::Literal(Literal::Duration(a)), ExprKind::Literal(Literal::Int(b))) => {
            Some(Literal::Duration(a.checked_mul(*b)?))
        }
        _ => None,
    }
}

/// Duration × number, duration ÷ number.
fn scaled(op: BinaryOp, left: Expr, right: Expr, span: Span) -> Expr {
    if op == BinaryOp::Multiply
        && let Some(literal) = folded_product(&left, &right)
    {
        return make(ExprKind::Literal(literal), left.typed, span);
    }
    let divides = op == BinaryOp::Divide;
    let nullable = left.typed.nullable || right.typed.nullable || divides && !is_nonzero(&right);
    let op = if divides { Op::Divide } else { Op::Multiply };
    let operands = vec![left, to(right, &Type::Float)];
    make(ExprKind::Op(op, operands), Typed { kind: Type::Duration, nullable }, span)
}

/// `x + 1 month + 1 month` is `x + 2 months`: the calendar clamps once, from the original.
fn shifted_by_months(op: BinaryOp, instant: Expr, months: Expr, span: Span) -> Expr {
    let signed = |op: Op, months: i32| if op == Op::Subtract { -months } else { months };
    let typed = Typed { kind: instant.typed.kind.clone(), nullable: instant.typed.nullable || months.typed.nullable };
    if let ExprKind::Literal(Literal::Months(more)) = months.kind
        && let ExprKind::Op(before @ (Op::Add | Op::Subtract), operands) = &instant.kind
        && let [origin, Expr { kind: ExprKind::Literal(Literal::Months(first)), .. }] = operands.as_slice()
    {
        let sum = signed(*before, *first).saturating_add(signed(sum_op(op), more));
        let (op, sum) = if sum < 0 { (Op::Subtract, -sum) } else { (Op::Add, sum) };
        let literal = make(ExprKind::Literal(Literal::Months(sum)), Type::Months.required(), months.span);
        return make(ExprKind::Op(op, vec![origin.clone(), literal]), typed, span);
    }
    make(ExprKind::Op(sum_op(op), vec![instant, months]), typed, span)
}
