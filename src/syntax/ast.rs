//! What a file says, without meaning: every name has its span, comments are in a side table, and
//! broken pieces are [`ExprKind::Error`] or absent. Owned, and without lifetimes.

use crate::source::Span;

mod delivery;
mod experiment;
mod expr;
mod policy;
mod sequence;
mod source;
mod test;

pub use delivery::{Assign, Destination, Leave, Object, Order, Sync, SyncItem};
pub use experiment::{Arms, Experiment, ExperimentItem, Funnel, FunnelStep, Goal, Layer, Phase, Rollout};
pub use expr::{Arm, BinaryOp, Call, Expr, ExprKind, Set, UnaryOp, Within};
pub use policy::{Exempt, Policy};
pub use sequence::{Again, Branch, Channel, ChannelItem, During, Sequence, SequenceItem, Step, Via};
pub use source::{Column, Fresh, Source, TypeName};
pub use test::{Cell, ExpectKeys, Given, Key, TableRow, Test, TestItem};

/// One file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct File {
    /// The declarations, in order.
    pub declarations: Vec<Declaration>,
    /// The `//` comments (and `///` that document nothing), in order.
    pub comments: Vec<Comment>,
    /// The words of what is too broken to be in the tree. That was reported; a name that is declared nowhere, and is
    /// one of these, is no further mistake.
    pub broken: Vec<String>,
    /// Whether a broken piece declares something whose name cannot be read: any unknown name may be that.
    pub nameless: bool,
}

/// A `//` comment.
#[derive(Debug, Clone, PartialEq)]
pub struct Comment {
    /// From the slashes to the end of the line.
    pub span: Span,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
}

/// A word with its place. `text` is without the quotes of a `"quoted name"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where, quotes included.
    pub span: Span,
    /// Whether it was written in double quotes.
    pub quoted: bool,
}

/// `a.b.c`; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The names between the dots.
    pub parts: Vec<Name>,
    /// All of it.
    pub span: Span,
}

impl Path {
    /// The path as it is written, joined by dots.
    #[must_use]
    pub fn dotted(&self) -> String {
        self.parts.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
    }
}

/// One declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// The `///` lines above, without slashes, joined by newlines.
    pub doc: Option<String>,
    /// From the keyword to the end; the doc comment is before it.
    pub span: Span,
    /// The keyword.
    pub keyword: Span,
    /// What it declares.
    pub kind: DeclarationKind,
}

/// What a declaration declares.
#[derive(Debug, Clone, PartialEq)]
pub enum DeclarationKind {
    /// `source app.users { … }`
    Source(Source),
    /// `entity user from app.users { … }`
    Entity(Entity),
    /// `event login from app.logins { … }`
    Event(Entity),
    /// `let grace = 14 days`
    Let(Let),
    /// `trait usage of workspace = …`
    Trait(Trait),
    /// `audience overage of workspace where …`
    Audience(Audience),
    /// `status stage of workspace { … }`
    Status(Status),
    /// `link latest of workspace = last(plan_changes)`
    RowLink(RowLink),
    /// `destination crm = hubspot { … }`
    Destination(Destination),
    /// `sync stage from overage to crm.contacts { … }`
    Sync(Sync),
    /// `sequence upsell of marketable { … }`
    Sequence(Sequence),
    /// `channel mail of user { … }`
    Channel(Channel),
    /// `experiment paywall_copy of overage { … }`
    Experiment(Experiment),
    /// `policy hands_off of workspace: never to crm where …`
    Policy(Policy),
    /// `funnel upsell_funnel of marketable { … }`
    Funnel(Funnel),
    /// `test 'a case' at @2026-01-15 { … }`
    Test(Test),
    /// `retire overage`
    Retire(Retire),
}

/// A piece of quoted text, its quotes undone.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// The text.
    pub value: String,
    /// Where, quotes included.
    pub span: Span,
}

/// An `entity` or an `event`.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// Its name.
    pub name: Name,
    /// Its name in earlier runs.
    pub was: Option<Name>,
    /// The source.
    pub from: Path,
    /// The rows that count.
    pub condition: Option<Expr>,
    /// `key`, `unique`, `at`, `link`, `guard`.
    pub items: Vec<EntityItem>,
    /// Whether an item could not be read, or there is no block: that was reported, and what it lacks may be in it.
    pub broken: bool,
}

/// One line of an entity.
#[derive(Debug, Clone, PartialEq)]
pub enum EntityItem {
    /// `key id`
    Key(Name),
    /// `unique email`
    Unique(Name),
    /// `at created`: when an event happened.
    At(Name),
    /// `link owner -> user on owner_id [= email] [as reverse]`
    Link(Link),
    /// `guard loses <= 10%`
    Guard(Guard),
}

/// `link name -> target on column [= target_column] [as reverse]`
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The link.
    pub name: Name,
    /// The entity at the other end.
    pub target: Name,
    /// The column here.
    pub on: Name,
    /// The column there; the key where it is not said.
    pub equals: Option<Name>,
    /// The name of the reverse set at the other end.
    pub reverse: Option<Name>,
}

/// `guard loses <= 10%`
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    /// `loses`, `deletes`, `creates`
    pub what: Name,
    /// A number or a percentage.
    pub limit: Expr,
    /// The item.
    pub span: Span,
}

/// `let name = expr`
#[derive(Debug, Clone, PartialEq)]
pub struct Let {
    /// Its name.
    pub name: Name,
    /// Its value, which reads no row.
    pub value: Expr,
}

/// `trait name of entity [as alias] = expr`
#[derive(Debug, Clone, PartialEq)]
pub struct Trait {
    /// Its name.
    pub name: Name,
    /// Of which entity.
    pub of: Name,
    /// Another name for the row.
    pub alias: Option<Name>,
    /// Its value.
    pub value: Expr,
}

/// `audience name [was old] of base [as alias] where cond [until cond]`
#[derive(Debug, Clone, PartialEq)]
pub struct Audience {
    /// Its name.
    pub name: Name,
    /// Its name in earlier runs.
    pub was: Option<Name>,
    /// The entity or audience that it is a part of.
    pub of: Name,
    /// Another name for the row.
    pub alias: Option<Name>,
    /// Who is in.
    pub condition: Expr,
    /// Who is out again.
    pub until: Option<Expr>,
}

/// `status name [was old] of entity [as alias] { stages; moves }`
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Its name.
    pub name: Name,
    /// Its name in earlier runs.
    pub was: Option<Name>,
    /// Of which entity.
    pub of: Name,
    /// Another name for the row.
    pub alias: Option<Name>,
    /// The stages in order.
    pub stages: Vec<Stage>,
    /// The `moves` items, one list each.
    pub moves: Vec<Moves>,
    /// Whether an item could not be read, or there is no block.
    pub broken: bool,
}

/// `name [was old] when cond [until cond]` or `name [was old] otherwise`
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// The `///` lines above.
    pub doc: Option<String>,
    /// Its name.
    pub name: Name,
    /// Its name in earlier runs.
    pub was: Option<Name>,
    /// `None`: otherwise.
    pub when: Option<Expr>,
    /// When it ends.
    pub until: Option<Expr>,
}

/// `moves a -> b -> c, b -> a`
#[derive(Debug, Clone, PartialEq)]
pub struct Moves {
    /// Each chain of stages.
    pub chains: Vec<Vec<Name>>,
    /// The item.
    pub span: Span,
}

/// `link name of entity = first|last|pick(…)`: one row of a set, as a path.
#[derive(Debug, Clone, PartialEq)]
pub struct RowLink {
    /// Its name.
    pub name: Name,
    /// Of which entity.
    pub of: Name,
    /// Another name for the row.
    pub alias: Option<Name>,
    /// The aggregate that chooses the row: a call of `first`, `last` or `pick` whose set has no `from`.
    pub value: Expr,
}

/// `retire name`: what earlier runs remember under a name may be forgotten.
#[derive(Debug, Clone, PartialEq)]
pub struct Retire {
    /// An audience, a sync, an entity, or `entity.status`.
    pub name: Path,
}
