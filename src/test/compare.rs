//! Takes what is expected and what is there; gives where they differ: keys that are missing, keys that nobody expects, and
//! cells with another value. Order means nothing. A float may differ in its last digits: a sum has no order.

use serde::Serialize;

use crate::eval::Value;
use crate::program::{Expectation, ExpectedColumn};
use crate::source::Span;
use crate::types::{Type, written};

/// The values of a row, in the order of the columns.
pub type Row = Vec<Value>;

/// A difference. Values are text, as a cell is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "difference", rename_all = "snake_case")]
pub enum Difference {
    /// A row that is expected is not there.
    Missing {
        /// Its key.
        key: String,
        /// Where it is expected.
        #[serde(skip)]
        span: Span,
    },
    /// A row that is there is not expected.
    Extra {
        /// Its key.
        key: String,
    },
    /// A value is another one.
    Cell {
        /// The row's key.
        key: String,
        /// The column.
        column: String,
        /// What is expected.
        expected: String,
        /// What is there.
        got: String,
        /// The row of the table.
        #[serde(skip)]
        span: Span,
    },
}

/// Where the rows that are there differ from those that are expected.
#[must_use]
pub fn differences(expectation: &Expectation, rows: &[Row]) -> Vec<Difference> {
    let Some(key) = expectation.columns.get(expectation.key) else { return Vec::new() };
    let key_of = |row: &[Value]| row.get(expectation.key).cloned().unwrap_or(Value::Null);
    let mut found = Vec::new();
    let mut known = Vec::new();
    for expected in &expectation.rows {
        let cells: Vec<Value> =
            expected.cells.iter().zip(&expectation.columns).map(|(cell, it)| Value::of(cell, &it.typed.kind)).collect();
        let (wanted, span) = (key_of(&cells), expected.span);
        let Some(row) = rows.iter().find(|row| same(&key_of(row), &wanted)) else {
            found.push(Difference::Missing { key: shown(&wanted, &key.typed.kind), span });
            known.push(wanted);
            continue;
        };
        for ((column, cell), value) in expectation.columns.iter().zip(&cells).zip(row) {
            if !same(cell, value) {
                found.push(Difference::Cell {
                    key: shown(&wanted, &key.typed.kind),
                    column: column.name.clone(),
                    expected: cell_text(cell, column),
                    got: cell_text(value, column),
                    span,
                });
            }
        }
        known.push(wanted);
    }
    let mut extra: Vec<String> = rows
        .iter()
        .map(|row| key_of(row))
        .filter(|key| !known.iter().any(|known| same(known, key)))
        .map(|value| shown(&value, &key.typed.kind))
        .collect();
    extra.sort();
    found.extend(extra.into_iter().map(|key| Difference::Extra { key }));
    found
}

fn cell_text(value: &Value, column: &ExpectedColumn) -> String {
    shown(value, &column.typed.kind)
}

/// Whether two values are one: two nulls are, and floats that differ in their last digits only.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Float(_), _) | (_, Value::Float(_)) if !a.is_null() && !b.is_null() => {
            let (a, b) = (a.as_float(), b.as_float());
            (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-9)
        }
        _ => a.equals(b),
    }
}

/// A value as a cell is written.
#[must_use]
pub fn shown(value: &Value, kind: &Type) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) if *kind != Type::Error && is_plain(text) => text.clone(),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Duration(micros) => written::duration(*micros),
        Value::Timestamp(_) => {
            let text = value.text().unwrap_or_default().replacen(' ', "T", 1);
            format!("{}Z", text.strip_suffix(":00").unwrap_or(&text))
        }
        _ => value.text().unwrap_or_default(),
    }
}

/// Whether a text needs no quotes in a cell.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && text != "null" && !text.contains(['|', '\n', '\'', '"'])
}
