//! Sequences and channels, as plain data. An entry is one passage of a row; what is said of it are fields of the row, and
//! speak of its last entry. Which of them reads which is told here, for every walk over the graph.

use super::{ChannelId, EntityId, Expr, FieldId, FieldKind, LinkId, Program, SequenceId, spoken};
use crate::source::Span;
use crate::types::{Type, Typed};

/// A sequence.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// Its name.
    pub name: String,
    /// Its name in earlier runs.
    pub was: Option<String>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Whose rows enter.
    pub entity: EntityId,
    /// The audience whose members enter, which has a `since`; of an entity, a hidden one of all its rows.
    pub base: FieldId,
    /// Who may enter.
    pub start: Start,
    /// While it holds, no step of the entry fires.
    pub hold: Option<Expr>,
    /// Where it holds, an open entry closes and none opens.
    pub exit: Option<Expr>,
    /// Whether the entry of a row that left the base goes on.
    pub stay: bool,
    /// Whether a row enters again; `None`: once in a lifetime.
    pub again: Option<Again>,
    /// The steps in declared order, arms at the place of their branch.
    pub steps: Vec<Step>,
    /// The branches in declared order.
    pub branches: Vec<Branch>,
    /// The number of the last entry, from 1: `int?`
    pub entry: FieldId,
    /// When it was entered: `timestamp?`
    pub entered_at: FieldId,
    /// When it closed: `timestamp?`
    pub exited_at: FieldId,
    /// Why it closed: [`CAUSES`], `enum?`
    pub cause: FieldId,
    /// Whether it is open: `bool`
    pub active: FieldId,
    /// Whether it is open and held: `bool`
    pub held: FieldId,
    /// Whether nothing more can happen in it: `bool`. Of a closed entry, as it was when it closed.
    pub done: FieldId,
}

/// Why an entry closed; the first that holds.
pub const CAUSES: [&str; 3] = ["vanished", "left", "exit"];

/// Which rows of the base enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Those that joined it after the first run that had the sequence.
    New,
    /// All.
    All,
}

/// When a row enters again.
#[derive(Debug, Clone, PartialEq)]
pub enum Again {
    /// `again always`: at once, but after an `exit` only once it has left the base.
    Always,
    /// `again after D at most N`
    Limited {
        /// How long after the closing: a constant duration or number of months.
        after: Option<Expr>,
        /// How many entries in all.
        at_most: Option<i64>,
    },
}

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Its name in earlier runs.
    pub was: Option<String>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Through which channel.
    pub via: Option<Via>,
    /// From when on it may fire, a `timestamp` or `timestamp?`; `None`: the entry. Of an arm, the decision of its branch.
    pub due: Option<Expr>,
    /// Which must hold when it fires. Of an arm, that the branch took it.
    pub when: Option<Expr>,
    /// From when on it has expired; a null is never reached.
    pub until: Option<Expr>,
    /// Which must hold when it fires: that `now` is in its sending window.
    pub during: Option<Expr>,
    /// Whether it fires though it was due before the first run that had it.
    pub late: bool,
    /// The branch that it is an arm of, by its place.
    pub branch: Option<usize>,
    /// When it fired: `timestamp?`
    pub at: FieldId,
    /// The `now` of the run in which the one sync from it was accepted: `timestamp?`; `None`: there is not one sync.
    pub sent: Option<FieldId>,
    /// Whether it has expired: `bool`; `None`: it cannot. Of a closed entry, as it was when it closed.
    pub expired: Option<FieldId>,
}

/// `via mail(owner)`
#[derive(Debug, Clone, PartialEq)]
pub struct Via {
    /// The channel.
    pub channel: ChannelId,
    /// Over which links the row of the channel's entity is reached.
    pub path: Vec<LinkId>,
    /// Where it stands.
    pub span: Span,
}

/// A branch: decided once, for one of its arms or for none.
#[derive(Debug, Clone)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// Its name in earlier runs.
    pub was: Option<String>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// From when on it is decided; `None`: the entry.
    pub due: Option<Expr>,
    /// Whether it is decided though it was due before the first run that had it.
    pub late: bool,
    /// The arms in order, each the place of its step and what is asked at the decision; the first that holds is taken.
    pub arms: Vec<(usize, Option<Expr>)>,
    /// The arm that was taken, by the name of its step: `enum?`
    pub arm: FieldId,
    /// When it was decided: `timestamp?`
    pub decided_at: FieldId,
}

/// A channel: a limit of what reaches one row of its entity, over all sequences.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// Its name in earlier runs.
    pub was: Option<String>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// Whose rows are reached.
    pub entity: EntityId,
    /// How many firings.
    pub count: i64,
    /// In how long: a constant duration or number of months. A firing at `t` counts while `now - per < t`.
    pub per: Expr,
    /// Which must hold when it lets a step fire: that `now` is in its sending window.
    pub during: Option<Expr>,
    /// The sequences with a step through it; the first goes first.
    pub order: Vec<SequenceId>,
}

/// What a field of a sequence is. Steps and branches are named by their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SequencePart {
    /// [`Sequence::entry`]
    Entry,
    /// [`Sequence::entered_at`]
    EnteredAt,
    /// [`Sequence::exited_at`]
    ExitedAt,
    /// [`Sequence::cause`]
    Cause,
    /// [`Sequence::active`]
    Active,
    /// [`Sequence::held`]
    Held,
    /// [`Sequence::done`]
    Done,
    /// [`Step::at`]
    Step(usize),
    /// [`Step::sent`]
    Sent(usize),
    /// [`Step::expired`]
    Expired(usize),
    /// [`Branch::arm`]
    Arm(usize),
    /// [`Branch::decided_at`]
    DecidedAt(usize),
}

impl SequencePart {
    /// What is said of every entry, in the order of the columns.
    pub const ENTRY: [Self; 7] =
        [Self::Entry, Self::EnteredAt, Self::ExitedAt, Self::Cause, Self::Active, Self::Held, Self::Done];

    /// Its name behind the sequence's, or behind the step's or branch's.
    #[must_use]
    pub const fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::Entry => "entry",
            Self::EnteredAt => "entered_at",
            Self::ExitedAt => "exited_at",
            Self::Cause => "cause",
            Self::Active => "active",
            Self::Held => "held",
            Self::Done => "done",
            Self::Sent(_) => "sent",
            Self::Expired(_) => "expired",
            Self::DecidedAt(_) => "decided_at",
            Self::Step(_) | Self::Arm(_) => return None,
        })
    }

    /// Its type; of an arm, the enum of the arms of its branch.
    #[must_use]
    pub fn typed(self, arms: Vec<String>) -> Typed {
        match self {
            Self::Entry => Type::Int.optional(),
            Self::Cause => Type::Enum(CAUSES.iter().map(|&cause| cause.to_owned()).collect()).optional(),
            Self::Active | Self::Held | Self::Done | Self::Expired(_) => Type::Bool.required(),
            Self::Arm(_) => Type::Enum(arms).optional(),
            Self::EnteredAt | Self::ExitedAt | Self::Step(_) | Self::Sent(_) | Self::DecidedAt(_) => {
                Type::Timestamp.optional()
            }
        }
    }

    /// Its column: `upsell__entered_at`, `upsell__email`, `upsell__email__sent`.
    #[must_use]
    pub fn column(self, sequence: &str, of: Option<&str>) -> String {
        let parts = [Some(sequence), of, self.word()];
        parts.into_iter().flatten().collect::<Vec<_>>().join("__")
    }

    /// Whether a clause that reads an entry as the run before left it may read this of its own sequence.
    #[must_use]
    pub const fn is_in_view(self) -> bool {
        match self {
            Self::EnteredAt
            | Self::Done
            | Self::Step(_)
            | Self::Sent(_)
            | Self::Expired(_)
            | Self::Arm(_)
            | Self::DecidedAt(_) => true,
            Self::Entry | Self::ExitedAt | Self::Cause | Self::Active | Self::Held => false,
        }
    }
}

impl Sequence {
    /// What a field of it was called in earlier runs: the names to look for where there is no column of the present one, the
    /// first that is there counts.
    #[must_use]
    pub fn part_was(&self, part: SequencePart) -> Vec<String> {
        let (name, was) = match part {
            SequencePart::Step(at) | SequencePart::Sent(at) | SequencePart::Expired(at) => {
                self.steps.get(at).map(|step| (Some(step.name.as_str()), step.was.as_deref())).unwrap_or_default()
            }
            SequencePart::Arm(at) | SequencePart::DecidedAt(at) => {
                self.branches.get(at).map(|it| (Some(it.name.as_str()), it.was.as_deref())).unwrap_or_default()
            }
            _ => (None, None),
        };
        let of_was = self.was.iter().flat_map(|was| [(was.as_str(), name)]);
        let renamed = was.into_iter().flat_map(|old| {
            std::iter::once(self.name.as_str()).chain(self.was.as_deref()).map(move |sequence| (sequence, Some(old)))
        });
        of_was.chain(renamed).map(|(sequence, of)| part.column(sequence, of)).collect()
    }

    /// The audience or entity whose rows enter: its name, and its earlier one.
    #[must_use]
    pub fn base_names(&self, program: &Program) -> Vec<String> {
        let base = program.field(self.base);
        let (name, was) = match &base.kind {
            FieldKind::Audience { was, .. } if !base.hidden => (&base.name, was),
            _ => {
                let entity = program.entity(self.entity);
                (&entity.name, &entity.was)
            }
        };
        std::iter::once(name).chain(was).cloned().collect()
    }

    /// What `plg_state` knows a step or a branch as, `upsell.email`: first as it is called now, then as it was in earlier runs.
    #[must_use]
    pub fn part_names(&self, part: SequencePart, name: &str) -> Vec<String> {
        let columns = std::iter::once(part.column(&self.name, Some(name))).chain(self.part_was(part));
        columns.map(|column| spoken(&column)).collect()
    }

    /// The arms of a branch that had another name: that one, and the present one.
    #[must_use]
    pub fn renamed_arms(&self, branch: usize) -> Vec<(String, String)> {
        let arms = self.branches.get(branch).into_iter().flat_map(|branch| &branch.arms);
        let steps = arms.filter_map(|(at, _)| self.steps.get(*at));
        steps.filter_map(|step| Some((step.was.clone()?, step.name.clone()))).collect()
    }

    /// The fields of the sequence, or its base, that a field of it needs besides what its expressions read.
    #[must_use]
    pub fn needs(&self, part: SequencePart) -> Vec<FieldId> {
        match part {
            SequencePart::Entry
            | SequencePart::EnteredAt
            | SequencePart::ExitedAt
            | SequencePart::Cause
            | SequencePart::Active => vec![self.base],
            SequencePart::Held => vec![self.active],
            SequencePart::Sent(_) => vec![self.entry],
            SequencePart::Expired(_) => vec![self.active, self.entered_at],
            SequencePart::Step(_) | SequencePart::Arm(_) | SequencePart::DecidedAt(_) => {
                vec![self.active, self.held, self.entered_at]
            }
            SequencePart::Done => {
                let steps = self.steps.iter().flat_map(|step| std::iter::once(step.at).chain(step.expired));
                let branches = self.branches.iter().flat_map(|branch| [branch.arm, branch.decided_at]);
                std::iter::once(self.active).chain(steps).chain(branches).collect()
            }
        }
    }

    /// The expressions that a field of it evaluates.
    #[must_use]
    pub fn exprs(&self, part: SequencePart) -> Vec<&Expr> {
        match part {
            SequencePart::Entry
            | SequencePart::EnteredAt
            | SequencePart::ExitedAt
            | SequencePart::Cause
            | SequencePart::Active => self.exit.iter().collect(),
            SequencePart::Held => self.hold.iter().collect(),
            SequencePart::Sent(_) => Vec::new(),
            SequencePart::Expired(at) => self.steps.get(at).into_iter().flat_map(|step| &step.until).collect(),
            SequencePart::Step(at) => self.steps.get(at).map(Step::exprs).unwrap_or_default(),
            SequencePart::Arm(at) | SequencePart::DecidedAt(at) => {
                let branch = self.branches.get(at);
                let whens = branch.into_iter().flat_map(|it| &it.arms).filter_map(|(_, when)| when.as_ref());
                branch.iter().filter_map(|it| it.due.as_ref()).chain(whens).collect()
            }
            SequencePart::Done => {
                let branches = self.branches.iter().filter_map(|branch| branch.due.as_ref());
                let steps = self.steps.iter().filter_map(|step| step.due.as_ref());
                steps.chain(branches).collect()
            }
        }
    }

    /// The channel through which a step fires, and over which path.
    #[must_use]
    pub fn via(&self, part: SequencePart) -> Option<&Via> {
        match part {
            SequencePart::Step(at) => self.steps.get(at)?.via.as_ref(),
            _ => None,
        }
    }

    /// All its expressions, each once.
    #[must_use]
    pub fn all_exprs(&self) -> Vec<&Expr> {
        let whens =
            self.branches.iter().flat_map(|it| it.due.iter().chain(it.arms.iter().filter_map(|it| it.1.as_ref())));
        let steps = self.steps.iter().flat_map(Step::exprs);
        self.hold.iter().chain(&self.exit).chain(steps).chain(whens).collect()
    }

    /// The place of a step of this name.
    #[must_use]
    pub fn step_named(&self, name: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.name == name)
    }
}

impl Step {
    /// Its expressions.
    #[must_use]
    pub fn exprs(&self) -> Vec<&Expr> {
        [&self.due, &self.when, &self.until, &self.during].into_iter().flatten().collect()
    }
}
