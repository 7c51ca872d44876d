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

/// Operations, casts, aggregates and windows.
const OPERATIONS: &[(&str, &str)] = &[
    ("int_add", "{0} + {1}"),
    ("int_subtract", "{0} - {1}"),
    ("int_multiply", "{0} * {1}"),
    ("int_negate", "-{0}"),
    ("float_add", "{0} + {1}"),
    ("float_subtract", "{0} - {1}"),
    ("float_multiply", "{0} * {1}"),
    ("float_negate", "-{0}"),
    ("float_divide", "{0} / NULLIF({1}, 0)"),
    ("float_divide/constant", "{0} / {1}"),
    ("decimal_add", "{0} + {1}"),
    ("decimal_subtract", "{0} - {1}"),
    ("decimal_multiply", "{0} * {1}"),
    ("decimal_negate", "-{0}"),
    ("duration_add", "{0} + {1}"),
    ("duration_subtract", "{0} - {1}"),
    ("duration_negate", "-{0}"),
    ("duration_scale", "CAST(ROUND(CAST({0} AS DOUBLE PRECISION) * {1}) AS {type})"),
    ("duration_divide", "CAST(ROUND(CAST({0} AS DOUBLE PRECISION) / NULLIF({1}, 0)) AS {type})"),
    ("duration_divide/constant", "CAST(ROUND(CAST({0} AS DOUBLE PRECISION) / {1}) AS {type})"),
    ("duration_ratio", "CAST({0} AS {type}) / NULLIF({1}, 0)"),
    ("duration_ratio/constant", "CAST({0} AS {type}) / {1}"),
    ("timestamp_add", "{0} + {1} * INTERVAL '1 microsecond'"),
    ("timestamp_add/constant", "{0} + INTERVAL {1:interval}"),
    ("timestamp_subtract", "{0} - {1} * INTERVAL '1 microsecond'"),
    ("timestamp_subtract/constant", "{0} - INTERVAL {1:interval}"),
    ("timestamp_add_months", "{0} + {1} * INTERVAL '1 month'"),
    ("timestamp_add_months/constant", "{0} + INTERVAL {1:months}"),
    ("timestamp_subtract_months/constant", "{0} - INTERVAL {1:months}"),
    ("timestamp_diff", "CAST(EXTRACT(EPOCH FROM {0} - {1}) * 1000000 AS BIGINT)"),
    ("date_add", "{0} + CAST({1} / 86400000000 AS INTEGER)"),
    ("date_add/constant", "{0} + {1:days}"),
    ("date_subtract", "{0} - CAST({1} / 86400000000 AS INTEGER)"),
    ("date_subtract/constant", "{0} - {1:days}"),
    ("date_add_months", "CAST({0} + {1} * INTERVAL '1 month' AS DATE)"),
    ("date_add_months/constant", "CAST({0} + INTERVAL {1:months} AS DATE)"),
    ("date_subtract_months/constant", "CAST({0} - INTERVAL {1:months} AS DATE)"),
    ("date_diff", "({0} - {1}) * 86400000000"),
    ("floor_int", "CAST(FLOOR({0}) AS BIGINT)"),
    ("floor_float", "CAST(FLOOR({0}) AS BIGINT)"),
    ("floor_decimal", "CAST(FLOOR({0}) AS BIGINT)"),
    ("ceil_float", "CAST(CEIL({0}) AS BIGINT)"),
    ("ceil_decimal", "CAST(CEIL({0}) AS BIGINT)"),
    ("mod/constant", "{0} % {1}"),
    ("latest/1", "{0}"),
    ("cast", "CAST({0} AS {type})"),
    ("letter", "SUBSTR({0}, {1}, 1)"),
    ("substring/constant", "SUBSTRING({*})"),
    ("left/constant", "LEFT({0}, {1})"),
    ("right/constant", "RIGHT({0}, {1})"),
    ("date/2", "CAST({0} AT TIME ZONE 'UTC' AT TIME ZONE {1} AS DATE)"),
    ("decimal_to_int", "CAST(TRUNC({0}) AS BIGINT)"),
    ("float_to_int", "CAST(TRUNC({0}) AS BIGINT)"),
    ("text_to_text", "{0}"),
    ("json_to_text", "{0}"),
    ("count_rows", "COUNT(*){over}"),
    ("count_distinct", "COUNT(DISTINCT {0}){over}"),
    ("count", "COUNT({0}){over}"),
    ("sum", "SUM({0}){over}"),
    ("min", "MIN({0}){over}"),
    ("max", "MAX({0}){over}"),
    ("row_number", "ROW_NUMBER(){over}"),
    ("rank", "RANK(){over}"),
    ("percent_rank", "PERCENT_RANK(){over}"),
    ("ntile", "NTILE({0}){over}"),
    ("lag", "LAG({0}){over}"),
];
