//! Takes the changes of conditions that no test notices, gives them for people, each with its place and what to do, or as JSON
//! for programs.

use miette::Diagnostic;
use serde_json::{Value as Json, json};
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::diagnostics::text::{self, Style};
use crate::source::{Sources, Span};
use crate::test::mutate::Unnoticed;

/// A condition that could be another one.
#[derive(Debug, Error, Diagnostic)]
#[error("all tests pass with {change}")]
#[diagnostic(
    code("unnoticed-change"),
    severity(Warning),
    help("add a test in which this decides: a row that it lets in or keeps out")
)]
struct UnnoticedChange {
    change: String,
    #[label(primary, "a condition of `{field}` that no test holds to")]
    at: Span,
    field: String,
}

/// For people.
pub fn text(found: Unnoticed, sources: &Sources, style: Style) -> String {
    let (tried, unnoticed) = (found.tried, found.mutants.len());
    let mut diags = Diagnostics::default();
    for mutant in found.mutants {
        diags.push(UnnoticedChange { change: mutant.change, at: mutant.span, field: mutant.field });
    }
    let shown = text::render(&diags.finish(), sources, style);
    format!("{shown}{} of {tried} changes are noticed by a test\n", tried - unnoticed)
}

/// For programs.
pub fn json(found: &Unnoticed, sources: &Sources) -> String {
    let mutants = found.mutants.iter().map(|mutant| {
        let place = sources.place(mutant.span.start);
        json!({
            "field": mutant.field,
            "change": mutant.change,
            "text": sources.text(mutant.span),
            "file": place.file,
            "line": place.line,
            "column": place.column,
        })
    });
    let mutants: Vec<Json> = mutants.collect();
    let noticed = found.tried - found.mutants.len();
    let all = json!({ "changes": found.tried, "noticed": noticed, "unnoticed": mutants });
    format!("{all:#}\n")
}
