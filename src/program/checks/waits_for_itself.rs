//! A circle that a channel hides: its steps read each other as the run before left them, so they can be computed, and none of them can
//! ever be the first to fire. Takes what each step and branch cannot happen without, and reports a circle of these as one.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::Diagnostics;
use crate::functions::{self, Nulls};
use crate::program::cycle::{self, Node};
use crate::program::{AggregateOp, Branch, Expr, ExprKind, FieldId, FieldKind, Op, Program, SequencePart, Step, What};
use crate::source::Span;

/// The fields without which a value is null, or a condition does not hold, each with where it is read.
type Needed = BTreeMap<FieldId, Span>;

pub(super) fn check(program: &Program, diags: &mut Diagnostics) {
    if program.channels.is_empty() {
        return;
    }
    let fields = (0..).map(FieldId).zip(&program.fields);
    let needed = fields.map(|(id, field)| {
        let needed = of_kind(program, &field.kind, field.span);
        (Node::Field(id), needed.into_iter().map(|(id, at)| (Node::Field(id), at)).collect())
    });
    for circle in cycle::circles(&needed.collect()) {
        cycle::report(program, &circle, diags);
    }
}

/// What a field is null without, or false.
fn of_kind(program: &Program, kind: &FieldKind, span: Span) -> Needed {
    match kind {
        FieldKind::Trait(value) => of(value),
        FieldKind::Audience { base, condition, .. } => {
            let mut needed = of(condition);
            needed.extend(base.map(|base| (base, span)));
            needed
        }
        FieldKind::Status { .. } | FieldKind::Experiment(..) => Needed::new(),
        FieldKind::Sequence(id, part) => {
            let sequence = program.sequence(*id);
            let step = |at: usize| sequence.steps.get(at);
            match part {
                SequencePart::Step(at) => step(*at).map(|step| of_step(step, sequence.base)).unwrap_or_default(),
                SequencePart::Sent(at) => step(*at).map(|step| (step.at, step.span)).into_iter().collect(),
                SequencePart::Arm(at) | SequencePart::DecidedAt(at) => {
                    sequence.branches.get(*at).map(|it| of_branch(it, sequence.base)).unwrap_or_default()
                }
                SequencePart::Entry
                | SequencePart::EnteredAt
                | SequencePart::ExitedAt
                | SequencePart::Cause
                | SequencePart::Active
                | SequencePart::Held
                | SequencePart::Done
                | SequencePart::Expired(_) => std::iter::once((sequence.base, span)).collect(),
            }
        }
    }
}

fn of_step(step: &Step, base: FieldId) -> Needed {
    let mut needed: Needed = step.due.iter().chain(&step.when).flat_map(of).collect();
    needed.entry(base).or_insert(step.span);
    needed
}

fn of_branch(branch: &Branch, base: FieldId) -> Needed {
    let mut needed: Needed = branch.due.iter().flat_map(of).collect();
    needed.entry(base).or_insert(branch.span);
    needed
}

/// The fields without which an expression is null, or does not hold. What is not understood needs none.
fn of(expr: &Expr) -> Needed {
    let all = |parts: &[Expr]| parts.iter().flat_map(of).collect();
    let first = |parts: &[Expr]| parts.first().map(of).unwrap_or_default();
    match &expr.kind {
        ExprKind::Read { what, .. } => match what {
            What::Field(id) | What::Since(id) | What::InView(id) | What::Was(id) => [(*id, expr.span)].into(),
            What::Column(_) | What::Born(_) | What::Mark(_) | What::Exists => Needed::new(),
        },
        ExprKind::Op(op, parts) => match op {
            Op::Or => any(parts),
            Op::Not => match parts.first().map(|part| &part.kind) {
                Some(ExprKind::Op(Op::IsNull, inner)) => first(inner),
                _ => Needed::new(),
            },
            Op::IsNull | Op::NotEqual => Needed::new(),
            Op::In => first(parts),
            Op::And
            | Op::Equal
            | Op::Less
            | Op::LessEqual
            | Op::Greater
            | Op::GreaterEqual
            | Op::Add
            | Op::Subtract
            | Op::Multiply
            | Op::Divide
            | Op::Negate => all(parts),
        },
        ExprKind::Call(name, parts) => match functions::find(name).map(|function| function.nulls) {
            Some(Nulls::Strict) => all(parts),
            Some(Nulls::Skips) => any(parts),
            Some(Nulls::Never | Nulls::Always) | None => Needed::new(),
        },
        ExprKind::Coerce(inner) => of(inner),
        ExprKind::Aggregate(aggregate) => match aggregate.op {
            AggregateOp::Any => aggregate.set.condition.iter().flat_map(of).collect(),
            _ => Needed::new(),
        },
        ExprKind::Literal(_)
        | ExprKind::Now
        | ExprKind::Case { .. }
        | ExprKind::Window(_)
        | ExprKind::Previous(_)
        | ExprKind::Error => Needed::new(),
    }
}

/// Of alternatives, what each of them needs.
fn any(parts: &[Expr]) -> Needed {
    let each: Vec<Needed> = parts.iter().map(of).collect();
    let Some((first, rest)) = each.split_first() else { return Needed::new() };
    let common: BTreeSet<FieldId> =
        first.keys().copied().filter(|id| rest.iter().all(|it| it.contains_key(id))).collect();
    first.iter().filter(|(id, _)| common.contains(id)).map(|(id, at)| (*id, *at)).collect()
}
