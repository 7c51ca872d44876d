//! The calendar: days and instants as numbers since 1970-01-01, in UTC and by the clocks of a zone. Takes numbers and
//! gives numbers, or years, months and days; only the offsets of zones come from the database of zones.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Stop;

/// Microseconds of a day.
pub const DAY: i64 = 86_400_000_000;

/// The days of a month.
#[must_use]
pub const fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 0000-03-01 of a calendar whose years begin in March, so that the leap day is the last.
const fn since_march(year: i64, month: i64, day: i64) -> i64 {
    let year = if month < 3 { year - 1 } else { year };
    let month = (month + 9) % 12;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (month * 153 + 2) / 5 + day - 1
}

/// The number of a day.
#[must_use]
pub const fn days(year: i64, month: i64, day: i64) -> i64 {
    since_march(year, month, day) - since_march(1970, 1, 1)
}

/// Year, month and day of a day's number.
#[must_use]
pub const fn civil(number: i64) -> (i64, i64, i64) {
    let mut year = 1970 + number.div_euclid(if number < 0 { 365 } else { 366 });
    while days(year + 1, 1, 1) <= number {
        year += 1;
    }
    let mut month = 1;
    let mut day = number - days(year, 1, 1);
    while day >= days_in(year, month) {
        day -= days_in(year, month);
        month += 1;
    }
    (year, month, day + 1)
}

/// `2026-01-15`
#[must_use]
pub fn date_text(number: i64) -> String {
    let (year, month, day) = civil(number);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2026-01-15 09:00:00[.25]`
#[must_use]
pub fn instant_text(micros: i64) -> String {
    let rest = micros.rem_euclid(DAY);
    let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000);
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = format!("{fraction:06}");
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{} {clock}{point}{fraction}", date_text(micros.div_euclid(DAY)))
}

/// A day of the years 1 to 9999.
///
/// # Errors
/// Where it is of another.
pub fn in_range(number: i64) -> Result<i64, Stop> {
    let sound = (days(1, 1, 1)..=days(9999, 12, 31)).contains(&number);
    sound.then_some(number).ok_or_else(|| Stop::new("a day outside of the years 1 to 9999"))
}

/// A day some calendar months later; a day that the month lacks is its last.
///
/// # Errors
/// Where that is outside of the years 1 to 9999.
pub fn add_months(number: i64, months: i64) -> Result<i64, Stop> {
    let (year, month, day) = civil(number);
    let total = year * 12 + month - 1 + months;
    let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    if !(1..=9999).contains(&year) {
        return Err(Stop::new("a day outside of the years 1 to 9999"));
    }
    Ok(days(year, month, day.min(days_in(year, month))))
}

/// The calendar day that a text spells as `2026-01-15`.
#[must_use]
pub fn parse_date(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let mut part = |width: usize| parts.next().filter(|it| it.len() == width).and_then(digits);
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let sound = parts.next().is_none() && year > 0 && (1..=12).contains(&month);
    (sound && (1..=days_in(year, month)).contains(&day)).then(|| days(year, month, day))
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|it| it.is_ascii_digit()).then(|| text.parse().ok())?
}

/// The instant that a text spells by ISO 8601: a day, or a day, `T` or a blank, hours and minutes, perhaps seconds with
/// perhaps a fraction of up to nine digits, and perhaps an offset.
#[must_use]
pub fn parse_instant(text: &str) -> Option<i64> {
    let start = parse_date(text.get(..10)?)? * DAY;
    let rest = text.get(10..)?;
    if rest.is_empty() {
        return Some(start);
    }
    let rest = rest.strip_prefix(['T', ' '])?;
    let (clock, offset) = rest.split_at(rest.find(['Z', '+', '-']).unwrap_or(rest.len()));
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, rest)| (clock, Some(rest)));
    let parts: Vec<i64> =
        clock.split(':').map(|part| digits(part).filter(|_| part.len() == 2)).collect::<Option<_>>()?;
    let (hour, minute, second) = match (parts.as_slice(), fraction) {
        ([hour, minute], None) => (*hour, *minute, 0),
        ([hour, minute, second], _) => (*hour, *minute, *second),
        _ => return None,
    };
    let micros = match fraction {
        None => 0,
        Some(part) if (1..=9).contains(&part.len()) => {
            digits(part)?;
            digits(&format!("{part:0<9}"))? / 1000
        }
        Some(_) => return None,
    };
    let sound = hour < 24 && minute < 60 && second < 60;
    let instant = start + (hour * 3600 + minute * 60 + second - parse_offset(offset)?) * 1_000_000 + micros;
    in_range(instant.div_euclid(DAY)).ok().filter(|_| sound).map(|_| instant)
}

/// `Z`, `+01`, `+0100`, `+01:00` or nothing, in seconds.
fn parse_offset(text: &str) -> Option<i64> {
    if text.is_empty() || text == "Z" {
        return Some(0);
    }
    let (sign, rest) = text.split_at_checked(1)?;
    let (hours, minutes) = rest.split_at_checked(2)?;
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    let minutes = if rest.len() == 2 { 0 } else { digits(minutes).filter(|it| minutes.len() == 2 && *it < 60)? };
    let seconds = digits(hours).filter(|it| *it < 16)? * 3600 + minutes * 60;
    Some(if sign == "-" { -seconds } else { seconds })
}

/// What the clocks of a zone show at an instant, as if it were UTC.
///
/// # Errors
/// Where the zone is unknown, or they show a day outside of the years 1 to 9999.
pub fn to_local(micros: i64, zone: &str) -> Result<i64, Stop> {
    let local = micros + offset(micros, zone)? * 1_000_000;
    in_range(local.div_euclid(DAY)).map(|_| local)
}

fn offset(micros: i64, zone: &str) -> Result<i64, Stop> {
    let known = TimeZone::get(zone).map_err(|_| Stop::new(format!("unknown time zone `{zone}`")))?;
    let at = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX);
    Ok(i64::from(known.to_offset(at).seconds()))
}

/// The instant at which the clocks of a zone show a local time. Where they show it twice it is the later; where they skip
/// it, as long after the skip as it stands in it.
///
/// # Errors
/// Where the zone is unknown, or the instant is outside of the years 1 to 9999.
pub fn to_utc(local: i64, zone: &str) -> Result<i64, Stop> {
    let (before, after) = (offset(local - DAY, zone)?, offset(local + DAY, zone)?);
    let (one, other) = (local - before * 1_000_000, local - after * 1_000_000);
    let shows = |instant: i64| Ok::<bool, Stop>(to_local(instant, zone)? == local);
    let (late, early) = (one.max(other), one.min(other));
    let instant = if shows(late)? || !shows(early)? { late } else { early };
    in_range(instant.div_euclid(DAY)).map(|_| instant)
}
