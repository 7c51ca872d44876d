//! The hashes of other systems. Takes a salt and a key, gives the place of the key among ten thousand, as these systems
//! have it.

use sha1::{Digest as _, Sha1};

/// FNV-1a of 32 bits, of the text's UTF-8.
fn fnv32a(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// GrowthBook's hash of version 2.
#[must_use]
pub fn growthbook(seed: &str, value: &str) -> i64 {
    i64::from(fnv32a(&fnv32a(&format!("{seed}{value}")).to_string()) % 10_000)
}

/// Where LaunchDarkly puts a key: the first 60 bits of the SHA-1 as a share of the greatest number that they can be.
#[must_use]
pub fn launchdarkly(salt: &str, key: &str) -> i64 {
    let digest = Sha1::digest(format!("{salt}.{key}").as_bytes());
    let first = digest.iter().take(8).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte)) >> 4;
    let place = u128::from(first) * 10_000 / u128::from(u64::MAX >> 4);
    i64::try_from(place.min(9_999)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the makers of the systems publish them, in their own tests.
    #[test]
    fn places_are_those_of_the_systems() {
        for (seed, value, place) in [
            ("seed", "a", 505),
            ("seed", "b", 2_696),
            ("foo", "ab", 2_575),
            ("foo", "def", 2_019),
            ("89123klj", "8952klfjas09ujkasdf", 1_240),
            ("90850943850283058242805", "123", 7_516),
            ("()**(%$##$%#$#", "___)((*\":&", 128),
        ] {
            assert_eq!(growthbook(seed, value), place, "{seed} {value}");
        }
        for (key, share) in [("userKeyA", 0.421_575_87), ("userKeyB", 0.670_848_5), ("userKeyC", 0.103_431_06)] {
            let place = launchdarkly("hashKey.saltyA", key) as f64 / 10_000.0;
            assert!(place <= share && share < place + 0.0001, "{key}");
        }
    }
}
