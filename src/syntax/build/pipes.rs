//! Takes the terms that `||` joins and gives what it was meant for: `or` between conditions, or `concat`, which is what
//! SQL means by it. What stands beside it tells.

use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::syntax::build::Builder;
use crate::syntax::build::expr::Built;
use crate::syntax::explain;

/// How long the text of a call may be to be shown.
const SHORT: u32 = 60;

impl Builder<'_> {
    /// Reports a `||`; gives whether its terms are conditions, so that it is read as `or`.
    pub(super) fn pipes(&mut self, terms: &[Built], at: Span) -> bool {
        let texts = terms.windows(2).any(|pair| match pair {
            [left, right] => is_text(end(&left.expr)) || is_text(beginning(&right.expr)),
            _ => false,
        });
        if !texts && terms.iter().any(|term| is_condition(&term.expr)) {
            self.spelling("||", "or", at);
            return true;
        }
        let (Some(first), Some(last)) = (terms.first(), terms.last()) else { return true };
        let whole = first.expr.span.to(last.expr.span);
        let written = || terms.iter().map(|term| self.written(term.expr.span)).collect::<Vec<_>>().join(", ");
        let call = if whole.end - whole.start < SHORT { written() } else { "a, b".to_owned() };
        let help = if texts {
            format!("write `concat({call})`")
        } else {
            format!("write `concat({call})` for the text of both, or `or` between conditions")
        };
        self.diagnostics.push(explain::Pipes { at, help });
        false
    }

    /// How a piece in hand is written.
    fn written(&self, span: Span) -> String {
        let (start, end) = (span.start - self.file.base, span.end - self.file.base);
        let text = self.file.text.get(start as usize..end as usize).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

const fn is_text(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Text(_))
}

/// What an expression ends with.
fn end(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Binary { right, .. } => end(right),
        ExprKind::Unary(_, of) => end(of),
        _ => expr,
    }
}

/// What an expression begins with.
fn beginning(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Binary { left, .. } => beginning(left),
        _ => expr,
    }
}

/// Whether an expression is a condition by its form.
fn is_condition(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Bool(_) | ExprKind::In { .. } | ExprKind::IsNull { .. } | ExprKind::Within(_) => true,
        ExprKind::Unary(op, _) => *op == UnaryOp::Not,
        ExprKind::Binary { op, .. } => {
            !matches!(op, BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide)
        }
        ExprKind::Call(call) => {
            matches!(call.name.text.as_str(), "any" | "none" | "all" | "contains" | "starts_with" | "ends_with")
        }
        _ => false,
    }
}
