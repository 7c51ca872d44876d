//! Takes a program whose names and types are right, warns of an arm of a `case` that earlier ones leave no row, or whose
//! condition can never hold: it gives its value to nothing. Speaks only where that is certain.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::facts::{conjuncts, contradict, covers, exclude};
use crate::diagnostics::Diagnostics;
use crate::program::walk::{of_program, visit};
use crate::program::{Expr, ExprKind, Literal, Program};
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

pub(super) fn check(program: &Program, never: &BTreeSet<Span>, diags: &mut Diagnostics) {
    for (_, expr) in of_program(program) {
        visit(expr, &mut |part| {
            if let ExprKind::Case { arms, otherwise } = &part.kind {
                check_arms(arms, otherwise, never, diags);
            }
        });
    }
}

fn check_arms(arms: &[(Expr, Expr)], otherwise: &Expr, never: &BTreeSet<Span>, diags: &mut Diagnostics) {
    let mut before: Vec<&Expr> = Vec::new();
    for (when, _) in arms {
        let all = conjuncts(when);
        let known = all.iter().chain([&when]).any(|condition| never.contains(&condition.span));
        let earlier = before.iter().find(|earlier| covers(earlier, &all)).map(|earlier| earlier.span);
        let covered = earlier.is_some() || !before.is_empty() && exclude(&all, &before);
        if !known && !contradict(&all) && covered {
            diags.push(UnreachableArm { at: when.span, why: "an arm before takes every such row", earlier });
        }
        before.push(when);
    }
    let is_written = !matches!(otherwise.kind, ExprKind::Literal(Literal::Null));
    if is_written && !before.is_empty() && exclude(&[], &before) {
        diags.push(UnreachableArm { at: otherwise.span, why: "the arms before take every row", earlier: None });
    }
}
