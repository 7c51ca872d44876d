//! Functions of numbers. Takes the values of a call, gives its value: a float is rounded by its first 15 digits, halves away
//! from zero. Promises: what does not fit into its type stops the run, and is never another number.

use std::cmp::Ordering;

use super::{Body, Call, Value, or_null};
use crate::eval::Stop;
use crate::eval::value::{decimal, int};
use crate::types::Type;

/// The functions of this subject.
pub static ALL: &[(&str, Body)] = &[
    ("abs", abs),
    ("round", round),
    ("floor", |call| whole(call.at(0), f64::floor, i128::div_euclid)),
    ("ceil", |call| whole(call.at(0), f64::ceil, |a, b| -(-a).div_euclid(b))),
    ("sign", sign),
    ("mod", modulo),
    ("int", to_int),
    ("float", to_float),
    ("decimal", to_decimal),
    ("greatest", |call| best(call, Ordering::Greater)),
    ("least", |call| best(call, Ordering::Less)),
];

fn abs(call: &Call<'_>) -> Result<Value, Stop> {
    match call.at(0) {
        Value::Int(value) => int(i128::from(*value).abs()).map(Value::Int),
        Value::Decimal(digits, scale) => Ok(Value::Decimal(digits.abs(), *scale)),
        other => Ok(Value::float(other.as_float().abs())),
    }
}

fn sign(call: &Call<'_>) -> Result<Value, Stop> {
    Ok(Value::Int(match call.at(0) {
        Value::Int(value) | Value::Decimal(value, _) => value.signum(),
        other if other.as_float() > 0.0 => 1,
        other if other.as_float() < 0.0 => -1,
        _ => 0,
    }))
}

fn modulo(call: &Call<'_>) -> Result<Value, Stop> {
    match (call.at(0), call.at(1)) {
        (Value::Int(a), Value::Int(b)) if *b != 0 => int(i128::from(*a) % i128::from(*b)).map(Value::Int),
        _ => Ok(Value::Null),
    }
}

/// A number without fraction, an int.
fn whole(value: &Value, of_float: fn(f64) -> f64, of_digits: fn(i128, i128) -> i128) -> Result<Value, Stop> {
    match value {
        Value::Decimal(digits, scale) => {
            int(of_digits(i128::from(*digits), 10_i128.pow(u32::from(*scale)))).map(Value::Int)
        }
        Value::Float(value) => from_float(of_float(*value)),
        other => Ok(other.clone()),
    }
}

fn from_float(value: f64) -> Result<Value, Stop> {
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value);
    if fits { Ok(Value::Int(value as i64)) } else { Err(Stop::new(format!("{value} does not fit into an int"))) }
}

/// The quotient, halves away from zero.
fn nearest(digits: i128, unit: i128) -> i128 {
    (digits.abs() + unit / 2) / unit * digits.signum()
}

/// A number at a scale, halves away from zero: of a float, by its first 15 digits.
fn at_scale(value: &Value, scale: u8) -> Result<i128, Stop> {
    let (digits, exponent) = match value {
        Value::Int(value) => (i128::from(*value), 0),
        Value::Decimal(digits, scale) => (i128::from(*digits), -i32::from(*scale)),
        other => {
            let text = format!("{:.14e}", other.as_float());
            let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            (mantissa.replace('.', "").parse().unwrap_or(0), exponent.parse::<i32>().unwrap_or(0) - 14)
        }
    };
    let shift = exponent + i32::from(scale);
    let far = || Stop::new("a number that does not fit");
    match (10_i128.checked_pow(shift.unsigned_abs()), shift < 0) {
        (Some(unit), true) => Ok(nearest(digits, unit)),
        (Some(unit), false) => digits.checked_mul(unit).ok_or_else(far),
        (None, true) => Ok(0),
        (None, false) => {
            if digits == 0 {
                Ok(0)
            } else {
                Err(far())
            }
        }
    }
}

fn round(call: &Call<'_>) -> Result<Value, Stop> {
    let places = u8::try_from(call.int(1)).unwrap_or(0);
    match (call.at(0), call.kind) {
        (Value::Int(value), _) => Ok(Value::Int(*value)),
        (value, Type::Int) => int(at_scale(value, 0)?).map(Value::Int),
        (value, Type::Decimal { scale, .. }) => decimal(at_scale(value, *scale)?, *scale),
        (value, _) => {
            let float = value.as_float();
            let text = format!("{float:.14e}");
            let exponent: i32 = text.split_once('e').and_then(|(_, it)| it.parse().ok()).unwrap_or(0);
            // With fewer decimals than the places asked for, the 15 digits are all there is.
            let kept = (14 - exponent).clamp(0, i32::from(places));
            let digits = at_scale(value, u8::try_from(kept).unwrap_or(0));
            Ok(digits.map_or_else(|_| text.clone(), |digits| format!("{digits}e-{kept}")))
                .map(|text| Value::float(text.parse().unwrap_or(float)))
        }
    }
}

fn to_int(call: &Call<'_>) -> Result<Value, Stop> {
    match call.at(0) {
        Value::Text(text) => {
            let text = text.trim_matches(' ');
            let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
            Ok(or_null(is_digits(digits).then(|| text.parse().ok()).flatten(), Value::Int))
        }
        value => whole(value, f64::trunc, |a, b| a / b),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Sign, digits before and after the point of a number without exponent.
fn plain(text: &str) -> Option<(bool, String, String)> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let sound = is_digits(&format!("{whole}{fraction}"));
    sound.then(|| (text.starts_with('-'), whole.to_owned(), fraction.to_owned()))
}

fn to_float(call: &Call<'_>) -> Result<Value, Stop> {
    let Value::Text(text) = call.at(0) else {
        return Ok(if call.at(0).is_null() { Value::Null } else { Value::float(call.at(0).as_float()) });
    };
    let text = text.trim_matches(' ');
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let sound = is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    let number = plain(mantissa).filter(|_| sound).and_then(|parts| Some((parts, text.parse::<f64>().ok()?)));
    // What is too small for a double is no zero.
    let held = number.filter(|((_, whole, fraction), value)| {
        value.is_finite() && (*value != 0.0 || format!("{whole}{fraction}").bytes().all(|digit| digit == b'0'))
    });
    Ok(or_null(held.map(|(_, value)| value), Value::float))
}

fn to_decimal(call: &Call<'_>) -> Result<Value, Stop> {
    let (precision, scale) = (call.int(1), u8::try_from(call.int(2)).unwrap_or(0));
    let limit = 10_u128.pow(u32::try_from(precision).unwrap_or(18));
    let fits = |digits: &i128| digits.unsigned_abs() < limit;
    match call.at(0) {
        Value::Null => Ok(Value::Null),
        Value::Text(text) => {
            let digits = plain(text.trim_matches(' ')).and_then(|(negative, whole, fraction)| {
                let all: i128 = format!("{whole}{fraction}").parse().ok()?;
                let more = i32::try_from(fraction.len()).ok()? - i32::from(scale);
                let unit = 10_i128.checked_pow(more.unsigned_abs())?;
                let size = if more > 0 { nearest(all, unit) } else { all.checked_mul(unit)? };
                Some(if negative { -size } else { size })
            });
            digits.filter(fits).map_or(Ok(Value::Null), |digits| decimal(digits, scale))
        }
        value => {
            let digits = Some(at_scale(value, scale)?).filter(fits);
            digits.map_or_else(|| Err(Stop::new("a decimal that does not fit")), |digits| decimal(digits, scale))
        }
    }
}

/// The value that is the least or the greatest of those that are not null.
pub(super) fn best(call: &Call<'_>, wanted: Ordering) -> Result<Value, Stop> {
    let found = call.known().reduce(|best, value| if value.order(best) == wanted { value } else { best });
    Ok(found.cloned().unwrap_or(Value::Null))
}
