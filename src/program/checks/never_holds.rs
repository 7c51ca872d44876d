//! A condition that can never hold, or always does, is a mistake of thought: its parts exclude each other, or it asks
//! for the null of what is never null. Of a single comparison only what is written counts; of an `and` or `or` also what
//! the fields are made of that it reads.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::scope::{Rows, Within, visit_program};
use crate::diagnostics::Diagnostics;
use crate::program::proof::{Node, Prover};
use crate::program::walk::visit;
use crate::program::{Aggregate, Expr, ExprKind, Literal, Op, Program, RowsOf, What};
use crate::source::{Sources, Span};
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("this can never hold")]
#[diagnostic(code("never-holds"), severity(Warning))]
struct NeverHolds {
    #[label(primary, "{why}")]
    at: Span,
    why: String,
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
const EXCLUDE: &str = "its parts exclude each other";

/// Longer conditions are not told again in a message.
const SHORT: usize = 60;
const PRESENT: &str = "this value is never null";

/// The places of what was told, so that its consequences are not told too; and each `case` that was met on the way, with its rows.
#[derive(Debug, Default)]
pub(super) struct Told<'p> {
    places: BTreeSet<Span>,
    pub cases: Vec<(&'p Expr, Rows)>,
}

impl Told<'_> {
    /// Whether something within a place was told.
    pub fn within(&self, place: Span) -> bool {
        let from = Span { start: place.start, end: 0 };
        self.places.range(from..).take_while(|told| told.start <= place.end).any(|told| told.end <= place.end)
    }
}

pub(super) fn check<'p>(
    program: &'p Program,
    sources: &Sources,
    prover: &mut Prover<'p>,
    diags: &mut Diagnostics,
) -> Told<'p> {
    let mut told = Told::default();
    visit_program(program, &mut |expr, rows| {
        if matches!(expr.kind, ExprKind::Case { .. }) {
            told.cases.push((expr, rows.clone()));
        }
        let Some((at, said)) = look(program, prover, expr, rows) else { return Within::Go };
        told.places.insert(at);
        match said {
            Said::Never(why, help) => diags.push(NeverHolds { at, why: why.to_owned(), help }),
            Said::Excluded(one, other, help) => {
                let (one, other) = (sources.on_one_line(one), sources.on_one_line(other));
                let is_short = one.len().max(other.len()) <= SHORT;
                let why = if is_short { format!("`{other}` excludes `{one}`") } else { EXCLUDE.to_owned() };
                diags.push(NeverHolds { at, why, help });
            }
            Said::Always(why, help) => diags.push(AlwaysHolds { at, why, help }),
        }
        Within::Skip
    });
    told
}

/// What is wrong with a condition, and what to do.
enum Said {
    Never(&'static str, &'static str),
    /// Of several parts, which two exclude each other.
    Excluded(Span, Span, &'static str),
    Always(&'static str, &'static str),
}

fn look<'p>(program: &'p Program, prover: &mut Prover<'p>, expr: &'p Expr, rows: &Rows) -> Option<(Span, Said)> {
    let said = match &expr.kind {
        ExprKind::Op(Op::Not, operands) if operands.first().is_some_and(is_null_of_present) => {
            Said::Always(PRESENT, DECLARE)
        }
        ExprKind::Op(Op::IsNull, _) => is_null_of_present(expr).then_some(Said::Never(PRESENT, DECLARE))?,
        ExprKind::Op(op @ (Op::And | Op::Or), operands) => {
            let is_wrong = Joined { op: *op, operands }.is_wrong(prover, expr, rows);
            is_wrong.then(|| Joined { op: *op, operands }.said(prover, expr, &written(program, rows))).flatten()?
        }
        ExprKind::Op(op, operands) if is_condition(*op) && !is_open(operands) => {
            compared(prover, (expr, *op), &written(program, rows))?
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

/// The rows in scope, without what only the time of an event tells: that is told of the whole set.
fn written(program: &Program, rows: &Rows) -> Rows {
    let plain = |over: RowsOf| match over {
        RowsOf::Entity(id) if program.entity(id).at.is_some() => RowsOf::Source(program.entity(id).source),
        over => over,
    };
    rows.iter().map(|(row, over)| (*row, plain(*over))).collect()
}

/// A comparison, or a `not`, that no value satisfies, or every value does.
fn compared<'p>(prover: &mut Prover<'p>, (expr, op): (&'p Expr, Op), rows: &Rows) -> Option<Said> {
    let node = prover.condition_as_written(rows, expr);
    if prover.never_at_all(node) {
        Some(Said::Never("no value satisfies it", "join alternatives with `or`, or correct a bound"))
    } else if op != Op::Not && prover.never_at_all(!node) {
        Some(Said::Always("every value satisfies it", "remove it, or correct a bound"))
    } else {
        None
    }
}

/// An `and` that never holds, though each part can; an `or` that always does, though no part does.
#[derive(Clone, Copy)]
struct Joined<'p> {
    op: Op,
    operands: &'p [Expr],
}

impl<'p> Joined<'p> {
    /// Whether the whole, or a part of it, never holds; of an `or`, always.
    fn is_wrong(self, prover: &mut Prover<'p>, expr: &'p Expr, rows: &Rows) -> bool {
        let node = prover.condition_over(rows, expr);
        prover.never_at_all(if self.op == Op::And { node } else { !node })
    }

    fn said(self, prover: &mut Prover<'p>, expr: &'p Expr, rows: &Rows) -> Option<Said> {
        if !self.is_wrong(prover, expr, rows) || self.operands.iter().any(|part| self.is_wrong(prover, part, rows)) {
            return None;
        }
        // The filter of a sync stands where its `where` does, and begins with what the sync is from.
        if self.op == Op::And && self.operands.first().is_some_and(|first| first.span == expr.span) {
            return Some(Said::Never("this excludes what the sync is from", "correct a bound, or sync something else"));
        }
        if self.op == Op::Or {
            return Some(Said::Always(
                "one of its parts always holds",
                "join conditions with `and`, or correct a bound",
            ));
        }
        let help = "join alternatives with `or`, or correct a bound";
        let pair = if self.operands.len() > 2 { self.exclusive(prover, rows) } else { None };
        Some(match pair {
            Some((one, other)) => Said::Excluded(one, other, help),
            None => Said::Never(EXCLUDE, help),
        })
    }

    /// Two parts that exclude each other.
    fn exclusive(self, prover: &mut Prover<'p>, rows: &Rows) -> Option<(Span, Span)> {
        let parts: Vec<(Span, Node)> =
            self.operands.iter().map(|part| (part.span, prover.condition_over(rows, part))).collect();
        parts.iter().enumerate().find_map(|(at, (one, holds))| {
            let (other, _) = parts.iter().skip(at + 1).find(|(_, other)| {
                let both = prover.all(&[*holds, *other]);
                prover.never_at_all(both)
            })?;
            Some((*one, *other))
        })
    }
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
    let happened: Rows = rows.iter().copied().chain([(set.row, set.over)]).collect();
    // First what is asked for anyway: with all that is known of fields, even less can hold.
    let known = prover.condition_over(&happened, condition);
    if !prover.never_at_all(known) {
        return None;
    }
    let node = prover.condition_as_written(&happened, condition);
    if !prover.never_at_all(node) {
        return None;
    }
    let node = prover.condition_as_written(&written(program, &happened), condition);
    (!prover.never_at_all(node)).then_some(condition.span)
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
