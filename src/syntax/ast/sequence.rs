//! What a `sequence` and a `channel` say, without meaning. Items that may stand once are kept in the order in which they
//! are written: that one stands twice is told by `program`.

use super::{Expr, Name, Path, Text};
use crate::source::Span;

/// `sequence name [was old] of base [as alias] { items }`
#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    /// Its name.
    pub name: Name,
    /// Its name in earlier runs.
    pub was: Option<Name>,
    /// The entity or audience whose rows enter.
    pub of: Name,
    /// Another name for the row.
    pub alias: Option<Name>,
    /// Its items, in order.
    pub items: Vec<SequenceItem>,
    /// Whether an item could not be read, or there is no block.
    pub broken: bool,
}

/// One item of a sequence.
#[derive(Debug, Clone, PartialEq)]
pub enum SequenceItem {
    /// `start new` or `start all`: the word after `start`.
    Start(Name, Span),
    /// `hold when c`
    Hold(Expr, Span),
    /// `exit when c`
    Exit(Expr, Span),
    /// `stay`: who leaves the base stays in the sequence.
    Stay(Span),
    /// `again after 90 days at most 3`
    Again(Again),
    /// `step email …`
    Step(Box<Step>),
    /// `branch offer due … { step … }`
    Branch(Branch),
}

/// `again [after D] [at most N]` or `again always`
#[derive(Debug, Clone, PartialEq)]
pub struct Again {
    /// `after D`: how long after the closing of the entry before.
    pub after: Option<Expr>,
    /// `at most N`: entries in all.
    pub at_most: Option<Expr>,
    /// Whether it is `again always`.
    pub always: bool,
    /// The item.
    pub span: Span,
}

/// `step name [was old] [via channel(path)] [due t] [when c | otherwise] [until t] [during window] [late]`
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The `///` lines above.
    pub doc: Option<String>,
    /// Its name.
    pub name: Name,
    /// Its name in earlier runs.
    pub was: Option<Name>,
    /// `via mail(owner)`
    pub via: Option<Via>,
    /// When it is due; the entry where it is not said.
    pub due: Option<Expr>,
    /// Which must hold when it fires.
    pub when: Option<Expr>,
    /// `otherwise`: the arm of a branch for the rest.
    pub otherwise: Option<Span>,
    /// When it expires.
    pub until: Option<Expr>,
    /// `during weekdays 09:00-17:00 'Europe/Berlin'`
    pub during: Option<During>,
    /// `late`: due before it first existed, it fires nevertheless.
    pub late: Option<Span>,
    /// The item.
    pub span: Span,
}

/// `via channel` or `via channel(path)`
#[derive(Debug, Clone, PartialEq)]
pub struct Via {
    /// The channel.
    pub channel: Name,
    /// To whom: a path to a row of the channel's entity; the row itself where it is not said.
    pub to: Option<Path>,
}

/// `branch name [was old] [due t] { steps }`
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The `///` lines above.
    pub doc: Option<String>,
    /// Its name.
    pub name: Name,
    /// Its name in earlier runs.
    pub was: Option<Name>,
    /// When it is decided; the entry where it is not said.
    pub due: Option<Expr>,
    /// `late`
    pub late: Option<Span>,
    /// The arms.
    pub steps: Vec<Step>,
    /// The item.
    pub span: Span,
    /// Whether an arm could not be read, or there is no block.
    pub broken: bool,
}

/// `during days 09:00-17:00 'zone'`: when in the week a step may fire.
#[derive(Debug, Clone, PartialEq)]
pub struct During {
    /// `weekdays`, `weekends`, `daily`, or names of days: `monday`, `friday`.
    pub days: Vec<Name>,
    /// From which time of the day, as it is written: `09:00`.
    pub from: Text,
    /// Up to which time of the day, exclusive: `17:00`.
    pub to: Text,
    /// The zone; the project's where it is not said.
    pub zone: Option<Text>,
    /// The clause.
    pub span: Span,
}

/// `channel name [was old] of entity { cap 1 per 48 hours; order a, b; during … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its name.
    pub name: Name,
    /// Its name in earlier runs.
    pub was: Option<Name>,
    /// The entity whose rows are reached.
    pub of: Name,
    /// Its items, in order.
    pub items: Vec<ChannelItem>,
    /// Whether an item could not be read, or there is no block.
    pub broken: bool,
}

/// One item of a channel.
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelItem {
    /// `cap 1 per 48 hours`
    Cap {
        /// How many.
        count: Expr,
        /// In which time.
        per: Expr,
        /// The item.
        span: Span,
    },
    /// `order upsell, onboarding`: sequences, the first goes first.
    Order(Vec<Name>, Span),
    /// `during weekdays 09:00-17:00`
    During(During),
}
