//! Takes the name of a type, a literal or an operation, gives how standard SQL spells it: what a dialect does
//! not override. Functions have their default in `crate::functions`. The form of templates is told in
//! `crate::sql::template`.

use crate::functions;

/// Types.
pub const TYPES: &[(&str, &str)] = &[
    ("text", "TEXT"),
    ("int", "BIGINT"),
    ("decimal", "NUMERIC({p}, {s})"),
    ("float", "DOUBLE PRECISION"),
    ("bool", "BOOLEAN"),
    ("date", "DATE"),
    ("timestamp", "TIMESTAMP"),
    ("duration", "BIGINT"),
];

/// Literals.
pub const LITERALS: &[(&str, &str)] = &[("date", "DATE '{}'"), ("timestamp", "TIMESTAMP '{}'")];

/// The standard template of that name: an operation's, or else a function's.
#[must_use]
pub fn template(name: &str) -> Option<&'static str> {
    let own = OPERATIONS.iter().find(|(known, _)| *known == name).map(|(_, template)| *template);
    own.or_else(|| functions::find(name).map(|function| function.template))
}

/// Operations, casts and aggregates.
const OPERATIONS: &[(&str, &str)] =
    &[("int_add", "{0} + {1}"), ("int_subtract", "{0} - {1}"), ("int_multiply", "{0} * {1}"), ("int_negate", "-{0}")];
