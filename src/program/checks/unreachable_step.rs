//! Takes a program whose names and types are right, warns of a step of a funnel that nobody can reach: its instant is never
//! there, or never after the step before and within its window. Speaks only where that is certain, and of the first such step.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::Program;
use crate::program::proof::{Node, Prover};
use crate::source::Span;

#[derive(Debug, Error, Diagnostic)]
#[error("nobody can reach step `{name}`")]
#[diagnostic(
    code("unreachable-step"),
    severity(Warning),
    help("put the steps in the order in which they happen, or correct the window or the value")
)]
struct UnreachableStep {
    name: String,
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[label("the step before it")]
    before: Option<Span>,
}

pub(super) fn check<'p>(program: &'p Program, prover: &mut Prover<'p>, diags: &mut Diagnostics) {
    for funnel in &program.funnels {
        let mut reached = funnel.base.map_or(Node::TRUE, |base| prover.is_in(base));
        if prover.never(funnel.entity, reached) {
            // The audience is always empty, and that was told.
            continue;
        }
        let mut before = None;
        for step in &funnel.steps {
            let follows = prover.condition(funnel.entity, &step.follows);
            reached = prover.all(&[reached, follows]);
            if prover.never(funnel.entity, reached) {
                let name = step.name.clone();
                let why = match before {
                    None => "this has never happened to a member",
                    Some(_) => "this has never happened to who has reached the step before, or not in that time",
                };
                diags.push(UnreachableStep { name, at: step.value.span, why, before });
                break;
            }
            before = Some(step.span);
        }
    }
}
