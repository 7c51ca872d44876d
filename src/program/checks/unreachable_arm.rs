//! Takes a program whose names and types are right, warns of an arm of a `case` that earlier ones leave no row, or whose
//! condition can never hold: it gives its value to nothing; and of an arm of an experiment whose share is always 0%. Speaks
//! only where that is certain.

use miette::Diagnostic;
use thiserror::Error;

use super::never_holds::Told;
use super::scope::Rows;
use crate::diagnostics::Diagnostics;
use crate::program::proof::{Node, Prover};
use crate::program::{Expr, ExprKind, Literal, Program};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("this arm of the `case` is never used")]
#[diagnostic(code("unreachable-arm"), severity(Warning), help("remove it, or put the narrower arm first"))]
struct UnreachableArm {
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[label("this comes first")]
    earlier: Option<Span>,
}

#[derive(Debug, Error, Diagnostic)]
#[error("nobody gets arm `{name}`")]
#[diagnostic(code("arm-without-share"), severity(Warning), help("give it a share, or remove it"))]
struct ArmWithoutShare {
    name: String,
    #[label(primary, "its share is 0% in every phase")]
    at: Span,
}

pub(super) fn check<'p>(
    program: &'p Program,
    prover: &mut Prover<'p>,
    (files, told): (&[ast::File], &Told<'p>),
    diags: &mut Diagnostics,
) {
    for (expr, rows) in &told.cases {
        if let ExprKind::Case { arms, otherwise } = &expr.kind {
            check_arms(prover, (arms, otherwise), (rows, told), diags);
        }
    }
    for experiment in &program.experiments {
        let shares = |arm: usize| experiment.phases.iter().flat_map(|phase| &phase.arms).filter(move |it| it.0 == arm);
        for (at, name) in experiment.arms.iter().enumerate() {
            if shares(at).all(|(_, share)| *share == 0)
                && let Some(at) = written(files, experiment.span, name)
            {
                diags.push(ArmWithoutShare { name: name.clone(), at });
            }
        }
    }
}

fn check_arms<'p>(
    prover: &mut Prover<'p>,
    (arms, otherwise): (&'p [(Expr, Expr)], &Expr),
    (rows, told): (&Rows, &Told<'p>),
    diags: &mut Diagnostics,
) {
    let mut before: Vec<(Span, Node)> = Vec::new();
    let mut rest = Node::TRUE;
    for (when, _) in arms {
        let holds = prover.condition_over(rows, when);
        let left = prover.all(&[rest, holds]);
        let covered = !before.is_empty() && prover.never_at_all(left);
        if covered && !told.within(when.span) && !prover.never_at_all(holds) {
            let first = before.iter().find(|(_, earlier)| {
                let left = prover.all(&[holds, !*earlier]);
                prover.never_at_all(left)
            });
            let earlier = first.map(|(span, _)| *span);
            diags.push(UnreachableArm { at: when.span, why: "an arm before takes every such row", earlier });
        }
        before.push((when.span, holds));
        rest = prover.all(&[rest, !holds]);
    }
    let is_written = !matches!(otherwise.kind, ExprKind::Literal(Literal::Null));
    if is_written && !before.is_empty() && prover.never_at_all(rest) && before.iter().all(|(at, _)| !told.within(*at)) {
        diags.push(UnreachableArm { at: otherwise.span, why: "the arms before take every row", earlier: None });
    }
}

/// Where an arm of an experiment stands first.
fn written(files: &[ast::File], experiment: Span, name: &str) -> Option<Span> {
    let declarations = files.iter().flat_map(|file| &file.declarations);
    let mut items = declarations.filter_map(|declaration| match &declaration.kind {
        ast::DeclarationKind::Experiment(node) if node.name.span == experiment => Some(&node.items),
        _ => None,
    });
    let arms = items.next()?.iter().flat_map(|item| match item {
        ast::ExperimentItem::Arms(arms) => vec![arms],
        ast::ExperimentItem::Phase(phase) => phase.arms.iter().collect(),
        _ => Vec::new(),
    });
    arms.flat_map(|arms| &arms.arms).find(|(arm, _)| arm.text == name).map(|(arm, _)| arm.span)
}
