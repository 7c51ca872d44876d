//! How many rows a set has, beside other sets of the same rows: where one condition implies another, its set is no larger. Takes
//! an aggregate that counts, gives its term. So `any(logins where at within 7 days)` implies the same within 30 days.

use super::Prover;
use super::canonical::{self, Scope};
use super::formula::Node;
use super::number::ONE;
use super::search::Found;
use super::term::{Key, Term};
use crate::program::Aggregate;
use crate::types::Type;

/// How many sets of the same rows each is compared with.
const ALIKE: usize = 4;

impl Prover<'_> {
    /// The number of rows of a set.
    pub(super) fn count(&mut self, aggregate: &Aggregate, scope: &Scope, by_sql: bool) -> Term {
        let key = Key::Opaque(format!("count({})", canonical::of_rows(aggregate, scope)));
        if let Some(term) = self.terms.known(&key) {
            return term;
        }
        let condition = self.of_set(aggregate, scope);
        let term = self.term(key, &Type::Int.required(), |about| {
            about.range = (0, i128::from(i64::MAX) * ONE);
            about.by_sql = by_sql;
        });
        let rows = canonical::of_ties(aggregate, scope);
        let alike: Vec<(Term, Node)> =
            self.sets.get(&rows).map_or_else(Vec::new, |all| all.iter().rev().take(ALIKE).copied().collect());
        for (other, known) in alike {
            if self.is_within(condition, known) {
                self.terms.order(term, other);
            }
            if self.is_within(known, condition) {
                self.terms.order(other, term);
            }
        }
        self.sets.entry(rows).or_default().push((term, condition));
        term
    }

    /// Whether one formula is proved to imply another.
    fn is_within(&mut self, one: Node, other: Node) -> bool {
        self.samples(one) & self.samples(!other) == 0 && self.search(&[one, !other]) == Found::Nothing
    }

    /// Where a row is in a set; the same row for all sets that stand at one depth.
    fn of_set(&mut self, aggregate: &Aggregate, scope: &Scope) -> Node {
        let set = &aggregate.set;
        let Some(condition) = &set.condition else { return Node::TRUE };
        let place = self.inner(set.over, scope.len());
        let mut inner = scope.clone();
        inner.push((set.row, place));
        self.holds(condition, &inner)
    }
}
