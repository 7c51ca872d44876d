//! Takes the assignments of a sync and gives values in the types that the destination declares. No field is written
//! twice, and none that the destination lacks.

use miette::Diagnostic;
use thiserror::Error;

use super::context::Ctx;
use super::expr::{WrongType, coerce_to, fold_date};
use super::mistakes::{self, Unknown};
use super::scope::Scope;
use super::{Expr, TargetField};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is written twice")]
#[diagnostic(code("duplicate-assign"), help("keep one of the two"))]
struct DuplicateAssign {
    name: String,
    #[label(primary, "again here")]
    at: Span,
    #[label("first here")]
    first: Span,
}

impl Ctx<'_> {
    /// A value for a destination's field, in the type that the destination declares.
    pub(super) fn assigned(
        &mut self,
        scope: &mut Scope,
        assign: &ast::Assign,
        target: Option<&[TargetField]>,
        key: bool,
    ) -> Expr {
        let declared = target.and_then(|fields| fields.iter().find(|field| field.name == assign.name.text));
        if let (Some(fields), None, false) = (target, declared, key) {
            let words: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            let known = fields.iter().map(|field| (field.name.as_str(), Some(field.span)));
            let mistake = Unknown::new(mistakes::TARGET_FIELD, &assign.name.text, assign.name.span).among(known);
            let first = fields.first().map(|field| field.span);
            self.unknown(mistake.or_beside(first, "the object's fields are declared from here on").or_one_of(&words));
        }
        let place = declared.map(|field| field.span);
        let want = declared.map(|field| field.typed.kind.clone());
        let value = self.written_value(scope, &assign.value, want.as_ref());
        let Some(want) = want else { return self.storable(value) };
        let value = if want == Type::Timestamp { fold_date(value) } else { value };
        let text_of_enum = want == Type::Text && matches!(value.typed.kind, Type::Enum(_));
        let fits = text_of_enum
            || value
                .typed
                .kind
                .meet(&want)
                .is_some_and(|met| met == want || met == Type::Error || narrows(&value, &want));
        if !fits {
            self.diags.push(WrongType {
                wanted: format!("{want} for field `{}`", assign.name.text),
                found: value.typed.kind.to_string(),
                at: value.span,
                declared: place,
                help: format!("convert the value, or declare the field as `{}`", value.typed.kind),
            });
            return super::context::error(value.span);
        }
        if text_of_enum || narrows(&value, &want) { value } else { coerce_to(value, &want) }
    }

    /// A value that can be written; a number of months cannot.
    fn storable(&mut self, value: Expr) -> Expr {
        if value.typed.kind == Type::Months {
            self.diags.push(WrongType {
                wanted: "a value that can be written".to_owned(),
                found: "months".to_owned(),
                at: value.span,
                declared: self.declared(value.span),
                help: "write a duration in days, or an instant".to_owned(),
            });
            return super::context::error(value.span);
        }
        value
    }

    pub(super) fn check_assigns<'w>(&mut self, assigns: impl Iterator<Item = &'w ast::Assign>) {
        let mut seen: Vec<&'w ast::Name> = Vec::new();
        for assign in assigns {
            let name = &assign.name;
            match seen.iter().find(|other| other.text.to_lowercase() == name.text.to_lowercase()) {
                Some(first) => {
                    self.diags.push(DuplicateAssign { name: name.text.clone(), at: name.span, first: first.span });
                }
                None => seen.push(name),
            }
        }
    }
}

/// Whether a decimal has no more digits after the point than the field: then it is written as it is.
fn narrows(value: &Expr, want: &Type) -> bool {
    matches!((&value.typed.kind, want), (Type::Decimal { scale: a, .. }, Type::Decimal { scale: b, .. }) if a <= b)
}
