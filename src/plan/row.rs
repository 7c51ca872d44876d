//! Takes an alias under which an entity's columns stand and gives scalars for expressions that read nothing else: an
//! entity's own condition over its source, a sync's values over the model.

use super::rel::{Item, Scalar, Select, Table};
use super::scalar::{self, Leaves};
use super::{call, column_name};
use crate::program::{EntityId, Expr, ExprKind, Program};

/// The row of an entity under an alias.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The program.
    pub program: &'a Program,
    /// The entity.
    pub entity: EntityId,
    /// Where its columns are.
    pub alias: &'a str,
}

impl Leaves for Row<'_> {
    fn leaf(&mut self, expr: &Expr) -> Scalar {
        match &expr.kind {
            ExprKind::Read { what, .. } => match column_name(self.program, self.entity, *what) {
                Some(name) => Scalar::column(self.alias, &name),
                None => Scalar::bool(true),
            },
            _ => Scalar::null(expr.typed.kind.clone()),
        }
    }
}

/// The rows of an entity in its source, under an alias; of an event those that have happened.
#[must_use]
pub fn rows(program: &Program, id: EntityId, alias: &str, items: Vec<Item>) -> Select {
    let entity = program.entity(id);
    let source = program.source(entity.source);
    let mut select = Select::from(Table::of(source).alias(alias), items);
    if let Some(condition) = &entity.condition {
        match scalar::condition(condition, &mut Row { program, entity: id, alias }) {
            Scalar::And(all) => select.filter.extend(all),
            one => select.filter.push(one),
        }
    }
    if let Some(at) = entity.at {
        let at = program.column(id, at);
        select.filter.push(call::has_happened(program, Scalar::column(alias, &at.name), &at.typed.kind));
    }
    select
}
