//! Funnels: who came to which step, and how many. Takes the members of an audience, gives the instants that count and the
//! summary. A step counts if it has happened, the step before counts, and it is neither before that nor after its window.

use std::collections::BTreeMap;

use super::entity::At;
use super::expr::Frame;
use super::{Run, Stop, Value, operator};
use crate::program::{Funnel, OUTER, Op, RowsOf, What};

/// What a funnel gives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Funneled {
    /// Each member, by key: the key, the groups, and when each step counts.
    pub members: Vec<Vec<Value>>,
    /// Each group and step, by both: the groups, the step's number and name, how many came, the share of the first step and of
    /// the step before, and the median time from the step before.
    pub summary: Vec<Vec<Value>>,
}

impl Run<'_> {
    /// A funnel's members and summary.
    pub(super) fn funnel(&self, funnel: &Funnel) -> Result<Funneled, Stop> {
        let mut found = Funneled::default();
        let key = self.program.entity(funnel.entity).key;
        for place in 0..self.entity_rows(funnel.entity).len() {
            let at = At { over: RowsOf::Entity(funnel.entity), place };
            let is_member =
                funnel.base.map_or(Ok(true), |base| self.field(base, place).map(|(value, _)| value.holds()))?;
            if !is_member {
                continue;
            }
            let mut row = vec![self.column(at, key)];
            for (_, what) in &funnel.per {
                row.push(match what {
                    What::Column(id) => self.column(at, *id),
                    What::Field(id) => self.field(*id, place)?.0,
                    What::Since(_) | What::Exists => return Err(Stop::new("a group that is no enum")),
                });
            }
            row.extend(self.steps(funnel, at)?);
            found.members.push(row);
        }
        found.summary = summary(funnel, &found.members)?;
        Ok(found)
    }

    /// When each step counts.
    fn steps(&self, funnel: &Funnel, at: At) -> Result<Vec<Value>, Stop> {
        let rows = [Frame { row: OUTER, at, before: None }];
        let mut all: Vec<Value> = Vec::new();
        for step in &funnel.steps {
            let value = self.eval(&step.value, &rows)?;
            let mut counts = value.order(&Value::Timestamp(self.now)).is_le() && !value.is_null();
            if let Some(before) = all.last() {
                counts = counts && !before.is_null() && before.order(&value).is_le();
                if let (true, Some(within)) = (counts, &step.within) {
                    let length = self.eval(within, &rows)?;
                    let end = operator::arithmetic(Op::Add, &[before.clone(), length])?;
                    counts = value.order(&end).is_le();
                }
            }
            all.push(if counts { value } else { Value::Null });
        }
        Ok(all)
    }
}

/// The rows of the summary: by group, a null last, then by step.
fn summary(funnel: &Funnel, members: &[Vec<Value>]) -> Result<Vec<Vec<Value>>, Stop> {
    let groups = funnel.per.len();
    let mut all: BTreeMap<Vec<(bool, String)>, Vec<&Vec<Value>>> = BTreeMap::new();
    for member in members {
        let group = member.iter().skip(1).take(groups);
        let group = group.map(|value| (value.is_null(), value.text().unwrap_or_default())).collect();
        all.entry(group).or_default().push(member);
    }
    let mut rows = Vec::new();
    for members in all.values() {
        let mut entered: Vec<i64> = Vec::new();
        for (place, step) in funnel.steps.iter().enumerate() {
            let of = |member: &[Value], place: usize| member.get(1 + groups + place).cloned().unwrap_or(Value::Null);
            let came = members.iter().filter(|member| !of(member, place).is_null()).count() as i64;
            let mut took = Vec::new();
            for member in members.iter().filter(|member| place > 0 && !of(member, place).is_null()) {
                took.push(operator::arithmetic(Op::Subtract, &[of(member, place), of(member, place - 1)])?);
            }
            let mut row: Vec<Value> =
                members.iter().take(1).flat_map(|it| it.iter().skip(1).take(groups)).cloned().collect();
            row.extend([Value::Int(place as i64 + 1), Value::Text(step.name.clone()), Value::Int(came)]);
            row.extend([
                share(came, entered.first().copied().unwrap_or(came)),
                entered.last().map_or(Value::Null, |it| share(came, *it)),
            ]);
            row.push(median(took)?);
            rows.push(row);
            entered.push(came);
        }
    }
    Ok(rows)
}

/// A part of a whole; null of nothing.
fn share(part: i64, whole: i64) -> Value {
    if whole == 0 { Value::Null } else { Value::Float(part as f64 / whole as f64) }
}

/// The value in the middle, or half the way between two.
fn median(mut values: Vec<Value>) -> Result<Value, Stop> {
    values.sort_by(Value::order);
    let at = |place: usize| values.get(place).cloned().unwrap_or(Value::Null);
    let (low, high) = (at(values.len().saturating_sub(1) / 2), at(values.len() / 2));
    if low.is_null() {
        return Ok(Value::Null);
    }
    let way = operator::arithmetic(Op::Subtract, &[high, low.clone()])?;
    let half = operator::arithmetic(Op::Multiply, &[way, Value::Float(0.5)])?;
    operator::arithmetic(Op::Add, &[low, half])
}
