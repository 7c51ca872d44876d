//! The fields of a row, and what they remember. Takes a field and a row, gives its value and since when it has it: an
//! audience and a status look at the same row in the run before, and at nothing earlier.

use super::entity::At;
use super::expr::Frame;
use super::{Change, Row, Run, Stop, Table, Value};
use crate::program::{
    Entity, EntityId, ExperimentPart, Expr, Field, FieldId, FieldKind, Program, RowsOf, SequencePart, Stage,
};
use crate::types::Type;

/// Whether a field's changes are told.
fn is_told(field: &Field) -> bool {
    has(field) || matches!(field.kind, FieldKind::Experiment(_, ExperimentPart::Arm))
}

/// Whether a field has a `since`.
pub(super) const fn has(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Audience { .. } | FieldKind::Status { .. })
}

/// What tells its changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Audience,
    Status,
    Experiment,
}

impl Kind {
    /// What a column of the run before was, by its value and by what stands beside it.
    fn of(table: &Table, column: &str, value: &Value) -> Option<Self> {
        let has = |part: &str| table.columns.contains(&format!("{column}__{part}"));
        match value {
            Value::Bool(_) if has("since") => Some(Self::Audience),
            _ if has("since") => Some(Self::Status),
            _ if has("enrolled_at") => Some(Self::Experiment),
            _ => None,
        }
    }
}

impl Run<'_> {
    /// A field of the row at a place of its entity, with its `since`.
    pub(super) fn field(&self, id: FieldId, place: usize) -> Result<(Value, Value), Stop> {
        if let Some(known) = self.known.borrow().get(&(id, place)) {
            return Ok(known.clone());
        }
        let found = self.computed(id, place)?;
        self.known.borrow_mut().insert((id, place), found.clone());
        Ok(found)
    }

    fn computed(&self, id: FieldId, place: usize) -> Result<(Value, Value), Stop> {
        let field = self.program.field(id);
        let row = [Frame::outer(At { over: RowsOf::Entity(field.entity), place })];
        match &field.kind {
            FieldKind::Trait(value) => Ok((self.eval(value, &row)?, Value::Null)),
            FieldKind::Audience { base, condition, until, .. } => {
                let (old, since) = self.remembered(field, place);
                let in_base = base.map_or(Ok(true), |base| self.field(base, place).map(|(value, _)| value.holds()))?;
                let member = in_base && self.lasts(condition, until.as_ref(), old.holds(), &row)?;
                let since = match (member, old.holds() && !since.is_null()) {
                    (false, _) => Value::Null,
                    (true, true) => since,
                    (true, false) => Value::Timestamp(self.now),
                };
                Ok((Value::Bool(member), since))
            }
            FieldKind::Sequence(id, part) => Ok((self.in_sequence(*id, *part, place)?, Value::Null)),
            FieldKind::Experiment(id, part) => Ok((self.enrolled(*id, *part, place)?, Value::Null)),
            FieldKind::Status { stages, .. } => {
                let (old, since) = self.remembered(field, place);
                let stage = Value::Text(self.stage(stages, &old, &row)?);
                let stays = stage.equals(&old) && !since.is_null();
                Ok((stage, if stays { since } else { Value::Timestamp(self.now) }))
            }
        }
    }

    /// `where A until B`: in if not B, and A holds or it was in.
    fn lasts(&self, condition: &Expr, until: Option<&Expr>, was_in: bool, row: &[Frame]) -> Result<bool, Stop> {
        let ended = until.map_or(Ok(false), |until| self.holds(until, row))?;
        Ok(!ended && (until.is_some() && was_in || self.holds(condition, row)?))
    }

    /// The first stage whose condition holds.
    fn stage(&self, stages: &[Stage], old: &Value, row: &[Frame]) -> Result<String, Stop> {
        for stage in stages {
            let was_in = old.as_text() == stage.name;
            let holds = match &stage.when {
                Some(when) => self.lasts(when, stage.until.as_ref(), was_in, row)?,
                None => true,
            };
            if holds {
                return Ok(stage.name.clone());
            }
        }
        Err(Stop::new("a status without `otherwise`"))
    }

    /// The value and the `since` of a field of the same row in the run before; null what that run lacks.
    pub(super) fn remembered(&self, field: &Field, place: usize) -> (Value, Value) {
        let nothing = (Value::Null, Value::Null);
        let entity = self.program.entity(field.entity);
        let Some(table) = self.table_before(entity) else { return nothing };
        let key = self.column(At { over: RowsOf::Entity(field.entity), place }, entity.key);
        let row = table.all().find(|row| table.value(row, &table.key).is_some_and(|it| it.equals(&key)));
        let old = |row, suffix| old(self.program, (table, row), field, suffix);
        row.map_or(nothing, |row| (old(row, ""), old(row, "__since")))
    }

    /// The entity's rows in the run before, under its name or an earlier one.
    pub(super) fn table_before(&self, entity: &Entity) -> Option<&Table> {
        let named = |name: &str| self.before.entities.get(name);
        named(&entity.name).or_else(|| named(entity.was.as_deref()?))
    }

    /// Who leaves what is no longer declared, or is declared as another kind or under another key. Who is no more leaves an arm.
    pub(super) fn ended(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (name, table) in &self.before.entities {
            let successor = self.successor(name, table);
            for column in &table.columns {
                let left = |row: &Row| {
                    let value = table.value(row, column)?;
                    let kind = Kind::of(table, column, value)?;
                    let (was, became) = match value {
                        Value::Bool(true) => ("true".to_owned(), Some("false".to_owned())),
                        Value::Text(word) => (word.clone(), None),
                        _ => return None,
                    };
                    if successor.is_some_and(|id| self.goes_on(id, (table, column), kind)) {
                        return None;
                    }
                    let key = table.value(row, &table.key).and_then(Value::text)?;
                    Some(Change { field: format!("{name}.{column}"), key, was: Some(was), became })
                };
                changes.extend(table.all().filter_map(left));
            }
        }
        changes
    }

    /// The entity that goes on with one of the run before, under the same key.
    fn successor(&self, name: &String, table: &Table) -> Option<EntityId> {
        let knew = |other: &str| self.before.entities.contains_key(other);
        let is_it = |it: &Entity| it.name == *name || it.was.as_ref() == Some(name) && !knew(&it.name);
        let (id, entity) = (0..).map(EntityId).zip(&self.program.entities).find(|(_, it)| is_it(it))?;
        (self.program.column(id, entity.key).name == table.key).then_some(id)
    }

    /// Whether a field of this kind, of an entity, goes on with a column of the run before.
    fn goes_on(&self, id: EntityId, (table, column): (&Table, &String), kind: Kind) -> bool {
        let knew = |other: &String| table.columns.contains(other);
        self.program.fields_of(id).any(|(_, field)| {
            let is = match &field.kind {
                FieldKind::Audience { .. } => Kind::Audience,
                FieldKind::Status { .. } => Kind::Status,
                FieldKind::Experiment(_, ExperimentPart::Arm) => Kind::Experiment,
                FieldKind::Trait(_) | FieldKind::Experiment(..) | FieldKind::Sequence(..) => return false,
            };
            is == kind
                && (field.name == *column || self.program.earlier_names(field).contains(column) && !knew(&field.name))
        })
    }

    /// What differs from the run before in the audiences and statuses of an entity, rows that came and went included.
    pub(super) fn changes(&self, id: EntityId, table: &Table) -> Vec<Change> {
        let entity = self.program.entity(id);
        let nothing = Table::default();
        let before = self.table_before(entity).unwrap_or(&nothing);
        let mut changes = Vec::new();
        for (_, field) in self.program.fields_of(id).filter(|(_, field)| is_told(field) && !field.hidden) {
            let mut keys: Vec<String> = keys(table).chain(keys(before)).collect();
            keys.sort();
            keys.dedup();
            changes.extend(keys.into_iter().filter_map(|key| change(self.program, field, (before, table), key)));
        }
        changes
    }
}

/// A field's value in a row of the run before, under its name or an earlier one.
pub(super) fn old(program: &Program, (table, row): (&Table, &Row), field: &Field, suffix: &str) -> Value {
    let named = |name: &String| table.value(row, &format!("{name}{suffix}"));
    let earlier = program.earlier_names(field);
    let value = std::iter::once(&field.name).chain(&earlier).find_map(named).cloned().unwrap_or(Value::Null);
    let fits = match (&field.kind, &value) {
        (FieldKind::Sequence(..), value) => fits(value, &field.typed.kind),
        (FieldKind::Experiment(_, part), value) => match part {
            ExperimentPart::Arm => matches!(value, Value::Text(_)),
            ExperimentPart::EnrolledAt => matches!(value, Value::Timestamp(_)),
            ExperimentPart::Phase => matches!(value, Value::Int(_)),
        },
        (_, Value::Timestamp(_)) => !suffix.is_empty(),
        (FieldKind::Audience { .. }, Value::Bool(_)) | (FieldKind::Status { .. }, Value::Text(_)) => suffix.is_empty(),
        _ => false,
    };
    if !fits {
        return Value::Null;
    }
    match (&field.kind, &value) {
        (FieldKind::Sequence(id, SequencePart::Arm(at)), Value::Text(old)) => {
            let renamed = program.sequence(*id).renamed_arms(*at).into_iter().find(|(was, _)| was == old);
            renamed.map_or(value, |(_, name)| Value::Text(name))
        }
        (FieldKind::Status { stages, .. }, Value::Text(old)) => {
            let renamed = stages.iter().find(|stage| stage.was.as_ref() == Some(old));
            renamed.map_or(value, |stage| Value::Text(stage.name.clone()))
        }
        _ => value,
    }
}

/// Whether a value is of a type that what a sequence remembers has.
const fn fits(value: &Value, kind: &Type) -> bool {
    matches!(
        (value, kind),
        (Value::Timestamp(_), Type::Timestamp)
            | (Value::Int(_), Type::Int)
            | (Value::Bool(_), Type::Bool)
            | (Value::Text(_), Type::Enum(_))
    )
}

fn keys(table: &Table) -> impl Iterator<Item = String> {
    table.all().filter_map(|row| table.value(row, &table.key).and_then(Value::text))
}

fn change(program: &Program, field: &Field, (before, now): (&Table, &Table), key: String) -> Option<Change> {
    let value = |table: &Table| {
        let row = table.all().find(|row| table.value(row, &table.key).and_then(Value::text).as_ref() == Some(&key));
        let value = row.map_or(Value::Null, |row| old(program, (table, row), field, ""));
        let is_audience = matches!(field.kind, FieldKind::Audience { .. });
        if is_audience { Some(value.holds().to_string()) } else { value.text() }
    };
    let (old, new) = (value(before), value(now));
    let name = format!("{}.{}", program.entity(field.entity).name, field.name);
    (old != new).then_some(Change { field: name, key, was: old, became: new })
}
