//! The types of the language, their nullability, and how two of them meet. [`Type::Error`] is the type
//! of what could not be resolved: it meets everything, so that one mistake gives one message.

pub mod civil;
pub mod written;

use std::fmt;

use serde::{Deserialize, Serialize};

/// A type without its nullability.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// UTF-8 text, compared by code point.
    Text,
    /// A 64-bit signed integer.
    Int,
    /// An exact number of at most 18 digits.
    Decimal {
        /// All digits, 1 to 18.
        precision: u8,
        /// The digits after the point, 0 to `precision`.
        scale: u8,
    },
    /// An IEEE 754 double.
    Float,
    /// True or false.
    Bool,
    /// A calendar day.
    Date,
    /// An instant, in UTC, to the microsecond.
    Timestamp,
    /// An exact span of time; microseconds where it is stored. A day is 24 hours.
    Duration,
    /// A number of calendar months: a year is 12. It is only added to or taken from instants and dates; never stored.
    Months,
    /// One of the named values, in declared order.
    Enum(Vec<String>),
    /// JSON text.
    Json,
    /// The type of a bare `null`: meets every type.
    Null,
    /// The type of what could not be resolved: meets every type, silently.
    Error,
}

/// A type and whether it may be null.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Typed {
    /// The type.
    #[serde(rename = "type")]
    pub kind: Type,
    /// Whether a value may be absent.
    pub nullable: bool,
}

impl Type {
    /// This type, never null.
    #[must_use]
    pub const fn required(self) -> Typed {
        Typed { kind: self, nullable: false }
    }

    /// This type, or null.
    #[must_use]
    pub const fn optional(self) -> Typed {
        Typed { kind: self, nullable: true }
    }

    /// Whether this is a number.
    #[must_use]
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Decimal { .. } | Self::Float)
    }

    /// The type that values of both can be compared or mixed in, after int → decimal → float; `None`
    /// where there is none. Two enums meet if they have the same values.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Error, _) | (_, Self::Error) => Some(Self::Error),
            (Self::Null, it) | (it, Self::Null) => Some(it.clone()),
            (a, b) if a == b => Some(a.clone()),
            (Self::Float, b) if b.is_number() => Some(Self::Float),
            (a, Self::Float) if a.is_number() => Some(Self::Float),
            (Self::Decimal { precision, scale }, Self::Int) | (Self::Int, Self::Decimal { precision, scale }) => {
                Some(Self::Decimal { precision: (*precision).max(18), scale: *scale })
            }
            (Self::Decimal { precision: p1, scale: s1 }, Self::Decimal { precision: p2, scale: s2 }) => {
                let scale = *s1.max(s2);
                let whole = (p1 - s1).max(p2 - s2);
                Some(Self::Decimal { precision: (whole + scale).min(18), scale })
            }
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Int => f.write_str("int"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision}, {scale})"),
            Self::Float => f.write_str("float"),
            Self::Bool => f.write_str("bool"),
            Self::Date => f.write_str("date"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Duration => f.write_str("duration"),
            Self::Months => f.write_str("months"),
            Self::Enum(values) => write!(f, "enum({})", values.join(", ")),
            Self::Json => f.write_str("json"),
            Self::Null => f.write_str("null"),
            Self::Error => f.write_str("unknown"),
        }
    }
}

impl fmt::Display for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind, if self.nullable { "?" } else { "" })
    }
}
