//! What an expression says, without meaning: operators by precedence, calls and aggregates alike. A broken piece is
//! [`ExprKind::Error`], and was reported. The parser bounds the depth, so that every walk may recurse.

use crate::source::Span;
use crate::syntax::ast::{Name, Order, Path};

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// All of it.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `12`, `1.50`: the digits as they are written.
    Number(String),
    /// `25%`: the digits before the sign.
    Percent(String),
    /// `'text'`, its quotes undone.
    Text(String),
    /// `3 days`: the digits and the unit as it is written.
    Duration {
        /// The digits.
        amount: String,
        /// `days`, `hour`, …
        unit: Name,
    },
    /// `@2026-01-15`, `@2026-01-15T09:00Z`: without the `@`.
    Instant(String),
    /// `a.b.c`
    Path(Path),
    /// `not x`, `-x`
    Unary(UnaryOp, Box<Expr>),
    /// `x op y`; `operator` is where the operator stands.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Where it stands.
        operator: Span,
        /// Before it.
        left: Box<Expr>,
        /// After it.
        right: Box<Expr>,
    },
    /// `3 business days except holidays`
    BusinessDays {
        /// The digits.
        amount: String,
        /// `day` or `days`
        unit: Name,
        /// A list of days that do not count either.
        except: Option<Path>,
    },
    /// `(a, b)`, `(a,)`: a list, which only `in` and `except` read.
    List(Vec<Expr>),
    /// `x [not] in (a, b)`, `x [not] in holidays`
    In {
        /// What is looked for.
        value: Box<Expr>,
        /// Whether `not` stands before `in`.
        negated: bool,
        /// Among what; a name that stands for a list gives its members.
        list: Vec<Expr>,
        /// Whether the one member is a name without parentheses.
        bare: bool,
    },
    /// `x is [not] null`
    IsNull {
        /// What is asked.
        value: Box<Expr>,
        /// Whether `not` stands after `is`.
        negated: bool,
    },
    /// `x within [next] D [.. E] [after y]`
    Within(Box<Within>),
    /// `f(…)`: a function, an aggregate or a window.
    Call(Box<Call>),
    /// `case { a when c; b otherwise }`
    Case(Vec<Arm>),
    /// A broken piece that has been reported.
    Error,
}

/// `x within [next] D [.. E] [after y]`
#[derive(Debug, Clone, PartialEq)]
pub struct Within {
    /// The instant.
    pub value: Expr,
    /// Whether `next` stands after `within`.
    pub next: bool,
    /// The (farther) end of the window.
    pub span: Expr,
    /// The nearer end: `within 60 days .. 30 days`.
    pub until: Option<Expr>,
    /// `after y`
    pub after: Option<Expr>,
}

/// One arm of a `case`.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// Its value.
    pub value: Expr,
    /// `None`: otherwise.
    pub when: Option<Expr>,
}

/// `name(arguments [from set] [where c] [by o] [per x] [among a])`. `any(orders where c)` has no
/// arguments and a set; `lower(x)` and `count(orders)` look alike and are both one argument.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// What is called.
    pub name: Name,
    /// The arguments; with `desc` where it is written.
    pub arguments: Vec<Order>,
    /// `… from set`, or the set itself where a `where`, `as` or `by` follows the first path.
    pub set: Option<Set>,
    /// `per x, y`
    pub per: Vec<Expr>,
    /// `among audience`
    pub among: Option<Path>,
    /// A path after the closing parenthesis: `last(changes).plan`.
    pub then: Vec<Name>,
}

/// `path [as alias] [where c] [by o]`
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    /// The set.
    pub path: Path,
    /// Another name for its row.
    pub alias: Option<Name>,
    /// Which of its rows.
    pub condition: Option<Expr>,
    /// In which order: `pick` only.
    pub by: Vec<Order>,
}

/// A prefix operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `not`
    Not,
    /// `-`
    Minus,
}

/// An infix operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the operator that `symbol` writes")]
pub enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl BinaryOp {
    /// The operator as it is written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}
