//! Tests of times as text: what is read, how it is written, how it moves.

use super::*;

#[test]
fn instants_are_read_leniently_and_written_one_way() {
    let cases = [
        ("2026-01-15", Some("2026-01-15 00:00:00")),
        ("2026-01-15T09:30Z", Some("2026-01-15 09:30:00")),
        (" 2026-01-15 09:30:05.250 ", Some("2026-01-15 09:30:05.25")),
        ("2026-01-15T09:30:05.123456789+01:00", Some("2026-01-15 08:30:05.123456")),
        ("2026-01-15T09:30:05-0330", Some("2026-01-15 13:00:05")),
        ("2026-01-15T00:30+01", Some("2026-01-14 23:30:00")),
        ("2026-02-30", None),
        ("2026-01-15T24:00", None),
        ("2026-01-15T9:30", None),
        ("2026-01-15T09:30:05.", None),
        ("2026-01-15T09:30:05+", None),
        ("2026-01-15T", None),
        ("0000-01-15", None),
        ("15.01.2026", None),
        ("é2026-01-15", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(text_to_timestamp(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn arithmetic_is_exact_and_months_clamp() {
    assert_eq!(add("2026-01-31 10:00:00.5", duration("36 hours").unwrap_or(0)).as_deref(), Ok("2026-02-01 22:00:00.5"));
    assert_eq!(add("2026-01-15", duration("-14 days").unwrap_or(0)).as_deref(), Ok("2026-01-01"));
    assert_eq!(duration("1.5 seconds"), Some(1_500_000));
    assert_eq!(duration("-0.000001 seconds"), Some(-1));
    assert_eq!(add_months("2024-01-31", 1).as_deref(), Ok("2024-02-29"));
    assert_eq!(add_months("2024-02-29 08:00:00", -12).as_deref(), Ok("2023-02-28 08:00:00"));
    assert_eq!(between("2026-01-15", "2026-01-16"), Ok(DAY));
    assert!(add("soon", 1).is_err());
    assert!(add("9999-12-31", DAY).is_err());
    let far = |text: &str| Err(format!("`{text}` leaves the range of years"));
    assert_eq!(add("0001-01-01", -DAY), far("0001-01-01"));
    assert_eq!(add_months("0001-01-27", -1), far("0001-01-27"));
}

#[test]
fn zones_follow_their_clocks() {
    assert_eq!(local("2026-07-15 09:00:00", "Europe/Berlin").as_deref(), Ok("2026-07-15 11:00:00"));
    assert_eq!(start_of("day", "2026-03-29 12:00:00", "Europe/Berlin").as_deref(), Ok("2026-03-28 23:00:00"));
    assert_eq!(start_of("week", "2026-01-18", "UTC").as_deref(), Ok("2026-01-12"));
    assert_eq!(start_of("day", "2018-11-04 12:00:00", "America/Sao_Paulo").as_deref(), Ok("2018-11-04 03:00:00"));
    assert!(local("2026-07-15 09:00:00", "Europe/Bern").is_err());
}

#[test]
fn the_last_day_is_one_like_others() {
    assert_eq!(between("9999-12-30 12:00:00", "9999-12-31 12:00:00"), Ok(DAY));
    assert_eq!(local("9999-12-31 12:00:00", "America/New_York").as_deref(), Ok("9999-12-31 07:00:00"));
    assert_eq!(start_of("day", "9999-12-31 12:00:00", "Europe/Berlin").as_deref(), Ok("9999-12-30 23:00:00"));
    assert_eq!(start_of("day", "9999-12-31 12:00:00", "America/New_York").as_deref(), Ok("9999-12-31 05:00:00"));
    assert!(local("9999-12-31 23:30:00", "Europe/Berlin").is_err());
}

#[test]
fn anniversaries_count_from_the_original() {
    let now = "2026-02-28 00:00:00";
    assert_eq!(anniversary("2024-02-29 00:00:00", 12, now), Ok(Some(now.to_owned())));
    assert_eq!(anniversary("2024-02-29 00:00:01", 12, now), Ok(Some("2025-02-28 00:00:01".to_owned())));
    assert_eq!(anniversary("2026-01-31", 1, "2026-03-30 12:00:00"), Ok(Some("2026-02-28".to_owned())));
    assert_eq!(anniversary("2026-03-01", 12, now), Ok(None));
}
