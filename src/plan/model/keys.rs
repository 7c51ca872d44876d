//! Takes the entities that need no model, since they have no field and no sync, and gives each the table of its keys: what
//! `guard loses` compares with the run before.

use super::build::Built;
use super::source_column;
use crate::plan::Model;
use crate::plan::cites::Cites;
use crate::plan::rel::Scalar;
use crate::plan::row::rows;
use crate::program::{EntityId, Program};
use crate::source::Sources;

/// The alias of the source.
const ROW: &str = "r";

/// The keys of every entity that has no other model, in declared order.
pub(super) fn models(program: &Program, sources: &Sources, built: &Built) -> Vec<Model> {
    let all = (0..).map(EntityId).zip(&program.entities);
    all.filter(|(id, entity)| entity.at.is_none() && !built.contains_key(id))
        .map(|(id, entity)| {
            let key = program.column(id, entity.key);
            let items = vec![Scalar::column(ROW, &key.name).named(&key.name)];
            let mut cites = Cites::default();
            cites.note(entity.span, &entity.name);
            let mut comments = vec![format!("entity {} · its keys, for `guard loses`", entity.name)];
            comments.extend(cites.lines(sources));
            Model {
                name: entity.name.clone(),
                entity: entity.name.clone(),
                comments,
                query: rows(program, id, ROW, items).body().after(Vec::new()),
                columns: vec![source_column(program, id, entity.key)],
                last: true,
                keys_only: true,
                kept: false,
            }
        })
        .collect()
}
