//! Takes names and scalars, gives relations and scalars: the short words that keep the planner readable. Each
//! makes exactly the node that it names; none decides anything.

use super::{
    Aggregate, Body, Compare, Constant, From, Item, Join, JoinKind, Query, Scalar, Select, Sort, Step, Table, Window,
    WindowFunction,
};
use crate::program::Source;
use crate::types::Type;

impl Scalar {
    /// `alias.name`
    #[must_use]
    pub fn column(alias: &str, name: &str) -> Self {
        Self::Column(Some(alias.to_owned()), name.to_owned())
    }

    /// A column of the output, in an `ORDER BY`.
    #[must_use]
    pub fn output(name: &str) -> Self {
        Self::Column(None, name.to_owned())
    }

    /// `'value'`
    #[must_use]
    pub fn text(value: &str) -> Self {
        Self::Constant(Constant::Text(value.to_owned()))
    }

    /// An integer.
    #[must_use]
    pub const fn int(value: i64) -> Self {
        Self::Constant(Constant::Int(value))
    }

    /// `TRUE`, `FALSE`
    #[must_use]
    pub const fn bool(value: bool) -> Self {
        Self::Constant(Constant::Bool(value))
    }

    /// `CAST(NULL AS type)`
    #[must_use]
    pub const fn null(kind: Type) -> Self {
        Self::Constant(Constant::Null(Some(kind)))
    }

    /// `self = other`, of operands of this type.
    #[must_use]
    pub fn equals(self, kind: Type, other: Self) -> Self {
        self.compare(Compare::Equal, kind, other)
    }

    /// Whether a text is one of these.
    #[must_use]
    pub fn is_one_of(self, texts: Vec<String>) -> Self {
        match texts.as_slice() {
            [only] => self.equals(Type::Text, Self::text(only)),
            _ => Self::In(Box::new(self), texts.iter().map(|it| Self::text(it)).collect(), false),
        }
    }

    /// A comparison of operands of this type.
    #[must_use]
    pub fn compare(self, how: Compare, kind: Type, other: Self) -> Self {
        Self::Compare(how, kind, Box::new(self), Box::new(other))
    }

    /// `self IS NULL`
    #[must_use]
    pub fn is_null(self) -> Self {
        Self::IsNull(Box::new(self), false)
    }

    /// `self IS NOT NULL`
    #[must_use]
    pub fn is_not_null(self) -> Self {
        Self::IsNull(Box::new(self), true)
    }

    /// `NOT self`
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// `a OR b OR …`; the condition itself where it is the only one.
    #[must_use]
    pub fn any(mut conditions: Vec<Self>) -> Self {
        match conditions.len() {
            1 => conditions.remove(0),
            _ => Self::Or(conditions),
        }
    }

    /// `COALESCE(self, other)`
    #[must_use]
    pub fn or_else(self, other: Self) -> Self {
        Self::Coalesce(vec![self, other])
    }

    /// `self IS DISTINCT FROM other`
    #[must_use]
    pub fn differs(self, other: Self) -> Self {
        Self::Distinct(Box::new(self), Box::new(other), true)
    }

    /// The value in its canonical text; text as it is.
    #[must_use]
    pub fn as_text(self, kind: &Type) -> Self {
        match kind {
            Type::Text | Type::Enum(_) => self,
            _ => Self::Cast(Box::new(self), kind.clone(), Type::Text),
        }
    }

    /// `COUNT(*)`
    #[must_use]
    pub const fn count_rows() -> Self {
        Self::Aggregate(Aggregate::CountRows)
    }

    /// `ROW_NUMBER() OVER (PARTITION BY … ORDER BY …)`
    #[must_use]
    pub fn row_number(partition_by: Vec<Self>, order_by: Vec<Sort>) -> Self {
        Self::Window(Box::new(Window { function: WindowFunction::RowNumber, partition_by, order_by }))
    }

    /// `self ASC NULLS LAST`
    #[must_use]
    pub const fn ascending(self, kind: Type) -> Sort {
        Sort { by: self, kind, descending: false, nulls_first: false }
    }

    /// `self DESC NULLS LAST`
    #[must_use]
    pub const fn descending(self, kind: Type) -> Sort {
        Sort { by: self, kind, descending: true, nulls_first: false }
    }

    /// `self AS name`
    #[must_use]
    pub fn named(self, name: &str) -> Item {
        Item::Named(self, name.to_owned())
    }
}

impl Table {
    /// The rows of a source.
    #[must_use]
    pub fn of(source: &Source) -> Self {
        match &source.sql {
            Some(text) => Self::Sql { text: text.clone(), reads: source.reads.clone() },
            None => Self::Source(source.name.clone()),
        }
    }

    /// This relation under an alias.
    #[must_use]
    pub fn alias(self, alias: &str) -> From {
        From { table: self, alias: alias.to_owned() }
    }
}

impl Select {
    /// `SELECT … FROM …`
    #[must_use]
    pub fn from(from: From, items: Vec<Item>) -> Self {
        Self { items, from: Some(from), ..Self::default() }
    }

    /// Adds `LEFT JOIN with ON on`.
    #[must_use]
    pub fn left_join(mut self, with: From, on: Scalar) -> Self {
        self.joins.push(Join { kind: JoinKind::Left, with, on: vec![on] });
        self
    }

    /// Adds a condition.
    #[must_use]
    pub fn filter(mut self, condition: Scalar) -> Self {
        self.filter.push(condition);
        self
    }

    /// As a body, without order.
    #[must_use]
    pub fn body(self) -> Body {
        Body { selects: vec![self], order_by: Vec::new() }
    }

    /// As a body in this order.
    #[must_use]
    pub fn ordered(self, order_by: Vec<Sort>) -> Body {
        Body { selects: vec![self], order_by }
    }
}

impl Body {
    /// As a step without comments.
    #[must_use]
    pub fn step(self, name: &str) -> Step {
        Step { name: name.to_owned(), comments: Vec::new(), barrier: false, body: self }
    }

    /// As a query after these steps.
    #[must_use]
    pub const fn after(self, steps: Vec<Step>) -> Query {
        Query { steps, body: self }
    }
}
