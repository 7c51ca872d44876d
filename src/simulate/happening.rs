//! What can happen to a row in a run, and of what it is told: a field, a sequence, one of its steps, one of its branches, a sync. Every step is
//! a thing of its own, so that sequences that lead into each other are told apart.

use crate::program::{FieldId, FieldKind, PolicyId, Program, SequenceId};

/// What something happened in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// An audience, a status or the arm of an experiment.
    Field(FieldId),
    /// A sequence.
    Sequence(SequenceId),
    /// A branch of a sequence, by its place.
    Branch(SequenceId, usize),
    /// A step of a sequence, by its place.
    Step(SequenceId, usize),
    /// A sync of rows, by its place.
    Sync(usize),
}

/// What became of what a policy held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Over {
    /// The policy lets it through, or the sync no longer asks for it.
    Passed,
    /// The step has expired.
    Expired,
    /// The entry has closed.
    Closed,
}

/// What happened, in the order in which it does within a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The row left an audience.
    Left,
    /// It joined one.
    Joined,
    /// It came to a stage, from another one where it had one.
    Moved {
        /// The stage before.
        was: Option<String>,
        /// The stage now; nothing where the row is no more.
        became: Option<String>,
    },
    /// It was enrolled, with this arm.
    Enrolled(String),
    /// Its entry closed.
    Exited {
        /// Why.
        cause: String,
        /// Whether nothing more could happen in it.
        done: bool,
    },
    /// An entry began.
    Entered,
    /// Its entry is held from here on.
    Held,
    /// It is no longer held.
    Released,
    /// A branch was decided, for this arm or for none.
    Decided(Option<String>),
    /// A step fired.
    Fired,
    /// The channel of a step lets it wait, for the first time in the entry.
    HeldBack,
    /// A step expired before it fired.
    Expired,
    /// A policy holds back what a sync would send.
    Withheld {
        /// The sync.
        sync: String,
        /// The policy.
        policy: PolicyId,
        /// What of its condition holds, where it is one of several fields.
        because: Vec<FieldId>,
    },
    /// It no longer waits for that policy, and was not sent.
    Freed {
        /// The sync.
        sync: String,
        /// The policy.
        policy: PolicyId,
        /// What became of it.
        over: Over,
    },
    /// What the step made was accepted by its destination, of this sync.
    Sent(String),
}

/// Something that happened to a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Happening {
    /// The run's instant, in seconds.
    pub at: i64,
    /// What.
    pub what: What,
    /// In what.
    pub node: Node,
    /// The row's key.
    pub key: String,
    /// The number of the entry; of a field, 0.
    pub entry: i64,
}

impl Node {
    /// The sequence that it is one of, or a part of one.
    #[must_use]
    pub const fn sequence(self) -> Option<SequenceId> {
        match self {
            Self::Field(_) | Self::Sync(_) => None,
            Self::Sequence(id) | Self::Branch(id, _) | Self::Step(id, _) => Some(id),
        }
    }

    /// Its name as a program says it: `workspace.overage`, `upsell`, `upsell.email`.
    #[must_use]
    pub fn name(self, program: &Program) -> String {
        match self {
            Self::Field(id) => {
                let field = program.field(id);
                format!("{}.{}", program.entity(field.entity).name, field.spoken())
            }
            Self::Sync(at) => program.syncs.get(at).map(|sync| sync.name.clone()).unwrap_or_default(),
            Self::Sequence(id) => program.sequence(id).name.clone(),
            Self::Branch(id, at) => {
                let sequence = program.sequence(id);
                let name = sequence.branches.get(at).map_or("", |branch| &branch.name);
                format!("{}.{name}", sequence.name)
            }
            Self::Step(id, at) => {
                let sequence = program.sequence(id);
                let name = sequence.steps.get(at).map_or("", |step| &step.name);
                format!("{}.{name}", sequence.name)
            }
        }
    }
}

/// Whether a field's values are counted: an audience, a status, the arm of an experiment.
pub(super) fn is_counted(program: &Program, id: FieldId) -> bool {
    use crate::program::ExperimentPart::Arm;
    let field = program.field(id);
    let is = match field.kind {
        FieldKind::Audience { .. } | FieldKind::Status { .. } | FieldKind::Experiment(_, Arm) => true,
        FieldKind::Trait(_) | FieldKind::Experiment(..) | FieldKind::Sequence(..) => false,
    };
    is && !field.hidden
}
