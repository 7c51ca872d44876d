//! Takes an expression as it is written and gives it typed, with ids instead of names. `want` is the type on the
//! other side, where there is one: opposite an enum a bare name is its value.

mod aggregate;
mod arithmetic;
mod call;
mod coerce;
mod foreign;
mod list;
pub(super) mod literal;
mod operator;
mod set;
mod shape;
mod time;
mod window;

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, error, is_error, make};
use super::scope::{Scope, Target};
use super::{Expr, ExprKind, Literal, Op, What};
use crate::source::Span;
use crate::syntax::{DoubleQuotes, ast};
use crate::types::{Type, Typed};

#[derive(Debug, Error, Diagnostic)]
#[error("a condition is needed, and this is {kind}")]
#[diagnostic(code("not-a-condition"))]
struct NotACondition {
    kind: String,
    #[label(primary, "neither true nor false")]
    at: Span,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("the values of a `case` are of different types: {one} and {other}")]
#[diagnostic(code("case-types"), help("give all arms values of one type"))]
struct CaseTypes {
    one: String,
    other: String,
    #[label(primary, "this is {other}")]
    at: Span,
    #[label("this is {one}")]
    first: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`otherwise` must be the last arm")]
#[diagnostic(code("otherwise-not-last"), help("move it to the end"))]
pub(super) struct OtherwiseNotLast {
    #[label(primary, "what follows it is never reached")]
    pub at: Span,
}

impl Ctx<'_> {
    /// An expression, typed.
    pub(super) fn expr(&mut self, scope: &mut Scope, written: &ast::Expr, want: Option<&Type>) -> Expr {
        let span = written.span;
        match &written.kind {
            ast::ExprKind::Null => Expr::null(Type::Null, span),
            ast::ExprKind::Bool(value) => make(ExprKind::Literal(Literal::Bool(*value)), Type::Bool.required(), span),
            ast::ExprKind::Number(digits) => self.number(digits, span),
            ast::ExprKind::Percent(digits) => self.percent(digits, span),
            ast::ExprKind::Text(text) => {
                make(ExprKind::Literal(Literal::Text(text.clone())), Type::Text.required(), span)
            }
            ast::ExprKind::Duration { amount, unit } => self.duration(amount, unit, span),
            ast::ExprKind::Instant(text) => self.instant(text, span),
            ast::ExprKind::Path(path) => self.path(scope, path, want),
            ast::ExprKind::Unary(ast::UnaryOp::Not, operand) => self.negation(scope, operand, span),
            ast::ExprKind::Unary(ast::UnaryOp::Minus, operand) => self.minus(scope, operand, span),
            ast::ExprKind::Binary { op, operator, left, right } => match op {
                ast::BinaryOp::And | ast::BinaryOp::Or => self.junction(scope, written, *op),
                ast::BinaryOp::Equal
                | ast::BinaryOp::NotEqual
                | ast::BinaryOp::Less
                | ast::BinaryOp::LessEqual
                | ast::BinaryOp::Greater
                | ast::BinaryOp::GreaterEqual => self.comparison(scope, (*op, *operator), (left, right), span),
                ast::BinaryOp::Add | ast::BinaryOp::Subtract | ast::BinaryOp::Multiply | ast::BinaryOp::Divide => {
                    self.arithmetic(scope, (*op, *operator), (left, right), span)
                }
            },
            ast::ExprKind::List(_) => self.list_as_value("(a, b)", span),
            ast::ExprKind::BusinessDays { .. } => self.misplaced_business_days(span),
            ast::ExprKind::In { value, negated, list, bare: true } => match list.first().map(|list| &list.kind) {
                Some(ast::ExprKind::Path(path)) => match self.list_of(path, "a, b") {
                    Some(members) => self.membership(scope, value, members, *negated, span),
                    None => error(span),
                },
                _ => error(span),
            },
            ast::ExprKind::In { value, negated, list, .. } => self.membership(scope, value, list, *negated, span),
            ast::ExprKind::IsNull { value, negated } => self.is_null(scope, value, *negated, span),
            ast::ExprKind::Within(within) => self.within(scope, within, span),
            ast::ExprKind::Call(call) => self.call(scope, call, want, span),
            ast::ExprKind::Case(arms) => self.case(scope, arms, want, span),
            ast::ExprKind::Error => error(span),
        }
    }

    /// An expression that must be a condition.
    pub(super) fn condition(&mut self, scope: &mut Scope, written: &ast::Expr) -> Expr {
        let expr = self.expr(scope, written, None);
        self.must_be_condition(expr)
    }

    /// Reports an expression that is neither true nor false.
    pub(super) fn must_be_condition(&mut self, expr: Expr) -> Expr {
        if matches!(expr.typed.kind, Type::Bool | Type::Error) {
            return expr;
        }
        let help = match expr.typed.kind {
            Type::Null => "write `false` if it never holds",
            Type::Int | Type::Decimal { .. } | Type::Float => "compare it with a number",
            Type::Enum(_) => "compare it with one of its values",
            _ => "compare it with a value, or ask `is not null`",
        };
        let (kind, help) = (expr.typed.kind.to_string(), help.to_owned());
        self.diags.push(NotACondition { kind, at: expr.span, help });
        error(expr.span)
    }

    fn path(&mut self, scope: &Scope, path: &ast::Path, want: Option<&Type>) -> Expr {
        if let (Some(Type::Enum(values)), [name]) = (want, path.parts.as_slice()) {
            let idle = DoubleQuotes::are_idle(name);
            if idle && values.contains(&name.text) && !self.is_name(scope, name) {
                self.diags.push(DoubleQuotes::of(name));
                return error(path.span);
            }
            if !idle && values.contains(&name.text) {
                let kind = ExprKind::Literal(Literal::Text(name.text.clone()));
                return make(kind, Type::Enum(values.clone()).required(), path.span);
            }
            if !self.is_name(scope, name) {
                self.unknown_value(&name.text, name.span, values);
                return error(path.span);
            }
        }
        self.path_value(scope, path)
    }

    fn negation(&mut self, scope: &mut Scope, operand: &ast::Expr, span: Span) -> Expr {
        let operand = self.condition(scope, operand);
        make(ExprKind::Op(Op::Not, vec![operand]), Type::Bool.required(), span)
    }

    /// `and`, `or`: a chain of one of them is one operator.
    fn junction(&mut self, scope: &mut Scope, written: &ast::Expr, op: ast::BinaryOp) -> Expr {
        let mut operands = Vec::new();
        let mut rest = written;
        while let ast::ExprKind::Binary { op: found, left, right, .. } = &rest.kind
            && *found == op
        {
            operands.push(right.as_ref());
            rest = left;
        }
        operands.push(rest);
        let mut typed: Vec<Expr> = Vec::new();
        let op = if op == ast::BinaryOp::And { Op::And } else { Op::Or };
        for operand in operands.into_iter().rev() {
            let operand = self.expr(scope, operand, None);
            if let (Some(before), Op::And) = (typed.last(), op)
                && self.is_sum(before, &operand)
            {
                return error(written.span);
            }
            typed.push(operand);
        }
        let operands: Vec<Expr> = typed.into_iter().map(|operand| self.must_be_condition(operand)).collect();
        if operands.iter().all(is_error) {
            return error(written.span);
        }
        let mut typed: Vec<Expr> = Vec::new();
        for operand in operands {
            match operand.kind {
                ExprKind::Op(inner, nested) if inner == op => typed.extend(nested),
                _ => typed.push(operand),
            }
        }
        make(ExprKind::Op(op, typed), Type::Bool.required(), written.span)
    }

    /// Whether `and` stands between an instant or a length of time and a length: `1 week and 2 days`, which is reported.
    fn is_sum(&mut self, before: &Expr, operand: &Expr) -> bool {
        let length = |expr: &Expr| matches!(expr.typed.kind, Type::Duration | Type::Months);
        let is_sum = length(operand) && (length(before) || before.typed.kind == Type::Timestamp);
        if is_sum {
            let help = format!("write `+` in place of `and`: `+ {}`", self.sources.text(operand.span));
            self.diags.push(NotACondition { kind: operand.typed.kind.to_string(), at: operand.span, help });
        }
        is_sum
    }

    fn is_null(&mut self, scope: &mut Scope, value: &ast::Expr, negated: bool, span: Span) -> Expr {
        if let ast::ExprKind::Path(path) = &value.kind
            && let Some((row, links)) = self.row_path(scope, path)
        {
            let kind = ExprKind::Read { row, path: links, what: What::Exists };
            let exists = make(kind, Type::Bool.required(), span);
            if negated {
                return exists;
            }
            return make(ExprKind::Op(Op::Not, vec![exists]), Type::Bool.required(), span);
        }
        let operand = self.expr(scope, value, None);
        let test = make(ExprKind::Op(Op::IsNull, vec![operand]), Type::Bool.required(), span);
        if negated { make(ExprKind::Op(Op::Not, vec![test]), Type::Bool.required(), span) } else { test }
    }

    /// The row that links lead to, where a path ends at one.
    fn row_path(&mut self, scope: &Scope, path: &ast::Path) -> Option<(super::RowId, Vec<super::LinkId>)> {
        let first = path.parts.first()?;
        if path.parts.len() == 1 && !self.is_name(scope, first) {
            return None;
        }
        let before = std::mem::take(self.diags);
        let target = self.resolve(scope, path);
        *self.diags = before;
        match target {
            Target::Row(row, links) if !links.is_empty() => Some((row, links)),
            Target::Row(..) | Target::Value(_) | Target::Set { .. } => None,
        }
    }

    fn case(&mut self, scope: &mut Scope, arms: &[ast::Arm], want: Option<&Type>, span: Span) -> Expr {
        let mut want = want.cloned();
        let mut typed = Vec::new();
        let mut otherwise = None;
        for (at, arm) in arms.iter().enumerate() {
            let when = arm.when.as_ref().map(|when| self.condition(scope, when));
            let value = self.written_value(scope, &arm.value, want.as_ref());
            if want.is_none() && matches!(value.typed.kind, Type::Enum(_)) {
                want = Some(value.typed.kind.clone());
            }
            match when {
                Some(when) => typed.push((when, value)),
                None => {
                    if at + 1 < arms.len() {
                        self.diags.push(OtherwiseNotLast { at: arm.value.span });
                    }
                    otherwise = Some(value);
                }
            }
        }
        let otherwise = otherwise.unwrap_or_else(|| Expr::null(Type::Null, span));
        let Some(kind) = self.case_type(typed.iter().map(|(_, value)| value).chain([&otherwise])) else {
            return error(span);
        };
        let nullable = typed.iter().any(|(_, value)| value.typed.nullable) || otherwise.typed.nullable;
        let arms = typed.into_iter().map(|(when, value)| (when, coerce::to(value, &kind))).collect();
        let otherwise = Box::new(coerce::to(otherwise, &kind));
        make(ExprKind::Case { arms, otherwise }, Typed { kind, nullable }, span)
    }

    /// A value that is written as it is, to a destination or by a `case`: a bare name that is unknown may be a text there.
    pub(super) fn written_value(&mut self, scope: &mut Scope, written: &ast::Expr, want: Option<&Type>) -> Expr {
        self.may_be_text = Some(written.span);
        let value = self.expr(scope, written, want);
        self.may_be_text = None;
        value
    }

    fn case_type<'e>(&mut self, values: impl Iterator<Item = &'e Expr>) -> Option<Type> {
        let mut met = Type::Null;
        let mut first = Span::default();
        for value in values {
            if is_error(value) {
                return None;
            }
            let Some(kind) = met.meet(&value.typed.kind) else {
                let (one, other) = (met.to_string(), value.typed.kind.to_string());
                self.diags.push(CaseTypes { one, other, at: value.span, first });
                return None;
            };
            if met == Type::Null {
                first = value.span;
            }
            met = kind;
        }
        Some(met)
    }

    /// A constant of type duration, in microseconds.
    pub(super) fn constant_duration(&mut self, written: &ast::Expr) -> Option<i64> {
        let expr = self.expr(&mut Scope::constant(), written, None);
        match expr.kind {
            ExprKind::Literal(Literal::Duration(micros)) => Some(micros),
            _ if is_error(&expr) => None,
            _ => {
                self.diags.push(operator::WrongType {
                    wanted: "a duration such as `2 hours`".to_owned(),
                    found: expr.typed.kind.to_string(),
                    at: expr.span,
                    declared: self.declared(expr.span),
                    help: "write a number of minutes, hours, days or weeks".to_owned(),
                });
                None
            }
        }
    }
}

pub(super) use coerce::{fold_date, to as coerce_to};
pub(super) use operator::WrongType;
