//! Takes the declarations of all files and gives them sorted by kind, each project-level name once. Names are
//! compared without case where they are declared, as SQL does; a second one is reported with both places.

mod fit;

use std::collections::BTreeMap;

use super::sequence::{SequenceNode, senders};
use super::{ChannelId, DestinationId, EntityId, ExperimentPart, SourceId};
use crate::diagnostics::Diagnostics;
use crate::source::Span;
use crate::syntax::ast;
pub(super) use fit::{
    DuplicateName, check_column, check_declared, check_goal, check_part, check_reserved, check_source, reserved_column,
    reserved_group, reserved_part,
};

/// A declaration with its documentation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a, T> {
    /// The `///` lines.
    pub doc: Option<&'a String>,
    /// All of it.
    pub span: Span,
    /// What it says.
    pub node: &'a T,
}

/// A declaration that adds a field.
#[derive(Debug, Clone, Copy)]
pub(super) enum FieldNode<'a> {
    Trait(&'a ast::Trait),
    Audience(&'a ast::Audience),
    Status(&'a ast::Status),
    /// What an experiment says of the row; the first is its place in [`Declarations::experiments`].
    Experiment(usize, &'a ast::Experiment, ExperimentPart),
    /// A goal of an experiment.
    Goal(&'a ast::Experiment, &'a ast::Goal),
    /// What a sequence says of the row.
    Sequence(SequenceNode<'a>),
}

impl<'a> FieldNode<'a> {
    /// The name that was declared, and whose field it is.
    pub(super) const fn head(self) -> (&'a ast::Name, &'a ast::Name) {
        match self {
            Self::Trait(node) => (&node.name, &node.of),
            Self::Audience(node) => (&node.name, &node.of),
            Self::Status(node) => (&node.name, &node.of),
            Self::Experiment(_, node, _) => (&node.name, &node.of),
            Self::Goal(node, goal) => (&goal.name, &node.of),
            Self::Sequence(SequenceNode { node, of: Some(name), .. }) => (name, &node.of),
            Self::Sequence(SequenceNode { node, of: None, .. }) => (&node.name, &node.of),
        }
    }

    /// Its column.
    pub(super) fn column(self) -> String {
        match self {
            Self::Experiment(_, node, part) => part.column(&node.name.text),
            Self::Goal(node, goal) => format!("{}__{}", node.name.text, goal.name.text),
            Self::Sequence(node) => node.column(),
            Self::Trait(_) | Self::Audience(_) | Self::Status(_) => self.head().0.text.clone(),
        }
    }
}

/// All declarations by kind: fields in declared order, the others by name.
#[derive(Debug, Default)]
pub(super) struct Declarations<'a> {
    pub sources: Vec<Item<'a, ast::Source>>,
    /// Entities and events; `true`: an event.
    pub entities: Vec<(Item<'a, ast::Entity>, bool)>,
    pub lets: Vec<Item<'a, ast::Let>>,
    pub fields: Vec<(Option<&'a String>, FieldNode<'a>)>,
    /// Experiments, each with the place of its first field.
    pub experiments: Vec<(&'a ast::Experiment, usize)>,
    /// Sequences, each with its documentation and the place of its first field.
    pub sequences: Vec<(Option<&'a String>, &'a ast::Sequence, usize)>,
    pub channels: Vec<Item<'a, ast::Channel>>,
    /// Where the syncs from each step are named.
    pub senders: BTreeMap<String, Vec<Span>>,
    pub row_links: Vec<Item<'a, ast::RowLink>>,
    pub destinations: Vec<Item<'a, ast::Destination>>,
    pub policies: Vec<Item<'a, ast::Policy>>,
    pub syncs: Vec<Item<'a, ast::Sync>>,
    pub funnels: Vec<Item<'a, ast::Funnel>>,
    pub tests: Vec<Item<'a, ast::Test>>,
    pub retired: Vec<&'a ast::Path>,
}

/// What a project-level name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Global {
    Source(SourceId),
    Entity(EntityId),
    /// A place in [`Declarations::lets`].
    Let(usize),
    /// A place in [`Declarations::fields`], which is its field's id.
    Audience(usize),
    Destination(DestinationId),
    Policy,
    /// A place in [`Declarations::syncs`].
    Sync(usize),
    /// A place in [`Declarations::sequences`], which is its id.
    Sequence(usize),
    Channel(ChannelId),
    Funnel,
}

/// The project-level names.
pub(super) type Globals = BTreeMap<String, (Global, Span)>;

impl<'a> Declarations<'a> {
    /// An experiment is several fields: its arm, what else it says of a row, and its goals.
    fn add_experiment(&mut self, doc: Option<&'a String>, node: &'a ast::Experiment) {
        let place = self.experiments.len();
        self.experiments.push((node, self.fields.len()));
        for part in ExperimentPart::ALL {
            let doc = doc.filter(|_| part == ExperimentPart::Arm);
            self.fields.push((doc, FieldNode::Experiment(place, node, part)));
        }
        self.fields.extend(node.items.iter().filter_map(|item| match item {
            ast::ExperimentItem::Goal(goal) => Some((goal.doc.as_ref(), FieldNode::Goal(node, goal))),
            _ => None,
        }));
    }
}

/// Sorts the declarations by kind and drops the second of two that have one name.
pub(super) fn collect<'a>(files: &'a [ast::File], diags: &mut Diagnostics) -> (Declarations<'a>, Globals) {
    let mut found = Declarations { senders: senders(files), ..Declarations::default() };
    let mut seen = BTreeMap::new();
    let mut own = |name: &str, span: Span, diags: &mut Diagnostics| {
        let first = *seen.entry(name.to_lowercase()).or_insert(span);
        if first != span {
            diags.push(DuplicateName { name: name.to_owned(), at: span, first });
        }
        first == span
    };
    for declaration in files.iter().flat_map(|file| &file.declarations) {
        let doc = declaration.doc.as_ref();
        let span = declaration.span;
        match &declaration.kind {
            ast::DeclarationKind::Source(node) => {
                if own(&node.name.dotted(), node.name.span, diags) {
                    node.name.parts.iter().for_each(|part| check_source(part, diags));
                    found.sources.push(Item { doc, span, node });
                }
            }
            ast::DeclarationKind::Entity(node) if own(&node.name.text, node.name.span, diags) => {
                check_declared(&node.name, diags);
                found.entities.push((Item { doc, span, node }, false));
            }
            ast::DeclarationKind::Event(node) if own(&node.name.text, node.name.span, diags) => {
                check_declared(&node.name, diags);
                found.entities.push((Item { doc, span, node }, true));
            }
            ast::DeclarationKind::Let(node) if own(&node.name.text, node.name.span, diags) => {
                check_declared(&node.name, diags);
                found.lets.push(Item { doc, span, node });
            }
            ast::DeclarationKind::Audience(node) if own(&node.name.text, node.name.span, diags) => {
                check_declared(&node.name, diags);
                found.fields.push((doc, FieldNode::Audience(node)));
            }
            ast::DeclarationKind::Destination(node) if own(&node.name.text, node.name.span, diags) => {
                check_declared(&node.name, diags);
                found.destinations.push(Item { doc, span, node });
            }
            ast::DeclarationKind::Policy(node) if own(&node.name.text, node.name.span, diags) => {
                check_declared(&node.name, diags);
                found.policies.push(Item { doc, span, node });
            }
            ast::DeclarationKind::Sync(node) if own(&node.name.text, node.name.span, diags) => {
                check_declared(&node.name, diags);
                found.syncs.push(Item { doc, span, node });
            }
            ast::DeclarationKind::Sequence(node) if own(&node.name.text, node.name.span, diags) => {
                found.add_sequence(doc, node, diags);
            }
            ast::DeclarationKind::Channel(node) if own(&node.name.text, node.name.span, diags) => {
                check_declared(&node.name, diags);
                found.channels.push(Item { doc, span, node });
            }
            ast::DeclarationKind::Funnel(node) if own(&node.name.text, node.name.span, diags) => {
                check_declared(&node.name, diags);
                found.funnels.push(Item { doc, span, node });
            }
            ast::DeclarationKind::Trait(node) => found.fields.push((doc, FieldNode::Trait(node))),
            ast::DeclarationKind::Status(node) => found.fields.push((doc, FieldNode::Status(node))),
            ast::DeclarationKind::Experiment(node) => found.add_experiment(doc, node),
            ast::DeclarationKind::Retire(node) => found.retired.push(&node.name),
            ast::DeclarationKind::Test(node) => found.tests.push(Item { doc, span, node }),
            ast::DeclarationKind::RowLink(node) => found.row_links.push(Item { doc, span, node }),
            // The second of a name.
            ast::DeclarationKind::Entity(_)
            | ast::DeclarationKind::Event(_)
            | ast::DeclarationKind::Let(_)
            | ast::DeclarationKind::Audience(_)
            | ast::DeclarationKind::Destination(_)
            | ast::DeclarationKind::Sequence(_)
            | ast::DeclarationKind::Channel(_)
            | ast::DeclarationKind::Funnel(_)
            | ast::DeclarationKind::Policy(_)
            | ast::DeclarationKind::Sync(_) => {}
        }
    }
    found.sources.sort_by_key(|item| item.node.name.dotted());
    found.entities.sort_by_key(|(item, _)| &item.node.name.text);
    found.lets.sort_by_key(|item| &item.node.name.text);
    found.destinations.sort_by_key(|item| &item.node.name.text);
    found.policies.sort_by_key(|item| &item.node.name.text);
    found.syncs.sort_by_key(|item| &item.node.name.text);
    found.channels.sort_by_key(|item| &item.node.name.text);
    found.funnels.sort_by_key(|item| &item.node.name.text);
    let globals = globals(&found);
    (found, globals)
}

fn globals(found: &Declarations<'_>) -> Globals {
    let mut globals = Globals::new();
    let mut add = |name: String, what: Global, span: Span| {
        globals.insert(name, (what, span));
    };
    for (id, item) in (0..).zip(&found.sources) {
        add(item.node.name.dotted(), Global::Source(SourceId(id)), item.node.name.span);
    }
    for (id, (item, _)) in (0..).zip(&found.entities) {
        add(item.node.name.text.clone(), Global::Entity(EntityId(id)), item.node.name.span);
    }
    for (at, item) in found.lets.iter().enumerate() {
        add(item.node.name.text.clone(), Global::Let(at), item.node.name.span);
    }
    for (at, (_, field)) in found.fields.iter().enumerate() {
        if let FieldNode::Audience(node) = field {
            add(node.name.text.clone(), Global::Audience(at), node.name.span);
        }
    }
    for (id, item) in (0..).zip(&found.destinations) {
        add(item.node.name.text.clone(), Global::Destination(DestinationId(id)), item.node.name.span);
    }
    for item in &found.policies {
        add(item.node.name.text.clone(), Global::Policy, item.node.name.span);
    }
    for (at, item) in found.syncs.iter().enumerate() {
        add(item.node.name.text.clone(), Global::Sync(at), item.node.name.span);
    }
    for (at, (_, node, _)) in found.sequences.iter().enumerate() {
        add(node.name.text.clone(), Global::Sequence(at), node.name.span);
    }
    for (id, item) in (0..).zip(&found.channels) {
        add(item.node.name.text.clone(), Global::Channel(ChannelId(id)), item.node.name.span);
    }
    for item in &found.funnels {
        add(item.node.name.text.clone(), Global::Funnel, item.node.name.span);
    }
    globals
}
