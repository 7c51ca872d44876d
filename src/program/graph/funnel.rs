//! Funnels, as plain data: ordered steps of the members of an audience, each with the instant at which it happened. Takes
//! nothing and decides nothing; what the views of a funnel are called, and which columns they have, is said here once.

use super::{EntityId, Expr, FieldId, Program};
use crate::dialect::names::{LONGEST, fitted};
use crate::source::Span;
use crate::types::{Type, Typed};

/// A funnel.
#[derive(Debug, Clone)]
pub struct Funnel {
    /// Its name, and that of the view of its members.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Whose rows are counted.
    pub entity: EntityId,
    /// The audience whose members are counted; `None`: all rows.
    pub base: Option<FieldId>,
    /// By what the summary is grouped.
    pub per: Vec<Group>,
    /// Its steps, in order.
    pub steps: Vec<FunnelStep>,
}

/// What a funnel is grouped by.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its column.
    pub name: String,
    /// A plain read of the row, an enum.
    pub value: Expr,
}

/// A step of a funnel.
#[derive(Debug, Clone)]
pub struct FunnelStep {
    /// Its name, and its column's.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// When it happened: a plain read of the row, an instant or null.
    pub value: Expr,
    /// How soon after the step before: a constant duration or number of months.
    pub within: Option<Expr>,
    /// Whether it has happened, not before the step before and within its window, for who has reached that one.
    pub follows: Expr,
}

/// The name of a step as an entity's model has it, where its instant is no column or field of the row, begins so.
pub const HIDDEN: &str = "funnel__";

/// The column of the last step that a member has reached.
pub const LAST_STEP: &str = "last_step";

/// The columns that every summary has behind its groups.
pub const SUMMARY: [&str; 6] = ["step_number", "step", "members", "reached", "share_of_first", "share_of_previous"];

impl Funnel {
    /// What it reads of the row: the instants of its steps, and its groups.
    pub fn values(&self) -> impl Iterator<Item = &Expr> {
        self.steps.iter().map(|step| &step.value).chain(self.per.iter().map(|group| &group.value))
    }

    /// The name of the view of its summary.
    #[must_use]
    pub fn summary(&self) -> String {
        fitted(&format!("{}__summary", self.name), LONGEST)
    }

    /// The columns of its members, in order, with where each is declared: the key, the groups, the steps, the last one reached.
    #[must_use]
    pub fn columns(&self, program: &Program) -> Vec<(String, Typed, Span)> {
        let key = program.column(self.entity, program.entity(self.entity).key);
        let mut columns = vec![(key.name.clone(), key.typed.clone(), key.span)];
        columns.extend(self.per.iter().map(|it| (it.name.clone(), it.value.typed.clone(), it.value.span)));
        columns.extend(self.steps.iter().map(|it| (it.name.clone(), Type::Timestamp.optional(), it.span)));
        let names = self.steps.iter().map(|it| it.name.clone()).collect();
        columns.push((LAST_STEP.to_owned(), Type::Enum(names).optional(), self.span));
        columns
    }
}
