//! Takes numbers, percentages, durations and instants as they are written and gives constants. A number with a
//! point is an exact decimal; a date opposite an instant becomes its midnight elsewhere.

use miette::Diagnostic;
use thiserror::Error;

use crate::program::context::{Ctx, error, make};
use crate::program::mistakes::{self, Unknown};
use crate::program::{Expr, ExprKind, Literal};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{Type, civil};

/// Units of exact time, in microseconds.
const UNITS: [(&str, i64); 5] = [
    ("second", 1_000_000),
    ("minute", 60_000_000),
    ("hour", 3_600_000_000),
    ("day", 86_400_000_000),
    ("week", 604_800_000_000),
];

/// Units of the calendar, in months.
const CALENDAR: [(&str, i32); 2] = [("month", 1), ("year", 12)];

#[derive(Debug, Error, Diagnostic)]
#[error("the number `{digits}` is too large")]
#[diagnostic(code("number-too-large"))]
struct NumberTooLarge {
    digits: String,
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[help]
    help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`@{text}` is not a date or an instant")]
#[diagnostic(code("bad-date"))]
struct BadDate {
    text: String,
    #[label(primary, "{why}")]
    at: Span,
    why: String,
    #[help]
    help: String,
}

impl Ctx<'_> {
    pub(super) fn number(&mut self, digits: &str, span: Span) -> Expr {
        match digits.split_once('.') {
            None => match digits.parse() {
                Ok(value) => make(ExprKind::Literal(Literal::Int(value)), Type::Int.required(), span),
                Err(_) => self.too_large(digits, span, "an int is at most 9223372036854775807"),
            },
            Some((whole, fraction)) => self.decimal(digits, whole, fraction, span),
        }
    }

    /// `25%` is 0.25.
    pub(super) fn percent(&mut self, digits: &str, span: Span) -> Expr {
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let padded = format!("{whole:0>3}");
        let (whole, hundredths) = padded.split_at(padded.len() - 2);
        self.decimal(digits, whole, &format!("{hundredths}{fraction}"), span)
    }

    fn decimal(&mut self, digits: &str, whole: &str, fraction: &str, span: Span) -> Expr {
        let significant = whole.trim_start_matches('0').len() + fraction.len();
        let value = format!("{whole}{fraction}").parse::<i64>().ok().filter(|_| significant <= 18);
        let Some(value) = value else {
            return self.too_large(digits, span, "a decimal has at most 18 digits");
        };
        let kind = Type::Decimal { precision: significant.max(1) as u8, scale: fraction.len() as u8 };
        make(ExprKind::Literal(Literal::Decimal(value)), kind.required(), span)
    }

    /// Reports a number with too many digits.
    pub(super) fn too_large(&mut self, digits: &str, span: Span, why: &'static str) -> Expr {
        self.diags.push(NumberTooLarge { digits: digits.to_owned(), at: span, why, help: "use fewer digits" });
        error(span)
    }

    pub(super) fn duration(&mut self, amount: &str, unit: &ast::Name, span: Span) -> Expr {
        let singular = unit.text.strip_suffix('s').unwrap_or(&unit.text);
        if let Some((_, micros)) = UNITS.iter().find(|(name, _)| *name == singular) {
            return match exact(amount, *micros) {
                Some(value) => make(ExprKind::Literal(Literal::Duration(value)), Type::Duration.required(), span),
                None => self.too_large(amount, span, "a duration is at most some 290,000 years, to the microsecond"),
            };
        }
        if let Some((_, months)) = CALENDAR.iter().find(|(name, _)| *name == singular) {
            return match amount.parse::<i32>().ok().and_then(|amount| amount.checked_mul(*months)) {
                Some(value) => make(ExprKind::Literal(Literal::Months(value)), Type::Months.required(), span),
                None => self.too_large(amount, span, "months and years are whole numbers below 178 million"),
            };
        }
        let words = ["minutes", "hours", "days", "weeks", "months", "years"];
        let known = words.iter().map(|word| (*word, None));
        self.diags.push(Unknown::new(mistakes::UNIT, &unit.text, unit.span).among(known).or_one_of(&words));
        error(span)
    }

    pub(super) fn instant(&mut self, text: &str, span: Span) -> Expr {
        if !text.contains('T') {
            return match text.parse::<jiff::civil::Date>() {
                Ok(date) => make(ExprKind::Literal(Literal::Date(civil::number(date))), Type::Date.required(), span),
                Err(_) => self.bad_date(text, span, "there is no such day"),
            };
        }
        match text.parse::<jiff::Timestamp>() {
            Ok(instant) => {
                let value = instant.as_microsecond();
                make(ExprKind::Literal(Literal::Timestamp(value)), Type::Timestamp.required(), span)
            }
            Err(_) if text.parse::<jiff::civil::DateTime>().is_ok() => {
                let why = "an instant names its zone: `Z`, or an offset such as `+01:00`".to_owned();
                let help = format!("write `@{text}Z` if it is in UTC");
                self.diags.push(BadDate { text: text.to_owned(), at: span, why, help });
                error(span)
            }
            Err(_)
                if text
                    .strip_prefix("9999")
                    .is_some_and(|rest| format!("9998{rest}").parse::<jiff::Timestamp>().is_ok()) =>
            {
                self.bad_date(text, span, "instants end with 9999-12-30T22:00Z")
            }
            Err(_) => self.bad_date(text, span, "there is no such instant"),
        }
    }

    fn bad_date(&mut self, text: &str, span: Span, why: &str) -> Expr {
        let (why, help) = match padded(text) {
            Some(day) => ("months and days have two digits", format!("write `@{day}`")),
            None => (why, "write a day `@2026-01-15` or an instant `@2026-01-15T09:00Z`".to_owned()),
        };
        self.diags.push(BadDate { text: text.to_owned(), at: span, why: why.to_owned(), help });
        error(span)
    }
}

/// The day that is meant where a month or a day has one digit.
fn padded(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let day = format!("{year}-{month:0>2}-{day:0>2}");
    (parts.next().is_none() && day != text && day.parse::<jiff::civil::Date>().is_ok()).then_some(day)
}

/// A duration as it is written, in microseconds.
pub(in crate::program) fn micros(amount: &str, unit: &str) -> Option<i64> {
    let is_number = amount.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let singular = unit.strip_suffix('s').unwrap_or(unit);
    let (_, micros) = UNITS.iter().find(|(name, _)| *name == singular)?;
    exact(amount, *micros).filter(|_| is_number)
}

/// A number of units in microseconds, if it is a whole number of them.
fn exact(amount: &str, unit: i64) -> Option<i64> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let micros = digits.checked_mul(i128::from(unit))?;
    if micros % scale != 0 {
        return None;
    }
    i64::try_from(micros / scale).ok()
}
