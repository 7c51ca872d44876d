//! Takes the field graph and gives the models: per entity a chain of levels, in as few statements as entities that
//! need each other allow. Each set is scanned and grouped once and joined by key: no join multiplies rows, no
//! subquery is correlated. Rows that vanished and are remembered have a table of their own, so that whoever reads a model
//! reads rows that are there. A model wider than an engine's limit of columns is not split: see `super::width`.

mod aggregate;
mod assemble;
pub mod bound;
mod build;
mod comments;
mod entity;
mod frame;
mod group;
mod identity;
pub mod kept;
mod keys;
mod memory;
pub(super) mod names;
mod needs;
mod normal;
mod passes;
mod scan;
#[cfg(test)]
mod tests;
mod window;

use build::Built;

use super::{Column, Model, fold};
use crate::dialect::names::{LONGEST_DECLARED, fitted};
use crate::program::{ColumnId, EntityId, FieldId, FieldKind, Program, Stage};
use crate::source::Sources;
use crate::types::Type;

/// The models of a program, in build order.
#[must_use]
pub fn models(program: &Program, sources: &Sources) -> Vec<Model> {
    let folded = fold::fold(program);
    let passes = passes::passes(&folded);
    let mut built = Built::new();
    let mut models = Vec::new();
    for (place, pass) in passes.iter().enumerate() {
        let entity = program.entity(pass.entity);
        let before = passes.iter().take(place).filter(|it| it.entity == pass.entity).count();
        let of = passes.iter().filter(|it| it.entity == pass.entity).count();
        let name = if pass.last {
            entity.name.clone()
        } else {
            fitted(&format!("{}__pass_{}", entity.name, before + 1), LONGEST_DECLARED)
        };
        let (query, mut cites) = entity::query(&folded, &built, pass.entity, &pass.fields);
        cites.note(entity.span, &entity.name);
        let mut comments = vec![format!("entity {} · pass {} of {of}", entity.name, before + 1)];
        comments.extend(comments::first_line(entity.doc.as_ref()).map(str::to_owned));
        comments.extend(cites.lines(sources));
        let mut fields = built.get(&pass.entity).map(|(_, fields)| fields.clone()).unwrap_or_default();
        fields.extend(&pass.fields);
        fields.sort();
        models.push(Model {
            name: name.clone(),
            entity: entity.name.clone(),
            comments,
            query,
            columns: columns(program, pass.entity, &fields),
            last: pass.last,
            keys_only: false,
            kept: false,
        });
        models.extend(kept::model(program, sources, pass.entity).filter(|_| pass.last));
        built.insert(pass.entity, (name, fields));
    }
    models.extend(keys::models(program, sources, &built));
    models
}

/// The columns of a model with these fields: the key, the source's others, then each field with its `since`.
fn columns(program: &Program, entity: EntityId, fields: &[FieldId]) -> Vec<Column> {
    let it = program.entity(entity);
    let count = program.source(it.source).columns.len() as u32;
    let others = (0..count).map(ColumnId).filter(|id| *id != it.key);
    let mut all: Vec<Column> =
        [it.key].into_iter().chain(others).map(|id| source_column(program, entity, id)).collect();
    all.extend(fields.iter().flat_map(|id| field_columns(program, *id)));
    all
}

/// A column of the source.
fn source_column(program: &Program, entity: EntityId, id: ColumnId) -> Column {
    let column = program.column(entity, id);
    Column {
        name: column.name.clone(),
        typed: column.typed.clone(),
        doc: column.doc.clone(),
        was: None,
        stages: Vec::new(),
    }
}

/// The column of a field, and that of its `since`.
fn field_columns(program: &Program, id: FieldId) -> Vec<Column> {
    let field = program.field(id);
    let (since, was, stages) = match &field.kind {
        FieldKind::Trait(_) => (false, None, Vec::new()),
        FieldKind::Experiment(id, part) => (false, program.experiment(*id).part_was(*part), Vec::new()),
        FieldKind::Sequence(id, part) => (false, program.sequence(*id).part_was(*part).into_iter().next(), Vec::new()),
        FieldKind::Audience { was, .. } => (true, was.clone(), Vec::new()),
        FieldKind::Status { was, stages, .. } => (true, was.clone(), renamed(stages)),
    };
    let value = Column {
        name: field.name.clone(),
        typed: field.typed.clone(),
        doc: field.doc.clone(),
        was: was.clone(),
        stages,
    };
    let since = since.then(|| Column {
        name: format!("{}__since", field.name),
        typed: Type::Timestamp.optional(),
        doc: None,
        was: was.map(|was| format!("{was}__since")),
        stages: Vec::new(),
    });
    std::iter::once(value).chain(since).collect()
}

/// The stages that have an earlier name: that one, and the present one.
fn renamed(stages: &[Stage]) -> Vec<(String, String)> {
    stages.iter().filter_map(|stage| Some((stage.was.clone()?, stage.name.clone()))).collect()
}
