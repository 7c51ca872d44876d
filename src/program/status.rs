//! Takes a `status` declaration and gives an enum field: the first stage whose condition holds. Stages are unique,
//! the last one is `otherwise`, and `moves` name stages.

use miette::Diagnostic;
use thiserror::Error;

use super::context::Ctx;
use super::expr::OtherwiseNotLast;
use super::mistakes::{self, Unknown};
use super::scope::Scope;
use super::{FieldId, FieldKind, Stage};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("status `{name}` has no stage for the rest")]
#[diagnostic(code("missing-otherwise"), help("add a last line such as `other otherwise`"))]
struct MissingOtherwise {
    name: String,
    #[label(primary, "a row may be in none of its stages")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("stage `{name}` is declared twice")]
#[diagnostic(code("duplicate-stage"), help("join the two conditions with `or`"))]
struct DuplicateStage {
    name: String,
    #[label(primary, "declared again here")]
    at: Span,
    #[label("first declared here")]
    first: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a move leads from `{name}` to itself")]
#[diagnostic(code("move-to-itself"), help("remove it: a row that stays does not move"))]
struct MoveToItself {
    name: String,
    #[label(primary, "this is no move")]
    at: Span,
}

impl Ctx<'_> {
    /// Types a status's stages and resolves its moves.
    pub(super) fn type_status(&mut self, id: FieldId, node: &ast::Status) {
        let entity = self.field(id).entity;
        let mut scope = Scope::row_of(entity, node.alias.as_ref().map(|alias| alias.text.as_str()));
        let mut seen: Vec<&ast::Name> = Vec::new();
        let mut stages = Vec::new();
        for (at, stage) in node.stages.iter().enumerate() {
            super::names::check_reserved(&stage.name, self.diags);
            let when = stage.when.as_ref().map(|when| self.condition(&mut scope, when));
            let until = stage.until.as_ref().map(|until| self.condition(&mut scope, until));
            if let Some(first) = seen.iter().find(|name| name.text == stage.name.text) {
                let (name, first) = (stage.name.text.clone(), first.span);
                if !node.broken {
                    self.diags.push(DuplicateStage { name, at: stage.name.span, first });
                }
                continue;
            }
            let again = node.stages.iter().skip(at + 1).any(|later| later.name.text == stage.name.text);
            if when.is_none() && at + 1 < node.stages.len() && !again && !node.broken {
                self.diags.push(OtherwiseNotLast { at: stage.name.span });
            }
            seen.push(&stage.name);
            let was = stage.was.as_ref().map(|was| was.text.clone());
            stages.push(Stage { name: stage.name.text.clone(), was, doc: stage.doc.clone(), when, until });
        }
        if node.stages.iter().all(|stage| stage.when.is_some()) && !node.broken {
            self.diags.push(MissingOtherwise { name: node.name.text.clone(), at: node.name.span });
        }
        if !node.broken {
            self.check_was_of_stages(node);
        }
        let found = self.moves(node, &stages);
        if let Some(field) = self.field_mut(id)
            && let FieldKind::Status { stages: slot, moves, .. } = &mut field.kind
        {
            *slot = stages;
            *moves = found;
        }
    }

    fn moves(&mut self, node: &ast::Status, stages: &[Stage]) -> Option<Vec<(usize, usize)>> {
        if node.moves.is_empty() {
            return None;
        }
        let mut moves = Vec::new();
        for chain in node.moves.iter().flat_map(|moves| &moves.chains) {
            let places: Vec<Option<usize>> = chain.iter().map(|name| self.stage_named(name, node, stages)).collect();
            for (pair, names) in places.windows(2).zip(chain.windows(2)) {
                if let ([Some(from), Some(to)], [_, name]) = (pair, names) {
                    if from == to {
                        self.diags.push(MoveToItself { name: name.text.clone(), at: name.span });
                    } else if !moves.contains(&(*from, *to)) {
                        moves.push((*from, *to));
                    }
                }
            }
        }
        moves.sort_unstable();
        Some(moves)
    }

    fn stage_named(&mut self, name: &ast::Name, node: &ast::Status, stages: &[Stage]) -> Option<usize> {
        let found = stages.iter().position(|stage| stage.name == name.text);
        if found.is_none() && !node.broken {
            let known = node.stages.iter().map(|stage| (stage.name.text.as_str(), Some(stage.name.span)));
            let words: Vec<&str> = stages.iter().map(|stage| stage.name.as_str()).collect();
            let mistake = Unknown::new(mistakes::STAGE, &name.text, name.span).among(known).or_one_of(&words);
            self.unknown(mistake);
        }
        found
    }
}
