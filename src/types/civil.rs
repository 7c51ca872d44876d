//! Takes days of the civil calendar, gives them as the numbers that programs and manifests hold, counted from 1970-01-01, and
//! as text. Promises: no panic; a number beyond the calendar is its first or last day.

use jiff::Span;
use jiff::civil::Date;

/// Day 0.
pub const FIRST: Date = Date::constant(1970, 1, 1);

/// The number of a day.
#[must_use]
pub fn number(day: Date) -> i32 {
    let days = day.duration_since(FIRST).as_secs() / 86_400;
    i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX })
}

/// The text of a day, `2026-01-15`; beyond the calendar, of its first or last one.
#[must_use]
pub fn text(number: i32) -> String {
    let day = Span::new().try_days(number).and_then(|days| FIRST.checked_add(days));
    day.unwrap_or(if number < 0 { Date::MIN } else { Date::MAX }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        for (day, expected) in [(0, "1970-01-01"), (20_468, "2026-01-15"), (-1, "1969-12-31"), (-719_162, "0001-01-01")]
        {
            assert_eq!(text(day), expected);
            assert_eq!(number(expected.parse().unwrap_or(Date::MIN)), day);
        }
        assert_eq!(text(i32::MAX), "9999-12-31");
    }
}
