//! A step that expires before it is due, or just then, never fires. Warns where that is certain: both instants hang on the same one, or on
//! one that is never earlier, by constant lengths of time.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::{Expr, ExprKind, FieldId, Literal, OUTER, Op, Program, Sequence, Step, What};
use crate::source::{Sources, Span};

#[derive(Debug, Error, Diagnostic)]
#[error("step `{step}` never fires: it has expired when it is due")]
#[diagnostic(code("never-fires"), severity(Warning))]
struct NeverFires {
    step: String,
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[label("{when}")]
    due: Span,
    when: &'static str,
    #[help]
    help: String,
}

/// An instant that lies a constant time after one that is known by its name.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moved<'p> {
    from: &'p Expr,
    months: i64,
    micros: i64,
}

const DAY: i64 = 86_400_000_000;

pub(super) fn check(program: &Program, sources: &Sources, diags: &mut Diagnostics) {
    for sequence in &program.sequences {
        for step in &sequence.steps {
            let Some(until) = &step.until else { continue };
            let Some(is_same) = moved(until).and_then(|end| ends(sequence, step, end)) else { continue };
            let why = if is_same { "this is its `due`" } else { "this is earlier than its `due`" };
            let due = due_of(sequence, step);
            let help = format!("let it expire later: `until {}`", later(sources, due));
            let (due, when) = due.map_or((step.span, "due at its entry"), |due| (due.span, "due from here on"));
            diags.push(NeverFires { step: step.name.clone(), at: until.span, why, due, when, help });
        }
    }
}

/// An instant a week after one, as it would be written.
fn later(sources: &Sources, due: Option<&Expr>) -> String {
    let Some(due) = due else { return "entered_at + 7 days".to_owned() };
    let from = moved(due).filter(|it| it.months == 0 && it.micros >= 0 && it.micros % DAY == 0);
    match from {
        Some(it) => format!("{} + {} days", sources.on_one_line(it.from.span), it.micros / DAY + 7),
        None => format!("{} + 7 days", sources.on_one_line(due.span)),
    }
}

/// When a step is due, of an arm when its branch is; nothing where that is the entry.
fn due_of<'p>(sequence: &'p Sequence, step: &'p Step) -> Option<&'p Expr> {
    match step.branch.and_then(|at| sequence.branches.get(at)) {
        Some(branch) => branch.due.as_ref(),
        None => step.due.as_ref(),
    }
}

/// Whether a step has expired whenever it is due; then, whether both are the same instant.
fn ends(sequence: &Sequence, step: &Step, end: Moved<'_>) -> Option<bool> {
    let (mut months, mut micros) = (0, 0);
    let mut due = due_of(sequence, step);
    // What an arm is due by was read when its branch was decided, and may be another value by now.
    let mut is_own = step.branch.is_none();
    // Each step fires at its due or later, so what hangs on it is not earlier than what hangs on that.
    for _ in 0..=sequence.steps.len() + sequence.branches.len() {
        let Some(written) = due else {
            let is_entry = is_read_of(end.from, sequence.entered_at);
            return order(end, months, micros).filter(|_| is_entry);
        };
        let from = moved(written)?;
        (months, micros) = (months + from.months, micros + from.micros);
        let is_kept = |id: FieldId| id == sequence.entered_at || firing(sequence, id).is_some();
        if same(from.from, end.from) && (is_own || read_of(from.from).is_some_and(is_kept)) {
            return order(end, months, micros);
        }
        let before = read_of(from.from)?;
        if before == sequence.entered_at {
            return None;
        }
        due = firing(sequence, before)?;
        is_own = false;
    }
    None
}

/// When that is due which a field is the instant of: of a step or of a branch; nothing within where that is the entry.
fn firing(sequence: &Sequence, id: FieldId) -> Option<Option<&Expr>> {
    let step = sequence.steps.iter().find(|step| step.at == id || step.sent == Some(id));
    let branch = || sequence.branches.iter().find(|branch| branch.decided_at == id).map(|branch| branch.due.as_ref());
    step.map(|step| due_of(sequence, step)).or_else(branch)
}

/// Whether an instant is not after one that lies so long after the same; then, whether it is the same one.
fn order(end: Moved<'_>, months: i64, micros: i64) -> Option<bool> {
    if end.months == months {
        return (end.micros <= micros).then_some(end.micros == micros);
    }
    // A month has 28 to 31 days.
    (end.months * 31 * DAY + end.micros <= months * 28 * DAY + micros).then_some(false)
}

/// `X`, `X + 3 days`, `X - 1 month`
fn moved(expr: &Expr) -> Option<Moved<'_>> {
    match &expr.kind {
        ExprKind::Read { .. } => Some(Moved { from: expr, months: 0, micros: 0 }),
        ExprKind::Op(op @ (Op::Add | Op::Subtract), parts) => {
            let [from, by] = parts.as_slice() else { return None };
            let (from, by) =
                if *op == Op::Add && matches!(from.kind, ExprKind::Literal(_)) { (by, from) } else { (from, by) };
            let from = moved(from)?;
            let sign = if *op == Op::Add { 1 } else { -1 };
            match by.kind {
                ExprKind::Literal(Literal::Duration(micros)) => {
                    Some(Moved { micros: from.micros.checked_add(sign * micros)?, ..from })
                }
                ExprKind::Literal(Literal::Months(months)) => {
                    Some(Moved { months: from.months + sign * i64::from(months), ..from })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether two reads are of the same value, also where one reads it as the run before left it.
fn same(one: &Expr, other: &Expr) -> bool {
    match (read_of(one), read_of(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one.kind == other.kind,
    }
}

fn is_read_of(expr: &Expr, id: FieldId) -> bool {
    read_of(expr) == Some(id)
}

/// The field of the row's entry that an expression reads.
fn read_of(expr: &Expr) -> Option<FieldId> {
    match &expr.kind {
        ExprKind::Read { row: OUTER, path, what: What::Field(id) | What::InView(id) } if path.is_empty() => Some(*id),
        _ => None,
    }
}
