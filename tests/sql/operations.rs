//! Operations, comparisons, aggregates and windows give the same on every engine.

use super::engines::{self, Engine};
use super::example;
use crate::support::wait;
use plgc::dialect;
use plgc::plan::rel::{
    Aggregate, Body, Compare, Constant, From, Item, Query, Scalar, Select, Sort, Step, Table, Window, WindowFunction,
};
use plgc::sql;
use plgc::types::Type;

const DECIMAL: Type = Type::Decimal { precision: 18, scale: 2 };

/// Rows of columns `a`, `b`, … under the name `r`.
fn rows(rows: &[&[(Scalar, Type)]]) -> Step {
    let select = |row: &&[(Scalar, Type)]| Select {
        items: row.iter().zip('a'..).map(|((value, _), name)| Item::Named(value.clone(), name.to_string())).collect(),
        ..Select::default()
    };
    let body = Body { selects: rows.iter().map(select).collect(), order_by: Vec::new() };
    Step { name: "r".to_owned(), comments: Vec::new(), barrier: true, body }
}

/// The text of a value over these rows, of the first one by the value's text.
async fn text(engine: &mut Engine, step: Step, value: Scalar, kind: &Type) -> Option<String> {
    let dialect = engine.dialect();
    let value = if *kind == Type::Text { value } else { value.as_text(kind) };
    let select = Select {
        items: vec![Item::Named(value, "value".to_owned())],
        from: Some(From { table: Table::Step("r".to_owned()), alias: "r".to_owned() }),
        ..Select::default()
    };
    let by = Sort { by: Scalar::output("value"), kind: Type::Text, descending: false, nulls_first: true };
    // PostgreSQL takes an output column in ORDER BY only by itself: one level more.
    let inner = From {
        table: Table::Query(Box::new(Body { selects: vec![select], order_by: Vec::new() })),
        alias: "v".to_owned(),
    };
    let by = Sort { by: Scalar::column("v", "value"), ..by };
    let outer = Select {
        items: vec![Item::Named(Scalar::column("v", "value"), "value".to_owned())],
        from: Some(inner),
        ..Select::default()
    };
    let query = Query { steps: vec![step], body: Body { selects: vec![outer], order_by: vec![by] } };
    let query = sql::render(&query, dialect);
    assert_eq!(sql::complaint(dialect, &query), None, "{query}");
    engine.text(&query).await.unwrap_or_else(|error| panic!("{}: {error}\n{query}", dialect.name))
}

/// `name(arguments) -> type`, once of literals and once of columns.
async fn operation(engine: &mut Engine, name: &str, arguments: &[&str], kind: &Type) -> Vec<Option<String>> {
    let literals: Vec<(Scalar, Type)> = arguments.iter().map(|it| example::literal(it)).collect();
    let values = literals.iter().map(|(value, _)| value.clone()).collect();
    let columns = ('a'..).take(literals.len()).map(|name| Scalar::column("r", &name.to_string())).collect();
    let mixed = (0..literals.len()).zip(&literals).map(
        |(at, (value, _))| {
            if at == 0 { Scalar::column("r", "a") } else { value.clone() }
        },
    );
    let mut found = Vec::new();
    for arguments in [values, columns, mixed.collect()] {
        let call = Scalar::Call(name.to_owned(), arguments, kind.clone());
        found.push(text(engine, rows(&[&literals]), call, kind).await);
    }
    found
}

#[test]
fn operations_give_the_same_on_every_engine() {
    let cases: &[(&str, &[&str], Type, Option<&str>)] = &[
        ("int_subtract", &["-3", "-5"], Type::Int, Some("2")),
        ("int_negate", &["-5"], Type::Int, Some("5")),
        ("float_divide", &["7f", "2f"], Type::Float, Some("3.5")),
        ("float_divide", &["7f", "0f"], Type::Float, None),
        ("float_add", &["0.1f", "0.2f"], Type::Float, Some("0.30000000000000004")),
        ("decimal_add", &["1.50", "-2.25"], DECIMAL, Some("-0.75")),
        ("decimal_multiply", &["1.5", "-2.5"], DECIMAL, Some("-3.75")),
        ("decimal_negate", &["-1.50"], DECIMAL, Some("1.50")),
        ("duration_add", &["1 hour", "1 minute"], Type::Duration, Some("3660000000")),
        ("duration_negate", &["1 minute"], Type::Duration, Some("-60000000")),
        ("duration_scale", &["1 minute", "1.5f"], Type::Duration, Some("90000000")),
        ("duration_divide", &["1 minute", "7f"], Type::Duration, Some("8571429")),
        ("duration_divide", &["1 minute", "0f"], Type::Duration, None),
        ("duration_ratio", &["36 hours", "1 day"], Type::Float, Some("1.5")),
        ("duration_ratio", &["36 hours", "0 days"], Type::Float, None),
        ("timestamp_add", &["@2026-03-28T12:00:00Z", "36 hours"], Type::Timestamp, Some("2026-03-30 00:00:00")),
        (
            "timestamp_subtract",
            &["@2026-01-01T00:00:00.5Z", "1 minute"],
            Type::Timestamp,
            Some("2025-12-31 23:59:00.5"),
        ),
        ("timestamp_add_months", &["@2024-01-31T10:00:00Z", "1"], Type::Timestamp, Some("2024-02-29 10:00:00")),
        ("timestamp_add_months", &["@2024-02-29T10:00:00Z", "-12"], Type::Timestamp, Some("2023-02-28 10:00:00")),
        ("date_add_months", &["@2024-03-31", "-1"], Type::Date, Some("2024-02-29")),
        ("float_divide", &["7f", "4f"], Type::Float, Some("1.75")),
        ("date_add", &["@2026-02-27", "2 days"], Type::Date, Some("2026-03-01")),
        ("date_subtract", &["@2026-03-01", "2 days"], Type::Date, Some("2026-02-27")),
        ("date_add_months", &["@2024-01-31", "13"], Type::Date, Some("2025-02-28")),
        ("timestamp_diff", &["@2026-01-02T00:00:00Z", "@2026-01-01T23:59:59.5Z"], Type::Duration, Some("500000")),
        ("date_diff", &["@2026-03-01", "@2026-02-27"], Type::Duration, Some("172800000000")),
        ("floor_int", &["-2.5f"], Type::Int, Some("-3")),
    ];
    wait(async {
        for mut engine in engines::all().await {
            for (name, arguments, kind, expected) in cases {
                for found in operation(&mut engine, name, arguments, kind).await {
                    assert_eq!(found.as_deref(), *expected, "{name} {arguments:?} on {}", engine.dialect().name);
                }
            }
        }
    });
}

#[test]
fn text_is_compared_by_code_point() {
    let texts: Vec<(Scalar, Type)> = ["'a'", "'B'"].iter().map(|it| example::literal(it)).collect();
    let less = Scalar::column("r", "b").compare(Compare::Less, Type::Text, Scalar::column("r", "a"));
    wait(async {
        for mut engine in engines::all().await {
            assert_eq!(text(&mut engine, rows(&[&texts]), less.clone(), &Type::Bool).await.as_deref(), Some("true"));
            for (aggregate, expected) in [
                (Aggregate::Min(Box::new(Scalar::column("r", "a")), Type::Text), "B"),
                (Aggregate::Max(Box::new(Scalar::column("r", "a")), Type::Text), "ä"),
            ] {
                let one = |text: &str| [example::literal(text)];
                let step = rows(&[&one("'a'"), &one("'B'"), &one("'ä'"), &one("null")]);
                let found = text(&mut engine, step, Scalar::Aggregate(aggregate), &Type::Text).await;
                assert_eq!(found.as_deref(), Some(expected));
            }
        }
    });
}

#[test]
fn sums_keep_their_type_and_windows_their_frame() {
    let row = |key: &str, amount: &str| [example::literal(key), example::literal(amount)];
    let step = || rows(&[&row("'x'", "1.50"), &row("'y'", "2.25"), &row("'z'", "null")]);
    let amount = || Box::new(Scalar::column("r", "b"));
    let by = Sort { by: Scalar::column("r", "b"), kind: DECIMAL, descending: true, nulls_first: false };
    let window = |function, order_by: Vec<Sort>| {
        Scalar::Window(Box::new(Window { function, partition_by: Vec::new(), order_by }))
    };
    let cases = [
        (Scalar::Aggregate(Aggregate::Sum(amount(), DECIMAL)), DECIMAL, "3.75"),
        (Scalar::Aggregate(Aggregate::Count(amount())), Type::Int, "2"),
        (Scalar::Aggregate(Aggregate::CountRows), Type::Int, "3"),
        (window(WindowFunction::Aggregate(Aggregate::Sum(amount(), DECIMAL)), Vec::new()), DECIMAL, "3.75"),
        (window(WindowFunction::RowNumber, vec![by.clone()]), Type::Int, "1"),
        (window(WindowFunction::PercentRank, vec![by.clone()]), Type::Float, "0"),
        (window(WindowFunction::Ntile(2), vec![by]), Type::Int, "1"),
    ];
    wait(async {
        for mut engine in engines::all().await {
            for (value, kind, expected) in &cases {
                let found = text(&mut engine, step(), value.clone(), kind).await;
                assert_eq!(found.as_deref(), Some(*expected), "{value:?} on {}", engine.dialect().name);
            }
        }
    });
}

#[test]
fn a_column_of_literals_has_a_stable_type() {
    let number = |value: i64| Scalar::Constant(Constant::Int(value));
    let value = Scalar::Case(vec![(Scalar::bool(true), number(1))], Some(Box::new(number(0))));
    let items = vec![Item::Named(value, "n".to_owned())];
    let body = Body { selects: vec![Select { items, ..Select::default() }], order_by: Vec::new() };
    let query = Query { steps: Vec::new(), body };
    let written = |name: &str| sql::render(&query, dialect::find(name).unwrap());
    assert_eq!(written("postgres"), "SELECT\n  CAST(CASE WHEN TRUE THEN 1 ELSE 0 END AS BIGINT) AS n");
    assert_eq!(written("sqlite"), "SELECT\n  CASE WHEN TRUE THEN 1 ELSE 0 END AS n");
}
