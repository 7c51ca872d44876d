//! Takes a name that is composed of others, gives one that every warehouse keeps whole: they cut longer ones without a
//! word, after which two could be one. Promises: a name that fits stays as it is, the same name always gives the same,
//! and two that differ stay different.

use sha2::{Digest, Sha256};

/// The most bytes of a table's or column's name, of all warehouses: PostgreSQL's limit.
pub const LONGEST: usize = 63;

/// The most bytes of a name that a program declares: with `__since` or a run's id behind it, it still fits.
pub const LONGEST_DECLARED: usize = 48;

/// The most columns of a table, of all warehouses: PostgreSQL's limit; SQLite's is 2,000.
pub const MOST_COLUMNS: usize = 1600;

/// The name, or where it is longer than `most` bytes, its beginning and ten digits of its hash.
#[must_use]
pub fn fitted(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_owned();
    }
    let hash: String = Sha256::digest(name.as_bytes()).iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    let mut end = most.saturating_sub(hash.len() + 1);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let beginning = name.get(..end).unwrap_or_default().trim_end_matches('_');
    format!("{beginning}_{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_fit_and_stay_different() {
        assert_eq!(fitted("owner__email", LONGEST), "owner__email");
        let long = "é".repeat(40);
        let (one, other) = (fitted(&format!("{long}__a"), LONGEST), fitted(&format!("{long}__b"), LONGEST));
        assert!(one.len() <= LONGEST && other.len() <= LONGEST);
        assert_ne!(one, other);
        assert_eq!(one, fitted(&format!("{long}__a"), LONGEST));
        assert_eq!(fitted(&"a".repeat(63), LONGEST).len(), 63);
        assert_eq!(fitted(&"a".repeat(64), LONGEST).len(), 63);
    }
}
