//! Takes constants of a test and values of an engine; gives them as the other side needs them: an engine's to store, the
//! language's to compare.

use crate::engine::{self, Row, value};
use crate::eval::{self, Value};
use crate::program::{Literal, Source};
use crate::types::{Type, civil};

/// Rows as a test gives them, for a source's table.
#[must_use]
pub fn stored_rows(rows: &[Vec<Literal>], source: &Source) -> Vec<Row> {
    let row = |row: &Vec<Literal>| {
        row.iter().zip(&source.columns).map(|(it, column)| stored(it, &column.typed.kind)).collect()
    };
    rows.iter().map(row).collect()
}

/// A constant as an engine stores it.
fn stored(literal: &Literal, kind: &Type) -> engine::Value {
    match literal {
        Literal::Null => engine::Value::Null,
        Literal::Bool(value) => engine::Value::Bool(*value),
        Literal::Int(value) | Literal::Duration(value) => engine::Value::Int(*value),
        Literal::Decimal(digits) => match kind {
            Type::Decimal { scale, .. } => engine::Value::Decimal(*digits, *scale),
            _ => engine::Value::Int(*digits),
        },
        Literal::Float(value) => engine::Value::float(*value),
        Literal::Text(text) => engine::Value::Text(text.clone()),
        Literal::Date(days) => engine::Value::Date(civil::text(*days)),
        Literal::Timestamp(micros) => engine::Value::Timestamp(value::micros_text(*micros)),
        Literal::Months(months) => engine::Value::Int(i64::from(*months)),
    }
}

/// A value of an engine as the language has it.
pub fn read(value: &engine::Value, kind: &Type) -> Value {
    match value {
        engine::Value::Null => Value::Null,
        engine::Value::Bool(value) => Value::Bool(*value),
        engine::Value::Int(value) if *kind == Type::Duration => Value::Duration(*value),
        engine::Value::Int(value) => Value::Int(*value),
        engine::Value::Decimal(digits, scale) => Value::Decimal(*digits, *scale),
        engine::Value::Float(value) => Value::Float(*value),
        engine::Value::Text(text) => Value::Text(text.clone()),
        engine::Value::Date(text) => eval::parse_date(text).map_or(Value::Null, Value::Date),
        engine::Value::Timestamp(text) => eval::parse_instant(text).map_or(Value::Null, Value::Timestamp),
    }
}

/// The text of a key at a destination, in its type.
pub fn keyed(text: &str, kind: &Type) -> Value {
    engine::Value::parse(text, kind).map_or_else(|| Value::Text(text.to_owned()), |value| read(&value, kind))
}
