//! Looks for a way in which formulas can all hold: takes what must hold, then decides one alternative after the other, those
//! first that leave the least choice. Promises: bounded, the same in every run; what it calls impossible is.

use super::formula::{Fact, Formula, Formulas, Node};
use super::state::State;
use super::term::Terms;

/// What a search finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// They can hold, as far as the facts tell; how is in the state.
    Way,
    /// They cannot.
    Nothing,
    /// It would take too long to know.
    GaveUp,
}

/// How many formulas a search looks at.
const STEPS: usize = 20_000;

/// How many decisions stand one within the other.
const DECISIONS: usize = 500;

/// Alternatives that are looked into when it is asked whether a formula holds.
const WITHIN: usize = 3;

/// A search.
pub(super) struct Search<'s> {
    pub formulas: &'s Formulas,
    pub terms: &'s Terms,
    pub state: &'s mut State,
    /// The steps that are left.
    pub left: usize,
    decided: usize,
    /// The sample on which everything holds, if there is one: what holds there is tried first.
    guide: u32,
}

impl<'s> Search<'s> {
    pub fn new(formulas: &'s Formulas, terms: &'s Terms, state: &'s mut State, most: usize) -> Self {
        state.clear();
        Self { formulas, terms, state, left: most.min(STEPS), decided: 0, guide: 0 }
    }

    /// Whether all of these can hold.
    pub fn run(&mut self, goals: &[Node]) -> Found {
        let of = |goal: &Node| self.formulas.samples(*goal).unwrap_or_default();
        let samples = goals.iter().fold(u32::MAX, |samples, goal| samples & of(goal));
        self.guide = 1_u32.checked_shl(samples.trailing_zeros()).unwrap_or(0);
        match self.take_all(goals) {
            Found::Way => self.decide(),
            found => found,
        }
    }

    /// Takes formulas that must hold; alternatives are kept for later.
    fn take_all(&mut self, goals: &[Node]) -> Found {
        // The first first: what is nearest to the question.
        let mut goals: Vec<Node> = goals.iter().rev().copied().collect();
        while let Some(goal) = goals.pop() {
            if !self.step() {
                return Found::GaveUp;
            }
            if self.state.held.insert(goal, ()).is_some() {
                continue;
            }
            self.state.taken.push(goal);
            match self.formulas.kept(goal) {
                Formula::True if goal.is_negated() => return Found::Nothing,
                Formula::True => {}
                Formula::Fact(fact) => {
                    if !self.take(*fact, !goal.is_negated()) {
                        return Found::Nothing;
                    }
                }
                Formula::All(_) if goal.is_negated() => self.state.open.push(goal),
                Formula::All(parts) => goals.extend(parts.iter().rev()),
            }
        }
        Found::Way
    }

    fn take(&mut self, fact: Fact, holds: bool) -> bool {
        let step = match fact {
            Fact::AtMost(one, other, _) => match (self.terms.about(one).step, self.terms.about(other).step) {
                (0, step) | (step, 0) => step.max(1),
                (a, b) => a.min(b),
            },
            _ => 1,
        };
        self.state.take(fact, holds, step, self.terms)
    }

    const fn step(&mut self) -> bool {
        let some = self.left > 0;
        self.left = self.left.saturating_sub(1);
        some
    }

    /// Decides the alternatives that are left.
    fn decide(&mut self) -> Found {
        let choice = loop {
            match self.narrow() {
                Narrowed::Taken => {}
                Narrowed::Stop(found) => return found,
                Narrowed::Choice(choice) => break choice,
            }
        };
        if self.decided >= DECISIONS {
            return Found::GaveUp;
        }
        self.decided += 1;
        let (formulas, guide) = (self.formulas, self.guide);
        let (mut first, then): (Vec<Node>, Vec<Node>) =
            choice.into_iter().partition(|one| formulas.samples(*one).unwrap_or_default() & guide != 0);
        first.extend(then);
        let found = self.choose(&first);
        self.decided -= 1;
        found
    }

    fn choose(&mut self, choice: &[Node]) -> Found {
        for one in choice {
            let (mark, open, taken) = (self.state.mark(), self.state.open.len(), self.state.taken.len());
            let mut found = self.take_all(&[*one]);
            if found == Found::Way {
                found = self.decide();
            }
            if found != Found::Nothing {
                return found;
            }
            self.state.back(mark);
            self.state.open.truncate(open);
            while self.state.taken.len() > taken {
                if let Some(node) = self.state.taken.pop() {
                    self.state.held.remove(&node);
                }
            }
            // From here on it does not hold.
            match self.take_all(&[!*one]) {
                Found::Way => {}
                found => return found,
            }
        }
        Found::Nothing
    }

    /// Takes what is left no choice; else gives the shortest choice.
    fn narrow(&mut self) -> Narrowed {
        let mut shortest: Option<Vec<Node>> = None;
        let mut taken = false;
        let mut at = 0;
        while let Some(clause) = self.state.open.get(at).copied() {
            at += 1;
            let Some(choice) = self.left_of(clause) else {
                if self.left == 0 {
                    return Narrowed::Stop(Found::GaveUp);
                }
                continue;
            };
            match choice.as_slice() {
                [] => return Narrowed::Stop(Found::Nothing),
                [only] => match self.take_all(&[*only]) {
                    Found::Way => taken = true,
                    found => return Narrowed::Stop(found),
                },
                _ if shortest.as_ref().is_none_or(|known| choice.len() < known.len()) => shortest = Some(choice),
                _ => {}
            }
        }
        match shortest {
            _ if taken => Narrowed::Taken,
            None => Narrowed::Stop(Found::Way),
            Some(choice) => Narrowed::Choice(choice),
        }
    }

    /// The alternatives that can still hold; none where one does hold.
    fn left_of(&mut self, clause: Node) -> Option<Vec<Node>> {
        let formulas = self.formulas;
        let Formula::All(parts) = formulas.kept(clause) else { return None };
        let mut left = Vec::new();
        for part in parts {
            match self.truth(!*part, WITHIN) {
                Some(true) => return None,
                Some(false) => {}
                None => left.push(!*part),
            }
        }
        Some(left)
    }

    /// Whether a formula holds, where that follows at once.
    fn truth(&mut self, node: Node, within: usize) -> Option<bool> {
        if !self.step() {
            return None;
        }
        if self.state.held.contains_key(&node) {
            return Some(true);
        }
        if self.state.held.contains_key(&!node) {
            return Some(false);
        }
        let formulas = self.formulas;
        let truth = match formulas.kept(node) {
            Formula::True => Some(true),
            Formula::Fact(fact) => self.state.truth(*fact, self.terms),
            Formula::All(parts) => {
                let within = within.checked_sub(1)?;
                let mut all = Some(true);
                for part in parts {
                    match self.truth(*part, within) {
                        Some(true) => {}
                        Some(false) => {
                            all = Some(false);
                            break;
                        }
                        None => all = None,
                    }
                }
                all
            }
        };
        truth.map(|truth| truth != node.is_negated())
    }
}

enum Narrowed {
    /// Something was taken: look again.
    Taken,
    Stop(Found),
    Choice(Vec<Node>),
}
