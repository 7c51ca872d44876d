//! Experiments: who enrols, and what is remembered of it. Takes a row and what the run before said of it; a row that is
//! enrolled stays what it is, also where it is no more.

use super::entity::At;
use super::memory::old;
use super::{Row, Run, Stop, Table, Value};
use crate::program::{EntityId, Experiment, ExperimentId, ExperimentPart, FieldId, FieldKind, Phase, RowsOf};
use crate::types::Type;

impl Run<'_> {
    /// What an experiment says of the row at a place of its entity.
    pub(super) fn enrolled(&self, id: ExperimentId, part: ExperimentPart, place: usize) -> Result<Value, Stop> {
        let experiment = self.program.experiment(id);
        let before = |part: ExperimentPart| {
            let field = self.program.field(field_of(experiment, part));
            self.remembered(field, experiment.part_was(part).as_deref(), place).0
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

    fn bucket(&self, salt: &str, key: &Value) -> Result<i64, Stop> {
        let arguments = vec![Value::Text(salt.to_owned()), key.text().map_or(Value::Null, Value::Text)];
        self.call("bucket", arguments, &Type::Int).map(|bucket| bucket.as_int())
    }

    /// The rows of the run before that are no more and were enrolled, in the columns of this run's table.
    pub(super) fn vanished(&self, id: EntityId, table: &Table) -> Vec<Row> {
        let entity = self.program.entity(id);
        let Some(before) = self.table_before(entity) else { return Vec::new() };
        let key_of = |table: &Table, row: &Row| table.value(row, &table.key).cloned().unwrap_or(Value::Null);
        let present: Vec<Value> = table.rows.iter().map(|row| key_of(table, row)).collect();
        let mut kept = Vec::new();
        for row in before.all() {
            let key = key_of(before, row);
            if present.iter().any(|other| other.equals(&key)) {
                continue;
            }
            let mut values = vec![Value::Null; table.columns.len()];
            let mut set = |column: &str, value: Value| {
                let place = table.columns.iter().position(|name| name == column);
                if let Some(slot) = place.and_then(|place| values.get_mut(place)) {
                    *slot = value;
                }
            };
            set(&table.key, key);
            let mut enrolled = false;
            for (_, field) in self.program.fields_of(id) {
                let FieldKind::Experiment(experiment, part) = field.kind else { continue };
                let was = self.program.experiment(experiment).part_was(part);
                let value = old(before, row, field, was.as_deref(), "");
                enrolled |= part == ExperimentPart::EnrolledAt && !value.is_null();
                set(&field.name, value);
            }
            if enrolled {
                kept.push(values);
            }
        }
        kept.sort_by(|a, b| key_of(table, a).nulls_last(&key_of(table, b)));
        kept
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
