//! Functions of time on text: days `2026-01-15`, instants `2026-01-15 09:00:00[.5]` in UTC, zones of the database of zones
//! that plgc carries. Promises: text order is time order; what is no day or instant is an error.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan as _};

const DAY: i64 = 86_400_000_000;

/// A day or an instant.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    /// A day.
    Day(Date),
    /// An instant.
    Instant(DateTime),
}

/// Reads a day or an instant.
pub(super) fn read(text: &str) -> Result<When, String> {
    let day = (text.len() == 10).then(|| day(text)).flatten().map(When::Day);
    day.or_else(|| instant(text).map(When::Instant))
        .ok_or_else(|| format!("`{text}` is neither a date nor a timestamp"))
}

fn read_instant(text: &str) -> Result<DateTime, String> {
    Ok(match read(text)? {
        When::Day(date) => date.to_datetime(Time::midnight()),
        When::Instant(instant) => instant,
    })
}

/// `2026-01-15`
pub(super) fn day(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let good = bytes.len() == 10 && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    let part = |from: usize, to: usize| number(text.get(from..to)?);
    let year = i16::try_from(part(0, 4)?).ok().filter(|year| good && *year > 0)?;
    Date::new(year, i8::try_from(part(5, 7)?).ok()?, i8::try_from(part(8, 10)?).ok()?).ok()
}

fn number(text: &str) -> Option<i64> {
    text.bytes().all(|it| it.is_ascii_digit()).then(|| text.parse().ok())?
}

/// ISO 8601, in UTC where it names no offset; a day is its midnight.
fn instant(text: &str) -> Option<DateTime> {
    let date = day(text.get(..10)?)?;
    let Some(rest) = text.get(10..).filter(|rest| !rest.is_empty()) else {
        return Some(date.to_datetime(Time::midnight()));
    };
    let rest = rest.strip_prefix(['T', ' '])?;
    let end = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at_checked(end)?;
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
    let mut parts = clock.split(':');
    let mut part = |limit: i64| parts.next().filter(|it| it.len() == 2).and_then(number).filter(|it| *it < limit);
    let (hour, minute, second) = (part(24)?, part(60)?, part(60));
    let whole = clock.len() == if second.is_some() { 8 } else { 5 };
    if !whole || (fraction.is_some() && second.is_none()) {
        return None;
    }
    let nanos = fraction.map_or(Some(0), |digits| {
        let good = (1..=9).contains(&digits.len());
        number(&format!("{:0<6}000", digits.get(..6).unwrap_or(digits))).filter(|_| good && number(digits).is_some())
    })?;
    let local =
        date.at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second.unwrap_or(0)).ok()?, 0);
    let moved = nanos / 1000 - offset(zone)? * 1_000_000;
    local.checked_add(moved.microseconds()).ok()
}

/// `Z`, `+01`, `+0100`, `+01:00`, or nothing: in seconds.
fn offset(zone: &str) -> Option<i64> {
    if zone.is_empty() || zone == "Z" {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits = zone.get(1..)?;
    let digits = if digits.len() == 5 && digits.as_bytes().get(2) == Some(&b':') {
        digits.replace(':', "")
    } else {
        digits.to_owned()
    };
    let hours = number(digits.get(..2)?).filter(|it| *it < 16)?;
    let minutes = match digits.get(2..)? {
        "" => 0,
        minutes => number(minutes).filter(|it| *it < 60 && minutes.len() == 2)?,
    };
    Some(sign * (hours * 3600 + minutes * 60))
}

pub(super) fn write_instant(instant: DateTime) -> Result<String, String> {
    if instant.year() < 1 {
        return Err("a timestamp is before the year 1".to_owned());
    }
    let clock = format!("{} {:02}:{:02}:{:02}", instant.date(), instant.hour(), instant.minute(), instant.second());
    let micros = instant.subsec_nanosecond() / 1000;
    if micros == 0 {
        return Ok(clock);
    }
    Ok(format!("{clock}.{}", format!("{micros:06}").trim_end_matches('0')))
}

/// The text of a day; years have four digits, from 1 on.
fn write_day(day: Date) -> Option<String> {
    (day.year() >= 1).then(|| day.to_string())
}

/// A day or an instant, some microseconds later; a day moves by whole days.
///
/// # Errors
/// Where the text is neither, or the result is out of range.
pub fn add(text: &str, micros: i64) -> Result<String, String> {
    let far = |_| format!("`{text}` leaves the range of years");
    match read(text)? {
        When::Day(day) => {
            let moved = day.checked_add((micros / DAY).days()).map_err(far)?;
            write_day(moved).ok_or_else(|| format!("`{text}` leaves the range of years"))
        }
        When::Instant(instant) => {
            let days = micros.div_euclid(DAY).days();
            let moved = instant.checked_add(days).and_then(|it| it.checked_add(micros.rem_euclid(DAY).microseconds()));
            write_instant(moved.map_err(far)?)
        }
    }
}

/// A day or an instant, some calendar months later; a day that the month lacks is its last.
///
/// # Errors
/// Where the text is neither, or the result is out of range.
pub fn add_months(text: &str, months: i64) -> Result<String, String> {
    let far = |_| format!("`{text}` leaves the range of years");
    let months = jiff::Span::new().try_months(months).map_err(far)?;
    match read(text)? {
        When::Day(day) => write_day(day.checked_add(months).map_err(far)?)
            .ok_or_else(|| format!("`{text}` leaves the range of years")),
        When::Instant(instant) => write_instant(instant.checked_add(months).map_err(far)?),
    }
}

/// The microseconds from one day or instant to another.
///
/// # Errors
/// Where a text is neither.
pub fn between(from: &str, to: &str) -> Result<i64, String> {
    Ok(micros(read_instant(to)?) - micros(read_instant(from)?))
}

fn micros(instant: DateTime) -> i64 {
    let since = instant.duration_since(Date::constant(1970, 1, 1).at(0, 0, 0, 0));
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

pub(super) fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("`{name}` is not a time zone"))
}

pub(super) fn to_local(instant: DateTime, zone: &TimeZone) -> Result<DateTime, String> {
    // The database of zones ends two hours before the last day that there is.
    let at = TimeZone::UTC.to_timestamp(instant).unwrap_or(Timestamp::MAX);
    moved(instant, i64::from(zone.to_offset(at).seconds()))
}

fn moved(instant: DateTime, seconds: i64) -> Result<DateTime, String> {
    instant.checked_add(seconds.seconds()).map_err(|_| format!("`{instant}` leaves the range of years"))
}

/// An instant by the clocks of a zone.
///
/// # Errors
/// Where the text is no instant, or the zone is unknown.
pub fn local(text: &str, name: &str) -> Result<String, String> {
    write_instant(to_local(read_instant(text)?, &zone(name)?)?)
}

/// The first instant of the day, week, month or year, by the clocks of a zone; of a day, the first day.
///
/// # Errors
/// Where the text is neither, or the zone is unknown.
pub fn start_of(unit: &str, text: &str, name: &str) -> Result<String, String> {
    let first = |date: Date| match unit {
        "week" => date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok(),
        "month" => Some(date.first_of_month()),
        "year" => Some(date.first_of_year()),
        _ => Some(date),
    };
    let far = || format!("`{text}` leaves the range of years");
    match read(text)? {
        When::Day(day) => first(day).and_then(write_day).ok_or_else(far),
        When::Instant(instant) => {
            let zone = zone(name)?;
            let date = first(to_local(instant, &zone)?.date()).ok_or_else(far)?;
            write_instant(to_utc(date.to_datetime(Time::midnight()), &zone)?)
        }
    }
}

/// The instant of a local time: the later one where there are two, as long after as the gap where there is none.
pub(super) fn to_utc(local: DateTime, zone: &TimeZone) -> Result<DateTime, String> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let instant = match ambiguous.offset() {
        AmbiguousOffset::Fold { .. } => ambiguous.later(),
        _ => ambiguous.compatible(),
    };
    match instant {
        Ok(instant) => Ok(TimeZone::UTC.to_datetime(instant)),
        Err(_) => moved(local, -i64::from(zone.to_offset(Timestamp::MAX).seconds())),
    }
}

/// The latest `t + n × every months` that is not after `now`, for n from 0 on; null where `t` is after it.
///
/// # Errors
/// Where a text is neither a day nor an instant.
pub fn anniversary(text: &str, every: i64, now: &str) -> Result<Option<String>, String> {
    let (start, end) = (read_instant(text)?, read_instant(now)?);
    if start > end || every < 1 {
        return Ok(None);
    }
    let months = i64::from(end.year() - start.year()) * 12 + i64::from(end.month() - start.month());
    let latest = months / every;
    let candidate = add_months(text, latest * every)?;
    if read_instant(&candidate)? <= end {
        Ok(Some(candidate))
    } else {
        add_months(text, (latest - 1) * every).map(Some)
    }
}

/// The day that a text spells, as `2026-01-15`.
#[must_use]
pub fn text_to_date(text: &str) -> Option<String> {
    day(text.trim_matches(' ')).map(|day| day.to_string())
}

/// The instant that a text spells, by ISO 8601.
#[must_use]
pub fn text_to_timestamp(text: &str) -> Option<String> {
    instant(text.trim_matches(' ')).and_then(|instant| write_instant(instant).ok())
}

/// A duration in words, `14 days`, in microseconds.
#[must_use]
pub fn duration(text: &str) -> Option<i64> {
    let (count, unit) = text.split_once(' ')?;
    let unit = match unit.trim_end_matches('s') {
        "day" => DAY,
        "hour" => 3_600_000_000,
        "minute" => 60_000_000,
        "second" => 1_000_000,
        _ => return None,
    };
    let (whole, fraction) = count.split_once('.').unwrap_or((count, ""));
    let fraction = (unit == 1_000_000 || fraction.is_empty()).then(|| number(&format!("{fraction:0<6}")))??;
    let fraction = if count.starts_with('-') { -fraction } else { fraction };
    whole.parse::<i64>().ok()?.checked_mul(unit)?.checked_add(fraction)
}

#[cfg(test)]
#[path = "time/tests.rs"]
mod tests;
