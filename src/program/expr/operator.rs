//! Takes comparisons as they are written, types both sides by each other, and gives operators whose operands have
//! one type. Opposite an enum a bare name is its value; opposite an instant a date is its midnight in UTC.

use miette::Diagnostic;
use thiserror::Error;

use super::coerce::{fold_date, to};
use crate::program::context::{Ctx, error, is_error, make};
use crate::program::mistakes::{self, Unknown};
use crate::program::scope::Scope;
use crate::program::{Expr, ExprKind, Literal, Op};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp};
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("{wanted} is needed, and this is {found}")]
#[diagnostic(code("wrong-type"))]
pub(in crate::program) struct WrongType {
    pub wanted: String,
    pub found: String,
    #[label(primary, "this is {found}")]
    pub at: Span,
    #[label("declared here")]
    pub declared: Option<Span>,
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
#[error("`null` cannot be compared")]
#[diagnostic(code("compare-with-null"))]
struct CompareWithNull {
    #[label(primary, "it is no value")]
    at: Span,
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
            None if self.is_misspelt_value(&left, &right) || self.is_misspelt_value(&right, &left) => None,
            None => {
                let help = comparison_help(&left, &right, self.sources.text(left.span), self.sources.text(right.span));
                self.incomparable(&left, &right, help);
                None
            }
        }
    }

    /// Reports a text opposite an enum that is none of its values.
    fn is_misspelt_value(&mut self, side: &Expr, text: &Expr) -> bool {
        let (Type::Enum(values), Type::Text) = (&side.typed.kind, &text.typed.kind) else { return false };
        let ExprKind::Literal(Literal::Text(written)) = &text.kind else { return false };
        if values.contains(written) {
            return false;
        }
        self.unknown_value(written, text.span, values);
        true
    }

    /// Reports a name opposite an enum that is none of its values.
    pub(super) fn unknown_value(&mut self, written: &str, at: Span, values: &[String]) {
        let words: Vec<&str> = values.iter().map(String::as_str).collect();
        let known = words.iter().map(|word| (*word, None));
        self.unknown(Unknown::new(mistakes::VALUE, written, at).among(known).or_one_of(&words));
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
                let help = match negated {
                    true => "take it out, and write `and … is not null` behind the list",
                    false => "take it out, and write `or … is null` behind the list",
                };
                self.diags.push(CompareWithNull { at: item.span, help });
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
pub(super) fn dates_aligned(left: Expr, right: Expr) -> (Expr, Expr) {
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
        (Type::Text, b) if b.is_number() => {
            unquoted(left).unwrap_or_else(|| format!("write `float({left_text})`, or the number as text"))
        }
        (a, Type::Text) if a.is_number() => {
            unquoted(right).unwrap_or_else(|| format!("write `float({right_text})`, or the text as a number"))
        }
        (Type::Bool, _) => "a condition needs no comparison: write it alone, or after `not`".to_owned(),
        (Type::Months, Type::Duration) | (Type::Duration, Type::Months) => "count in days or hours".to_owned(),
        _ => "compare values of one type".to_owned(),
    }
}

/// What to do with a text that is a number in quotes.
fn unquoted(text: &Expr) -> Option<String> {
    let ExprKind::Literal(Literal::Text(text)) = &text.kind else { return None };
    let number = text.trim();
    number.parse::<f64>().is_ok().then(|| format!("write `{number}` without quotes"))
}
