//! Takes a program, gives an error for a sync whose rows hang on what it writes: it would change its own audience in
//! every run. The object is known as a source by its name, whichever path of fields leads there.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::cycle::{Node, needs};
use crate::program::walk::{columns_read, of_field};
use crate::program::{ColumnId, EntityId, Expr, LinkBy, Program, SourceId, Sync};
use crate::source::Span;

#[derive(Debug, Error, Diagnostic)]
#[error("sync `{sync}` reads back what it writes: `{column}` of `{source_name}`")]
#[diagnostic(code("reads-back"), help("decide who is sent by something else than `{column}`"))]
struct ReadsBack {
    sync: String,
    column: String,
    source_name: String,
    #[label(primary, "which rows it sends hangs on `{column}`, which it writes")]
    at: Span,
    #[label("the column is read here")]
    declared: Span,
}

pub(super) fn check(program: &Program, diags: &mut Diagnostics) {
    for sync in &program.syncs {
        let Some(filter) = sync.filter else { continue };
        let columns = columns_behind(program, Node::Field(filter));
        let back = columns.into_iter().find(|(source, column)| {
            let source = program.source(*source);
            let written = source.columns.get(column.0 as usize);
            written.is_some_and(|column| sync.set.iter().any(|(field, _)| *field == column.name))
                && is_object(program, sync, &source.name)
        });
        let Some((source, column)) = back else { continue };
        let source = program.source(source);
        let Some(column) = source.columns.get(column.0 as usize) else { continue };
        diags.push(ReadsBack {
            sync: sync.name.clone(),
            column: column.name.clone(),
            source_name: source.name.join("."),
            at: sync.span,
            declared: column.span,
        });
    }
}

/// Whether a source is the object that a sync writes: `schema.table` in both, or the destination's name as schema.
fn is_object(program: &Program, sync: &Sync, source: &[String]) -> bool {
    let destination = program.destination(sync.destination);
    let object: Vec<&str> = sync.object.split('.').collect();
    match (object.as_slice(), source) {
        ([table], [schema, name]) => table == name && (*schema == destination.name || *schema == destination.system),
        ([table], [name]) => table == name,
        ([schema, table], [there, name]) => schema == there && table == name,
        _ => false,
    }
}

/// Every source column that a field hangs on, through all that it needs.
fn columns_behind(program: &Program, start: Node) -> BTreeSet<(SourceId, ColumnId)> {
    let mut seen = BTreeSet::from([start]);
    let mut stack = vec![start];
    let mut columns = BTreeSet::new();
    while let Some(node) = stack.pop() {
        for (entity, expr) in exprs(program, node) {
            columns.extend(columns_read(program, entity, expr));
        }
        let next = needs(program, node).into_iter().map(|(node, _)| node);
        stack.extend(next.filter(|node| seen.insert(*node)));
    }
    columns
}

fn exprs(program: &Program, node: Node) -> Vec<(EntityId, &Expr)> {
    match node {
        Node::Field(id) => {
            let field = program.field(id);
            of_field(program, field).into_iter().map(|expr| (field.entity, expr)).collect()
        }
        Node::Link(id) => {
            let link = program.link(id);
            match &link.by {
                LinkBy::Row(aggregate) => aggregate.parts().into_iter().map(|expr| (link.from, expr)).collect(),
                LinkBy::Columns { .. } => Vec::new(),
            }
        }
        // What it needs is walked as any other.
        Node::Channel(_) => Vec::new(),
    }
}
