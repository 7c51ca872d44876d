//! Takes an entity and the fields of one pass, gives the statement that builds them: level 1 is the row (of the
//! source, or of the pass before); each field stands at the level after what it reads, since when in the last level.

use super::build::{Builder, Built, read};
use super::frame::{FrameId, key};
use super::memory::Memory;
use super::names::Names;
use crate::plan::cites::Cites;
use crate::plan::rel::{Item, Query, Scalar};
use crate::plan::scalar::Truth;
use crate::program::{ColumnId, EntityId, Expr, FieldId, FieldKind, OUTER, Program, RowsOf, Stage, What};
use crate::types::Type;

/// The query of one pass of an entity: `fields` in an order in which each comes after those it reads. With what it is made of.
pub(super) fn query(program: &Program, built: &Built, entity: EntityId, fields: &[FieldId]) -> (Query, Cites) {
    let memory = Memory::of(program, fields);
    let mut builder = builder(program, built, entity, fields, memory);
    if let Some(first) = builder.memory.missed {
        builder = self::builder(program, built, entity, fields, builder.memory.joined_at(first));
    }
    let query = builder.assemble(0, entity, fields);
    (query, builder.cites)
}

/// The statement in the making, with all its fields.
fn builder<'a>(
    program: &'a Program,
    built: &'a Built,
    entity: EntityId,
    fields: &[FieldId],
    memory: Memory,
) -> Builder<'a> {
    let mut builder = Builder {
        program,
        cites: Cites::default(),
        built,
        frames: Vec::new(),
        names: Names::of_sources(program),
        targets: Vec::new(),
        field: None,
        windows_apart: false,
        memory,
    };
    let frame = builder.new_frame(RowsOf::Entity(entity), OUTER, "level".to_owned());
    builder.base_columns(frame, entity);
    for field in fields {
        builder.field = Some(*field);
        builder.lower_field(frame, *field);
    }
    builder.finish_groups(frame);
    builder.add_unread_since(frame, fields);
    builder
}

impl Builder<'_> {
    /// Level 1 lists the columns of the source and the fields of passes before.
    fn base_columns(&mut self, frame: FrameId, entity: EntityId) {
        let columns = self.program.source(self.program.entity(entity).source).columns.len();
        let columns = (0..columns as u32).map(|id| What::Column(ColumnId(id)));
        let held = self.frame(frame).held.clone();
        let held = held.into_iter().flat_map(|id| self.columns_of(id));
        let all: Vec<What> = columns.chain(held).collect();
        let alias = self.frame(frame).alias.clone();
        for what in all {
            let Some(name) = crate::plan::column_name(self.program, entity, what) else { continue };
            self.frame(frame).names.claim(&name);
            let key = key(&read(OUTER, &[], what, Type::Error.optional()));
            self.frame(frame).columns.insert(key, (name.clone(), 1));
            self.frame(frame).level(1).items.push(Scalar::column(&alias, &name).named(&name));
        }
    }

    /// A field's columns: itself, and since when.
    pub(super) fn columns_of(&self, field: FieldId) -> Vec<What> {
        match self.program.field(field).kind {
            FieldKind::Trait(_) | FieldKind::Experiment(..) | FieldKind::Sequence(..) => vec![What::Field(field)],
            FieldKind::Audience { .. } | FieldKind::Status { .. } => vec![What::Field(field), What::Since(field)],
        }
    }

    fn lower_field(&mut self, frame: FrameId, field: FieldId) {
        match &self.program.field(field).kind {
            FieldKind::Trait(expr) => {
                let expr = super::normal::normal(expr);
                let level = self.level(frame, &expr);
                let value = self.value(frame, &expr, level);
                self.add_field(frame, field, level, value);
            }
            FieldKind::Audience { base, condition, until, .. } => {
                self.audience(frame, field, *base, condition, until.as_ref());
            }
            // An experiment is folded; a program with a sequence is refused before.
            FieldKind::Experiment(..) | FieldKind::Sequence(..) => {}
            FieldKind::Status { stages, .. } => self.status(frame, field, stages),
        }
    }

    fn add_field(&mut self, frame: FrameId, field: FieldId, level: usize, value: Scalar) {
        let name = self.program.field(field).name.clone();
        self.add_column(frame, What::Field(field), level, Item::Named(value, name));
        self.frame(frame).fields.insert(field, level);
        self.frame(frame).level(level).fields.push((field, false));
    }

    pub(super) fn add_column(&mut self, frame: FrameId, what: What, level: usize, item: Item) {
        let frame = self.frame(frame);
        if let Item::Named(_, name) = &item {
            frame.names.claim(name);
            let key = key(&read(OUTER, &[], what, Type::Error.optional()));
            frame.columns.insert(key, (name.clone(), level));
        }
        frame.level(level).items.push(item);
    }

    /// In: of the base; the condition holds, or with `until`, was in; and `until` does not hold.
    fn audience(
        &mut self,
        frame: FrameId,
        field: FieldId,
        base: Option<FieldId>,
        condition: &Expr,
        until: Option<&Expr>,
    ) {
        let base = base.map(|base| read(OUTER, &[], What::Field(base), Type::Bool.required()));
        let condition = super::normal::normal(condition);
        let until = until.map(super::normal::normal);
        let level = self.level_of_all(frame, [&condition].into_iter().chain(&base).chain(&until));
        let mut parts = Vec::new();
        if let Some(base) = &base {
            parts.push(self.truth(frame, base, level));
        }
        let condition = self.truth(frame, &condition, level);
        match &until {
            None => parts.push(condition),
            Some(until) => {
                let name = self.program.field(field).name.clone();
                let was = Truth { scalar: self.was(frame, &name, level), nullable: true };
                parts.push(Truth::any(vec![condition, was]));
                parts.push(self.truth(frame, until, level).fails());
            }
        }
        self.add_field(frame, field, level, Truth::all(parts).exact());
        self.add_read_since(frame, field, level + 1);
    }

    /// The first stage whose condition holds; with `until`, also the one that held, until that.
    fn status(&mut self, frame: FrameId, field: FieldId, stages: &[Stage]) {
        let name = self.program.field(field).name.clone();
        let kind = self.program.field(field).typed.kind.clone();
        let whens: Vec<(Option<Expr>, Option<Expr>)> = stages
            .iter()
            .map(|stage| {
                (stage.when.as_ref().map(super::normal::normal), stage.until.as_ref().map(super::normal::normal))
            })
            .collect();
        let level = self.level_of_all(frame, whens.iter().flat_map(|(when, until)| when.iter().chain(until)));
        let mut arms = Vec::new();
        let mut otherwise = None;
        for (stage, (when, until)) in stages.iter().zip(&whens) {
            let value = Scalar::text(&stage.name);
            let Some(when) = when else {
                otherwise = Some(Box::new(value));
                break;
            };
            let mut holds = self.truth(frame, when, level);
            if let Some(until) = until {
                let was = self.was(frame, &name, level).equals(kind.clone(), value.clone());
                let held = Truth::any(vec![holds, Truth { scalar: was, nullable: true }]);
                holds = Truth::all(vec![held, self.truth(frame, until, level).fails()]);
            }
            arms.push((holds.scalar, value));
        }
        let value = match (arms.is_empty(), otherwise) {
            (true, Some(only)) => *only,
            (_, otherwise) => Scalar::Case(arms, otherwise),
        };
        self.add_field(frame, field, level, value);
        self.add_read_since(frame, field, level + 1);
    }
}
