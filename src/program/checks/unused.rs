//! A trait, row link or constant that nothing reads is computed in vain, and a source, entity or destination that nothing
//! uses says nothing. Audiences and statuses are published, and so are never unused; nor is what is documented for its readers.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::cycle::{Node, needs, needs_of};
use crate::program::walk::{of_program, visit};
use crate::program::{
    ChannelId, DestinationId, EntityId, Expr, ExprKind, FieldId, FieldKind, LinkBy, LinkId, Program, RowsOf, SourceId,
};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("nothing reads {what} `{name}`")]
#[diagnostic(
    code("unused-field"),
    severity(Warning),
    help("remove it; where people read it, say in a `///` above it what for")
)]
struct UnusedField {
    what: &'static str,
    name: String,
    #[label(primary, "declared here")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("nothing uses {what} `{name}`")]
#[diagnostic(code("unused-declaration"), severity(Warning), help("remove it, or use it"))]
struct UnusedDeclaration {
    what: &'static str,
    name: String,
    #[label(primary, "declared here")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("nothing reads constant `{name}`")]
#[diagnostic(code("unused-let"), severity(Warning), help("remove it"))]
struct UnusedLet {
    name: String,
    #[label(primary, "declared here")]
    at: Span,
}

pub(super) fn check(program: &Program, files: &[ast::File], used_lets: &BTreeSet<String>, diags: &mut Diagnostics) {
    check_declarations(program, diags);
    let read = read(program);
    let goals: BTreeSet<FieldId> = program.experiments.iter().flat_map(|it| &it.goals).copied().collect();
    for (id, field) in (0..).map(FieldId).zip(&program.fields) {
        let is_trait = matches!(field.kind, FieldKind::Trait(_)) && !field.hidden && field.doc.is_none();
        if is_trait && !goals.contains(&id) && !read.contains(&Node::Field(id)) {
            diags.push(UnusedField { what: "trait", name: field.name.clone(), at: field.span });
        }
    }
    for (id, link) in (0..).map(LinkId).zip(&program.links) {
        if matches!(link.by, LinkBy::Row(_)) && !read.contains(&Node::Link(id)) {
            diags.push(UnusedField { what: "link", name: link.name.clone(), at: link.span });
        }
    }
    for declaration in files.iter().flat_map(|file| &file.declarations) {
        if let ast::DeclarationKind::Let(node) = &declaration.kind
            && !used_lets.contains(&node.name.text)
        {
            diags.push(UnusedLet { name: node.name.text.clone(), at: node.name.span });
        }
    }
}

/// Reports sources without an entity or set, entities without a field, set, link or sync, and destinations without a sync.
fn check_declarations(program: &Program, diags: &mut Diagnostics) {
    let mut sets = BTreeSet::new();
    for (_, expr) in of_program(program) {
        visit(expr, &mut |part| {
            if let ExprKind::Aggregate(aggregate) = &part.kind {
                sets.insert(aggregate.set.over);
            }
        });
    }
    let row_links = program.links.iter().filter_map(|link| match &link.by {
        LinkBy::Row(aggregate) => Some(aggregate.set.over),
        LinkBy::Columns { .. } => None,
    });
    sets.extend(row_links);
    let mut unused = |what, name: String, at| diags.push(UnusedDeclaration { what, name, at });
    for (id, source) in (0..).map(SourceId).zip(&program.sources) {
        let name = source.name.join(".");
        let read = program.entities.iter().any(|entity| entity.source == id)
            || sets.contains(&RowsOf::Source(id))
            || program.sources.iter().any(|other| other.reads.contains(&name));
        if !read {
            unused("source", name, source.span);
        }
    }
    for (id, entity) in (0..).map(EntityId).zip(&program.entities) {
        let used = program.fields.iter().any(|field| field.entity == id)
            || sets.contains(&RowsOf::Entity(id))
            || program.links.iter().any(|link| link.to == id)
            || program.syncs.iter().any(|sync| sync.entity == id)
            || program.funnels.iter().any(|funnel| funnel.entity == id);
        if !used {
            unused(if entity.at.is_some() { "event" } else { "entity" }, entity.name.clone(), entity.span);
        }
    }
    for (id, destination) in (0..).map(DestinationId).zip(&program.destinations) {
        let is_named = program.policies.iter().any(|policy| policy.destinations.contains(&id));
        let mut used = program.syncs.iter().map(|sync| sync.destination);
        let is_used = used.any(|used| used == id) || program.streams.iter().any(|stream| stream.destination == id);
        if !is_named && !is_used {
            unused("destination", destination.name.clone(), destination.span);
        }
    }
}

/// Everything that another declaration reads.
fn read(program: &Program) -> BTreeSet<Node> {
    let fields = (0..program.fields.len() as u32).map(|id| Node::Field(FieldId(id)));
    let links = (0..program.links.len() as u32).map(|id| Node::Link(LinkId(id)));
    let channels = (0..program.channels.len() as u32).map(|id| Node::Channel(ChannelId(id)));
    let mut read: BTreeSet<Node> =
        fields.chain(links).chain(channels).flat_map(|node| needs(program, node)).map(|(node, _)| node).collect();
    for sync in &program.syncs {
        read.extend(sync.filter.map(Node::Field));
        let values = std::iter::once(&sync.matches).chain(&sync.set).map(|(_, value)| value);
        let all: Vec<&Expr> = values.chain(sync.pick.iter().map(|order| &order.by)).collect();
        read.extend(all.into_iter().flat_map(|expr| needs_of(program, expr)).map(|(node, _)| node));
    }
    for stream in &program.streams {
        read.extend(stream.filter.map(Node::Field));
        let values = stream.matches.iter().chain(&stream.set).map(|(_, value)| value);
        read.extend(values.flat_map(|expr| needs_of(program, expr)).map(|(node, _)| node));
    }
    for funnel in &program.funnels {
        read.extend(funnel.values().flat_map(|expr| needs_of(program, expr)).map(|(node, _)| node));
    }
    read
}
