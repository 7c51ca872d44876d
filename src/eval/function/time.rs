//! Functions of time. Takes the values of a call, gives its value: an instant is read by the clocks of the zone that the
//! call names, else in UTC; a date has no zone. Promises: weeks begin on Monday, months clamp once, from the original.

use std::cmp::Ordering;

use super::number::best;
use super::{Body, Call, Value, or_null};
use crate::eval::{DAY, Stop, calendar};

/// The functions of this subject.
pub static ALL: &[(&str, Body)] = &[
    ("date", date),
    ("timestamp", timestamp),
    ("earliest", |call| best(call, Ordering::Less)),
    ("latest", |call| best(call, Ordering::Greater)),
    ("anniversary", anniversary),
    ("year", |call| part(call, |(year, _, _), _| year)),
    ("month", |call| part(call, |(_, month, _), _| month)),
    ("day", |call| part(call, |(_, _, day), _| day)),
    ("weekday", |call| part(call, |_, local| weekday(local.div_euclid(DAY)))),
    ("hour", |call| part(call, |_, local| local.rem_euclid(DAY) / 3_600_000_000)),
    ("minute", |call| part(call, |_, local| local.rem_euclid(3_600_000_000) / 60_000_000)),
    ("add_business_days", add_business_days),
    ("start_of_day", |call| start(call, |day| day)),
    ("start_of_week", |call| start(call, |day| day + 1 - weekday(day))),
    ("start_of_month", |call| start(call, |day| day + 1 - calendar::civil(day).2)),
    ("start_of_year", |call| start(call, |day| calendar::days(calendar::civil(day).0, 1, 1))),
    ("days", |call| length(call, DAY)),
    ("hours", |call| length(call, 3_600_000_000)),
];

/// Monday is 1; 1970-01-01 was a Thursday.
const fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7) + 1
}

/// What the clocks show, as if it were UTC; of a date, its midnight.
fn local(call: &Call<'_>) -> Result<i64, Stop> {
    match (call.at(0), call.at(1)) {
        (Value::Timestamp(at), Value::Text(zone)) => calendar::to_local(*at, zone),
        (Value::Timestamp(at), _) => Ok(*at),
        (Value::Date(day), _) => Ok(day * DAY),
        (other, _) => Err(Stop::new(format!("{other:?} is neither a date nor a timestamp"))),
    }
}

fn part(call: &Call<'_>, of: fn((i64, i64, i64), i64) -> i64) -> Result<Value, Stop> {
    let local = local(call)?;
    Ok(Value::Int(of(calendar::civil(local.div_euclid(DAY)), local)))
}

fn start(call: &Call<'_>, first: fn(i64) -> i64) -> Result<Value, Stop> {
    let day = calendar::in_range(first(local(call)?.div_euclid(DAY)))?;
    match (call.at(0), call.at(1)) {
        (Value::Timestamp(_), Value::Text(zone)) => calendar::to_utc(day * DAY, zone).map(Value::Timestamp),
        (Value::Timestamp(_), _) => Ok(Value::Timestamp(day * DAY)),
        _ => Ok(Value::Date(day)),
    }
}

/// One day after the other, until enough of them were business days.
fn add_business_days(call: &Call<'_>) -> Result<Value, Stop> {
    let off: Vec<i64> = call.text(2).split(',').filter_map(calendar::parse_date).collect();
    let zone = match call.at(3) {
        Value::Text(zone) => zone.as_str(),
        _ => "UTC",
    };
    let local = match call.at(0) {
        Value::Timestamp(at) => calendar::to_local(*at, zone)?,
        Value::Date(day) => day * DAY,
        _ => return Ok(Value::Null),
    };
    let mut day = local.div_euclid(DAY);
    let mut left = call.int(1);
    while left != 0 {
        day = calendar::in_range(day + left.signum())?;
        if weekday(day) < 6 && !off.contains(&day) {
            left -= left.signum();
        }
    }
    match call.at(0) {
        Value::Timestamp(_) if call.int(1) != 0 => {
            calendar::to_utc(day * DAY + local.rem_euclid(DAY), zone).map(Value::Timestamp)
        }
        Value::Date(_) => Ok(Value::Date(day)),
        other => Ok(other.clone()),
    }
}

fn date(call: &Call<'_>) -> Result<Value, Stop> {
    match call.at(0) {
        Value::Null => Ok(Value::Null),
        Value::Text(text) => Ok(or_null(calendar::parse_date(text.trim_matches(' ')), Value::Date)),
        _ => Ok(Value::Date(local(call)?.div_euclid(DAY))),
    }
}

fn timestamp(call: &Call<'_>) -> Result<Value, Stop> {
    Ok(match call.at(0) {
        Value::Text(text) => or_null(calendar::parse_instant(text.trim_matches(' ')), Value::Timestamp),
        Value::Date(day) => Value::Timestamp(day * DAY),
        other => other.clone(),
    })
}

fn length(call: &Call<'_>, unit: i64) -> Result<Value, Stop> {
    Ok(match call.at(0) {
        Value::Duration(micros) => Value::float(*micros as f64 / unit as f64),
        _ => Value::Null,
    })
}

/// One after the other, the instants `t + n × every`, until one is after now.
fn anniversary(call: &Call<'_>) -> Result<Value, Stop> {
    let (day, rest) = match call.at(0) {
        Value::Timestamp(at) => (at.div_euclid(DAY), at.rem_euclid(DAY)),
        Value::Date(day) => (*day, 0),
        _ => return Ok(Value::Null),
    };
    let Value::Months(every) = call.at(1) else { return Ok(Value::Null) };
    let mut latest = Value::Null;
    for n in 0.. {
        let Ok(next) = calendar::add_months(day, n * every) else { break };
        if next * DAY + rest > call.now {
            break;
        }
        latest =
            if matches!(call.at(0), Value::Date(_)) { Value::Date(next) } else { Value::Timestamp(next * DAY + rest) };
    }
    Ok(latest)
}
