//! Takes the typed fields and links and gives the order in which they can be computed; a circle among them is
//! reported once, with the place of each step.

use std::collections::{BTreeMap, BTreeSet};

use miette::{Diagnostic, LabeledSpan};
use thiserror::Error;

use super::walk::{of_field, visit};
use super::{ChannelId, Expr, ExprKind, FieldId, FieldKind, LinkBy, LinkId, Program, SequencePart, What};
use crate::diagnostics::Diagnostics;
use crate::source::Span;

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` needs itself")]
#[diagnostic(code("cyclic-fields"), help("{help}"))]
pub(super) struct Cyclic {
    name: String,
    help: &'static str,
    #[label(primary, "{first}")]
    at: Span,
    first: String,
    #[label(collection)]
    steps: Vec<LabeledSpan>,
}

const OUT: &str = "take one of these steps out of the circle";

/// What to do about a circle.
fn help_of(program: &Program, circle: &[(Node, Node, Span)]) -> &'static str {
    let [(Node::Field(id), ..)] = circle else { return OUT };
    match program.field(*id).kind {
        FieldKind::Sequence(_, SequencePart::Held) => "leave it out: this clause is what decides it",
        FieldKind::Sequence(
            _,
            SequencePart::Active
            | SequencePart::Entry
            | SequencePart::EnteredAt
            | SequencePart::ExitedAt
            | SequencePart::Cause,
        ) => "leave it out: `exit` decides it, and is asked of the open entry, and of a row that would enter",
        _ => OUT,
    }
}

/// A circle that begins at a name, with the places of its further steps.
pub(super) fn cyclic(name: &str, at: Span, steps: Vec<(Span, String)>) -> Cyclic {
    let steps = steps.into_iter().map(|(span, text)| LabeledSpan::new_with_span(Some(text), span)).collect();
    Cyclic { name: name.to_owned(), help: OUT, at, first: format!("here `{name}` leads back to itself"), steps }
}

/// A circle that begins at a name, by its steps.
pub(super) fn circle(name: &str, steps: Vec<(Span, String)>) -> Cyclic {
    let mut steps = steps.into_iter();
    let (at, first) = steps.next().unwrap_or_default();
    Cyclic {
        name: name.to_owned(),
        help: OUT,
        at,
        first,
        steps: steps.map(|(span, text)| LabeledSpan::new_with_span(Some(text), span)).collect(),
    }
}

/// What is computed: a field, or the row of a link to one row of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    Field(FieldId),
    Link(LinkId),
    /// Which steps a channel lets fire.
    Channel(ChannelId),
}

impl Node {
    /// Its name, as a program writes it.
    pub(super) fn name(self, program: &Program) -> String {
        match self {
            Self::Field(id) => program.field(id).spoken(),
            Self::Link(id) => program.link(id).name.clone(),
            Self::Channel(id) => program.channel(id).name.clone(),
        }
    }
}

/// The links to one row of a set on a path.
fn row_links(program: &Program, path: &[LinkId], span: Span) -> impl Iterator<Item = (Node, Span)> {
    path.iter()
        .filter(|link| matches!(program.link(**link).by, LinkBy::Row(_)))
        .map(move |link| (Node::Link(*link), span))
}

/// What an expression needs, with where it says so.
pub(super) fn needs_of(program: &Program, expr: &Expr) -> Vec<(Node, Span)> {
    let mut needs = Vec::new();
    visit(expr, &mut |part| match &part.kind {
        ExprKind::Read { path, what, .. } => {
            needs.extend(row_links(program, path, part.span));
            if let What::Field(id) | What::Since(id) = what {
                needs.push((Node::Field(*id), part.span));
            }
        }
        ExprKind::Window(window) => {
            needs.extend(window.among.map(|id| (Node::Field(id), part.span)));
        }
        _ => {}
    });
    needs
}

/// What a field or link needs.
pub(super) fn needs(program: &Program, node: Node) -> Vec<(Node, Span)> {
    let mut found = Vec::new();
    match node {
        Node::Field(id) => {
            let field = program.field(id);
            let base = match &field.kind {
                FieldKind::Audience { base, .. } => *base,
                FieldKind::Experiment(id, _) => program.experiment(*id).base,
                FieldKind::Sequence(id, part) => {
                    let needs = program.sequence(*id).needs(*part);
                    found.extend(needs.into_iter().map(|id| (Node::Field(id), field.span)));
                    if let SequencePart::Step(at) = part {
                        let via = program.sequence(*id).steps.get(*at).and_then(|step| step.via.as_ref());
                        found.extend(via.map(|via| (Node::Channel(via.channel), via.span)));
                    }
                    None
                }
                FieldKind::Trait(_) | FieldKind::Status { .. } => None,
            };
            found.extend(base.map(|base| (Node::Field(base), field.span)));
            for expr in of_field(program, field) {
                found.extend(needs_of(program, expr));
            }
        }
        Node::Link(id) => {
            if let LinkBy::Row(aggregate) = &program.link(id).by {
                for expr in aggregate.parts() {
                    found.extend(needs_of(program, expr));
                }
            }
        }
        Node::Channel(id) => found = needs_of_channel(program, id),
    }
    found
}

/// What a channel needs to know which steps ask for it, and for whom.
fn needs_of_channel(program: &Program, id: ChannelId) -> Vec<(Node, Span)> {
    let mut found = Vec::new();
    for sequence in &program.sequences {
        for step in &sequence.steps {
            let Some(via) = step.via.as_ref().filter(|via| via.channel == id) else { continue };
            let entry = [sequence.active, sequence.held, sequence.entered_at];
            found.extend(entry.map(|field| (Node::Field(field), via.span)));
            found.extend(row_links(program, &via.path, via.span));
            found.extend(step.exprs().into_iter().flat_map(|expr| needs_of(program, expr)));
        }
    }
    found
}

/// The fields and row links, each after what it needs; circles are reported.
pub(super) fn order(program: &Program, reported: &BTreeSet<FieldId>, diags: &mut Diagnostics) -> Vec<Node> {
    let fields = (0..program.fields.len() as u32).map(|id| Node::Field(FieldId(id)));
    let links = (0..program.links.len() as u32).map(LinkId);
    let links = links.filter(|id| matches!(program.link(*id).by, LinkBy::Row(_))).map(Node::Link);
    let channels = (0..program.channels.len() as u32).map(|id| Node::Channel(ChannelId(id)));
    let nodes: Vec<Node> = fields.chain(links).chain(channels).collect();
    let edges: BTreeMap<Node, Vec<(Node, Span)>> = nodes.iter().map(|node| (*node, needs(program, *node))).collect();
    let mut search = Search::new(&edges);
    for node in &nodes {
        search.from(*node);
    }
    let is_new = |node: &Node| !matches!(node, Node::Field(id) if reported.contains(id));
    for circle in search.circles.iter().filter(|circle| circle.iter().all(|(reader, ..)| is_new(reader))) {
        report(program, circle, diags);
    }
    search.order
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    Open,
    Closed,
}

struct Search<'e> {
    edges: &'e BTreeMap<Node, Vec<(Node, Span)>>,
    state: BTreeMap<Node, Visit>,
    order: Vec<Node>,
    /// Each step: who reads whom, and where.
    circles: Vec<Vec<(Node, Node, Span)>>,
}

/// The circles of what needs what, each by its steps: who needs whom, and where.
pub(super) fn circles(edges: &BTreeMap<Node, Vec<(Node, Span)>>) -> Vec<Vec<(Node, Node, Span)>> {
    let mut search = Search::new(edges);
    for node in edges.keys() {
        search.from(*node);
    }
    search.circles
}

impl<'e> Search<'e> {
    fn new(edges: &'e BTreeMap<Node, Vec<(Node, Span)>>) -> Self {
        Self { edges, state: BTreeMap::new(), order: Vec::new(), circles: Vec::new() }
    }

    /// A depth-first walk with a stack of its own: chains may be long.
    fn from(&mut self, start: Node) {
        if self.state.contains_key(&start) {
            return;
        }
        self.state.insert(start, Visit::Open);
        let mut stack = vec![(start, 0_usize)];
        while let Some((node, next)) = stack.pop() {
            let Some((to, span)) = self.edges.get(&node).and_then(|edges| edges.get(next)).copied() else {
                self.state.insert(node, Visit::Closed);
                self.order.push(node);
                continue;
            };
            stack.push((node, next + 1));
            match self.state.get(&to) {
                None => {
                    self.state.insert(to, Visit::Open);
                    stack.push((to, 0));
                }
                Some(Visit::Open) => self.circle(&stack, (node, to, span)),
                Some(Visit::Closed) => {}
            }
        }
    }

    /// Notes a circle unless one of its members has been in another already.
    fn circle(&mut self, stack: &[(Node, usize)], (from, to, span): (Node, Node, Span)) {
        let start = stack.iter().position(|(node, _)| *node == to).unwrap_or(0);
        let open = stack.get(start..).unwrap_or_default();
        let mut steps: Vec<(Node, Node, Span)> = open
            .windows(2)
            .filter_map(|pair| {
                let [(reader, next), (read, _)] = pair else { return None };
                let (_, span) = self.edges.get(reader)?.get(next.checked_sub(1)?)?;
                Some((*reader, *read, *span))
            })
            .collect();
        steps.push((from, to, span));
        let known = |node: &Node| self.circles.iter().flatten().any(|(reader, ..)| reader == node);
        if !steps.iter().any(|(reader, ..)| known(reader)) {
            self.circles.push(steps);
        }
    }
}

/// Reports a circle, by its steps: who reads whom, and where.
pub(super) fn report(program: &Program, circle: &[(Node, Node, Span)], diags: &mut Diagnostics) {
    let help = help_of(program, circle);
    let text = |(reader, read, _): &(Node, Node, Span)| {
        if help != OUT {
            return format!("this clause decides `{}`", read.name(program));
        }
        let verb = match (reader, read) {
            (_, Node::Channel(_)) => "goes through channel",
            (Node::Channel(_), _) => "is decided by",
            _ => "reads",
        };
        format!("`{}` {verb} `{}` here", reader.name(program), read.name(program))
    };
    let Some((first, rest)) = circle.split_first() else { return };
    let (reader, _, at) = first;
    diags.push(Cyclic {
        name: reader.name(program),
        help,
        at: *at,
        first: text(first),
        steps: rest.iter().map(|step| LabeledSpan::new_with_span(Some(text(step)), step.2)).collect(),
    });
}
