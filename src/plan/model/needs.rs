//! Takes a field, gives what it reads: fields of its own row, fields of other rows (which have to be built in an
//! earlier statement), and the entities whose rows it reads.

use std::collections::BTreeSet;

use super::normal;
use crate::program::{
    Aggregate, EntityId, Expr, ExprKind, Field, FieldId, FieldKind, LinkBy, LinkId, OUTER, Program, RowsOf, What,
};

/// What a field reads.
#[derive(Debug, Default, Clone)]
pub(super) struct Needs {
    /// Fields of its own row.
    pub(super) own: BTreeSet<FieldId>,
    /// Fields of other rows.
    pub(super) others: BTreeSet<FieldId>,
    /// Entities whose rows it reads.
    pub(super) rows: BTreeSet<EntityId>,
}

/// What a field reads.
pub(super) fn of(program: &Program, field: &Field) -> Needs {
    let mut needs = Needs::default();
    let mut exprs: Vec<&Expr> = Vec::new();
    match &field.kind {
        FieldKind::Trait(expr) => exprs.push(expr),
        FieldKind::Audience { base, condition, until, .. } => {
            needs.own.extend(base);
            exprs.push(condition);
            exprs.extend(until);
        }
        // It is folded.
        FieldKind::Experiment(..) => {}
        FieldKind::Sequence(id, part) => {
            needs.own.extend(program.sequence(*id).needs(*part));
            exprs.extend(program.sequence(*id).exprs(*part));
        }
        FieldKind::Status { stages, .. } => {
            exprs.extend(stages.iter().flat_map(|stage| stage.when.iter().chain(&stage.until)));
        }
    }
    for expr in exprs {
        let expr = normal::normal(expr);
        Walk { program, needs: &mut needs, at_own_row: true }.expr(&expr, &mut vec![RowsOf::Entity(field.entity)]);
    }
    needs
}

struct Walk<'a> {
    program: &'a Program,
    needs: &'a mut Needs,
    /// Whether row 0 is the field's own row: not so in a link's set after another link.
    at_own_row: bool,
}

impl Walk<'_> {
    fn expr(&mut self, expr: &Expr, scope: &mut Vec<RowsOf>) {
        match &expr.kind {
            ExprKind::Read { row, path, what } => {
                let own = *row == OUTER && self.at_own_row;
                self.read(own, path, *what);
            }
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, scope),
            ExprKind::Window(window) => {
                if let Some(field) = window.among {
                    self.field(scope.len() == 1 && self.at_own_row, field);
                }
                for child in expr.parts() {
                    self.expr(child, scope);
                }
            }
            _ => {
                for child in expr.parts() {
                    self.expr(child, scope);
                }
            }
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate, scope: &mut Vec<RowsOf>) {
        if let RowsOf::Entity(entity) = aggregate.set.over {
            self.needs.rows.insert(entity);
        }
        for tie in &aggregate.set.ties {
            self.expr(&tie.outer, scope);
        }
        scope.push(aggregate.set.over);
        for tie in &aggregate.set.ties {
            self.expr(&tie.inner, scope);
        }
        for own in normal::own(aggregate) {
            self.expr(own, scope);
        }
        scope.pop();
    }

    fn field(&mut self, own: bool, field: FieldId) {
        if own {
            self.needs.own.insert(field);
        } else {
            self.needs.others.insert(field);
        }
    }

    fn read(&mut self, mut own: bool, path: &[LinkId], what: What) {
        for link in path {
            let link = self.program.link(*link);
            if let (LinkBy::Row(_), Some(aggregate)) = (&link.by, normal::row_link(link)) {
                let mut inner = Walk { program: self.program, needs: &mut *self.needs, at_own_row: own };
                inner.aggregate(&aggregate, &mut vec![RowsOf::Entity(link.from)]);
            }
            self.needs.rows.insert(link.to);
            own = false;
        }
        match what {
            What::Field(field) | What::Since(field) => self.field(own, field),
            What::Column(_) | What::Exists | What::InView(_) | What::Was(_) | What::Born(_) | What::Mark(_) => {}
        }
    }
}
