//! Takes the arguments of functions of text and gives their values, by code point. Promises what PostgreSQL's functions
//! of these names give, nulls and places out of range included.

use md5::{Digest as _, Md5};

/// The MD5 of the text's UTF-8, in hexadecimal.
#[must_use]
pub fn md5(text: &str) -> String {
    use std::fmt::Write as _;
    Md5::digest(text.as_bytes()).iter().fold(String::with_capacity(32), |mut out, byte| {
        write!(out, "{byte:02x}").ok();
        out
    })
}

/// A number from 0 to 9999 by the first 32 bits of the MD5 of `salt-key`.
#[must_use]
pub fn bucket(salt: &str, key: &str) -> i64 {
    let digest = Md5::digest(format!("{salt}-{key}").as_bytes());
    let first = digest.iter().take(4).fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
    i64::from(first % 10_000)
}

/// The `count` code points from place `from` on; places before the first one count, and are empty.
#[must_use]
pub fn substring(text: &str, from: i64, count: i64) -> String {
    let before = from.saturating_sub(1).min(0);
    let count = count.saturating_add(before).max(0);
    let skip = usize::try_from(from.saturating_sub(1).max(0)).unwrap_or(usize::MAX);
    text.chars().skip(skip).take(usize::try_from(count).unwrap_or(usize::MAX)).collect()
}

/// The last `count` code points.
#[must_use]
pub fn right(text: &str, count: i64) -> String {
    let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
    text.chars().skip(text.chars().count().saturating_sub(count)).collect()
}

/// The `n`-th piece between separators, from the end where `n` is negative; `''` beyond, null where it is 0.
#[must_use]
pub fn split_part(text: &str, separator: &str, n: i64) -> Option<String> {
    let place = usize::try_from(n.unsigned_abs().checked_sub(1)?).unwrap_or(usize::MAX);
    let pieces: Vec<&str> = if separator.is_empty() { vec![text] } else { text.split(separator).collect() };
    let piece = if n > 0 { pieces.get(place) } else { pieces.iter().rev().nth(place) };
    Some(piece.copied().unwrap_or_default().to_owned())
}

/// `true` or `false`, else null.
#[must_use]
pub fn to_bool(text: &str) -> Option<bool> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_code_point() {
        assert_eq!(substring("né🙂x", 2, 2), "é🙂");
        assert_eq!(substring("hello", -1, 4), "he");
        assert_eq!(substring("hello", 0, i64::MAX), "hello");
        assert_eq!(substring("hello", 2, -1), "");
        assert_eq!(right("né🙂", 2), "é🙂");
        assert_eq!(right("né", -1), "");
        assert_eq!(split_part("a,b,c", ",", -1).as_deref(), Some("c"));
        assert_eq!(split_part("a,b,c", ",", 4).as_deref(), Some(""));
        assert_eq!(split_part("a,b", "", 1).as_deref(), Some("a,b"));
        assert_eq!(split_part("a,b", ",", 0), None);
        assert_eq!(bucket("paywall", "w1"), 414);
        assert_eq!(md5("a"), "0cc175b9c0f1b6a831c399e269772661");
    }

    #[test]
    fn a_million_keys_fill_the_arms_as_their_shares_say() {
        let buckets: Vec<i64> = (0..1_000_000).map(|key: u32| bucket("paywall.arms", &key.to_string())).collect();
        let arms = [0..5_000_i64, 5_000..7_500, 7_500..9_900, 9_900..10_000];
        let square: f64 = arms
            .iter()
            .map(|arm| {
                let found = buckets.iter().filter(|bucket| arm.contains(*bucket)).count() as f64;
                let wanted = (arm.end - arm.start) as f64 * 100.0;
                (found - wanted).powi(2) / wanted
            })
            .sum();
        assert!(square < 16.27, "chi-squared of 3 degrees of freedom, one in a thousand: {square}");
    }
}
