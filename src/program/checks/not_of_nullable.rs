//! Takes a program whose names and types are right, warns of `not` over a value that may be null: it holds for those
//! rows as well, so that consent that nobody asked for is not refused.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::walk::{of_program, visit};
use crate::program::{Expr, ExprKind, Literal, Op, Program};
use crate::source::{Sources, Span};

#[derive(Debug, Error, Diagnostic)]
#[error("`{whole}` also holds where `{text}` is null")]
#[diagnostic(
    code("not-of-nullable"),
    severity(Warning),
    help("write `{text} = false` if that is not meant, or `not coalesce({text}, false)` if it is")
)]
struct NotOfNullable {
    whole: String,
    text: String,
    #[label(primary, "this may be null")]
    at: Span,
}

pub(super) fn check(program: &Program, sources: &Sources, diags: &mut Diagnostics) {
    for (_, expr) in of_program(program) {
        visit(expr, &mut |part| {
            if let Some(operand) = refused(part)
                && is_value(operand)
                && operand.span != part.span
                && operand.typed.nullable
            {
                let text = |span: Span| sources.text(span).to_owned();
                diags.push(NotOfNullable { whole: text(part.span), text: text(operand.span), at: operand.span });
            }
        });
    }
}

/// What is refused: the operand of `not`, or of `!= true`.
fn refused(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Op(Op::Not, operands) => operands.first(),
        ExprKind::Op(Op::NotEqual, operands) => match operands.as_slice() {
            [operand, Expr { kind: ExprKind::Literal(Literal::Bool(true)), .. }]
            | [Expr { kind: ExprKind::Literal(Literal::Bool(true)), .. }, operand] => Some(operand),
            _ => None,
        },
        _ => None,
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
