//! Takes a group with everything that is asked of it, gives its frame: the rows, without duplicates where an
//! aggregate would count them twice; the levels that its expressions need; and the select that groups them.

use super::build::{Builder, read};
use super::frame::{Frame, FrameId, Group, Identity, Last, Parent, Reads, Request, key};
use super::normal;
use crate::plan::call;
use crate::plan::rel::{Item, Join, JoinKind, Scalar, Table};
use crate::plan::scalar::{self, Leaves, Truth};
use crate::program::{AggregateOp, Expr, ExprKind, FieldId, OUTER, Op, RowId, RowsOf, What};

/// The most conditions of which one must hold for a row to be read: beyond, asking them all costs more than it saves.
const MOST_ASKED: usize = 16;

/// The rows of a plain scan, for conditions that read source columns only.
struct Scan<'a> {
    alias: &'a str,
    columns: &'a [crate::program::Column],
}

impl Leaves for Scan<'_> {
    fn leaf(&mut self, expr: &Expr) -> Scalar {
        match &expr.kind {
            ExprKind::Read { what: What::Column(id), .. } => match self.columns.get(id.0 as usize) {
                Some(column) => Scalar::column(self.alias, &column.name),
                None => Scalar::bool(false),
            },
            _ => Scalar::bool(true),
        }
    }
}

/// The conjuncts of a condition.
pub(super) fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Op(Op::And, all) => all.iter().flat_map(conjuncts).collect(),
        _ => vec![expr],
    }
}

impl Builder<'_> {
    /// Where rows are read, whether that is a loader's table, and which fields it holds.
    pub(super) fn rows(&self, over: RowsOf) -> (Table, bool, Vec<FieldId>) {
        let source = match over {
            RowsOf::Entity(entity) => match self.built.get(&entity) {
                Some((table, fields)) => return (Table::Model(table.clone()), false, fields.clone()),
                None => self.program.entity(entity).source,
            },
            RowsOf::Source(source) => source,
        };
        let source = self.program.source(source);
        (Table::of(source), true, Vec::new())
    }

    /// The conditions of an entity on its source's rows: its `where`, and that an event has happened.
    pub(super) fn own_conditions(&self, over: RowsOf, alias: &str) -> Vec<Scalar> {
        let RowsOf::Entity(entity) = over else { return Vec::new() };
        let entity = self.program.entity(entity);
        let columns = &self.program.source(entity.source).columns;
        let mut all = Vec::new();
        if let Some(condition) = &entity.condition {
            let mut scan = Scan { alias, columns };
            all.extend(conjuncts(condition).into_iter().map(|it| scalar::condition(it, &mut scan)));
        }
        if let Some(at) = entity.at.and_then(|at| columns.get(at.0 as usize)) {
            all.push(call::has_happened(self.program, Scalar::column(alias, &at.name), &at.typed.kind));
        }
        all
    }

    /// A new frame over these rows.
    pub(super) fn new_frame(&mut self, over: RowsOf, row: RowId, step: String) -> FrameId {
        let (table, scanned, held) = self.rows(over);
        let mut frame = Frame {
            row,
            over,
            table,
            alias: String::new(),
            held,
            floor: 1,
            parent: None,
            ties: Vec::new(),
            levels: Vec::new(),
            names: super::names::Names::default(),
            columns: std::collections::BTreeMap::new(),
            joins: std::collections::BTreeMap::new(),
            fields: std::collections::BTreeMap::new(),
            asked: std::collections::BTreeMap::new(),
            groups: Vec::new(),
            group_index: std::collections::BTreeMap::new(),
            step,
            last: Last::default(),
        };
        let name = self.rows_name(over);
        frame.alias = frame.level(1).aliases.alias(&name);
        if scanned {
            frame.level(1).filter = self.own_conditions(over, &frame.alias.clone());
        }
        self.frames.push(frame);
        self.frames.len() - 1
    }

    /// Builds the groups of a frame, and theirs.
    pub(super) fn finish_groups(&mut self, frame: FrameId) {
        let mut place = 0;
        while let Some(group) = self.frame(frame).groups.get(place) {
            if group.frame.is_none() {
                let group = GroupParts::of(group);
                let built = self.finish(frame, &group);
                if let Some(group) = self.frame(frame).groups.get_mut(place) {
                    group.frame = Some(built);
                }
                self.finish_groups(built);
            }
            place += 1;
        }
    }

    fn finish(&mut self, outer: FrameId, group: &GroupParts) -> FrameId {
        let outer_row = self.frame(outer).row;
        let frame = self.new_frame(group.over, RowId(outer_row.0 + 1), group.name.clone());
        self.field = group.fields.first().copied();
        self.frame(frame).ties.clone_from(&group.ties);
        if self.must_be_distinct(group) {
            self.frame(frame).floor = 2;
            self.frame(frame).level(1).distinct = true;
            self.distinct_key(frame);
        }
        if let Some(reads) = &group.reads {
            self.join_outer(outer, frame, reads, group);
        }
        self.windows_apart = true;
        let common = common_conjuncts(&group.requests);
        let late = self.filter_early(frame, &group.requests, &common);
        self.filter_asked(frame, &group.requests, &common);
        let level = self.columns_before(frame, &group.requests, &common, &late);
        let mut last = Last { level, ..Last::default() };
        self.group_keys(frame, group, &mut last);
        for conjunct in &late {
            last.filter.push(self.truth(frame, conjunct, level).scalar);
        }
        let grouped = !last.group_by.is_empty();
        for request in &group.requests {
            self.field = request.field;
            let scalar = self.column_of(frame, request, &common, level, grouped);
            last.items.push(Item::Named(scalar, request.name.clone()));
        }
        self.windows_apart = false;
        self.frame(frame).last = last;
        frame
    }

    /// Whether an equal copy of an event would change a value.
    fn must_be_distinct(&self, group: &GroupParts) -> bool {
        let RowsOf::Entity(entity) = group.over else { return false };
        if self.program.entity(entity).at.is_none() {
            return false;
        }
        let nested = |expr: &Expr| {
            normal::contains(expr, &|it| match &it.kind {
                ExprKind::Previous(_) | ExprKind::Aggregate(_) => true,
                ExprKind::Read { .. } => normal::through_row_link(self.program, it).is_some(),
                _ => false,
            })
        };
        group.requests.iter().any(|request| {
            let aggregate = &request.aggregate;
            let sensitive = match aggregate.op {
                AggregateOp::Count
                | AggregateOp::Sum
                | AggregateOp::Avg
                | AggregateOp::Median
                | AggregateOp::Mode
                | AggregateOp::Percentile(_) => true,
                AggregateOp::Any
                | AggregateOp::None
                | AggregateOp::CountDistinct
                | AggregateOp::Min
                | AggregateOp::Max
                | AggregateOp::First
                | AggregateOp::Last
                | AggregateOp::Pick => false,
            };
            sensitive || normal::own(aggregate).any(nested)
        })
    }

    /// Rows without duplicates are told apart by their key.
    fn distinct_key(&mut self, frame: FrameId) {
        if let RowsOf::Entity(entity) = self.frame(frame).over {
            let key = self.program.entity(entity).key;
            let typed = self.program.column(entity, key).typed.clone();
            let read = read(self.frame(frame).row, &[], What::Column(key), typed);
            self.column(frame, &read);
        }
    }

    /// Joins the level of the row outside that has what the set reads of it.
    fn join_outer(&mut self, outer: FrameId, frame: FrameId, reads: &Reads, group: &GroupParts) {
        let identity = reads.identity.clone();
        let level = self.level_of_all(frame, group.ties.iter().map(|tie| &tie.inner));
        let inner: Vec<Scalar> = group.ties.iter().map(|tie| self.value(frame, &tie.inner, level)).collect();
        let wished = if level == 1 { "l".to_owned() } else { "o".to_owned() };
        let alias = self.frame(frame).level(level).aliases.claim(&wished);
        self.frame(frame).parent = Some(Parent { frame: outer, level, alias: alias.clone(), identity });
        let mut on = Vec::new();
        for (tie, inner) in group.ties.iter().zip(inner) {
            let outer = self.value(frame, &tie.outer, level);
            on.push(outer.equals(tie.inner.typed.kind.clone(), inner));
        }
        let kind = if on.is_empty() { JoinKind::Cross } else { JoinKind::Inner };
        let step = self.step_name(outer, reads.level);
        self.frame(frame).level(level).joins.push(Join { kind, with: Table::Step(step).alias(&alias), on });
    }

    /// Conditions that all requests share are conditions of the scan; returned are those that only the last select can ask.
    fn filter_early(&mut self, frame: FrameId, requests: &[Request], common: &[Expr]) -> Vec<Expr> {
        let row = self.frame(frame).row;
        let previous = |expr: &Expr| normal::contains(expr, &|it| matches!(it.kind, ExprKind::Previous(_)));
        let sees_all = requests.iter().any(|it| normal::own(&it.aggregate).any(previous));
        let mut late = Vec::new();
        for conjunct in common {
            if sees_all || !is_of_the_row(conjunct, row) {
                late.push(conjunct.clone());
                continue;
            }
            let scalar = self.truth(frame, conjunct, 1).scalar;
            let filter = &mut self.frame(frame).level(1).filter;
            if !filter.contains(&scalar) {
                filter.push(scalar);
            }
        }
        late
    }

    /// Rows that no request counts are not rows of the scan: where each has conditions of its own, one of them must hold.
    fn filter_asked(&mut self, frame: FrameId, requests: &[Request], common: &[Expr]) {
        let row = self.frame(frame).row;
        let sees_others =
            |expr: &Expr| normal::contains(expr, &|it| matches!(it.kind, ExprKind::Previous(_) | ExprKind::Window(_)));
        if requests.iter().any(|it| normal::own(&it.aggregate).any(sees_others)) {
            return;
        }
        let mut asked: Vec<Vec<&Expr>> = Vec::new();
        for request in requests {
            let all = request.aggregate.set.condition.iter().flat_map(conjuncts);
            let own: Vec<&Expr> = all.filter(|it| !common.contains(it) && is_of_the_row(it, row)).collect();
            let is_within = |wide: &[&Expr], narrow: &[&Expr]| wide.iter().all(|it| narrow.contains(it));
            if own.is_empty() {
                return;
            }
            if !asked.iter().any(|it| is_within(it, &own)) {
                asked.retain(|it| !is_within(&own, it));
                asked.push(own);
            }
        }
        if asked.is_empty() || asked.len() > MOST_ASKED {
            return;
        }
        let mut any = Vec::new();
        for conditions in asked {
            any.push(Truth::all(conditions.into_iter().map(|it| self.truth(frame, it, 1)).collect()));
        }
        let filter = Truth::any(any).scalar;
        self.frame(frame).level(1).filter.push(filter);
    }

    fn group_keys(&mut self, frame: FrameId, group: &GroupParts, last: &mut Last) {
        let level = last.level;
        let keys = self.partition(frame, level);
        for (scalar, column) in keys.into_iter().zip(&group.keys) {
            last.items.push(Item::Named(scalar.clone(), column.name.clone()));
            last.group_by.push(scalar);
        }
    }

    /// The name of a level's step.
    pub(super) fn step_name(&mut self, frame: FrameId, level: usize) -> String {
        let it = self.frame(frame);
        if it.row == OUTER {
            return format!("level_{level}");
        }
        let (key, wished) = (
            format!("step {level}"),
            match level {
                1 => format!("{}_rows", it.step),
                _ => format!("{}_rows_{level}", it.step),
            },
        );
        if let Some((name, _)) = it.columns.get(&key) {
            return name.clone();
        }
        let name = self.claim_step(&wished);
        self.frame(frame).columns.insert(key, (name.clone(), level));
        name
    }
}

/// What of a group its frame is built from.
pub(super) struct GroupParts {
    name: String,
    over: RowsOf,
    ties: Vec<crate::program::Tie>,
    reads: Option<Reads>,
    keys: Vec<Identity>,
    requests: Vec<Request>,
    fields: Vec<FieldId>,
}

impl GroupParts {
    fn of(group: &Group) -> Self {
        Self {
            name: group.name.clone(),
            over: group.over,
            ties: group.ties.clone(),
            reads: group.reads.clone(),
            keys: group.keys.clone(),
            requests: group.requests.clone(),
            fields: group.fields.clone(),
        }
    }
}

/// Whether a condition reads nothing but columns of its own row, so that the scan can ask it.
fn is_of_the_row(condition: &Expr, row: RowId) -> bool {
    let is_of_another = |it: &Expr| match &it.kind {
        ExprKind::Read { row: of, path, .. } => *of != row || !path.is_empty(),
        ExprKind::Aggregate(_) | ExprKind::Window(_) | ExprKind::Previous(_) => true,
        _ => false,
    };
    !normal::contains(condition, &is_of_another)
}

/// The conjuncts that every request has.
fn common_conjuncts(requests: &[Request]) -> Vec<Expr> {
    let all: Vec<Vec<&Expr>> =
        requests.iter().map(|it| it.aggregate.set.condition.iter().flat_map(conjuncts).collect()).collect();
    let Some((first, others)) = all.split_first() else { return Vec::new() };
    let mut common: Vec<Expr> = Vec::new();
    for conjunct in first {
        if others.iter().all(|other| other.contains(conjunct)) && !common.iter().any(|it| key(it) == key(conjunct)) {
            common.push((*conjunct).clone());
        }
    }
    common
}
