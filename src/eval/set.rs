//! Takes an aggregate and the rows outside, gives its value: the rows of its set are found one by one, in the order of
//! time and key (of a source without a key, of all columns), so that the first of several that are alike is the right one.

use std::cmp::Ordering;

use super::entity::At;
use super::expr::Frame;
use super::value::{decimal, int};
use super::{Run, Stop, Value, zero};
use crate::program::{Aggregate, AggregateOp, Order, Set};
use crate::types::Type;

impl Run<'_> {
    /// The value of an aggregate, which is of this type.
    pub(super) fn aggregate(&self, aggregate: &Aggregate, kind: &Type, rows: &[Frame]) -> Result<Value, Stop> {
        if matches!(aggregate.op, AggregateOp::First | AggregateOp::Last | AggregateOp::Pick) {
            let chosen = self.chosen(aggregate, rows)?;
            let value = chosen.zip(aggregate.value.as_ref());
            return value.map_or(Ok(Value::Null), |(frame, value)| self.eval(value, &within(rows, frame)));
        }
        let frames = self.rows_in(&aggregate.set, rows)?;
        match aggregate.op {
            AggregateOp::Any => return Ok(Value::Bool(!frames.is_empty())),
            AggregateOp::None => return Ok(Value::Bool(frames.is_empty())),
            AggregateOp::Count => return Ok(Value::Int(frames.len() as i64)),
            _ => {}
        }
        let Some(of) = &aggregate.value else { return Err(Stop::new("an aggregate of no value")) };
        let mut values = Vec::new();
        for frame in frames {
            let value = self.eval(of, &within(rows, frame))?;
            if !value.is_null() {
                values.push(value);
            }
        }
        values.sort_by(|a, b| ordered(a, b, &of.typed.kind));
        of_sorted(aggregate.op, &values, kind)
    }

    /// The row that `first`, `last` or `pick` takes.
    pub(super) fn chosen(&self, aggregate: &Aggregate, rows: &[Frame]) -> Result<Option<Frame>, Stop> {
        let frames = self.rows_in(&aggregate.set, rows)?;
        match aggregate.op {
            AggregateOp::First => Ok(frames.first().copied()),
            AggregateOp::Last => Ok(frames.last().copied()),
            _ => {
                let mut best: Option<(Vec<Value>, Frame)> = None;
                for frame in frames {
                    let by = aggregate.order.iter().map(|order| self.eval(&order.by, &within(rows, frame)));
                    let by = by.collect::<Result<Vec<_>, _>>()?;
                    let better = |other: &Vec<Value>, than: &Frame| {
                        compare(&by, other, &aggregate.order).then_with(|| self.by_key(frame.at, than.at)).is_lt()
                    };
                    if best.as_ref().is_none_or(|(other, than)| better(other, than)) {
                        best = Some((by, frame));
                    }
                }
                Ok(best.map(|(_, frame)| frame))
            }
        }
    }

    /// The rows of a set: those that are tied to the rows outside, each with the one before it, and of these the ones
    /// that meet its condition.
    pub(super) fn rows_in(&self, set: &Set, rows: &[Frame]) -> Result<Vec<Frame>, Stop> {
        let mut tied: Vec<Frame> = Vec::new();
        for place in 0..self.all(set.over).len() {
            let before = tied.last().map(|frame| frame.at);
            let frame = Frame { row: set.row, at: At { over: set.over, place }, before, fresh: false };
            let mut all = true;
            for tie in &set.ties {
                let outer = self.eval(&tie.outer, rows)?;
                all &= self.eval(&tie.inner, &within(rows, frame))?.equals(&outer);
            }
            if all {
                tied.push(frame);
            }
        }
        let mut found = Vec::new();
        for frame in tied {
            if set.condition.as_ref().map_or(Ok(true), |it| self.holds(it, &within(rows, frame)))? {
                found.push(frame);
            }
        }
        Ok(found)
    }
}

/// The rows outside, and one of the set.
fn within(rows: &[Frame], frame: Frame) -> Vec<Frame> {
    rows.iter().copied().chain([frame]).collect()
}

/// The order of rows by several values.
fn compare(a: &[Value], b: &[Value], by: &[Order]) -> Ordering {
    let orders = a.iter().zip(b).zip(by).map(|((a, b), order)| by_order(a, b, order));
    orders.fold(Ordering::Equal, Ordering::then)
}

/// The order of two values where rows are ordered by them: nulls last in both directions, enums as declared.
pub(super) fn by_order(a: &Value, b: &Value, order: &Order) -> Ordering {
    if order.descending && !a.is_null() && !b.is_null() {
        return ordered(b, a, &order.by.typed.kind);
    }
    ordered(a, b, &order.by.typed.kind)
}

/// The order of two values, nulls last, enums as declared.
fn ordered(a: &Value, b: &Value, kind: &Type) -> Ordering {
    let Type::Enum(names) = kind else { return a.nulls_last(b) };
    let place = |value: &Value| match value {
        Value::Text(text) => names.iter().position(|name| name == text).unwrap_or(names.len()),
        _ => names.len(),
    };
    place(a).cmp(&place(b))
}

/// The value of an aggregate of these values, smallest first, none null.
fn of_sorted(op: AggregateOp, values: &[Value], kind: &Type) -> Result<Value, Stop> {
    let or_null = |value: Option<&Value>| value.cloned().unwrap_or(Value::Null);
    Ok(match op {
        AggregateOp::CountDistinct => Value::Int(runs(values).len() as i64),
        AggregateOp::Sum => sum(values, kind)?,
        AggregateOp::Min => or_null(values.first()),
        AggregateOp::Max => or_null(values.last()),
        AggregateOp::Avg if values.is_empty() => Value::Null,
        AggregateOp::Avg => Value::float(values.iter().map(Value::as_float).sum::<f64>() / values.len() as f64),
        AggregateOp::Median => percentile(0.5, values),
        AggregateOp::Percentile(share) => percentile(share, values),
        AggregateOp::Mode => {
            let runs = runs(values);
            let most = runs.iter().map(|run| run.len()).max();
            or_null(runs.iter().find(|run| Some(run.len()) == most).and_then(|run| run.first()))
        }
        AggregateOp::Any
        | AggregateOp::None
        | AggregateOp::Count
        | AggregateOp::First
        | AggregateOp::Last
        | AggregateOp::Pick => return Err(Stop::new("an aggregate of rows, not of values")),
    })
}

/// Equal values together.
fn runs(values: &[Value]) -> Vec<&[Value]> {
    values.chunk_by(Value::equals).collect()
}

fn sum(values: &[Value], kind: &Type) -> Result<Value, Stop> {
    let digits = values.iter().map(|value| match value {
        Value::Int(it) | Value::Decimal(it, _) | Value::Duration(it) => i128::from(*it),
        _ => 0,
    });
    let whole: i128 = digits.sum();
    match zero(kind) {
        Value::Decimal(_, scale) => decimal(whole, scale),
        Value::Float(_) => Ok(Value::float(values.iter().map(Value::as_float).sum())),
        Value::Duration(_) => int(whole).map(Value::Duration),
        _ => int(whole).map(Value::Int),
    }
}

/// The value at a share of the way from the first to the last, between two neighbours in proportion.
fn percentile(share: f64, values: &[Value]) -> Value {
    let Some(last) = values.len().checked_sub(1) else { return Value::Null };
    let place = share * last as f64;
    let at = |place: f64| values.get(place as usize).map_or(0.0, Value::as_float);
    let (low, high) = (at(place.floor()), at(place.ceil()));
    Value::float(low + (high - low) * place.fract())
}
