//! Takes expressions of a [`Program`] and gives what they read: which rows, over which links, which values. Walks
//! through sets, their ties and conditions, and links to one row of a set; visits in written order.

use std::collections::{BTreeMap, BTreeSet};

use crate::program::{
    Aggregate, ColumnId, EntityId, Expr, ExprKind, Field, FieldKind, Funnel, Link, LinkBy, OUTER, Program, RowId,
    RowsOf, Set, SourceId, Sync, What, Window,
};

/// One value that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Read {
    /// A column of a source; of which entity's rows, where it is read through one.
    Column(SourceId, ColumnId, Option<EntityId>),
    /// A field, or when its present value began.
    Field(crate::program::FieldId),
    /// What the run before left of a field of the same row.
    Before(crate::program::FieldId),
    /// Only whether a source that no column is read of has rows.
    Rows(SourceId),
}

/// All that a field's own expressions read: its base audience, its conditions, its past values excepted.
#[must_use]
pub fn of_field(program: &Program, field: &Field) -> BTreeSet<Read> {
    let mut walk = Walk::new(program, field.entity);
    match &field.kind {
        FieldKind::Trait(value) => walk.expr(value),
        FieldKind::Audience { base, condition, until, was: _ } => {
            walk.found.extend(base.map(Read::Field));
            walk.expr(condition);
            until.iter().for_each(|until| walk.expr(until));
        }
        FieldKind::Experiment(id, _) => {
            let entity = program.entity(field.entity);
            walk.found.extend(program.experiment(*id).base.map(Read::Field));
            walk.found.insert(Read::Column(entity.source, entity.key, Some(field.entity)));
        }
        FieldKind::Sequence(id, part) => {
            let sequence = program.sequence(*id);
            walk.found.extend(sequence.needs(*part).into_iter().map(Read::Field));
            sequence.exprs(*part).into_iter().for_each(|expr| walk.expr(expr));
            // Where no row is reached, a step does not fire.
            let path = sequence.via(*part).map(|via| via.path.as_slice()).unwrap_or_default();
            path.iter().for_each(|link| walk.link(program.link(*link)));
        }
        FieldKind::Status { stages, moves: _, was: _ } => {
            for stage in stages {
                stage.when.iter().chain(&stage.until).for_each(|condition| walk.expr(condition));
            }
        }
    }
    walk.found
}

/// What one expression over a row of an entity reads.
#[must_use]
pub fn of_expr(program: &Program, entity: EntityId, expr: &Expr) -> BTreeSet<Read> {
    let mut walk = Walk::new(program, entity);
    walk.expr(expr);
    walk.found
}

/// What decides which rows of an entity there are: its key, its condition, when an event happened.
#[must_use]
pub fn of_rows(program: &Program, entity: EntityId) -> BTreeSet<Read> {
    let mut walk = Walk::new(program, entity);
    walk.rows(RowsOf::Entity(entity));
    walk.found
}

/// What decides which rows a sync sends: the entity's rows, its filter, its match key, its pick and the policies that it asks.
#[must_use]
pub fn of_sync_rows(program: &Program, sync: &Sync) -> BTreeSet<Read> {
    let mut walk = Walk::new(program, sync.entity);
    walk.rows(RowsOf::Entity(sync.entity));
    walk.found.extend(sync.filter.map(Read::Field));
    walk.expr(&sync.matches.1);
    sync.pick.iter().for_each(|order| walk.expr(&order.by));
    walk.found.extend(sync.policies.iter().filter_map(|it| it.standing.gate()).map(Read::Field));
    walk.found
}

/// What decides whose rows a funnel counts: the entity's rows, and its audience.
#[must_use]
pub fn of_funnel_rows(program: &Program, funnel: &Funnel) -> BTreeSet<Read> {
    let mut walk = Walk::new(program, funnel.entity);
    walk.rows(RowsOf::Entity(funnel.entity));
    walk.found.extend(funnel.base.map(Read::Field));
    walk.found
}

/// The columns of each entity's rows that the program reads, in declared order: the key, the time, what is unique, what
/// links use, what any expression reads.
#[must_use]
pub fn columns(program: &Program) -> BTreeMap<EntityId, BTreeSet<ColumnId>> {
    let mut found: BTreeMap<EntityId, BTreeSet<ColumnId>> = BTreeMap::new();
    for (id, entity) in (0..).map(EntityId).zip(&program.entities) {
        found.entry(id).or_default().extend(std::iter::once(&entity.key).chain(&entity.at).chain(&entity.unique));
    }
    for link in &program.links {
        if let LinkBy::Columns { on, equals, .. } = &link.by {
            found.entry(link.from).or_default().insert(*on);
            found.entry(link.to).or_default().insert(*equals);
        }
    }
    for read in all(program) {
        if let Read::Column(_, column, Some(entity)) = read {
            found.entry(entity).or_default().insert(column);
        }
    }
    found
}

/// All reads of all fields, links, conditions, syncs and funnels.
fn all(program: &Program) -> BTreeSet<Read> {
    let mut found = BTreeSet::new();
    for field in &program.fields {
        found.extend(of_field(program, field));
    }
    for (id, _) in (0..).map(EntityId).zip(&program.entities) {
        found.extend(of_rows(program, id));
    }
    for link in &program.links {
        let mut walk = Walk::new(program, link.from);
        walk.link(link);
        found.extend(walk.found);
    }
    for sync in &program.all_syncs() {
        found.extend(of_sync_rows(program, sync));
        sync.set.iter().for_each(|(_, value)| found.extend(of_expr(program, sync.entity, value)));
    }
    for funnel in &program.funnels {
        funnel.values().for_each(|value| found.extend(of_expr(program, funnel.entity, value)));
    }
    found
}

struct Walk<'a> {
    program: &'a Program,
    rows: BTreeMap<RowId, RowsOf>,
    found: BTreeSet<Read>,
}

impl<'a> Walk<'a> {
    fn new(program: &'a Program, entity: EntityId) -> Self {
        Self { program, rows: BTreeMap::from([(OUTER, RowsOf::Entity(entity))]), found: BTreeSet::new() }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Now | ExprKind::Error => {}
            ExprKind::Read { row, path, what } => {
                let mut at = self.rows.get(row).copied();
                for link in path {
                    let link = self.program.link(*link);
                    self.link(link);
                    at = Some(RowsOf::Entity(link.to));
                }
                if let Some(at) = at {
                    self.read(at, *what);
                }
            }
            ExprKind::Op(_, operands) | ExprKind::Call(_, operands) => operands.iter().for_each(|it| self.expr(it)),
            ExprKind::Case { arms, otherwise } => {
                for (when, value) in arms {
                    self.expr(when);
                    self.expr(value);
                }
                self.expr(otherwise);
            }
            ExprKind::Coerce(inner) | ExprKind::Previous(inner) => self.expr(inner),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate),
            ExprKind::Window(window) => self.window(window),
        }
    }

    fn read(&mut self, rows: RowsOf, what: What) {
        match (what, rows) {
            (What::Column(column), RowsOf::Entity(entity)) => {
                self.found.insert(Read::Column(self.program.entity(entity).source, column, Some(entity)));
            }
            (What::Column(column), RowsOf::Source(source)) => {
                self.found.insert(Read::Column(source, column, None));
            }
            (What::Field(field) | What::Since(field), _) => {
                self.found.insert(Read::Field(field));
            }
            (What::InView(field), _) => {
                self.found.insert(Read::Before(field));
            }
            // The run before is no source.
            (What::Was(_) | What::Born(_) | What::Mark(_), _) => {}
            (What::Exists, rows) => self.rows(rows),
        }
    }

    fn link(&mut self, link: &Link) {
        match &link.by {
            LinkBy::Columns { on, equals, reverse: _ } => {
                self.read(RowsOf::Entity(link.from), What::Column(*on));
                self.read(RowsOf::Entity(link.to), What::Column(*equals));
                self.rows(RowsOf::Entity(link.to));
            }
            LinkBy::Row(aggregate) => {
                let mut inner = Walk::new(self.program, link.from);
                inner.aggregate(aggregate);
                self.found.append(&mut inner.found);
            }
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        let Set { row, over, ties, condition, span: _ } = &aggregate.set;
        self.rows.insert(*row, *over);
        self.rows(*over);
        for tie in ties {
            self.expr(&tie.inner);
            self.expr(&tie.outer);
        }
        condition.iter().for_each(|condition| self.expr(condition));
        aggregate.value.iter().for_each(|value| self.expr(value));
        aggregate.order.iter().for_each(|order| self.expr(&order.by));
    }

    fn window(&mut self, window: &Window) {
        self.expr(&window.order.by);
        window.per.iter().for_each(|per| self.expr(per));
        self.found.extend(window.among.map(Read::Field));
    }

    fn rows(&mut self, rows: RowsOf) {
        match rows {
            RowsOf::Source(source) => {
                self.found.insert(Read::Rows(source));
            }
            RowsOf::Entity(id) => {
                let entity = self.program.entity(id);
                self.read(rows, What::Column(entity.key));
                entity.at.iter().for_each(|at| self.read(rows, What::Column(*at)));
                if let Some(condition) = &entity.condition {
                    let mut inner = Walk::new(self.program, id);
                    inner.expr(condition);
                    self.found.append(&mut inner.found);
                }
            }
        }
    }
}
