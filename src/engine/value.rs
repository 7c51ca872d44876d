//! A value of a row, in the language's types. Takes the text that a loader, a server or a file writes, and gives the value
//! or nothing; gives the canonical text back. Instants are UTC, so that the order of their texts is the order of time.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, ToSpan as _};

use crate::types::{Type, written};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// An integer; also a duration, in microseconds.
    Int(i64),
    /// All digits of a decimal, and how many of them stand after the point.
    Decimal(i64, u8),
    /// A double.
    Float(f64),
    /// Text, an enum's value, JSON.
    Text(String),
    /// `YYYY-MM-DD`
    Date(String),
    /// `YYYY-MM-DD HH:MM:SS[.ffffff]`, UTC, the fraction without trailing zeros.
    Timestamp(String),
}

impl Value {
    /// Reads a text as a type: what loaders, servers and people write. `None` where it does not fit.
    #[must_use]
    pub fn parse(text: &str, kind: &Type) -> Option<Self> {
        Some(match kind {
            Type::Text | Type::Json | Type::Null | Type::Error => Self::Text(text.to_owned()),
            Type::Enum(values) => values.iter().any(|it| it == text).then(|| Self::Text(text.to_owned()))?,
            Type::Int | Type::Duration | Type::Months => Self::Int(text.trim().parse().ok()?),
            Type::Decimal { precision, scale } => Self::Decimal(decimal(text.trim(), *precision, *scale)?, *scale),
            Type::Float => {
                let number: f64 = text.trim().parse().ok()?;
                Self::float(number.is_finite().then_some(number)?)
            }
            Type::Bool => Self::Bool(boolean(text.trim())?),
            Type::Date => Self::Date(date(text.trim())?),
            Type::Timestamp => Self::Timestamp(timestamp(text.trim())?),
        })
    }

    /// A double; there is one zero, without a sign.
    #[must_use]
    pub fn float(value: f64) -> Self {
        Self::Float(value + 0.0)
    }

    /// The canonical text; `None` for null.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Decimal(digits, scale) => written::decimal(*digits, *scale),
            Self::Float(value) => value.to_string(),
            Self::Text(text) | Self::Date(text) | Self::Timestamp(text) => text.clone(),
        })
    }

    /// As JSON: decimals and integers beyond 2^53 are texts, so that no reader rounds them; instants are RFC 3339.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) if value.unsigned_abs() <= 1 << 53 => (*value).into(),
            Self::Float(value) => (*value).into(),
            Self::Timestamp(text) => format!("{}Z", text.replacen(' ', "T", 1)).into(),
            Self::Int(_) | Self::Decimal(..) | Self::Text(_) | Self::Date(_) => self.text().into(),
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The integer, or 0.
    #[must_use]
    pub const fn int(&self) -> i64 {
        match self {
            Self::Int(value) => *value,
            _ => 0,
        }
    }
}

/// The text of an instant of seconds since 1970.
#[must_use]
pub fn instant_text(seconds: i64) -> String {
    let start = Date::constant(1970, 1, 1).at(0, 0, 0, 0);
    start
        .checked_add(seconds.seconds())
        .map_or_else(|_| "9999-12-31 23:59:59".to_owned(), |at| canonical(at.date(), at.time()))
}

/// The text of an instant of microseconds since 1970.
#[must_use]
pub fn micros_text(micros: i64) -> String {
    let start = Date::constant(1970, 1, 1).at(0, 0, 0, 0);
    let added = start.checked_add(SignedDuration::from_micros(micros));
    added.map_or_else(|_| "9999-12-31 23:59:59".to_owned(), |at| canonical(at.date(), at.time()))
}

/// The seconds since 1970 of a canonical text of an instant.
#[must_use]
pub fn instant_seconds(text: &str) -> Option<i64> {
    let (day, time) = split_time(text)?;
    let at = parse_date(day)?.to_datetime(parse_clock(time)?);
    let start = Date::constant(1970, 1, 1).at(0, 0, 0, 0);
    Some(at.duration_since(start).as_secs())
}

/// The microseconds since 1970 of a canonical text of an instant.
#[must_use]
pub fn instant_micros(text: &str) -> Option<i64> {
    let (day, time) = split_time(text)?;
    let at = parse_date(day)?.to_datetime(parse_clock(time)?);
    i64::try_from(at.duration_since(Date::constant(1970, 1, 1).at(0, 0, 0, 0)).as_micros()).ok()
}

/// The days since 1970 of a canonical text of a day.
#[must_use]
pub fn day_number(text: &str) -> Option<i32> {
    let day = parse_date(text)?.duration_since(Date::constant(1970, 1, 1));
    i32::try_from(day.as_hours() / 24).ok()
}

/// The text of a day, by the days since 1970; `None` outside of the years that there are.
#[must_use]
pub fn day_text(days: i32) -> Option<String> {
    Date::constant(1970, 1, 1).checked_add(days.days()).ok().map(|day| day.to_string())
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "TRUE" | "True" | "t" | "T" | "1" => Some(true),
        "false" | "FALSE" | "False" | "f" | "F" | "0" => Some(false),
        _ => None,
    }
}

fn decimal(text: &str, precision: u8, scale: u8) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let kept = fraction.trim_end_matches('0');
    if kept.len() > scale as usize {
        return None;
    }
    let mut number = if whole.is_empty() { 0 } else { whole.parse::<i64>().ok()? };
    number = number.checked_mul(10_i64.checked_pow(u32::from(scale))?)?;
    if !kept.is_empty() {
        let shift = u32::from(scale) - u32::try_from(kept.len()).ok()?;
        number = number.checked_add(kept.parse::<i64>().ok()?.checked_mul(10_i64.pow(shift))?)?;
    }
    (number < 10_i64.checked_pow(u32::from(precision))?).then_some(if negative { -number } else { number })
}

fn date(text: &str) -> Option<String> {
    if let Some((day, time)) = split_time(text) {
        // A day that a loader wrote as an instant: midnight is that day, anything else would lose time.
        let midnight = parse_clock(time.trim_end_matches(['Z', 'z']))? == Time::midnight();
        return midnight.then(|| parse_date(day).map(|date| date.to_string()))?;
    }
    Some(parse_date(text)?.to_string())
}

fn timestamp(text: &str) -> Option<String> {
    let Some((day, rest)) = split_time(text) else {
        return Some(canonical(parse_date(text)?, Time::midnight()));
    };
    let (clock, offset) = split_offset(rest)?;
    let at = parse_date(day)?.to_datetime(parse_clock(clock)?);
    let utc = at.checked_sub(SignedDuration::from_secs(i64::from(offset.seconds()))).ok()?;
    (utc.year() >= 0).then(|| canonical(utc.date(), utc.time()))
}

fn split_time(text: &str) -> Option<(&str, &str)> {
    let (day, rest) = text.split_once(['T', 't', ' '])?;
    Some((day, rest.trim_start()))
}

fn split_offset(text: &str) -> Option<(&str, Offset)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock.trim_end(), Offset::UTC));
    }
    if let Some(clock) = text.strip_suffix(" UTC") {
        return Some((clock, Offset::UTC));
    }
    let Some(place) = text.find(['+', '-']) else { return Some((text, Offset::UTC)) };
    let (clock, offset) = text.split_at_checked(place)?;
    let negative = offset.starts_with('-');
    let digits: String = offset.chars().skip(1).filter(|it| *it != ':').collect();
    if !digits.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits.get(..2)?.parse::<i32>().ok()?, digits.get(2..)?.parse::<i32>().ok()?),
        _ => return None,
    };
    let seconds = hours * 3600 + minutes * 60;
    Some((clock.trim_end(), Offset::from_seconds(if negative { -seconds } else { seconds }).ok()?))
}

fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || parts.next().is_some() || !text.bytes().all(|it| it.is_ascii_digit() || it == b'-') {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn parse_clock(text: &str) -> Option<Time> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !clock.bytes().all(|it| it.is_ascii_digit() || it == b':') || !fraction.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next().unwrap_or("0"));
    if parts.next().is_some() {
        return None;
    }
    let micros: i32 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?, micros * 1000).ok()
}

fn canonical(date: Date, time: Time) -> String {
    let clock = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    let micros = format!("{:06}", time.subsec_nanosecond() / 1000);
    let fraction = micros.trim_end_matches('0');
    if fraction.is_empty() { format!("{date} {clock}") } else { format!("{date} {clock}.{fraction}") }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<String> {
        Value::parse(text, &Type::Timestamp)?.text()
    }

    #[test]
    fn instants_become_utc() {
        assert_eq!(at("2020-03-16 9:06:20.264").unwrap(), "2020-03-16 09:06:20.264");
        assert_eq!(at("2020-03-16T19:06:20Z").unwrap(), "2020-03-16 19:06:20");
        assert_eq!(at("2020-03-16T00:30:00.100000+01:30").unwrap(), "2020-03-15 23:00:00.1");
        assert_eq!(at("2020-03-16 19:06:20+00").unwrap(), "2020-03-16 19:06:20");
        assert_eq!(at("2020-03-16").unwrap(), "2020-03-16 00:00:00");
        for bad in ["2020-02-30", "20-01-01", "2020-01-01 25:00", "x", "", "2020-01-01 10:00:00+1", "2020-01-01 é"] {
            assert_eq!(at(bad), None, "{bad}");
        }
        assert_eq!(instant_seconds("1970-01-02 00:00:01"), Some(86401));
        assert_eq!(instant_text(86401), "1970-01-02 00:00:01");
    }

    #[test]
    fn decimals_are_exact() {
        let money = Type::Decimal { precision: 6, scale: 2 };
        let read = |text: &str| Value::parse(text, &money).and_then(|value| value.text());
        assert_eq!(read("1.5").unwrap(), "1.50");
        assert_eq!(read("-0.05").unwrap(), "-0.05");
        assert_eq!(read("12.3400").unwrap(), "12.34");
        assert_eq!(read(".5").unwrap(), "0.50");
        assert_eq!(read("9999.99").unwrap(), "9999.99");
        for bad in ["1.234", "10000", "1e3", "", ".", "-", "1,5"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_are_not_instants() {
        assert_eq!(Value::parse("2020-01-02 00:00:00", &Type::Date).unwrap().text().unwrap(), "2020-01-02");
        assert_eq!(Value::parse("2020-01-02 10:00:00", &Type::Date), None);
        assert_eq!(Value::parse("maybe", &Type::Bool), None);
    }
}
