//! A trait, row link or constant that nothing reads is computed in vain. Audiences and statuses are published, and
//! so are never unused.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::cycle::{Node, needs, needs_of};
use crate::program::{Expr, FieldId, FieldKind, LinkBy, LinkId, Program};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("nothing reads {what} `{name}`")]
#[diagnostic(code("unused-field"), severity(Warning), help("remove it, or use it in an audience, status or sync"))]
struct UnusedField {
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
    let read = read(program);
    for (id, field) in (0..).map(FieldId).zip(&program.fields) {
        let is_trait = matches!(field.kind, FieldKind::Trait(_)) && !field.hidden;
        if is_trait && !read.contains(&Node::Field(id)) {
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

/// Everything that another declaration reads.
fn read(program: &Program) -> BTreeSet<Node> {
    let fields = (0..program.fields.len() as u32).map(|id| Node::Field(FieldId(id)));
    let links = (0..program.links.len() as u32).map(|id| Node::Link(LinkId(id)));
    let mut read: BTreeSet<Node> =
        fields.chain(links).flat_map(|node| needs(program, node)).map(|(node, _)| node).collect();
    for sync in &program.syncs {
        read.extend(sync.filter.map(Node::Field));
        let values = std::iter::once(&sync.matches).chain(&sync.set).map(|(_, value)| value);
        let all: Vec<&Expr> = values.chain(sync.pick.iter().map(|order| &order.by)).collect();
        read.extend(all.into_iter().flat_map(|expr| needs_of(program, expr)).map(|(node, _)| node));
    }
    read
}
