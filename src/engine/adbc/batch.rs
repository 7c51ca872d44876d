//! Values to Arrow. Takes rows and what their columns are, gives one batch: numbers, days and instants in their own types. Promises: what a
//! value cannot be in its column's type is null.

use std::sync::Arc;

use adbc_core::error::{Error, Status};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};

use crate::engine::value::{day_number, instant_micros};
use crate::engine::{Row, Slot, Value};
use crate::types::Type;

/// A batch of these rows.
pub fn of(slots: &[Slot], rows: &[Row]) -> Result<RecordBatch, Error> {
    let fields = slots.iter().map(|slot| Field::new(&slot.name, kind(&slot.kind), true)).collect::<Vec<_>>();
    let columns = slots.iter().enumerate().map(|(place, slot)| column(&slot.kind, rows, place));
    let columns = columns.collect::<Result<Vec<_>, ArrowError>>()?;
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .map_err(|error| Error::with_message_and_status(error.to_string(), Status::InvalidData))
}

fn kind(kind: &Type) -> DataType {
    match kind {
        Type::Int | Type::Duration | Type::Months => DataType::Int64,
        Type::Decimal { precision, scale } => DataType::Decimal128(*precision, scale.cast_signed()),
        Type::Float => DataType::Float64,
        Type::Bool => DataType::Boolean,
        Type::Date => DataType::Date32,
        Type::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        Type::Text | Type::Enum(_) | Type::Json | Type::Null | Type::Error => DataType::Utf8,
    }
}

fn column(kind: &Type, rows: &[Row], place: usize) -> Result<ArrayRef, ArrowError> {
    let values = rows.iter().map(|row| row.get(place).unwrap_or(&Value::Null));
    Ok(match kind {
        Type::Int | Type::Duration | Type::Months => Arc::new(values.map(int).collect::<Int64Array>()),
        Type::Decimal { precision, scale } => {
            let digits = values.map(|value| int(value).map(i128::from)).collect::<Decimal128Array>();
            Arc::new(digits.with_precision_and_scale(*precision, scale.cast_signed())?)
        }
        Type::Float => Arc::new(values.map(float).collect::<Float64Array>()),
        Type::Bool => {
            let bools = values.map(|value| if let Value::Bool(it) = value { Some(*it) } else { None });
            Arc::new(bools.collect::<BooleanArray>())
        }
        Type::Date => {
            let days = values.map(|value| if let Value::Date(text) = value { day_number(text) } else { None });
            Arc::new(days.collect::<Date32Array>())
        }
        Type::Timestamp => {
            let instants =
                values.map(|value| if let Value::Timestamp(text) = value { instant_micros(text) } else { None });
            Arc::new(instants.collect::<TimestampMicrosecondArray>())
        }
        Type::Text | Type::Enum(_) | Type::Json | Type::Null | Type::Error => {
            Arc::new(values.map(Value::text).collect::<StringArray>())
        }
    })
}

const fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(it) | Value::Decimal(it, _) => Some(*it),
        _ => None,
    }
}

const fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(it) => Some(*it),
        _ => None,
    }
}
