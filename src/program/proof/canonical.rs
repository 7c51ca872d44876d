//! The text by which two expressions are known to be alike. Takes an expression and the places of the rows in scope, gives a
//! text that leaves out where it stands and how its sets number their rows: one text, one value on every row.

use std::fmt::Write as _;

use super::term::Place;
use crate::program::{Aggregate, Expr, ExprKind, LinkId, Literal, Order, RowId, RowsOf, Set, What};
use crate::types::Type;

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
            ExprKind::Literal(Literal::Text(text)) if expr.typed.kind == Type::Text => {
                // A quote within is doubled, so that the text ends at a single one.
                self.word("'");
                self.word(&text.replace('\'', "''"));
                self.word("'");
            }
            ExprKind::Literal(literal) => self.push(format_args!("{literal:?}:{:?}", expr.typed.kind)),
            ExprKind::Now => self.word("now"),
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
                self.word("case(");
                for (when, value) in arms {
                    self.expr(when);
                    self.word("?");
                    self.expr(value);
                    self.word(";");
                }
                self.expr(otherwise);
                self.word(")");
            }
            ExprKind::Coerce(inner) => {
                self.push(format_args!("{:?}(", expr.typed.kind));
                self.expr(inner);
                self.word(")");
            }
            ExprKind::Previous(inner) => {
                self.word("previous(");
                self.expr(inner);
                self.word(")");
            }
            ExprKind::Aggregate(aggregate) => {
                self.push(format_args!("{:?}:{:?}(", aggregate.op, expr.typed.kind));
                self.rows(aggregate);
                self.word(")");
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
            self.number('s', depth as u32);
        } else if let Some((_, place)) = self.scope.iter().find(|(known, _)| *known == row) {
            self.number('p', place.0);
        } else {
            self.number('r', row.0);
        }
        path.iter().for_each(|link| self.number('/', link.0));
        match what {
            What::Column(id) => self.number('c', id.0),
            What::Field(id) => self.number('f', id.0),
            What::Since(id) => self.number('t', id.0),
            What::InView(id) => self.number('v', id.0),
            What::Was(id) => self.number('w', id.0),
            What::Born(id) => self.number('b', id.0),
            What::Mark(id) => self.number('m', id.0),
            What::Exists => self.text.push('e'),
        }
    }

    /// A letter and a number, whose end is where the next letter is.
    fn number(&mut self, letter: char, number: u32) {
        self.text.push(letter);
        let mut divisor = 1_u32;
        while number / divisor >= 10 {
            divisor *= 10;
        }
        while divisor > 0 {
            self.text.extend(char::from_digit(number / divisor % 10, 10));
            divisor /= 10;
        }
    }

    fn word(&mut self, word: &str) {
        self.text.push_str(word);
    }

    fn list(&mut self, operands: &[Expr]) {
        self.word("(");
        for operand in operands {
            self.expr(operand);
            self.word(",");
        }
        self.word(")");
    }

    fn order(&mut self, order: &Order) {
        self.word(if order.descending { "desc " } else { "asc " });
        self.expr(&order.by);
    }

    fn ties(&mut self, set: &Set) {
        match set.over {
            RowsOf::Entity(id) => self.number('E', id.0),
            RowsOf::Source(id) => self.number('S', id.0),
        }
        self.sets.push(set.row);
        for tie in &set.ties {
            self.word(" tie ");
            self.expr(&tie.inner);
            self.word("=");
            self.expr(&tie.outer);
        }
        self.sets.pop();
    }

    fn rows(&mut self, aggregate: &Aggregate) {
        let set = &aggregate.set;
        self.ties(set);
        self.sets.push(set.row);
        if let Some(condition) = &set.condition {
            self.word(" where ");
            self.expr(condition);
        }
        if let Some(value) = &aggregate.value {
            self.word(" value ");
            self.expr(value);
        }
        for order in &aggregate.order {
            self.word(" by ");
            self.order(order);
        }
        self.sets.pop();
    }
}
