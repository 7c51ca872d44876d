//! Takes shares and instants as they are written in an experiment and gives basis points and microseconds: a share is a
//! percentage with at most two decimals, an instant is a constant.

use miette::Diagnostic;
use thiserror::Error;

use crate::program::context::{Ctx, is_error};
use crate::program::expr::WrongType;
use crate::program::scope::Scope;
use crate::program::{ExprKind, Literal};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("this is not a share")]
#[diagnostic(code("bad-share"), help("write a percentage such as `12.5%`"))]
struct BadShare {
    #[label(primary, "a share is a percentage from 0% to 100%, with at most two decimals")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("this instant is not later than the one before")]
#[diagnostic(code("not-increasing"), help("write them in the order in which they come"))]
struct NotIncreasing {
    #[label(primary, "not later")]
    at: Span,
    #[label("than this")]
    before: Span,
}

impl Ctx<'_> {
    /// A share in basis points; what is none is reported.
    pub(super) fn share(&mut self, share: &ast::Expr) -> Option<u32> {
        let value = self.expr(&mut Scope::constant(), share, None);
        if is_error(&value) {
            return None;
        }
        let points = match (&value.kind, &value.typed.kind) {
            (ExprKind::Literal(Literal::Decimal(digits)), Type::Decimal { scale: scale @ 2..=4, .. }) => {
                digits.checked_mul(10_i64.pow(4 - u32::from(*scale)))
            }
            _ => None,
        };
        let found = points.and_then(|points| u32::try_from(points).ok()).filter(|points| *points <= 10_000);
        if found.is_none() {
            self.diags.push(BadShare { at: share.span });
        }
        found
    }

    /// A constant instant; a date is its midnight, UTC.
    pub(in crate::program) fn constant_instant(&mut self, instant: &ast::Expr) -> Option<i64> {
        let value = self.expr(&mut Scope::constant(), instant, None);
        match value.kind {
            ExprKind::Literal(Literal::Timestamp(at)) => return Some(at),
            ExprKind::Literal(Literal::Date(day)) => return Some(i64::from(day) * 86_400_000_000),
            _ if is_error(&value) => return None,
            _ => {}
        }
        self.diags.push(WrongType {
            wanted: "a constant instant".to_owned(),
            found: value.typed.kind.to_string(),
            at: instant.span,
            declared: None,
            help: "write an instant such as `@2026-03-15T09:00Z`".to_owned(),
        });
        None
    }

    /// Reports an instant that is not later than the one before, and remembers it.
    pub(super) fn check_increasing(&mut self, at: Option<i64>, span: Span, before: &mut Option<(i64, Span)>) {
        let Some(at) = at else { return };
        if let Some((last, place)) = *before
            && at <= last
        {
            self.diags.push(NotIncreasing { at: span, before: place });
            return;
        }
        *before = Some((at, span));
    }

    /// The shares of a rollout, from when on.
    pub(super) fn rollout(&mut self, node: &ast::Rollout) -> Vec<(u32, Option<i64>)> {
        let mut before = None;
        let mut steps = Vec::new();
        for (share, from) in &node.steps {
            let share = self.share(share);
            let at = from.as_ref().and_then(|from| self.constant_instant(from));
            if let Some(from) = from {
                self.check_increasing(at, from.span, &mut before);
            }
            steps.extend(share.map(|share| (share, at)));
        }
        steps
    }
}
