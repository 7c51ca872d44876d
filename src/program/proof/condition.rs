//! When a condition holds: takes a typed expression and the rows in scope, gives a formula. Follows the language's two-valued
//! logic: a comparison with a null is false, and so is a null as a condition.

use super::Prover;
use super::canonical::{self, Scope};
use super::formula::{Fact, Node};
use super::linear::Linear;
use super::term::{Key, Term};
use super::value::{Simple, Value, counted};
use crate::program::{Expr, ExprKind, Literal, Op, What};
use crate::types::Type;

/// Two values that may be so many pairs are not compared pair by pair.
const PAIRS: usize = 100;

impl Prover<'_> {
    /// Where a condition holds. It is kept: checks ask for conditions, their parts and what is made of them.
    pub(super) fn holds(&mut self, expr: &Expr, scope: &Scope) -> Node {
        let place = match (&expr.kind, scope.as_slice()) {
            (ExprKind::Op(Op::And | Op::Or, _), [(_, one)]) if !self.as_written => (*one, *one),
            (ExprKind::Op(Op::And | Op::Or, _), [(_, one), (_, other)]) if !self.as_written => (*one, *other),
            _ => return self.holds_anew(expr, scope),
        };
        let key = (std::ptr::from_ref(expr), place.0, place.1);
        if let Some(known) = self.conditions.get(&key) {
            return *known;
        }
        let node = self.holds_anew(expr, scope);
        self.conditions.insert(key, node);
        node
    }

    fn holds_anew(&mut self, expr: &Expr, scope: &Scope) -> Node {
        match &expr.kind {
            ExprKind::Op(Op::And, operands) => {
                let parts: Vec<Node> = operands.iter().map(|operand| self.holds(operand, scope)).collect();
                self.formulas.all(parts)
            }
            ExprKind::Op(Op::Or, operands) => {
                let parts: Vec<Node> = operands.iter().map(|operand| self.holds(operand, scope)).collect();
                self.formulas.any(parts)
            }
            ExprKind::Op(op, operands) => match (op, operands.as_slice()) {
                (Op::Not, [operand]) => !self.holds(operand, scope),
                (Op::IsNull, [operand]) => self.value(operand, scope).null,
                (Op::NotEqual, [left, right]) => !self.comparison(Op::Equal, (left, right), expr, scope),
                (Op::In, [value, items @ ..]) => {
                    let parts: Vec<Node> =
                        items.iter().map(|item| self.comparison(Op::Equal, (value, item), item, scope)).collect();
                    self.formulas.any(parts)
                }
                (_, [left, right]) => self.comparison(*op, (left, right), expr, scope),
                _ => {
                    let value = self.value(expr, scope);
                    self.truth(&value)
                }
            },
            _ => {
                let value = self.value(expr, scope);
                self.truth(&value)
            }
        }
    }

    /// Where a value is true.
    pub(super) fn truth(&mut self, value: &Value) -> Node {
        let mut parts = Vec::new();
        for (when, simple) in &value.cases {
            if let Simple::Truth(truth) = simple {
                parts.push(self.formulas.all([*when, *truth]));
            }
        }
        self.formulas.any(parts)
    }

    fn comparison(&mut self, op: Op, (left, right): (&Expr, &Expr), expr: &Expr, scope: &Scope) -> Node {
        if let Some(node) = self.plain(op, (left, right), scope) {
            return node;
        }
        let (a, b) = (self.value(left, scope), self.value(right, scope));
        let known = if a.cases.len() * b.cases.len() <= PAIRS { self.pairs(op, &a, &b) } else { None };
        known.unwrap_or_else(|| {
            let text = format!("{op:?}({}, {})", canonical::of(left, scope), canonical::of(right, scope));
            let by_sql = self.hangs_on_sql(expr, scope);
            let term = self.term(Key::Opaque(text), &Type::Bool.required(), |about| about.by_sql = by_sql);
            let holds = self.is_true(term);
            self.formulas.all([!a.null, !b.null, holds])
        })
    }

    /// Where a column, or a field that is one value, compares with a constant: most comparisons, in short. None for all others,
    /// and for a column that was not met before.
    fn plain(&mut self, op: Op, (left, right): (&Expr, &Expr), scope: &Scope) -> Option<Node> {
        let (ExprKind::Read { row, path, what }, ExprKind::Literal(literal)) = (&left.kind, &right.kind) else {
            return None;
        };
        let (_, place) = scope.iter().find(|(known, _)| known == row).filter(|_| path.is_empty())?;
        let (there, term) = match what {
            What::Column(column) if self.terms.way(*place).path.is_empty() => {
                let term = self.terms.known(&Key::Column(*place, *column))?;
                (!self.is_null(term), term)
            }
            What::Field(id) if !self.as_written => match self.fields.get(&(*id, *place))?.cases.as_slice() {
                [(there, Simple::Number(Linear { terms, constant: 0 }))] => match terms.as_slice() {
                    [(term, 1)] => (*there, *term),
                    _ => return None,
                },
                [(there, Simple::Named(term))] => (*there, *term),
                _ => return None,
            },
            _ => return None,
        };
        let about = self.terms.about(term);
        let holds = match (literal, &about.kind) {
            (Literal::Text(text), Type::Text | Type::Enum(_)) if op == Op::Equal => {
                let name = self.terms.name(text);
                let values = &self.terms.about(term).values;
                let can_be = values.is_empty() || values.contains(&name);
                if can_be { self.fact(Fact::Is(term, name)) } else { Node::FALSE }
            }
            (_, Type::Int | Type::Decimal { .. } | Type::Float | Type::Date | Type::Timestamp | Type::Duration) => {
                let constant = counted(literal, &right.typed.kind)?;
                match op {
                    Op::LessEqual => self.gap(term, Term::ZERO, constant),
                    Op::Greater => !self.gap(term, Term::ZERO, constant),
                    Op::GreaterEqual => self.gap(Term::ZERO, term, -constant),
                    Op::Less => !self.gap(Term::ZERO, term, -constant),
                    Op::Equal => {
                        let (most, least) =
                            (self.gap(term, Term::ZERO, constant), self.gap(Term::ZERO, term, -constant));
                        self.formulas.all([most, least])
                    }
                    _ => return None,
                }
            }
            _ => return None,
        };
        Some(self.formulas.all([there, holds]))
    }

    /// Where neither is null and a comparison holds.
    fn pairs(&mut self, op: Op, a: &Value, b: &Value) -> Option<Node> {
        let mut parts = Vec::new();
        for (when, left) in &a.cases {
            for (also, right) in &b.cases {
                let both = self.formulas.all([*when, *also]);
                if both != Node::FALSE {
                    let holds = self.compared(op, left, right)?;
                    parts.push(self.formulas.all([both, holds]));
                }
            }
        }
        Some(self.formulas.any(parts))
    }

    /// Where a comparison holds of two values that are not null; none where that is not understood.
    pub(super) fn compared(&mut self, op: Op, left: &Simple, right: &Simple) -> Option<Node> {
        match (left, right) {
            (Simple::Number(a), Simple::Number(b)) => match op {
                Op::Equal => {
                    let (below, above) = (self.at_most(a, b)?, self.at_most(b, a)?);
                    Some(self.formulas.all([below, above]))
                }
                Op::LessEqual => self.at_most(a, b),
                Op::Less => Some(!self.at_most(b, a)?),
                Op::GreaterEqual => self.at_most(b, a),
                Op::Greater => Some(!self.at_most(a, b)?),
                _ => None,
            },
            (Simple::Truth(a), Simple::Truth(b)) if op == Op::Equal => {
                let (both, neither) = (self.formulas.all([*a, *b]), self.formulas.all([!*a, !*b]));
                Some(self.formulas.any([both, neither]))
            }
            (Simple::Name(a), Simple::Name(b)) => {
                let order = self.terms.text(*a).cmp(self.terms.text(*b));
                let holds = match op {
                    Op::Equal => order.is_eq(),
                    Op::Less => order.is_lt(),
                    Op::LessEqual => order.is_le(),
                    Op::Greater => order.is_gt(),
                    Op::GreaterEqual => order.is_ge(),
                    _ => return None,
                };
                Some(if holds { Node::TRUE } else { Node::FALSE })
            }
            (Simple::Named(term), Simple::Name(name)) | (Simple::Name(name), Simple::Named(term))
                if op == Op::Equal =>
            {
                let about = self.terms.about(*term);
                if matches!(about.kind, Type::Enum(_)) && !about.values.contains(name) {
                    return Some(Node::FALSE);
                }
                Some(self.fact(Fact::Is(*term, *name)))
            }
            (Simple::Named(a), Simple::Named(b)) if op == Op::Equal => {
                if a == b {
                    return Some(Node::TRUE);
                }
                Some(self.fact(Fact::Same(*a.min(b), *a.max(b))))
            }
            _ => None,
        }
    }

    /// Where one sum is at most another.
    fn at_most(&mut self, a: &Linear, b: &Linear) -> Option<Node> {
        match (a.terms.as_slice(), b.terms.as_slice()) {
            ([(term, 1)], []) => return Some(self.gap(*term, Term::ZERO, b.constant.checked_sub(a.constant)?)),
            ([], [(term, 1)]) => return Some(self.gap(Term::ZERO, *term, b.constant.checked_sub(a.constant)?)),
            _ => {}
        }
        let difference = a.minus(b)?;
        let constant = difference.constant;
        match *difference.terms.as_slice() {
            [] => Some(if constant <= 0 { Node::TRUE } else { Node::FALSE }),
            [(term, times)] => {
                let most = constant.checked_neg()?.div_euclid(times.checked_abs()?);
                Some(if times > 0 { self.gap(term, Term::ZERO, most) } else { self.gap(Term::ZERO, term, most) })
            }
            [(one, times), (other, less)] if times.checked_add(less) == Some(0) => {
                let most = constant.checked_neg()?.div_euclid(times.checked_abs()?);
                Some(if times > 0 { self.gap(one, other, most) } else { self.gap(other, one, most) })
            }
            [(_, first), ..] => {
                // One term for the sum, whichever way round it is written.
                let terms = Linear { terms: difference.terms, constant: 0 }.times(first.signum())?.terms;
                let by_sql = terms.iter().any(|(term, _)| self.terms.about(*term).by_sql);
                let sum = self.term(Key::Sum(terms), &Type::Duration.required(), |about| {
                    about.range = (i128::MIN / 4, i128::MAX / 4);
                    about.by_sql = by_sql;
                });
                let most = constant.checked_neg()?;
                Some(if first > 0 { self.gap(sum, Term::ZERO, most) } else { self.gap(Term::ZERO, sum, most) })
            }
        }
    }

    /// Where one term minus another is at most this. Of the two ways to say it, the one with the later term first is kept.
    fn gap(&mut self, one: Term, other: Term, most: i128) -> Node {
        let step = self.step(one, other);
        let most = if step == 1 { most } else { most.div_euclid(step).saturating_mul(step) };
        if one > other {
            return self.bound(one, other, most);
        }
        !self.bound(other, one, most.saturating_neg().saturating_sub(step))
    }

    fn bound(&mut self, one: Term, other: Term, most: i128) -> Node {
        let fact = Fact::AtMost(one, other, most);
        self.formulas.known(fact).unwrap_or_else(|| {
            self.terms.compare(one, other, most);
            self.formulas.fact(fact)
        })
    }

    /// What the difference of two terms is a multiple of.
    pub(super) fn step(&self, one: Term, other: Term) -> i128 {
        match (self.terms.about(one).step, self.terms.about(other).step) {
            (0, step) | (step, 0) => step.max(1),
            (a, b) => a.min(b),
        }
    }

    /// Where a term is null.
    pub(super) fn is_null(&mut self, term: Term) -> Node {
        if self.terms.about(term).nullable { self.fact(Fact::Null(term)) } else { Node::FALSE }
    }

    /// Where a term that is not null is true.
    pub(super) fn is_true(&mut self, term: Term) -> Node {
        self.fact(Fact::True(term))
    }

    fn fact(&mut self, fact: Fact) -> Node {
        self.formulas.known(fact).unwrap_or_else(|| self.formulas.fact(fact))
    }
}
