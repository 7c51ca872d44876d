//! Arithmetic and conversions of values. Takes operands of the types that an operator was resolved for, gives its value:
//! null where an operand is null or a divisor is zero; what does not fit stops the run.

use super::value::{Value, decimal, int};
use super::{Stop, calendar};
use crate::program::Op;
use crate::types::Type;

/// The value of an arithmetic operator.
///
/// # Errors
/// Where the result does not fit into its type.
pub fn arithmetic(op: Op, operands: &[Value]) -> Result<Value, Stop> {
    if operands.iter().any(Value::is_null) {
        return Ok(Value::Null);
    }
    match (op, operands) {
        (Op::Add, [a, b]) => sum(a, b),
        (Op::Subtract, [a, b]) => difference(a, b),
        (Op::Multiply, [a, b]) => product(a, b),
        (Op::Divide, [a, b]) => quotient(a, b),
        (Op::Negate, [a]) => negative(a),
        _ => Err(Stop::new("an operator without its operands")),
    }
}

fn sum(a: &Value, b: &Value) -> Result<Value, Stop> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => int(i128::from(*a) + i128::from(*b)).map(Value::Int),
        (Value::Decimal(a, scale), Value::Decimal(b, _)) => decimal(i128::from(*a) + i128::from(*b), *scale),
        (Value::Float(a), Value::Float(b)) => Ok(Value::float(a + b)),
        (Value::Duration(a), Value::Duration(b)) => int(i128::from(*a) + i128::from(*b)).map(Value::Duration),
        (Value::Months(a), Value::Months(b)) => Ok(Value::Months(a + b)),
        (Value::Timestamp(at), Value::Duration(by)) => {
            let later = int(i128::from(*at) + i128::from(*by))?;
            calendar::in_range(later.div_euclid(calendar::DAY)).map(|_| Value::Timestamp(later))
        }
        (Value::Date(day), Value::Duration(by)) => calendar::in_range(day + by / calendar::DAY).map(Value::Date),
        (Value::Date(day), Value::Months(by)) => calendar::add_months(*day, *by).map(Value::Date),
        (Value::Timestamp(at), Value::Months(by)) => {
            let day = calendar::add_months(at.div_euclid(calendar::DAY), *by)?;
            Ok(Value::Timestamp(day * calendar::DAY + at.rem_euclid(calendar::DAY)))
        }
        _ => Err(Stop::new(format!("{a:?} + {b:?}"))),
    }
}

fn difference(a: &Value, b: &Value) -> Result<Value, Stop> {
    match (a, b) {
        (Value::Timestamp(a), Value::Timestamp(b)) => int(i128::from(*a) - i128::from(*b)).map(Value::Duration),
        (Value::Date(a), Value::Date(b)) => Ok(Value::Duration((a - b) * calendar::DAY)),
        (Value::Int(a), Value::Int(b)) => int(i128::from(*a) - i128::from(*b)).map(Value::Int),
        _ => sum(a, &negative(b)?),
    }
}

fn negative(value: &Value) -> Result<Value, Stop> {
    match value {
        Value::Int(value) => int(-i128::from(*value)).map(Value::Int),
        Value::Decimal(digits, scale) => Ok(Value::Decimal(-digits, *scale)),
        Value::Float(value) => Ok(Value::float(-value)),
        Value::Duration(micros) => int(-i128::from(*micros)).map(Value::Duration),
        Value::Months(months) => Ok(Value::Months(-months)),
        _ => Err(Stop::new(format!("-{value:?}"))),
    }
}

fn product(a: &Value, b: &Value) -> Result<Value, Stop> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => int(i128::from(*a) * i128::from(*b)).map(Value::Int),
        (Value::Decimal(a, s1), Value::Decimal(b, s2)) => decimal(i128::from(*a) * i128::from(*b), s1 + s2),
        (Value::Float(a), Value::Float(b)) => Ok(Value::float(a * b)),
        (Value::Duration(micros), Value::Float(by)) => duration(*micros as f64 * by),
        (Value::Months(months), Value::Int(by)) => Ok(Value::Months(months * by)),
        _ => Err(Stop::new(format!("{a:?} * {b:?}"))),
    }
}

fn quotient(a: &Value, b: &Value) -> Result<Value, Stop> {
    match (a, b) {
        (_, Value::Float(0.0) | Value::Duration(0)) => Ok(Value::Null),
        (Value::Float(a), Value::Float(b)) => Ok(Value::float(a / b)),
        (Value::Duration(a), Value::Duration(b)) => Ok(Value::float(*a as f64 / *b as f64)),
        (Value::Duration(micros), Value::Float(by)) => duration(*micros as f64 / by),
        _ => Err(Stop::new(format!("{a:?} / {b:?}"))),
    }
}

/// The nearest whole microsecond, the even one of two.
fn duration(micros: f64) -> Result<Value, Stop> {
    let whole = micros.round_ties_even();
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole);
    if fits { Ok(Value::Duration(whole as i64)) } else { Err(Stop::new("a duration of more than 64 bits")) }
}

/// A value in another type: int → decimal → float, a decimal at a larger scale, an enum as text.
///
/// # Errors
/// Where it does not fit.
pub fn coerce(value: Value, to: &Type) -> Result<Value, Stop> {
    match (value, to) {
        (value @ (Value::Int(_) | Value::Decimal(..)), Type::Float) => Ok(Value::float(value.as_float())),
        (Value::Int(value), Type::Decimal { scale, .. }) => {
            decimal(i128::from(value) * 10_i128.pow(u32::from(*scale)), *scale)
        }
        (Value::Decimal(digits, from), Type::Decimal { scale, .. }) if *scale >= from => {
            decimal(i128::from(digits) * 10_i128.pow(u32::from(*scale - from)), *scale)
        }
        (value, _) => Ok(value),
    }
}
