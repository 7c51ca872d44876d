//! Takes a program whose names and types are right, warns of a policy that forbids nothing: no sync goes to any of its
//! destinations.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::Program;
use crate::source::Span;

#[derive(Debug, Error, Diagnostic)]
#[error("no sync goes to a destination of policy `{name}`")]
#[diagnostic(code("idle-policy"), severity(Warning), help("remove it, or name the destinations that it is meant for"))]
struct IdlePolicy {
    name: String,
    #[label(primary, "it holds nothing back")]
    at: Span,
}

pub(super) fn check(program: &Program, diags: &mut Diagnostics) {
    for policy in &program.policies {
        if !program.all_syncs().iter().any(|sync| policy.destinations.contains(&sync.destination)) {
            diags.push(IdlePolicy { name: policy.name.clone(), at: policy.span });
        }
    }
}
