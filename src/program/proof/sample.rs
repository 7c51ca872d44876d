//! Thirty-two rows made up by a hash: what each term is in each, and so which facts hold in which. Values lie mostly at the bounds
//! that facts name. A formula that holds in one row can hold, which spares the search; that it holds in none says nothing.

use super::formula::{Fact, Formula, Formulas, Name, Node};
use super::hash::Map;
use super::number::{DAY, ONE, of_float};
use super::term::{Term, Terms};
use crate::types::Type;

/// How many rows there are.
const ROWS: usize = 32;

/// How deep values hang on each other.
const DEPTH: usize = 32;

/// 2026-01-01, about.
const TODAY: i128 = 1_767_225_600_000_000;

/// The values of a term in the samples.
#[derive(Debug, Clone)]
pub(super) enum Drawn {
    Numbers(Box<[i128; ROWS]>),
    Names(Box<[Name; ROWS]>),
}

/// On which of the samples a fact holds, a bit for each.
pub(super) fn of(fact: Fact, terms: &mut Terms) -> u32 {
    match fact {
        Fact::Null(term) => bits((0..32).map(|sample| hash(term, sample, 1).is_multiple_of(4))),
        Fact::True(term) => bits((0..32).map(|sample| hash(term, sample, 2).is_multiple_of(2))),
        Fact::Is(term, name) => bits(names(term, terms).iter().map(|it| *it == name)),
        Fact::Same(one, other) => {
            let one = names(one, terms);
            bits(one.iter().zip(names(other, terms).iter()).map(|(one, other)| one == other))
        }
        Fact::AtMost(one, other, most) => {
            draw(one, terms, 0);
            draw(other, terms, 0);
            // Ranges are less than a quarter of what there is, so that no difference wraps.
            match (&terms.about(one).drawn, &terms.about(other).drawn) {
                (Some(Drawn::Numbers(all)), _) if other == Term::ZERO => bits(all.iter().map(|one| *one <= most)),
                (Some(Drawn::Numbers(one)), Some(Drawn::Numbers(other))) => {
                    bits(one.iter().zip(other.iter()).map(|(one, other)| one.wrapping_sub(*other) <= most))
                }
                _ => 0,
            }
        }
    }
}

fn bits(holds: impl Iterator<Item = bool>) -> u32 {
    holds.enumerate().fold(0, |bits, (sample, holds)| bits | u32::from(holds) << sample)
}

/// On which of 32 rows each of these formulas holds, and each of their parts; the values lie at the bounds that these formulas
/// name, and at no others. Nothing where they are too many.
pub(super) fn focused(goals: &[Node], formulas: &Formulas, terms: &mut Terms) -> Map<Node, u32> {
    const MOST: usize = 1_000;
    let mut rows = Map::default();
    let mut parts = Vec::new();
    let mut open: Vec<(Node, bool)> = goals.iter().map(|goal| (goal.plain(), false)).collect();
    while let Some((node, met)) = open.pop() {
        if met {
            parts.push(node);
        } else if rows.insert(node, 0).is_none() {
            open.push((node, true));
            if let Formula::All(all) = formulas.kept(node) {
                open.extend(all.iter().map(|part| (part.plain(), false)));
            }
        }
        if parts.len() > MOST {
            return Map::default();
        }
    }
    let facts = parts.iter().filter_map(|node| match formulas.kept(*node) {
        Formula::Fact(Fact::AtMost(one, other, most)) => Some((*one, (*other, *most))),
        Formula::Fact(_) | Formula::True | Formula::All(_) => None,
    });
    let before = terms.narrow(facts);
    for node in parts {
        let holds = match formulas.kept(node) {
            Formula::True => u32::MAX,
            Formula::Fact(fact) => of(*fact, terms),
            Formula::All(all) => all.iter().fold(u32::MAX, |holds, part| {
                let known = rows.get(&part.plain()).copied().unwrap_or_default();
                holds & if part.is_negated() { !known } else { known }
            }),
        };
        rows.insert(node, holds);
    }
    terms.widen(before);
    rows
}

/// A number that hangs on these alone.
fn hash(term: Term, sample: u64, of: u64) -> u64 {
    let mut mixed = (u64::from(term.0) << 32 | sample << 8 | of).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// For each sample one of an enum's values; else any text, those that were met first more often.
fn names(term: Term, terms: &mut Terms) -> Box<[Name; ROWS]> {
    if let Some(Drawn::Names(names)) = &terms.about(term).drawn {
        return names.clone();
    }
    let values = &terms.about(term).values;
    let mut names = Box::new([Name(0); ROWS]);
    for (sample, name) in (0..).zip(names.iter_mut()) {
        let (size, which) = (hash(term, sample, 3), hash(term, sample, 4));
        let value = values.get(which as usize % values.len().max(1));
        *name = value.copied().unwrap_or(Name((which & ((1 << (size % 10)) - 1)) as u32));
    }
    terms.draw(term, Drawn::Names(names.clone()));
    names
}

/// Draws the values of a term that is counted, and of those that they hang on.
fn draw(term: Term, terms: &mut Terms, depth: usize) {
    if terms.about(term).drawn.is_some() {
        return;
    }
    if term != Term::NOW {
        draw(Term::NOW, terms, depth + 1);
    }
    let about = terms.about(term);
    let (fewer, more) = (earlier(term, &about.fewer, depth), earlier(term, &about.more, depth));
    let mut others: Vec<Term> = about.near.iter().map(|(other, _)| *other).filter(|_| depth < DEPTH).collect();
    others.extend(fewer.iter().chain(&more));
    others.dedup();
    for other in others {
        draw(other, terms, depth + 1);
    }
    let drawn = values(term, terms, (&fewer, &more));
    terms.draw(term, Drawn::Numbers(drawn));
}

/// The terms that were there before, where values do not hang on each other too deep.
fn earlier(term: Term, others: &[Term], depth: usize) -> Vec<Term> {
    others.iter().copied().filter(|other| *other < term && depth < DEPTH).collect()
}

/// The values of a term: three of four at a bound, or just above it; all within what is known of it.
fn values(term: Term, terms: &Terms, (fewer, more): (&[Term], &[Term])) -> Box<[i128; ROWS]> {
    let about = terms.about(term);
    let value = |other: Term, sample: usize| match &terms.about(other).drawn {
        Some(Drawn::Numbers(all)) => all.get(sample).copied(),
        _ => None,
    };
    let mut values = Box::new([0; ROWS]);
    for (sample, slot) in values.iter_mut().enumerate() {
        let which = hash(term, sample as u64, 7);
        let bound = about.near.get((which >> 8) as usize % about.near.len().max(1));
        let mut own = match bound.filter(|_| !which.is_multiple_of(4)) {
            Some((other, most)) => {
                let above = if which & 4 == 0 { 0 } else { about.step.max(1) };
                let from = if *other == Term::ZERO { 0 } else { value(*other, sample).unwrap_or_default() };
                let own = from.saturating_add(*most).saturating_add(above);
                // What lies at a constant is a multiple already.
                let is_multiple = about.step <= 1 || *other == Term::ZERO || own % about.step == 0;
                if is_multiple { own } else { own.div_euclid(about.step) * about.step }
            }
            None => scattered(term, sample as u64, value(Term::NOW, sample).unwrap_or(TODAY), terms),
        };
        if about.past {
            own = own.min(value(Term::NOW, sample).unwrap_or(TODAY));
        }
        let least = fewer.iter().filter_map(|other| value(*other, sample)).fold(about.range.0, i128::max);
        let most = more.iter().filter_map(|other| value(*other, sample)).fold(about.range.1, i128::min);
        *slot = own.max(least).min(most);
    }
    values
}

/// A value in the term's range, small ones more often.
fn scattered(term: Term, sample: u64, now: i128, terms: &Terms) -> i128 {
    let about = terms.about(term);
    let small = any_size(term, sample);
    match about.kind {
        _ if about.step == 0 => 0,
        Type::Timestamp if term == Term::NOW => TODAY + small * (DAY / 24),
        Type::Timestamp if about.past => now - small.abs() * (DAY / 24),
        Type::Timestamp => now - small * (DAY / 24),
        Type::Date => now.div_euclid(DAY) - small,
        Type::Duration => small * (DAY / 24),
        Type::Float => of_float(small as f64 / if sample.is_multiple_of(2) { 1.0 } else { 4.0 }),
        Type::Decimal { scale: 2.., .. } => small * ONE + i128::from(hash(term, sample, 9) % 100) * (ONE / 100),
        _ => small * ONE,
    }
}

/// A number of any size up to a million, a negative one in one of five.
fn any_size(term: Term, sample: u64) -> i128 {
    let (size, value) = (hash(term, sample, 5), hash(term, sample, 6));
    let bits = if size.is_multiple_of(2) { 4 } else { size / 2 % 21 };
    let value = i128::from(value & ((1 << bits) - 1));
    if (size >> 32).is_multiple_of(5) { -value } else { value }
}
