//! Takes a program whose names and types are right, warns of an arm of a `case` that earlier ones leave no row, or whose
//! condition can never hold: it gives its value to nothing. Speaks only where that is certain.

use miette::Diagnostic;
use thiserror::Error;

use super::never_holds::Told;
use super::scope::Rows;
use crate::diagnostics::Diagnostics;
use crate::program::proof::{Node, Prover};
use crate::program::{Expr, ExprKind, Literal};
use crate::source::Span;

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

pub(super) fn check<'p>(prover: &mut Prover<'p>, told: &Told<'p>, diags: &mut Diagnostics) {
    for (expr, rows) in &told.cases {
        if let ExprKind::Case { arms, otherwise } = &expr.kind {
            check_arms(prover, (arms, otherwise), (rows, told), diags);
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
