//! A value of a row, exact: instants and days as numbers, decimals as digits and scale. Takes two values of one type,
//! gives their order; takes a value, gives its canonical text, which is also what `text(x)` and a key are.

use std::cmp::Ordering;

use super::{Stop, calendar};
use crate::program::Literal;
use crate::types::Type;

/// A value. Enums and JSON are text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// All digits of a decimal, and how many of them stand after the point.
    Decimal(i64, u8),
    /// A double; there is one zero.
    Float(f64),
    /// Text, an enum's value, JSON.
    Text(String),
    /// Days since 1970-01-01.
    Date(i64),
    /// Microseconds since 1970-01-01T00:00Z.
    Timestamp(i64),
    /// Microseconds.
    Duration(i64),
    /// Calendar months.
    Months(i64),
}

impl Value {
    /// The value of a constant of this type.
    #[must_use]
    pub fn of(literal: &Literal, kind: &Type) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(value) => Self::Bool(*value),
            Literal::Int(value) => Self::Int(*value),
            Literal::Decimal(digits) => match kind {
                Type::Decimal { scale, .. } => Self::Decimal(*digits, *scale),
                _ => Self::Int(*digits),
            },
            Literal::Float(value) => Self::float(*value),
            Literal::Text(text) => Self::Text(text.clone()),
            Literal::Date(days) => Self::Date(i64::from(*days)),
            Literal::Timestamp(micros) => Self::Timestamp(*micros),
            Literal::Duration(micros) => Self::Duration(*micros),
            Literal::Months(months) => Self::Months(i64::from(*months)),
        }
    }

    /// A double without a sign on zero.
    #[must_use]
    pub fn float(value: f64) -> Self {
        Self::Float(value + 0.0)
    }

    /// Whether there is no value.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is true; null is not.
    #[must_use]
    pub const fn holds(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// A number as a double.
    #[must_use]
    pub fn as_float(&self) -> f64 {
        match self {
            Self::Int(value) => *value as f64,
            Self::Decimal(digits, scale) => decimal_text(*digits, *scale).parse().unwrap_or(0.0),
            Self::Float(value) => *value,
            _ => 0.0,
        }
    }

    /// The text, where it is one.
    #[must_use]
    pub fn as_text(&self) -> &str {
        if let Self::Text(text) = self { text } else { "" }
    }

    /// The int, where it is one.
    #[must_use]
    pub const fn as_int(&self) -> i64 {
        if let Self::Int(value) = self { *value } else { 0 }
    }

    /// The canonical text; `None` for null.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(value) => value.to_string(),
            Self::Int(value) | Self::Duration(value) | Self::Months(value) => value.to_string(),
            Self::Decimal(digits, scale) => decimal_text(*digits, *scale),
            Self::Float(value) => float_text(*value),
            Self::Text(text) => text.clone(),
            Self::Date(days) => calendar::date_text(*days),
            Self::Timestamp(micros) => calendar::instant_text(*micros),
        })
    }

    /// The order of two values of types that meet, neither of which is null; text goes by code point.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Timestamp(a), Self::Timestamp(b)) => a.cmp(b),
            (Self::Duration(a), Self::Duration(b)) => a.cmp(b),
            _ => match (self.digits(), other.digits()) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => self.as_float().total_cmp(&other.as_float()),
            },
        }
    }

    /// An exact number at the largest scale of all.
    fn digits(&self) -> Option<i128> {
        match self {
            Self::Int(value) => Some(i128::from(*value) * 10_i128.pow(18)),
            Self::Decimal(digits, scale) => {
                Some(i128::from(*digits) * 10_i128.pow(u32::from(18_u8.saturating_sub(*scale))))
            }
            _ => None,
        }
    }

    /// Whether both are values, and equal.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        !self.is_null() && !other.is_null() && self.order(other) == Ordering::Equal
    }

    /// The order of rows: nulls last.
    #[must_use]
    pub fn nulls_last(&self, other: &Self) -> Ordering {
        match (self.is_null(), other.is_null()) {
            (false, false) => self.order(other),
            (a, b) => a.cmp(&b),
        }
    }
}

/// A decimal, unless it has more than 18 digits.
///
/// # Errors
/// Where it has.
pub fn decimal(digits: i128, scale: u8) -> Result<Value, Stop> {
    if digits.unsigned_abs() >= 10_u128.pow(18) {
        return Err(Stop::new(format!("a decimal of more than 18 digits: {digits}")));
    }
    i64::try_from(digits).map(|digits| Value::Decimal(digits, scale)).map_err(|_| Stop::new("a decimal too large"))
}

/// An int, unless it has more than 64 bits.
///
/// # Errors
/// Where it has.
pub fn int(value: i128) -> Result<i64, Stop> {
    i64::try_from(value).map_err(|_| Stop::new(format!("{value} does not fit into 64 bits")))
}

/// `150` at scale 2 is `1.50`.
#[must_use]
pub fn decimal_text(digits: i64, scale: u8) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let unit = 10_u64.pow(u32::from(scale));
    let (whole, rest) = (digits.unsigned_abs() / unit, digits.unsigned_abs() % unit);
    if scale == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{rest:0>width$}", width = usize::from(scale))
    }
}

/// The shortest form that reads back the same; from 10^15 on and below 0.0001 with an exponent of two digits.
#[must_use]
pub fn float_text(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if (1e-4..1e15).contains(&size) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
    format!("{digits}e{sign}{exponent:0>2}")
}
