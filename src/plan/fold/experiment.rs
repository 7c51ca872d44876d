//! Takes an experiment, gives what it says of a row as a value: who was enrolled in the run before stays what he is; who is in
//! the base, the layer's slice and the rollout enrols now, in the phase that has begun. A share is compared with the
//! bucket of the key.

use super::value::{
    all, any, at_least, call, case, coalesce, coerced, field, int, is_not_null, less, literal, now, null, text, was,
};
use crate::program::{Experiment, ExperimentPart, Expr, ExprKind, Hash, Literal, OUTER, Phase, Program, WHOLE, What};
use crate::source::Span;
use crate::types::Type;

/// What an experiment says of a row.
pub(super) fn part(program: &Program, experiment: &Experiment, part: ExperimentPart) -> Expr {
    let (id, fresh) = match part {
        ExperimentPart::EnrolledAt => return enrolled_at(program, experiment),
        ExperimentPart::Arm => (experiment.arm, arm(program, experiment)),
        ExperimentPart::Phase => (experiment.phase, phase(experiment)),
    };
    let typed = &program.field(id).typed;
    let stays = (is_not_null(was(program, experiment.enrolled_at)), was(program, id));
    let enrols = (is_not_null(field(program, experiment.enrolled_at)), fresh);
    case(vec![stays, enrols], null(typed.kind.clone()))
}

/// When it enrolled: in an earlier run, or now.
fn enrolled_at(program: &Program, experiment: &Experiment) -> Expr {
    let base = experiment.base.map(|base| field(program, base));
    let slice = experiment.layer.iter().flat_map(|slice| {
        let bucket = || bucket(program, experiment, &format!("{}.layer", slice.name));
        let from = (slice.from > 0).then(|| at_least(bucket(), int(slice.from.into())));
        from.into_iter().chain((slice.to < WHOLE).then(|| less(bucket(), int(slice.to.into()))))
    });
    let rollout = match experiment.hash {
        Hash::GrowthBook => covered(program, experiment),
        Hash::Md5 | Hash::LaunchDarkly => rollout(experiment).map(|share| {
            let bucket = bucket(program, experiment, &format!("{}.rollout", experiment.salt));
            less(bucket, share)
        }),
    };
    let chosen: Vec<Expr> = base.into_iter().chain(slice).chain(rollout).collect();
    let now = match chosen.is_empty() {
        true => now(),
        false => case(vec![(all(chosen), now())], null(Type::Timestamp)),
    };
    coalesce(vec![was(program, experiment.enrolled_at), now], Type::Timestamp.optional())
}

/// The share that enrols; `None`: all, at every instant.
fn rollout(experiment: &Experiment) -> Option<Expr> {
    if experiment.rollout.iter().all(|(share, _)| *share == WHOLE) {
        return None;
    }
    in_force(experiment.rollout.iter().map(|(share, from)| (int((*share).into()), *from)))
}

/// Whether the key is in the part of its arm's range that the share covers; `None`: all is covered, at every instant.
fn covered(program: &Program, experiment: &Experiment) -> Option<Expr> {
    if experiment.rollout.iter().all(|(share, _)| *share == WHOLE) {
        return None;
    }
    let in_phase = |phase: &Phase, share: u32| {
        let place = || place(program, experiment, phase);
        let ranges = phase.covered(share).filter(|range| !range.is_empty());
        any(ranges.map(|range| all(vec![at_least(place(), int(range.start)), less(place(), int(range.end))])).collect())
    };
    let phases = experiment.phases.iter().filter_map(|phase| {
        let shares = experiment.rollout.iter().map(|(share, from)| (in_phase(phase, *share), *from));
        Some((in_force(shares)?, phase.from))
    });
    in_force(phases.collect::<Vec<_>>().into_iter())
}

/// The arm of the phase that has begun.
fn arm(program: &Program, experiment: &Experiment) -> Expr {
    let kind = &program.field(experiment.arm).typed.kind;
    let phases = experiment.phases.iter().map(|phase| (arm_in(program, experiment, phase), phase.from));
    in_force(phases).unwrap_or_else(|| null(kind.clone()))
}

/// The arms take ranges of buckets in declared order.
fn arm_in(program: &Program, experiment: &Experiment, phase: &Phase) -> Expr {
    let kind = &program.field(experiment.arm).typed.kind;
    let mut end = 0;
    let mut ranges = Vec::new();
    for (arm, share) in phase.arms.iter().filter(|(_, share)| *share > 0) {
        end += share;
        if let Some(name) = experiment.arms.get(*arm) {
            let below = less(place(program, experiment, phase), int(end.into()));
            ranges.push((below, literal(kind.clone(), Literal::Text(name.clone()))));
        }
    }
    let last = ranges.pop().map_or_else(|| null(kind.clone()), |(_, arm)| arm);
    case(ranges, last)
}

/// The number of the phase that has begun.
fn phase(experiment: &Experiment) -> Expr {
    in_force(experiment.phases.iter().map(|phase| (int(phase.number), phase.from))).unwrap_or_else(|| null(Type::Int))
}

/// The last of these that has begun: the first one from the beginning on.
fn in_force(all: impl Iterator<Item = (Expr, Option<i64>)>) -> Option<Expr> {
    let mut later = Vec::new();
    let mut first = None;
    for (value, from) in all {
        match from {
            None => first = Some(value),
            Some(from) => later.push((at_least(now(), literal(Type::Timestamp, Literal::Timestamp(from))), value)),
        }
    }
    later.reverse();
    Some(case(later, first?))
}

/// Where the hash of the experiment puts the row's key among the arms of a phase.
fn place(program: &Program, experiment: &Experiment, phase: &Phase) -> Expr {
    hashed(program, experiment, experiment.hash, &experiment.arms_salt(phase.number))
}

/// Where the row's key stands among 10,000.
fn bucket(program: &Program, experiment: &Experiment, salt: &str) -> Expr {
    hashed(program, experiment, Hash::Md5, salt)
}

fn hashed(program: &Program, experiment: &Experiment, hash: Hash, salt: &str) -> Expr {
    let key = program.entity(experiment.entity).key;
    let kind = program.column(experiment.entity, key).typed.kind.clone();
    let what = ExprKind::Read { row: OUTER, path: Vec::new(), what: What::Column(key) };
    // A key is never null: what is stops the run.
    let key = Expr { typed: kind.clone().required(), span: Span::default(), kind: what };
    let key = match kind {
        Type::Text => key,
        Type::Enum(_) | Type::Json => coerced(key, Type::Text),
        _ => call("text", vec![key], Type::Text),
    };
    call(hash.function(), vec![text(salt), key], Type::Int)
}
