//! Relations and scalars without a dialect: what the planner makes and `crate::sql` writes. Plain data; every
//! node whose spelling depends on a type carries it.

pub mod short;

use serde::{Deserialize, Serialize};

use crate::types::Type;

/// A statement's query: named steps, then a body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// The `WITH` list, in order.
    pub steps: Vec<Step>,
    /// What comes out.
    pub body: Body,
}

/// One step of a `WITH` list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Comment lines above it: declarations with `file:line`, doc comments.
    pub comments: Vec<String>,
    /// Whether engines that flatten nested selects must be stopped from it here (a level of a model).
    pub barrier: bool,
    /// What it holds.
    pub body: Body,
}

/// A select, or several under `UNION ALL`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// One or more.
    pub selects: Vec<Select>,
    /// The order of the result: only of a whole statement.
    pub order_by: Vec<Sort>,
}

/// One `SELECT`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Select {
    /// Comment lines above it, inside a statement's body.
    pub comments: Vec<String>,
    /// `SELECT DISTINCT`
    pub distinct: bool,
    /// What is selected.
    pub items: Vec<Item>,
    /// From what; `None`: one row of constants.
    pub from: Option<From>,
    /// Joins, in order.
    pub joins: Vec<Join>,
    /// `WHERE`: all must hold.
    pub filter: Vec<Scalar>,
    /// `GROUP BY`
    pub group_by: Vec<Scalar>,
    /// `HAVING`: all must hold.
    pub having: Vec<Scalar>,
}

/// One item of a `SELECT`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Item {
    /// `l.*`
    All(String),
    /// `expr AS name`; the name is left out where the expression is a column of that name.
    Named(Scalar, String),
}

/// A relation with an alias.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct From {
    /// The relation.
    pub table: Table,
    /// Its alias.
    pub alias: String,
}

/// What a relation is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Table {
    /// A step of the same statement.
    Step(String),
    /// A loader's table: one or two names, as in the warehouse.
    Source(Vec<String>),
    /// A `source … as sql`.
    Sql {
        /// Its text.
        text: String,
        /// The tables in it, dotted.
        reads: Vec<String>,
    },
    /// A table or view of schema `plg`: `plg.workspace__prev`.
    View(String),
    /// The table of this run for a model: `plg.workspace__:run`.
    Model(String),
    /// The table of the parent run for a model: `plg.workspace__:parent`.
    ParentModel(String),
    /// A table or view of schema `plg_state`.
    State(String),
    /// A table of schema `plg_state` that each run has of its own: `plg_state.sync_stage__:run`.
    RunState(String),
    /// The same of the parent run: `plg_state.sync_stage__:parent`.
    ParentState(String),
    /// A subquery.
    Query(Box<Body>),
}

/// A join.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Join {
    /// Which.
    pub kind: JoinKind,
    /// With what.
    pub with: From,
    /// `ON`: all must hold; empty only for `Cross`.
    pub on: Vec<Scalar>,
}

/// Which join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "SQL's own words")]
pub enum JoinKind {
    Inner,
    Left,
    Cross,
}

/// One term of an `ORDER BY`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sort {
    /// By what.
    pub by: Scalar,
    /// Its type: text is compared by code point.
    pub kind: Type,
    /// Largest first.
    pub descending: bool,
    /// Where nulls go.
    pub nulls_first: bool,
}

/// A constant of SQL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Constant {
    /// `CAST(NULL AS type)` where `typed`, else a bare `NULL`.
    Null(Option<Type>),
    /// `TRUE`, `FALSE`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// Digits and scale: (150, 2) is 1.50.
    Decimal(i64, u8),
    /// A double.
    Float(f64),
    /// Text.
    Text(String),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00Z.
    Timestamp(i64),
    /// Microseconds.
    Duration(i64),
}

/// What the runner fills in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Parameter {
    /// `:now`, an instant.
    Now,
    /// `:run`, the run's id, a text value.
    Run,
    /// `:parent`, the parent run's id, a text value.
    Parent,
    /// `:born_upsell`, the instant of the first run that had what is named so.
    Born(String),
    /// `:mark_upsell__email`, what the firings of the step that is named so are known by, a text value.
    Mark(String),
}

/// An expression of SQL. Three-valued, as in SQL: `plan` has already spent what keeps the third value in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Scalar {
    /// `alias.column`; no alias: an output column, in an `ORDER BY`.
    Column(Option<String>, String),
    /// A constant.
    Constant(Constant),
    /// Filled in by the runner.
    Parameter(Parameter),
    /// `a AND b AND …`
    And(Vec<Scalar>),
    /// `a OR b OR …`
    Or(Vec<Scalar>),
    /// `NOT a`
    Not(Box<Scalar>),
    /// `a IS NULL`; `true`: `IS NOT NULL`.
    IsNull(Box<Scalar>, bool),
    /// `a IS TRUE`; `true`: `IS NOT TRUE`.
    IsTrue(Box<Scalar>, bool),
    /// `a = b` and the like, of operands of this type.
    Compare(Compare, Type, Box<Scalar>, Box<Scalar>),
    /// `a IS DISTINCT FROM b` where `true`, else `a IS NOT DISTINCT FROM b`.
    Distinct(Box<Scalar>, Box<Scalar>, bool),
    /// `a IN (b, c)`; `true`: `NOT IN`.
    In(Box<Scalar>, Vec<Scalar>, bool),
    /// `EXISTS (SELECT 1 …)`; `true`: `NOT EXISTS`. Only in statements around the models.
    Exists(Box<Body>, bool),
    /// `COALESCE(a, b, …)`
    Coalesce(Vec<Scalar>),
    /// `CASE WHEN c THEN v … ELSE e END`
    Case(Vec<(Scalar, Scalar)>, Option<Box<Scalar>>),
    /// A value as another type: the dialect has a template for the pair.
    Cast(Box<Scalar>, Type, Type),
    /// A function of the function table, or an operation (see `crate::functions`), by name, with the result's type.
    Call(String, Vec<Scalar>, Type),
    /// An aggregate.
    Aggregate(Aggregate),
    /// A window function.
    Window(Box<Window>),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "SQL's own operators")]
pub enum Compare {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// An aggregate of SQL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Aggregate {
    /// `COUNT(*)`
    CountRows,
    /// `COUNT(DISTINCT a)`
    CountDistinct(Box<Scalar>),
    /// `COUNT(a)`
    Count(Box<Scalar>),
    /// `SUM(a)` in the operand's type (exact for int and decimal; the dialect casts).
    Sum(Box<Scalar>, Type),
    /// `MIN(a)`; text by code point.
    Min(Box<Scalar>, Type),
    /// `MAX(a)`; text by code point.
    Max(Box<Scalar>, Type),
}

/// A window function of SQL. Aggregates get an explicit frame of the whole partition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Which.
    pub function: WindowFunction,
    /// `PARTITION BY`
    pub partition_by: Vec<Scalar>,
    /// `ORDER BY`
    pub order_by: Vec<Sort>,
}

/// Which window function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum WindowFunction {
    /// `ROW_NUMBER()`
    RowNumber,
    /// `RANK()`
    Rank,
    /// `PERCENT_RANK()`
    PercentRank,
    /// `NTILE(n)`
    Ntile(i64),
    /// `LAG(a)`
    Lag(Scalar),
    /// An aggregate over the whole partition.
    Aggregate(Aggregate),
}
