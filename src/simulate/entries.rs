//! The entries of sequences as the last run left them: the last one of each row, those of rows that are no more, and those that a later
//! one has replaced. What is said of an entry stays, so that one look at the end tells what happened in all of them.

use super::happening::{Happening, Node, What};
use crate::engine::{Row, Value, value};
use crate::plan::model::{kept, past};
use crate::program::{Program, Sequence, SequenceId};
use crate::run::RunError;
use crate::run::bench::Bench;
use crate::types::Type;

/// An entry.
pub(super) struct Entry {
    pub(super) sequence: SequenceId,
    pub(super) key: String,
    pub(super) number: i64,
    entered_at: Option<i64>,
    pub(super) exited_at: Option<i64>,
    cause: Option<String>,
    active: bool,
    held: bool,
    done: bool,
    /// When each step fired.
    steps: Vec<Option<i64>>,
    /// Which of them have expired.
    expired: Vec<bool>,
    /// Of each branch: when it was decided, for which arm.
    branches: Vec<(Option<i64>, Option<String>)>,
    /// The steps that can still fire.
    waiting: Vec<usize>,
}

/// An entry that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Of which sequence.
    pub sequence: SequenceId,
    /// The row's key.
    pub key: String,
    /// Its number.
    pub entry: i64,
    /// Whether it is held.
    pub held: bool,
    /// The steps that have neither fired nor expired and belong to no arm that was not taken, by their places.
    pub waiting: Vec<usize>,
}

impl Entry {
    pub(super) fn open(self) -> Option<Open> {
        let (sequence, key, entry) = (self.sequence, self.key, self.number);
        self.active.then_some(Open { sequence, key, entry, held: self.held, waiting: self.waiting })
    }
}

/// All entries, by sequence, key and number.
pub(super) async fn read(program: &Program, bench: &mut Bench<'_>) -> Result<Vec<Entry>, RunError> {
    let mut entries = Vec::new();
    for (id, sequence) in (0..).map(SequenceId).zip(&program.sequences) {
        let columns = columns(program, sequence);
        let columns: Vec<(&str, Type)> = columns.iter().map(|(name, kind)| (name.as_str(), kind.clone())).collect();
        let entity = &program.entity(sequence.entity).name;
        for model in [entity.clone(), kept::name(entity), past::name(&sequence.name)] {
            let rows = bench.built(&model, &columns, &[]).await?;
            entries.extend(rows.iter().filter_map(|row| entry(program, id, row)));
        }
    }
    entries.sort_by(|a, b| (a.sequence, &a.key, a.number).cmp(&(b.sequence, &b.key, b.number)));
    Ok(entries)
}

/// The key, what is said of the entry, of each step when it fired and whether it expired, of each branch the arm and when.
fn columns(program: &Program, sequence: &Sequence) -> Vec<(String, Type)> {
    let key = program.column(sequence.entity, program.entity(sequence.entity).key);
    let mut columns = vec![(key.name.clone(), key.typed.kind.clone())];
    let steps = sequence.steps.iter().flat_map(|step| [step.at, step.expired.unwrap_or(sequence.held)]);
    let branches = sequence.branches.iter().flat_map(|branch| [branch.decided_at, branch.arm]);
    let of_entry = [
        sequence.entry,
        sequence.entered_at,
        sequence.exited_at,
        sequence.cause,
        sequence.active,
        sequence.held,
        sequence.done,
    ];
    columns.extend(of_entry.into_iter().chain(steps).chain(branches).map(|id| {
        let field = program.field(id);
        (field.name.clone(), field.typed.kind.clone())
    }));
    columns
}

/// The entry that a row tells of; none where there is no number.
fn entry(program: &Program, id: SequenceId, row: &Row) -> Option<Entry> {
    let sequence = program.sequence(id);
    let [key, number, entered_at, exited_at, cause, active, held, done, rest @ ..] = row.as_slice() else {
        return None;
    };
    let at = |value: &Value| value.text().and_then(|text| value::instant_seconds(&text));
    let is = |value: &Value| *value == Value::Bool(true);
    let (steps, branches) = rest.split_at_checked(2 * sequence.steps.len())?;
    let steps: Vec<&[Value]> = steps.chunks(2).collect();
    let branches: Vec<&[Value]> = branches.chunks(2).collect();
    let mut entry = Entry {
        sequence: id,
        key: key.text()?,
        number: if number.is_null() { return None } else { number.int() },
        entered_at: at(entered_at),
        exited_at: at(exited_at),
        cause: cause.text(),
        active: is(active),
        held: is(held),
        done: is(done),
        steps: steps.iter().map(|it| it.first().and_then(at)).collect(),
        expired: sequence
            .steps
            .iter()
            .zip(&steps)
            .map(|(step, it)| step.expired.is_some() && it.get(1).is_some_and(is))
            .collect(),
        branches: branches.iter().map(|it| (it.first().and_then(at), it.get(1).and_then(Value::text))).collect(),
        waiting: Vec::new(),
    };
    if entry.active && !entry.done {
        entry.waiting = (0..sequence.steps.len()).filter(|step| entry.may_fire(sequence, *step)).collect();
    }
    Some(entry)
}

impl Entry {
    /// Whether a step has neither fired nor expired, and belongs to no arm that was not taken.
    fn may_fire(&self, sequence: &Sequence, step: usize) -> bool {
        let is_over = self.steps.get(step).is_some_and(Option::is_some) || self.expired.get(step) == Some(&true);
        !is_over && !self.is_other_arm(sequence, step)
    }

    /// Whether a step is an arm of a branch that has taken another one, or none.
    pub(super) fn is_other_arm(&self, sequence: &Sequence, step: usize) -> bool {
        let declared = sequence.steps.get(step);
        let branch = declared.and_then(|it| it.branch).and_then(|at| self.branches.get(at));
        branch.is_some_and(|(decided_at, arm)| {
            decided_at.is_some() && arm.as_deref() != declared.map(|it| it.name.as_str())
        })
    }
}

/// What happened in entries.
pub(super) fn happenings(entries: &[Entry], found: &mut Vec<Happening>) {
    for entry in entries {
        let mut add = |at: Option<i64>, node: Node, what: What| {
            let (key, number) = (entry.key.clone(), entry.number);
            found.extend(at.map(|at| Happening { at, what, node, key, entry: number }));
        };
        let id = entry.sequence;
        add(entry.entered_at, Node::Sequence(id), What::Entered);
        for (step, at) in entry.steps.iter().enumerate() {
            add(*at, Node::Step(id, step), What::Fired);
        }
        for (branch, (at, arm)) in entry.branches.iter().enumerate() {
            add(*at, Node::Branch(id, branch), What::Decided(arm.clone()));
        }
        let cause = entry.cause.clone().unwrap_or_default();
        add(entry.exited_at, Node::Sequence(id), What::Exited { cause, done: entry.done });
    }
}
