//! Takes constants, gives literals. Promises: text is escaped here and nowhere else; a literal has the type
//! of its constant, or one that becomes it beside a value of that type.

use jiff::Timestamp;

use super::template::{Written, level};
use crate::dialect::Dialect;
use crate::plan::rel::Constant;
use crate::types::{Type, civil, written};

/// Text in quotes.
#[must_use]
pub fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A constant.
#[must_use]
pub fn constant(constant: &Constant, dialect: &Dialect) -> Written {
    match constant {
        Constant::Null(None) => Written::atom("NULL"),
        Constant::Null(Some(kind)) => Written::atom(format!("CAST(NULL AS {})", dialect.type_name(kind))),
        Constant::Bool(value) => Written::atom(if *value { "TRUE" } else { "FALSE" }),
        Constant::Int(value) => integer(*value, dialect),
        Constant::Decimal(digits, _) if dialect.scaled_decimals => integer(*digits, dialect),
        Constant::Decimal(digits, scale) => number(written::decimal(*digits, *scale)),
        Constant::Float(value) => number(format!("{value:?}")),
        Constant::Text(value) => Written::atom(text(value)),
        Constant::Date(days) => Written::atom(dialect.literal("date").replace("{}", &date(*days))),
        Constant::Timestamp(micros) => Written::atom(dialect.literal("timestamp").replace("{}", &timestamp(*micros))),
        Constant::Duration(micros) => number(format!("{micros} /* {} */", written::duration(*micros))),
    }
}

fn integer(value: i64, dialect: &Dialect) -> Written {
    if value == i64::MIN {
        return Written::atom(format!("CAST('{value}' AS {})", dialect.type_name(&Type::Int)));
    }
    number(value.to_string())
}

fn number(text: String) -> Written {
    let level = if text.starts_with('-') { level::UNARY } else { level::ATOM };
    Written { level, ..Written::atom(text) }
}

/// Days since 1970-01-01 as `2026-01-15`.
#[must_use]
pub fn date(days: i32) -> String {
    civil::text(days)
}

/// Microseconds since 1970-01-01T00:00Z as `2026-01-15 09:00:00`, with a fraction only where there is one.
#[must_use]
pub fn timestamp(micros: i64) -> String {
    let end = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let instant = Timestamp::from_microsecond(micros).unwrap_or(end);
    instant.strftime("%Y-%m-%d %H:%M:%S%.f").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_readable() {
        assert_eq!(date(20_468), "2026-01-15");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(timestamp(1_768_467_600_000_000), "2026-01-15 09:00:00");
        assert_eq!(timestamp(-500_000), "1969-12-31 23:59:59.5");
        assert_eq!(text("it's"), "'it''s'");
    }
}
