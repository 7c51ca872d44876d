//! What is known of the differences of terms: takes bounds one after the other, gives whether they can all be, and the
//! tightest bound between any two terms. What was taken last can be taken back.

use super::term::Term;

/// More terms than these are not compared at once.
const MOST: usize = 24;

/// No bound.
const NONE: i128 = i128::MAX;

/// Bounds of differences, each the tightest that follows.
#[derive(Debug, Default)]
pub(super) struct Order {
    terms: Vec<Term>,
    /// The most that the term of a row minus the term of a column can be; as many rows and columns as have ever been.
    most: Vec<i128>,
    /// What was there before, to take it back.
    trail: Vec<Step>,
    /// Whether a bound was left out, because there were too many terms.
    pub left_out: bool,
}

#[derive(Debug)]
enum Step {
    Bound(usize, i128),
    Term,
}

impl Order {
    /// How much has been taken.
    pub const fn mark(&self) -> usize {
        self.trail.len()
    }

    /// Takes back what was taken since.
    pub fn back(&mut self, mark: usize) {
        while self.trail.len() > mark {
            match self.trail.pop() {
                Some(Step::Bound(at, before)) => self.set(at, before),
                Some(Step::Term) => drop(self.terms.pop()),
                None => return,
            }
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.terms.clear();
        self.trail.clear();
        self.left_out = false;
    }

    fn get(&self, row: usize, column: usize) -> i128 {
        self.most.get(row * MOST + column).copied().unwrap_or(NONE)
    }

    fn set(&mut self, at: usize, value: i128) {
        if let Some(slot) = self.most.get_mut(at) {
            *slot = value;
        }
    }

    /// The place of a term.
    fn place(&self, term: Term) -> Option<usize> {
        self.terms.iter().position(|known| *known == term)
    }

    /// Whether a term has been met.
    pub fn knows(&self, term: Term) -> bool {
        self.place(term).is_some()
    }

    /// The terms that have been met.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Meets a term; none where there are too many.
    pub fn meet(&mut self, term: Term) -> Option<usize> {
        if let Some(place) = self.place(term) {
            return Some(place);
        }
        let place = self.terms.len();
        if place >= MOST {
            self.left_out = true;
            return None;
        }
        self.most.resize(MOST * MOST, NONE);
        self.terms.push(term);
        self.trail.push(Step::Term);
        for other in 0..=place {
            self.set(place * MOST + other, if other == place { 0 } else { NONE });
            self.set(other * MOST + place, if other == place { 0 } else { NONE });
        }
        Some(place)
    }

    /// Meets a term whose values lie in a range.
    pub fn meet_within(&mut self, term: Term, (least, most): (i128, i128)) {
        let (Some(zero), Some(place)) = (self.meet(Term::ZERO), self.meet(term)) else { return };
        for other in 0..place {
            let (below, above) = (self.get(zero, other), self.get(other, zero));
            if below != NONE {
                self.set(place * MOST + other, most.saturating_add(below));
            }
            if above != NONE {
                self.set(other * MOST + place, above.saturating_sub(least));
            }
        }
    }

    /// The tightest bound of one term minus another; none where there is none.
    pub fn bound(&self, one: Term, other: Term) -> Option<i128> {
        if one == other {
            return Some(0);
        }
        let bound = self.get(self.place(one)?, self.place(other)?);
        (bound != NONE).then_some(bound)
    }

    /// Takes that one term minus another is at most this; whether that can be.
    pub fn take(&mut self, one: Term, other: Term, most: i128) -> bool {
        let (Some(row), Some(column)) = (self.meet(one), self.meet(other)) else { return true };
        if self.get(row, column) <= most {
            return true;
        }
        let back = self.get(column, row);
        if back != NONE && back.saturating_add(most) < 0 {
            return false;
        }
        for from in 0..self.terms.len() {
            let before = self.get(from, row);
            if before == NONE {
                continue;
            }
            for to in 0..self.terms.len() {
                let after = self.get(column, to);
                if after == NONE {
                    continue;
                }
                let through = before.saturating_add(most).saturating_add(after);
                if through < self.get(from, to) {
                    self.trail.push(Step::Bound(from * MOST + to, self.get(from, to)));
                    self.set(from * MOST + to, through);
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_follow_from_each_other_and_can_be_taken_back() {
        let [a, b, c] = [Term(5), Term(6), Term(7)];
        let mut order = Order::default();
        assert!(order.take(a, b, -1));
        let mark = order.mark();
        assert!(order.take(b, c, -1));
        assert_eq!(order.bound(a, c), Some(-2));
        assert!(order.take(c, a, 2));
        assert!(!order.take(c, a, 1));
        order.back(mark);
        assert_eq!(order.bound(a, c), None);
        assert!(order.take(c, a, 1));
        assert_eq!(order.bound(a, b), Some(-1));
    }
}
