//! Takes each `was OLD` and `retire OLD`, and refuses what could not hand on one history, or end it: a name that is still
//! declared, or one that two declarations want.

use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use super::context::{Ctx, Member};
use super::names::{FieldNode, Global};
use super::{ExperimentPart, sequence};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("`{old}` is still declared")]
#[diagnostic(code("was-still-declared"))]
struct WasStillDeclared {
    old: String,
    #[help]
    help: String,
    #[label(primary, "said to be an earlier name")]
    at: Span,
    #[label("declared here")]
    declared: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is said to be its own earlier name")]
#[diagnostic(code("was-itself"), help("remove `was {name}`, or write the name that it had"))]
struct WasItself {
    name: String,
    #[label(primary, "the same name")]
    at: Span,
    #[label("its name")]
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

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is retired, and still declared")]
#[diagnostic(code("retired-still-declared"))]
struct RetiredStillDeclared {
    name: String,
    #[label(primary, "said to be over")]
    at: Span,
    #[label("declared here")]
    declared: Span,
    #[help]
    help: String,
}

/// What is declared under a name that another declaration gives as its earlier one.
struct Declared<'a> {
    at: Span,
    was: Option<&'a ast::Name>,
}

impl WasStillDeclared {
    fn new(was: &ast::Name, declared: &Declared<'_>) -> Self {
        let old = was.text.clone();
        let help = match declared.was {
            // Who is called what in the last run would not be clear.
            Some(_) => {
                "names are swapped in three runs: rename one of the two to a third name, then the other, then the first"
                    .to_owned()
            }
            None => format!("remove `was {old}`, or the old declaration"),
        };
        Self { old, help, at: was.span, declared: declared.at }
    }
}

/// A name, and the earlier one.
type Named<'a> = (&'a ast::Name, Option<&'a ast::Name>);

/// The names of a sequence's steps and branches, each with its earlier one.
fn parts_of(node: &ast::Sequence) -> Vec<Named<'_>> {
    let steps = sequence::steps(node).into_iter().map(|(step, _)| (&step.name, step.was.as_ref()));
    steps.chain(sequence::branches(node).into_iter().map(|branch| (&branch.name, branch.was.as_ref()))).collect()
}

impl<'a> Ctx<'a> {
    /// Checks what is retired: it is declared no more. What it was is known to the runs that remember it.
    pub(super) fn check_retired(&mut self) {
        for path in self.found.retired.clone() {
            let declared = match path.parts.as_slice() {
                [of, part] => match self.sequence_named(&of.text) {
                    Some(node) => parts_of(node).iter().find(|(it, _)| it.text == part.text).map(|(it, _)| it.span),
                    None => self.entity_named(&of.text).and_then(|id| match self.member(id, &part.text) {
                        Some((Member::Field(_), span)) => Some(span),
                        _ => None,
                    }),
                },
                [only] => match self.global(&only.text) {
                    Some((
                        Global::Audience(_)
                        | Global::Sync(_)
                        | Global::Entity(_)
                        | Global::Sequence(_)
                        | Global::Channel(_)
                        | Global::Funnel,
                        span,
                    )) => Some(span),
                    _ => None,
                },
                _ => None,
            };
            match declared {
                Some(declared) => {
                    let name = path.dotted();
                    let help = match self.global(&name) {
                        Some((Global::Funnel, _)) => format!("remove `retire {name}`: a funnel remembers nothing"),
                        _ => format!("remove `retire {name}`, or the declaration"),
                    };
                    self.diags.push(RetiredStillDeclared { name, at: path.span, declared, help });
                }
                None => self.program.retired.push(path.dotted()),
            }
        }
        self.program.retired.sort();
        self.program.retired.dedup();
    }

    /// The sequence of this name, as it is written.
    fn sequence_named(&self, name: &str) -> Option<&'a ast::Sequence> {
        match self.global(name) {
            Some((Global::Sequence(at), _)) => self.found.sequences.get(at).map(|(_, node, _)| *node),
            _ => None,
        }
    }

    /// Checks the earlier names of entities.
    pub(super) fn check_was_of_entities(&mut self) {
        let nodes: Vec<&'a ast::Entity> = self.found.entities.iter().map(|(item, _)| item.node).collect();
        let names: Vec<Named<'a>> = nodes.iter().map(|node| (&node.name, node.was.as_ref())).collect();
        self.check_all(&names, |ctx, name| ctx.entity_named(name).map(|id| ctx.entity(id).span));
    }

    /// Checks the earlier names of a status' stages.
    pub(super) fn check_was_of_stages(&mut self, node: &ast::Status) {
        let names: Vec<Named<'_>> = node.stages.iter().map(|stage| (&stage.name, stage.was.as_ref())).collect();
        self.check_among(&names);
    }

    /// Checks the earlier names of fields, which are names of their entity.
    pub(super) fn check_was_of_fields(&mut self, nodes: &[(Option<&'a String>, FieldNode<'a>)]) {
        let mut seen = BTreeMap::new();
        for (at, (_, node)) in nodes.iter().enumerate() {
            let (Some(was), Some(field)) = (was_of(node), self.program.fields.get(at)) else { continue };
            if !self.field_sound.get(at).is_some_and(|sound| *sound) {
                continue;
            }
            let entity = field.entity;
            let declared = match self.member(entity, &was.text) {
                Some((Member::Field(id), at)) => {
                    Some(Declared { at, was: nodes.get(id.0 as usize).and_then(|(_, node)| was_of(node)) })
                }
                _ => None,
            };
            let first = *seen.entry((entity, was.text.as_str())).or_insert(was.span);
            self.check_was((node.head().0, was), declared, first);
        }
    }

    /// Checks the earlier names of sequences, of their steps and branches, and of channels.
    pub(super) fn check_was_of_sequences(&mut self) {
        let nodes: Vec<&'a ast::Sequence> = self.found.sequences.iter().map(|(_, node, _)| *node).collect();
        let channels = self.found.channels.iter().map(|item| (&item.node.name, item.node.was.as_ref()));
        let names: Vec<Named<'a>> = nodes.iter().map(|node| (&node.name, node.was.as_ref())).chain(channels).collect();
        self.check_all(&names, |ctx, name| match ctx.global(name) {
            Some((Global::Sequence(_) | Global::Channel(_), span)) => Some(span),
            _ => None,
        });
        for node in nodes {
            self.check_among(&parts_of(node));
        }
    }

    /// Checks the earlier names of syncs.
    pub(super) fn check_was_of_syncs(&mut self) {
        let names: Vec<Named<'a>> =
            self.found.syncs.iter().map(|item| (&item.node.name, item.node.was.as_ref())).collect();
        self.check_all(&names, |ctx, name| match ctx.global(name) {
            Some((Global::Sync(_), span)) => Some(span),
            _ => None,
        });
    }

    /// Checks the earlier names of declarations that are known by their name among each other only.
    fn check_among(&mut self, names: &[Named<'_>]) {
        self.check_all(names, |_, name| names.iter().find(|(it, _)| it.text == name).map(|(it, _)| it.span));
    }

    /// Checks the earlier names of declarations of one kind; `declared` says where a name of the kind stands.
    fn check_all(&mut self, names: &[Named<'_>], declared: impl Fn(&Self, &str) -> Option<Span>) {
        let mut seen = BTreeMap::new();
        for (name, was) in names.iter().filter_map(|(name, was)| Some((*name, (*was)?))) {
            let own = names.iter().find(|(name, _)| name.text == was.text).and_then(|(_, was)| *was);
            let declared = declared(self, &was.text).map(|at| Declared { at, was: own });
            let first = *seen.entry(was.text.as_str()).or_insert(was.span);
            self.check_was((name, was), declared, first);
        }
    }

    fn check_was(&mut self, (name, was): (&ast::Name, &ast::Name), declared: Option<Declared<'_>>, first: Span) {
        if name.text == was.text {
            self.diags.push(WasItself { name: name.text.clone(), at: was.span, declared: name.span });
        } else if let Some(declared) = declared {
            self.diags.push(WasStillDeclared::new(was, &declared));
        } else if first != was.span {
            self.diags.push(DuplicateWas { old: was.text.clone(), at: was.span, first });
        }
    }
}

/// The earlier name of a field, as it is declared.
fn was_of<'a>(node: &FieldNode<'a>) -> Option<&'a ast::Name> {
    match node {
        // A sequence's is checked with its steps'.
        FieldNode::Trait(_) | FieldNode::Goal(..) | FieldNode::Sequence(_) => None,
        FieldNode::Experiment(_, node, part) => node.was.as_ref().filter(|_| *part == ExperimentPart::Arm),
        FieldNode::Audience(node) => node.was.as_ref(),
        FieldNode::Status(node) => node.was.as_ref(),
    }
}
