//! Takes wished names, gives unique ones: of the steps of a statement, the columns of a level, the aliases of a
//! select. Case does not tell names apart, since some engines ignore it.

use std::collections::BTreeSet;

use crate::dialect::names::{LONGEST, fitted};
use crate::program::Program;

/// The names that are taken.
#[derive(Debug, Default)]
pub(in crate::plan) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// With the names of the program's sources, as they are written in SQL, taken.
    pub(in crate::plan) fn of_sources(program: &Program) -> Self {
        let mut names = Self::default();
        for source in &program.sources {
            names.claim(&source.name.join("__"));
        }
        names
    }

    /// The wished name, shortened where it is too long, or the first free one of `name_2`, `name_3` and so on.
    pub(in crate::plan) fn claim(&mut self, wished: &str) -> String {
        let mut name = fitted(wished, LONGEST);
        let mut count = 1;
        while !self.taken.insert(name.to_lowercase()) {
            count += 1;
            name = fitted(&format!("{wished}_{count}"), LONGEST);
        }
        name
    }

    /// An alias for a relation of this name: its first letter, its words' first letters, or these with a number.
    pub(in crate::plan) fn alias(&mut self, of: &str) -> String {
        let letters: String = of
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter_map(|word| word.chars().next())
            .filter(char::is_ascii_alphabetic)
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        let first = letters.chars().next().unwrap_or('t').to_string();
        let letters = if letters.is_empty() { first.clone() } else { letters };
        let mut name = first;
        let mut count = 1;
        while RESERVED.contains(&name.as_str()) || !self.taken.insert(name.clone()) {
            name = if count == 1 { letters.clone() } else { format!("{letters}{count}") };
            count += 1;
        }
        name
    }
}

/// Short words that mean something in SQL.
const RESERVED: &[&str] = &[
    "as", "by", "do", "go", "if", "in", "is", "no", "of", "on", "or", "to", "at", "add", "all", "and", "any", "asc",
    "for", "not", "row", "set",
];
