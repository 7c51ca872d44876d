//! Takes a cell of a table, which is text, and the type of its column; gives the constant, or says what does not fit. Shows
//! where the column is declared.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::did_you_mean;
use crate::engine::Value;
use crate::program::Literal;
use crate::program::context::Ctx;
use crate::program::expr::literal::micros;
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{Type, Typed, civil};

#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` is no {kind}")]
#[diagnostic(code("wrong-cell"))]
struct WrongCell {
    text: String,
    kind: String,
    #[label(primary, "a value of `{column}`")]
    at: Span,
    column: String,
    #[label("declared here")]
    declared: Span,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{column}` is never null")]
#[diagnostic(code("null-cell"), help("write a value"))]
struct NullCell {
    column: String,
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[label("declared here")]
    declared: Span,
}

/// A column of a table: its name, type, and where it is declared.
pub(super) struct Head {
    pub name: String,
    pub typed: Typed,
    pub declared: Span,
}

/// What a cell says.
enum Said {
    /// Nothing stands there.
    Blank,
    /// `null`
    Null,
    /// A value.
    Text(String),
}

fn said(text: &str) -> Said {
    let quoted = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    match (quoted, text) {
        (Some(inner), _) => Said::Text(inner.replace("''", "'")),
        (None, "") => Said::Blank,
        (None, "null") => Said::Null,
        (None, text) => Said::Text(text.to_owned()),
    }
}

impl Ctx<'_> {
    /// The value of a cell of a `given`; `Ok(None)` where it says nothing, an error was reported.
    pub(super) fn given_cell(&mut self, cell: &ast::Cell, head: &Head) -> Result<Option<Literal>, ()> {
        match said(&cell.text) {
            Said::Blank => Ok(None),
            Said::Null => self.null_cell(cell.span, head, "null").map(Some).ok_or(()),
            Said::Text(text) => self.value_cell(&text, cell.span, head).map(Some).ok_or(()),
        }
    }

    /// The value of a cell of an `expect`.
    pub(super) fn expected_cell(&mut self, cell: &ast::Cell, head: &Head) -> Option<Literal> {
        match said(&cell.text) {
            Said::Blank => self.null_cell(cell.span, head, "an empty cell is null"),
            Said::Null => self.null_cell(cell.span, head, "null"),
            Said::Text(text) => self.value_cell(&text, cell.span, head),
        }
    }

    fn null_cell(&mut self, at: Span, head: &Head, why: &'static str) -> Option<Literal> {
        if head.typed.nullable || head.typed.kind == Type::Error {
            return Some(Literal::Null);
        }
        self.diags.push(NullCell { column: head.name.clone(), at, why, declared: head.declared });
        None
    }

    /// The value that a text is in a column.
    pub(super) fn value_cell(&mut self, text: &str, at: Span, head: &Head) -> Option<Literal> {
        if head.typed.kind == Type::Error {
            return None;
        }
        let found = literal(text, &head.typed.kind);
        // A step of a funnel whose column is unknown, too, is one mistake.
        let is_told = matches!(head.typed.kind, Type::Enum(_)) && self.missed.contains_key(text);
        if found.is_none() && !is_told {
            self.diags.push(WrongCell {
                text: text.to_owned(),
                kind: noun(&head.typed.kind),
                at,
                column: head.name.clone(),
                declared: head.declared,
                help: help(text, &head.typed.kind),
            });
        }
        found
    }
}

/// An enum is told by its values.
fn noun(kind: &Type) -> String {
    match kind {
        Type::Enum(_) => "value of this enum".to_owned(),
        other => other.to_string(),
    }
}

fn help(text: &str, kind: &Type) -> String {
    match kind {
        Type::Enum(values) => match did_you_mean(text, values.iter().map(String::as_str)) {
            Some(value) => format!("write `{value}`"),
            None => format!("write one of `{}`", values.join("`, `")),
        },
        Type::Bool => "write `true` or `false`".to_owned(),
        Type::Date => "write a day such as `2026-01-15`".to_owned(),
        Type::Timestamp => "write an instant such as `2026-01-15T09:00Z`".to_owned(),
        Type::Duration | Type::Months => "write a duration such as `3 days`".to_owned(),
        Type::Decimal { precision, scale } => {
            format!("write a number of at most {precision} digits, {scale} of them after the point")
        }
        Type::Int => "write a whole number".to_owned(),
        Type::Float => "write a number".to_owned(),
        Type::Text | Type::Json | Type::Null | Type::Error => "write a text".to_owned(),
    }
}

/// A text as a constant of a type.
fn literal(text: &str, kind: &Type) -> Option<Literal> {
    let time = text.strip_prefix('@').unwrap_or(text);
    match kind {
        Type::Bool => match text {
            "true" => Some(Literal::Bool(true)),
            "false" => Some(Literal::Bool(false)),
            _ => None,
        },
        Type::Duration => duration(text).map(Literal::Duration),
        Type::Date => days(time).map(Literal::Date),
        Type::Timestamp => instant(time).map(Literal::Timestamp),
        _ => Some(match Value::parse(text, kind)? {
            Value::Int(value) => Literal::Int(value),
            Value::Decimal(digits, _) => Literal::Decimal(digits),
            Value::Float(value) => Literal::Float(value),
            Value::Text(text) => Literal::Text(text),
            Value::Null | Value::Bool(_) | Value::Date(_) | Value::Timestamp(_) => return None,
        }),
    }
}

fn duration(text: &str) -> Option<i64> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (amount, unit) = text.split_once(' ')?;
    let value = micros(amount.trim(), unit.trim())?;
    Some(if negative { -value } else { value })
}

fn days(text: &str) -> Option<i32> {
    let Value::Date(day) = Value::parse(text, &Type::Date)? else { return None };
    day.parse().ok().map(civil::number)
}

fn instant(text: &str) -> Option<i64> {
    let Value::Timestamp(at) = Value::parse(text, &Type::Timestamp)? else { return None };
    let at = at.parse::<jiff::civil::DateTime>().ok()?;
    let since = at.duration_since(civil::FIRST.at(0, 0, 0, 0));
    i64::try_from(since.as_micros()).ok()
}
