//! Formulas over facts of one row, each kept once: alike formulas have one [`Node`], so that they are compared and looked
//! at once. Makes `true`, `false`, facts, `and`, `or` and `not`; says of each, once it was asked, on which of 32 samples it holds.

use std::ops::Not;

use super::hash::Map;
use super::sample;
use super::term::{Term, Terms};

/// A formula, or the opposite of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(u32);

impl Node {
    /// What always holds.
    pub const TRUE: Self = Self(0);
    /// What never does.
    pub const FALSE: Self = Self(1);

    /// Whether it is the opposite of what is kept.
    pub(super) const fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }

    /// What is kept, of which it may be the opposite.
    pub(super) const fn plain(self) -> Self {
        Self(self.0 & !1)
    }

    const fn place(self) -> usize {
        (self.0 >> 1) as usize
    }
}

impl Not for Node {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0 ^ 1)
    }
}

/// A text among those of the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Name(pub u32);

/// What can be said of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Fact {
    /// The term is null. All other facts speak of a value that means nothing where it is.
    Null(Term),
    /// The term is true.
    True(Term),
    /// The term is this text or value of an enum.
    Is(Term, Name),
    /// The first term minus the second is at most this.
    AtMost(Term, Term, i128),
    /// Both terms are the same text or value of an enum.
    Same(Term, Term),
}

impl Fact {
    /// What it speaks of.
    pub const fn terms(self) -> [Term; 2] {
        match self {
            Self::Null(term) | Self::True(term) | Self::Is(term, _) => [term, term],
            Self::AtMost(one, other, _) | Self::Same(one, other) => [one, other],
        }
    }
}

/// A formula as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Formula {
    True,
    Fact(Fact),
    /// All of these hold: at least two, in order, each once.
    All(Box<[Node]>),
}

/// All formulas.
#[derive(Debug)]
pub(super) struct Formulas {
    all: Vec<Formula>,
    /// On which samples each holds, once that was asked.
    samples: Vec<Option<u32>>,
    facts: Map<Fact, Node>,
    conjunctions: Map<Box<[Node]>, Node>,
}

impl Formulas {
    pub fn new() -> Self {
        Self {
            all: vec![Formula::True],
            samples: vec![Some(u32::MAX)],
            facts: Map::default(),
            conjunctions: Map::default(),
        }
    }

    /// What is kept of a formula, whether or not it is the opposite of it.
    #[expect(clippy::indexing_slicing, reason = "a node is made with its formula, and none is removed")]
    pub fn kept(&self, node: Node) -> &Formula {
        &self.all[node.place()]
    }

    /// On which samples a formula holds, of which [`Self::sampled`] was asked, or of one that it is a part of.
    pub fn samples(&self, node: Node) -> Option<u32> {
        let samples = self.samples.get(node.place()).copied().flatten()?;
        Some(if node.is_negated() { !samples } else { samples })
    }

    /// On which samples a formula holds.
    pub fn sampled(&mut self, node: Node, terms: &mut Terms) -> u32 {
        if let Some(known) = self.samples(node) {
            return known;
        }
        if let Formula::All(parts) = self.kept(node)
            && let Some(samples) = self.together(parts)
        {
            if let Some(slot) = self.samples.get_mut(node.place()) {
                *slot = Some(samples);
            }
            return if node.is_negated() { !samples } else { samples };
        }
        // With a stack of its own: what formulas are made of may be deep.
        let mut open = vec![node];
        while let Some(next) = open.last().copied() {
            let samples = match self.kept(next) {
                _ if self.samples(next).is_some() => None,
                Formula::True => None,
                Formula::Fact(fact) => Some(sample::of(*fact, terms)),
                Formula::All(parts) => {
                    let known = self.together(parts);
                    if known.is_none() {
                        open.extend(parts.iter().copied().filter(|part| self.samples(*part).is_none()));
                        continue;
                    }
                    known
                }
            };
            if let (Some(samples), Some(slot)) = (samples, self.samples.get_mut(next.place())) {
                *slot = Some(samples);
            }
            open.pop();
        }
        self.samples(node).unwrap_or_default()
    }

    /// On which samples all of these hold, where that is known of each.
    fn together(&self, parts: &[Node]) -> Option<u32> {
        parts.iter().try_fold(u32::MAX, |samples, part| Some(samples & self.samples(*part)?))
    }

    /// A fact that is known already.
    pub fn known(&self, fact: Fact) -> Option<Node> {
        self.facts.get(&fact).copied()
    }

    /// A new fact.
    pub fn fact(&mut self, fact: Fact) -> Node {
        let node = self.keep(Formula::Fact(fact));
        self.facts.insert(fact, node);
        node
    }

    /// All of these.
    pub fn all(&mut self, parts: impl IntoIterator<Item = Node>) -> Node {
        let mut parts: Vec<Node> = parts.into_iter().filter(|part| *part != Node::TRUE).collect();
        parts.sort_unstable();
        parts.dedup();
        // A formula and its opposite are neighbours.
        let excluded = parts.windows(2).any(|pair| matches!(pair, [a, b] if !*a == *b));
        if excluded || parts.contains(&Node::FALSE) {
            return Node::FALSE;
        }
        match parts.as_slice() {
            [] => Node::TRUE,
            [only] => *only,
            _ => {
                let parts = parts.into_boxed_slice();
                if let Some(node) = self.conjunctions.get(&parts) {
                    return *node;
                }
                let node = self.keep(Formula::All(parts.clone()));
                self.conjunctions.insert(parts, node);
                node
            }
        }
    }

    /// One of these.
    pub fn any(&mut self, parts: impl IntoIterator<Item = Node>) -> Node {
        !self.all(parts.into_iter().map(Not::not).collect::<Vec<_>>())
    }

    fn keep(&mut self, formula: Formula) -> Node {
        let node = Node((self.all.len() as u32) << 1);
        self.all.push(formula);
        self.samples.push(None);
        node
    }
}
