//! Takes a [`Program`] and its models and gives the views that people read: each entity without what only the program
//! itself needs, each audience with its members.

use std::collections::BTreeSet;

use super::modelled;
use crate::plan::rel::{Item, Scalar, Select, Table};
use crate::plan::{Model, View, cites};
use crate::program::{self, EntityId, Field, FieldKind, Program};
use crate::source::Sources;

/// A view per entity, each followed by those of its audiences.
#[must_use]
pub fn views(program: &Program, sources: &Sources, models: &[Model]) -> Vec<View> {
    modelled(program, models)
        .filter(|(_, _, model)| !model.keys_only)
        .flat_map(|(id, entity, model)| {
            let audiences = program
                .fields_of(id)
                .map(|(_, field)| field)
                .filter(|field| matches!(field.kind, FieldKind::Audience { .. }) && !field.hidden)
                .map(|field| audience_view(program, sources, entity, field));
            std::iter::once(entity_view(program, sources, id, entity, model)).chain(audiences).collect::<Vec<_>>()
        })
        .collect()
}

fn entity_view(program: &Program, sources: &Sources, id: EntityId, entity: &program::Entity, model: &Model) -> View {
    let hidden: BTreeSet<String> = program
        .fields_of(id)
        .filter(|(_, field)| field.hidden)
        .flat_map(|(_, field)| [field.name.clone(), format!("{}__since", field.name)])
        .collect();
    let items = model
        .columns
        .iter()
        .filter(|column| !hidden.contains(&column.name))
        .map(|column| Scalar::column("w", &column.name).named(&column.name))
        .collect();
    let declared = format!("entity {} ({})", entity.name, cites::file(sources, entity.span));
    View {
        name: entity.name.clone(),
        comments: comments(declared, entity.doc.as_deref()),
        query: Select::from(Table::Model(entity.name.clone()).alias("w"), items).body().after(Vec::new()),
    }
}

fn audience_view(program: &Program, sources: &Sources, entity: &program::Entity, field: &Field) -> View {
    let base = match &field.kind {
        FieldKind::Audience { base: Some(base), .. } => &program.field(*base).name,
        FieldKind::Audience { .. }
        | FieldKind::Trait(_)
        | FieldKind::Status { .. }
        | FieldKind::Experiment(..)
        | FieldKind::Sequence(..) => &entity.name,
    };
    let declared = format!("audience {} of {base} ({})", field.name, cites::file(sources, field.span));
    View {
        name: field.name.clone(),
        comments: comments(declared, field.doc.as_deref()),
        query: Select::from(Table::View(entity.name.clone()).alias("w"), vec![Item::All("w".to_owned())])
            .filter(Scalar::column("w", &field.name))
            .body()
            .after(Vec::new()),
    }
}

/// The declaration with its file (its line is in the model's statement), then its documentation.
fn comments(declared: String, doc: Option<&str>) -> Vec<String> {
    std::iter::once(declared).chain(doc.into_iter().flat_map(str::lines).map(str::to_owned)).collect()
}
