//! Writes `docs/functions.md` from the function table and the dialects' templates, and fails where it is stale.

use super::example;
use plgc::dialect;
use plgc::functions::{self, Function, Nulls};
use plgc::plan::rel::{Constant, Scalar};
use plgc::sql::{doc, scalar};

/// The whole page.
fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    for (subject, functions) in functions::SUBJECTS {
        page += &format!("\n## {subject}\n");
        for function in *functions {
            page += &entry(function);
        }
    }
    page
}

fn entry(function: &Function) -> String {
    let (call, value) = function.example;
    let example = example::read(call);
    let mut text = format!("\n### `{}`\n\n{}\n\n", function.signature(), function.doc);
    for parameter in function.parameters {
        let literal = if parameter.literal { ", a literal" } else { "" };
        text += &format!("- `{}`: {}{literal}\n", parameter.name, parameter.kind.name());
    }
    text += &format!("- gives {}; {}\n- `{call}` is `{value}`\n", example.result_name(function), nulls(function.nulls));
    for dialect in dialect::ALL {
        let values = example.arguments.iter().enumerate().map(|(at, (value, _))| match value {
            Scalar::Constant(Constant::Null(_)) => value.clone(),
            value if example::is_literal(function.name, at) => value.clone(),
            _ => Scalar::Column(None, name(function, at)),
        });
        let written = scalar::scalar(&example.call(values.collect()), dialect);
        text += &format!("- {}: `{}`\n", dialect.name, doc::print(&[written.doc]).replace("\n  ", " "));
    }
    text
}

/// The name of the argument at that place: that of its parameter, repeated ones with a number.
fn name(function: &Function, at: usize) -> String {
    let parameter = function.parameter(at).map_or("x", |parameter| parameter.name);
    match at.checked_sub(function.parameters.len() - 1) {
        Some(more) if more > 0 => format!("{parameter}{}", more + 1),
        _ => parameter.to_owned(),
    }
}

const fn nulls(nulls: Nulls) -> &'static str {
    match nulls {
        Nulls::Strict => "null where an argument is null",
        Nulls::Never => "never null",
        Nulls::Always => "null as said above, and where the first argument is null",
        Nulls::Skips => "null only where all arguments are null",
    }
}

const INTRODUCTION: &str = "\
# Functions

Each function has one meaning, on every engine. This page is written from the function table: each example is run
on every engine by the tests, and each spelling is what `plgc compile` writes for the operands of the example. An argument with
`?` may be left out; `…` stands for any number of them. `within`, `case`, aggregates and windows are part of the language, not
functions.

Where a function is spelled `PLG_…`, SQLite lacks it and plgc registers it; where it is spelled `plg_state.…`, the warehouse
lacks it and a run creates it in schema `plg_state`. On SQLite a date is text (`2026-01-15`), a timestamp is text in UTC
(`2026-01-15 09:00:00`, with a fraction only where there is one), a duration is whole microseconds, and a decimal is the whole
number of its last digit: 1.50 of `decimal(12, 2)` is 150.

DuckDB keeps no text of JSON: there, numbers, lists and objects that `json_text` finds are written anew (`1.50` as `1.5`), and of two members of one name the first one counts, elsewhere the last.
";

/// `PLGC_UPDATE=1` writes the file anew.
#[test]
fn the_published_functions_are_these() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/functions.md");
    if std::env::var_os("PLGC_UPDATE").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(published == page(), "docs/functions.md is stale: run the tests with PLGC_UPDATE=1");
}
