//! Takes a [`Program`] and its models and gives what a run does around each: what differs from the parent run, which
//! rows were lost, which moves are not allowed, the views that people read.

mod changes;
mod checks;
mod firings;
mod funnels;
mod guards;
mod views;

pub use checks::checks;
pub use views::views;

use super::rel::{Parameter, Scalar, Select, Table};
use super::{Column, Entity, Model};
use crate::program::{self, EntityId, Program};
use crate::source::Sources;
use crate::types::Type;

/// Whether a log of `plg_state` has nothing yet of this run under these names: so that a repetition within a run adds nothing.
fn unrecorded(log: &str, column: &str, names: Vec<Scalar>) -> Scalar {
    let recorded = Select::from(Table::State(log.to_owned()).alias("x"), vec![Scalar::int(1).named("found")])
        .filter(Scalar::column("x", "run").equals(Type::Text, Scalar::Parameter(Parameter::Run)))
        .filter(Scalar::In(Box::new(Scalar::column("x", column)), names, false));
    Scalar::Exists(Box::new(recorded.body()), true)
}

/// What surrounds each entity that has a model.
#[must_use]
pub fn entities(program: &Program, sources: &Sources, models: &[Model]) -> Vec<Entity> {
    modelled(program, models)
        .map(|(id, entity, model)| {
            let key = key(program, id, entity, model);
            Entity {
                name: entity.name.clone(),
                cite: sources.cite(entity.span),
                source: program.source(entity.source).name.join("."),
                lost: guards::lost(program, id, &key),
                was: entity.was.clone(),
                loses: guards::loses(program, id, &key),
                loses_limit: entity.loses,
                changes: changes::changes(program, id, &key),
                firings: firings::firings(program, id, &key),
                moves: guards::moves(program, id, &key),
                key,
            }
        })
        .collect()
}

/// Each entity that has a model, with its last one, in declared order.
fn modelled<'a>(
    program: &'a Program,
    models: &'a [Model],
) -> impl Iterator<Item = (EntityId, &'a program::Entity, &'a Model)> {
    (0..).map(EntityId).zip(&program.entities).filter_map(|(id, entity)| {
        let model = models.iter().find(|model| model.last && model.entity == entity.name)?;
        Some((id, entity, model))
    })
}

fn key(program: &Program, id: EntityId, entity: &program::Entity, model: &Model) -> Column {
    let declared = program.column(id, entity.key);
    let same = model.columns.iter().find(|column| column.name == declared.name);
    same.cloned().unwrap_or_else(|| Column {
        name: declared.name.clone(),
        typed: declared.typed.clone(),
        doc: declared.doc.clone(),
        was: Vec::new(),
        stages: Vec::new(),
    })
}
