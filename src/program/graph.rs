//! The field graph, as plain data: sources, entities, links and fields, by ids. Takes nothing and decides nothing; an id is
//! made with its arena and never removed, so that looking one up cannot fail.

mod delivery;
mod ending;
mod experiment;
mod expression;
mod funnel;
mod parts;
mod rows;
mod sequence;
mod test;

pub use delivery::{Destination, Heeded, Leave, Policy, Standing, Stream, Sync, TargetField};
pub use experiment::{Experiment, ExperimentPart, Hash, Phase, Slice, WHOLE, percent};
pub use expression::{Expr, ExprKind, Literal, Op, What};
pub use funnel::{Funnel, FunnelStep, Group, HIDDEN as FUNNEL_HIDDEN, LAST_STEP, SUMMARY};
pub use rows::{Aggregate, AggregateOp, Order, RowsOf, Set, Tie, Window, WindowOp};
pub use sequence::{Again, Branch, CAUSES, Channel, Sequence, SequencePart, Start, Step, Via};
pub use test::{Expectation, Expected, ExpectedColumn, ExpectedRow, Test, TestStep};

use std::collections::BTreeMap;

use crate::source::Span;
use crate::types::Typed;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
    )*};
}

ids! {
    /// A source, by its place in [`Program::sources`].
    SourceId,
    /// An entity or event, by its place in [`Program::entities`].
    EntityId,
    /// A link, by its place in [`Program::links`].
    LinkId,
    /// A field, by its place in [`Program::fields`].
    FieldId,
    /// A destination, by its place in [`Program::destinations`].
    DestinationId,
    /// An experiment, by its place in [`Program::experiments`].
    ExperimentId,
    /// A sequence, by its place in [`Program::sequences`].
    SequenceId,
    /// A channel, by its place in [`Program::channels`].
    ChannelId,
    /// A funnel, by its place in [`Program::funnels`].
    FunnelId,
    /// A policy, by its place in [`Program::policies`].
    PolicyId,
    /// A column of a source, by its place in [`Source::columns`].
    ColumnId,
    /// A row in scope of one expression: 0 is the row of the entity whose field it is; each [`Set`] brings one more,
    /// unique in the field.
    RowId,
}

/// The row of the entity whose field an expression is.
pub const OUTER: RowId = RowId(0);

/// A whole program.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The project's zone, in which an event of a date begins.
    pub zone: String,
    /// Sources, by name.
    pub sources: Vec<Source>,
    /// Entities and events, by name.
    pub entities: Vec<Entity>,
    /// All links, of all entities.
    pub links: Vec<Link>,
    /// All fields, of all entities, in declared order; hidden ones (of syncs and funnels) last.
    pub fields: Vec<Field>,
    /// Destinations, by name.
    pub destinations: Vec<Destination>,
    /// Policies, by name.
    pub policies: Vec<Policy>,
    /// Syncs, by name.
    pub syncs: Vec<Sync>,
    /// What earlier runs remember and this program lets go, as `retire` names it, by name.
    pub retired: Vec<String>,
    /// The syncs from a step, by name.
    pub streams: Vec<Stream>,
    /// Experiments, in declared order.
    pub experiments: Vec<Experiment>,
    /// Tests, in the order of the files.
    pub tests: Vec<Test>,
    /// Sequences, in declared order.
    pub sequences: Vec<Sequence>,
    /// Channels, by name.
    pub channels: Vec<Channel>,
    /// Funnels, by name.
    pub funnels: Vec<Funnel>,
    /// The fields of each entity, in the order of all.
    members: BTreeMap<EntityId, Vec<FieldId>>,
}

/// A table that a loader fills, or a query over such tables.
#[derive(Debug, Clone)]
pub struct Source {
    /// `app.workspaces`: one or two parts.
    pub name: Vec<String>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// The `SELECT` of `as sql`, which is then used in the table's place.
    pub sql: Option<String>,
    /// The tables that the `SELECT` reads (dotted), for the lineage.
    pub reads: Vec<String>,
    /// The columns, as declared.
    pub columns: Vec<Column>,
    /// How old the newest row may be.
    pub fresh: Option<Fresh>,
}

/// A column of a source.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name, exactly as in the warehouse.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its type.
    pub typed: Typed,
    /// Its labels: what a destination must allow.
    pub labels: Vec<String>,
    /// Where its name stands.
    pub span: Span,
}

/// `fresh within D by column`
#[derive(Debug, Clone)]
pub struct Fresh {
    /// How old the newest row may be, in microseconds.
    pub within: i64,
    /// The column that says when a row arrived; it may be undeclared (loaders add it).
    pub by: String,
}

/// An entity, or an event: an entity whose rows have a time.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Its name.
    pub name: String,
    /// Its name in earlier runs.
    pub was: Option<String>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// The source of its rows.
    pub source: SourceId,
    /// Which rows of the source count; over row [`OUTER`], reading source columns only.
    pub condition: Option<Expr>,
    /// The key column.
    pub key: ColumnId,
    /// The columns checked to be unique (nulls excepted).
    pub unique: Vec<ColumnId>,
    /// When the event happened; `None` for an entity.
    pub at: Option<ColumnId>,
    /// `guard loses`: the share of rows that a run may lose, 0.1 where nothing is said. Entities only.
    pub loses: f64,
}

/// A link from each row of an entity to at most one row of another.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its name.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// The entity that has it.
    pub from: EntityId,
    /// The entity that it leads to.
    pub to: EntityId,
    /// How.
    pub by: LinkBy,
}

/// How a link finds its row.
#[derive(Debug, Clone)]
pub enum LinkBy {
    /// The column `on` here equals the key or unique column `equals` there.
    Columns {
        /// The column here.
        on: ColumnId,
        /// The column there.
        equals: ColumnId,
        /// The name of the reverse set at the other end.
        reverse: Option<String>,
    },
    /// One row of a set: an aggregate `first`, `last` or `pick` without a value.
    Row(Box<Aggregate>),
}

/// A field of an entity: what a declaration adds.
#[derive(Debug, Clone)]
pub struct Field {
    /// Whose.
    pub entity: EntityId,
    /// Its name; a hidden field's holds `__`.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Its type.
    pub typed: Typed,
    /// What it is.
    pub kind: FieldKind,
    /// Whether it is an expression of a sync or a funnel that is no declared field.
    pub hidden: bool,
    /// The labels that flow into its value.
    pub labels: Vec<String>,
}

impl Field {
    /// Its name as a program says it: that of a part of an experiment or a sequence is `upsell.email`.
    #[must_use]
    pub fn spoken(&self) -> String {
        if self.hidden { self.name.clone() } else { spoken(&self.name) }
    }
}

/// The name of a column as a program says it: only what is a part of another declaration has `__` in it.
#[must_use]
pub fn spoken(column: &str) -> String {
    column.replace("__", ".")
}

/// What a field is.
#[derive(Debug, Clone)]
pub enum FieldKind {
    /// A value.
    Trait(Expr),
    /// A membership: the base's, and (the condition or, with `until`, already a member), and not `until`.
    Audience {
        /// The audience that it is a part of; `None`: the entity.
        base: Option<FieldId>,
        /// Who is in.
        condition: Expr,
        /// Who is out again.
        until: Option<Expr>,
        /// Its name in earlier runs.
        was: Option<String>,
    },
    /// The first stage whose condition holds. Its type is the enum of the stages.
    Status {
        /// The stages; the last one has no condition.
        stages: Vec<Stage>,
        /// The allowed transitions, as places in `stages`; `None`: any.
        moves: Option<Vec<(usize, usize)>>,
        /// Its name in earlier runs.
        was: Option<String>,
    },
    /// What an experiment says of the row.
    Experiment(ExperimentId, ExperimentPart),
    /// What a sequence says of the row's last entry.
    Sequence(SequenceId, SequencePart),
}

/// A stage of a status.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Its name in earlier runs.
    pub was: Option<String>,
    /// Its documentation.
    pub doc: Option<String>,
    /// `None`: otherwise.
    pub when: Option<Expr>,
    /// It holds on until this.
    pub until: Option<Expr>,
}

impl Program {
    /// The names that a field had in earlier runs.
    #[must_use]
    pub fn earlier_names(&self, field: &Field) -> Vec<String> {
        match &field.kind {
            FieldKind::Audience { was, .. } | FieldKind::Status { was, .. } => was.iter().cloned().collect(),
            FieldKind::Experiment(id, part) => self.experiment(*id).part_was(*part).into_iter().collect(),
            FieldKind::Sequence(id, part) => self.sequence(*id).part_was(*part),
            FieldKind::Trait(_) => Vec::new(),
        }
    }

    /// Every sync, those from a step behind the others.
    #[must_use]
    pub fn all_syncs(&self) -> Vec<Sync> {
        self.syncs.iter().cloned().chain(self.streams.iter().map(|stream| stream.as_sync(self))).collect()
    }

    /// The one sync from a step, where there is one.
    #[must_use]
    pub fn stream_of(&self, sequence: SequenceId, step: usize) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.sequence == sequence && stream.step == step)
    }

    /// A source by its id.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made with their arena and never removed")]
    pub fn source(&self, id: SourceId) -> &Source {
        &self.sources[id.0 as usize]
    }

    /// An entity or event by its id.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made with their arena and never removed")]
    pub fn entity(&self, id: EntityId) -> &Entity {
        &self.entities[id.0 as usize]
    }

    /// A link by its id.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made with their arena and never removed")]
    pub fn link(&self, id: LinkId) -> &Link {
        &self.links[id.0 as usize]
    }

    /// A field by its id.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made with their arena and never removed")]
    pub fn field(&self, id: FieldId) -> &Field {
        &self.fields[id.0 as usize]
    }

    /// A destination by its id.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made with their arena and never removed")]
    pub fn destination(&self, id: DestinationId) -> &Destination {
        &self.destinations[id.0 as usize]
    }

    /// A policy by its id.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made with their arena and never removed")]
    pub fn policy(&self, id: PolicyId) -> &Policy {
        &self.policies[id.0 as usize]
    }

    /// An experiment by its id.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made with their arena and never removed")]
    pub fn experiment(&self, id: ExperimentId) -> &Experiment {
        &self.experiments[id.0 as usize]
    }

    /// A sequence by its id.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made with their arena and never removed")]
    pub fn sequence(&self, id: SequenceId) -> &Sequence {
        &self.sequences[id.0 as usize]
    }

    /// A channel by its id.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made with their arena and never removed")]
    pub fn channel(&self, id: ChannelId) -> &Channel {
        &self.channels[id.0 as usize]
    }

    /// A funnel by its id.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made with their arena and never removed")]
    pub fn funnel(&self, id: FunnelId) -> &Funnel {
        &self.funnels[id.0 as usize]
    }

    /// A column of an entity's source.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made with their arena and never removed")]
    pub fn column(&self, entity: EntityId, id: ColumnId) -> &Column {
        &self.source(self.entity(entity).source).columns[id.0 as usize]
    }

    /// Adds a field behind all others.
    pub(crate) fn add_field(&mut self, field: Field) -> FieldId {
        let id = FieldId(self.fields.len() as u32);
        self.members.entry(field.entity).or_default().push(id);
        self.fields.push(field);
        id
    }

    /// The fields of an entity, in declared order, hidden ones last.
    pub fn fields_of(&self, entity: EntityId) -> impl Iterator<Item = (FieldId, &Field)> {
        self.members.get(&entity).into_iter().flatten().map(|id| (*id, self.field(*id)))
    }
}
