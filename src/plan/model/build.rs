//! Takes expressions and a frame, gives scalars at a level of it: decides at which level each thing that an
//! expression reads can stand, and carries it as a column to the levels after. Joins are made on the way.

use std::collections::{BTreeMap, BTreeSet};

use super::frame::{Frame, FrameId, Joined, key};
use super::memory::Memory;
use super::names::Names;
use super::normal;
use crate::plan::born;
use crate::plan::cites::Cites;
use crate::plan::rel::{Constant, Item, Join, JoinKind, Parameter, Scalar, Table};
use crate::plan::scalar::{self, Leaves, Truth};
use crate::program::{ColumnId, EntityId, Expr, ExprKind, FieldId, LinkBy, LinkId, Program, RowId, RowsOf, What};
use crate::source::Span;
use crate::types::Typed;

/// The models that are built before this statement: the table of each entity and the fields in it.
pub(super) type Built = BTreeMap<EntityId, (String, Vec<FieldId>)>;

/// A statement in the making.
pub(super) struct Builder<'a> {
    pub(super) program: &'a Program,
    /// Where what the statement is made of is declared.
    pub(super) cites: Cites,
    pub(super) built: &'a Built,
    /// All frames; the first is the entity's.
    pub(super) frames: Vec<Frame>,
    /// The names of steps.
    pub(super) names: Names,
    /// Entities without a model that links lead to.
    pub(super) targets: Vec<Target>,
    /// The field in work, for comments and names.
    pub(super) field: Option<FieldId>,
    /// Whether a window must be a column of its own: within a window, a join or a set.
    pub(super) windows_apart: bool,
    /// What is needed of the run before.
    pub(super) memory: Memory,
}

/// An entity without a model that links lead to: a step.
pub(super) struct Target {
    pub(super) entity: EntityId,
    pub(super) step: String,
    pub(super) columns: BTreeSet<ColumnId>,
}

/// Where a thing can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The level that has it.
    pub(super) level: usize,
    /// Whether expressions of that same level can use it.
    pub(super) inline: bool,
}

/// A level of a frame, as the rows in scope of an expression.
struct At<'b, 'a> {
    builder: &'b mut Builder<'a>,
    frame: FrameId,
    level: usize,
}

impl Leaves for At<'_, '_> {
    fn leaf(&mut self, expr: &Expr) -> Scalar {
        self.builder.leaf(self.frame, expr, self.level)
    }
}

/// A read, in normal form.
pub(super) fn read(row: RowId, path: &[LinkId], what: What, typed: Typed) -> Expr {
    Expr { typed, span: Span::default(), kind: ExprKind::Read { row, path: path.to_vec(), what } }
}

impl Builder<'_> {
    #[expect(clippy::indexing_slicing, reason = "frames are never removed and their ids are their places")]
    pub(super) fn frame(&mut self, id: FrameId) -> &mut Frame {
        &mut self.frames[id]
    }

    /// An expression's value at a level.
    pub(super) fn value(&mut self, frame: FrameId, expr: &Expr, level: usize) -> Scalar {
        scalar::value(expr, &mut At { builder: self, frame, level })
    }

    /// A condition at a level.
    pub(super) fn truth(&mut self, frame: FrameId, expr: &Expr, level: usize) -> Truth {
        scalar::truth(expr, &mut At { builder: self, frame, level })
    }

    /// The first level at which an expression can be computed.
    pub(super) fn level(&mut self, frame: FrameId, expr: &Expr) -> usize {
        let floor = self.frame(frame).floor;
        match &expr.kind {
            ExprKind::Read { .. } | ExprKind::Aggregate(_) | ExprKind::Window(_) | ExprKind::Previous(_) => {
                let place = self.place(frame, expr);
                floor.max(place.level + usize::from(!place.inline))
            }
            _ => self.level_of_all(frame, expr.parts()),
        }
    }

    /// The first level at which all of these can be computed.
    pub(super) fn level_of_all<'e>(&mut self, frame: FrameId, all: impl IntoIterator<Item = &'e Expr>) -> usize {
        let floor = self.frame(frame).floor;
        all.into_iter().map(|expr| self.level(frame, expr)).max().unwrap_or(floor).max(floor)
    }

    /// Where a read, aggregate, window or `previous` stands.
    pub(super) fn place(&mut self, frame: FrameId, expr: &Expr) -> Place {
        if self.is_outside(frame, expr) {
            let level = self.frame(frame).parent.as_ref().map_or(1, |parent| parent.level);
            return Place { level, inline: true };
        }
        match &expr.kind {
            ExprKind::Read { path, what, .. } if path.is_empty() => self.own_place(frame, *what),
            ExprKind::Read { path, .. } => match normal::through_row_link(self.program, expr) {
                Some(aggregate) => self.place(frame, &aggregate),
                None => Place { level: self.link(frame, path).map_or(1, |join| join.level), inline: true },
            },
            ExprKind::Aggregate(_) => Place { level: self.ask(frame, expr).level, inline: true },
            ExprKind::Window(window) => self.window_place(frame, window),
            ExprKind::Previous(inner) => Place { level: self.previous_level(frame, inner), inline: false },
            _ => Place { level: 1, inline: true },
        }
    }

    fn own_place(&mut self, frame: FrameId, what: What) -> Place {
        let frame = self.frame(frame);
        let (field, after) = match what {
            // What a sequence has in view does not come here: it is folded before.
            What::Column(_) | What::Exists | What::InView(_) | What::Was(_) | What::Born(_) | What::Mark(_) => {
                return Place { level: 1, inline: true };
            }
            What::Field(field) => (field, 0),
            What::Since(field) => (field, 1),
        };
        if frame.held.contains(&field) {
            return Place { level: 1, inline: true };
        }
        Place { level: frame.fields.get(&field).copied().unwrap_or(1) + after, inline: false }
    }

    /// Whether it is a value of a row outside of this frame's.
    pub(super) fn is_outside(&mut self, frame: FrameId, expr: &Expr) -> bool {
        let own = self.frame(frame).row;
        match &expr.kind {
            ExprKind::Read { row, .. } => *row < own,
            ExprKind::Aggregate(inner) => normal::deepest_outside(inner).is_some_and(|deepest| deepest < own),
            _ => false,
        }
    }

    fn leaf(&mut self, frame: FrameId, expr: &Expr, level: usize) -> Scalar {
        match &expr.kind {
            ExprKind::Read { what: What::Born(field), .. } => {
                return Scalar::Parameter(Parameter::Born(born::name(self.program, *field)));
            }
            ExprKind::Read { what: What::Mark(field), .. } => {
                return Scalar::Parameter(Parameter::Mark(born::name(self.program, *field)));
            }
            _ => {}
        }
        if let ExprKind::Read { path, what: What::Was(field), .. } = &expr.kind
            && path.is_empty()
            && !self.is_outside(frame, expr)
        {
            let name = self.program.field(*field).name.clone();
            return self.was(frame, &name, level);
        }
        let place = self.place(frame, expr);
        if place.inline && place.level >= level {
            return self.inline(frame, expr);
        }
        let name = self.column(frame, expr);
        Scalar::column("l", &name)
    }

    /// The name of the column that holds this; made where it is new.
    pub(super) fn column(&mut self, frame: FrameId, expr: &Expr) -> String {
        if let ExprKind::Read { path, .. } = &expr.kind
            && !path.is_empty()
            && !self.is_outside(frame, expr)
            && let Some(aggregate) = normal::through_row_link(self.program, expr)
        {
            return self.column(frame, &aggregate);
        }
        if let ExprKind::Read { path, what: What::Was(field), .. } = &expr.kind
            && path.is_empty()
            && !self.is_outside(frame, expr)
        {
            let name = self.program.field(*field).name.clone();
            return self.was_column(frame, &name);
        }
        let key = key(expr);
        if let Some((name, _)) = self.frame(frame).columns.get(&key) {
            return name.clone();
        }
        let place = self.place(frame, expr);
        let scalar = self.inline(frame, expr);
        let wished = self.wished(frame, expr);
        let name = self.frame(frame).names.claim(&wished);
        let level = self.frame(frame).level(place.level);
        level.items.push(Item::Named(scalar, name.clone()));
        self.frame(frame).columns.insert(key, (name.clone(), place.level));
        name
    }

    /// The scalar at the level where it stands.
    fn inline(&mut self, frame: FrameId, expr: &Expr) -> Scalar {
        if self.is_outside(frame, expr) {
            let Some(parent) = self.frame(frame).parent.clone() else { return Scalar::Constant(Constant::Null(None)) };
            let row = self.frame(parent.frame).row;
            let name = self.column(parent.frame, &normal::raised(expr, row));
            return Scalar::column(&parent.alias, &name);
        }
        match &expr.kind {
            ExprKind::Read { path, what, .. } if path.is_empty() => self.own(frame, *what),
            ExprKind::Read { path, what, .. } => match normal::through_row_link(self.program, expr) {
                Some(aggregate) => self.inline(frame, &aggregate),
                None => self.linked(frame, path, *what),
            },
            ExprKind::Aggregate(_) => self.ask(frame, expr).scalar,
            ExprKind::Window(window) => self.window(frame, window),
            ExprKind::Previous(inner) => self.previous(frame, inner),
            _ => Scalar::Constant(Constant::Null(None)),
        }
    }

    /// A column of the frame's own table, or of its row in the run before.
    fn own(&mut self, frame: FrameId, what: What) -> Scalar {
        if let What::Was(field) = what {
            let name = self.program.field(field).name.clone();
            return self.was(frame, &name, 1);
        }
        let alias = self.frame(frame).alias.clone();
        match self.what_name(self.frames.get(frame).map(|it| it.over), what) {
            Some(name) => Scalar::column(&alias, &name),
            None => Scalar::bool(true),
        }
    }

    /// The name of what is read, in the table that holds it; `None` for whether there is a row.
    fn what_name(&self, over: Option<RowsOf>, what: What) -> Option<String> {
        match (over?, what) {
            (RowsOf::Entity(entity), what) => crate::plan::column_name(self.program, entity, what),
            (RowsOf::Source(source), What::Column(id)) => {
                self.program.source(source).columns.get(id.0 as usize).map(|column| column.name.clone())
            }
            (
                RowsOf::Source(_),
                What::Field(_)
                | What::Since(_)
                | What::InView(_)
                | What::Was(_)
                | What::Born(_)
                | What::Mark(_)
                | What::Exists,
            ) => None,
        }
    }

    /// What is read of the row that a path leads to.
    fn linked(&mut self, frame: FrameId, path: &[LinkId], what: What) -> Scalar {
        let (Some(last), Some(join)) = (path.last(), self.link(frame, path)) else {
            return Scalar::Constant(Constant::Null(None));
        };
        let link = self.program.link(*last);
        if let (What::Column(id), Some(target)) = (what, self.targets.iter_mut().find(|it| it.entity == link.to)) {
            target.columns.insert(id);
        }
        match (self.what_name(Some(RowsOf::Entity(link.to)), what), &link.by) {
            (Some(name), _) => Scalar::column(&join.alias, &name),
            (None, LinkBy::Columns { equals, .. }) => {
                Scalar::column(&join.alias, &self.program.column(link.to, *equals).name).is_not_null()
            }
            (None, LinkBy::Row(_)) => Scalar::bool(false),
        }
    }

    /// The join of the row that a path of links over columns leads to.
    fn link(&mut self, frame: FrameId, path: &[LinkId]) -> Option<Joined> {
        let key = format!("{path:?}");
        if let Some(joined) = self.frame(frame).joins.get(&key) {
            return Some(joined.clone());
        }
        let (last, before) = path.split_last()?;
        let link = self.program.link(*last);
        let LinkBy::Columns { on, equals, .. } = &link.by else { return None };
        let typed = self.program.column(link.from, *on).typed.clone();
        let here = read(self.frame(frame).row, before, What::Column(*on), typed.clone());
        let level = self.level(frame, &here);
        let value = self.value(frame, &here, level);
        let table = self.target(link.to, *equals);
        let alias = self.frame(frame).level(level).aliases.claim(&link.name);
        let there = Scalar::column(&alias, &self.program.column(link.to, *equals).name);
        self.frame(frame).level(level).joins.push(Join {
            kind: JoinKind::Left,
            with: table.alias(&alias),
            on: vec![there.equals(typed.kind, value)],
        });
        let joined = Joined { level, alias };
        self.frame(frame).joins.insert(key, joined.clone());
        Some(joined)
    }

    /// The rows of an entity that a link leads to: its model, or a step.
    fn target(&mut self, entity: EntityId, equals: ColumnId) -> Table {
        if let Some((table, _)) = self.built.get(&entity) {
            return Table::Model(table.clone());
        }
        if let Some(target) = self.targets.iter_mut().find(|it| it.entity == entity) {
            target.columns.insert(equals);
            return Table::Step(target.step.clone());
        }
        let step = self.claim_step(&plural(&self.program.entity(entity).name));
        let columns = BTreeSet::from([self.program.entity(entity).key, equals]);
        self.targets.push(Target { entity, step: step.clone(), columns });
        Table::Step(step)
    }

    /// What a column that holds this would be called.
    fn wished(&mut self, frame: FrameId, expr: &Expr) -> String {
        let over = self.frame(frame).over;
        match &expr.kind {
            ExprKind::Read { row, path, what } => {
                let mut words: Vec<String> = Vec::new();
                if *row < self.frame(frame).row {
                    words.push(self.row_name(frame, *row));
                }
                words.extend(path.iter().map(|link| self.program.link(*link).name.clone()));
                let end = path.last().map_or(Some(over), |link| Some(RowsOf::Entity(self.program.link(*link).to)));
                let end = if path.is_empty() && *row < self.frame(frame).row {
                    let outside = self.above(frame, *row);
                    Some(self.frame(outside).over)
                } else {
                    end
                };
                words.push(self.what_name(end, *what).unwrap_or_else(|| "exists".to_owned()));
                words.join("__")
            }
            ExprKind::Aggregate(_) if !self.is_outside(frame, expr) => self.ask(frame, expr).name,
            ExprKind::Window(_) => self.for_field("place"),
            ExprKind::Previous(_) => self.for_field("previous"),
            _ => self.for_field("value"),
        }
    }

    /// A name that ends in the field in work.
    pub(super) fn for_field(&self, word: &str) -> String {
        self.field.map_or_else(|| word.to_owned(), |field| format!("{word}_{}", self.program.field(field).name))
    }

    /// A step's name; the entity's levels keep theirs.
    pub(super) fn claim_step(&mut self, wished: &str) -> String {
        if wished.starts_with("level_") { self.names.claim(&format!("set_{wished}")) } else { self.names.claim(wished) }
    }

    /// The frame of this depth that a frame is within: another set may be as deep.
    fn above(&mut self, frame: FrameId, row: RowId) -> FrameId {
        let mut at = frame;
        while self.frame(at).row > row {
            match self.frame(at).parent.as_ref().map(|parent| parent.frame) {
                Some(parent) => at = parent,
                None => break,
            }
        }
        at
    }

    /// What the rows of this depth are called.
    fn row_name(&mut self, frame: FrameId, row: RowId) -> String {
        let at = self.above(frame, row);
        let over = self.frame(at).over;
        self.rows_name(over)
    }

    /// The name of an entity, or the last part of a source's.
    pub(super) fn rows_name(&self, over: RowsOf) -> String {
        match over {
            RowsOf::Entity(entity) => self.program.entity(entity).name.clone(),
            RowsOf::Source(source) => self.program.source(source).name.last().cloned().unwrap_or_default(),
        }
    }
}

/// The plural of a name, for a step.
pub(super) fn plural(name: &str) -> String {
    match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ if name.ends_with('s') => name.to_owned(),
        _ => format!("{name}s"),
    }
}
