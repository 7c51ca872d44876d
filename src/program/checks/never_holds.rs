//! A condition that can never hold, or always does, is a mistake of thought: its parts exclude each other, or it asks
//! for the null of what is never null. Of a single comparison only what is written counts; of an `and` or `or` also what
//! the fields are made of that it reads.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::scope::{Rows, Within, visit_program};
use crate::diagnostics::Diagnostics;
use crate::program::proof::Prover;
use crate::program::walk::visit;
use crate::program::{Aggregate, Expr, ExprKind, Literal, Op, Program, RowsOf, What};
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
#[diagnostic(code("always-holds"), severity(Warning))]
struct AlwaysHolds {
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[help]
    help: &'static str,
}

const DECLARE: &str = "remove it, or declare the column with `?` if it may be null";
const PRESENT: &str = "this value is never null";

/// The places of what was told, so that its consequences are not told too.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeSet<Span>);

impl Told {
    /// Whether something within a place was told.
    pub fn within(&self, place: Span) -> bool {
        let from = Span { start: place.start, end: 0 };
        self.0.range(from..).take_while(|told| told.start <= place.end).any(|told| told.end <= place.end)
    }
}

pub(super) fn check<'p>(program: &'p Program, prover: &mut Prover<'p>, diags: &mut Diagnostics) -> Told {
    let mut told = Told::default();
    visit_program(program, &mut |expr, rows| match look(program, prover, expr, rows) {
        Some((at, Said::Never(why, help))) => {
            told.0.insert(at);
            diags.push(NeverHolds { at, why, help });
            Within::Skip
        }
        Some((at, Said::Always(why, help))) => {
            told.0.insert(at);
            diags.push(AlwaysHolds { at, why, help });
            Within::Skip
        }
        None => Within::Go,
    });
    told
}

/// What is wrong with a condition, and what to do.
enum Said {
    Never(&'static str, &'static str),
    Always(&'static str, &'static str),
}

fn look<'p>(program: &'p Program, prover: &mut Prover<'p>, expr: &'p Expr, rows: &Rows) -> Option<(Span, Said)> {
    let said = match &expr.kind {
        ExprKind::Op(Op::Not, operands) if operands.first().is_some_and(is_null_of_present) => {
            Said::Always(PRESENT, DECLARE)
        }
        ExprKind::Op(Op::IsNull, _) => is_null_of_present(expr).then_some(Said::Never(PRESENT, DECLARE))?,
        ExprKind::Op(op @ (Op::And | Op::Or), operands) => joined(prover, (expr, *op), operands, rows)?,
        ExprKind::Op(op, operands) if is_condition(*op) && !is_open(operands) => {
            let node = prover.condition_as_written(rows, expr);
            if prover.never_at_all(node) {
                Said::Never("no value satisfies it", "join alternatives with `or`, or correct a bound")
            } else if *op != Op::Not && prover.never_at_all(!node) {
                Said::Always("every value satisfies it", "remove it, or correct a bound")
            } else {
                return None;
            }
        }
        ExprKind::Aggregate(aggregate) => {
            let help = "compare with an earlier instant, or read an entity";
            let why = "an event has happened: its time is not after `now`";
            return in_the_future(program, prover, aggregate, rows).map(|at| (at, Said::Never(why, help)));
        }
        _ => return None,
    };
    Some((expr.span, said))
}

/// An `and` that never holds, though each part can; an `or` that always does, though no part does.
fn joined<'p>(prover: &mut Prover<'p>, (expr, op): (&'p Expr, Op), operands: &'p [Expr], rows: &Rows) -> Option<Said> {
    let is_wrong = |prover: &mut Prover<'p>, expr: &'p Expr| {
        let node = prover.condition_over(rows, expr);
        prover.never_at_all(if op == Op::And { node } else { !node })
    };
    if !is_wrong(prover, expr) || operands.iter().any(|operand| is_wrong(prover, operand)) {
        return None;
    }
    // The filter of a sync stands where its `where` does, and begins with what the sync is from.
    if op == Op::And && operands.first().is_some_and(|first| first.span == expr.span) {
        return Some(Said::Never("this excludes what the sync is from", "correct a bound, or sync something else"));
    }
    Some(if op == Op::And {
        Said::Never("its parts exclude each other", "join alternatives with `or`, or correct a bound")
    } else {
        Said::Always("one of its parts always holds", "join conditions with `and`, or correct a bound")
    })
}

/// The condition of a set of events that asks for what has not happened yet.
fn in_the_future<'p>(
    program: &Program,
    prover: &mut Prover<'p>,
    aggregate: &'p Aggregate,
    rows: &Rows,
) -> Option<Span> {
    let set = &aggregate.set;
    let (RowsOf::Entity(id), Some(condition)) = (set.over, &set.condition) else { return None };
    let time = What::Column(program.entity(id).at?);
    let mut is_asked = false;
    visit(condition, &mut |part| {
        is_asked |= matches!(&part.kind, ExprKind::Read { row, what, .. } if *row == set.row && *what == time);
    });
    if !is_asked {
        return None;
    }
    let of_event = |over: RowsOf| rows.iter().copied().chain([(set.row, over)]).collect::<Rows>();
    let happened = prover.condition_as_written(&of_event(set.over), condition);
    if !prover.never_at_all(happened) {
        return None;
    }
    let plain = of_event(RowsOf::Source(program.entity(id).source));
    let written = prover.condition_as_written(&plain, condition);
    (!prover.never_at_all(written)).then_some(condition.span)
}

/// Whether a comparison is one of a value that is read and a constant, of a type that has values on either side: most are, and
/// need no proof.
fn is_open(operands: &[Expr]) -> bool {
    /// No int, and no instant, is near the end of its type.
    const FAR: u64 = 1 << 60;
    let is_read = |expr: &Expr| match &expr.kind {
        ExprKind::Read { path, what: What::Column(_) | What::Field(_), .. } => path.is_empty(),
        _ => false,
    };
    let is_constant = |expr: &Expr| match &expr.kind {
        ExprKind::Now => true,
        ExprKind::Literal(Literal::Int(value) | Literal::Timestamp(value)) => value.unsigned_abs() < FAR,
        ExprKind::Literal(Literal::Text(_)) => expr.typed.kind == Type::Text,
        ExprKind::Op(Op::Add | Op::Subtract, operands) => match operands.as_slice() {
            [now, by] => {
                matches!(now.kind, ExprKind::Now)
                    && matches!(by.kind, ExprKind::Literal(Literal::Duration(value)) if value.unsigned_abs() < FAR)
            }
            _ => false,
        },
        _ => false,
    };
    match operands {
        [left, right] => is_read(left) && is_constant(right) || is_constant(left) && is_read(right),
        _ => false,
    }
}

const fn is_condition(op: Op) -> bool {
    matches!(
        op,
        Op::Not | Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual | Op::In
    )
}

fn is_null_of_present(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Op(Op::IsNull, operands) if operands.first().is_some_and(|it| !it.typed.nullable))
}
