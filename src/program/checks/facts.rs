//! Takes conditions that all hold and says whether they can: simple reasoning over intervals, listed values and
//! nulls, value by value. What it does not understand it ignores, so it never calls a possible thing impossible.

use std::collections::{BTreeMap, BTreeSet};

use crate::program::{Aggregate, AggregateOp, Expr, ExprKind, FieldId, FieldKind, Literal, OUTER, Op, Program, What};
use crate::types::Type;

/// How many audiences and traits are looked into, one within the other.
pub(super) const DEPTH: u32 = 24;

/// The conditions that hold where this one does, looking into the audiences and traits of the row itself.
pub(super) fn implied<'p>(program: &'p Program, condition: &'p Expr) -> Vec<&'p Expr> {
    let mut all = Vec::new();
    expand(program, condition, DEPTH, &mut all);
    all
}

/// The conditions that hold where an audience's row is a member of what the audience is a part of.
pub(super) fn implied_by_base(program: &Program, base: FieldId) -> Vec<&Expr> {
    let mut all = Vec::new();
    expand_field(program, base, DEPTH, &mut all);
    all
}

/// The conditions that are joined by `and`.
pub(super) fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    match &condition.kind {
        ExprKind::Op(Op::And, operands) => operands.iter().flat_map(conjuncts).collect(),
        _ => vec![condition],
    }
}

fn expand<'p>(program: &'p Program, condition: &'p Expr, depth: u32, all: &mut Vec<&'p Expr>) {
    for conjunct in conjuncts(condition) {
        all.push(conjunct);
        if let ExprKind::Read { row: OUTER, path, what: What::Field(id) } = &conjunct.kind
            && path.is_empty()
        {
            expand_field(program, *id, depth, all);
        }
    }
}

fn expand_field<'p>(program: &'p Program, id: FieldId, depth: u32, all: &mut Vec<&'p Expr>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match &program.field(id).kind {
        FieldKind::Audience { base, condition, until, .. } => {
            if until.is_none() {
                expand(program, condition, depth, all);
            }
            if let Some(base) = base {
                expand_field(program, *base, depth, all);
            }
        }
        FieldKind::Trait(value) if value.typed.kind == Type::Bool => expand(program, value, depth, all),
        FieldKind::Trait(_) | FieldKind::Status { .. } | FieldKind::Experiment(..) | FieldKind::Sequence(..) => {}
    }
}

/// What is known of one value.
#[derive(Debug, Default, Clone)]
struct Known {
    null: bool,
    present: bool,
    among: Option<BTreeSet<String>>,
    not: BTreeSet<String>,
    /// Per base (a constant, or now): the bounds, and whether they are outside.
    above: BTreeMap<bool, (f64, bool)>,
    below: BTreeMap<bool, (f64, bool)>,
    values: Option<BTreeSet<String>>,
    nullable: bool,
    /// Bounds that hold where the value is not null: whether a lower one, its base, where, and whether outside.
    unless_null: Vec<(bool, bool, f64, bool)>,
}

impl Known {
    fn is_impossible(&self) -> bool {
        let mut known = self.clone();
        if known.present || !known.nullable {
            for (is_lower, base, value, outside) in std::mem::take(&mut known.unless_null) {
                known.bound(is_lower, base, value, outside);
            }
        }
        known.excludes_all()
    }

    fn excludes_all(&self) -> bool {
        if self.null && self.present {
            return true;
        }
        let left = self.among.as_ref().or(self.values.as_ref().filter(|_| self.present || !self.nullable));
        if left.is_some_and(|left| left.iter().all(|value| self.not.contains(value))) {
            return true;
        }
        self.above.iter().any(|(base, (low, low_outside))| {
            self.below
                .get(base)
                .is_some_and(|(high, high_outside)| low > high || low == high && (*low_outside || *high_outside))
        })
    }

    fn only(&mut self, values: BTreeSet<String>) {
        self.present = true;
        self.among = Some(match self.among.take() {
            Some(known) => known.intersection(&values).cloned().collect(),
            None => values,
        });
    }

    fn bound(&mut self, is_lower: bool, base: bool, value: f64, outside: bool) {
        self.present = true;
        let bounds = if is_lower { &mut self.above } else { &mut self.below };
        let tighter = bounds.get(&base).is_none_or(|(known, known_outside)| {
            if known == &value { outside && !known_outside } else { (value > *known) == is_lower }
        });
        if tighter {
            bounds.insert(base, (value, outside));
        }
    }
}

/// Whether two conditions cannot both hold, as far as it shows.
pub(crate) fn excludes(one: &Expr, other: &Expr) -> bool {
    let mut all = conjuncts(one);
    all.push(other);
    contradict(&all)
}

/// Whether conditions cannot all hold.
pub(super) fn contradict(conditions: &[&Expr]) -> bool {
    exclude(conditions, &[])
}

/// Whether it cannot be that all of some conditions hold and none of others does.
pub(super) fn exclude(hold: &[&Expr], fail: &[&Expr]) -> bool {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for (conditions, holds) in [(hold, true), (fail, false)] {
        for condition in conditions {
            if matches!(condition.kind, ExprKind::Literal(Literal::Bool(value)) if value != holds) {
                return true;
            }
            add(condition, holds, &mut known);
        }
    }
    known.values().any(Known::is_impossible)
}

/// Whether an earlier condition holds wherever all of these do.
pub(super) fn covers(earlier: &Expr, all: &[&Expr]) -> bool {
    if all.iter().any(|condition| canonical(condition) == canonical(earlier)) {
        return true;
    }
    match &earlier.kind {
        ExprKind::Op(Op::And, operands) => operands.iter().all(|operand| covers(operand, all)),
        ExprKind::Op(Op::Or, operands) if operands.iter().any(|operand| covers(operand, all)) => true,
        _ => exclude(all, &[earlier]),
    }
}

fn add(condition: &Expr, holds: bool, known: &mut BTreeMap<String, Known>) {
    match &condition.kind {
        ExprKind::Op(Op::Not, operands) => {
            if let Some(operand) = operands.first() {
                add(operand, !holds, known);
            }
        }
        ExprKind::Op(Op::And, operands) if holds => operands.iter().for_each(|it| add(it, true, known)),
        ExprKind::Op(Op::Or, operands) if !holds => operands.iter().for_each(|it| add(it, false, known)),
        ExprKind::Op(Op::IsNull, operands) => {
            if let Some(operand) = operands.first() {
                let slot = slot(operand, known);
                if holds {
                    slot.null = true;
                } else {
                    slot.present = true;
                }
            }
        }
        ExprKind::Op(Op::In, operands) => {
            let Some((value, items)) = operands.split_first() else { return };
            let bounds: Option<Vec<f64>> = items.iter().map(|item| Some(bound(item).filter(|it| !it.0)?.1)).collect();
            if let Some(bounds) = bounds.filter(|bounds| holds && !bounds.is_empty()) {
                let slot = slot(value, known);
                slot.bound(true, false, bounds.iter().copied().fold(f64::INFINITY, f64::min), false);
                slot.bound(false, false, bounds.iter().copied().fold(f64::NEG_INFINITY, f64::max), false);
            }
            let items: Option<BTreeSet<String>> = items.iter().map(named).collect();
            if let Some(items) = items {
                let slot = slot(value, known);
                if holds { slot.only(items) } else { slot.not.extend(items) }
            }
        }
        ExprKind::Op(
            op @ (Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual),
            sides,
        ) => {
            if let [left, right] = sides.as_slice() {
                compare(*op, left, right, holds, known);
                if let Some(mirrored) = mirrored(*op) {
                    compare(mirrored, right, left, holds, known);
                }
            }
        }
        ExprKind::Aggregate(aggregate) if condition.typed.kind == Type::Bool => {
            // `none` of a set is not `any` of it.
            let holds = holds != (aggregate.op == AggregateOp::None);
            let slot = known.entry(canonical_of_set(aggregate)).or_default();
            let value = BTreeSet::from(["true".to_owned()]);
            if holds { slot.only(value) } else { slot.not.extend(value) }
        }
        ExprKind::Read { .. } if condition.typed.kind == Type::Bool => {
            let slot = slot(condition, known);
            let value = BTreeSet::from(["true".to_owned()]);
            if holds { slot.only(value) } else { slot.not.extend(value) }
        }
        _ => {}
    }
}

fn compare(op: Op, left: &Expr, right: &Expr, holds: bool, known: &mut BTreeMap<String, Known>) {
    let equality = matches!((op, holds), (Op::Equal, true) | (Op::NotEqual, false));
    let inequality = matches!((op, holds), (Op::Equal, false) | (Op::NotEqual, true));
    if let Some(value) = named(right) {
        if equality {
            slot(left, known).only(BTreeSet::from([value]));
        } else if inequality {
            slot(left, known).not.insert(value);
        }
    }
    let Some((base, value)) = bound(right) else { return };
    if bound(left).is_some() {
        return;
    }
    let slot = slot(left, known);
    if !holds {
        // The opposite holds unless the value is null.
        slot.unless_null.extend(match op {
            Op::Less => Some((true, base, value, false)),
            Op::LessEqual => Some((true, base, value, true)),
            Op::Greater => Some((false, base, value, false)),
            Op::GreaterEqual => Some((false, base, value, true)),
            _ => None,
        });
        return;
    }
    match op {
        Op::Equal => {
            slot.bound(true, base, value, false);
            slot.bound(false, base, value, false);
        }
        Op::Less => slot.bound(false, base, value, true),
        Op::LessEqual => slot.bound(false, base, value, false),
        Op::Greater => slot.bound(true, base, value, true),
        Op::GreaterEqual => slot.bound(true, base, value, false),
        _ => {}
    }
}

const fn mirrored(op: Op) -> Option<Op> {
    match op {
        Op::Equal | Op::NotEqual => Some(op),
        Op::Less => Some(Op::Greater),
        Op::LessEqual => Some(Op::GreaterEqual),
        Op::Greater => Some(Op::Less),
        Op::GreaterEqual => Some(Op::LessEqual),
        _ => None,
    }
}

fn slot<'k>(value: &Expr, known: &'k mut BTreeMap<String, Known>) -> &'k mut Known {
    let slot = known.entry(canonical(value)).or_default();
    slot.nullable = value.typed.nullable;
    slot.values = match &value.typed.kind {
        Type::Enum(values) => Some(values.iter().cloned().collect()),
        _ => None,
    };
    if let ExprKind::Aggregate(aggregate) = &value.kind
        && matches!(aggregate.op, AggregateOp::Count | AggregateOp::CountDistinct)
    {
        slot.bound(true, false, 0.0, false);
    }
    slot
}

/// A constant text, enum value, bool or int.
fn named(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Literal(Literal::Text(text)) => Some(text.clone()),
        ExprKind::Literal(Literal::Bool(value)) => Some(value.to_string()),
        ExprKind::Literal(Literal::Int(value)) => Some(value.to_string()),
        _ => None,
    }
}

/// A constant number or instant, or one relative to now (`true`).
fn bound(expr: &Expr) -> Option<(bool, f64)> {
    match &expr.kind {
        ExprKind::Now => Some((true, 0.0)),
        ExprKind::Literal(Literal::Int(value) | Literal::Timestamp(value) | Literal::Duration(value)) => {
            Some((false, *value as f64))
        }
        ExprKind::Literal(Literal::Decimal(digits)) => match expr.typed.kind {
            Type::Decimal { scale, .. } => Some((false, *digits as f64 / 10_f64.powi(i32::from(scale)))),
            _ => None,
        },
        ExprKind::Literal(Literal::Float(value)) => Some((false, *value)),
        ExprKind::Literal(Literal::Date(days)) => Some((false, f64::from(*days))),
        ExprKind::Op(op @ (Op::Add | Op::Subtract), operands) => match operands.as_slice() {
            [Expr { kind: ExprKind::Now, .. }, Expr { kind: ExprKind::Literal(Literal::Duration(by)), .. }] => {
                Some((true, if *op == Op::Add { *by as f64 } else { -(*by as f64) }))
            }
            _ => None,
        },
        _ => None,
    }
}

/// A text that two expressions share only if they are the same but for where they stand.
pub(super) fn canonical(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Coerce(inner) => canonical(inner),
        ExprKind::Op(op, operands) => format!("{op:?}({})", all_canonical(operands)),
        ExprKind::Call(name, operands) => format!("{name}({})", all_canonical(operands)),
        ExprKind::Aggregate(aggregate) => format!("{:?}: {}", aggregate.op, canonical_of_set(aggregate)),
        kind => format!("{kind:?}"),
    }
}

/// The same of an aggregate's set and values.
fn canonical_of_set(aggregate: &Aggregate) -> String {
    let parts: Vec<String> = aggregate.parts().into_iter().map(canonical).collect();
    let rows = format!("{:?} {}", aggregate.set.over, parts.join("; "));
    rows.replace(&format!("{:?}", aggregate.set.row), "RowId(of the set)")
}

fn all_canonical(operands: &[Expr]) -> String {
    operands.iter().map(canonical).collect::<Vec<_>>().join(", ")
}
