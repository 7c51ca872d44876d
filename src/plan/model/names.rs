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

    /// An alias for a relation of this name: its first letter, or, where that is taken, the name itself.
    pub(in crate::plan) fn alias(&mut self, of: &str) -> String {
        let first = of.chars().next().filter(char::is_ascii_alphabetic).unwrap_or('t').to_ascii_lowercase().to_string();
        if self.taken.insert(first.clone()) { first } else { self.claim(of) }
    }
}
