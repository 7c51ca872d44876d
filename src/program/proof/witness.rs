//! A row on which formulas hold, made of what a search took: takes the state and gives a value for each column that matters.
//! Gives none where something matters that is no column of the row itself.

use std::collections::BTreeMap;
use std::fmt;

use super::formula::Name;
use super::number::{DAY, ONE, to_float, unit};
use super::state::State;
use super::term::{Key, Place, Term, Terms};
use crate::program::{ColumnId, Literal};
use crate::types::{Type, written};

/// A row, as far as it matters: every row of the entity with these values, at this instant, is as was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// Values of columns, by their place, as constants of the column's type.
    pub columns: Vec<(ColumnId, Type, Literal)>,
    /// The run's instant, where it matters.
    pub now: Option<i64>,
    /// The columns' names.
    pub(super) names: Vec<String>,
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.columns.iter().zip(&self.names).map(|((_, kind, value), name)| {
            let value = self.now.and_then(|now| from_now(value, now)).unwrap_or_else(|| text(value, kind));
            format!("{name} = {value}")
        });
        f.write_str(&values.collect::<Vec<_>>().join(", "))
    }
}

/// An instant as it lies from now.
fn from_now(value: &Literal, now: i64) -> Option<String> {
    let Literal::Timestamp(at) = value else { return None };
    let away = at - now;
    Some(match away.signum() {
        0 => "now".to_owned(),
        1 => format!("now + {}", written::duration(away)),
        _ => format!("now - {}", written::duration(-away)),
    })
}

fn text(value: &Literal, kind: &Type) -> String {
    match (value, kind) {
        (Literal::Null, _) => "null".to_owned(),
        (Literal::Bool(value), _) => value.to_string(),
        (Literal::Int(value), _) => value.to_string(),
        (Literal::Decimal(digits), Type::Decimal { scale, .. }) => written::decimal(*digits, *scale),
        (Literal::Float(value), _) => value.to_string(),
        (Literal::Text(text), Type::Enum(_)) => text.clone(),
        (Literal::Text(text), _) => format!("'{}'", text.replace('\'', "''")),
        (Literal::Duration(micros), _) => written::duration(*micros),
        (Literal::Date(days), _) => jiff::civil::date(1970, 1, 1)
            .checked_add(jiff::Span::new().days(*days))
            .map_or_else(|_| days.to_string(), |date| format!("@{date}")),
        (Literal::Timestamp(micros), _) => {
            jiff::Timestamp::from_microsecond(*micros).map_or_else(|_| micros.to_string(), |at| format!("@{at}"))
        }
        (Literal::Decimal(digits), _) => digits.to_string(),
        (Literal::Months(months), _) => written::months(i64::from(*months)),
    }
}

/// Makes the row at a place out of what was taken.
pub(super) fn of(state: &mut State, terms: &Terms, place: Place) -> Option<Witness> {
    if state.order.left_out {
        return None;
    }
    let mut columns = BTreeMap::new();
    for (term, value) in counted(state, terms)? {
        columns.insert(term, value);
    }
    named(state, terms, &mut columns)?;
    let mut witness = Witness { columns: Vec::new(), now: None, names: Vec::new() };
    for (term, value) in columns {
        match terms.about(term).key {
            Key::Zero => {}
            Key::Now => {
                if let Literal::Timestamp(now) = value {
                    witness.now = Some(now);
                }
            }
            Key::Column(from, column) if from == place => {
                witness.columns.push((column, terms.about(term).kind.clone(), value));
            }
            _ => return None,
        }
    }
    witness.columns.sort_by_key(|(column, ..)| *column);
    Some(witness)
}

/// Whether a term is null: its value means nothing then.
fn is_null(state: &State, term: Term) -> bool {
    state.known(term).and_then(|known| known.null) == Some(true)
}

/// Values for the terms whose differences are bounded, now first.
fn counted(state: &mut State, terms: &Terms) -> Option<Vec<(Term, Literal)>> {
    let mut found = Vec::new();
    let mut met: Vec<Term> = state.order.terms().to_vec();
    met.sort_unstable();
    for term in met {
        if term == Term::ZERO {
            continue;
        }
        let least = state.order.bound(Term::ZERO, term).map(i128::saturating_neg);
        let most = state.order.bound(term, Term::ZERO);
        let value = nearest(least, most, wanted(state, terms, term, &found), terms.about(term).step)?;
        if !(state.order.take(term, Term::ZERO, value) && state.order.take(Term::ZERO, term, value.checked_neg()?)) {
            return None;
        }
        if !is_null(state, term) {
            found.push((term, constant(value, &terms.about(term).kind)?));
        }
    }
    Some(found)
}

/// What a value would be if it could: today for now, near now for other instants, else 0.
fn wanted(state: &State, terms: &Terms, term: Term, found: &[(Term, Literal)]) -> i128 {
    const TODAY: i128 = 20_454;
    match terms.about(term).kind {
        Type::Timestamp => match found.first() {
            Some((Term::NOW, Literal::Timestamp(now))) if !is_null(state, term) => i128::from(*now),
            _ => TODAY * DAY,
        },
        Type::Date => TODAY,
        _ => 0,
    }
}

/// The value that is nearest to the one wanted within bounds, a multiple of a step.
fn nearest(least: Option<i128>, most: Option<i128>, wanted: i128, step: i128) -> Option<i128> {
    let step = step.max(1);
    let up = |value: i128| -(-value).div_euclid(step) * step;
    let down = |value: i128| value.div_euclid(step) * step;
    let (least, most) = (least.map(up), most.map(down));
    if least.zip(most).is_some_and(|(least, most)| least > most) {
        return None;
    }
    let value = least.map_or(wanted, |least| wanted.max(least));
    Some(down(most.map_or(value, |most| value.min(most))))
}

/// A counted value as a constant of its type.
fn constant(value: i128, kind: &Type) -> Option<Literal> {
    let small = |value: i128| i64::try_from(value).ok();
    Some(match kind {
        Type::Int => Literal::Int(small(value / ONE)?),
        Type::Decimal { scale, .. } => Literal::Decimal(small(value / unit(*scale))?),
        Type::Float => Literal::Float(Some(to_float(value)).filter(|value| value.is_finite())?),
        Type::Date => Literal::Date(i32::try_from(value).ok()?),
        Type::Timestamp => Literal::Timestamp(small(value)?),
        Type::Duration => Literal::Duration(small(value)?),
        _ => return None,
    })
}

/// Values for all other terms.
fn named(state: &State, terms: &Terms, found: &mut BTreeMap<Term, Literal>) -> Option<()> {
    let mut fresh = 0;
    let mut texts: BTreeMap<Term, Name> = BTreeMap::new();
    for (term, known) in state.terms() {
        if known.null == Some(true) {
            found.insert(term, Literal::Null);
            continue;
        }
        if found.contains_key(&term) {
            continue;
        }
        let about = terms.about(term);
        let value = match (&about.kind, known.is) {
            (Type::Bool, _) => Literal::Bool(known.truth.unwrap_or(false)),
            (Type::Text | Type::Enum(_), Some(name)) => {
                texts.insert(term, name);
                Literal::Text(terms.text(name).to_owned())
            }
            (Type::Enum(_), None) => {
                let name = about.values.iter().find(|value| !known.is_not.contains(value))?;
                texts.insert(term, *name);
                Literal::Text(terms.text(*name).to_owned())
            }
            (Type::Text, None) => Literal::Text(unused(terms, &mut fresh)),
            (kind, _) => constant(0, kind)?,
        };
        found.insert(term, value);
    }
    for (one, other, same) in state.pairs() {
        // Whether the values that were chosen are the same is known only where both are names.
        let chosen = texts.get(one).zip(texts.get(other)).map(|(one, other)| one == other);
        if chosen != Some(*same) {
            return None;
        }
    }
    Some(())
}

/// A text that no condition names.
fn unused(terms: &Terms, fresh: &mut u32) -> String {
    loop {
        let text = if *fresh == 0 { "other".to_owned() } else { format!("other {fresh}") };
        *fresh += 1;
        if !terms.is_name(&text) {
            return text;
        }
    }
}
