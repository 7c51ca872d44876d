//! What an expression's value can be, case by case: takes a typed expression and the rows in scope, gives the cases with the
//! formula under which each is the value. The formulas exclude each other, and one of them holds on every row.

use super::canonical::{self, Scope};
use super::formula::{Name, Node};
use super::linear::Linear;
use super::number::{ONE, of_float, range, unit};
use super::term::{About, Key, Term};
use super::{DEPTH, Prover};
use crate::program::{AggregateOp, Expr, ExprKind, Literal, Op, WindowOp};
use crate::types::Type;

/// A value that is not null.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Simple {
    /// Of a type whose values are counted.
    Number(Linear),
    /// A constant text, or value of an enum.
    Name(Name),
    /// A text, or value of an enum, that a term has.
    Named(Term),
    /// True where the formula holds.
    Truth(Node),
}

/// The cases of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    /// Where it is null.
    pub null: Node,
    /// What it is elsewhere.
    pub cases: Vec<(Node, Simple)>,
}

/// A constant of a type whose values are counted.
pub(super) fn counted(literal: &Literal, kind: &Type) -> Option<i128> {
    Some(match literal {
        Literal::Null | Literal::Bool(_) | Literal::Text(_) | Literal::Months(_) => return None,
        Literal::Int(value) => i128::from(*value) * ONE,
        Literal::Decimal(digits) => match kind {
            Type::Decimal { scale, .. } => i128::from(*digits) * unit(*scale),
            _ => return None,
        },
        Literal::Float(value) => of_float(*value),
        Literal::Date(days) => i128::from(*days),
        Literal::Timestamp(micros) | Literal::Duration(micros) => i128::from(*micros),
    })
}

/// More cases than these are not told apart.
const CASES: usize = 40;

impl Value {
    /// One value on every row.
    pub fn always(simple: Simple) -> Self {
        Self { null: Node::FALSE, cases: vec![(Node::TRUE, simple)] }
    }

    const fn never() -> Self {
        Self { null: Node::TRUE, cases: Vec::new() }
    }
}

impl Prover<'_> {
    /// The cases of an expression's value.
    pub(super) fn value(&mut self, expr: &Expr, scope: &Scope) -> Value {
        if self.depth >= DEPTH {
            return self.opaque(expr, scope);
        }
        self.depth += 1;
        let value = self.understood(expr, scope).filter(|value| value.cases.len() <= CASES);
        let value = value.unwrap_or_else(|| self.opaque(expr, scope));
        self.depth -= 1;
        value
    }

    /// The cases of a value; none where it is not understood.
    fn understood(&mut self, expr: &Expr, scope: &Scope) -> Option<Value> {
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal, &expr.typed.kind),
            ExprKind::Now => Some(Value::always(Simple::Number(Linear::of(Term::NOW)))),
            ExprKind::Read { row, path, what } => self.read(expr, (*row, path, *what), scope),
            ExprKind::Op(op, operands) => match op {
                Op::Add | Op::Subtract | Op::Multiply | Op::Negate => self.arithmetic(*op, operands, expr, scope),
                Op::Divide => None,
                _ => Some(Value::always(Simple::Truth(self.holds(expr, scope)))),
            },
            ExprKind::Coerce(inner) => match (&inner.typed.kind, &expr.typed.kind) {
                (Type::Int | Type::Decimal { .. }, Type::Decimal { .. }) | (Type::Enum(_), Type::Text) => {
                    Some(self.value(inner, scope))
                }
                _ => None,
            },
            ExprKind::Call("coalesce", operands) => Some(self.coalesced(operands, scope)),
            ExprKind::Call("text", operands) => match operands.as_slice() {
                [only] if matches!(only.typed.kind, Type::Enum(_) | Type::Text) => Some(self.value(only, scope)),
                _ => None,
            },
            ExprKind::Call(name @ ("earliest" | "latest" | "greatest" | "least"), operands) => {
                self.best(name, operands, scope)
            }
            ExprKind::Call(..) | ExprKind::Window(_) | ExprKind::Previous(_) | ExprKind::Error => None,
            ExprKind::Case { arms, otherwise } => Some(self.chosen(arms, otherwise, scope)),
            ExprKind::Aggregate(aggregate) => {
                let wanted = match aggregate.op {
                    AggregateOp::Any => Op::Greater,
                    AggregateOp::None => Op::LessEqual,
                    _ => return None,
                };
                let by_sql = self.hangs_on_sql(expr, scope);
                let count = self.count(aggregate, scope, by_sql);
                let zero = Simple::Number(Linear::constant(0));
                let holds = self.compared(wanted, &Simple::Number(Linear::of(count)), &zero)?;
                Some(Value::always(Simple::Truth(holds)))
            }
        }
    }

    fn literal(&mut self, literal: &Literal, kind: &Type) -> Option<Value> {
        Some(match literal {
            Literal::Null => Value::never(),
            Literal::Bool(value) => Value::always(Simple::Truth(if *value { Node::TRUE } else { Node::FALSE })),
            Literal::Text(text) => Value::always(Simple::Name(self.terms.name(text))),
            _ => Value::always(Simple::Number(Linear::constant(counted(literal, kind)?))),
        })
    }

    /// The cases of a value of which only its text is known, and its type.
    fn opaque(&mut self, expr: &Expr, scope: &Scope) -> Value {
        let (text, least) = match &expr.kind {
            ExprKind::Aggregate(aggregate) if aggregate.op == AggregateOp::Count && self.depth < DEPTH => {
                let by_sql = self.hangs_on_sql(expr, scope);
                let count = self.count(aggregate, scope, by_sql);
                return self.of_term(count);
            }
            ExprKind::Aggregate(aggregate) if aggregate.op == AggregateOp::CountDistinct => {
                (canonical::of(expr, scope), Some(0))
            }
            ExprKind::Window(window) if window.op != WindowOp::PercentRank => (canonical::of(expr, scope), Some(ONE)),
            _ => (canonical::of(expr, scope), None),
        };
        let by_sql = self.hangs_on_sql(expr, scope);
        let term = self.term(Key::Opaque(text), &expr.typed, |about| {
            about.range.0 = least.unwrap_or(about.range.0);
            about.by_sql = by_sql;
        });
        self.of_term(term)
    }

    /// The term of this key; `limit` says what is known of a new one besides its type.
    pub(super) fn term(&mut self, key: Key, typed: &crate::types::Typed, limit: impl FnOnce(&mut About)) -> Term {
        if let Some(term) = self.terms.known(&key) {
            return term;
        }
        let (range, step) = range(&typed.kind);
        let values = match &typed.kind {
            Type::Enum(values) => values.iter().map(|value| self.terms.name(value)).collect(),
            _ => Vec::new(),
        };
        let (kind, nullable) = (typed.kind.clone(), typed.nullable);
        let mut about = About {
            key,
            kind,
            nullable,
            range,
            step,
            past: false,
            values,
            by_sql: false,
            fewer: Vec::new(),
            more: Vec::new(),
            near: Vec::new(),
            drawn: None,
        };
        limit(&mut about);
        self.terms.add(about)
    }

    /// The cases of a term's value.
    pub(super) fn of_term(&mut self, term: Term) -> Value {
        let simple = match self.terms.about(term).kind {
            Type::Bool => Simple::Truth(self.is_true(term)),
            Type::Text | Type::Enum(_) | Type::Json | Type::Months | Type::Null | Type::Error => Simple::Named(term),
            _ => Simple::Number(Linear::of(term)),
        };
        let null = self.is_null(term);
        Value { null, cases: vec![(!null, simple)] }
    }

    /// The first of these that is not null.
    fn coalesced(&mut self, operands: &[Expr], scope: &Scope) -> Value {
        let mut found = Value::never();
        for operand in operands {
            let next = self.value(operand, scope);
            for (when, simple) in next.cases {
                let when = self.formulas.all([found.null, when]);
                found.cases.push((when, simple));
            }
            found.null = self.formulas.all([found.null, next.null]);
        }
        self.tidied(found)
    }

    /// The value of the first arm whose condition holds.
    fn chosen(&mut self, arms: &[(Expr, Expr)], otherwise: &Expr, scope: &Scope) -> Value {
        let mut chosen = Vec::new();
        let mut rest = Node::TRUE;
        for (when, value) in arms {
            let when = self.holds(when, scope);
            let here = self.formulas.all([rest, when]);
            chosen.push((here, self.value(value, scope)));
            rest = self.formulas.all([rest, !when]);
        }
        chosen.push((rest, self.value(otherwise, scope)));
        self.joined(chosen)
    }

    /// The value that goes with the formula that holds.
    pub(super) fn joined(&mut self, all: Vec<(Node, Value)>) -> Value {
        let mut nulls = Vec::new();
        let mut cases = Vec::new();
        for (when, value) in all {
            nulls.push(self.formulas.all([when, value.null]));
            for (inner, simple) in value.cases {
                cases.push((self.formulas.all([when, inner]), simple));
            }
        }
        let null = self.formulas.any(nulls);
        self.tidied(Value { null, cases })
    }

    /// Without the cases that cannot be, and each value once.
    fn tidied(&mut self, value: Value) -> Value {
        let mut cases: Vec<(Node, Simple)> = Vec::new();
        for (when, simple) in value.cases {
            if when == Node::FALSE {
                continue;
            }
            if let Some((known, _)) = cases.iter_mut().find(|(_, other)| *other == simple) {
                *known = self.formulas.any([*known, when]);
            } else {
                cases.push((when, simple));
            }
        }
        Value { null: value.null, cases }
    }

    fn arithmetic(&mut self, op: Op, operands: &[Expr], expr: &Expr, scope: &Scope) -> Option<Value> {
        if expr.typed.kind == Type::Float || operands.len() > 2 {
            return None;
        }
        let mut found: Option<Value> = None;
        for operand in operands {
            let next = self.value(operand, scope);
            found = Some(match found {
                None => next,
                Some(before) => self.paired(&before, &next, |a, b| {
                    Linear::of_operator(op, a, b, (&expr.typed.kind, &operand.typed.kind))
                })?,
            });
        }
        let mut found = found?;
        if op == Op::Negate {
            for (_, simple) in &mut found.cases {
                let Simple::Number(linear) = simple else { return None };
                *linear = linear.times(-1)?;
            }
        }
        Some(found)
    }

    /// The value that two numbers give; null where one of them is.
    fn paired(
        &mut self,
        one: &Value,
        other: &Value,
        combine: impl Fn(&Linear, &Linear) -> Option<Linear>,
    ) -> Option<Value> {
        let mut cases = Vec::new();
        for (when, a) in &one.cases {
            for (also, b) in &other.cases {
                let (Simple::Number(a), Simple::Number(b)) = (a, b) else { return None };
                cases.push((self.formulas.all([*when, *also]), Simple::Number(combine(a, b)?)));
            }
        }
        let null = self.formulas.any([one.null, other.null]);
        Some(self.tidied(Value { null, cases }))
    }

    /// `earliest`, `latest`, `greatest` or `least`.
    fn best(&mut self, name: &str, operands: &[Expr], scope: &Scope) -> Option<Value> {
        let mut found: Option<Value> = None;
        for operand in operands {
            let next = self.value(operand, scope);
            let Some(before) = found else {
                found = Some(next);
                continue;
            };
            let mut cases = Vec::new();
            for (when, a) in &before.cases {
                for (also, b) in &next.cases {
                    let both = self.formulas.all([*when, *also]);
                    let (Simple::Number(_), Simple::Number(_)) = (a, b) else { return None };
                    let less = self.compared(Op::LessEqual, a, b)?;
                    let first = if matches!(name, "earliest" | "least") { less } else { !less };
                    cases.push((self.formulas.all([both, first]), a.clone()));
                    cases.push((self.formulas.all([both, !first]), b.clone()));
                }
            }
            let null = if name == "latest" {
                self.formulas.any([before.null, next.null])
            } else {
                for (value, missing) in [(&before, next.null), (&next, before.null)] {
                    for (when, simple) in &value.cases {
                        cases.push((self.formulas.all([*when, missing]), simple.clone()));
                    }
                }
                self.formulas.all([before.null, next.null])
            };
            if cases.len() > CASES {
                return None;
            }
            found = Some(self.tidied(Value { null, cases }));
        }
        found
    }
}
