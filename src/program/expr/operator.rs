//! Takes comparisons and arithmetic as they are written, types both sides by each other, and gives operators
//! whose operands have one type. Constant durations and months are folded: what is added is clamped once.

use miette::Diagnostic;
use thiserror::Error;

use super::coerce::{fold_date, to};
use crate::program::context::{Ctx, error, is_error, make};
use crate::program::scope::Scope;
use crate::program::{Expr, ExprKind, Literal, Op};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp};
use crate::types::{Type, Typed};

const DAY: i64 = 86_400_000_000;

#[derive(Debug, Error, Diagnostic)]
#[error("{wanted} is needed, and this is {found}")]
#[diagnostic(code("wrong-type"))]
pub(in crate::program) struct WrongType {
    pub wanted: String,
    pub found: String,
    #[label(primary, "this is {found}")]
    pub at: Span,
    #[help]
    pub help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("{one} and {other} cannot be compared")]
#[diagnostic(code("incomparable"))]
struct Incomparable {
    one: String,
    other: String,
    #[label(primary, "this is {one}")]
    left: Span,
    #[label("this is {other}")]
    right: Span,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a value of type {kind} has no order")]
#[diagnostic(code("unordered"))]
struct Unordered {
    kind: String,
    #[label(primary, "`{symbol}` cannot be asked")]
    at: Span,
    symbol: &'static str,
    #[help]
    help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a comparison with `null` never holds")]
#[diagnostic(code("compare-with-null"))]
struct CompareWithNull {
    #[label(primary, "nothing is equal to it, smaller or greater")]
    at: Span,
    #[help]
    help: &'static str,
}

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
    /// Both sides of an operator, each typed by the other where it is a bare name.
    pub(super) fn both(&mut self, scope: &mut Scope, (left, right): (&ast::Expr, &ast::Expr)) -> (Expr, Expr) {
        match (bare(left), bare(right)) {
            (Some(name), other) => {
                let known = self.is_name(scope, name);
                if !known && other.is_none_or(|other| self.is_name(scope, other)) {
                    let b = self.expr(scope, right, None);
                    if is_error(&b) {
                        return (error(left.span), b);
                    }
                    let a = self.expr(scope, left, Some(&b.typed.kind.clone()));
                    return (a, b);
                }
                let a = self.expr(scope, left, None);
                if is_error(&a) {
                    let b = if other.is_some() { error(right.span) } else { self.expr(scope, right, None) };
                    return (a, b);
                }
                let b = self.expr(scope, right, Some(&a.typed.kind.clone()));
                match &b.typed.kind {
                    Type::Enum(values) if values.contains(&name.text) && !matches!(a.typed.kind, Type::Enum(_)) => {
                        let a = self.expr(scope, left, Some(&b.typed.kind.clone()));
                        (a, b)
                    }
                    _ => (a, b),
                }
            }
            (None, _) => {
                let a = self.expr(scope, left, None);
                if is_error(&a) && bare(right).is_some() {
                    return (a, error(right.span));
                }
                let b = self.expr(scope, right, Some(&a.typed.kind.clone()));
                (a, b)
            }
        }
    }

    pub(super) fn comparison(
        &mut self,
        scope: &mut Scope,
        (op, _): (BinaryOp, Span),
        sides: (&ast::Expr, &ast::Expr),
        span: Span,
    ) -> Expr {
        let (left, right) = self.both(scope, sides);
        let typed = Type::Bool.required();
        if is_error(&left) || is_error(&right) {
            return make(ExprKind::Op(comparison_op(op), vec![left, right]), typed, span);
        }
        for side in [&left, &right] {
            if side.typed.kind == Type::Null {
                let help = if op == BinaryOp::NotEqual { "write `is not null`" } else { "write `is null`" };
                self.diags.push(CompareWithNull { at: side.span, help });
                return error(span);
            }
        }
        let Some((left, right)) = self.aligned(left, right) else { return error(span) };
        if !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) && !is_ordered(&left.typed.kind) {
            let help = match left.typed.kind {
                Type::Enum(_) => "list the values: `in (a, b)`",
                _ => "compare with `=`",
            };
            self.diags.push(Unordered { kind: left.typed.kind.to_string(), at: span, symbol: op.symbol(), help });
            return error(span);
        }
        make(ExprKind::Op(comparison_op(op), vec![left, right]), typed, span)
    }

    /// Both sides in the one type that they meet in; where there is none, that is reported.
    pub(in crate::program) fn aligned(&mut self, left: Expr, right: Expr) -> Option<(Expr, Expr)> {
        let (left, right) = dates_aligned(left, right);
        let met = left.typed.kind.meet(&right.typed.kind);
        match met {
            Some(Type::Json) => {
                self.incomparable(&left, &right, "read a value out of it with `json_text`".to_owned());
                None
            }
            Some(kind) => Some((to(left, &kind), to(right, &kind))),
            None => {
                let help = comparison_help(&left, &right, self.sources.text(left.span), self.sources.text(right.span));
                self.incomparable(&left, &right, help);
                None
            }
        }
    }

    fn incomparable(&mut self, left: &Expr, right: &Expr, help: String) {
        self.diags.push(Incomparable {
            one: left.typed.kind.to_string(),
            other: right.typed.kind.to_string(),
            left: left.span,
            right: right.span,
            help,
        });
    }

    pub(super) fn membership(
        &mut self,
        scope: &mut Scope,
        value: &ast::Expr,
        list: &[ast::Expr],
        negated: bool,
        span: Span,
    ) -> Expr {
        let mut value = self.expr(scope, value, None);
        let mut items = Vec::new();
        let mut sound = !is_error(&value);
        for item in list {
            if !sound && bare(item).is_some() {
                continue;
            }
            let item = self.expr(scope, item, Some(&value.typed.kind.clone()));
            if item.typed.kind == Type::Null {
                self.diags.push(CompareWithNull { at: item.span, help: "ask `is null` beside it" });
                sound = false;
                continue;
            }
            if is_error(&item) || !sound {
                sound = false;
                continue;
            }
            match self.aligned(value.clone(), item) {
                Some((aligned, item)) => {
                    value = aligned;
                    items.push(item);
                }
                None => sound = false,
            }
        }
        if !sound {
            return error(span);
        }
        let kind = value.typed.kind.clone();
        let operands = std::iter::once(value).chain(items.into_iter().map(|item| to(item, &kind))).collect();
        let test = make(ExprKind::Op(Op::In, operands), Type::Bool.required(), span);
        if negated { make(ExprKind::Op(Op::Not, vec![test]), Type::Bool.required(), span) } else { test }
    }

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

/// The name of an expression that is nothing but one.
pub(super) fn bare(expr: &ast::Expr) -> Option<&ast::Name> {
    match &expr.kind {
        ast::ExprKind::Path(path) => match path.parts.as_slice() {
            [name] => Some(name),
            _ => None,
        },
        _ => None,
    }
}

/// Whether values of this type can be put in order with `<`.
pub(super) const fn is_ordered(kind: &Type) -> bool {
    !matches!(kind, Type::Bool | Type::Enum(_) | Type::Json | Type::Months)
}

/// A date literal opposite an instant is its midnight in UTC.
fn dates_aligned(left: Expr, right: Expr) -> (Expr, Expr) {
    match (&left.typed.kind, &right.typed.kind) {
        (Type::Date, Type::Timestamp) => (fold_date(left), right),
        (Type::Timestamp, Type::Date) => (left, fold_date(right)),
        _ => (left, right),
    }
}

const fn comparison_op(op: BinaryOp) -> Op {
    match op {
        BinaryOp::NotEqual => Op::NotEqual,
        BinaryOp::Less => Op::Less,
        BinaryOp::LessEqual => Op::LessEqual,
        BinaryOp::Greater => Op::Greater,
        BinaryOp::GreaterEqual => Op::GreaterEqual,
        BinaryOp::Equal
        | BinaryOp::Or
        | BinaryOp::And
        | BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide => Op::Equal,
    }
}

fn sum_op(op: BinaryOp) -> Op {
    if op == BinaryOp::Add { Op::Add } else { Op::Subtract }
}

fn comparison_help(left: &Expr, right: &Expr, left_text: &str, right_text: &str) -> String {
    match (&left.typed.kind, &right.typed.kind) {
        (Type::Enum(values), Type::Text) | (Type::Text, Type::Enum(values)) => {
            let literal = [left, right].into_iter().find_map(|side| match &side.kind {
                ExprKind::Literal(Literal::Text(text)) if side.typed.kind == Type::Text => Some(text),
                _ => None,
            });
            match literal {
                Some(text) if values.contains(text) => format!("write `{text}` without quotes"),
                Some(_) => format!("write one of `{}`", values.join("`, `")),
                None if matches!(left.typed.kind, Type::Enum(_)) => format!("write `text({left_text})`"),
                None => format!("write `text({right_text})`"),
            }
        }
        (Type::Enum(_), Type::Enum(_)) => format!("compare their texts: `text({left_text}) = text({right_text})`"),
        (Type::Date, Type::Timestamp) => format!("write `date({right_text})`"),
        (Type::Timestamp, Type::Date) => format!("write `date({left_text})`"),
        (Type::Text, Type::Timestamp) => format!("write `timestamp({left_text})`"),
        (Type::Timestamp, Type::Text) => format!("write `timestamp({right_text})`"),
        (Type::Text, b) if b.is_number() => format!("write `float({left_text})`, or the number as text"),
        (a, Type::Text) if a.is_number() => format!("write `float({right_text})`, or the text as a number"),
        (Type::Bool, _) => "a condition needs no comparison: write it alone, or after `not`".to_owned(),
        (Type::Months, Type::Duration) | (Type::Duration, Type::Months) => "count in days or hours".to_owned(),
        _ => "compare values of one type".to_owned(),
    }
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
