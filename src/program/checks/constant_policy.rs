//! Takes a program whose names and types are right, warns of a policy whose condition does not hang on the row: it forbids every row,
//! or none. One that a `let` switches on and off is meant so; what was told of its condition is not told again.

use miette::Diagnostic;
use thiserror::Error;

use super::never_holds::Told;
use crate::diagnostics::Diagnostics;
use crate::program::cycle::{Node, needs_of};
use crate::program::proof::Prover;
use crate::program::walk::visit;
use crate::program::{Expr, ExprKind, FieldKind, Literal, Policy, Program};
use crate::source::{Sources, Span};

#[derive(Debug, Error, Diagnostic)]
#[error("policy `{name}` forbids nothing")]
#[diagnostic(code("empty-policy"), severity(Warning), help("correct the condition, or remove the policy"))]
struct EmptyPolicy {
    name: String,
    #[label(primary, "this holds for no row of `{entity}`")]
    at: Span,
    entity: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("policy `{name}` forbids all that syncs send to `{to}`")]
#[diagnostic(
    code("whole-policy"),
    severity(Warning),
    help(
        "correct the condition; to send nothing for a time, switch it with a `let`: `let paused = true`, `where paused`"
    )
)]
struct WholePolicy {
    name: String,
    to: String,
    #[label(primary, "this holds for every row of `{entity}`")]
    at: Span,
    entity: String,
}

pub(super) fn check<'p>(
    program: &'p Program,
    sources: &Sources,
    (prover, told): (&mut Prover<'p>, &Told<'p>),
    diags: &mut Diagnostics,
) {
    for policy in &program.policies {
        let FieldKind::Trait(condition) = &program.field(policy.forbids).kind else { continue };
        if told.within(condition.span) || is_switched(sources, condition) {
            continue;
        }
        let forbids = prover.is_in(policy.forbids);
        let (at, name) = (condition.span, policy.name.clone());
        let entity = program.entity(policy.entity).name.clone();
        if prover.never(policy.entity, forbids) {
            if !reads_dead(program, prover, condition) {
                diags.push(EmptyPolicy { name, at, entity });
            }
        } else if prover.never(policy.entity, !forbids) {
            diags.push(WholePolicy { name, to: destinations(program, policy), at, entity });
        }
    }
}

/// Whether a constant of a name is a part of a condition.
pub(super) fn is_switched(sources: &Sources, condition: &Expr) -> bool {
    let mut found = false;
    visit(condition, &mut |part| {
        found |= matches!(part.kind, ExprKind::Literal(Literal::Bool(_)))
            && !matches!(sources.text(part.span), "true" | "false");
    });
    found
}

/// Whether a condition reads what is never true, of which something was told.
pub(super) fn reads_dead(program: &Program, prover: &mut Prover<'_>, condition: &Expr) -> bool {
    needs_of(program, condition).into_iter().any(|(node, _)| match node {
        Node::Field(read) => prover.is_never(read),
        Node::Link(_) | Node::Channel(_) => false,
    })
}

fn destinations(program: &Program, policy: &Policy) -> String {
    let names: Vec<&str> = policy.destinations.iter().map(|id| program.destination(*id).name.as_str()).collect();
    names.join("`, `")
}
