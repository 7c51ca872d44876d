//! Each function is there and gives what its documentation says; sets, memory and windows by hand.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use super::{DAY, Input, Output, Stop, Value, evaluate};
use crate::diagnostics::{Diagnostics, code};
use crate::functions;
use crate::program::{self, Options, Program, SourceId};
use crate::source::Sources;
use crate::syntax;

const NOW: i64 = 20_485 * DAY; // 2026-02-01

fn program(text: &str) -> Result<Program, Vec<String>> {
    let mut sources = Sources::default();
    sources.add("test.plg", text).unwrap();
    let mut diags = Diagnostics::default();
    let files: Vec<_> = sources.files().iter().map(|file| syntax::parse(file, &mut diags)).collect();
    let program = program::analyze(&files, &sources, &Options::default(), &mut diags);
    if diags.has_errors() { Err(diags.finish().iter().map(|it| code(it.as_ref())).collect()) } else { Ok(program) }
}

/// The value of an expression of one row, whose only column is `id`.
fn value(expression: &str) -> Result<Value, Stop> {
    let text = format!("source app.t {{ id text }}\nentity t from app.t {{ key id }}\ntrait x of t = {expression}\n");
    let program = program(&text).unwrap_or_else(|codes| panic!("{expression}: {codes:?}"));
    let rows = BTreeMap::from([(SourceId(0), vec![vec![Value::Text("a".to_owned())]])]);
    let output = evaluate(&program, &Input { rows: &rows, now: NOW, before: &Output::default() })?;
    let table = output.entities.get("t").unwrap();
    Ok(table.value(table.rows.first().unwrap(), "x").unwrap().clone())
}

#[test]
fn every_function_has_its_body_and_no_other() {
    let bodies: Vec<&str> = super::function::SUBJECTS.iter().copied().flatten().map(|(name, _)| *name).collect();
    let known: BTreeSet<&str> = functions::all().map(|function| function.name).collect();
    assert_eq!(bodies.iter().copied().collect::<BTreeSet<_>>(), known);
    assert_eq!(bodies.len(), known.len());
}

/// Whether a call gives what is written after it.
fn gives(call: &str, wanted: &str) {
    let found = value(call).unwrap_or_else(|stop| panic!("{call}: {stop}"));
    let same = if wanted == "null" { found.is_null() } else { found.equals(&value(wanted).unwrap()) };
    assert!(same, "{call} gives {found:?}, not {wanted}");
}

#[test]
fn the_example_of_every_function() {
    for function in functions::all() {
        let (call, wanted) = function.example;
        gives(call, wanted);
    }
}

#[test]
fn what_every_engine_gives() {
    let text = include_str!("../../tests/sql/values.txt");
    let mut seen = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (call, wanted) = line.split_once(" => ").unwrap();
        let call = with_floats(call);
        // An instant of a fraction and the earliest of nulls alone are written by no program.
        if call.contains("null, null") {
            continue;
        }
        gives(&call, wanted);
        seen += 1;
    }
    assert!(seen > 150, "{seen}");
}

/// `2.5f` as `float('2.5')`.
fn with_floats(call: &str) -> String {
    let mut out = String::new();
    for part in call.split_inclusive([' ', '(', ',', ')']) {
        let end = part.trim_end_matches([' ', ',', ')']);
        let number = end.strip_suffix('f').filter(|it| it.parse::<f64>().is_ok());
        match number {
            Some(number) => out.push_str(&format!("float('{number}'){}", &part[end.len()..])),
            None => out.push_str(part),
        }
    }
    out
}
