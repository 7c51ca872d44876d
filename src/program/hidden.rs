//! Takes what a sync says of a row and gives plain reads of it: what is none becomes a hidden field of the entity, so that a
//! sync is a projection of fields.

use super::context::{Ctx, is_error, is_plain, make};
use super::{EntityId, Expr, ExprKind, Field, FieldId, FieldKind, OUTER, Op, What};
use crate::dialect::names::{LONGEST, fitted};
use crate::types::Type;

/// Where hidden fields go.
pub(super) struct Hide<'s> {
    pub entity: EntityId,
    pub sync: &'s str,
}

impl Ctx<'_> {
    /// The value if it is a plain read, or else a hidden field that holds it.
    pub(super) fn hidden(&mut self, hide: &Hide<'_>, part: &str, value: Expr) -> Expr {
        if is_plain(&value) || is_error(&value) {
            return value;
        }
        let (typed, span) = (value.typed.clone(), value.span);
        let id = self.add_hidden(hide, part, value);
        make(ExprKind::Read { row: OUTER, path: Vec::new(), what: What::Field(id) }, typed, span)
    }

    fn add_hidden(&mut self, hide: &Hide<'_>, part: &str, value: Expr) -> FieldId {
        self.program.add_field(Field {
            entity: hide.entity,
            name: fitted(&format!("sync__{}__{part}", hide.sync), LONGEST),
            doc: None,
            span: value.span,
            typed: value.typed.clone(),
            kind: FieldKind::Trait(value),
            hidden: true,
            labels: Vec::new(),
        })
    }

    /// The field that says whether a row is sent.
    pub(super) fn filter(
        &mut self,
        hide: &Hide<'_>,
        base: Option<FieldId>,
        condition: Option<Expr>,
    ) -> Option<FieldId> {
        let Some(condition) = condition else { return base };
        let span = condition.span;
        let Some(base) = base else {
            if let ExprKind::Read { row: OUTER, path, what: What::Field(id) } = &condition.kind
                && path.is_empty()
            {
                return Some(*id);
            }
            return Some(self.add_hidden(hide, "filter", condition));
        };
        let kind = ExprKind::Read { row: OUTER, path: Vec::new(), what: What::Field(base) };
        let member = make(kind, Type::Bool.required(), span);
        let mut both = vec![member];
        match condition.kind {
            ExprKind::Op(Op::And, operands) => both.extend(operands),
            _ => both.push(condition),
        }
        let all = make(ExprKind::Op(Op::And, both), Type::Bool.required(), span);
        Some(self.add_hidden(hide, "filter", all))
    }
}
