//! Takes the pairs of what has expressions inside: a call with its set, a `case`, an order, a list; gives their trees. Any call
//! has the same shape: which functions, aggregates and windows there are is not known here.

use pest::iterators::Pair;

use crate::source::Span;
use crate::syntax::ast::{Arm, Call, Expr, ExprKind, Order, Path, Set};
use crate::syntax::build::expr::{Built, leaf};
use crate::syntax::build::{Builder, take};
use crate::syntax::grammar::Rule;

impl Builder<'_> {
    pub(super) fn case(&mut self, span: Span, pair: Pair<'_, Rule>) -> Built {
        let mut arms = Vec::new();
        let mut depth = 0;
        for arm in pair.into_inner().filter(|kid| kid.as_rule() == Rule::arm) {
            let mut kids = arm.into_inner();
            let Some(value) = kids.next().map(|kid| self.built(kid)) else { continue };
            depth = depth.max(value.depth);
            let when = take(&mut kids, Rule::when).and_then(|when| when.into_inner().nth(1));
            let when = when.map(|when| self.built(when));
            depth = depth.max(when.as_ref().map_or(0, |when| when.depth));
            arms.push(Arm { value: value.expr, when: when.map(|when| when.expr) });
        }
        self.node(span, ExprKind::Case(arms), depth)
    }

    /// What stands in parentheses: several, or one with a comma behind it, are a list.
    pub(super) fn group(&mut self, span: Span, pair: Pair<'_, Rule>) -> Built {
        let mut members = Vec::new();
        let mut depth = 0;
        let mut comma = false;
        for kid in pair.into_inner() {
            match kid.as_rule() {
                Rule::comma => comma = true,
                Rule::close => {}
                _ => {
                    let built = self.built(kid);
                    depth = depth.max(built.depth);
                    members.push(built.expr);
                }
            }
        }
        match members.pop() {
            None => leaf(span, ExprKind::Error),
            Some(one) if members.is_empty() && !comma => Built { expr: Expr { span, kind: one.kind }, depth },
            Some(last) => {
                members.push(last);
                self.node(span, ExprKind::List(members), depth)
            }
        }
    }

    /// The call of a pair `call`.
    pub(super) fn call_expr(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        self.call(span, pair).expr
    }

    pub(super) fn call(&mut self, span: Span, pair: Pair<'_, Rule>) -> Built {
        let mut kids = pair.into_inner();
        let Some(name) = kids.next().map(|kid| self.name(&kid)) else { return leaf(span, ExprKind::Error) };
        let mut call = Call { name, arguments: vec![], set: None, per: vec![], among: None, then: vec![] };
        let mut depth = 0;
        for kid in kids {
            match kid.as_rule() {
                Rule::order => call.arguments.push(self.order(kid, &mut depth)),
                Rule::set => call.set = Some(self.set(kid, &mut depth)),
                Rule::per => {
                    for kid in kid.into_inner().filter(|kid| kid.as_rule() == Rule::expr) {
                        let built = self.built(kid);
                        depth = depth.max(built.depth);
                        call.per.push(built.expr);
                    }
                }
                Rule::among => call.among = kid.into_inner().nth(1).map(|path| self.path(path)),
                Rule::part => call.then.push(self.name(&kid)),
                _ => {}
            }
        }
        self.node(span, ExprKind::Call(Box::new(call)), depth)
    }

    fn set(&mut self, pair: Pair<'_, Rule>, depth: &mut usize) -> Set {
        let span = self.span(&pair);
        let mut set = Set { path: Path { parts: vec![], span }, alias: None, condition: None, by: vec![] };
        for kid in pair.into_inner() {
            match kid.as_rule() {
                Rule::path => set.path = self.path(kid),
                Rule::alias => set.alias = self.alias(kid),
                Rule::where_ => {
                    let built = kid.into_inner().nth(1).map(|kid| self.built(kid));
                    *depth = (*depth).max(built.as_ref().map_or(0, |built| built.depth));
                    set.condition = built.map(|built| built.expr);
                }
                _ => {
                    for order in kid.into_inner().filter(|kid| kid.as_rule() == Rule::order) {
                        let order = self.order(order, depth);
                        set.by.push(order);
                    }
                }
            }
        }
        set
    }

    fn order(&mut self, pair: Pair<'_, Rule>, depth: &mut usize) -> Order {
        let span = self.span(&pair);
        let mut kids = pair.into_inner();
        let built = kids.next().map(|kid| self.built(kid));
        let built = built.unwrap_or_else(|| leaf(span, ExprKind::Error));
        *depth = (*depth).max(built.depth);
        Order { by: built.expr, descending: kids.next().is_some() }
    }

    /// The orders of a pair `by`.
    pub(super) fn orders(&mut self, pair: Pair<'_, Rule>) -> Vec<Order> {
        let orders = pair.into_inner().filter(|kid| kid.as_rule() == Rule::order);
        orders.map(|order| self.order(order, &mut 0)).collect()
    }
}
