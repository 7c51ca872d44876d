//! Takes a program and gives one in which all that remembers, but for what a level of a model does itself (`since`, `until`), is
//! a plain value over what the row was in the run before: memory is a fold, and the models know fields alone. Promises:
//! ids mean the same in both, and a program that has nothing to fold is given back as it is.

mod experiment;
mod value;

use std::borrow::Cow;

use crate::program::{EntityId, ExperimentPart, FieldId, FieldKind, Program};

/// The program as its models are made from it.
#[must_use]
pub fn fold(program: &Program) -> Cow<'_, Program> {
    if program.experiments.is_empty() {
        return Cow::Borrowed(program);
    }
    let mut folded = program.clone();
    for field in &mut folded.fields {
        if let FieldKind::Experiment(id, part) = field.kind {
            field.kind = FieldKind::Trait(experiment::part(program, program.experiment(id), part));
        }
    }
    Cow::Owned(folded)
}

/// The fields of a row that outlive it, in declared order: what a row that vanished is remembered by.
#[must_use]
pub fn kept(program: &Program, entity: EntityId) -> Vec<FieldId> {
    let fields = program.fields_of(entity);
    fields.filter(|(_, field)| matches!(field.kind, FieldKind::Experiment(..))).map(|(id, _)| id).collect()
}

/// Those of them one of which a row must have, to be remembered.
#[must_use]
pub fn carried(program: &Program, entity: EntityId) -> Vec<FieldId> {
    let is_carried =
        |id: &FieldId| matches!(program.field(*id).kind, FieldKind::Experiment(_, ExperimentPart::EnrolledAt));
    kept(program, entity).into_iter().filter(is_carried).collect()
}
