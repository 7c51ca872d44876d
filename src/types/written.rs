//! Takes values that have no notation of their own in Rust, gives the language's: a decimal by its digits, a length of time in
//! the unit that suits it. Promises: the same text wherever a value is shown, stored or compared.

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
    fn values_are_readable() {
        assert_eq!(decimal(150, 2), "1.50");
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(7, 0), "7");
        assert_eq!(duration(14 * 86_400_000_000), "14 days");
        assert_eq!(duration(-3_600_000_000), "-1 hour");
        assert_eq!(duration(1_500_000), "1.5 seconds");
        assert_eq!(duration(0), "0 days");
        assert_eq!(months(12), "1 year");
    }
}
