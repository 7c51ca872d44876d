//! Takes a `trait` declaration and gives a field with the value's type. A constant null or a number of months is
//! no value that a row can have.

use super::context::{Ctx, is_error};
use super::expr::WrongType;
use super::scope::Scope;
use super::{FieldId, FieldKind};
use crate::syntax::ast;
use crate::types::Type;

impl Ctx<'_> {
    /// Types a trait.
    pub(super) fn type_trait(&mut self, id: FieldId, node: &ast::Trait) {
        let entity = self.field(id).entity;
        let alias = node.alias.as_ref().map(|alias| alias.text.as_str());
        self.type_value(id, Scope::row_of(entity, alias), &node.value);
    }

    /// Types a field's value in a scope.
    pub(super) fn type_value(&mut self, id: FieldId, mut scope: Scope, value: &ast::Expr) {
        let value = self.expr(&mut scope, value, None);
        let mut typed = value.typed.clone();
        if matches!(typed.kind, Type::Months | Type::Null) && !is_error(&value) {
            let help = if typed.kind == Type::Months { "a `let` can hold months" } else { "write a value" };
            self.diags.push(WrongType {
                wanted: "a value that a row can have".to_owned(),
                found: typed.kind.to_string(),
                at: value.span,
                declared: self.declared(value.span),
                help: help.to_owned(),
            });
            typed = Type::Error.required();
        }
        if let Some(field) = self.field_mut(id) {
            field.typed = typed;
            field.kind = FieldKind::Trait(value);
        }
    }
}
