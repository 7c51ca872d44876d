//! Takes a program whose names and types are right, warns of a step that can never fire, since its `when` does not hold on any row
//! when it is due, or it is never due; and of a sequence that nobody enters, since each row meets its `exit`. What a `let`
//! switches on and off is meant so; what was told of a condition is not told again.

use miette::Diagnostic;
use thiserror::Error;

use super::constant_policy::{is_switched, reads_dead};
use super::never_holds::Told;
use crate::diagnostics::Diagnostics;
use crate::program::proof::{Node, Prover};
use crate::program::{Expr, ExprKind, Op, Program, Sequence, Step};
use crate::source::{Sources, Span};
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("step `{step}` never fires: {what}")]
#[diagnostic(code("never-fires"), severity(Warning), help("{help}"))]
struct NeverFires {
    step: String,
    what: &'static str,
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[label("it is due from here on")]
    due: Option<Span>,
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("nobody enters sequence `{name}`")]
#[diagnostic(
    code("never-entered"),
    severity(Warning),
    help("correct it; a sequence that is to rest for a time says `hold when paused`, with `let paused = true`")
)]
struct NeverEntered {
    name: String,
    #[label(primary, "who meets `exit` does not enter, and every row does")]
    at: Span,
}

const SWITCH: &str =
    "correct it, or remove the step; one that is to rest for a time says `when not paused`, with `let paused = true`";

/// For each step, that it is due: nothing where it is due at the entry.
pub(super) fn dues(program: &Program) -> Vec<Option<Expr>> {
    let steps = program.sequences.iter().flat_map(|sequence| &sequence.steps);
    steps.map(|step| step.due.as_ref().filter(|_| step.branch.is_none()).map(has_come)).collect()
}

/// That an instant is at or before `now`.
fn has_come(due: &Expr) -> Expr {
    let now = Expr { typed: Type::Timestamp.required(), span: due.span, kind: ExprKind::Now };
    let operands = vec![due.clone(), now];
    Expr { typed: Type::Bool.required(), span: due.span, kind: ExprKind::Op(Op::LessEqual, operands) }
}

pub(super) fn check<'p>(
    program: &'p Program,
    sources: &Sources,
    (prover, told, dues): (&mut Prover<'p>, &Told<'p>, &'p [Option<Expr>]),
    diags: &mut Diagnostics,
) {
    let mut dues = dues.iter();
    for sequence in &program.sequences {
        let is_entered = exit(sources, (prover, told), sequence, diags);
        for step in &sequence.steps {
            let due = dues.next().and_then(Option::as_ref);
            if is_entered && step.branch.is_none() {
                fires(program, sources, (prover, told), (sequence, step, due), diags);
            }
        }
    }
}

/// Whether somebody may enter.
fn exit<'p>(
    sources: &Sources,
    (prover, told): (&mut Prover<'p>, &Told<'p>),
    sequence: &'p Sequence,
    diags: &mut Diagnostics,
) -> bool {
    let Some(exit) = &sequence.exit else { return true };
    if told.within(exit.span) || is_switched(sources, exit) {
        return true;
    }
    let closes = prover.condition(sequence.entity, exit);
    let base = prover.is_in(sequence.base);
    let stays = prover.all(&[base, !closes]);
    if !prover.never(sequence.entity, stays) || prover.never(sequence.entity, base) {
        return true;
    }
    diags.push(NeverEntered { name: sequence.name.clone(), at: exit.span });
    false
}

fn fires<'p>(
    program: &Program,
    sources: &Sources,
    (prover, told): (&mut Prover<'p>, &Told<'p>),
    (sequence, step, due): (&Sequence, &'p Step, Option<&'p Expr>),
    diags: &mut Diagnostics,
) {
    let entity = sequence.entity;
    let name = step.name.clone();
    let is_due = due.map_or(Node::TRUE, |due| prover.condition(entity, due));
    if let Some(due) = due.filter(|due| !told.within(due.span) && prover.never(entity, is_due)) {
        let help = "count from an instant that stays, such as `due entered_at + 1 day`".to_owned();
        let (what, why) = ("it is never due", "this is never at or before `now`");
        diags.push(NeverFires { step: name, what, at: due.span, why, due: None, help });
        return;
    }
    let Some(when) = &step.when else { return };
    if told.within(when.span) || is_switched(sources, when) || reads_dead(program, prover, when) {
        return;
    }
    let holds = prover.condition(entity, when);
    let both = prover.all(&[is_due, holds]);
    if prover.never(entity, holds) {
        let (what, why) = ("its `when` never holds", "this holds for no row");
        diags.push(NeverFires { step: name, what, at: when.span, why, due: None, help: SWITCH.to_owned() });
    } else if prover.never(entity, both) {
        let (what, why) = ("its `when` never holds when it is due", "this does not hold then");
        let (due, help) = (due.map(|due| due.span), "correct one of the two".to_owned());
        diags.push(NeverFires { step: name, what, at: when.span, why, due, help });
    }
}
