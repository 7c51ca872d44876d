//! Takes every file's [`crate::syntax::ast::File`] and gives a [`Program`]: ids instead of names, every
//! expression typed, the field graph without cycles. Pushes every mistake and goes on; the program is
//! usable only where there was no error.

mod assign;
mod audience;
mod checks;
mod constant;
mod context;
mod cycle;
mod destination;
mod entity;
mod expr;
mod field;
mod guard;
mod labels;
mod link;
mod matching;
mod mistakes;
mod names;
mod path;
mod query;
mod scope;
mod source;
mod status;
mod sync;
#[cfg(test)]
mod tests;
mod value;
mod walk;
mod was;

use crate::diagnostics::Diagnostics;
use crate::source::{Sources, Span};
use crate::syntax::ast;
use crate::types::{Type, Typed};

/// Gives the meaning of a whole program; what is wrong with it goes to `diags`.
#[must_use]
pub fn analyze(files: &[ast::File], sources: &Sources, options: &Options, diags: &mut Diagnostics) -> Program {
    let found = names::collect(files, diags);
    let mut ctx = context::Ctx::new(sources, &options.zone, diags, found);
    ctx.lost.extend(files.iter().flat_map(|file| &file.broken).cloned());
    ctx.nameless = files.iter().any(|file| file.nameless);
    ctx.declare_sources();
    ctx.declare_entities();
    ctx.declare_links();
    ctx.declare_fields();
    ctx.type_lets();
    ctx.type_entities();
    ctx.type_row_links();
    ctx.type_fields();
    ctx.declare_destinations();
    ctx.declare_syncs();
    let (mut program, rest) = ctx.into_program();
    program.zone.clone_from(&options.zone);
    let order = cycle::order(&program, &rest.circled, diags);
    labels::flow(&mut program, &order);
    checks::check(&program, (files, sources, options), &rest, diags);
    program
}

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
    /// All fields, of all entities, in declared order; hidden ones (of syncs) last.
    pub fields: Vec<Field>,
    /// Destinations, by name.
    pub destinations: Vec<Destination>,
    /// Syncs, by name.
    pub syncs: Vec<Sync>,
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
    /// Whether it is an expression of a sync that is no declared field.
    pub hidden: bool,
    /// The labels that flow into its value.
    pub labels: Vec<String>,
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
}

/// A stage of a status.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// `None`: otherwise.
    pub when: Option<Expr>,
    /// It holds on until this.
    pub until: Option<Expr>,
}

/// A typed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// Its type. A condition (`and`, `or`, `not`, a comparison) is never null.
    pub typed: Typed,
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A constant.
    Literal(Literal),
    /// The run's instant.
    Now,
    /// A value of a row in scope, or of the row that a path of links leads to (null where there is none).
    Read {
        /// From which row.
        row: RowId,
        /// Over which links.
        path: Vec<LinkId>,
        /// What of it.
        what: What,
    },
    /// An operator, by the types of its operands.
    Op(Op, Vec<Expr>),
    /// A function of `crate::functions`, by name; arguments are coerced to its signature.
    Call(&'static str, Vec<Expr>),
    /// The first arm whose condition holds, else `otherwise`.
    Case {
        /// Condition and value.
        arms: Vec<(Expr, Expr)>,
        /// The value where no condition holds.
        otherwise: Box<Expr>,
    },
    /// The operand in this expression's type: int → decimal → float, a decimal at another scale, an enum as text.
    Coerce(Box<Expr>),
    /// One value of a set.
    Aggregate(Box<Aggregate>),
    /// A place of the row among the rows of its entity.
    Window(Box<Window>),
    /// In an event set: the operand's value at the event before (same ties, by time and key, before the condition).
    Previous(Box<Expr>),
    /// What could not be resolved; there is an error.
    Error,
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// No value.
    Null,
    /// `true`, `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// Digits of a decimal, without the point: 150 at scale 2 is 1.50. The type has the scale.
    Decimal(i64),
    /// A double.
    Float(f64),
    /// Text, or an enum's value.
    Text(String),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00Z.
    Timestamp(i64),
    /// Microseconds.
    Duration(i64),
    /// Calendar months.
    Months(i32),
}

/// What is read of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A column of its source.
    Column(ColumnId),
    /// A field.
    Field(FieldId),
    /// When the present membership or stage was first observed.
    Since(FieldId),
    /// Whether there is a row (`owner is not null`): a bool, never null.
    Exists,
}

/// Operators. Operands of a comparison or of arithmetic on numbers have one type (see [`ExprKind::Coerce`]),
/// but for decimals under `Multiply`, whose scales add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// All hold. Two or more operands.
    And,
    /// One holds. Two or more operands.
    Or,
    /// It does not hold (a null does not hold).
    Not,
    /// Equal, and neither is null.
    Equal,
    /// Exactly `not (a = b)`: true where one is null.
    NotEqual,
    /// Less, and neither is null.
    Less,
    /// Less or equal, and neither is null.
    LessEqual,
    /// Greater, and neither is null.
    Greater,
    /// Greater or equal, and neither is null.
    GreaterEqual,
    /// Null.
    IsNull,
    /// The first operand equals one of the others.
    In,
    /// Numbers, or instant + duration, instant + months, date + months, date + duration (whole days), durations.
    Add,
    /// As `Add`; also instant − instant, date − date, which are durations.
    Subtract,
    /// Numbers; duration × number.
    Multiply,
    /// A float, null for a zero divisor; duration ÷ duration is a float, duration ÷ number a duration.
    Divide,
    /// The negative.
    Negate,
}

/// One value of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Which.
    pub op: AggregateOp,
    /// Of which rows.
    pub set: Set,
    /// Of what; absent for `any`, `none`, `count(SET)` and row links.
    pub value: Option<Expr>,
    /// `pick … by`: the best row first; nulls last, ties by the key.
    pub order: Vec<Order>,
}

/// Which value of a set. `all(C from S where P)` is `none(S where P and not C)`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "each variant is the aggregate of that name in docs/language.md")]
pub enum AggregateOp {
    Any,
    None,
    Count,
    CountDistinct,
    Sum,
    Min,
    Max,
    Avg,
    Median,
    First,
    Last,
    Mode,
    /// `percentile(0.9, x from …)`: the fraction, 0 to 1.
    Percentile(f64),
    Pick,
}

/// The rows that an aggregate reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    /// The set's own row.
    pub row: RowId,
    /// What its rows are.
    pub over: RowsOf,
    /// What ties them to the rows outside: all must be equal. Empty: computed once.
    pub ties: Vec<Tie>,
    /// Which of them; may read rows outside (it is then grouped by the outer row's identity).
    pub condition: Option<Expr>,
    /// Where it is written.
    pub span: Span,
}

/// What a set's rows are. The rows of an event are those at or before now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowsOf {
    /// An entity's or event's.
    Entity(EntityId),
    /// A source's.
    Source(SourceId),
}

/// `inner = outer`, both of one type; the inner side reads the set's row only, the outer side only rows outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Tie {
    /// Over the set's row.
    pub inner: Expr,
    /// Over rows outside.
    pub outer: Expr,
}

/// By what, and in which direction; nulls last in both. Enums go in declared order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// By what.
    pub by: Expr,
    /// The largest first.
    pub descending: bool,
}

/// The place of a row among the rows of its entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Which place.
    pub op: WindowOp,
    /// By what; a null has no place.
    pub order: Order,
    /// Among the rows that agree in these.
    pub per: Vec<Expr>,
    /// Among the members only; others have no place.
    pub among: Option<FieldId>,
}

/// Which place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowOp {
    /// 1, 1, 3.
    Rank,
    /// (rank − 1) ÷ (rows − 1); 0 for a single row.
    PercentRank,
    /// The number of the tile among this many; larger tiles first, ties by the key.
    Ntile(i64),
}

/// A destination.
#[derive(Debug, Clone)]
pub struct Destination {
    /// Its name.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// The system, one of `crate::destination::ALL`.
    pub system: String,
    /// The labels that it may receive.
    pub allows: Vec<String>,
    /// Objects whose fields are declared: name, then fields.
    pub objects: Vec<(String, Vec<TargetField>)>,
}

/// A field of a destination's object.
#[derive(Debug, Clone)]
pub struct TargetField {
    /// Its name.
    pub name: String,
    /// Its type.
    pub typed: Typed,
    /// Where its name stands.
    pub span: Span,
}

/// A sync: a projection of fields under a membership filter.
#[derive(Debug, Clone)]
pub struct Sync {
    /// Its name.
    pub name: String,
    /// Its name in earlier runs.
    pub was: Option<String>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Whose rows.
    pub entity: EntityId,
    /// Which rows: the audience and the `where`. A [`What::Field`] of the row, or none for all rows.
    pub filter: Option<FieldId>,
    /// To where.
    pub destination: DestinationId,
    /// Which object there.
    pub object: String,
    /// The text in parentheses after the object.
    pub argument: Option<String>,
    /// The destination's field that identifies a row, and its value: a plain read of the row.
    pub matches: (String, Expr),
    /// Which row of those that share the match key; values are plain reads of the row.
    pub pick: Vec<Order>,
    /// The fields written: values are plain reads of the row, or literals, or now.
    pub set: Vec<(String, Expr)>,
    /// Whether rows are created, updated or both.
    pub mode: Mode,
    /// What happens to those who leave.
    pub leave: Leave,
    /// `guard deletes <= n`
    pub deletes: Option<Limit>,
    /// `guard creates <= n`
    pub creates: Option<Limit>,
}

/// Whether a sync creates, updates or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// New rows only.
    Create,
    /// Existing rows only.
    Update,
    /// Both.
    Upsert,
}

/// What happens to those who leave.
#[derive(Debug, Clone, PartialEq)]
pub enum Leave {
    /// The object is deleted, if the sync created it.
    Delete,
    /// The fields that the sync wrote are set to null.
    Clear,
    /// Nothing.
    Keep,
    /// These are written: literals, or now.
    Set(Vec<(String, Expr)>),
}

/// A guard's limit.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// At most so many rows.
    Rows(i64),
    /// At most this share (0 to 1) of the rows that the sync has written.
    Share(f64),
}

/// What a program takes from `plg.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The IANA name of the zone of `date(x)`.
    pub zone: String,
    /// How often each target runs that says so: its name, and microseconds.
    pub cadences: Vec<(String, i64)>,
}

impl Default for Options {
    fn default() -> Self {
        Self { zone: "UTC".to_owned(), cadences: Vec::new() }
    }
}

impl Program {
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

    /// A column of an entity's source.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made with their arena and never removed")]
    pub fn column(&self, entity: EntityId, id: ColumnId) -> &Column {
        &self.source(self.entity(entity).source).columns[id.0 as usize]
    }

    /// The fields of an entity, in declared order, hidden ones last.
    pub fn fields_of(&self, entity: EntityId) -> impl Iterator<Item = (FieldId, &Field)> {
        (0..).map(FieldId).zip(&self.fields).filter(move |(_, field)| field.entity == entity)
    }
}

impl Expr {
    /// The constant `null` of a type.
    #[must_use]
    pub const fn null(kind: Type, span: Span) -> Self {
        Self { typed: Typed { kind, nullable: true }, span, kind: ExprKind::Literal(Literal::Null) }
    }
}
