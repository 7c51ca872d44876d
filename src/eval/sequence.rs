//! Sequences: when a row enters and leaves, what fires, what is done. Takes a row and what the run before said of its last
//! entry, and goes in the order of docs/language.md: entries close, rows enter, steps fire.

use std::collections::BTreeMap;

use super::entity::At;
use super::expr::Frame;
use super::{Born, Output, Receipt, Run, Stop, Value, delivery, operator};
use crate::program::{
    Again, Expr, FieldId, FieldKind, Op, Program, RowsOf, Sequence, SequenceId, SequencePart, Start, Step, Stream,
};

/// The last entry of a row in this run, before its steps.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its number; null: there was none.
    number: Value,
    entered_at: Value,
    exited_at: Value,
    cause: Value,
    /// Whether it is open.
    pub(super) open: bool,
    /// Whether it began in this run.
    pub(super) fresh: bool,
}

impl Run<'_> {
    /// What a field of a sequence is for the row at a place of its entity.
    pub(super) fn in_sequence(&self, id: SequenceId, part: SequencePart, place: usize) -> Result<Value, Stop> {
        let sequence = self.program.sequence(id);
        let entry = self.entry(id, place)?;
        Ok(match part {
            SequencePart::Entry => entry.number,
            SequencePart::EnteredAt => entry.entered_at,
            SequencePart::ExitedAt => entry.exited_at,
            SequencePart::Cause => entry.cause,
            SequencePart::Active => Value::Bool(entry.open),
            SequencePart::Held => Value::Bool(entry.open && self.is_held(sequence, &entry, place)?),
            SequencePart::Done if !entry.open => Value::Bool(self.was(sequence.done, place).holds()),
            SequencePart::Done => Value::Bool(self.is_done(id, &entry, place)?),
            SequencePart::Step(at) => self.fired(id, at, place)?,
            SequencePart::Sent(at) => self.sent(id, at, place, &entry.number),
            SequencePart::Expired(at) => {
                let step = step_at(sequence, at)?;
                let was = step.expired.is_some_and(|field| self.was(field, place).holds());
                Value::Bool(if entry.open { self.is_expired(sequence, step, &entry, place)? } else { was })
            }
            SequencePart::Arm(at) => self.decided(id, at, place)?.0,
            SequencePart::DecidedAt(at) => self.decided(id, at, place)?.1,
        })
    }

    /// The last entry of a row: first entries close, then rows enter.
    pub(super) fn entry(&self, id: SequenceId, place: usize) -> Result<Entry, Stop> {
        if let Some(known) = self.entries.borrow().get(&(id, place)) {
            return Ok(known.clone());
        }
        let sequence = self.program.sequence(id);
        let was = |field: FieldId| self.was(field, place);
        let mut entry = Entry {
            number: was(sequence.entry),
            entered_at: was(sequence.entered_at),
            exited_at: was(sequence.exited_at),
            cause: was(sequence.cause),
            open: was(sequence.active).holds(),
            fresh: false,
        };
        let (in_base, since) = self.field(sequence.base, place)?;
        if entry.open
            && let Some(cause) = self.closes(sequence, in_base.holds(), place)?
        {
            entry.open = false;
            entry.exited_at = Value::Timestamp(self.now);
            entry.cause = Value::Text(cause.to_owned());
        }
        if !entry.open
            && in_base.holds()
            && self.may_enter(id, &entry, &since)?
            && !self.exits(sequence, true, place)?
        {
            entry = Entry {
                number: Value::Int(entry.number.as_int() + 1),
                entered_at: Value::Timestamp(self.now),
                exited_at: Value::Null,
                cause: Value::Null,
                open: true,
                fresh: true,
            };
        }
        self.entries.borrow_mut().insert((id, place), entry.clone());
        Ok(entry)
    }

    /// Why an open entry closes, if it does. A row that vanished has no place here.
    fn closes(&self, sequence: &Sequence, in_base: bool, place: usize) -> Result<Option<&'static str>, Stop> {
        if !in_base && !sequence.stay {
            return Ok(Some("left"));
        }
        Ok(self.exits(sequence, false, place)?.then_some("exit"))
    }

    /// Whether a row meets `exit`, in its open entry or as one that would be fresh.
    fn exits(&self, sequence: &Sequence, fresh: bool, place: usize) -> Result<bool, Stop> {
        let row = [self.outer(sequence, fresh, place)];
        sequence.exit.as_ref().map_or(Ok(false), |exit| self.holds(exit, &row))
    }

    /// Whether a row of the base without an open entry may begin one, by `start` and `again`.
    fn may_enter(&self, id: SequenceId, last: &Entry, since: &Value) -> Result<bool, Stop> {
        let sequence = self.program.sequence(id);
        let since = instant(since);
        if sequence.start == Start::New && since <= self.first_run(sequence) {
            return Ok(false);
        }
        if last.number.is_null() {
            return Ok(true);
        }
        Ok(match &sequence.again {
            None => false,
            Some(Again::Always) => last.cause.as_text() != "exit" || since > instant(&last.exited_at),
            Some(Again::Limited { after, at_most }) => {
                let few = at_most.is_none_or(|most| last.number.as_int() < most);
                let waited = match after {
                    None => true,
                    Some(after) => {
                        let after = self.eval(after, &[])?;
                        let from = operator::arithmetic(Op::Add, &[last.exited_at.clone(), after])?;
                        instant(&from) <= self.now
                    }
                };
                few && waited
            }
        })
    }

    fn is_held(&self, sequence: &Sequence, entry: &Entry, place: usize) -> Result<bool, Stop> {
        let row = [self.outer(sequence, entry.fresh, place)];
        sequence.hold.as_ref().map_or(Ok(false), |hold| self.holds(hold, &row))
    }

    /// When a step fired in the last entry, now included.
    fn fired(&self, id: SequenceId, at: usize, place: usize) -> Result<Value, Stop> {
        let step = step_at(self.program.sequence(id), at)?;
        let fires = match &step.via {
            None => self.asks(id, at, place)?,
            Some(via) => self.granted(via.channel)?.contains_key(&(id, at, place)),
        };
        if fires {
            return Ok(Value::Timestamp(self.now));
        }
        Ok(if self.entry(id, place)?.fresh { Value::Null } else { self.was(step.at, place) })
    }

    /// Whether a step fires in this run, whatever its channel says.
    pub(super) fn asks(&self, id: SequenceId, at: usize, place: usize) -> Result<bool, Stop> {
        let sequence = self.program.sequence(id);
        let step = step_at(sequence, at)?;
        let entry = self.entry(id, place)?;
        let has_fired = !entry.fresh && !self.was(step.at, place).is_null();
        if !entry.open || has_fired || self.is_held(sequence, &entry, place)? {
            return Ok(false);
        }
        let row = [self.outer(sequence, entry.fresh, place)];
        let due = self.due(sequence, step.due.as_ref(), &entry, place)?;
        let is_due = !due.is_null() && instant(&due) <= self.now;
        if !is_due || self.is_skipped(&step_names(sequence, at), step.late, &entry, &due) {
            return Ok(false);
        }
        for condition in step.when.iter().chain(&step.during) {
            if !self.holds(condition, &row)? {
                return Ok(false);
            }
        }
        Ok(!self.is_expired(sequence, step, &entry, place)?)
    }

    /// From when on a step or a branch is due: the entry, where nothing is said.
    pub(super) fn due(
        &self,
        sequence: &Sequence,
        due: Option<&Expr>,
        entry: &Entry,
        place: usize,
    ) -> Result<Value, Stop> {
        let row = [self.outer(sequence, entry.fresh, place)];
        due.map_or_else(|| Ok(entry.entered_at.clone()), |due| self.eval(due, &row))
    }

    /// Whether the instant after which a step does not fire has come; an instant that is not known has not.
    fn is_expired(&self, sequence: &Sequence, step: &Step, entry: &Entry, place: usize) -> Result<bool, Stop> {
        let row = [self.outer(sequence, entry.fresh, place)];
        let until = step.until.as_ref().map_or(Ok(Value::Null), |until| self.eval(until, &row))?;
        Ok(!until.is_null() && instant(&until) <= self.now)
    }

    /// Whether an edit passed a step over: the entry was open before the first run that had it, and it was due before that.
    pub(super) fn is_skipped(&self, names: &[String], late: bool, entry: &Entry, due: &Value) -> bool {
        let born = self.born(names);
        !late && instant(&entry.entered_at) < born && !due.is_null() && instant(due) < born
    }

    /// The arm that a branch took, and when it was decided.
    fn decided(&self, id: SequenceId, at: usize, place: usize) -> Result<(Value, Value), Stop> {
        let sequence = self.program.sequence(id);
        let branch = sequence.branches.get(at).ok_or_else(|| Stop::new("no such branch"))?;
        let entry = self.entry(id, place)?;
        let nothing = (Value::Null, Value::Null);
        let had = if entry.fresh { nothing } else { (self.was(branch.arm, place), self.was(branch.decided_at, place)) };
        if !had.1.is_null() || !entry.open || self.is_held(sequence, &entry, place)? {
            return Ok(had);
        }
        let due = self.due(sequence, branch.due.as_ref(), &entry, place)?;
        let is_due = !due.is_null() && instant(&due) <= self.now;
        if !is_due || self.is_skipped(&branch_names(sequence, at), branch.late, &entry, &due) {
            return Ok(had);
        }
        let row = [self.outer(sequence, entry.fresh, place)];
        let mut taken = Value::Null;
        for (arm, when) in &branch.arms {
            if when.as_ref().map_or(Ok(true), |when| self.holds(when, &row))? {
                taken = Value::Text(step_at(sequence, *arm)?.name.clone());
                break;
            }
        }
        Ok((taken, Value::Timestamp(self.now)))
    }

    /// Whether nothing more can happen in an open entry.
    fn is_done(&self, id: SequenceId, entry: &Entry, place: usize) -> Result<bool, Stop> {
        let sequence = self.program.sequence(id);
        let mut over = Vec::new();
        for (at, branch) in sequence.branches.iter().enumerate() {
            let (arm, decided_at) = self.decided(id, at, place)?;
            let due = self.due(sequence, branch.due.as_ref(), entry, place)?;
            let is_over =
                !decided_at.is_null() || self.is_skipped(&branch_names(sequence, at), branch.late, entry, &due);
            if !is_over {
                return Ok(false);
            }
            over.push(arm);
        }
        for (at, step) in sequence.steps.iter().enumerate() {
            let taken = step.branch.and_then(|branch| over.get(branch)).is_none_or(|arm| arm.as_text() == step.name);
            if taken && self.fired(id, at, place)?.is_null() && !self.is_expired(sequence, step, entry, place)? {
                let due = self.due(sequence, step.due.as_ref(), entry, place)?;
                if !self.is_skipped(&step_names(sequence, at), step.late, entry, &due) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// When the one sync from a step was accepted, for the entry of this number.
    pub(super) fn sent(&self, id: SequenceId, at: usize, place: usize, number: &Value) -> Value {
        let entity = self.program.sequence(id).entity;
        let key = self.key_of(At { over: RowsOf::Entity(entity), place }).text();
        self.accepted(id, at, key.as_deref(), number)
    }

    /// When what a step made was accepted, for an entry of the row of this key.
    pub(super) fn accepted(&self, id: SequenceId, at: usize, key: Option<&str>, number: &Value) -> Value {
        let Some((stream, key)) = self.program.stream_of(id, at).zip(key).filter(|_| !number.is_null()) else {
            return Value::Null;
        };
        let firing = self.firing_of(stream, key, number.as_int());
        let found = self.receipts.iter().find(|it| it.firing == firing && self.is_of(it, stream));
        found.map_or(Value::Null, |receipt| Value::Timestamp(receipt.at))
    }

    /// Whether what was accepted is of a sync from a step: it was sent by it, to where it sends now.
    pub(super) fn is_of(&self, receipt: &Receipt, stream: &Stream) -> bool {
        let is_own = receipt.sync == stream.name || stream.was.as_ref() == Some(&receipt.sync);
        is_own && receipt.to == delivery::to(self.program, stream)
    }

    /// What a firing is known by: the step, the row's key and the number of the entry.
    pub(super) fn firing_of(&self, stream: &Stream, key: &str, entry: i64) -> String {
        let step = step_names(self.program.sequence(stream.sequence), stream.step).swap_remove(0);
        let mark = self.born.get(&step).map(|born| born.mark.as_str()).unwrap_or_default();
        format!("{mark}/{key}/{entry}")
    }

    /// What the run before left of a field in the entry in view: the open one, or a fresh one.
    pub(super) fn in_view(&self, id: FieldId, place: usize, fresh: bool) -> Result<Value, Stop> {
        let FieldKind::Sequence(of, part) = self.program.field(id).kind else {
            return Err(Stop::new("no field of a sequence"));
        };
        Ok(match part {
            SequencePart::EnteredAt if fresh => Value::Timestamp(self.now),
            SequencePart::Done | SequencePart::Expired(_) => Value::Bool(!fresh && self.was(id, place).holds()),
            _ if fresh => Value::Null,
            SequencePart::Sent(at) => {
                let entry = self.program.sequence(of).entry;
                self.sent(of, at, place, &self.was(entry, place))
            }
            _ => self.was(id, place),
        })
    }

    /// What the run before left of a field of the row at a place.
    pub(super) fn was(&self, id: FieldId, place: usize) -> Value {
        self.remembered(self.program.field(id), place).0
    }

    /// The `now` of the first run that had a declaration, by its present name.
    pub(super) fn born(&self, names: &[String]) -> i64 {
        names.first().and_then(|name| self.born.get(name)).map_or(self.now, |born| born.at)
    }

    /// The `now` of the first run since which a sequence is entered by the rows that enter it now.
    pub(super) fn first_run(&self, sequence: &Sequence) -> i64 {
        self.born(&names_of(self.program, sequence))
    }

    fn outer(&self, sequence: &Sequence, fresh: bool, place: usize) -> Frame {
        Frame { fresh, ..Frame::outer(At { over: RowsOf::Entity(sequence.entity), place }) }
    }
}

/// The first run of every sequence, step and branch that there is, by its present name: what is gone has none when it is back.
pub(super) fn all_born(program: &Program, before: &Output, now: i64) -> BTreeMap<String, Born> {
    let (mut all, mut marks) = (BTreeMap::new(), before.marks.clone());
    let mut add = |names: Vec<String>, is_step: bool| {
        let known = names.iter().find_map(|name| before.born.get(name)).cloned();
        let Some(name) = names.into_iter().next() else { return };
        let born = known.unwrap_or_else(|| {
            let others = (2..).map(|number| format!("{name}.{number}"));
            let mark = std::iter::once(name.clone()).chain(others).find(|mark| !marks.contains(mark));
            Born { at: now, mark: mark.filter(|_| is_step).unwrap_or_default() }
        });
        marks.insert(born.mark.clone());
        all.insert(name, born);
    };
    for sequence in &program.sequences {
        add(names_of(program, sequence), false);
        (0..sequence.steps.len()).for_each(|at| add(step_names(sequence, at), true));
        (0..sequence.branches.len()).for_each(|at| add(branch_names(sequence, at), false));
    }
    all
}

/// What a field of a sequence says of a row that is no more: its entry has closed, all else is as it was.
pub(super) fn vanished(
    run: &Run<'_>,
    (id, part): (SequenceId, SequencePart),
    field: FieldId,
    was: &dyn Fn(FieldId) -> Value,
    key: &str,
) -> Value {
    let sequence = run.program.sequence(id);
    let closes = was(sequence.active).holds();
    match part {
        SequencePart::Active | SequencePart::Held => Value::Bool(false),
        SequencePart::ExitedAt if closes => Value::Timestamp(run.now),
        SequencePart::Cause if closes => Value::Text("vanished".to_owned()),
        SequencePart::Done | SequencePart::Expired(_) => Value::Bool(was(field).holds()),
        SequencePart::Sent(at) => run.accepted(id, at, Some(key), &was(sequence.entry)),
        SequencePart::Entry
        | SequencePart::EnteredAt
        | SequencePart::ExitedAt
        | SequencePart::Cause
        | SequencePart::Step(_)
        | SequencePart::Arm(_)
        | SequencePart::DecidedAt(_) => was(field),
    }
}

pub(super) fn step_at(sequence: &Sequence, at: usize) -> Result<&Step, Stop> {
    sequence.steps.get(at).ok_or_else(|| Stop::new("no such step"))
}

/// An instant; what is none is before all.
pub(super) fn instant(value: &Value) -> i64 {
    if let Value::Timestamp(at) = value { *at } else { i64::MIN }
}

/// A sequence with whose rows enter it, `upsell of marketable`, under the present names and under earlier ones.
fn names_of(program: &Program, sequence: &Sequence) -> Vec<String> {
    let bases = sequence.base_names(program);
    let names = std::iter::once(&sequence.name).chain(&sequence.was);
    names.flat_map(|name| bases.iter().map(move |base| format!("{name} of {base}"))).collect()
}

/// The present name of a step, `upsell.email`, and its earlier ones.
pub(super) fn step_names(sequence: &Sequence, at: usize) -> Vec<String> {
    let name = sequence.steps.get(at).map(|step| step.name.as_str()).unwrap_or_default();
    sequence.part_names(SequencePart::Step(at), name)
}

pub(super) fn branch_names(sequence: &Sequence, at: usize) -> Vec<String> {
    let name = sequence.branches.get(at).map(|branch| branch.name.as_str()).unwrap_or_default();
    sequence.part_names(SequencePart::Arm(at), name)
}
