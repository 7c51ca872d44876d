//! Functions of numbers: floats rounded by 15 digits, exact decimals as whole numbers of their last digit.
//! Promises: what PostgreSQL's `numeric` gives; more than 18 digits, or more than 64 bits, is an error.

/// One more than the greatest decimal has.
const LIMIT: i64 = 1_000_000_000_000_000_000;

/// A double without a fraction, as an int.
///
/// # Errors
/// Where it has more than 64 bits.
pub fn whole(value: f64) -> Result<i64, String> {
    const END: f64 = 9_223_372_036_854_775_808.0;
    if (-END..END).contains(&value) { Ok(value as i64) } else { Err(format!("`{value}` does not fit into an int")) }
}

/// A duration by a number; null for 0.
///
/// # Errors
/// Where the quotient has more than 64 bits.
pub fn divide(micros: i64, by: f64) -> Result<Option<i64>, String> {
    if by == 0.0 { Ok(None) } else { whole((micros as f64 / by).round_ties_even()).map(Some) }
}

/// A double's first 15 digits and the power of ten of the last one.
fn digits(value: f64) -> (i128, i64) {
    let text = format!("{:.14e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = mantissa.replace('.', "").parse().unwrap_or(0);
    (mantissa, exponent.parse::<i64>().unwrap_or(0) - 14)
}

/// `digits × 10^shift`, halves away from zero; `None` where it has more than about 38 digits.
fn shifted(digits: i128, shift: i64) -> Option<i128> {
    let power = 10_i128.checked_pow(u32::try_from(shift.unsigned_abs()).ok()?);
    match power {
        Some(power) if shift >= 0 => digits.checked_mul(power),
        Some(power) => {
            let half = if digits < 0 { -(power / 2) } else { power / 2 };
            digits.checked_add(half).map(|sum| sum / power)
        }
        None if shift < 0 => Some(0),
        None => None,
    }
}

/// The nearest whole number, halves away from zero.
///
/// # Errors
/// Where it has more than 64 bits.
pub fn round(value: f64) -> Result<i64, String> {
    let (digits, power) = digits(value);
    let rounded = shifted(if value < 0.0 { -digits } else { digits }, power);
    rounded.and_then(|it| i64::try_from(it).ok()).ok_or_else(|| format!("`{value}` does not fit into an int"))
}

/// The nearest number with so many decimals, halves away from zero.
#[must_use]
pub fn round_to(value: f64, places: i64) -> f64 {
    let (digits, power) = digits(value);
    let (digits, power) = match power.checked_add(places).filter(|shift| *shift < 0) {
        Some(shift) => (shifted(digits, shift).unwrap_or(0), -places),
        None => (digits, power),
    };
    let rounded = format!("{digits}e{power}").parse().unwrap_or(value);
    if value < 0.0 && rounded != 0.0 { -rounded } else { rounded }
}

/// A double in its shortest form that reads back the same: `1.5`, `2`, `1e+20`.
#[must_use]
pub fn float_to_text(value: f64) -> String {
    if !value.is_finite() {
        let sign = if value < 0.0 { "-" } else { "" };
        return if value.is_nan() { "NaN".to_owned() } else { format!("{sign}Infinity") };
    }
    let text = format!("{:e}", value.abs());
    let sign = if value < 0.0 { "-" } else { "" };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    if !(-4..15).contains(&exponent) {
        let way = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{mantissa}e{way}{:02}", exponent.abs());
    }
    format!("{sign}{}", value.abs())
}

/// A double as a decimal of `precision` digits, `scale` of them after the point.
///
/// # Errors
/// Where it has more digits.
pub fn float_to_decimal(value: f64, precision: i64, scale: i64) -> Result<i64, String> {
    let (digits, power) = digits(value);
    let rounded = shifted(if value < 0.0 { -digits } else { digits }, power + scale);
    rounded
        .and_then(|it| i64::try_from(it).ok())
        .filter(|it| fits(*it, precision))
        .ok_or_else(|| format!("`{}` does not fit into decimal({precision}, {scale})", float_to_text(value)))
}

fn fits(digits: i64, precision: i64) -> bool {
    let limit = 10_i64.checked_pow(u32::try_from(precision).unwrap_or(18)).unwrap_or(LIMIT);
    digits.unsigned_abs() < limit.unsigned_abs()
}

/// A decimal that has been computed.
///
/// # Errors
/// Where it has more than 18 digits.
pub fn decimal(digits: i64) -> Result<i64, String> {
    if fits(digits, 18) { Ok(digits) } else { Err(format!("`{digits}` has more than 18 digits")) }
}

/// A decimal at another scale, halves away from zero.
///
/// # Errors
/// Where it has more digits than `precision`.
pub fn rescale(digits: i64, from: i64, precision: i64, scale: i64) -> Result<i64, String> {
    let moved = shifted(i128::from(digits), scale - from).and_then(|it| i64::try_from(it).ok());
    moved
        .filter(|it| fits(*it, precision))
        .ok_or_else(|| format!("`{}` does not fit into decimal({precision}, {scale})", decimal_to_text(digits, from)))
}

fn unit(scale: i64) -> i64 {
    10_i64.pow(u32::try_from(scale.clamp(0, 18)).unwrap_or(0))
}

/// The greatest int that is not greater.
#[must_use]
pub fn decimal_floor(digits: i64, scale: i64) -> i64 {
    digits.div_euclid(unit(scale))
}

/// The least int that is not less.
#[must_use]
pub fn decimal_ceil(digits: i64, scale: i64) -> i64 {
    -(-digits).div_euclid(unit(scale))
}

/// The nearest double.
#[must_use]
pub fn decimal_to_float(digits: i64, scale: i64) -> f64 {
    decimal_to_text(digits, scale).parse().unwrap_or(0.0)
}

/// `150` at scale 2 is `1.50`.
#[must_use]
pub fn decimal_to_text(digits: i64, scale: i64) -> String {
    let scale = usize::try_from(scale).unwrap_or(0);
    let text = format!("{:0>width$}", digits.unsigned_abs(), width = scale + 1);
    let sign = if digits < 0 { "-" } else { "" };
    match text.split_at_checked(text.len() - scale) {
        Some((whole, fraction)) if scale > 0 => format!("{sign}{whole}.{fraction}"),
        _ => format!("{sign}{text}"),
    }
}

/// The int that a text spells: a sign, then digits; blanks round it do not matter.
#[must_use]
pub fn text_to_int(text: &str) -> Option<i64> {
    let text = text.trim_matches(' ');
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    all_digits(digits).then(|| text.parse().ok())?
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

/// Sign, digits before the point, digits after it, of a number without an exponent.
fn plain(text: &str) -> Option<(bool, &str, &str)> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let good = |part: &str| part.is_empty() || all_digits(part);
    let some = !whole.is_empty() || !fraction.is_empty();
    (some && good(whole) && good(fraction)).then(|| (text.starts_with('-'), whole, fraction))
}

/// The number that a text spells, with or without an exponent; null where a double cannot hold it.
#[must_use]
pub fn text_to_float(text: &str) -> Option<f64> {
    let text = text.trim_matches(' ');
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (_, whole, fraction) = plain(mantissa)?;
    if !all_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)) {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    let vanished = value == 0.0 && [whole, fraction].concat().bytes().any(|it| it != b'0');
    (value.is_finite() && !vanished).then_some(value)
}

/// The decimal that a text spells, halves away from zero; null where it has more digits than `precision`.
#[must_use]
pub fn text_to_decimal(text: &str, precision: i64, scale: i64) -> Option<i64> {
    let (negative, whole, fraction) = plain(text.trim_matches(' '))?;
    let places = usize::try_from(scale).ok()?;
    let kept = fraction.get(..places).unwrap_or(fraction);
    let up = fraction.as_bytes().get(places).is_some_and(|next| *next >= b'5');
    let whole = whole.trim_start_matches('0');
    let digits = format!("0{whole}{kept:0<places$}");
    let digits: i64 = if digits.len() > 20 { None } else { digits.parse().ok() }?;
    let digits = digits.checked_add(i64::from(up))?;
    fits(digits, precision).then_some(if negative { -digits } else { digits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_round_by_fifteen_digits() {
        assert_eq!(round(2.5), Ok(3));
        assert_eq!(round(-2.5), Ok(-3));
        assert_eq!(round(0.499_999_999_999_999_94), Ok(1));
        assert!(round(1e30).is_err());
        assert!((round_to(2.675, 2) - 2.68).abs() < f64::EPSILON);
        assert!((round_to(-1.005, 2) + 1.01).abs() < f64::EPSILON);
        assert!((round_to(1e300, 2) - 1e300).abs() < 1e285);
        assert_eq!(float_to_decimal(1.005, 5, 2), Ok(101));
        assert!(float_to_decimal(1000.0, 5, 2).is_err());
    }

    #[test]
    fn floats_as_text_are_postgres_own() {
        let cases = [
            (0.1 + 0.2, "0.30000000000000004"),
            (1e14, "100000000000000"),
            (1e15, "1e+15"),
            (1e20, "1e+20"),
            (-1.5e-7, "-1.5e-07"),
            (0.0001, "0.0001"),
            (123_456.0, "123456"),
            (-0.0, "0"),
        ];
        for (value, text) in cases {
            assert_eq!(float_to_text(value), text);
        }
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(rescale(-125, 2, 18, 1), Ok(-13));
        assert_eq!(rescale(7, 0, 18, 2), Ok(700));
        assert!(rescale(100, 0, 4, 2).is_err());
        assert_eq!(text_to_decimal(" -12.345 ", 12, 2), Some(-1235));
        assert_eq!(text_to_decimal("999.995", 5, 2), None);
        assert_eq!(text_to_decimal("1e3", 5, 2), None);
        assert_eq!(text_to_decimal(".5", 5, 2), Some(50));
        assert_eq!(text_to_decimal("123456789012345678901", 18, 0), None);
        assert_eq!(decimal_floor(-250, 2), -3);
        assert_eq!(decimal_ceil(-250, 2), -2);
        assert!(decimal(LIMIT).is_err());
        assert_eq!(text_to_int(" +12 "), Some(12));
        assert_eq!(text_to_int("9223372036854775808"), None);
        assert_eq!(text_to_int("1.0"), None);
        assert_eq!(text_to_float("1e400"), None);
        assert_eq!(text_to_float("1e-400"), None);
        assert_eq!(text_to_float("inf"), None);
        assert_eq!(text_to_float(".5"), Some(0.5));
    }
}
