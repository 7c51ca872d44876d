//! Takes an alias under which an entity's columns stand and gives scalars for expressions that read nothing else: an
//! entity's own condition over its source, a sync's values over the model.

use super::column_name;
use super::rel::Scalar;
use super::scalar::Leaves;
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
