//! Takes an aggregate that a frame asks for, gives its value there: finds the scan and grouping that it shares
//! with others (the same rows, the same ties), joins it once, and names its column.

use super::build::Builder;
use super::frame::{Asked, FrameId, Group, Identity, Joined, Reads, Request, key};
use super::names::Names;
use super::normal;
use super::window::value_of;
use crate::plan::rel::{Constant, Join, JoinKind, Scalar, Table};
use crate::plan::scalar::Truth;
use crate::program::{Aggregate, AggregateOp, Expr, ExprKind, LinkBy, RowsOf, Tie, What};
use crate::types::Type;

impl Builder<'_> {
    /// The value of an aggregate in a frame.
    pub(super) fn ask(&mut self, frame: FrameId, expr: &Expr) -> Asked {
        let id = key(expr);
        if let Some(asked) = self.frame(frame).asked.get(&id) {
            return asked.clone();
        }
        let ExprKind::Aggregate(aggregate) = &expr.kind else {
            return Asked { level: 1, scalar: Scalar::Constant(Constant::Null(None)), name: String::new() };
        };
        let row = aggregate.set.row;
        let mut outside = Vec::new();
        for own in normal::own(aggregate) {
            normal::outside(own, row, &mut outside);
        }
        let was = std::mem::replace(&mut self.windows_apart, true);
        let (group, joined) = if outside.is_empty() {
            self.plain_group(frame, aggregate)
        } else {
            for tie in &aggregate.set.ties {
                normal::outside(&tie.outer, row, &mut outside);
            }
            self.reading_group(frame, aggregate, &outside)
        };
        self.windows_apart = was;
        let name = self.request(frame, group, aggregate);
        let scalar = result(aggregate, Scalar::column(&joined.alias, &name), &expr.typed.kind);
        let step = self.frame(frame).groups.get(group).map(|it| it.name.clone()).unwrap_or_default();
        let asked = Asked { level: joined.level, scalar, name: format!("{step}__{name}") };
        self.frame(frame).asked.insert(id, asked.clone());
        asked
    }

    /// A set that reads nothing of the row outside but its ties: grouped by them.
    fn plain_group(&mut self, frame: FrameId, aggregate: &Aggregate) -> (usize, Joined) {
        let set = &aggregate.set;
        let inner: Vec<String> = set.ties.iter().map(|tie| key(&tie.inner)).collect();
        let group = self.group(frame, format!("{:?} {inner:?}", set.over), aggregate, None);
        let outer: Vec<String> = set.ties.iter().map(|tie| key(&tie.outer)).collect();
        let join = format!("{group} {outer:?}");
        if let Some(joined) = self.frame(frame).joins.get(&join) {
            return (group, joined.clone());
        }
        let level = self.level_of_all(frame, set.ties.iter().map(|tie| &tie.outer));
        let values: Vec<Scalar> = set.ties.iter().map(|tie| self.value(frame, &tie.outer, level)).collect();
        let (name, keys) = self.group_step(frame, group, level);
        let alias = self.frame(frame).level(level).aliases.alias(&name);
        let on: Vec<Scalar> = keys
            .iter()
            .zip(values)
            .map(|(column, value)| Scalar::column(&alias, &column.name).equals(column.kind.clone(), value))
            .collect();
        let kind = if on.is_empty() { JoinKind::Cross } else { JoinKind::Left };
        self.frame(frame).level(level).joins.push(Join { kind, with: Table::Step(name).alias(&alias), on });
        let joined = Joined { level, alias };
        self.frame(frame).joins.insert(join, joined.clone());
        (group, joined)
    }

    /// A set that reads the row outside: it joins the level that has what it reads, and is grouped by that row.
    fn reading_group(&mut self, frame: FrameId, aggregate: &Aggregate, outside: &[&Expr]) -> (usize, Joined) {
        let (identity, mut reads) = self.identity(frame);
        let row = self.frame(frame).row;
        for expr in outside {
            let expr = normal::raised(expr, row);
            reads = reads.max(self.place(frame, &expr).level);
            self.column(frame, &expr);
        }
        let ties: Vec<String> =
            aggregate.set.ties.iter().map(|tie| format!("{} = {}", key(&tie.inner), key(&tie.outer))).collect();
        let index = format!("{:?} {ties:?} at {reads}", aggregate.set.over);
        let group = self.group(frame, index, aggregate, Some(Reads { level: reads, identity: identity.clone() }));
        let join = format!("{group} by the row");
        if let Some(joined) = self.frame(frame).joins.get(&join) {
            return (group, joined.clone());
        }
        let level = reads + 1;
        let (name, keys) = self.group_step(frame, group, level);
        let alias = self.frame(frame).level(level).aliases.alias(&name);
        let on = keys.iter().zip(&identity).map(|(there, here)| {
            Scalar::column(&alias, &there.name).equals(there.kind.clone(), Scalar::column("l", &here.name))
        });
        let join_on = Join { kind: JoinKind::Left, with: Table::Step(name).alias(&alias), on: on.collect() };
        self.frame(frame).level(level).joins.push(join_on);
        let joined = Joined { level, alias };
        self.frame(frame).joins.insert(join, joined.clone());
        (group, joined)
    }

    /// The group that is this; made where it is new. With `reads`: grouped by the row outside.
    fn group(&mut self, frame: FrameId, index: String, aggregate: &Aggregate, reads: Option<Reads>) -> usize {
        if let Some(place) = self.frame(frame).group_index.get(&index) {
            return *place;
        }
        let wished = self.set_name(aggregate.set.over, &aggregate.set.ties);
        let name = self.claim_step(&wished);
        let mut names = Names::default();
        let keys = match &reads {
            Some(reads) => {
                let keys = reads.identity.iter().cloned();
                keys.map(|it| Identity { name: names.claim(&it.name), ..it }).collect()
            }
            None => {
                let ties = aggregate.set.ties.iter().map(|tie| {
                    let wished = self.tie_name(aggregate.set.over, tie);
                    Identity { name: names.claim(&wished), kind: tie.inner.typed.kind.clone() }
                });
                ties.collect()
            }
        };
        let group = Group {
            name,
            over: aggregate.set.over,
            ties: aggregate.set.ties.clone(),
            reads,
            keys,
            requests: Vec::new(),
            names,
            fields: Vec::new(),
            frame: None,
        };
        let frame = self.frame(frame);
        frame.groups.push(group);
        let place = frame.groups.len() - 1;
        frame.group_index.insert(index, place);
        place
    }

    /// A group's step and the columns that it is joined by; the level that joins it first has its step before it.
    fn group_step(&mut self, frame: FrameId, group: usize, level: usize) -> (String, Vec<Identity>) {
        let frame = self.frame(frame);
        for earlier in &mut frame.levels {
            if let Some(at) = earlier.groups.iter().position(|it| *it == group) {
                earlier.groups.remove(at);
            }
        }
        let first = frame
            .joins
            .iter()
            .filter(|(key, _)| key.starts_with(&format!("{group} ")))
            .map(|(_, joined)| joined.level)
            .min()
            .map_or(level, |it| it.min(level));
        frame.level(first).groups.push(group);
        frame.groups.get(group).map(|it| (it.name.clone(), it.keys.clone())).unwrap_or_default()
    }

    /// The column of a group that holds what an aggregate asks.
    fn request(&mut self, frame: FrameId, group: usize, aggregate: &Aggregate) -> String {
        let mut asked = aggregate.clone();
        if asked.op == AggregateOp::None {
            asked.op = AggregateOp::Any;
        }
        if matches!(asked.op, AggregateOp::Avg | AggregateOp::Median | AggregateOp::Percentile(_)) {
            asked.value = asked.value.map(exact_number);
        }
        let wished = match (asked.op, &asked.set.condition) {
            (AggregateOp::Any, None) => "any_row".to_owned(),
            (op, _) => self.for_field(word(op)),
        };
        let field = self.field;
        let Some(group) = self.frame(frame).groups.get_mut(group) else { return wished };
        if let Some(field) = field
            && !group.fields.contains(&field)
        {
            group.fields.push(field);
        }
        let same = |it: &&Request| {
            let it = &it.aggregate;
            it.op == asked.op
                && it.value == asked.value
                && it.order == asked.order
                && it.set.condition == asked.set.condition
        };
        if let Some(request) = group.requests.iter().find(same) {
            return request.name.clone();
        }
        let name = group.names.claim(&wished);
        group.requests.push(Request { aggregate: asked, name: name.clone(), field });
        name
    }

    /// What a set is called: the reverse name of the link that it goes over, or its rows'.
    fn set_name(&self, over: RowsOf, ties: &[Tie]) -> String {
        match self.reverse_of(over, ties) {
            Some((reverse, _)) => reverse.to_owned(),
            None => plural_of(self.rows_name(over), over),
        }
    }

    /// The reverse set that these rows with these ties are, and its link.
    pub(super) fn reverse_of(&self, over: RowsOf, ties: &[Tie]) -> Option<(&str, &crate::program::Link)> {
        let (RowsOf::Entity(entity), [tie]) = (over, ties) else { return None };
        let ExprKind::Read { path, what: What::Column(column), .. } = &tie.inner.kind else { return None };
        if !path.is_empty() {
            return None;
        }
        self.program.links.iter().filter(|link| link.from == entity).find_map(|link| match &link.by {
            LinkBy::Columns { on, reverse: Some(reverse), .. } if on == column => Some((reverse.as_str(), link)),
            LinkBy::Columns { .. } | LinkBy::Row(_) => None,
        })
    }

    /// What a tie's column is called.
    pub(super) fn tie_name(&self, over: RowsOf, tie: &Tie) -> String {
        let source = match over {
            RowsOf::Entity(entity) => self.program.entity(entity).source,
            RowsOf::Source(source) => source,
        };
        match &tie.inner.kind {
            ExprKind::Read { path, what: What::Column(column), .. } if path.is_empty() => {
                let columns = &self.program.source(source).columns;
                columns.get(column.0 as usize).map_or_else(|| "tie".to_owned(), |it| it.name.clone())
            }
            ExprKind::Read { path, what: What::Field(field) | What::Since(field), .. } if path.is_empty() => {
                self.program.field(*field).name.clone()
            }
            _ => "tie".to_owned(),
        }
    }
}

fn plural_of(name: String, over: RowsOf) -> String {
    match over {
        RowsOf::Entity(_) => super::build::plural(&name),
        RowsOf::Source(_) => name,
    }
}

/// The word of an aggregate.
pub(super) const fn word(op: AggregateOp) -> &'static str {
    match op {
        AggregateOp::Any => "any",
        AggregateOp::None => "none",
        AggregateOp::Count => "count",
        AggregateOp::CountDistinct => "count_distinct",
        AggregateOp::Sum => "sum",
        AggregateOp::Min => "min",
        AggregateOp::Max => "max",
        AggregateOp::Avg => "avg",
        AggregateOp::Median => "median",
        AggregateOp::First => "first",
        AggregateOp::Last => "last",
        AggregateOp::Mode => "mode",
        AggregateOp::Percentile(_) => "percentile",
        AggregateOp::Pick => "pick",
    }
}

/// The value of an aggregate from the column of its group, which is null where the set is empty.
fn result(aggregate: &Aggregate, column: Scalar, kind: &Type) -> Scalar {
    match aggregate.op {
        AggregateOp::Any => column.is_not_null(),
        AggregateOp::None => column.is_null(),
        AggregateOp::Count | AggregateOp::CountDistinct => column.or_else(Scalar::int(0)),
        AggregateOp::Sum => column.or_else(zero(kind)),
        AggregateOp::Min | AggregateOp::Max | AggregateOp::Mode if matches!(kind, Type::Enum(_)) => {
            value_of(&column, kind)
        }
        _ if *kind == Type::Bool && asks_for_a_row(aggregate) => {
            Truth { scalar: column.equals(Type::Int, Scalar::int(1)), nullable: true }.exact()
        }
        _ if *kind == Type::Bool => column.equals(Type::Int, Scalar::int(1)),
        AggregateOp::Min
        | AggregateOp::Max
        | AggregateOp::Avg
        | AggregateOp::Median
        | AggregateOp::First
        | AggregateOp::Last
        | AggregateOp::Mode
        | AggregateOp::Percentile(_)
        | AggregateOp::Pick => column,
    }
}

/// A number before it became a float: it is summed exactly, and becomes one afterwards.
fn exact_number(value: Expr) -> Expr {
    match value.kind {
        ExprKind::Coerce(inner) if value.typed.kind == Type::Float && inner.typed.kind.is_number() => *inner,
        _ => value,
    }
}

/// Whether its value is whether some row exists, which is false where there is not even the row before it.
fn asks_for_a_row(aggregate: &Aggregate) -> bool {
    matches!(&aggregate.value, Some(Expr { kind: ExprKind::Read { what: What::Exists, .. }, .. }))
}

fn zero(kind: &Type) -> Scalar {
    Scalar::Constant(match kind {
        Type::Float => Constant::Float(0.0),
        Type::Decimal { scale, .. } => Constant::Decimal(0, *scale),
        Type::Duration => Constant::Duration(0),
        _ => Constant::Int(0),
    })
}
