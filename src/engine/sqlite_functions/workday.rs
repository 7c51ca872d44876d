//! Business days: takes a day or an instant as text, gives the one so many business days later. Weekdays are counted, from a
//! Monday on, and each day off that is passed moves the end by one: no day is looked at one by one.

use jiff::civil::Date;

use super::time::{When, day, read, to_local, to_utc, write_instant, zone};

/// A Monday.
const FIRST: Date = Date::constant(1970, 1, 5);

/// The day or instant `n` business days after another, at the same time by the clocks of a zone.
///
/// # Errors
/// Where a text is no day or instant, the zone is unknown, or the result is out of range.
pub fn add(text: &str, n: i64, off: &str, name: &str) -> Result<String, String> {
    let days = off.split(',').filter(|it| !it.is_empty());
    let mut off =
        days.map(|it| day(it).ok_or_else(|| format!("`{it}` is not a day"))).collect::<Result<Vec<_>, _>>()?;
    off.sort_unstable();
    off.dedup();
    match read(text)? {
        When::Day(from) => Ok(shifted(from, n, &off)?.to_string()),
        When::Instant(instant) if n == 0 => write_instant(instant),
        When::Instant(instant) => {
            let zone = zone(name)?;
            let local = to_local(instant, &zone)?;
            write_instant(to_utc(shifted(local.date(), n, &off)?.to_datetime(local.time()), &zone)?)
        }
    }
}

fn number(date: Date) -> i64 {
    date.duration_since(FIRST).as_secs().div_euclid(86_400)
}

fn shifted(from: Date, n: i64, off: &[Date]) -> Result<Date, String> {
    if n == 0 {
        return Ok(from);
    }
    let far = || format!("`{from}` and {n} business days leave the range of years");
    let forth = n > 0;
    let place = |day: i64, weekend: i64| day.div_euclid(7) * 5 + day.rem_euclid(7).min(weekend);
    // The last weekday at or before the day, or the first at or after it where the way is back.
    let mut end = place(number(from), if forth { 4 } else { 5 }).checked_add(n).ok_or_else(far)?;
    let mut passed: Vec<i64> = off
        .iter()
        .filter(|day| number(**day).rem_euclid(7) < 5 && if forth { **day > from } else { **day < from })
        .map(|day| place(number(*day), 4))
        .collect();
    if !forth {
        passed.reverse();
    }
    for day in passed {
        if if forth { day > end } else { day < end } {
            break;
        }
        end += if forth { 1 } else { -1 };
    }
    let days = end.div_euclid(5).checked_mul(7).and_then(|days| days.checked_add(end.rem_euclid(5))).ok_or_else(far)?;
    let span = jiff::Span::new().try_days(days).map_err(|_| far())?;
    FIRST.checked_add(span).map_err(|_| far())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_and_days_off_do_not_count() {
        let add = |text: &str, n: i64, off: &str| add(text, n, off, "UTC");
        // 2026-01-02 is a Friday.
        assert_eq!(add("2026-01-02", 1, "").as_deref(), Ok("2026-01-05"));
        assert_eq!(add("2026-01-03", 1, "").as_deref(), Ok("2026-01-05"));
        assert_eq!(add("2026-01-03", -1, "").as_deref(), Ok("2026-01-02"));
        assert_eq!(add("2026-01-02", 1, "2026-01-06,2026-01-05").as_deref(), Ok("2026-01-07"));
        assert_eq!(add("2026-01-07", -1, "2026-01-06,2026-01-05,2026-01-04").as_deref(), Ok("2026-01-02"));
        assert_eq!(add("2026-01-03", 0, "").as_deref(), Ok("2026-01-03"));
        assert_eq!(add("2026-01-02 10:30:00", 10, "2026-01-16").as_deref(), Ok("2026-01-19 10:30:00"));
        assert!(add("2026-01-02", i64::MAX, "").is_err());
    }
}
