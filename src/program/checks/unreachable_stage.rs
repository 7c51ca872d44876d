//! Takes a program whose names and types are right, warns of a stage whose rows are all in earlier stages, or whose
//! condition can never hold: it has no rows. Speaks only where that is certain.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::facts::{contradict, covers, exclude, implied};
use crate::diagnostics::Diagnostics;
use crate::program::{Expr, FieldKind, Program};
use crate::source::Span;

#[derive(Debug, Error, Diagnostic)]
#[error("stage `{name}` is never reached")]
#[diagnostic(code("unreachable-stage"), severity(Warning))]
struct UnreachableStage {
    name: String,
    #[label(primary, "{why}")]
    at: Span,
    why: String,
    #[label("this comes first")]
    earlier: Option<Span>,
    #[help]
    help: &'static str,
}

pub(super) fn check(program: &Program, never: &BTreeSet<Span>, diags: &mut Diagnostics) {
    for field in &program.fields {
        let FieldKind::Status { stages, .. } = &field.kind else { continue };
        let mut before: Vec<(&str, &Expr)> = Vec::new();
        for stage in stages {
            let Some(when) = &stage.when else {
                report_rest(&stage.name, &before, diags);
                continue;
            };
            let all = implied(program, when);
            let known = never.contains(&when.span) || all.iter().any(|condition| never.contains(&condition.span));
            let taken = before.iter().find(|(_, earlier)| covers(earlier, &all));
            if let Some((name, earlier)) = taken {
                diags.push(UnreachableStage {
                    name: stage.name.clone(),
                    at: when.span,
                    why: format!("every such row is in `{name}`"),
                    earlier: Some(earlier.span),
                    help: "put the narrower stage first",
                });
            } else if !known && !before.is_empty() && exclude(&all, &conditions(&before)) && !contradict(&all) {
                diags.push(UnreachableStage {
                    name: stage.name.clone(),
                    at: when.span,
                    why: "every such row is in a stage before".to_owned(),
                    earlier: None,
                    help: "put the narrower stage first",
                });
            } else if !known && contradict(&all) {
                diags.push(UnreachableStage {
                    name: stage.name.clone(),
                    at: when.span,
                    why: "no row satisfies this".to_owned(),
                    earlier: None,
                    help: "correct the condition",
                });
            }
            if stage.until.is_none() {
                before.push((&stage.name, when));
            }
        }
    }
}

fn conditions<'p>(before: &[(&str, &'p Expr)]) -> Vec<&'p Expr> {
    before.iter().map(|(_, condition)| *condition).collect()
}

/// Reports an `otherwise` that the stages before leave no row.
fn report_rest(name: &str, before: &[(&str, &Expr)], diags: &mut Diagnostics) {
    if let Some((_, last)) = before.last().filter(|_| exclude(&[], &conditions(before))) {
        diags.push(UnreachableStage {
            name: name.to_owned(),
            at: last.span,
            why: "with this, every row is in a stage before".to_owned(),
            earlier: None,
            help: "write `otherwise` in the place of the last condition",
        });
    }
}
