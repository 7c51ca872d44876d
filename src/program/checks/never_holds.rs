//! A condition that can never hold, or always does, is a mistake of thought: its parts exclude each other, or it asks
//! for the null of what is never null.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::facts::{conjuncts, contradict};
use crate::diagnostics::Diagnostics;
use crate::program::walk::{of_program, parts};
use crate::program::{Expr, ExprKind, Op, Program};
use crate::source::Span;

#[derive(Debug, Error, Diagnostic)]
#[error("this can never hold")]
#[diagnostic(code("never-holds"), severity(Warning))]
struct NeverHolds {
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[help]
    help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("this always holds")]
#[diagnostic(
    code("always-holds"),
    severity(Warning),
    help("remove it, or declare the column with `?` if it may be null")
)]
struct AlwaysHolds {
    #[label(primary, "this value is never null")]
    at: Span,
}

/// Gives the places of what never holds, so that its consequences are not reported too.
pub(super) fn check(program: &Program, diags: &mut Diagnostics) -> BTreeSet<Span> {
    let mut never = BTreeSet::new();
    for (_, expr) in of_program(program) {
        look(expr, &mut never, diags);
    }
    never
}

fn look(expr: &Expr, never: &mut BTreeSet<Span>, diags: &mut Diagnostics) {
    match &expr.kind {
        ExprKind::Op(Op::Not, operands) if operands.first().is_some_and(is_null_of_present) => {
            diags.push(AlwaysHolds { at: expr.span });
            return;
        }
        ExprKind::Op(Op::IsNull, _) if is_null_of_present(expr) => {
            never.insert(expr.span);
            let help = "remove it, or declare the column with `?` if it may be null";
            diags.push(NeverHolds { at: expr.span, why: "this value is never null", help });
            return;
        }
        ExprKind::Op(op, _) if is_condition(*op) && contradict(&conjuncts(expr)) => {
            never.insert(expr.span);
            let why = if *op == Op::And { "its parts exclude each other" } else { "no value satisfies it" };
            diags.push(NeverHolds { at: expr.span, why, help: "join alternatives with `or`, or correct a bound" });
            return;
        }
        _ => {}
    }
    for part in parts(expr) {
        look(part, never, diags);
    }
}

const fn is_condition(op: Op) -> bool {
    matches!(
        op,
        Op::And
            | Op::Not
            | Op::Equal
            | Op::NotEqual
            | Op::Less
            | Op::LessEqual
            | Op::Greater
            | Op::GreaterEqual
            | Op::In
    )
}

fn is_null_of_present(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Op(Op::IsNull, operands) if operands.first().is_some_and(|it| !it.typed.nullable))
}
