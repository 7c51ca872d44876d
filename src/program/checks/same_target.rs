//! Takes a program, gives an error for two syncs that write the same field of the same object: each would overwrite the
//! other in every run. One error for each pair.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::{Leave, Program, Sync};
use crate::source::Span;

#[derive(Debug, Error, Diagnostic)]
#[error("syncs `{one}` and `{other}` both write `{field}` of `{object}`")]
#[diagnostic(code("same-target"), help("write the field in one of the two"))]
struct SameTarget {
    one: String,
    other: String,
    field: String,
    object: String,
    #[label(primary, "this one writes it too")]
    at: Span,
    #[label("this one writes it")]
    first: Span,
}

pub(super) fn check(program: &Program, diags: &mut Diagnostics) {
    for (at, sync) in program.syncs.iter().enumerate() {
        for other in program.syncs.iter().skip(at + 1) {
            let same =
                (sync.destination, &sync.object, &sync.argument) == (other.destination, &other.object, &other.argument);
            let shared = written(sync).into_iter().find(|field| same && written(other).contains(field));
            let Some(field) = shared else { continue };
            let (first, second) = if sync.span <= other.span { (sync, other) } else { (other, sync) };
            diags.push(SameTarget {
                one: first.name.clone(),
                other: second.name.clone(),
                field: field.to_owned(),
                object: format!("{}.{}", program.destination(sync.destination).name, sync.object),
                at: second.span,
                first: first.span,
            });
        }
    }
}

/// The fields that a sync writes, besides its match key.
fn written(sync: &Sync) -> Vec<&str> {
    let left = match &sync.leave {
        Leave::Set(set) => set.as_slice(),
        Leave::Delete | Leave::Clear | Leave::Keep => &[],
    };
    sync.set.iter().chain(left).map(|(field, _)| field.as_str()).collect()
}
