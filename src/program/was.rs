//! Takes the `was OLD` of fields and syncs, and refuses what could not hand on one history: a name that is still declared,
//! or one that two declarations want.

use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, Member};
use super::names::{FieldNode, Global};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("`{old}` is still declared")]
#[diagnostic(code("was-still-declared"), help("remove `was {old}`, or the old declaration"))]
struct WasStillDeclared {
    old: String,
    #[label(primary, "said to be an earlier name")]
    at: Span,
    #[label("declared here")]
    declared: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("two declarations were `{old}`")]
#[diagnostic(code("duplicate-was"), help("keep `was {old}` at the one that goes on"))]
struct DuplicateWas {
    old: String,
    #[label(primary, "said again here")]
    at: Span,
    #[label("said first here")]
    first: Span,
}

impl<'a> Ctx<'a> {
    /// Checks the earlier names of fields, which are names of their entity.
    pub(super) fn check_was_of_fields(&mut self, nodes: &[(Option<&'a String>, FieldNode<'a>)]) {
        let mut seen = BTreeMap::new();
        for (at, (_, node)) in nodes.iter().enumerate() {
            let was = match node {
                FieldNode::Trait(_) => None,
                FieldNode::Audience(node) => node.was.as_ref(),
                FieldNode::Status(node) => node.was.as_ref(),
            };
            let (Some(was), Some(field)) = (was, self.program.fields.get(at)) else { continue };
            if !self.field_sound.get(at).is_some_and(|sound| *sound) {
                continue;
            }
            let entity = field.entity;
            let declared = match self.member(entity, &was.text) {
                Some((Member::Field(_), span)) => Some(span),
                _ => None,
            };
            let first = *seen.entry((entity, was.text.as_str())).or_insert(was.span);
            self.check_was(was, declared, first);
        }
    }

    /// Checks the earlier names of syncs.
    pub(super) fn check_was_of_syncs(&mut self) {
        let mut seen = BTreeMap::new();
        let nodes: Vec<&'a ast::Sync> = self.found.syncs.iter().map(|item| item.node).collect();
        for was in nodes.into_iter().filter_map(|node| node.was.as_ref()) {
            let declared = match self.global(&was.text) {
                Some((Global::Sync(_), span)) => Some(span),
                _ => None,
            };
            let first = *seen.entry(was.text.as_str()).or_insert(was.span);
            self.check_was(was, declared, first);
        }
    }

    fn check_was(&mut self, was: &ast::Name, declared: Option<Span>, first: Span) {
        if let Some(declared) = declared {
            self.diags.push(WasStillDeclared { old: was.text.clone(), at: was.span, declared });
        } else if first != was.span {
            self.diags.push(DuplicateWas { old: was.text.clone(), at: was.span, first });
        }
    }
}
