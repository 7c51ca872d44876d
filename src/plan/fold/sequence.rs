//! Takes a sequence, gives what it says of a row as values over what the row was in the run before, in the order of
//! docs/language.md: who leaves and who enters (two values more, which no model keeps), the entry, what fires, what is done.

use super::channel::Asking;
use super::receipt;
use super::value::{
    all, any, at_least, at_most, born, case, coalesce, equal, field, int, is_not_null, is_null, less, literal, none,
    not, now, null, read_field, since, sum, was,
};
use super::view::{View, in_view};
use crate::program::{
    Again, Branch, Expr, Field, FieldId, FieldKind, Literal, Program, Sequence, SequenceId, SequencePart, SourceId,
    Start, Step,
};
use crate::types::{Type, Typed};

/// The values of a sequence that nobody has declared: who leaves, and by what, and who enters, which are in no last model; and who is
/// closed by being done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passing {
    /// The cause by which an open entry closes in this run: `enum?`
    pub(super) leaves: FieldId,
    /// Whether an entry begins in this run: `bool`
    pub(super) enters: FieldId,
    /// Whether an entry closes in this run since it is done: `bool`; `None`: nothing has to know it of a row.
    pub(super) ended: Option<FieldId>,
}

/// What a sequence says of a row.
pub(super) struct Fold<'a> {
    pub(super) program: &'a Program,
    pub(super) id: SequenceId,
    pub(super) sequence: &'a Sequence,
    pub(super) passing: Passing,
    /// Where what destinations have accepted is read.
    pub(super) receipts: SourceId,
    /// All steps through channels.
    pub(super) asking: &'a [Asking],
    /// Where what has fired is read.
    pub(super) firings: SourceId,
}

/// The fields for who leaves and who enters, yet without their values.
pub(super) fn passing(program: &Program, sequence: &Sequence) -> [Field; 2] {
    let made = |word: &str, typed: Typed| Field {
        entity: sequence.entity,
        name: format!("{HIDDEN}{}__{word}", sequence.name),
        doc: None,
        span: sequence.span,
        kind: FieldKind::Trait(null(typed.kind.clone())),
        typed,
        hidden: true,
        labels: Vec::new(),
    };
    let cause = program.field(sequence.cause).typed.clone();
    [made("leaves", cause), made("enters", Type::Bool.required())]
}

/// The fields of a step through a channel, yet without their values: whether the row asks, and whom it reaches.
pub(super) fn asking(program: &Program, sequence: &Sequence, step: &Step) -> Option<[Field; 2]> {
    let channel = program.channel(step.via.as_ref()?.channel);
    let key = program.column(channel.entity, program.entity(channel.entity).key);
    let made = |word: &str, typed: Typed| Field {
        entity: sequence.entity,
        name: format!("{HIDDEN}{}__{}__{word}", sequence.name, step.name),
        doc: None,
        span: step.span,
        kind: FieldKind::Trait(null(typed.kind.clone())),
        typed,
        hidden: true,
        labels: Vec::new(),
    };
    Some([made("asks", Type::Bool.required()), made("member", key.typed.kind.clone().optional())])
}

/// What the name of a field of a sequence that nobody has declared begins with.
pub const HIDDEN: &str = "sequence__";

impl Fold<'_> {
    /// What it says.
    pub(super) fn part(&self, part: SequencePart) -> Expr {
        let sequence = self.sequence;
        match part {
            SequencePart::Entry => {
                let next = sum(coalesce(vec![self.was(sequence.entry), int(0)], Type::Int.required()), int(1));
                case(vec![(self.enters(), next)], self.was(sequence.entry))
            }
            SequencePart::EnteredAt => case(vec![(self.enters(), now())], self.was(sequence.entered_at)),
            SequencePart::ExitedAt => {
                let closes = (is_not_null(self.field(self.passing.leaves)), now());
                case(vec![(self.enters(), null(Type::Timestamp)), closes], self.was(sequence.exited_at))
            }
            SequencePart::Cause => {
                let typed = self.program.field(sequence.cause).typed.clone();
                let cause = coalesce(vec![self.field(self.passing.leaves), self.was(sequence.cause)], typed);
                self.unless_fresh(cause)
            }
            SequencePart::Active => {
                any(vec![self.enters(), all(vec![self.was_open(), is_null(self.field(self.passing.leaves))])])
            }
            SequencePart::Held => match &sequence.hold {
                None => literal(Type::Bool, Literal::Bool(false)),
                Some(hold) => all(vec![self.field(sequence.active), self.of_entry(hold)]),
            },
            SequencePart::Done => self.while_open(self.is_done(), sequence.done),
            SequencePart::Step(at) => self.of_step(at, |step| self.fired(at, step)),
            SequencePart::Sent(at) => self.sent(at, self.field(sequence.entry)),
            SequencePart::Expired(at) => {
                self.of_step(at, |step| self.while_open(self.is_expired(step), step.expired.unwrap_or(step.at)))
            }
            SequencePart::Arm(at) => self.of_branch(at, |branch| self.arm(branch)),
            SequencePart::DecidedAt(at) => self.of_branch(at, |branch| self.decided_at(branch)),
        }
    }

    /// A field that is the sequence's and that nobody has declared, if this is one.
    pub(super) fn own(&self, id: FieldId) -> Option<Expr> {
        if id == self.passing.leaves {
            return Some(self.leaves());
        }
        if id == self.passing.enters {
            return Some(self.may_enter());
        }
        if self.passing.ended == Some(id) {
            return Some(self.ended());
        }
        let asking = self.asking.iter().find(|it| it.sequence == self.id && (it.asks == id || it.member == id))?;
        let step = self.sequence.steps.get(asking.step)?;
        if asking.asks == id {
            Some(self.asks(asking.step, step))
        } else {
            step.via.as_ref().map(|via| self.member(via))
        }
    }

    /// Why an open entry closes, if it does.
    pub(super) fn leaves(&self) -> Expr {
        let sequence = self.sequence;
        let kind = &self.program.field(sequence.cause).typed.kind;
        let cause = |name: &str| literal(kind.clone(), Literal::Text(name.to_owned()));
        let mut causes = Vec::new();
        if !sequence.stay {
            causes.push((all(vec![self.was_open(), not(self.field(sequence.base))]), cause("left")));
        }
        if let Some(exit) = &sequence.exit {
            causes.push((all(vec![self.was_open(), self.seen(exit, View::Open)]), cause("exit")));
        }
        case(causes, null(kind.clone()))
    }

    /// Whether a row without an open entry begins one.
    pub(super) fn enters(&self) -> Expr {
        self.field(self.passing.enters)
    }

    /// The same, as it is found.
    pub(super) fn may_enter(&self) -> Expr {
        let sequence = self.sequence;
        let mut conditions = vec![
            any(vec![not(self.was_open()), is_not_null(self.field(self.passing.leaves))]),
            self.field(sequence.base),
        ];
        if sequence.start == Start::New {
            conditions.push(less(born(sequence.entry), since(sequence.base)));
        }
        conditions.push(self.again());
        conditions.extend(sequence.exit.iter().map(|exit| not(self.seen(exit, View::Fresh))));
        all(conditions)
    }

    /// Whether an entry may follow the last one, if there was one.
    fn again(&self) -> Expr {
        let sequence = self.sequence;
        let first = is_null(self.was(sequence.entry));
        match &sequence.again {
            None => first,
            Some(Again::Always) => {
                let kind = &self.program.field(sequence.cause).typed.kind;
                let exit = literal(kind.clone(), Literal::Text("exit".to_owned()));
                let free = any(vec![
                    not(equal(self.was(sequence.cause), exit)),
                    less(self.was(sequence.exited_at), since(sequence.base)),
                ]);
                // Who leaves in this run is out of the base, or met `exit` while in it.
                any(vec![first, all(vec![not(self.was_open()), free])])
            }
            Some(Again::Limited { after, at_most: most }) => {
                let few = most.map(|most| less(self.was(sequence.entry), int(most)));
                let waited =
                    after.as_ref().map(|after| at_most(sum(self.was(sequence.exited_at), after.clone()), now()));
                any(vec![first, all(few.into_iter().chain(waited).collect())])
            }
        }
    }

    /// When a step fired in the last entry, now included.
    fn fired(&self, at: usize, step: &Step) -> Expr {
        let conditions = match &step.via {
            None => self.lets_fire(step),
            Some(via) => vec![self.granted(at, step, via)],
        };
        self.now_or_before(conditions, step.at)
    }

    /// What has to be so for a step to fire, whatever its channel says.
    pub(super) fn lets_fire(&self, step: &Step) -> Vec<Expr> {
        let mut conditions = self.is_due(step.at, step.at, step.late, step.due.as_ref());
        conditions.extend(step.when.iter().chain(&step.during).map(|it| self.of_entry(it)));
        conditions.push(not(self.is_expired(step)));
        conditions
    }

    /// Now where all of these hold, else when it was in the same entry.
    fn now_or_before(&self, conditions: Vec<Expr>, at: FieldId) -> Expr {
        let arms = vec![(all(conditions), now()), (not(self.enters()), self.was(at))];
        case(arms, null(Type::Timestamp))
    }

    /// Whether what has not happened in an entry may: it is open and not held, its due has come, and no edit passed it over.
    /// `at` says when it happened, `of` is known since its first run.
    fn is_due(&self, at: FieldId, of: FieldId, late: bool, due: Option<&Expr>) -> Vec<Expr> {
        let sequence = self.sequence;
        let mut conditions = vec![self.field(sequence.active)];
        conditions.extend(sequence.hold.as_ref().map(|_| not(self.field(sequence.held))));
        conditions.push(any(vec![self.enters(), is_null(self.was(at))]));
        conditions.extend(due.map(|due| at_most(self.of_entry(due), now())));
        if !late {
            // Of an open entry, and of what is due, neither is null.
            let entered = at_least(self.field(sequence.entered_at), born(of));
            let due = due.map(|due| at_least(self.of_entry(due), born(of)));
            conditions.push(any([entered].into_iter().chain(due).collect()));
        }
        conditions
    }

    /// Whether an edit passed a step or a branch of an open entry over: the entry was open before the first run that had it, and
    /// it was due before that. `None`: never.
    fn is_skipped(&self, of: FieldId, late: bool, due: Option<&Expr>) -> Option<Expr> {
        if late {
            return None;
        }
        let entered = less(self.field(self.sequence.entered_at), born(of));
        let due = due.map(|due| less(self.of_entry(due), born(of)));
        Some(all([entered].into_iter().chain(due).collect()))
    }

    fn is_expired(&self, step: &Step) -> Expr {
        step.until.as_ref().map_or_else(none, |until| at_most(self.of_entry(until), now()))
    }

    /// When a branch was decided in the last entry, now included.
    fn decided_at(&self, branch: &Branch) -> Expr {
        let conditions = self.is_due(branch.decided_at, branch.arm, branch.late, branch.due.as_ref());
        self.now_or_before(conditions, branch.decided_at)
    }

    /// The arm that was taken: in an earlier run, or in this one the first whose condition holds.
    fn arm(&self, branch: &Branch) -> Expr {
        let kind = &self.program.field(branch.arm).typed.kind;
        let decided_at = || self.field(branch.decided_at);
        let mut arms =
            vec![(is_null(decided_at()), null(kind.clone())), (less(decided_at(), now()), self.was(branch.arm))];
        for (at, when) in &branch.arms {
            let Some(step) = self.sequence.steps.get(*at) else { continue };
            let name = literal(kind.clone(), Literal::Text(step.name.clone()));
            match when {
                Some(when) => arms.push((self.of_entry(when), name)),
                None => return case(arms, name),
            }
        }
        case(arms, null(kind.clone()))
    }

    /// Whether nothing more can happen in an open entry.
    fn is_done(&self) -> Expr {
        let branches = self.sequence.branches.iter().map(|branch| {
            let skipped = self.is_skipped(branch.arm, branch.late, branch.due.as_ref());
            any([is_not_null(self.field(branch.decided_at))].into_iter().chain(skipped).collect())
        });
        let steps = self.sequence.steps.iter().map(|step| {
            let branch = step.branch.and_then(|at| self.sequence.branches.get(at));
            let other = branch.map(|branch| {
                let kind = &self.program.field(branch.arm).typed.kind;
                not(equal(self.field(branch.arm), literal(kind.clone(), Literal::Text(step.name.clone()))))
            });
            let expired = step.expired.map(|expired| self.field(expired));
            let skipped = self.is_skipped(step.at, step.late, step.due.as_ref());
            any([is_not_null(self.field(step.at))].into_iter().chain(expired).chain(other).chain(skipped).collect())
        });
        all(branches.chain(steps).collect())
    }

    /// When the firing of a step, in the entry of this number, was accepted, as far as the runs before know.
    pub(super) fn sent(&self, at: usize, entry: Expr) -> Expr {
        let stream = self.program.stream_of(self.id, at);
        stream.map_or_else(|| null(Type::Timestamp), |stream| receipt::of(self, stream, entry))
    }

    /// A condition of an open entry; of a closed one as it was when it closed.
    fn while_open(&self, condition: Expr, id: FieldId) -> Expr {
        let active = || self.field(self.sequence.active);
        any(vec![all(vec![active(), condition]), all(vec![not(active()), self.was(id)])])
    }

    /// A value of the entry before; null where one begins.
    fn unless_fresh(&self, value: Expr) -> Expr {
        let kind = value.typed.kind.clone();
        case(vec![(not(self.enters()), value)], null(kind))
    }

    fn of_step(&self, at: usize, value: impl Fn(&Step) -> Expr) -> Expr {
        self.sequence.steps.get(at).map_or_else(|| null(Type::Timestamp), value)
    }

    fn of_branch(&self, at: usize, value: impl Fn(&Branch) -> Expr) -> Expr {
        self.sequence.branches.get(at).map_or_else(|| null(Type::Timestamp), value)
    }

    /// Whether the run before left the entry open.
    fn was_open(&self) -> Expr {
        self.was(self.sequence.active)
    }

    /// An expression over the entry that there is in this run.
    fn of_entry(&self, expr: &Expr) -> Expr {
        self.seen(expr, View::Entry)
    }

    pub(super) fn seen(&self, expr: &Expr, view: View) -> Expr {
        in_view(self, expr, view)
    }

    pub(super) fn field(&self, id: FieldId) -> Expr {
        match id {
            id if id == self.passing.enters => read_field(id, Type::Bool.required()),
            id if id == self.passing.leaves => read_field(id, self.program.field(self.sequence.cause).typed.clone()),
            id => field(self.program, id),
        }
    }

    pub(super) fn was(&self, id: FieldId) -> Expr {
        was(self.program, id)
    }
}
