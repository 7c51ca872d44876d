//! What an `experiment` and a `funnel` say, without meaning. Items that may stand once are kept in their order: that one
//! stands twice is told by `program`.

use super::{Expr, Name, Text};
use crate::source::Span;

/// `experiment name [was old] of base [as alias] { items }`
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Its name.
    pub name: Name,
    /// Its name in earlier runs.
    pub was: Option<Name>,
    /// The entity or audience whose rows are enrolled.
    pub of: Name,
    /// Another name for the row.
    pub alias: Option<Name>,
    /// Its items, in order.
    pub items: Vec<ExperimentItem>,
    /// Whether an item could not be read, or there is no block.
    pub broken: bool,
}

/// One item of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub enum ExperimentItem {
    /// `arms control 50%, urgent 50%`
    Arms(Arms),
    /// `rollout 20%, 60% from @2026-03-15`
    Rollout(Rollout),
    /// `salt 'paywall-2026'`
    Salt(Text),
    /// `hash growthbook`
    Hash(Name),
    /// `layer pricing 0%..50%`
    Layer(Layer),
    /// `phase 2 from @2026-04-01 { arms … }`
    Phase(Phase),
    /// `goal upgraded = …`
    Goal(Goal),
}

/// `arms control 50%, urgent 50%`
#[derive(Debug, Clone, PartialEq)]
pub struct Arms {
    /// Each arm's name and share.
    pub arms: Vec<(Name, Expr)>,
    /// The item.
    pub span: Span,
}

/// `rollout 20%, 60% from @2026-03-15`
#[derive(Debug, Clone, PartialEq)]
pub struct Rollout {
    /// The shares; the first has no instant.
    pub steps: Vec<(Expr, Option<Expr>)>,
    /// The item.
    pub span: Span,
}

/// `layer name 0%..50%`
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The layer: a name that experiments share; it is declared by its use.
    pub name: Name,
    /// Where its slice begins.
    pub from: Expr,
    /// Where its slice ends, exclusive.
    pub to: Expr,
    /// The item.
    pub span: Span,
}

/// `phase 2 from @2026-04-01 { arms … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// Its number.
    pub number: Expr,
    /// From when on rows enrol in it.
    pub from: Expr,
    /// Its arms.
    pub arms: Vec<Arms>,
    /// The item.
    pub span: Span,
}

/// `goal name = expr`
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// The `///` lines above.
    pub doc: Option<String>,
    /// Its name.
    pub name: Name,
    /// Its value, which may read `enrolled_at`.
    pub value: Expr,
    /// The item.
    pub span: Span,
}

/// `funnel name of base [as alias] { step a = x; step b within 7 days = y; per field }`
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// Its name.
    pub name: Name,
    /// The entity or audience whose rows are counted.
    pub of: Name,
    /// Another name for the row.
    pub alias: Option<Name>,
    /// Its steps, in order.
    pub steps: Vec<FunnelStep>,
    /// `per paywall_copy`: the enum fields by which the summary is grouped.
    pub per: Vec<Expr>,
    /// Whether an item could not be read, or there is no block.
    pub broken: bool,
}

/// `step name [within D] = expr`
#[derive(Debug, Clone, PartialEq)]
pub struct FunnelStep {
    /// The `///` lines above.
    pub doc: Option<String>,
    /// Its name.
    pub name: Name,
    /// How soon after the step before.
    pub within: Option<Expr>,
    /// When it happened: an instant, or null.
    pub value: Expr,
    /// The item.
    pub span: Span,
}
