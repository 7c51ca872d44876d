//! Every function gives the same value on every engine: its example, harder cases, nulls. Every statement is parsed.

use super::engines::{self, Engine};
use super::example::{self, Example};
use crate::support::wait;
use plgc::functions::{self, Nulls};
use plgc::plan::rel::{Body, Constant, From, Item, Query, Scalar, Select, Step, Table};
use plgc::sql;
use plgc::types::Type;

/// `SELECT value AS value`, over one row with these columns.
fn query(value: Scalar, columns: Vec<Scalar>) -> Query {
    let named = |(at, value): (usize, Scalar)| Item::Named(value, format!("a{at}"));
    let items: Vec<Item> = columns.into_iter().enumerate().map(named).collect();
    let from = (!items.is_empty()).then(|| From { table: Table::Step("given".to_owned()), alias: "g".to_owned() });
    let step = Step {
        name: "given".to_owned(),
        comments: Vec::new(),
        barrier: true,
        body: Body { selects: vec![Select { items, ..Select::default() }], order_by: Vec::new() },
    };
    let select =
        Select { items: vec![Item::Named(value, "value".to_owned())], from: from.clone(), ..Select::default() };
    Query {
        steps: from.map(|_| step).into_iter().collect(),
        body: Body { selects: vec![select], order_by: Vec::new() },
    }
}

/// The value as text.
async fn value(
    engine: &mut Engine,
    value: Scalar,
    kind: &Type,
    columns: Vec<Scalar>,
) -> Result<Option<String>, String> {
    let value = match kind {
        Type::Text | Type::Enum(_) => value,
        kind => Scalar::Cast(Box::new(value), kind.clone(), Type::Text),
    };
    let dialect = engine.dialect();
    let text = sql::render(&query(value, columns), dialect).replace(":now", &engine.now());
    assert_eq!(sql::complaint(dialect, &text), None, "{text}");
    engine.text(&text).await.map_err(|error| format!("{}: {error}\n{text}", dialect.name))
}

/// The value of a call, of its literals and of columns that hold them.
async fn both(engine: &mut Engine, example: &Example) -> [Result<Option<String>, String>; 2] {
    let literals: Vec<Scalar> = example.arguments.iter().map(|(value, _)| value.clone()).collect();
    let columns = literals.iter().enumerate().map(|(at, literal)| {
        if example::is_literal(example.name, at) { literal.clone() } else { Scalar::column("g", &format!("a{at}")) }
    });
    let over = example.call(columns.collect());
    let plain = example.call(literals.clone());
    [value(engine, plain, &example.result, Vec::new()).await, value(engine, over, &example.result, literals).await]
}

/// What is wrong with a call on an engine.
async fn check(engine: &mut Engine, call: &str, expected: &str) -> Vec<String> {
    let example = example::read(call);
    let (wanted, kind) = example::literal(expected);
    let wanted = match (wanted, &example.result) {
        (wanted, Type::Float) if kind != Type::Null => Scalar::Cast(Box::new(wanted), kind, Type::Float),
        (Scalar::Constant(Constant::Null(_)), kind) => Scalar::Constant(Constant::Null(Some(kind.clone()))),
        (wanted, _) => wanted,
    };
    let wanted = value(engine, wanted, &example.result, Vec::new()).await.unwrap();
    let found = both(engine, &example).await;
    let wrong = found.into_iter().filter(|found| *found != Ok(wanted.clone()));
    wrong.map(|found| format!("{call} on {}: {found:?}, not {wanted:?}", engine.dialect().name)).collect()
}

#[test]
fn every_example_holds_on_every_engine() {
    wait(async {
        let mut wrong = Vec::new();
        for mut engine in engines::all().await {
            for function in functions::all() {
                let (call, expected) = function.example;
                wrong.extend(check(&mut engine, call, expected).await);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// Checks each `call => value` of a file on every engine.
fn hold(file: &str) {
    let cases: Vec<(&str, &str)> = file
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(" => ").unwrap_or_else(|| panic!("no arrow in {line}")))
        .collect();
    assert!(cases.len() > 80);
    wait(async {
        let mut wrong = Vec::new();
        for mut engine in engines::all().await {
            for (call, expected) in &cases {
                let call = match call.strip_prefix("json_as_written: ") {
                    Some(_) if !engine.dialect().json_as_written => continue,
                    Some(call) => call,
                    None => call,
                };
                wrong.extend(check(&mut engine, call, expected).await);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn harder_cases_hold_on_every_engine() {
    hold(include_str!("values.txt"));
}

#[test]
fn buckets_are_what_another_program_computes() {
    hold(include_str!("buckets.txt"));
}

#[test]
fn a_strict_function_is_null_where_an_argument_is() {
    wait(async {
        let mut wrong = Vec::new();
        for mut engine in engines::all().await {
            for function in functions::all().filter(|function| function.nulls == Nulls::Strict) {
                let example = example::read(function.example.0);
                for at in (0..example.arguments.len()).filter(|at| !example::is_literal(function.name, *at)) {
                    let mut example = example::read(function.example.0);
                    for (_, argument) in example.arguments.iter_mut().enumerate().filter(|(place, _)| *place == at) {
                        argument.0 = Scalar::Constant(Constant::Null(Some(argument.1.clone())));
                    }
                    let found = both(&mut engine, &example).await;
                    let found = found.into_iter().filter(|found| *found != Ok(None));
                    wrong.extend(
                        found.map(|found| format!("{} on {}: {found:?}", function.name, engine.dialect().name)),
                    );
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn what_does_not_fit_is_an_error_on_every_engine() {
    let decimal = |precision, scale| Type::Decimal { precision, scale };
    let calls = [
        Scalar::Cast(Box::new(Scalar::int(100)), Type::Int, decimal(4, 2)),
        Scalar::Cast(Box::new(Scalar::Constant(Constant::Float(1e20))), Type::Float, Type::Int),
        Scalar::Cast(Box::new(Scalar::Constant(Constant::Float(1e20))), Type::Float, decimal(18, 2)),
    ];
    wait(async {
        for mut engine in engines::all().await {
            for call in &calls {
                let found = value(&mut engine, call.clone(), &Type::Text, Vec::new()).await;
                assert!(found.is_err(), "{call:?} on {} gives {found:?}", engine.dialect().name);
            }
        }
    });
}

#[test]
fn every_text_survives_every_engine() {
    let texts = [
        "it's",
        "''",
        "a\\b",
        "\\",
        "\\'",
        "line\nbreak",
        "\r\n\t",
        "${x}",
        "$1",
        ":now",
        ":run",
        "?",
        "--",
        "/* x */",
        "%_",
        "é e\u{301}",
        "🙂👩‍👩‍👧",
        "שלום",
        "\u{202e}rtl",
        "\"",
        "`",
        "; DROP TABLE x",
        "{0}{*}",
        "@",
        "\u{feff}",
        "\u{7f}",
        " ",
        "",
    ];
    wait(async {
        for mut engine in engines::all().await {
            for text in texts {
                let dialect = engine.dialect();
                let query = sql::render(&query(Scalar::text(text), Vec::new()), dialect);
                assert_eq!(sql::complaint(dialect, &query), None, "{query}");
                let found = engine.text(&query).await.unwrap();
                assert_eq!(found.as_deref(), Some(text), "on {}", dialect.name);
            }
        }
    });
}
