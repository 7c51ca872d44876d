//! Sums of multiples of terms and a constant, over numbers as they are counted: takes operators on them, gives the sum, or
//! none where it would be no such sum or does not fit.

use super::number::{DAY, ONE};
use super::term::Term;
use crate::program::Op;
use crate::types::Type;

/// A sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Linear {
    /// Each term once, in order, and how many times; not 0.
    pub terms: Vec<(Term, i128)>,
    pub constant: i128,
}

impl Linear {
    pub fn of(term: Term) -> Self {
        Self { terms: vec![(term, 1)], constant: 0 }
    }

    pub const fn constant(constant: i128) -> Self {
        Self { terms: Vec::new(), constant }
    }

    /// So many times as much.
    pub fn times(&self, factor: i128) -> Option<Self> {
        let mut terms = Vec::new();
        for (term, times) in &self.terms {
            terms.push((*term, times.checked_mul(factor)?));
        }
        terms.retain(|(_, times)| *times != 0);
        Some(Self { terms, constant: self.constant.checked_mul(factor)? })
    }

    /// Both together.
    pub fn plus(&self, other: &Self) -> Option<Self> {
        let mut terms = self.terms.clone();
        for (term, times) in &other.terms {
            match terms.iter_mut().find(|(known, _)| known == term) {
                Some((_, known)) => *known = known.checked_add(*times)?,
                None => terms.push((*term, *times)),
            }
        }
        terms.retain(|(_, times)| *times != 0);
        terms.sort_unstable();
        Some(Self { terms, constant: self.constant.checked_add(other.constant)? })
    }

    /// The difference.
    pub fn minus(&self, other: &Self) -> Option<Self> {
        self.plus(&other.times(-1)?)
    }

    /// What an operator gives, by its type and the type of its second operand.
    pub fn of_operator(op: Op, a: &Self, b: &Self, (kind, second): (&Type, &Type)) -> Option<Self> {
        match (op, kind, second) {
            (_, _, Type::Months | Type::Float) | (Op::Add, Type::Date, Type::Date) => None,
            (Op::Multiply, Type::Int | Type::Decimal { .. }, _) => match (a.terms.as_slice(), b.terms.as_slice()) {
                (_, []) if b.constant % ONE == 0 => a.times(b.constant / ONE),
                ([], _) if a.constant % ONE == 0 => b.times(a.constant / ONE),
                _ => None,
            },
            (Op::Multiply, ..) => None,
            // A date moves by whole days.
            (Op::Add | Op::Subtract, Type::Date, Type::Duration) => {
                let days = b.terms.is_empty().then(|| Self::constant(b.constant / DAY))?;
                if op == Op::Add { a.plus(&days) } else { a.minus(&days) }
            }
            (Op::Subtract, Type::Duration, Type::Date) => a.minus(b)?.times(DAY),
            (Op::Add, ..) => a.plus(b),
            (Op::Subtract, ..) => a.minus(b),
            _ => None,
        }
    }
}
