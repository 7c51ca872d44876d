//! Funnels, as plain data: ordered steps of the members of an audience, each with the instant at which it counts. When a
//! step counts is a hidden field of the entity, so that it is computed like every other.

use super::{EntityId, Expr, FieldId, What};
use crate::source::Span;

/// A funnel.
#[derive(Debug, Clone)]
pub struct Funnel {
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Whose rows are counted.
    pub entity: EntityId,
    /// The audience whose members are counted; `None`: all rows.
    pub base: Option<FieldId>,
    /// Its steps, in order.
    pub steps: Vec<FunnelStep>,
    /// By what the summary is grouped: the name, and a column or field of the row, an enum.
    pub per: Vec<(String, What)>,
}

/// A step of a funnel.
#[derive(Debug, Clone)]
pub struct FunnelStep {
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// When it happened: a plain read of the row, an instant or null.
    pub value: Expr,
    /// How soon after the step before: a constant duration or number of months.
    pub within: Option<Expr>,
    /// The hidden field with the instant if the step counts, else null.
    pub counts: FieldId,
}
