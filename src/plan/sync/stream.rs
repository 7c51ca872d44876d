//! Takes a sync from a step and gives which rows have a firing to send, and the key of the firing: the row's key and the number of
//! the entry. What is sent already is left out as for any sync that only creates.

use super::outbox::concat;
use super::value::ROW;
use crate::manifest::From;
use crate::plan::born;
use crate::plan::rel::Scalar;
use crate::plan::scalar;
use crate::program::{FieldId, Program, SequencePart, Stream};
use crate::types::Type;

/// The step, as runs know it.
pub fn step(program: &Program, stream: &Stream) -> From {
    let sequence = program.sequence(stream.sequence);
    let Some(step) = sequence.steps.get(stream.step) else { return From::default() };
    let mut names = sequence.part_names(SequencePart::Step(stream.step), &step.name);
    From { was: names.split_off(1), step: names.swap_remove(0), born: born::name(program, step.at) }
}

/// `upsell.email`
pub fn from(program: &Program, stream: &Stream) -> String {
    let sequence = program.sequence(stream.sequence);
    let step = sequence.steps.get(stream.step).map(|step| step.name.as_str()).unwrap_or_default();
    format!("{}.{step}", sequence.name)
}

/// It has fired, and is neither over nor expired. Where an entry was done and closed by that, it counts as open in that run.
pub fn conditions(program: &Program, stream: &Stream) -> Vec<Scalar> {
    let sequence = program.sequence(stream.sequence);
    let column = |id: FieldId| Scalar::column(ROW, &program.field(id).name);
    let just_closed = column(sequence.exited_at).equals(Type::Timestamp, scalar::now());
    let is_open = Scalar::Or(vec![column(sequence.active), Scalar::And(vec![column(sequence.done), just_closed])]);
    let step = sequence.steps.get(stream.step);
    let fired = step.map(|step| column(step.at).is_not_null());
    let expired = step.and_then(|step| step.expired).map(|expired| column(expired).negated());
    fired.into_iter().chain([is_open]).chain(expired).collect()
}

/// The key of the firing as text: `w1/2`.
pub fn key(program: &Program, stream: &Stream) -> Scalar {
    firing(program, stream, ROW)
}

/// The same, of a row under another alias.
pub fn firing(program: &Program, stream: &Stream, alias: &str) -> Scalar {
    let sequence = program.sequence(stream.sequence);
    let key = program.column(sequence.entity, program.entity(sequence.entity).key);
    let entry = program.field(sequence.entry);
    concat(vec![
        Scalar::column(alias, &key.name).as_text(&key.typed.kind),
        Scalar::text("/"),
        Scalar::column(alias, &entry.name).as_text(&Type::Int),
    ])
}
