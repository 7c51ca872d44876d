//! Takes a [`Program`] and its models and gives the views that people read: each entity without what only the program
//! itself needs, each audience with its members, each sequence with its entries, each funnel with how far its members came.

use std::collections::BTreeSet;

use super::{funnels, modelled};
use crate::plan::model::names::Names;
use crate::plan::model::{kept, past};
use crate::plan::rel::{Body, Item, Scalar, Select, Table};
use crate::plan::{Model, View, cites, fold};
use crate::program::{self, EntityId, FUNNEL_HIDDEN, Field, FieldKind, Program, Sequence};
use crate::source::Sources;

/// A view per entity, each followed by those of its audiences, sequences and funnels.
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
            let sequences = program.sequences.iter().filter(|sequence| sequence.entity == id);
            let sequences = sequences.map(|sequence| sequence_view(program, sources, entity, sequence));
            let own = std::iter::once(entity_view(program, sources, id, entity, model));
            let funnels = program.funnels.iter().filter(|funnel| funnel.entity == id);
            let funnels = funnels.flat_map(|funnel| funnels::views(program, sources, funnel));
            own.chain(audiences).chain(sequences).chain(funnels).collect::<Vec<_>>()
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
        .filter(|column| ![fold::HIDDEN, FUNNEL_HIDDEN].iter().any(|begin| column.name.starts_with(begin)))
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

/// A row for each entry: the last one of each row, also of one that is no more, and those before.
fn sequence_view(program: &Program, sources: &Sources, entity: &program::Entity, sequence: &Sequence) -> View {
    let key = &program.column(sequence.entity, entity.key).name;
    let mut names = Names::default();
    names.claim(key);
    let prefix = format!("{}__", sequence.name);
    let columns: Vec<(String, String)> = past::parts(program, sequence)
        .map(|(id, _)| {
            let column = program.field(id).name.clone();
            let short = names.claim(column.strip_prefix(&prefix).unwrap_or(&column));
            (column, short)
        })
        .collect();
    let of = |table: String, comment: &str| {
        let mut items = vec![Scalar::column("w", key).named(key)];
        items.extend(columns.iter().map(|(column, short)| Scalar::column("w", column).named(short)));
        let entry = Scalar::column("w", &program.field(sequence.entry).name);
        let mut select = Select::from(Table::Model(table).alias("w"), items).filter(entry.is_not_null());
        select.comments.push(comment.to_owned());
        select
    };
    let mut selects = vec![
        of(entity.name.clone(), "the last entry of each row"),
        of(kept::name(&entity.name), "the last entry of rows that are no more"),
    ];
    selects.extend(
        sequence.again.is_some().then(|| of(past::name(&sequence.name), "entries that a later one has replaced")),
    );
    let declared = format!("sequence {} ({})", sequence.name, cites::file(sources, sequence.span));
    View {
        name: sequence.name.clone(),
        comments: comments(declared, sequence.doc.as_deref()),
        query: Body { selects, order_by: Vec::new() }.after(Vec::new()),
    }
}

/// The declaration with its file (its line is in the model's statement), then its documentation.
fn comments(declared: String, doc: Option<&str>) -> Vec<String> {
    std::iter::once(declared).chain(doc.into_iter().flat_map(str::lines).map(str::to_owned)).collect()
}
