//! Takes a program and how often its target runs, warns of a delay that is shorter than the time between two runs: it is
//! over before anyone looks. A target that says no cadence is not measured.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::walk::{of_program, visit};
use crate::program::{Expr, ExprKind, Literal, Op, Program};
use crate::source::{Sources, Span};
use crate::types::{Type, written};

#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` is less than the time between two runs of target `{target}`")]
#[diagnostic(
    code("finer-than-cadence"),
    severity(Warning),
    help("choose a longer time, or let `{target}` run more often (`every` in plg.toml)")
)]
struct FinerThanCadence {
    text: String,
    target: String,
    every: String,
    #[label(primary, "it runs every {every}")]
    at: Span,
}

pub(super) fn check(program: &Program, sources: &Sources, cadences: &[(String, i64)], diags: &mut Diagnostics) {
    // The target that runs least often is the one to name.
    let Some((target, every)) = cadences.iter().max_by_key(|(_, every)| *every) else { return };
    for (_, expr) in of_program(program) {
        visit(expr, &mut |part| {
            if let Some((length, at)) = delay(part)
                && (1..*every).contains(&length)
            {
                let (text, every) = (sources.text(at).to_owned(), written::duration(*every));
                // Every day, every 2 days.
                let every = every.strip_prefix("1 ").unwrap_or(&every).to_owned();
                diags.push(FinerThanCadence { text, target: target.clone(), every, at });
            }
        });
    }
}

/// The constant by which an instant is moved.
fn delay(expr: &Expr) -> Option<(i64, Span)> {
    let ExprKind::Op(Op::Add | Op::Subtract, operands) = &expr.kind else { return None };
    let moved = operands.iter().any(|operand| operand.typed.kind == Type::Timestamp);
    let length = |operand: &Expr| match operand.kind {
        ExprKind::Literal(Literal::Duration(length)) => Some((length, operand.span)),
        _ => None,
    };
    operands.iter().find_map(length).filter(|_| moved)
}
