//! A condition that can never hold, or always does, is a mistake of thought: its parts exclude each other, or it asks
//! for the null of what is never null.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::facts::{conjuncts, contradict};
use crate::diagnostics::Diagnostics;
use crate::program::walk::of_program;
use crate::program::{Aggregate, Expr, ExprKind, Op, Program, RowsOf, What};
use crate::source::Span;
use crate::types::Type;

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
        look(program, expr, &mut never, diags);
    }
    never
}

fn look(program: &Program, expr: &Expr, never: &mut BTreeSet<Span>, diags: &mut Diagnostics) {
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
        ExprKind::Aggregate(aggregate) => {
            if let Some(at) = in_the_future(program, aggregate) {
                never.insert(at);
                let why = "an event has happened: its time is not after `now`";
                diags.push(NeverHolds { at, why, help: "compare with an earlier instant, or read an entity" });
                return;
            }
        }
        _ => {}
    }
    for part in expr.parts() {
        look(program, part, never, diags);
    }
}

/// The condition of a set of events that asks for what has not happened yet.
fn in_the_future(program: &Program, aggregate: &Aggregate) -> Option<Span> {
    let set = &aggregate.set;
    let (RowsOf::Entity(id), Some(condition)) = (set.over, &set.condition) else { return None };
    let at = program.entity(id).at?;
    let typed = program.column(id, at).typed.clone();
    let make = |kind, typed| Expr { typed, span: condition.span, kind };
    let at = make(ExprKind::Read { row: set.row, path: Vec::new(), what: What::Column(at) }, typed);
    let now = make(ExprKind::Now, Type::Timestamp.required());
    let happened = make(ExprKind::Op(Op::LessEqual, vec![at, now]), Type::Bool.required());
    let mut all = conjuncts(condition);
    if contradict(&all) {
        return None;
    }
    all.push(&happened);
    contradict(&all).then_some(condition.span)
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
