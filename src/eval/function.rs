//! The functions of `crate::functions`, each beside its name, by the same subjects. Takes a call with the values of its
//! arguments, gives its value; a function that is null where an argument is says so in the function table.

mod json;
mod number;
mod text;
mod time;

use super::{Run, Stop, Value};
use crate::functions::{self, Nulls};
use crate::types::Type;

/// A call.
pub(super) struct Call<'c> {
    /// The arguments.
    pub values: &'c [Value],
    /// The type of the result.
    pub kind: &'c Type,
    /// The run's instant.
    pub now: i64,
}

/// What computes a function.
type Body = fn(&Call<'_>) -> Result<Value, Stop>;

/// All functions, by subject.
pub(super) static SUBJECTS: &[&[(&str, Body)]] = &[text::ALL, number::ALL, time::ALL, VALUES, json::ALL];

/// The functions of values of any type.
static VALUES: &[(&str, Body)] = &[
    ("coalesce", |call| Ok(call.values.iter().find(|it| !it.is_null()).cloned().unwrap_or(Value::Null))),
    ("nullif", |call| Ok(if call.at(0).equals(call.at(1)) { Value::Null } else { call.at(0).clone() })),
    ("text", |call| Ok(call.at(0).text().map_or(Value::Null, Value::Text))),
];

impl Call<'_> {
    /// The argument at a place; null where there is none.
    pub fn at(&self, place: usize) -> &Value {
        self.values.get(place).unwrap_or(&Value::Null)
    }

    /// The text at a place.
    pub fn text(&self, place: usize) -> &str {
        self.at(place).as_text()
    }

    /// The int at a place.
    pub fn int(&self, place: usize) -> i64 {
        self.at(place).as_int()
    }

    /// The values that are not null.
    pub fn known(&self) -> impl Iterator<Item = &Value> {
        self.values.iter().filter(|value| !value.is_null())
    }
}

impl Run<'_> {
    /// The value of a function.
    pub(super) fn call(&self, name: &str, values: Vec<Value>, kind: &Type) -> Result<Value, Stop> {
        let strict = functions::find(name).is_some_and(|function| function.nulls == Nulls::Strict);
        if strict && values.iter().any(Value::is_null) {
            return Ok(Value::Null);
        }
        let body = SUBJECTS.iter().copied().flatten().find(|(known, _)| *known == name).map(|(_, body)| body);
        let body = body.ok_or_else(|| Stop::new(format!("no function `{name}`")))?;
        body(&Call { values: &values, kind, now: self.now })
    }
}

/// A value, or null.
pub(super) fn or_null<T>(value: Option<T>, make: fn(T) -> Value) -> Value {
    value.map_or(Value::Null, make)
}
