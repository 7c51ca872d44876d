//! Takes an entity and gives the table of what is remembered of its rows that are no more: who carries an arm has it still when
//! the row is back. It stands apart from the model, so that a row in it is in no audience, set, link or view.

use super::{field_columns, source_column};
use crate::dialect::names::{LONGEST_DECLARED, fitted};
use crate::plan::cites::Cites;
use crate::plan::rel::{Scalar, Select, Table};
use crate::plan::{Model, fold};
use crate::program::{EntityId, Program};
use crate::source::Sources;

/// The name of that table, without its run.
#[must_use]
pub fn name(entity: &str) -> String {
    fitted(&format!("{entity}__kept"), LONGEST_DECLARED)
}

/// The table, where a field of the entity outlives its row.
pub(super) fn model(program: &Program, sources: &Sources, id: EntityId) -> Option<Model> {
    let entity = program.entity(id);
    let carried: Vec<Scalar> =
        fold::carried(program, id).into_iter().map(|id| before(&program.field(id).name).is_not_null()).collect();
    if carried.is_empty() {
        return None;
    }
    let mut cites = Cites::default();
    cites.note(entity.span, &entity.name);
    let mut columns = vec![source_column(program, id, entity.key)];
    for id in fold::kept(program, id) {
        let field = program.field(id);
        cites.note(field.span, &field.name);
        columns.extend(field_columns(program, id));
    }
    let mut comments = vec![format!("entity {} · what is remembered of rows that are no more", entity.name)];
    comments.extend(cites.lines(sources));
    let key = columns.first()?;
    let here = Scalar::column("c", &key.name);
    let items = columns.iter().map(|column| before(&column.name).named(&column.name)).collect();
    let select = Select::from(Table::View(format!("{}__prev", entity.name)).alias("p"), items)
        .left_join(
            Table::Model(entity.name.clone()).alias("c"),
            here.clone().equals(key.typed.kind.clone(), before(&key.name)),
        )
        .filter(here.is_null())
        .filter(Scalar::any(carried));
    Some(Model {
        name: name(&entity.name),
        entity: entity.name.clone(),
        comments,
        query: select.body().after(Vec::new()),
        columns,
        last: false,
        keys_only: false,
        kept: true,
    })
}

/// A column of the parent run.
fn before(name: &str) -> Scalar {
    Scalar::column("p", name)
}
