//! Sixty-four rows made up by a hash: what each term is in each, and so which facts hold in which. A formula that holds in one
//! of them can hold, which spares the search; that it holds in none says nothing.

use super::formula::{Fact, Name};
use super::number::{DAY, ONE, of_float};
use super::term::{Term, Terms};
use crate::types::Type;

/// 2026-01-01, about.
const TODAY: i128 = 1_767_225_600_000_000;

/// On which of the samples a fact holds, a bit for each.
pub(super) fn of(fact: Fact, terms: &Terms) -> u64 {
    (0..64).filter(|sample| holds(fact, *sample, terms)).fold(0, |bits, sample| bits | 1 << sample)
}

fn holds(fact: Fact, sample: u64, terms: &Terms) -> bool {
    match fact {
        Fact::Null(term) => hash(term, sample, 1).is_multiple_of(4),
        Fact::True(term) => hash(term, sample, 2).is_multiple_of(2),
        Fact::Is(term, name) => named(term, sample, terms) == name,
        Fact::Same(one, other) => named(one, sample, terms) == named(other, sample, terms),
        Fact::AtMost(one, other, most) => counted(one, sample, terms) - counted(other, sample, terms) <= most,
    }
}

/// The values of a term, no less and no more than those that it is known to be ordered with.
pub(super) fn within(term: Term, terms: &Terms) -> Vec<i128> {
    let about = terms.about(term);
    if about.fewer.is_empty() && about.more.is_empty() {
        return Vec::new();
    }
    let value = |sample: u64| {
        let least = about.fewer.iter().map(|other| counted(*other, sample, terms)).max();
        let most = about.more.iter().map(|other| counted(*other, sample, terms)).min();
        let value = counted(term, sample, terms);
        let value = least.map_or(value, |least| value.max(least));
        most.map_or(value, |most| value.min(most))
    };
    (0..64).map(value).collect()
}

/// A number that hangs on these alone.
fn hash(term: Term, sample: u64, of: u64) -> u64 {
    let mut mixed = (u64::from(term.0) << 32 | sample << 8 | of).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// One of an enum's values; else any text, those that were met first more often.
fn named(term: Term, sample: u64, terms: &Terms) -> Name {
    let values = &terms.about(term).values;
    let (size, which) = (hash(term, sample, 3), hash(term, sample, 4));
    let value = values.get(which as usize % values.len().max(1));
    value.copied().unwrap_or(Name((which & ((1 << (size % 10)) - 1)) as u32))
}

/// A value in the term's range, small ones more often.
fn counted(term: Term, sample: u64, terms: &Terms) -> i128 {
    let about = terms.about(term);
    if let Some(drawn) = about.drawn.get(sample as usize) {
        return *drawn;
    }
    let small = scattered(term, sample);
    let value = match about.kind {
        _ if about.step == 0 => 0,
        Type::Timestamp if term == Term::NOW => TODAY + small * (DAY / 24),
        Type::Timestamp => {
            let away = scattered(term, sample) * (DAY / 24);
            let now = counted(Term::NOW, sample, terms);
            if about.past { now - away.abs() } else { now - away }
        }
        Type::Date => counted(Term::NOW, sample, terms).div_euclid(DAY) - small,
        Type::Duration => small * (DAY / 24),
        Type::Float => of_float(small as f64 / if sample.is_multiple_of(2) { 1.0 } else { 4.0 }),
        _ => small * ONE + i128::from(hash(term, sample, 7) % 100) * (ONE / 100),
    };
    let value = if about.step > 1 { value.div_euclid(about.step) * about.step } else { value };
    value.clamp(about.range.0, about.range.1)
}

/// A number of any size up to a million, a negative one in one of five.
fn scattered(term: Term, sample: u64) -> i128 {
    let (size, value) = (hash(term, sample, 5), hash(term, sample, 6));
    let bits = if size.is_multiple_of(2) { 4 } else { size / 2 % 21 };
    let value = i128::from(value & ((1 << bits) - 1));
    if (size >> 32).is_multiple_of(5) { -value } else { value }
}
