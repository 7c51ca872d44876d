//! Arrow to values. Takes a batch and the types that are asked for, gives rows; what a value is not, is an error with its column. A database
//! gives what it computed in a type of its own: a wider integer, a decimal of another scale, an instant in nanoseconds.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};

use crate::engine::value::{day_text, micros_text};
use crate::engine::{Row, Texts, Value};
use crate::types::{Type, written};

/// A value as Arrow has it.
enum Cell {
    Null,
    Int(i128),
    /// Digits, and how many stand after the point.
    Decimal(i128, i8),
    Float(f64),
    Bool(bool),
    Text(String),
    /// Days since 1970.
    Date(i32),
    /// Microseconds since 1970.
    Timestamp(i64),
    /// A type that no value of the language has.
    Other,
}

/// The rows of a batch, each in the order of the types.
pub fn rows(batch: &RecordBatch, types: &[Type]) -> Result<Vec<Row>, String> {
    let mut rows: Vec<Row> = (0..batch.num_rows()).map(|_| Vec::with_capacity(types.len())).collect();
    for (place, kind) in types.iter().enumerate() {
        let Some(column) = batch.columns().get(place) else {
            return Err(format!("{} columns are asked for, and {} are there", types.len(), batch.num_columns()));
        };
        for (at, row) in rows.iter_mut().enumerate() {
            let cell = cell(column.as_ref(), at);
            let shown = || shown(&cell).unwrap_or_default();
            let value = value(&cell, kind);
            row.push(value.ok_or_else(|| format!("column {} gives `{}`, which is no {kind}", place + 1, shown()))?);
        }
    }
    Ok(rows)
}

/// The rows of a batch as text.
pub fn texts(batch: &RecordBatch) -> Texts {
    let columns = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    let row = |at| batch.columns().iter().map(|column| shown(&cell(column.as_ref(), at))).collect();
    Texts { columns, rows: (0..batch.num_rows()).map(row).collect() }
}

fn cell(column: &dyn Array, at: usize) -> Cell {
    if column.is_null(at) {
        return Cell::Null;
    }
    macro_rules! int {
        ($kind:ty) => {
            Cell::Int(column.as_primitive::<$kind>().value(at).into())
        };
    }
    match column.data_type() {
        DataType::Null => Cell::Null,
        DataType::Boolean => Cell::Bool(column.as_boolean().value(at)),
        DataType::Int8 => int!(Int8Type),
        DataType::Int16 => int!(Int16Type),
        DataType::Int32 => int!(Int32Type),
        DataType::Int64 => int!(Int64Type),
        DataType::UInt8 => int!(UInt8Type),
        DataType::UInt16 => int!(UInt16Type),
        DataType::UInt32 => int!(UInt32Type),
        DataType::UInt64 => int!(UInt64Type),
        DataType::Float32 => Cell::Float(column.as_primitive::<Float32Type>().value(at).into()),
        DataType::Float64 => Cell::Float(column.as_primitive::<Float64Type>().value(at)),
        DataType::Decimal128(_, scale) => Cell::Decimal(column.as_primitive::<Decimal128Type>().value(at), *scale),
        DataType::Utf8 => Cell::Text(column.as_string::<i32>().value(at).to_owned()),
        DataType::LargeUtf8 => Cell::Text(column.as_string::<i64>().value(at).to_owned()),
        DataType::Utf8View => Cell::Text(column.as_string_view().value(at).to_owned()),
        DataType::Date32 => Cell::Date(column.as_primitive::<Date32Type>().value(at)),
        DataType::Timestamp(unit, _) => Cell::Timestamp(match unit {
            TimeUnit::Second => column.as_primitive::<TimestampSecondType>().value(at).saturating_mul(1_000_000),
            TimeUnit::Millisecond => column.as_primitive::<TimestampMillisecondType>().value(at).saturating_mul(1_000),
            TimeUnit::Microsecond => column.as_primitive::<TimestampMicrosecondType>().value(at),
            TimeUnit::Nanosecond => column.as_primitive::<TimestampNanosecondType>().value(at).div_euclid(1_000),
        }),
        _ => Cell::Other,
    }
}

fn value(cell: &Cell, kind: &Type) -> Option<Value> {
    Some(match (cell, kind) {
        (Cell::Null, _) => Value::Null,
        (Cell::Text(text), Type::Text | Type::Enum(_) | Type::Json | Type::Null | Type::Error) => {
            Value::Text(text.clone())
        }
        (Cell::Text(text), _) => Value::parse(text, kind)?,
        (Cell::Int(it), Type::Int | Type::Duration | Type::Months) => Value::Int(i64::try_from(*it).ok()?),
        (Cell::Decimal(digits, scale), Type::Int | Type::Duration | Type::Months) => {
            Value::Int(rescaled(*digits, *scale, 0)?)
        }
        (Cell::Int(it), Type::Decimal { scale, .. }) => Value::Decimal(rescaled(*it, 0, *scale)?, *scale),
        (Cell::Decimal(digits, from), Type::Decimal { scale, .. }) => {
            Value::Decimal(rescaled(*digits, *from, *scale)?, *scale)
        }
        (Cell::Float(it), Type::Float) => Value::float(*it),
        (Cell::Int(_) | Cell::Decimal(..), Type::Float) => Value::float(shown(cell)?.parse().ok()?),
        (Cell::Bool(it), Type::Bool) => Value::Bool(*it),
        (Cell::Int(it), Type::Bool) => Value::Bool(*it != 0),
        (Cell::Date(days), Type::Date) => Value::Date(day_text(*days)?),
        (Cell::Timestamp(micros), Type::Date) => Value::Date(micros_text(*micros).get(..10)?.to_owned()),
        (Cell::Date(days), Type::Timestamp) => Value::Timestamp(format!("{} 00:00:00", day_text(*days)?)),
        (Cell::Timestamp(micros), Type::Timestamp) => Value::Timestamp(micros_text(*micros)),
        (cell, Type::Text | Type::Enum(_) | Type::Json | Type::Null | Type::Error) => Value::Text(shown(cell)?),
        _ => return None,
    })
}

/// Digits with another number of them after the point; `None` where some would be lost.
fn rescaled(digits: i128, from: i8, to: u8) -> Option<i64> {
    let shift = i32::from(to) - i32::from(from);
    let unit = 10_i128.checked_pow(shift.unsigned_abs())?;
    let scaled = if shift >= 0 { digits.checked_mul(unit)? } else { (digits % unit == 0).then_some(digits / unit)? };
    i64::try_from(scaled).ok()
}

fn shown(cell: &Cell) -> Option<String> {
    Some(match cell {
        Cell::Null => return None,
        Cell::Int(it) => it.to_string(),
        Cell::Decimal(digits, scale) => match (i64::try_from(*digits), u8::try_from(*scale)) {
            (Ok(digits), Ok(scale)) => written::decimal(digits, scale),
            _ => format!("{digits}e{}", -scale),
        },
        Cell::Float(it) => it.to_string(),
        Cell::Bool(it) => it.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Date(days) => day_text(*days).unwrap_or_else(|| format!("day {days}")),
        Cell::Timestamp(micros) => micros_text(*micros),
        Cell::Other => "(a value of another kind)".to_owned(),
    })
}
