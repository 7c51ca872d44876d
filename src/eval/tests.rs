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
    let output = evaluate(&program, &Input { rows: &rows, now: NOW, before: &Output::default(), receipts: &[] })?;
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
        // The evaluator has what a capability stands for.
        let call = with_floats(call.strip_prefix("json_as_written: ").unwrap_or(call));
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

/// A program that has no mistake.
fn checked(text: &str) -> Program {
    let mut sources = Sources::default();
    sources.add("test.plg", text).unwrap();
    let mut diags = Diagnostics::default();
    let files: Vec<_> = sources.files().iter().map(|file| syntax::parse(file, &mut diags)).collect();
    let program = program::analyze(&files, &sources, &Options::default(), &mut diags);
    let codes: Vec<String> = diags.finish().iter().map(|it| code(it.as_ref())).collect();
    assert_eq!(codes, Vec::<String>::new());
    program
}

/// A run over rows of `id` and `seats`.
fn run_of(text: &str, rows: &[(&str, i64)], now: i64, before: &Output) -> Output {
    let head =
        "source app.t { id text; seats int }\nentity t from app.t { key id }\naudience big of t where seats > 5\n";
    let program = checked(&format!("{head}{text}"));
    let rows = rows.iter().map(|(id, seats)| vec![Value::Text((*id).to_owned()), Value::Int(*seats)]).collect();
    evaluate(&program, &Input { rows: &BTreeMap::from([(SourceId(0), rows)]), now, before, receipts: &[] }).unwrap()
}

/// The arm, instant and phase of a row, wherever it is kept.
fn enrolment(output: &Output, key: &str) -> (Option<String>, Option<i64>, Value) {
    let table = output.entities.get("t").unwrap();
    let row = table.all().find(|row| table.value(row, "id").unwrap().as_text() == key).unwrap();
    let value = |column: &str| table.value(row, column).unwrap().clone();
    let at = match value("x__enrolled_at") {
        Value::Timestamp(at) => Some(at),
        _ => None,
    };
    (value("x").text(), at, value("x__phase"))
}

/// The bucket of a key by other means than the function's: the digest as hex text.
fn bucket(salt: &str, key: &str) -> i64 {
    let digest = match value(&format!("md5('{salt}-{key}')")).unwrap() {
        Value::Text(digest) => digest,
        other => panic!("{other:?}"),
    };
    i64::from_str_radix(&digest[..8], 16).unwrap() % 10_000
}

#[test]
fn who_enrols_gets_the_arm_of_its_bucket_and_keeps_it() {
    let text = "experiment x of big { arms a 50%, b 50% }";
    let first = run_of(text, &[("k1", 6), ("k2", 6), ("k3", 6), ("k4", 1)], NOW, &Output::default());
    for key in ["k1", "k2", "k3"] {
        let arm = if bucket("x.arms", key) < 5_000 { "a" } else { "b" };
        assert_eq!(enrolment(&first, key), (Some(arm.to_owned()), Some(NOW), Value::Int(1)), "{key}");
    }
    assert_eq!(enrolment(&first, "k4"), (None, None, Value::Null), "not in the base");
    // Other weights, another salt and no place in the base: what was decided stays.
    let text = "experiment x of big { arms a 0%, b 100%; salt 'other' }";
    let second = run_of(text, &[("k1", 1), ("k2", 6), ("k4", 6)], NOW + DAY, &first);
    assert_eq!(enrolment(&second, "k1"), enrolment(&first, "k1"));
    assert_eq!(enrolment(&second, "k2"), enrolment(&first, "k2"));
    assert_eq!(enrolment(&second, "k4"), (Some("b".to_owned()), Some(NOW + DAY), Value::Int(1)));
    // A row that is no more is kept, and in no audience; it returns as what it was.
    let table = second.entities.get("t").unwrap();
    assert_eq!((table.rows.len(), table.vanished.len()), (3, 1));
    assert_eq!(enrolment(&second, "k3"), enrolment(&first, "k3"));
    let third = run_of(text, &[("k3", 6)], NOW + 2 * DAY, &second);
    assert_eq!(enrolment(&third, "k3"), enrolment(&first, "k3"));
    assert_eq!(third.entities.get("t").unwrap().vanished.len(), 3);
    let arms = |output: &Output| output.changes.iter().filter(|it| it.field == "t.x").count();
    assert_eq!((arms(&first), arms(&second), arms(&third)), (3, 1, 0), "what is logged");
}

#[test]
fn a_wider_rollout_moves_nobody_and_a_phase_is_for_who_enrols_in_it() {
    let keys: Vec<String> = (0..300).map(|n| format!("k{n}")).collect();
    let rows: Vec<(&str, i64)> = keys.iter().map(|key| (key.as_str(), 6)).collect();
    let text = "experiment x of t {\n arms a 50%, b 50%\n rollout 20%, 60% from @2026-02-02\n phase 2 from @2026-02-02 { arms c 100% }\n}";
    let narrow = run_of(text, &rows, NOW, &Output::default());
    let wide = run_of(text, &rows, NOW + DAY, &narrow);
    for key in &keys {
        let (first, second) = (enrolment(&narrow, key), enrolment(&wide, key));
        let place = bucket("x.rollout", key);
        assert_eq!(first.0.is_some(), place < 2_000, "{key}");
        assert_eq!(second.0.is_some(), place < 6_000, "{key}");
        if first.0.is_some() {
            assert_eq!(second, first, "{key} moved");
        } else if second.0.is_some() {
            assert_eq!(second, (Some("c".to_owned()), Some(NOW + DAY), Value::Int(2)), "{key}");
        }
    }
}

#[test]
fn the_slice_of_a_layer_and_the_salt_decide_who_is_in() {
    let keys: Vec<String> = (0..200).map(|n| format!("k{n}")).collect();
    let rows: Vec<(&str, i64)> = keys.iter().map(|key| (key.as_str(), 6)).collect();
    let text = "experiment x was y of t { arms a 30%, b 70%; layer prices 25%..50%; salt 'q' }";
    let output = run_of(text, &rows, NOW, &Output::default());
    for key in &keys {
        let inside = (2_500..5_000).contains(&bucket("prices.layer", key));
        let arm = if bucket("q.arms", key) < 3_000 { "a" } else { "b" };
        assert_eq!(enrolment(&output, key).0, inside.then(|| arm.to_owned()), "{key}");
    }
}

#[test]
fn goals_read_when_the_row_enrolled_also_within_a_set() {
    let text = "experiment x was y of big {\n arms a 100%\n goal late = enrolled_at < now\n \
                goal older = any(app.t where id = t.id and now > enrolled_at)\n}\n\
                audience late of t where x.late and x.older and x.enrolled_at is not null and x.phase = 1 and x = a";
    let before = "experiment y of big { arms a 100% }";
    let first = run_of(before, &[("k1", 6)], NOW, &Output::default());
    let second = run_of(text, &[("k1", 6), ("k2", 6)], NOW + DAY, &first);
    assert_eq!(enrolment(&second, "k1"), (Some("a".to_owned()), Some(NOW), Value::Int(1)), "under its new name");
    let table = second.entities.get("t").unwrap();
    let late: Vec<bool> = table.rows.iter().map(|row| table.value(row, "late").unwrap().holds()).collect();
    assert_eq!(late, [true, false]);
}

#[test]
fn the_arms_of_many_keys_are_as_large_as_they_say() {
    let text = "experiment x of t { arms a 50%, b 25%, c 25% }";
    let shares = [("a", 0.5), ("b", 0.25), ("c", 0.25)];
    let keys: Vec<String> = (0..3_000).map(|n| n.to_string()).collect();
    let rows: Vec<(&str, i64)> = keys.iter().map(|key| (key.as_str(), 6)).collect();
    let output = run_of(text, &rows, NOW, &Output::default());
    let table = output.entities.get("t").unwrap();
    let total = keys.len() as f64;
    let square: f64 = shares
        .iter()
        .map(|(arm, share)| {
            let found = table.rows.iter().filter(|row| table.value(row, "x").unwrap().as_text() == *arm).count();
            (found as f64 - share * total).powi(2) / (share * total)
        })
        .sum();
    assert!(square < 13.8, "chi-squared of 2 degrees of freedom, one in a thousand: {square}");
}
