//! The text by which two expressions are known to be alike. Takes an expression and the places of the rows in scope, gives a
//! text that leaves out where it stands and how its sets number their rows: one text, one value on every row.

use std::fmt::Write as _;

use super::term::Place;
use crate::program::{Aggregate, Expr, ExprKind, LinkId, Order, RowId, Set, What};

/// The rows in scope.
pub(super) type Scope = Vec<(RowId, Place)>;

/// Writes texts of expressions.
pub(super) struct Canonical<'s> {
    scope: &'s Scope,
    /// The rows of the sets around, outermost first.
    sets: Vec<RowId>,
    text: String,
}

/// The text of an expression.
pub(super) fn of(expr: &Expr, scope: &Scope) -> String {
    let mut canonical = Canonical { scope, sets: Vec::new(), text: String::new() };
    canonical.expr(expr);
    canonical.text
}

/// The text of the rows that an aggregate reads, without what it takes of them.
pub(super) fn of_rows(aggregate: &Aggregate, scope: &Scope) -> String {
    let mut canonical = Canonical { scope, sets: Vec::new(), text: String::new() };
    canonical.rows(aggregate);
    canonical.text
}

/// The text of the rows among which the condition of an aggregate chooses.
pub(super) fn of_ties(aggregate: &Aggregate, scope: &Scope) -> String {
    let mut canonical = Canonical { scope, sets: Vec::new(), text: String::new() };
    canonical.ties(&aggregate.set);
    canonical.text
}

impl Canonical<'_> {
    fn push(&mut self, part: std::fmt::Arguments<'_>) {
        let _ = self.text.write_fmt(part);
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(literal) => self.push(format_args!("{literal:?}:{:?}", expr.typed.kind)),
            ExprKind::Now => self.push(format_args!("now")),
            ExprKind::Error => self.push(format_args!("error{:?}", expr.span)),
            ExprKind::Read { row, path, what } => self.read(*row, path, *what),
            ExprKind::Op(op, operands) => {
                self.push(format_args!("{op:?}"));
                self.list(operands);
            }
            ExprKind::Call(name, operands) => {
                self.push(format_args!("{name}"));
                self.list(operands);
                // What a call gives hangs on its type: `decimal(x, 12, 2)`.
                self.push(format_args!(":{:?}", expr.typed.kind));
            }
            ExprKind::Case { arms, otherwise } => {
                self.push(format_args!("case("));
                for (when, value) in arms {
                    self.expr(when);
                    self.push(format_args!("?"));
                    self.expr(value);
                    self.push(format_args!(";"));
                }
                self.expr(otherwise);
                self.push(format_args!(")"));
            }
            ExprKind::Coerce(inner) => {
                self.push(format_args!("{:?}(", expr.typed.kind));
                self.expr(inner);
                self.push(format_args!(")"));
            }
            ExprKind::Previous(inner) => {
                self.push(format_args!("previous("));
                self.expr(inner);
                self.push(format_args!(")"));
            }
            ExprKind::Aggregate(aggregate) => {
                self.push(format_args!("{:?}:{:?}(", aggregate.op, expr.typed.kind));
                self.rows(aggregate);
                self.push(format_args!(")"));
            }
            ExprKind::Window(window) => {
                self.push(format_args!("{:?} {:?} ", window.op, window.among));
                self.push(format_args!("{:?}", self.scope.first()));
                self.order(&window.order);
                self.list(&window.per);
            }
        }
    }

    fn read(&mut self, row: RowId, path: &[LinkId], what: What) {
        if let Some(depth) = self.sets.iter().rposition(|set| *set == row) {
            self.push(format_args!("set{depth}"));
        } else if let Some((_, place)) = self.scope.iter().find(|(known, _)| *known == row) {
            self.push(format_args!("{place:?}"));
        } else {
            self.push(format_args!("{row:?}"));
        }
        self.push(format_args!("{path:?}{what:?}"));
    }

    fn list(&mut self, operands: &[Expr]) {
        self.push(format_args!("("));
        for operand in operands {
            self.expr(operand);
            self.push(format_args!(","));
        }
        self.push(format_args!(")"));
    }

    fn order(&mut self, order: &Order) {
        self.push(format_args!("{}", if order.descending { "desc " } else { "asc " }));
        self.expr(&order.by);
    }

    fn ties(&mut self, set: &Set) {
        self.push(format_args!("{:?}", set.over));
        self.sets.push(set.row);
        for tie in &set.ties {
            self.push(format_args!(" tie "));
            self.expr(&tie.inner);
            self.push(format_args!("="));
            self.expr(&tie.outer);
        }
        self.sets.pop();
    }

    fn rows(&mut self, aggregate: &Aggregate) {
        let set = &aggregate.set;
        self.ties(set);
        self.sets.push(set.row);
        if let Some(condition) = &set.condition {
            self.push(format_args!(" where "));
            self.expr(condition);
        }
        if let Some(value) = &aggregate.value {
            self.push(format_args!(" value "));
            self.expr(value);
        }
        for order in &aggregate.order {
            self.push(format_args!(" by "));
            self.order(order);
        }
        self.sets.pop();
    }
}
