//! Rows that are no more. One that was enrolled in an experiment, or entered a sequence, is kept with what these say of it, so
//! that a row that returns goes on as what it was; what it was open in has closed.

use super::memory::old;
use super::{Row, Run, Table, Value, sequence};
use crate::program::{EntityId, ExperimentPart, FieldKind, SequencePart};

impl Run<'_> {
    /// The rows of the run before that are no more and are kept, in the columns of this run's table.
    pub(super) fn vanished(&self, id: EntityId, table: &Table) -> Vec<Row> {
        let entity = self.program.entity(id);
        let Some(before) = self.table_before(entity) else { return Vec::new() };
        let key_of = |table: &Table, row: &Row| table.value(row, &table.key).cloned().unwrap_or(Value::Null);
        let present: Vec<Value> = table.rows.iter().map(|row| key_of(table, row)).collect();
        let gone = before.all().filter(|row| !present.iter().any(|other| other.equals(&key_of(before, row))));
        let mut kept: Vec<Row> = gone.filter_map(|row| self.kept(id, (before, row), table)).collect();
        kept.sort_by(|a, b| key_of(table, a).nulls_last(&key_of(table, b)));
        kept
    }

    /// What is kept of a row of the run before, if something is.
    fn kept(&self, id: EntityId, (before, row): (&Table, &Row), table: &Table) -> Option<Row> {
        let mut values = vec![Value::Null; table.columns.len()];
        let mut set = |column: &str, value: Value| {
            let place = table.columns.iter().position(|name| name == column);
            if let Some(slot) = place.and_then(|place| values.get_mut(place)) {
                *slot = value;
            }
        };
        let key = before.value(row, &before.key).cloned().unwrap_or(Value::Null);
        let key_text = key.text().unwrap_or_default();
        set(&table.key, key);
        let was = |id| old(self.program, (before, row), self.program.field(id), "");
        let mut remembers = false;
        for (id, field) in self.program.fields_of(id) {
            match field.kind {
                FieldKind::Experiment(_, part) => {
                    remembers |= part == ExperimentPart::EnrolledAt && !was(id).is_null();
                    set(&field.name, was(id));
                }
                FieldKind::Sequence(sequence, part) => {
                    remembers |= part == SequencePart::Entry && !was(id).is_null();
                    set(&field.name, sequence::vanished(self, (sequence, part), id, &was, &key_text));
                }
                FieldKind::Trait(_) | FieldKind::Audience { .. } | FieldKind::Status { .. } => {}
            }
        }
        remembers.then_some(values)
    }
}
