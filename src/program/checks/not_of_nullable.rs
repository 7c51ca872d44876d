//! Takes a program whose names and types are right, warns of `not` over a value that may be null: it holds for those
//! rows as well, so that consent that nobody asked for is not refused.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::walk::{of_program, visit};
use crate::program::{Expr, ExprKind, Op, Program};
use crate::source::{Sources, Span};

#[derive(Debug, Error, Diagnostic)]
#[error("`not {text}` also holds where `{text}` is null")]
#[diagnostic(
    code("not-of-nullable"),
    severity(Warning),
    help("write `not coalesce({text}, false)` if that is meant, or `{text} = false` if not")
)]
struct NotOfNullable {
    text: String,
    #[label(primary, "this may be null")]
    at: Span,
}

pub(super) fn check(program: &Program, sources: &Sources, diags: &mut Diagnostics) {
    for (_, expr) in of_program(program) {
        visit(expr, &mut |part| {
            if let ExprKind::Op(Op::Not, operands) = &part.kind
                && let [operand] = operands.as_slice()
                && is_value(operand)
                && operand.span != part.span
                && operand.typed.nullable
            {
                diags.push(NotOfNullable { text: sources.text(operand.span).to_owned(), at: operand.span });
            }
        });
    }
}

const fn is_value(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Read { .. }
            | ExprKind::Call(..)
            | ExprKind::Aggregate(_)
            | ExprKind::Previous(_)
            | ExprKind::Case { .. }
    )
}
