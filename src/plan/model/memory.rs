//! Takes the fields that have memory, gives what they were in the run before and since when: the row of that run is
//! joined at the first level that needs it, and what later levels need of it is carried from there. All `since` that
//! no field reads stand in the last level, so that mostly no level but that one joins or carries anything.

use std::collections::BTreeSet;

use super::build::Builder;
use super::frame::{FrameId, Joined};
use crate::plan::rel::{Item, Join, JoinKind, Scalar, Table};
use crate::plan::scalar;
use crate::program::{Expr, ExprKind, FieldId, FieldKind, LinkBy, Program, RowsOf, What};

/// What a statement needs of the run before.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The fields of which another one reads since when.
    read: BTreeSet<FieldId>,
    /// The level that joins the run before; `None`: the one that asks first.
    level: Option<usize>,
    /// A level before the joined one that asked: the statement has to be made again, joined there.
    pub(super) missed: Option<usize>,
}

impl Memory {
    /// What these fields, and the links to rows that they may follow, read.
    pub(super) fn of(program: &Program, fields: &[FieldId]) -> Self {
        let mut read = BTreeSet::new();
        for field in fields {
            match &program.field(*field).kind {
                FieldKind::Trait(expr) => since_in(expr, &mut read),
                FieldKind::Audience { condition, until, .. } => {
                    [condition].into_iter().chain(until).for_each(|expr| since_in(expr, &mut read));
                }
                // An experiment is folded; a program with a sequence is refused before.
                FieldKind::Experiment(..) | FieldKind::Sequence(..) => {}
                FieldKind::Status { stages, .. } => {
                    let all = stages.iter().flat_map(|stage| stage.when.iter().chain(&stage.until));
                    all.for_each(|expr| since_in(expr, &mut read));
                }
            }
        }
        for link in &program.links {
            if let LinkBy::Row(aggregate) = &link.by {
                aggregate.parts().into_iter().for_each(|expr| since_in(expr, &mut read));
            }
        }
        Self { read, ..Self::default() }
    }

    /// The same, joined at this level.
    pub(super) fn joined_at(self, level: usize) -> Self {
        Self { level: Some(level), missed: None, ..self }
    }
}

fn since_in(expr: &Expr, found: &mut BTreeSet<FieldId>) {
    if let ExprKind::Read { what: What::Since(field), .. } = &expr.kind {
        found.insert(*field);
    }
    for child in expr.parts() {
        since_in(child, found);
    }
}

impl Builder<'_> {
    /// Since when, right after the field, where another field reads it.
    pub(super) fn add_read_since(&mut self, frame: FrameId, field: FieldId, level: usize) {
        if self.memory.read.contains(&field) {
            self.add_since(frame, field, level);
        }
    }

    /// Since when, of the fields of which nothing reads it: in the last level.
    pub(super) fn add_unread_since(&mut self, frame: FrameId, fields: &[FieldId]) {
        let unread: Vec<FieldId> = fields
            .iter()
            .filter(|it| !matches!(self.program.field(**it).kind, FieldKind::Trait(_)))
            .filter(|it| !self.memory.read.contains(it))
            .copied()
            .collect();
        let after = unread.iter().filter_map(|it| self.frames.get(frame)?.fields.get(it)).map(|level| level + 1);
        let last = after.chain([self.frames.get(frame).map_or(1, |it| it.levels.len())]).max().unwrap_or(1);
        for field in unread {
            self.add_since(frame, field, last);
        }
    }

    /// Who was in keeps the instant; a status keeps it where the stage is the same.
    fn add_since(&mut self, frame: FrameId, field: FieldId, level: usize) {
        let it = self.program.field(field);
        let (name, kind) = (it.name.clone(), it.typed.kind.clone());
        let column = format!("{name}__since");
        let here = Scalar::column("l", &name);
        let since = if matches!(it.kind, FieldKind::Status { .. }) {
            let was = self.was(frame, &name, level);
            let was_since = self.was(frame, &column, level);
            Scalar::Case(vec![(here.equals(kind, was), was_since)], Some(Box::new(scalar::now())))
        } else {
            let was_since = self.was(frame, &column, level);
            Scalar::Case(vec![(here, was_since.or_else(scalar::now()))], None)
        };
        self.add_column(frame, What::Since(field), level, Item::Named(since, column));
        self.frame(frame).level(level).fields.push((field, true));
    }

    /// What a column was in the run before.
    pub(super) fn was(&mut self, frame: FrameId, column: &str, level: usize) -> Scalar {
        let run_before = self.run_before(frame, level);
        if level < run_before.level {
            self.memory.missed = Some(self.memory.missed.map_or(level, |it| it.min(level)));
        }
        if level <= run_before.level {
            return Scalar::column(&run_before.alias, column);
        }
        let key = format!("was {column}");
        if let Some((name, _)) = self.frame(frame).columns.get(&key) {
            return Scalar::column("l", name);
        }
        let name = self.frame(frame).names.claim(&format!("was_{column}"));
        let item = Scalar::column(&run_before.alias, column).named(&name);
        self.frame(frame).level(run_before.level).items.push(item);
        self.frame(frame).columns.insert(key, (name.clone(), run_before.level));
        Scalar::column("l", &name)
    }

    /// The level that joins the run before, if one does.
    pub(super) fn joins_run_before(&mut self, frame: FrameId) -> Option<usize> {
        self.frame(frame).joins.get(RUN_BEFORE).map(|it| it.level)
    }

    /// The join of the row of the run before.
    fn run_before(&mut self, frame: FrameId, asked: usize) -> Joined {
        if let Some(joined) = self.frame(frame).joins.get(RUN_BEFORE) {
            return joined.clone();
        }
        let level = self.memory.level.unwrap_or(asked);
        let RowsOf::Entity(entity) = self.frame(frame).over else { return Joined { level, alias: "p".to_owned() } };
        let entity = self.program.entity(entity);
        let own = if level == 1 { self.frame(frame).alias.clone() } else { "l".to_owned() };
        let alias = self.frame(frame).level(level).aliases.alias("parent");
        let column = self.program.source(entity.source).columns.get(entity.key.0 as usize);
        let on = column
            .map(|it| Scalar::column(&alias, &it.name).equals(it.typed.kind.clone(), Scalar::column(&own, &it.name)));
        let table = Table::View(format!("{}__prev", entity.name));
        let join = Join { kind: JoinKind::Left, with: table.alias(&alias), on: on.into_iter().collect() };
        self.frame(frame).level(level).joins.push(join);
        let joined = Joined { level, alias };
        self.frame(frame).joins.insert(RUN_BEFORE.to_owned(), joined.clone());
        joined
    }
}

/// The join's name beside those over links.
const RUN_BEFORE: &str = "parent run";
