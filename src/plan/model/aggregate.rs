//! Takes one aggregate on the frame of its set, gives the column that computes it under the frame's `GROUP BY`:
//! a conditional aggregation, over row numbers of a level before where an order decides.

use super::build::Builder;
use super::frame::{FrameId, Request, key};
use super::group::word;
use super::window::place_of;
use crate::plan::rel::{Aggregate as Sql, Compare, Constant, Scalar, Sort, Window, WindowFunction};
use crate::plan::scalar::{Truth, is_nullable};
use crate::program::{Aggregate, AggregateOp, Expr, ExprKind, RowsOf, What};
use crate::types::Type;

/// The conjuncts of an aggregate that are not common to its group.
fn special(aggregate: &Aggregate, common: &[Expr]) -> Vec<Expr> {
    let all = aggregate.set.condition.iter().flat_map(super::scan::conjuncts);
    all.filter(|it| !common.contains(it)).cloned().collect()
}

/// What an order decides, and so needs row numbers.
fn is_ordered(builder: &Builder<'_>, frame_over: RowsOf, aggregate: &Aggregate) -> bool {
    match aggregate.op {
        AggregateOp::First | AggregateOp::Last => !is_time(builder, frame_over, aggregate),
        AggregateOp::Pick | AggregateOp::Median | AggregateOp::Percentile(_) | AggregateOp::Mode => true,
        AggregateOp::Any
        | AggregateOp::None
        | AggregateOp::Count
        | AggregateOp::CountDistinct
        | AggregateOp::Sum
        | AggregateOp::Min
        | AggregateOp::Max
        | AggregateOp::Avg => false,
    }
}

/// Whether the value is the event's time itself, of which the first is the smallest.
fn is_time(builder: &Builder<'_>, over: RowsOf, aggregate: &Aggregate) -> bool {
    let RowsOf::Entity(entity) = over else { return false };
    let Some(at) = builder.program.entity(entity).at else { return false };
    match aggregate.value.as_ref().map(|value| &value.kind) {
        Some(ExprKind::Read { row, path, what: What::Column(column) }) => {
            *row == aggregate.set.row && path.is_empty() && *column == at
        }
        _ => false,
    }
}

impl Builder<'_> {
    /// Makes the row numbers that requests need, and gives the level at which all can be grouped.
    pub(super) fn columns_before(
        &mut self,
        frame: FrameId,
        requests: &[Request],
        common: &[Expr],
        late: &[Expr],
    ) -> usize {
        let over = self.frame(frame).over;
        let mut level = self.level_of_all(frame, late);
        let ties = self.frame(frame).ties.clone();
        level = match self.frame(frame).parent.as_ref().map(|parent| parent.level) {
            Some(joined) => level.max(joined),
            None => level.max(self.level_of_all(frame, ties.iter().map(|tie| &tie.inner))),
        };
        for request in requests {
            self.field = request.field;
            let aggregate = &request.aggregate;
            let special = special(aggregate, common);
            let own = self.level_of_all(frame, special.iter().chain(&aggregate.value));
            level = level.max(own);
            if is_ordered(self, over, aggregate) {
                level = level.max(1 + self.number(frame, aggregate, &special, late));
            }
        }
        level
    }

    /// The level of the column that numbers the rows of an aggregate; made where it is new.
    fn number(&mut self, frame: FrameId, aggregate: &Aggregate, special: &[Expr], late: &[Expr]) -> usize {
        let name = number_key(aggregate, special);
        if let Some((_, level)) = self.frame(frame).columns.get(&name) {
            return *level;
        }
        let order = aggregate.order.iter().map(|it| &it.by);
        let reads = special.iter().chain(late).chain(&aggregate.value).chain(order);
        let mut level = self.level_of_all(frame, reads);
        let ties = self.frame(frame).ties.clone();
        level = match self.frame(frame).parent.as_ref().map(|parent| parent.level) {
            Some(joined) => level.max(joined),
            None => level.max(self.level_of_all(frame, ties.iter().map(|tie| &tie.inner))),
        };
        let wished = self.for_field(match aggregate.op {
            AggregateOp::Median | AggregateOp::Percentile(_) => "distance",
            _ => "place",
        });
        let column = self.frame(frame).names.claim(&wished);
        let (level, scalar) = match aggregate.op {
            AggregateOp::Median => (level, self.distance(frame, aggregate, special, late, 0.5, level)),
            AggregateOp::Percentile(share) => (level, self.distance(frame, aggregate, special, late, share, level)),
            AggregateOp::Mode => self.by_frequency(frame, aggregate, special, late, level),
            _ => (level, self.numbered(frame, aggregate, special, late, level)),
        };
        self.frame(frame).level(level).items.push(scalar.named(&column));
        self.frame(frame).columns.insert(name, (column, level));
        level
    }

    /// The rows that an aggregate numbers: those of its condition, and where it needs one, with a value.
    fn flag(&mut self, frame: FrameId, conditions: [&[Expr]; 2], value: Option<&Expr>, level: usize) -> Option<Scalar> {
        let mut parts: Vec<Truth> = Vec::new();
        for condition in conditions.into_iter().flatten() {
            parts.push(self.truth(frame, condition, level));
        }
        if let Some(value) = value
            && is_nullable(value)
        {
            parts.push(Truth::sure(self.value(frame, value, level).is_not_null()));
        }
        (!parts.is_empty()).then(|| Truth::all(parts).exact())
    }

    /// `ROW_NUMBER()` in the order of `first`, `last` or `pick`, apart for rows that the condition leaves out.
    fn numbered(
        &mut self,
        frame: FrameId,
        aggregate: &Aggregate,
        special: &[Expr],
        late: &[Expr],
        level: usize,
    ) -> Scalar {
        let mut partition = self.partition(frame, level);
        partition.extend(self.flag(frame, [special, late], None, level));
        let mut order: Vec<Sort> = aggregate.order.iter().map(|it| self.sort(frame, it, level)).collect();
        if aggregate.op != AggregateOp::Pick {
            order.extend(self.by_time(frame, level, aggregate.op == AggregateOp::Last));
        }
        order.extend(self.by_key(frame, level, aggregate.op == AggregateOp::Last));
        Scalar::row_number(partition, order)
    }

    /// How far a row's place is from the place of the percentile: 0 to −1 just below it, 0 to 1 just above.
    fn distance(
        &mut self,
        frame: FrameId,
        aggregate: &Aggregate,
        special: &[Expr],
        late: &[Expr],
        share: f64,
        level: usize,
    ) -> Scalar {
        let Some(value) = &aggregate.value else { return Scalar::null(Type::Float) };
        let flag = self.flag(frame, [special, late], Some(value), level);
        let mut partition = self.partition(frame, level);
        partition.extend(flag.clone());
        let by = self.value(frame, value, level).ascending(value.typed.kind.clone());
        let mut order = vec![by];
        order.extend(self.by_key(frame, level, false));
        let count = Scalar::Window(Box::new(Window {
            function: WindowFunction::Aggregate(Sql::CountRows),
            partition_by: partition.clone(),
            order_by: Vec::new(),
        }));
        let place = float(op("int_subtract", Scalar::row_number(partition, order), Scalar::int(1), Type::Int));
        let last = float(op("int_subtract", count, Scalar::int(1), Type::Int));
        let share = Scalar::Constant(Constant::Float(share));
        let distance = op("float_subtract", place, op("float_multiply", share, last, Type::Float), Type::Float);
        match flag {
            Some(flag) => Scalar::Case(vec![(flag, distance)], None),
            None => distance,
        }
    }

    /// The rows of the most frequent value first, of several the smallest.
    fn by_frequency(
        &mut self,
        frame: FrameId,
        aggregate: &Aggregate,
        special: &[Expr],
        late: &[Expr],
        level: usize,
    ) -> (usize, Scalar) {
        let Some(value) = &aggregate.value else { return (level, Scalar::null(Type::Int)) };
        let mut partition = self.partition(frame, level);
        partition.extend(self.flag(frame, [special, late], Some(value), level));
        partition.push(self.value(frame, value, level));
        let count = Scalar::Window(Box::new(Window {
            function: WindowFunction::Aggregate(Sql::CountRows),
            partition_by: partition,
            order_by: Vec::new(),
        }));
        let wished = self.for_field("frequency");
        let frequency = self.frame(frame).names.claim(&wished);
        self.frame(frame).level(level).items.push(count.named(&frequency));
        let level = level + 1;
        let mut partition = self.partition(frame, level);
        partition.extend(self.flag(frame, [special, late], Some(value), level));
        let by = self.value(frame, value, level);
        let (by, kind) = place_of(by, &value.typed.kind);
        let mut order = vec![Scalar::column("l", &frequency).descending(Type::Int), by.ascending(kind)];
        order.extend(self.by_key(frame, level, false));
        (level, Scalar::row_number(partition, order))
    }

    /// The column of a request.
    pub(super) fn column_of(
        &mut self,
        frame: FrameId,
        request: &Request,
        common: &[Expr],
        level: usize,
        grouped: bool,
    ) -> Scalar {
        let aggregate = &request.aggregate;
        let special = special(aggregate, common);
        let over = self.frame(frame).over;
        let mut when = Vec::new();
        for condition in &special {
            when.push(self.truth(frame, condition, level));
        }
        let number = self.frame(frame).columns.get(&number_key(aggregate, &special)).map(|(name, _)| name.clone());
        let value = aggregate.value.as_ref().map(|value| self.encoded(frame, aggregate.op, value, level));
        let (value, kind) = value.unwrap_or((Scalar::int(1), Type::Int));
        match aggregate.op {
            AggregateOp::Any | AggregateOp::None if when.is_empty() && grouped => Scalar::int(1),
            AggregateOp::Any | AggregateOp::None => {
                Scalar::Aggregate(Sql::Max(Box::new(filtered(when, Scalar::int(1))), Type::Int))
            }
            AggregateOp::Count if when.is_empty() => Scalar::count_rows(),
            AggregateOp::Count => Scalar::Aggregate(Sql::Count(Box::new(filtered(when, Scalar::int(1))))),
            AggregateOp::CountDistinct => Scalar::Aggregate(Sql::CountDistinct(Box::new(filtered(when, value)))),
            AggregateOp::Sum => Scalar::Aggregate(Sql::Sum(Box::new(filtered(when, value)), kind)),
            AggregateOp::Min => min(filtered(when, value), kind),
            AggregateOp::Max => max(filtered(when, value), kind),
            AggregateOp::Avg => average(filtered(when, value), &kind),
            AggregateOp::First if is_time(self, over, aggregate) => min(filtered(when, value), kind),
            AggregateOp::Last if is_time(self, over, aggregate) => max(filtered(when, value), kind),
            AggregateOp::First | AggregateOp::Last | AggregateOp::Pick | AggregateOp::Mode => {
                let first = Scalar::column("l", &number.unwrap_or_default()).equals(Type::Int, Scalar::int(1));
                when.push(Truth::sure(first));
                if aggregate.op == AggregateOp::Mode
                    && let Some(of) = &aggregate.value
                    && is_nullable(of)
                {
                    when.push(Truth::sure(self.value(frame, of, level).is_not_null()));
                }
                max(filtered(when, value), kind)
            }
            AggregateOp::Median | AggregateOp::Percentile(_) => {
                interpolated(&Scalar::column("l", &number.unwrap_or_default()), value, &kind)
            }
        }
    }

    /// A value as it is aggregated: a bool as 0 or 1, an enum by its place where it is compared.
    fn encoded(&mut self, frame: FrameId, op: AggregateOp, value: &Expr, level: usize) -> (Scalar, Type) {
        let scalar = self.value(frame, value, level);
        match (op, &value.typed.kind) {
            (AggregateOp::Min | AggregateOp::Max | AggregateOp::Mode, kind @ Type::Enum(_)) => place_of(scalar, kind),
            (AggregateOp::CountDistinct, kind) => (scalar, kind.clone()),
            (_, Type::Bool) if is_nullable(value) => {
                let not = Truth::sure(scalar.clone()).fails().scalar;
                (Scalar::Case(vec![(scalar, Scalar::int(1)), (not, Scalar::int(0))], None), Type::Int)
            }
            (_, Type::Bool) => {
                (Scalar::Case(vec![(scalar, Scalar::int(1))], Some(Box::new(Scalar::int(0)))), Type::Int)
            }
            (_, kind) => (scalar, kind.clone()),
        }
    }
}

/// What a row number is of: the same for all aggregates that take the same row.
fn number_key(aggregate: &Aggregate, special: &[Expr]) -> String {
    let conditions: Vec<String> = special.iter().map(key).collect();
    let order: Vec<(String, bool)> = aggregate.order.iter().map(|it| (key(&it.by), it.descending)).collect();
    let of = match aggregate.op {
        AggregateOp::First | AggregateOp::Last | AggregateOp::Pick => None,
        _ => aggregate.value.as_ref().map(key),
    };
    let share = match aggregate.op {
        AggregateOp::Percentile(share) => share,
        _ => 0.5,
    };
    format!("{} {share} {of:?} {conditions:?} {order:?}", word(aggregate.op))
}

/// The value of the rows where all hold.
fn filtered(when: Vec<Truth>, value: Scalar) -> Scalar {
    if when.is_empty() {
        return value;
    }
    Scalar::Case(vec![(Truth::all(when).scalar, value)], None)
}

fn min(value: Scalar, kind: Type) -> Scalar {
    Scalar::Aggregate(Sql::Min(Box::new(value), kind))
}

fn max(value: Scalar, kind: Type) -> Scalar {
    Scalar::Aggregate(Sql::Max(Box::new(value), kind))
}

fn op(name: &str, a: Scalar, b: Scalar, kind: Type) -> Scalar {
    Scalar::Call(name.to_owned(), vec![a, b], kind)
}

fn float(value: Scalar) -> Scalar {
    Scalar::Cast(Box::new(value), Type::Int, Type::Float)
}

/// The exact sum by the number of values.
fn average(value: Scalar, kind: &Type) -> Scalar {
    let sum = Scalar::Aggregate(Sql::Sum(Box::new(value.clone()), kind.clone()));
    let count = float(Scalar::Aggregate(Sql::Count(Box::new(value))));
    match kind {
        Type::Duration => op("duration_divide", sum, count, Type::Duration),
        Type::Float => op("float_divide", sum, count, Type::Float),
        other => {
            let sum = Scalar::Cast(Box::new(sum), other.clone(), Type::Float);
            op("float_divide", sum, count, Type::Float)
        }
    }
}

/// The value just below the place, and the share of the way to the value just above it.
fn interpolated(distance: &Scalar, value: Scalar, kind: &Type) -> Scalar {
    let number = |it: f64| Scalar::Constant(Constant::Float(it));
    let within = |low: Scalar, high: Scalar| Scalar::And(vec![low, high]);
    let compare = |how: Compare, to: f64| distance.clone().compare(how, Type::Float, number(to));
    let below = within(compare(Compare::Greater, -1.0), compare(Compare::LessEqual, 0.0));
    let above = within(compare(Compare::Greater, 0.0), compare(Compare::Less, 1.0));
    let (value, result) = match kind {
        Type::Float => (value, Type::Float),
        Type::Duration => (value, Type::Duration),
        other => (Scalar::Cast(Box::new(value), other.clone(), Type::Float), Type::Float),
    };
    let of = |rows: &Scalar, it: Scalar, kind: Type| max(Scalar::Case(vec![(rows.clone(), it)], None), kind);
    let low = of(&below, value.clone(), result.clone());
    let high = of(&above, value, result.clone());
    let way = of(&below, Scalar::Call("float_negate".to_owned(), vec![distance.clone()], Type::Float), Type::Float);
    let (plus, minus, times, none) = match result {
        Type::Duration => ("duration_add", "duration_subtract", "duration_scale", Constant::Duration(0)),
        _ => ("float_add", "float_subtract", "float_multiply", Constant::Float(0.0)),
    };
    let step = op(times, op(minus, high, low.clone(), result.clone()), way, result.clone());
    op(plus, low, step.or_else(Scalar::Constant(none)), result)
}
