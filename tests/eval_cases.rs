//! Takes every program below `tests/cases/eval` with the rows in its comments, runs it in the evaluator, and compares what comes
//! out with the snapshot beside it. They are written as those of `tests/cases/run`; a destination accepts what is sent to it
//! at once, unless the run says `// deliver false`.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use plgc::eval::{Firing, Output, Value};
use plgc::program::{FieldKind, Program};

use crate::cases::beside;
use crate::differential::oracle::{self, Oracle};
use crate::run_cases::world::table;
use crate::run_cases::{chosen, editions, leftovers, name, source};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/eval")
}

/// What a run gives: the fields of every entity that has some, what is kept of rows that are no more, and what has fired.
fn told(program: &Program, output: &Output, now: i64) -> String {
    let mut out = String::new();
    for (id, entity) in (0..).map(plgc::program::EntityId).zip(&program.entities) {
        let Some(found) = output.entities.get(&entity.name) else { continue };
        let fields: Vec<_> = program.fields_of(id).map(|(_, field)| field).filter(|field| !field.hidden).collect();
        if fields.is_empty() {
            continue;
        }
        let names = |all: bool| -> Vec<String> {
            let kept = |kind: &FieldKind| matches!(kind, FieldKind::Sequence(..) | FieldKind::Experiment(..));
            let fields = fields.iter().filter(|field| all || kept(&field.kind)).map(|field| field.name.clone());
            std::iter::once(found.key.clone()).chain(fields).collect()
        };
        for (title, rows, all) in [("", &found.rows, true), ("no more: ", &found.vanished, false)] {
            let columns = names(all);
            let row = |row: &Vec<Value>| {
                columns
                    .iter()
                    .map(|column| found.value(row, column).and_then(Value::text).unwrap_or_default())
                    .collect()
            };
            if !rows.is_empty() {
                let cells = rows.iter().map(row).collect();
                write!(out, "\n{title}{}\n{}", entity.name, table(columns.clone(), cells)).unwrap();
            }
        }
    }
    let fired = output.firings.iter().filter(|firing| firing.at == now);
    fired.for_each(|firing| out.push_str(&line(firing)));
    out
}

fn line(firing: &Firing) -> String {
    let through = firing.channel.as_ref().map(|(name, member)| format!(" via {name} to {member}")).unwrap_or_default();
    format!("fired {} of {} in entry {}{through}\n", firing.step, firing.key, firing.entry)
}

fn report(path: &Path) -> String {
    let editions = editions(path);
    let mut oracle = Oracle::default();
    let mut out = String::new();
    for edition in &editions {
        if editions.len() > 1 {
            write!(out, "\n═══ {} ═══\n", edition.name).unwrap();
        }
        let program = oracle::program(edition).unwrap_or_else(|said| panic!("{}: {said:?}", name(path)));
        for moment in &edition.moments {
            writeln!(out, "\n── {} ──", moment.now).unwrap();
            let (output, now) = oracle.go(&program, moment);
            out.push_str(&told(&program, &output, now));
        }
    }
    format!("{}\n{out}", source(&editions).trim_end())
}

#[test]
fn rows_of_every_eval_case() {
    let cases = chosen(&folder());
    let mut failed = Vec::new();
    for path in &cases {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let text = report(path);
            beside(path).bind(|| insta::assert_snapshot!(name(path), text));
        }));
        if outcome.is_err() {
            failed.push(name(path));
        }
    }
    assert!(failed.is_empty(), "{} of {} eval cases fail: {}", failed.len(), cases.len(), failed.join(", "));
}

#[test]
fn no_snapshot_without_its_eval_case() {
    assert_eq!(leftovers(&folder()), Vec::<String>::new());
}
