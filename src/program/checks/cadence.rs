//! Takes a program and how often its target runs, warns of a delay that is shorter than the time between two runs: it is
//! over before anyone looks. A target that says no cadence is not measured.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::walk::{of_program, visit};
use crate::program::{Again, Expr, ExprKind, Literal, Op, Program};
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

#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` is open for {length}, less than the time between two runs of target `{target}`")]
#[diagnostic(
    code("finer-than-cadence"),
    severity(Warning),
    help("open it for longer, or let `{target}` run more often (`every` in plg.toml)")
)]
struct WindowMissed {
    text: String,
    length: String,
    target: String,
    every: String,
    #[label(primary, "it runs every {every}, and may always miss it")]
    at: Span,
}

const MINUTE: i64 = 60_000_000;

pub(super) fn check(program: &Program, sources: &Sources, cadences: &[(String, i64)], diags: &mut Diagnostics) {
    // The target that runs least often is the one to name.
    let Some((target, every)) = cadences.iter().max_by_key(|(_, every)| *every) else { return };
    // Every day, every 2 days.
    let often = written::duration(*every);
    let often = often.strip_prefix("1 ").unwrap_or(&often);
    let mut found = Vec::new();
    for (_, expr) in of_program(program) {
        visit(expr, &mut |part| found.extend(delay(part)));
    }
    found.extend(lengths(program).filter_map(constant));
    found.retain(|(length, _)| (1..*every).contains(length));
    for (_, at) in found {
        let text = sources.text(at).to_owned();
        diags.push(FinerThanCadence { text, target: target.clone(), every: often.to_owned(), at });
    }
    for (length, at) in windows(program).filter(|(length, _)| (1..*every).contains(length)) {
        let text = sources.on_one_line(at);
        let length = written::duration(length);
        diags.push(WindowMissed { text, length, target: target.clone(), every: often.to_owned(), at });
    }
}

/// The lengths of time that stand alone: of a cap, and until a row enters again.
fn lengths(program: &Program) -> impl Iterator<Item = &Expr> {
    let again = program.sequences.iter().filter_map(|it| match &it.again {
        Some(Again::Limited { after, .. }) => after.as_ref(),
        Some(Again::Always) | None => None,
    });
    program.channels.iter().map(|channel| &channel.per).chain(again)
}

/// How long each sending window is open on one of its days.
fn windows(program: &Program) -> impl Iterator<Item = (i64, Span)> {
    let steps = program.sequences.iter().flat_map(|it| &it.steps).filter_map(|step| step.during.as_ref());
    let all = steps.chain(program.channels.iter().filter_map(|channel| channel.during.as_ref()));
    all.filter_map(|during| {
        let bound = |wanted: Op| {
            during.parts().into_iter().find_map(|part| match &part.kind {
                ExprKind::Op(op, operands) if *op == wanted => match operands.last().map(|it| &it.kind) {
                    Some(ExprKind::Literal(Literal::Int(minutes))) => Some(*minutes),
                    _ => None,
                },
                _ => None,
            })
        };
        Some(((bound(Op::Less)? - bound(Op::GreaterEqual)?) * MINUTE, during.span))
    })
}

fn constant(expr: &Expr) -> Option<(i64, Span)> {
    match expr.kind {
        ExprKind::Literal(Literal::Duration(length)) => Some((length, expr.span)),
        _ => None,
    }
}

/// The constant by which an instant is moved.
fn delay(expr: &Expr) -> Option<(i64, Span)> {
    let ExprKind::Op(Op::Add | Op::Subtract, operands) = &expr.kind else { return None };
    let moved = operands.iter().any(|operand| operand.typed.kind == Type::Timestamp);
    operands.iter().find_map(constant).filter(|_| moved)
}
