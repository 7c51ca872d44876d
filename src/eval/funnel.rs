//! What a funnel shows: of each member the steps that it has reached, one after the other, and of each group how many reached
//! each step. Takes the instants of the steps; a step counts for who reached the one before, at that instant or later.

use std::collections::BTreeMap;

use super::entity::At;
use super::expr::Frame;
use super::{Row, Run, Stop, Table, Value, operator};
use crate::program::{Funnel, Op, RowsOf, SUMMARY};

/// What a funnel shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Followed {
    /// Each member, by key: the key, the groups, when it reached each step, and the last one that it reached.
    pub members: Table,
    /// Each group and step: how many members the group has and how many reached the step, and which share that is of those who
    /// reached the first one, and the one before.
    pub summary: Table,
}

impl Run<'_> {
    /// A funnel's members and summary.
    pub(super) fn followed(&self, funnel: &Funnel) -> Result<Followed, Stop> {
        let key = self.program.entity(funnel.entity).key;
        let mut columns = vec![self.program.column(funnel.entity, key).name.clone()];
        columns.extend(funnel.per.iter().map(|group| group.name.clone()));
        columns.extend(funnel.steps.iter().map(|step| step.name.clone()));
        columns.push("last_step".to_owned());
        let mut members = Table { key: columns.first().cloned().unwrap_or_default(), columns, ..Table::default() };
        for place in 0..self.entity_rows(funnel.entity).len() {
            let is_member = match funnel.base {
                Some(base) => self.field(base, place)?.0.holds(),
                None => true,
            };
            if is_member {
                let at = At { over: RowsOf::Entity(funnel.entity), place };
                let frames = [Frame::outer(at)];
                let mut row = vec![self.column(at, key)];
                for group in &funnel.per {
                    row.push(self.eval(&group.value, &frames)?);
                }
                let reached = self.reached(funnel, &frames)?;
                let last = reached.len().checked_sub(1).and_then(|at| funnel.steps.get(at));
                row.extend((0..funnel.steps.len()).map(|at| reached.get(at).cloned().unwrap_or(Value::Null)));
                row.push(last.map_or(Value::Null, |step| Value::Text(step.name.clone())));
                members.rows.push(row);
            }
        }
        let summary = summary(funnel, &members.rows);
        Ok(Followed { members, summary })
    }

    /// When a member reached each step that it did reach: none that comes behind one that it did not.
    fn reached(&self, funnel: &Funnel, frames: &[Frame]) -> Result<Vec<Value>, Stop> {
        let mut reached: Vec<Value> = Vec::new();
        for step in &funnel.steps {
            let Value::Timestamp(at) = self.eval(&step.value, frames)? else { break };
            if at > self.now {
                break;
            }
            if let Some(Value::Timestamp(before)) = reached.last() {
                let is_late = match &step.within {
                    None => false,
                    Some(within) => {
                        let within = self.eval(within, frames)?;
                        let end = operator::arithmetic(Op::Add, &[Value::Timestamp(*before), within])?;
                        matches!(end, Value::Timestamp(end) if at > end)
                    }
                };
                if at < *before || is_late {
                    break;
                }
            }
            reached.push(Value::Timestamp(at));
        }
        Ok(reached)
    }
}

/// A row for each group and step.
fn summary(funnel: &Funnel, members: &[Row]) -> Table {
    let own = SUMMARY.iter().map(|name| (*name).to_owned());
    let columns = funnel.per.iter().map(|group| group.name.clone()).chain(own).collect();
    let mut table = Table { columns, ..Table::default() };
    let group_of = |member: &Row| -> Row { member.iter().skip(1).take(funnel.per.len()).cloned().collect() };
    let mut groups: BTreeMap<Vec<Option<String>>, Vec<&Row>> = BTreeMap::new();
    if funnel.per.is_empty() {
        groups.insert(Vec::new(), Vec::new());
    }
    for member in members {
        groups.entry(group_of(member).iter().map(Value::text).collect()).or_default().push(member);
    }
    for members in groups.values() {
        let reached = |step: usize| {
            let at = 1 + funnel.per.len() + step;
            members.iter().filter(|member| member.get(at).is_some_and(|value| !value.is_null())).count() as i64
        };
        for (place, step) in funnel.steps.iter().enumerate() {
            let mut row = members.first().map_or_else(Vec::new, |member| group_of(member));
            row.extend([Value::Int(place as i64 + 1), Value::Text(step.name.clone())]);
            row.extend([Value::Int(members.len() as i64), Value::Int(reached(place))]);
            row.push(share(reached(place), reached(0)));
            row.push(place.checked_sub(1).map_or(Value::Null, |before| share(reached(place), reached(before))));
            table.rows.push(row);
        }
    }
    table
}

/// A part of a whole; null of nothing.
fn share(part: i64, whole: i64) -> Value {
    if whole == 0 { Value::Null } else { Value::Float(part as f64 / whole as f64) }
}
