//! Takes the changes that no test notices, gives them for people, each with its place and what to do, or as JSON
//! for programs.

use miette::Diagnostic;
use serde_json::{Value as Json, json};
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::diagnostics::text::{self, Style};
use crate::source::{Sources, Span};
use crate::test::mutate::{Of, Unnoticed};

/// What could be otherwise.
#[derive(Debug, Error, Diagnostic)]
#[error("all tests pass with {change}")]
#[diagnostic(code("unnoticed-change"), severity(Warning))]
struct UnnoticedChange {
    change: String,
    #[label(primary, "{part} of `{field}` that no test holds to")]
    at: Span,
    part: &'static str,
    field: String,
    #[help]
    help: &'static str,
}

/// What it is of a declaration, and what a test would have to do.
const fn said(of: Of) -> (&'static str, &'static str) {
    match of {
        Of::Field => ("a condition", "add a test in which this decides: a row that it lets in or keeps out"),
        Of::Sequence => (
            "a part",
            "add a test that expects, in the run in which this decides and in the one before it, what has fired and which entries are open",
        ),
        Of::Channel => ("a part", "add a test in which two steps compete for one row, and expect which fires when"),
        Of::Experiment => {
            ("a part", "add a test that expects the arm of a row which is enrolled, and of one which is not")
        }
    }
}

/// For people.
pub fn text(found: Unnoticed, sources: &Sources, style: Style) -> String {
    let (tried, unnoticed) = (found.tried, found.mutants.len());
    let mut diags = Diagnostics::default();
    for mutant in found.mutants {
        let (part, help) = said(mutant.of);
        diags.push(UnnoticedChange { change: mutant.change, at: mutant.span, part, field: mutant.field, help });
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
