//! Experiments: who enrols, and what is remembered of it. Takes a row and what the run before said of it; a row that is
//! enrolled stays what it is, also where it is no more.

use super::entity::At;
use super::{Run, Stop, Value};
use crate::program::{Experiment, ExperimentId, ExperimentPart, FieldId, Phase, RowsOf};
use crate::types::Type;

impl Run<'_> {
    /// What an experiment says of the row at a place of its entity.
    pub(super) fn enrolled(&self, id: ExperimentId, part: ExperimentPart, place: usize) -> Result<Value, Stop> {
        let experiment = self.program.experiment(id);
        let before = |part: ExperimentPart| {
            let field = self.program.field(field_of(experiment, part));
            self.remembered(field, place).0
        };
        if !before(ExperimentPart::EnrolledAt).is_null() {
            return Ok(before(part));
        }
        let in_base =
            experiment.base.map_or(Ok(true), |base| self.field(base, place).map(|(value, _)| value.holds()))?;
        let entity = self.program.entity(experiment.entity);
        let key = self.column(At { over: RowsOf::Entity(experiment.entity), place }, entity.key);
        if !in_base || !self.is_chosen(experiment, &key)? {
            return Ok(Value::Null);
        }
        let Some(phase) = in_force(self.now, experiment.phases.iter().map(|phase| (phase, phase.from))) else {
            return Ok(Value::Null);
        };
        match part {
            ExperimentPart::Arm => self.arm(experiment, phase, &key),
            ExperimentPart::EnrolledAt => Ok(Value::Timestamp(self.now)),
            ExperimentPart::Phase => Ok(Value::Int(phase.number)),
        }
    }

    /// Whether a key is in the layer's slice and in the rollout.
    fn is_chosen(&self, experiment: &Experiment, key: &Value) -> Result<bool, Stop> {
        if let Some(slice) = &experiment.layer {
            let bucket = self.bucket(&format!("{}.layer", slice.name), key)?;
            if bucket < i64::from(slice.from) || bucket >= i64::from(slice.to) {
                return Ok(false);
            }
        }
        let Some(share) = in_force(self.now, experiment.rollout.iter().copied()) else { return Ok(true) };
        Ok(self.bucket(&format!("{}.rollout", experiment.salt), key)? < i64::from(share))
    }

    /// The arm that a key gets in a phase: the arms take ranges of buckets in declared order.
    fn arm(&self, experiment: &Experiment, phase: &Phase, key: &Value) -> Result<Value, Stop> {
        let salt = match phase.number {
            1 => format!("{}.arms", experiment.salt),
            number => format!("{}.arms.{number}", experiment.salt),
        };
        let bucket = self.bucket(&salt, key)?;
        let mut end = 0;
        for (arm, share) in &phase.arms {
            end += i64::from(*share);
            if bucket < end {
                return Ok(experiment.arms.get(*arm).cloned().map_or(Value::Null, Value::Text));
            }
        }
        Err(Stop::new("arms that do not add up"))
    }

    /// The bucket of a key under a salt.
    pub(super) fn bucket(&self, salt: &str, key: &Value) -> Result<i64, Stop> {
        let arguments = vec![Value::Text(salt.to_owned()), key.text().map_or(Value::Null, Value::Text)];
        self.call("bucket", arguments, &Type::Int).map(|bucket| bucket.as_int())
    }
}

const fn field_of(experiment: &Experiment, part: ExperimentPart) -> FieldId {
    match part {
        ExperimentPart::Arm => experiment.arm,
        ExperimentPart::EnrolledAt => experiment.enrolled_at,
        ExperimentPart::Phase => experiment.phase,
    }
}

/// The last of these that has begun.
fn in_force<T>(now: i64, all: impl Iterator<Item = (T, Option<i64>)>) -> Option<T> {
    all.filter(|(_, from)| from.is_none_or(|from| from <= now)).last().map(|(it, _)| it)
}
