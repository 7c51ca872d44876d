//! How values with an order are counted, so that a comparison is one of whole numbers: int and decimal in units of
//! 10^-18, floats by their place among all floats, time in microseconds, dates in days. Gives each type's range and step.

use crate::types::Type;

/// Units of the number 1.
pub(super) const ONE: i128 = 1_000_000_000_000_000_000;

/// Microseconds of a day.
pub(super) const DAY: i128 = 86_400_000_000;

/// The range of a type's values and what they are multiples of; of a type without an order, a single value.
pub(super) const fn range(kind: &Type) -> ((i128, i128), i128) {
    match kind {
        Type::Int => ((i64::MIN as i128 * ONE, i64::MAX as i128 * ONE), ONE),
        Type::Decimal { scale, .. } => {
            let unit = unit(*scale);
            ((-(ONE - 1) * unit, (ONE - 1) * unit), unit)
        }
        Type::Float | Type::Date | Type::Timestamp | Type::Duration => ((i64::MIN as i128, i64::MAX as i128), 1),
        Type::Text | Type::Bool | Type::Months | Type::Enum(_) | Type::Json | Type::Null | Type::Error => ((0, 0), 1),
    }
}

/// The last digit of a decimal.
pub(super) const fn unit(scale: u8) -> i128 {
    10_i128.pow(18_u32.saturating_sub(scale as u32))
}

/// The place of a float among all: 0 for zero, which has no sign.
pub(super) const fn of_float(value: f64) -> i128 {
    let size = value.abs().to_bits() as i128;
    if value.is_sign_negative() { -size } else { size }
}

/// The float at a place.
pub(super) const fn to_float(place: i128) -> f64 {
    let size = f64::from_bits(place.unsigned_abs() as u64);
    if place < 0 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_keep_their_order() {
        let values = [f64::NEG_INFINITY, -2.5, -1e-300, 0.0, 1e-300, 0.1, 3.0, f64::INFINITY];
        let places: Vec<i128> = values.iter().map(|value| of_float(*value)).collect();
        assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
        assert!(values.iter().zip(&places).all(|(value, place)| to_float(*place) == *value));
        assert_eq!(of_float(-0.0), 0);
    }
}
