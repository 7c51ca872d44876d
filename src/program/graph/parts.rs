//! The expressions directly within an expression, to be looked at, and to be changed: what rewrites a program needs no other
//! way into it.

use super::{Aggregate, Expr, ExprKind, Op, Window};

impl Expr {
    /// The expressions directly within it.
    #[must_use]
    pub fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Now | ExprKind::Read { .. } | ExprKind::Error => Vec::new(),
            ExprKind::Op(_, operands) | ExprKind::Call(_, operands) => operands.iter().collect(),
            ExprKind::Case { arms, otherwise } => {
                arms.iter().flat_map(|(when, value)| [when, value]).chain([otherwise.as_ref()]).collect()
            }
            ExprKind::Coerce(inner) | ExprKind::Previous(inner) => vec![inner],
            ExprKind::Aggregate(aggregate) => aggregate.parts(),
            ExprKind::Window(window) => std::iter::once(&window.order.by).chain(&window.per).collect(),
        }
    }

    /// The same, to be changed, in the same order.
    pub fn parts_mut(&mut self) -> Vec<&mut Self> {
        match &mut self.kind {
            ExprKind::Literal(_) | ExprKind::Now | ExprKind::Read { .. } | ExprKind::Error => Vec::new(),
            ExprKind::Op(_, operands) | ExprKind::Call(_, operands) => operands.iter_mut().collect(),
            ExprKind::Case { arms, otherwise } => {
                arms.iter_mut().flat_map(|(when, value)| [when, value]).chain([otherwise.as_mut()]).collect()
            }
            ExprKind::Coerce(inner) | ExprKind::Previous(inner) => vec![inner],
            ExprKind::Aggregate(aggregate) => {
                let Aggregate { set, value, order, .. } = aggregate.as_mut();
                let ties = set.ties.iter_mut().flat_map(|tie| [&mut tie.inner, &mut tie.outer]);
                let order = order.iter_mut().map(|order| &mut order.by);
                ties.chain(&mut set.condition).chain(value).chain(order).collect()
            }
            ExprKind::Window(window) => {
                let Window { order, per, .. } = window.as_mut();
                std::iter::once(&mut order.by).chain(per).collect()
            }
        }
    }

    /// Whether a condition of several parts is written as one: `x within 30 days`.
    #[must_use]
    pub fn is_one_thing(&self) -> bool {
        match &self.kind {
            ExprKind::Op(Op::And | Op::Or, operands) => operands.iter().any(|operand| operand.span == self.span),
            _ => false,
        }
    }
}

impl Aggregate {
    /// The expressions directly within it.
    #[must_use]
    pub fn parts(&self) -> Vec<&Expr> {
        let ties = self.set.ties.iter().flat_map(|tie| [&tie.inner, &tie.outer]);
        let order = self.order.iter().map(|order| &order.by);
        ties.chain(&self.set.condition).chain(&self.value).chain(order).collect()
    }
}
