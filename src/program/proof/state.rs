//! What is taken to hold of one row: takes facts and their opposites one after the other, gives whether they can all hold
//! together. What was taken last can be taken back. Promises: facts that hold on some row are never refused.

use std::collections::{BTreeMap, BTreeSet};

use super::formula::{Fact, Name, Node};
use super::hash::Map;
use super::order::Order;
use super::term::{Term, Terms};
use crate::types::Type;

/// What is known of one term besides its bounds.
#[derive(Debug, Default, Clone)]
pub(super) struct Known {
    pub null: Option<bool>,
    pub truth: Option<bool>,
    pub is: Option<Name>,
    pub is_not: BTreeSet<Name>,
}

/// What is taken to hold.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The formulas that were taken, in order, and to know them again.
    pub taken: Vec<Node>,
    pub held: Map<Node, ()>,
    /// Alternatives of which one must hold.
    pub open: Vec<Node>,
    known: BTreeMap<Term, Known>,
    same: Vec<(Term, Term, bool)>,
    pub order: Order,
    trail: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Known(Term, Known),
    Same,
}

/// How much has been taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(usize, usize);

impl State {
    pub const fn mark(&self) -> Mark {
        Mark(self.trail.len(), self.order.mark())
    }

    /// Takes back what was taken since.
    pub fn back(&mut self, mark: Mark) {
        self.order.back(mark.1);
        while self.trail.len() > mark.0 {
            match self.trail.pop() {
                Some(Step::Known(term, before)) => drop(self.known.insert(term, before)),
                Some(Step::Same) => drop(self.same.pop()),
                None => return,
            }
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.taken.clear();
        self.held.clear();
        self.open.clear();
        self.known.clear();
        self.same.clear();
        self.trail.clear();
        self.order.clear();
    }

    /// What is known of a term.
    pub fn known(&self, term: Term) -> Option<&Known> {
        self.known.get(&term)
    }

    /// The terms of which something is known besides bounds.
    pub fn terms(&self) -> impl Iterator<Item = (Term, &Known)> {
        self.known.iter().map(|(term, known)| (*term, known))
    }

    /// The pairs of terms that are the same, or are not.
    pub fn pairs(&self) -> &[(Term, Term, bool)] {
        &self.same
    }

    /// Whether a fact holds or not, where that follows.
    pub fn truth(&self, fact: Fact, terms: &Terms) -> Option<bool> {
        match fact {
            Fact::Null(term) => self.known.get(&term)?.null,
            Fact::True(term) => self.known.get(&term)?.truth,
            Fact::Is(term, name) => {
                let known = self.known.get(&term)?;
                match known.is {
                    Some(is) => Some(is == name),
                    None => known.is_not.contains(&name).then_some(false),
                }
            }
            Fact::Same(a, b) => {
                let pair = self.same.iter().find(|(one, other, _)| (*one, *other) == (a, b));
                pair.map(|(_, _, same)| *same).or_else(|| {
                    let (one, other) = (self.known.get(&a)?.is?, self.known.get(&b)?.is?);
                    Some(one == other)
                })
            }
            Fact::AtMost(one, other, most) => {
                if self.order.bound(one, other).is_some_and(|bound| bound <= most) {
                    return Some(true);
                }
                let (least, greatest) = (limits(one, terms), limits(other, terms));
                if least.1.saturating_sub(greatest.0) <= most {
                    return Some(true);
                }
                let apart = self.order.bound(other, one).is_some_and(|bound| bound.saturating_neg() > most);
                (apart || least.0.saturating_sub(greatest.1) > most).then_some(false)
            }
        }
    }

    /// Takes that a fact holds, or that it does not; whether that can be.
    pub fn take(&mut self, fact: Fact, holds: bool, step: i128, terms: &Terms) -> bool {
        match fact {
            Fact::Null(term) => self.learn(term, |known| {
                let sound = known.null.is_none_or(|null| null == holds);
                known.null = Some(holds);
                sound
            }),
            Fact::True(term) => self.learn(term, |known| {
                let sound = known.truth.is_none_or(|truth| truth == holds);
                known.truth = Some(holds);
                sound
            }),
            Fact::Is(term, name) => self.name(term, name, holds, terms) && self.spread(terms),
            Fact::Same(one, other) => {
                self.same.push((one, other, holds));
                self.trail.push(Step::Same);
                self.spread(terms)
            }
            Fact::AtMost(one, other, most) => {
                self.limit(one, terms)
                    && self.limit(other, terms)
                    && if holds {
                        self.order.take(one, other, most)
                    } else {
                        self.order.take(other, one, most.saturating_neg().saturating_sub(step))
                    }
            }
        }
    }

    fn learn(&mut self, term: Term, change: impl FnOnce(&mut Known) -> bool) -> bool {
        let known = self.known.entry(term).or_default();
        let before = known.clone();
        let sound = change(known);
        self.trail.push(Step::Known(term, before));
        sound
    }

    /// Takes that a term is a text, or is not.
    fn name(&mut self, term: Term, name: Name, holds: bool, terms: &Terms) -> bool {
        let about = terms.about(term);
        let is_enum = matches!(about.kind, Type::Enum(_));
        let all = about.values.len();
        self.learn(term, |known| {
            if holds {
                let sound = known.is.is_none_or(|is| is == name) && !known.is_not.contains(&name);
                known.is = Some(name);
                sound
            } else {
                known.is_not.insert(name);
                known.is != Some(name) && !(is_enum && known.is_not.len() >= all)
            }
        })
    }

    /// Takes what follows for terms that are the same, or are not.
    fn spread(&mut self, terms: &Terms) -> bool {
        for _ in 0..=self.same.len() {
            let mut found = Vec::new();
            for (one, other, same) in &self.same {
                for (from, to) in [(*one, *other), (*other, *one)] {
                    let Some(known) = self.known.get(&from) else { continue };
                    let there = self.known.get(&to).cloned().unwrap_or_default();
                    if let Some(is) = known.is {
                        let news = if *same { there.is != Some(is) } else { !there.is_not.contains(&is) };
                        found.extend(news.then_some((to, is, *same)));
                    }
                    if *same {
                        found.extend(known.is_not.difference(&there.is_not).map(|name| (to, *name, false)));
                    }
                }
            }
            if found.is_empty() {
                return true;
            }
            for (term, name, holds) in found {
                // An enum is never what is none of its values.
                let foreign = !terms.about(term).values.is_empty() && !terms.about(term).values.contains(&name);
                if foreign && holds {
                    return false;
                }
                if !foreign && !self.name(term, name, holds, terms) {
                    return false;
                }
            }
        }
        true
    }

    /// Takes the range of a term that is met for the first time.
    fn limit(&mut self, term: Term, terms: &Terms) -> bool {
        if term == Term::ZERO || self.order.knows(term) {
            return true;
        }
        let about = terms.about(term);
        self.order.meet_within(term, about.range);
        let past = !about.past || self.order.take(term, Term::NOW, 0);
        past && about.more.iter().all(|other| !self.order.knows(*other) || self.order.take(term, *other, 0))
            && about.fewer.iter().all(|other| !self.order.knows(*other) || self.order.take(*other, term, 0))
    }
}

/// The least and greatest value of a term.
fn limits(term: Term, terms: &Terms) -> (i128, i128) {
    terms.about(term).range
}
