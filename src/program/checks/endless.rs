//! An entry that never ends. Warns of a step whose `when` may never hold, where the sequence exits when it is done, and of an
//! `again` that no entry comes to, since none ends by being done.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::walk::visit;
use crate::program::{ExprKind, Program, Sequence, What};
use crate::source::Span;

#[derive(Debug, Error, Diagnostic)]
#[error("`{sequence}` may never be done: `{step}` waits for its `when` for ever")]
#[diagnostic(code("never-done"), severity(Warning), help("say when it expires: `until entered_at + 30 days`"))]
struct NeverDone {
    sequence: String,
    step: String,
    #[label(primary, "it has no `until`")]
    at: Span,
    #[label("the sequence exits when it is done")]
    exit: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("an entry of `{sequence}` stays open after its last step")]
#[diagnostic(code("open-entry"), severity(Warning), help("{help}, so that it closes, and the row can enter again"))]
struct OpenEntry {
    sequence: String,
    help: &'static str,
    #[label(primary, "a row enters `again` only once its entry has closed")]
    at: Span,
}

pub(super) fn check(program: &Program, diags: &mut Diagnostics) {
    for sequence in &program.sequences {
        let Some(exit) = exit_when_done(sequence) else {
            if sequence.again.is_some() {
                let help = match &sequence.exit {
                    Some(_) => "add `or done` to its `exit`",
                    None => "add `exit when done`",
                };
                diags.push(OpenEntry { sequence: sequence.name.clone(), help, at: sequence.span });
            }
            continue;
        };
        for step in &sequence.steps {
            if step.branch.is_none() && step.when.is_some() && step.until.is_none() {
                diags.push(NeverDone { sequence: sequence.name.clone(), step: step.name.clone(), at: step.span, exit });
            }
        }
    }
}

/// Where the exit asks whether the entry is done.
fn exit_when_done(sequence: &Sequence) -> Option<Span> {
    let mut found = None;
    visit(sequence.exit.as_ref()?, &mut |part| {
        if let ExprKind::Read { what: What::InView(id), .. } = part.kind
            && id == sequence.done
        {
            found = Some(part.span);
        }
    });
    found
}
