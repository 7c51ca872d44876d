//! Takes a sync from a step and gives which rows have a firing to send, and the key of the firing: the step, the row's key and the
//! number of the entry. What is sent already is left out as for any sync that only creates.

use super::outbox::concat;
use super::value::ROW;
use crate::plan::born;
use crate::plan::fold::{Ended, ended};
use crate::plan::rel::{Parameter, Scalar};
use crate::plan::scalar;
use crate::program::{FieldId, Program, Stream};
use crate::types::Type;

/// `upsell.email`
pub fn from(program: &Program, stream: &Stream) -> String {
    let sequence = program.sequence(stream.sequence);
    let step = sequence.steps.get(stream.step).map(|step| step.name.as_str()).unwrap_or_default();
    format!("{}.{step}", sequence.name)
}

/// It has fired, and is neither over nor expired. Where an entry is closed by being done, it counts as open in that run.
pub fn conditions(program: &Program, stream: &Stream) -> Vec<Scalar> {
    let sequence = program.sequence(stream.sequence);
    let column = |id: FieldId| Scalar::column(ROW, &program.field(id).name);
    let just_closed = || {
        let exit = Scalar::text("exit");
        let by_exit = column(sequence.cause).equals(program.field(sequence.cause).typed.kind.clone(), exit);
        let now = column(sequence.exited_at).equals(Type::Timestamp, scalar::now());
        Scalar::And(vec![column(sequence.done), by_exit, now])
    };
    let active = column(sequence.active);
    let is_open = match ended(sequence) {
        Ended::None => active,
        Ended::All => Scalar::Or(vec![active, just_closed()]),
        Ended::Those(column) => Scalar::Or(vec![active, Scalar::column(ROW, &column)]),
    };
    let step = sequence.steps.get(stream.step);
    let fired = step.map(|step| column(step.at).is_not_null());
    let expired = step.and_then(|step| step.expired).map(|expired| column(expired).negated());
    fired.into_iter().chain([is_open]).chain(expired).collect()
}

/// The key of the firing as text: `upsell.email/w1/2`.
pub fn key(program: &Program, stream: &Stream) -> Scalar {
    firing(program, stream, ROW)
}

/// The same, of a row under another alias.
pub fn firing(program: &Program, stream: &Stream, alias: &str) -> Scalar {
    let sequence = program.sequence(stream.sequence);
    let key = program.column(sequence.entity, program.entity(sequence.entity).key);
    let entry = program.field(sequence.entry);
    let step = sequence.steps.get(stream.step).map_or(sequence.entry, |step| step.at);
    concat(vec![
        Scalar::Parameter(Parameter::Mark(born::name(program, step))),
        Scalar::text("/"),
        Scalar::column(alias, &key.name).as_text(&key.typed.kind),
        Scalar::text("/"),
        Scalar::column(alias, &entry.name).as_text(&Type::Int),
    ])
}
