//! Takes a program whose labels have flowed, gives an error for a value whose label the destination does not allow. A
//! label flows along lineage by value; a condition does not carry it.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::{DestinationId, EntityId, Expr, Program, labels};
use crate::source::Span;

#[derive(Debug, Error, Diagnostic)]
#[error("`{field}` carries the label `{label}`, which destination `{destination}` does not allow")]
#[diagnostic(code("label-not-allowed"), help("add `allows {label}` to `{destination}`, or do not send the value"))]
struct LabelNotAllowed {
    field: String,
    label: String,
    destination: String,
    #[label(primary, "this value is `{label}`")]
    at: Span,
    #[label("the column is labelled here")]
    column: Option<Span>,
    #[label("the destination is declared here")]
    declared: Span,
}

pub(super) fn check(program: &Program, open: &BTreeSet<DestinationId>, diags: &mut Diagnostics) {
    for sync in program.syncs.iter().filter(|sync| !open.contains(&sync.destination)) {
        let written = std::iter::once(&sync.matches).chain(&sync.set);
        for (field, value) in written {
            check_value(program, (sync.entity, sync.destination), field, value, diags);
        }
    }
    for stream in program.streams.iter().filter(|stream| !open.contains(&stream.destination)) {
        let entity = program.sequence(stream.sequence).entity;
        for (field, value) in stream.matches.iter().chain(&stream.set) {
            check_value(program, (entity, stream.destination), field, value, diags);
        }
    }
}

fn check_value(
    program: &Program,
    (entity, destination): (EntityId, DestinationId),
    field: &str,
    value: &Expr,
    diags: &mut Diagnostics,
) {
    let destination = program.destination(destination);
    for label in labels::of(program, entity, value) {
        if destination.allows.contains(&label) {
            continue;
        }
        diags.push(LabelNotAllowed {
            field: field.to_owned(),
            column: labels::origin(program, entity, value, &label),
            label,
            destination: destination.name.clone(),
            at: value.span,
            declared: destination.span,
        });
    }
}
