//! Expressions of the field graph, as plain data. Every one has its type; names are ids, operands are coerced, and
//! what could not be resolved is an error that was told.

use super::{Aggregate, ColumnId, FieldId, LinkId, RowId, Window};
use crate::source::Span;
use crate::types::{Type, Typed};

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
    /// What the run before left of a field of the expression's own sequence, in the entry in view: the open one, or else a
    /// fresh one, whose `entered_at` is now, whose steps and branches are null, and which is neither done nor expired.
    /// `.sent` is what is known of that entry in this run.
    InView(FieldId),
    /// What the run before left of a field of the same row; null where that run did not have it. Nothing in a file says it:
    /// it is made of what remembers.
    Was(FieldId),
    /// The `now` of the first run that had the sequence, step or branch of which this is the entry, the firing or the arm: one
    /// value for all rows. Nothing in a file says it.
    Born(FieldId),
    /// What the firings of the step of which this is the firing are known by, `upsell.email`: a text that stays through renames, one
    /// value for all rows. Nothing in a file says it.
    Mark(FieldId),
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

impl Expr {
    /// The constant `null` of a type.
    #[must_use]
    pub const fn null(kind: Type, span: Span) -> Self {
        Self { typed: Typed { kind, nullable: true }, span, kind: ExprKind::Literal(Literal::Null) }
    }
}
