//! A stage whose rows are all in an earlier stage, or whose condition can never hold, has no rows.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::facts::{canonical, conjuncts, contradict, implied};
use crate::diagnostics::Diagnostics;
use crate::program::{Expr, ExprKind, FieldKind, Op, Program};
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
            let Some(when) = &stage.when else { continue };
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

/// Whether an earlier condition holds wherever all of these do.
fn covers(earlier: &Expr, all: &[&Expr]) -> bool {
    let all: BTreeSet<String> = all.iter().map(|condition| canonical(condition)).collect();
    let alternatives: Vec<&Expr> = match &earlier.kind {
        ExprKind::Op(Op::Or, operands) => operands.iter().collect(),
        _ => vec![earlier],
    };
    all.contains(&canonical(earlier))
        || alternatives.iter().any(|one| conjuncts(one).iter().all(|conjunct| all.contains(&canonical(conjunct))))
}
