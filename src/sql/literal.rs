//! Takes constants, gives literals. Promises: text is escaped here and nowhere else; a literal has the type
//! of its constant, or one that becomes it beside a value of that type.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::template::{Written, level};
use crate::dialect::Dialect;
use crate::plan::rel::Constant;
use crate::types::Type;

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
        Constant::Decimal(digits, scale) => number(decimal(*digits, *scale)),
        Constant::Float(value) => number(format!("{value:?}")),
        Constant::Text(value) => Written::atom(text(value)),
        Constant::Date(days) => Written::atom(dialect.literal("date").replace("{}", &date(*days))),
        Constant::Timestamp(micros) => Written::atom(dialect.literal("timestamp").replace("{}", &timestamp(*micros))),
        Constant::Duration(micros) => number(format!("{micros} /* {} */", duration(*micros))),
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

/// `150` at scale 2 is `1.50`.
#[must_use]
pub fn decimal(digits: i64, scale: u8) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", digits.unsigned_abs(), width = usize::from(scale) + 1);
    match text.split_at_checked(text.len() - usize::from(scale)) {
        Some((whole, fraction)) if scale > 0 => format!("{sign}{whole}.{fraction}"),
        _ => format!("{sign}{text}"),
    }
}

/// Days since 1970-01-01 as `2026-01-15`.
#[must_use]
pub fn date(days: i32) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(days.days()).unwrap_or(if days < 0 { Date::MIN } else { Date::MAX }).to_string()
}

/// Microseconds since 1970-01-01T00:00Z as `2026-01-15 09:00:00`, with a fraction only where there is one.
#[must_use]
pub fn timestamp(micros: i64) -> String {
    let end = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let instant = Timestamp::from_microsecond(micros).unwrap_or(end);
    instant.strftime("%Y-%m-%d %H:%M:%S%.f").to_string()
}

/// Microseconds in their greatest whole unit: `14 days`, `90 minutes`, `1.5 seconds`.
#[must_use]
pub fn duration(micros: i64) -> String {
    const UNITS: &[(i64, &str)] =
        &[(86_400_000_000, "day"), (3_600_000_000, "hour"), (60_000_000, "minute"), (1_000_000, "second")];
    match UNITS.iter().find(|(unit, _)| micros % unit == 0) {
        Some((unit, name)) => counted(micros / unit, name),
        None => format!("{} seconds", decimal(micros, 6).trim_end_matches('0')),
    }
}

/// Calendar months: `3 months`, `1 year`.
#[must_use]
pub fn months(count: i64) -> String {
    if count != 0 && count % 12 == 0 { counted(count / 12, "year") } else { counted(count, "month") }
}

fn counted(count: i64, unit: &str) -> String {
    format!("{count} {unit}{}", if count.abs() == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_readable() {
        assert_eq!(decimal(150, 2), "1.50");
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(7, 0), "7");
        assert_eq!(date(20_468), "2026-01-15");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(timestamp(1_768_467_600_000_000), "2026-01-15 09:00:00");
        assert_eq!(timestamp(-500_000), "1969-12-31 23:59:59.5");
        assert_eq!(duration(14 * 86_400_000_000), "14 days");
        assert_eq!(duration(-3_600_000_000), "-1 hour");
        assert_eq!(duration(1_500_000), "1.5 seconds");
        assert_eq!(duration(0), "0 days");
        assert_eq!(months(12), "1 year");
        assert_eq!(text("it's"), "'it''s'");
    }
}
