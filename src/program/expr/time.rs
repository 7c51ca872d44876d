//! Takes the time forms (`x within 30 days`, `within next`, `.. `, `after y`) and gives the comparisons that they
//! stand for. A date is compared with today in the project's zone.

use miette::Diagnostic;
use thiserror::Error;

use super::coerce::fold_date;
use super::operator::WrongType;
use crate::program::context::{Ctx, error, is_error, make};
use crate::program::scope::Scope;
use crate::program::{Expr, ExprKind, Literal, Op};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp};
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("`within next` and `after` cannot stand together")]
#[diagnostic(code("within-next-after"), help("remove `next`: the window begins at the instant after `after`"))]
struct WithinNextAfter {
    #[label(primary, "two beginnings")]
    at: Span,
}

impl Ctx<'_> {
    pub(super) fn within(&mut self, scope: &mut Scope, written: &ast::Within, span: Span) -> Expr {
        if written.next && written.after.is_some() {
            self.diags.push(WithinNextAfter { at: span });
            return error(span);
        }
        let value = self.expr(scope, &written.value, None);
        let far = self.expr(scope, &written.span, None);
        let near = written.until.as_ref().map(|until| self.expr(scope, until, None));
        let after = written.after.as_ref().map(|after| self.expr(scope, after, None));
        let value = match &after {
            Some(after) if after.typed.kind == Type::Timestamp => fold_date(value),
            _ => value,
        };
        if [Some(&value), Some(&far), near.as_ref(), after.as_ref()].into_iter().flatten().any(is_error) {
            return error(span);
        }
        let mut sound = self.is_instant(&value);
        for length in [Some(&far), near.as_ref()].into_iter().flatten() {
            sound &= self.is_length(length);
        }
        if !sound {
            return error(span);
        }
        let is_date = value.typed.kind == Type::Date;
        let from = match after {
            Some(after) if is_date => after,
            Some(after) => fold_date(after),
            None if is_date => self.today(span),
            None => make(ExprKind::Now, Type::Timestamp.required(), span),
        };
        let (low, high) = self.window(written, from, far, near, span);
        if is_error(&low) || is_error(&high) {
            return error(span);
        }
        let Some((low, above)) = self.aligned(low, value.clone()) else { return error(span) };
        let Some((below, high)) = self.aligned(value, high) else { return error(span) };
        let compare =
            |op: Op, left: Expr, right: Expr| make(ExprKind::Op(op, vec![left, right]), Type::Bool.required(), span);
        let both = vec![compare(Op::Less, low, above), compare(Op::LessEqual, below, high)];
        make(ExprKind::Op(Op::And, both), Type::Bool.required(), span)
    }

    /// The ends of the window: its beginning is outside, its end inside.
    fn window(&mut self, written: &ast::Within, from: Expr, far: Expr, near: Option<Expr>, span: Span) -> (Expr, Expr) {
        let forward = written.next || written.after.is_some();
        let op = if forward { BinaryOp::Add } else { BinaryOp::Subtract };
        match near {
            Some(near) => (self.operation(op, from.clone(), far, span), self.operation(op, from, near, span)),
            None if forward => (from.clone(), self.operation(op, from, far, span)),
            None => (self.operation(op, from.clone(), far, span), from),
        }
    }

    /// The run's day in the project's zone.
    fn today(&self, span: Span) -> Expr {
        let now = make(ExprKind::Now, Type::Timestamp.required(), span);
        let mut arguments = vec![now];
        arguments.extend(self.zone_argument(span));
        make(ExprKind::Call("date", arguments), Type::Date.required(), span)
    }

    /// The project's zone, as an argument that was not written; none where it is UTC.
    pub(in crate::program) fn zone_argument(&self, span: Span) -> Option<Expr> {
        (self.zone != "UTC")
            .then(|| make(ExprKind::Literal(Literal::Text(self.zone.to_owned())), Type::Text.required(), span))
    }

    fn is_instant(&mut self, value: &Expr) -> bool {
        let sound = matches!(value.typed.kind, Type::Timestamp | Type::Date);
        if !sound {
            self.diags.push(WrongType {
                wanted: "an instant before `within`".to_owned(),
                found: value.typed.kind.to_string(),
                at: value.span,
                declared: self.declared(value.span),
                help: "use a timestamp or a date; of text, `timestamp(x)`".to_owned(),
            });
        }
        sound
    }

    fn is_length(&mut self, value: &Expr) -> bool {
        let sound = matches!(value.typed.kind, Type::Duration | Type::Months);
        if !sound {
            self.diags.push(WrongType {
                wanted: "a duration".to_owned(),
                found: value.typed.kind.to_string(),
                at: value.span,
                declared: self.declared(value.span),
                help: "say how long: `30 days`".to_owned(),
            });
        }
        sound
    }
}
