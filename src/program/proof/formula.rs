//! Formulas over facts of one row, each kept once: alike formulas have one [`Node`], so that they are compared and looked
//! at once. Makes `true`, `false`, facts, `and`, `or` and `not`; with each goes what it is on 64 samples (see [`super::sample`]).

use std::collections::BTreeMap;
use std::ops::Not;

use super::term::Term;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name(pub u32);

/// What can be said of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    all: Vec<(Formula, u64)>,
    facts: BTreeMap<Fact, Node>,
    conjunctions: BTreeMap<Box<[Node]>, Node>,
}

impl Formulas {
    pub fn new() -> Self {
        Self { all: vec![(Formula::True, u64::MAX)], facts: BTreeMap::new(), conjunctions: BTreeMap::new() }
    }

    /// What is kept of a formula, whether or not it is the opposite of it.
    #[expect(clippy::indexing_slicing, reason = "a node is made with its formula, and none is removed")]
    pub fn kept(&self, node: Node) -> &Formula {
        &self.all[node.place()].0
    }

    /// On which samples a formula holds.
    #[expect(clippy::indexing_slicing, reason = "a node is made with its formula, and none is removed")]
    pub fn samples(&self, node: Node) -> u64 {
        let samples = self.all[node.place()].1;
        if node.is_negated() { !samples } else { samples }
    }

    /// A fact that is known already.
    pub fn known(&self, fact: Fact) -> Option<Node> {
        self.facts.get(&fact).copied()
    }

    /// A fact, and on which samples it holds.
    pub fn fact(&mut self, fact: Fact, samples: u64) -> Node {
        let node = self.keep(Formula::Fact(fact), samples);
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
                let samples = parts.iter().fold(u64::MAX, |samples, part| samples & self.samples(*part));
                let node = self.keep(Formula::All(parts.clone()), samples);
                self.conjunctions.insert(parts, node);
                node
            }
        }
    }

    /// One of these.
    pub fn any(&mut self, parts: impl IntoIterator<Item = Node>) -> Node {
        !self.all(parts.into_iter().map(Not::not).collect::<Vec<_>>())
    }

    fn keep(&mut self, formula: Formula, samples: u64) -> Node {
        let node = Node((self.all.len() as u32) << 1);
        self.all.push((formula, samples));
        node
    }
}
