//! Takes what the last run built, gives how many rows are where: members of audiences, rows of each stage and arm; and which keys there
//! are.

use std::collections::{BTreeMap, BTreeSet};

use super::happening::is_counted;
use crate::engine::Value;
use crate::program::{EntityId, FieldId, Program};
use crate::run::RunError;
use crate::run::bench::Bench;
use crate::types::Type;

/// By field and value, how many rows have it.
type Sizes = BTreeMap<FieldId, BTreeMap<String, u64>>;

pub(super) async fn read(program: &Program, bench: &mut Bench<'_>) -> Result<(Sizes, BTreeSet<String>), RunError> {
    let (mut sizes, mut keys) = (Sizes::new(), BTreeSet::new());
    for (id, entity) in (0..).map(EntityId).zip(&program.entities).filter(|(_, entity)| entity.at.is_none()) {
        let key = program.column(id, entity.key);
        let fields: Vec<FieldId> =
            program.fields_of(id).map(|(id, _)| id).filter(|id| is_counted(program, *id)).collect();
        let mut columns: Vec<(&str, Type)> = vec![(&key.name, key.typed.kind.clone())];
        columns.extend(fields.iter().map(|id| {
            let field = program.field(*id);
            (field.name.as_str(), field.typed.kind.clone())
        }));
        for field in &fields {
            sizes.entry(*field).or_default();
        }
        for row in bench.built(&entity.name, &columns, &[]).await? {
            let Some((key, values)) = row.split_first() else { continue };
            keys.extend(key.text());
            for (field, value) in fields.iter().zip(values).filter(|(_, value)| **value != Value::Bool(false)) {
                if let Some(text) = value.text() {
                    *sizes.entry(*field).or_default().entry(text).or_default() += 1;
                }
            }
        }
    }
    Ok((sizes, keys))
}
